"""From a dropped photo to variants on the disk, with the real services and the local engine."""

from __future__ import annotations

import asyncio
import hashlib
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.composition import open_services
from phota_desktop.viewmodels.notices import NoticeAction

from .conftest import LEFT, Desk, picture, until


def drop(window: QWidget, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at = window.rect().center()
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(at, copy, mime, LEFT, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, mime, LEFT, none))


async def test_a_drop_opens_and_never_starts_a_job(live: Desk, photos: list[Path]) -> None:
    drop(live.window, *photos)
    await until(lambda: live.studio.photo == photos[0])
    assert live.studio.photos.paths() == photos
    assert live.jobs.jobs() == []
    assert live.window.drawer.submit.isEnabled()
    assert live.window.drawer.submit.text() == "Enhance 1 · free"


async def test_unreadable_files_are_said_and_the_rest_opens(
    live: Desk, photos: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture at all")
    live.studio.opener.open([broken, photos[0]])
    await until(lambda: live.studio.photo == photos[0])
    assert live.studio.notices.current is not None
    assert live.studio.notices.current.action is NoticeAction.REMOVE


async def test_subfolders_are_asked_about(live: Desk, photos: list[Path]) -> None:
    inner = photos[0].parent / "more"
    inner.mkdir()
    deep = picture(inner / "deep.jpg", "#101010")
    live.studio.opener.open([photos[0].parent])
    await until(lambda: len(live.studio.photos.paths()) == 3)
    await until(lambda: live.studio.notices.current is not None)
    button = live.window.findChild(QWidget, "noticeAction")
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    await until(lambda: deep in live.studio.photos.paths())


async def test_a_pasted_picture_becomes_a_file(live: Desk) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    QGuiApplication.clipboard().setImage(image)
    live.window.canvas.setFocus()
    QTest.keyClick(live.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: live.studio.photo is not None)
    assert live.studio.photo is not None
    assert live.studio.photo.is_relative_to(live.folders.cache)


async def test_enhance_brings_variants_that_can_be_chosen_and_saved(
    live: Desk, photos: list[Path]
) -> None:
    pytest.importorskip("phota_desktop.engine.app")
    before = hashlib.sha256(photos[0].read_bytes()).hexdigest()
    drop(live.window, photos[0])
    await until(lambda: live.window.drawer.submit.isEnabled())
    QTest.mouseClick(live.window.drawer.variants.button("2"), LEFT)
    assert live.window.drawer.submit.text() == "Enhance 2 · free"
    QTest.mouseClick(live.window.drawer.submit, LEFT)
    await until(lambda: live.jobs.jobs())
    await until(lambda: live.jobs.jobs()[0].state.is_final, 60)
    job = live.jobs.jobs()[0]
    assert job.state is JobState.DONE, job.error
    titles = [entry.title for entry in live.studio.strip.entries()]
    assert titles == ["Original", "Natural", "Brighter"]
    assert live.studio.variant_path is None, "new variants never steal the view"
    live.window.canvas.setFocus()
    QTest.keyClick(live.window.canvas, Qt.Key.Key_Right)
    assert live.studio.variant_path == job.variants[0].path
    QTest.keyClick(live.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = live.window.findChild(QWidget, "exportDialog")
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    await until(lambda: not dialog.isVisible())
    assert photos[0].with_name(f"{photos[0].stem}-enhance-1.jpg").is_file()
    assert live.studio.notices.current is not None
    assert live.studio.notices.current.action is NoticeAction.SHOW_FILE
    assert hashlib.sha256(photos[0].read_bytes()).hexdigest() == before


async def test_twenty_clicks_a_second_make_one_job(live: Desk, photos: list[Path]) -> None:
    pytest.importorskip("phota_desktop.engine.app")
    drop(live.window, photos[0])
    await until(lambda: live.window.drawer.submit.isEnabled())
    for _ in range(20):
        QTest.mouseClick(live.window.drawer.submit, LEFT)
        await asyncio.sleep(0.05)
    await until(lambda: live.jobs.jobs())
    await asyncio.sleep(0.1)
    assert len(live.jobs.jobs()) == 1


async def test_a_quick_click_for_something_else_is_another_wish(
    live: Desk, photos: list[Path]
) -> None:
    pytest.importorskip("phota_desktop.engine.app")
    drop(live.window, photos[0])
    button = live.window.drawer.submit
    await until(lambda: button.isEnabled())
    for words in ("", "warm"):
        live.studio.form.set_prompt(words)
        await until(lambda: button.isEnabled())
        live.studio.submitter._last_wish = live.studio.submitter._clock()
        QTest.mouseClick(button, LEFT)
    await until(lambda: len(live.jobs.jobs()) == 2)


async def test_ctrl_enter_submits_from_the_prompt(live: Desk, photos: list[Path]) -> None:
    pytest.importorskip("phota_desktop.engine.app")
    drop(live.window, photos[0])
    await until(lambda: live.window.drawer.submit.isEnabled())
    live.window.drawer.prompt.setFocus()
    QTest.keyClicks(live.window.drawer.prompt, "warm")
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(live.window.drawer.prompt, Qt.Key.Key_Return, control)
    await until(lambda: live.jobs.jobs())
    assert live.jobs.jobs()[0].request.prompt == "warm"


async def test_nothing_paid_starts_without_consent(live: Desk, photos: list[Path]) -> None:
    drop(live.window, photos[0])
    await until(lambda: live.window.drawer.submit.isEnabled())
    live.studio.form.set_engine(Engine.PHOTA)
    assert live.window.drawer.submit.text() == "Enhance 1 · $0.12"
    QTest.mouseClick(live.window.drawer.submit, LEFT)
    dialog = live.window.findChild(QWidget, "consentDialog")
    assert dialog is not None
    assert dialog.isVisible()
    QTest.mouseClick(dialog.findChild(QWidget, "consentCancel"), LEFT)
    await asyncio.sleep(0.05)
    assert live.jobs.jobs() == []
    assert not live.settings.value.consented


async def test_phota_without_a_key_points_to_the_settings(live: Desk, photos: list[Path]) -> None:
    drop(live.window, photos[0])
    await until(lambda: live.window.drawer.submit.isEnabled())
    live.settings.change(consented=True)
    live.studio.form.set_engine(Engine.PHOTA)
    QTest.mouseClick(live.window.drawer.submit, LEFT)
    await until(lambda: live.studio.notices.current is not None)
    assert live.studio.notices.current is not None
    assert live.studio.notices.current.action is NoticeAction.OPEN_SETTINGS
    QTest.mouseClick(live.window.findChild(QWidget, "noticeAction"), LEFT)
    assert live.window.findChild(QWidget, "settingsDialog").isVisible()


async def test_a_text_that_is_no_key_is_refused_beside_its_field(live: Desk) -> None:
    live.window.commands.open_settings()
    dialog = live.window.findChild(QWidget, "settingsDialog")
    dialog.findChild(QLineEdit, "apiKeyEdit").setText("two words")
    QTest.mouseClick(dialog.findChild(QWidget, "checkKeyButton"), LEFT)
    status = dialog.findChild(QWidget, "keyStatus")
    await until(lambda: "no API key" in status.text())
    assert status.property("role") == "bad"


async def test_a_failed_coroutine_is_told_as_our_fault(live: Desk) -> None:
    async def broken() -> None:
        raise PhotaError(ErrorKind.BUG)

    live.running.tasks.spawn(broken(), name="broken")
    await until(lambda: live.studio.notices.current is not None)
    assert live.studio.notices.current is not None
    assert live.studio.notices.current.action is NoticeAction.COPY_DETAILS


async def test_details_of_a_bug_hold_frames_and_no_words_of_the_person(live: Desk) -> None:
    async def broken() -> None:
        raise RuntimeError("prompt: a secret wish")

    live.running.tasks.spawn(broken(), name="broken")
    await until(lambda: live.studio.notices.current is not None)
    QTest.mouseClick(live.window.findChild(QWidget, "noticeAction"), LEFT)
    copied = QGuiApplication.clipboard().text()
    assert "RuntimeError" in copied
    assert "in broken" in copied
    assert "a secret wish" not in copied.replace('raise RuntimeError("prompt: a secret wish")', "")


async def test_the_first_named_photo_is_shown_even_if_open_already(
    live: Desk, photos: list[Path]
) -> None:
    live.studio.photos.add(photos[:1])
    live.studio.choose_photo(photos[0])
    live.studio.opener.open(photos)
    await until(lambda: len(live.studio.photos.paths()) == 3)
    assert live.studio.photo == photos[0]
    live.studio.opener.open([photos[2], photos[1]])
    await until(lambda: live.studio.photo == photos[2])


async def test_unsent_requests_of_last_time_are_asked_about_and_wait_for_a_word(
    desk: Desk, environ: dict[str, str], photos: list[Path]
) -> None:
    services = await open_services(desk.folders, desk.settings.value, environ=environ)
    old = Job(
        id="d" * 32,
        client_request_id="e",
        engine=Engine.PHOTA,
        request=EnhanceRequest(photos[0]),
        created=time.time() - 3600,
    )
    await services.threads.journal(services.journal.add, old)
    await services.queue.load()
    parts = desk.window.attach(services)
    await parts.reopening.look()
    question = desk.window.findChild(QWidget, "reopenDialog")
    assert "$0.12" in question.findChild(QWidget, "reopenWords").text()
    QTest.mouseClick(question.findChild(QWidget, "reopenKeep"), LEFT)
    desk.window.commands.toggle_jobs()
    panel = desk.window.commands.job_panel
    assert panel is not None
    assert panel.findChild(QWidget, "jobSend").isVisible()
    QTest.mouseClick(panel.findChild(QWidget, "jobCancel"), LEFT)
    await until(lambda: desk.jobs.jobs()[0].state is JobState.CANCELED)
    desk.window.detach()
    await services.close()
