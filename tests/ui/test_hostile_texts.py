"""Threat T10: whatever a text says, it is shown letter by letter, fetches nothing, breaks nothing.

More than 500 strings go into every place where texts of servers, files and people are shown; then
all that the real window holds is looked through.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import re
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobError, JobState
from phota_desktop.core.ledger import LedgerEntry, to_csv
from phota_desktop.core.options import Operation
from phota_desktop.core.recipes import Choice, Recipe
from phota_desktop.core.requests import EditRequest
from phota_desktop.services.composition import open_services
from phota_desktop.viewmodels.words import LIMIT, plain, plain_tip
from tests.fake_phota.running import FakePhotaThread
from tests.hostile_texts import file_names, in_utf8, is_bare, texts

from .conftest import Desk, picture, until

ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
OURS = re.compile(r"</?(?:p|br)>")
"""What plain_tip puts around a text that Qt would take for HTML."""
LIKE_HTML = re.compile(r"<[a-zA-Z/!?]")
"""What may be HTML for Qt; Qt.mightBeRichText is not there in Python."""
SIZE = QSize(1280, 800)
MOST_ROWS = 600


@pytest.fixture
def fetches() -> Iterator[tuple[int, list[str]]]:
    """Listen where the HTML among the strings points to; yield the port and what was asked."""
    asked: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                asked.append("asked")
                connection.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listening.getsockname()[1], asked
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest_asyncio.fixture
async def home(desk: Desk, environ: dict[str, str]) -> AsyncIterator[tuple[Desk, FakePhotaThread]]:
    """Give the window its services, with an account at a fake Phota."""
    with FakePhotaThread(desk.folders.home / "fake", training_seconds=0.0) as fake:
        desk.settings.change(consented=True, daily_cap=Decimal(1000))
        services = await open_services(
            desk.folders, desk.settings.value, environ={**environ, **fake.environ()}
        )
        desk.services = services
        desk.window.attach(services)
        await services.session.start()
        yield desk, fake
        desk.window.detach()
        await services.close()


# -- looking a window through ---------------------------------------------------------------


def _wrong(text: str, what: str, *, is_rich: bool = False) -> list[str]:
    """Return what is wrong with a shown text; rich where Qt decides by itself what is HTML."""
    found = []
    if bare := is_bare(text, "\n\t"):
        found.append(f"{what}: {bare[:5]!a} in {text[:80]!a}")
    if is_rich and LIKE_HTML.search(OURS.sub("", text)):
        found.append(f"{what}: HTML in {text[:80]!a}")
    return found


def _in_model(model: QAbstractItemModel, name: str) -> list[str]:
    found = []
    is_list = isinstance(model, QAbstractListModel)  # which keeps its one column to itself
    columns = 1 if is_list else min(model.columnCount(QModelIndex()), 12)
    for row in range(min(model.rowCount(QModelIndex()), MOST_ROWS)):
        for column in range(columns):
            index = model.index(row, column, QModelIndex())
            for role in ROLES:
                text = model.data(index, role)
                if isinstance(text, str):
                    tip = role == Qt.ItemDataRole.ToolTipRole
                    found += _wrong(text, f"{name} {role.name}", is_rich=tip)
    return found


def _in_widget(widget: QWidget) -> list[str]:
    name = f"{type(widget).__name__} {widget.objectName()}"
    found = _wrong(widget.toolTip(), f"{name} tip", is_rich=True)
    for text in (widget.windowTitle(), widget.accessibleName(), widget.accessibleDescription()):
        found += _wrong(text, f"{name} title or name")
    if isinstance(widget, QLabel):
        is_plain = widget.textFormat() is Qt.TextFormat.PlainText
        found += _wrong(widget.text(), name, is_rich=not is_plain)
    elif isinstance(widget, QAbstractButton):
        found += _wrong(widget.text(), name)
    elif isinstance(widget, QTextEdit):
        if widget.acceptRichText():
            found.append(f"{name}: takes HTML")
    elif isinstance(widget, QLineEdit | QPlainTextEdit):
        found += _wrong(widget.placeholderText(), f"{name} placeholder")
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        found += _in_model(widget.model(), name)
    if isinstance(widget, QMenu):
        for action in widget.actions():
            found += _wrong(action.text(), f"{name} action")
            if widget.toolTipsVisible():
                found += _wrong(action.toolTip(), f"{name} action's tip", is_rich=True)
    return found


def looked_through() -> list[str]:
    """Return everything wrong with any text in any window of the program."""
    QApplication.processEvents()
    found = []
    for top in QApplication.topLevelWidgets():
        for widget in (top, *top.findChildren(QWidget)):
            found += _in_widget(widget)
    return list(dict.fromkeys(found))


def _keeps_its_place(desk: Desk) -> None:
    """Look whether a text moved the window's edges; it may be cut short."""
    QApplication.processEvents()
    window = desk.window
    assert window.size() == SIZE
    hint = window.minimumSizeHint()
    assert hint.width() <= SIZE.width(), hint
    assert hint.height() <= SIZE.height(), hint
    window.grab()


# -- one string at a time -------------------------------------------------------------------


def test_there_are_enough_strings() -> None:
    assert len(texts()) >= 500
    assert len(in_utf8()) >= 490
    assert len(file_names()) >= 470


@pytest.mark.parametrize("limit", [LIMIT, 80, 12])
def test_words_make_every_string_one_plain_line(limit: int) -> None:
    for text in texts():
        shown = plain(text, limit)
        assert is_bare(shown, "") == "", ascii(text[:80])
        assert len(shown) <= limit, ascii(text[:80])
        tip = plain_tip(shown)
        assert not LIKE_HTML.search(OURS.sub("", tip)), ascii(text[:80])


def test_no_cell_of_a_table_begins_a_formula() -> None:
    amount = Decimal("0.12")
    entries = [
        LedgerEntry(text, 1.0, Operation.EDIT, text, ("p", text), 1, amount, certain=True)
        for text in in_utf8()
    ]
    for names in ({"p": "x"}, {"p": "=1+1"}, {"p": "\t@SUM(A1)"}):
        rows = list(csv.reader(io.StringIO(to_csv(entries, names), newline="")))
        assert len(rows) == len(entries) + 2
        for row in rows:
            for cell in row:
                assert not cell.lstrip(" \t\r\n").startswith(("=", "+", "@")), ascii(cell[:80])


# -- every place ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_names_of_files(live: Desk, tmp_path: Path, fetches: tuple[int, list[str]]) -> None:
    port, asked = fetches
    first = picture(tmp_path / "first.jpg")
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in file_names(port):
        with contextlib.suppress(OSError):
            shutil.copy(first, folder / name)
    names = len(list(folder.iterdir()))
    assert names > 450
    live.studio.opener.open([folder])
    await until(lambda: live.studio.photos.rowCount() > 0, 60)
    live.window.canvas.setFocus()
    QTest.keyClick(live.window.canvas, Qt.Key.Key_I)
    for path in live.studio.photos.paths()[::80]:
        live.studio.show_photo(path)
        await asyncio.sleep(0.02)
        assert looked_through() == []
    _keeps_its_place(live)
    assert asked == []


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_errors_and_notices(live: Desk, fetches: tuple[int, list[str]]) -> None:
    port, asked = fetches
    kinds = list(ErrorKind)
    for n, text in enumerate(texts(port)):
        error = PhotaError(kinds[n % len(kinds)], text, hint=text, request_id=text[:200])
        live.studio.notices.show_error(error, subject=text)
        if n % 20 == 0:
            assert looked_through() == []
            _keeps_its_place(live)
        live.studio.notices.dismiss()
    assert asked == []


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_prompts_and_recipes(
    home: tuple[Desk, FakePhotaThread], fetches: tuple[int, list[str]]
) -> None:
    desk, _ = home
    port, asked = fetches
    services = desk.running
    parts = desk.window.parts
    assert parts is not None
    for text in in_utf8(port):
        with contextlib.suppress(PhotaError, ValueError):
            await services.prompts.add(text, Operation.EDIT, [text])
        with contextlib.suppress(PhotaError, ValueError):
            await services.recipes.save(Recipe(text, Choice(prompt=text)))
    parts.prompts.search("")
    parts.recipes.attach(services)
    await until(lambda: parts.recipes.recipes)
    for button in desk.window.drawer.findChildren(QAbstractButton):
        if button.objectName() in ("historyButton", "recipesButton"):
            button.click()
            await asyncio.sleep(0.2)
            assert looked_through() == []
            for top in QApplication.topLevelWidgets():
                if isinstance(top, QMenu) or top.windowType() is Qt.WindowType.Popup:
                    top.close()
    for text in in_utf8(port)[::100]:
        desk.studio.form.set_prompt(text)
        assert looked_through() == []
    _keeps_its_place(desk)
    assert asked == []


async def test_people(home: tuple[Desk, FakePhotaThread], fetches: tuple[int, list[str]]) -> None:
    desk, _ = home
    port, asked = fetches
    services = desk.running
    parts = desk.window.parts
    assert parts is not None
    urls = [f"https://photos.example/{n}.jpg" for n in range(10)]
    client = services.session.client(services.session.engine)
    ids = [await client.profiles.add(urls, f"tag {n}") for n in range(12)]
    await services.people.refresh()
    names = in_utf8(port)
    for start in range(0, len(names), len(ids)):
        for profile_id, name in zip(ids, names[start : start + len(ids)], strict=False):
            with contextlib.suppress(PhotaError, ValueError):
                await services.people.rename(profile_id, name)
        await asyncio.sleep(0.01)
        if start % (len(ids) * 6) == 0:
            assert looked_through() == []
    desk.studio.form.set_riding(ids[0], True)
    parts.people.ask_deletion(ids[0])
    await asyncio.sleep(0.2)
    assert looked_through() == []
    for dialog in desk.window.findChildren(QDialog):
        dialog.close()
    _keeps_its_place(desk)
    assert asked == []


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_jobs_that_failed_with_a_servers_words(
    live: Desk, photos: list[Path], fetches: tuple[int, list[str]]
) -> None:
    port, asked = fetches
    services = live.running
    for n, text in enumerate(in_utf8(port)):
        request = EditRequest((photos[0],), prompt=text or "x")
        job = Job(f"job{n}", f"client{n}", Engine.LOCAL, request, created=1.0, sent=time.time())
        services.journal.add(job)
        error = JobError(ErrorKind.INVALID, text[:400], text[:400], request_id=text[:100])
        services.journal.save(replace(job, state=JobState.FAILED, error=error))
    await services.queue.load()
    live.window.commands.toggle_jobs()
    await asyncio.sleep(0.2)
    assert looked_through() == []
    live.window.commands.show_ledger()
    await asyncio.sleep(0.2)
    assert looked_through() == []
    _keeps_its_place(live)
    assert asked == []


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_what_a_photo_says_of_itself(
    live: Desk, tmp_path: Path, fetches: tuple[int, list[str]]
) -> None:
    port, asked = fetches
    tags = (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298)
    chosen = in_utf8(port)
    paths = []
    for n in range(0, len(chosen), 24):
        exif = Image.Exif()
        for tag, text in zip(tags, chosen[n:], strict=False):
            exif[tag] = text.replace("\0", "")[:2000] or "x"
        path = tmp_path / f"{n}.jpg"
        Image.new("RGB", (64, 48)).save(path, exif=exif)
        paths.append(path)
    live.studio.opener.open(paths)
    await until(lambda: live.studio.photos.rowCount() == len(paths))
    live.window.canvas.setFocus()
    QTest.keyClick(live.window.canvas, Qt.Key.Key_I)
    for path in paths:
        live.studio.show_photo(path)
        await asyncio.sleep(0.05)
        assert looked_through() == []
    _keeps_its_place(live)
    assert asked == []


# -- the looking through itself -------------------------------------------------------------


async def test_a_label_that_reads_html_is_caught(
    desk: Desk, fetches: tuple[int, list[str]]
) -> None:
    label = QLabel("<b>x</b>", desk.window)
    label.setToolTip("<img src='x'>")
    title = QWidget(desk.window)
    title.setWindowTitle("photo\u202egpj.exe")
    found = looked_through()
    assert len(found) == 3, found
    for widget in (label, title):
        widget.setParent(None)
        widget.deleteLater()
