"""Every rung of the error ladder in the real window, against a server that produces it."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from collections import namedtuple
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPushButton, QWidget

from phota_desktop.api import retry
from phota_desktop.core.jobs import Job, JobState
from phota_desktop.services import runner, running
from phota_desktop.services.composition import open_services
from phota_desktop.viewmodels.jobs import DETAIL_ROLE
from phota_desktop.viewmodels.submitting import BURST
from tests.fake_phota import Chaos, FakePhotaThread, Fault, Ledger
from tests.fake_phota.running import KEY, Servers

from .conftest import LEFT, Desk, until

HTML = '<img src="http://127.0.0.1:9/x.png"><b>No.</b>' + 20 * " Not this" + "."
SECRET = "prompt of my own"  # noqa: S105  (nobody's password)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pauses short; how long they are is the retry table's test."""
    monkeypatch.setattr(runner, "POLL_FIRST", 0.03)
    monkeypatch.setattr(runner, "POLL_TRIES", 1)
    monkeypatch.setattr(runner, "OFFLINE_TRIES", 1)
    monkeypatch.setattr(retry, "FIRST_DELAY_S", 0.02)


class Browser(QObject):
    """Takes addresses in place of a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.visited: list[str] = []

    @Slot(QUrl)
    def visit(self, url: QUrl) -> None:
        self.visited.append(url.toString())


@dataclass
class Ladder:
    """A person before the window: what they press, and what they read."""

    desk: Desk
    fake: FakePhotaThread
    photo: Path
    paid_again: int = 0
    """How many requests a person had done anew, at the price on the button."""

    async def ask(self, prompt: str = SECRET, variants: int = 1) -> str:
        """Press the submit button; return the id of the job that is recorded by it."""
        studio, drawer = self.desk.studio, self.desk.window.drawer
        studio.form.set_prompt(prompt)
        studio.form.set_variants(variants)
        known = len(self.desk.jobs.jobs())
        await until(lambda: drawer.submit.isEnabled())
        studio.submitter._last_wish = -BURST  # people take their time
        QTest.mouseClick(drawer.submit, LEFT)
        await until(lambda: len(self.desk.jobs.jobs()) > known)
        await until(lambda: not studio.submitter._recording)
        return self.desk.jobs.jobs()[0].id

    def job(self, job_id: str) -> Job:
        job = self.desk.jobs.job(job_id)
        assert job is not None
        return job

    async def ends(self, job_id: str, state: JobState) -> Job:
        try:
            await until(lambda: self.job(job_id).state is state, 10)
        except TimeoutError:
            pytest.fail(f"it is {self.job(job_id).state}: {self.job(job_id).error}")
        return self.job(job_id)

    @property
    def words(self) -> str:
        return self.desk.window.status.notice.text

    @property
    def button(self) -> QPushButton:
        button = self.desk.window.findChild(QPushButton, "noticeAction")
        assert isinstance(button, QPushButton)
        return button

    async def reads(self, words: str, button: str) -> None:
        """Wait for a notice; its button says what it does."""
        try:
            await until(lambda: words in self.words, 15)
        except TimeoutError:
            pytest.fail(f"{words!r} is not in {self.words!r}")
        assert self.button.text() == button
        assert self.button.isVisible() == bool(button)
        assert self.desk.window.status.notice._words.textFormat() is Qt.TextFormat.PlainText

    def press(self) -> None:
        QTest.mouseClick(self.button, LEFT)

    async def reads_nothing(self) -> None:
        await until(lambda: self.desk.studio.notices.current is None)

    def row(self, job_id: str) -> str:
        jobs = self.desk.jobs
        return str(jobs.data(jobs.index(jobs.row(job_id)), DETAIL_ROLE))

    async def in_panel(self, job_id: str, name: str) -> str:
        """Press a button of the job panel; return what is in the clipboard after it."""
        commands = self.desk.window.commands
        if commands.job_panel is None:
            QTest.mouseClick(self.desk.window.status.jobs, LEFT)
        panel = commands.job_panel
        assert panel is not None
        panel.select(job_id)
        await until(lambda: panel.findChild(QPushButton, name).isVisible())
        panel._last_click = -9.0
        QTest.mouseClick(panel.findChild(QPushButton, name), LEFT)
        return QGuiApplication.clipboard().text()

    def ids(self) -> set[str]:
        return {row["client_request_id"] for row in self.fake.ledger.posts()}


async def _open(desk: Desk, url: str, key: str, photos: list[Path], home: dict[str, str]) -> None:
    environ = {**home, "PHOTA_BASE_URL": url}
    services = await open_services(desk.folders, desk.settings.value, environ=environ)
    desk.services = services
    await services.session.start()
    await services.session.use_key(key)
    desk.window.attach(services)
    desk.settings.change(consented=True)
    desk.studio.opener.open(photos)
    await until(lambda: desk.studio.can_submit)
    await until(lambda: desk.studio.form._size is not None)


async def _close(desk: Desk) -> None:
    desk.window.detach()
    await desk.running.close()


@pytest_asyncio.fixture
async def ladder(
    qapp: QApplication, desk: Desk, environ: dict[str, str], tmp_path: Path, photos: list[Path]
) -> AsyncIterator[Ladder]:
    qapp.setQuitOnLastWindowClosed(False)
    with FakePhotaThread(tmp_path / "ledger") as fake:
        await _open(desk, fake.url, fake.key, photos, environ)
        made = Ladder(desk, fake, photos[0])
        yield made
        await _close(desk)
        assert fake.ledger.double_charges() == made.paid_again


# -- key and credit: one banner, and all wait -------------------------------------------------


async def three_wait(ladder: Ladder) -> list[str]:
    first = await ladder.ask("one")
    await until(lambda: ladder.desk.running.queue.hold_of(first))
    ids = [first, await ladder.ask("two"), await ladder.ask("three")]
    await until(lambda: ladder.desk.running.queue.hold_of(ids[1]))
    await until(lambda: "3 requests wait." in ladder.words)
    assert ladder.desk.studio.notices.waiting == 0, "one banner for all"
    assert [ladder.job(one).state for one in ids] == [JobState.QUEUED] * 3
    assert "Waiting, not sent" in ladder.row(ids[1])
    return ids


async def all_paid_once(ladder: Ladder, ids: list[str]) -> None:
    for one in ids:
        await ladder.ends(one, JobState.DONE)
    assert len(ladder.fake.ledger.charges()) == len(ids)
    assert len(ladder.ids()) == len(ids)
    await ladder.reads_nothing()


@pytest.mark.parametrize("status", [401, 403])
async def test_a_rejected_key_holds_the_queue_until_another_is_saved(
    ladder: Ladder, status: int
) -> None:
    if status == 401:
        await ladder.desk.running.session.use_key("wrong-key-0123456789")
    else:
        ladder.fake.set_chaos(Fault("submit", "status", status=403))
    ids = await three_wait(ladder)
    await ladder.reads("Phota did not accept the API key. 3 requests wait.", "Open settings")
    asked = ladder.fake.ledger.rows("api" if status == 401 else "post")
    assert len([row for row in asked if "enhance" in row.values() or row.get("path")]) >= 1
    assert len(ladder.fake.ledger.posts()) <= 1, "one refusal speaks for all"
    ladder.press()
    dialog = ladder.desk.window.findChild(QWidget, "settingsDialog")
    assert dialog.isVisible()
    assert "did not accept" in ladder.words, "to look at the settings mends nothing yet"
    ladder.fake.set_chaos()
    dialog.findChild(QLineEdit, "apiKeyEdit").setText(ladder.fake.key)
    QTest.mouseClick(dialog.findChild(QWidget, "saveKeyButton"), LEFT)
    await all_paid_once(ladder, ids)


@pytest.mark.parametrize("how", ["button", "return", "panel"])
async def test_without_credit_the_queue_waits_until_it_is_tried_again(
    ladder: Ladder, how: str
) -> None:
    browser = Browser()
    QDesktopServices.setUrlHandler("https", browser, "visit")
    try:
        ladder.fake.set_chaos(Fault("submit", "status", status=402))
        ids = await three_wait(ladder)
        await ladder.reads("Not enough credit for this request. 3 req", "Open account page")
        assert len(ladder.fake.ledger.posts()) == 1
        ladder.press()
        assert browser.visited == ["https://platform.photalabs.com"]
        await ladder.reads("Not enough credit for this request. 3 req", "Try now")
        ladder.press()
        await until(lambda: len(ladder.fake.ledger.posts()) >= 2)
        await until(lambda: ladder.desk.running.queue.hold_of(ids[0]))
        await ladder.reads("Not enough credit for this request. 3 req", "Open account page")
        ladder.fake.set_chaos()
        if how == "panel":
            await ladder.in_panel(ids[0], "jobTryNow")
        else:
            ladder.press()
        if how == "button":
            await ladder.reads("Not enough credit for this request. 3 req", "Try now")
            ladder.press()
        elif how == "return":
            QApplication.instance().applicationStateChanged.emit(
                Qt.ApplicationState.ApplicationActive
            )
        await all_paid_once(ladder, ids)
    finally:
        QDesktopServices.unsetUrlHandler("https")


async def test_a_banner_that_was_waved_off_comes_back_for_a_new_request(ladder: Ladder) -> None:
    ladder.fake.set_chaos(Fault("submit", "status", status=402))
    await ladder.ask("one")
    await ladder.reads("1 request waits.", "Open account page")
    QTest.mouseClick(ladder.desk.window.findChild(QWidget, "noticeDismiss"), LEFT)
    assert ladder.words == ""
    second = await ladder.ask("two")
    await ladder.reads("2 requests wait.", "Open account page")
    await ladder.in_panel(second, "jobCancel")
    await ladder.reads("1 request waits.", "Open account page")


# -- refused, invalid, gone ---------------------------------------------------------------------


@pytest.mark.parametrize("where", ["submit", "job"])
async def test_a_refusal_is_no_failure_and_brings_the_prompt_back(
    ladder: Ladder, where: str
) -> None:
    if where == "submit":
        ladder.fake.set_chaos(Fault("submit", "moderation"))
    else:
        ladder.fake.set_chaos(job_ends="moderation")
    job = await ladder.ends(await ladder.ask(), JobState.REFUSED)
    await ladder.reads(
        "IMG_1.jpg: Refused. Phota declined this request (content rules).", "Edit prompt"
    )
    assert ladder.row(job.id).startswith("Refused")
    assert "fail" not in (ladder.row(job.id) + ladder.words.replace("The job failed.", "")).lower()
    ladder.desk.studio.form.set_prompt("another")
    ladder.press()
    assert ladder.desk.studio.form.prompt == SECRET
    assert ladder.desk.window.drawer.prompt.hasFocus()
    assert await ladder.in_panel(job.id, "jobCopyRequestId") == job.request_id != ""
    assert len(ladder.fake.ledger.posts()) == 1


@pytest.mark.parametrize(("status", "field"), [(400, ""), (422, "prompt")])
async def test_an_invalid_request_says_why_in_plain_text_and_comes_back(
    ladder: Ladder, status: int, field: str
) -> None:
    fault = Fault("submit", "status", status=status, detail=HTML, field=field)
    ladder.fake.set_chaos(fault)
    job = await ladder.ends(await ladder.ask(variants=3), JobState.FAILED)
    said = f"{field}: {HTML}" if field else HTML
    await ladder.reads(f"IMG_1.jpg: {said}", "Back to request")
    label = ladder.desk.window.status.notice._words
    ladder.desk.window.resize(880, 560)
    await until(lambda: label.text() != ladder.words)
    assert "<img" not in label.toolTip(), "a tooltip would be read as HTML"
    strip = ladder.desk.studio.strip
    tips = [strip.data(strip.index(row), Qt.ItemDataRole.ToolTipRole) for row in range(2)]
    assert all("<img" not in str(tip) for tip in tips)
    form = ladder.desk.studio.form
    form.set_operation("generate")
    form.set_prompt("another")
    form.set_variants(1)
    ladder.press()
    assert (form.operation.value, form.prompt, form.variants) == ("enhance", SECRET, 3)
    assert ladder.desk.window.drawer.prompt.hasFocus()
    assert job.error is not None
    assert await ladder.in_panel(job.id, "jobCopyRequestId") == job.error.request_id != ""
    assert len(ladder.fake.ledger.posts()) == 1, "never sent twice"


async def test_a_job_that_phota_forgot_can_be_removed(ladder: Ladder) -> None:
    ladder.fake.set_chaos(Fault("poll", "status", status=404))
    job = await ladder.ends(await ladder.ask(), JobState.FAILED)
    await ladder.reads("This job no longer exists at Phota.", "Remove")
    assert await ladder.in_panel(job.id, "jobCopyRequestId") != ""
    ladder.press()
    await until(lambda: ladder.desk.jobs.jobs() == [])
    await ladder.reads_nothing()


# -- slow, busy, offline, lost ------------------------------------------------------------------


@pytest.mark.parametrize("how", ["504", "deadline"])
async def test_what_takes_too_long_is_asked_about_again(
    ladder: Ladder, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "504":
        ladder.fake.set_chaos(Fault("poll", "status", status=504))
    else:
        monkeypatch.setattr(runner, "JOB_DEADLINE", 0.2)
        ladder.fake.set_chaos(job_seconds=30.0)
    job_id = await ladder.ask()
    await ladder.reads("Phota took too long.", "Check again")
    state = ladder.job(job_id).state
    assert state is (JobState.ACCEPTED if how == "504" else JobState.FAILED)
    monkeypatch.setattr(runner, "JOB_DEADLINE", 60.0)
    ladder.fake.set_chaos(job_seconds=0.01)
    ladder.press()
    await ladder.ends(job_id, JobState.DONE)
    await ladder.reads_nothing()
    assert len(ladder.fake.ledger.posts()) == 1


async def test_a_busy_phota_is_counted_down_to_the_next_try(ladder: Ladder) -> None:
    ladder.fake.set_chaos(Fault("submit", "status", status=429, retry_after="60"))
    job_id = await ladder.ask()
    await ladder.reads("Phota is busy. Next try in 60 s.", "Try now")
    assert "Next try in" in ladder.row(job_id)
    await until(lambda: "Next try in 58 s." in ladder.words)
    assert ladder.job(job_id).state is JobState.QUEUED
    assert len(ladder.fake.ledger.posts()) == 1
    ladder.fake.set_chaos()
    ladder.press()
    await ladder.ends(job_id, JobState.DONE)
    await ladder.reads_nothing()
    assert len(ladder.ids()) == 1
    assert len(ladder.fake.ledger.charges()) == 1


async def test_another_trouble_takes_the_place_of_the_one_that_is_over(ladder: Ladder) -> None:
    ladder.fake.set_chaos(Fault("submit", "status", status=402))
    job_id = await ladder.ask()
    await ladder.reads("Not enough credit", "Open account page")
    assert "%" not in ladder.row(job_id), "nothing was taken of it"
    ladder.fake.set_chaos(Fault("submit", "status", status=429, retry_after="60"))
    await ladder.in_panel(job_id, "jobTryNow")
    await ladder.reads("Phota is busy. Next try in ", "Try now")
    await until(lambda: ladder.desk.studio.notices.waiting == 0)


async def test_a_busy_phota_tries_by_itself_when_the_time_has_come(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "TOLD_PAUSE", 0.5)
    ladder.fake.set_chaos(Fault("submit", "status", status=429, retry_after="1", times=1))
    job_id = await ladder.ask()
    await ladder.reads("Phota is busy. Next try in 1 s.", "Try now")
    await ladder.ends(job_id, JobState.DONE)
    await ladder.reads_nothing()


async def test_a_long_wait_is_told_by_the_clock(ladder: Ladder) -> None:
    ladder.fake.set_chaos(Fault("submit", "status", status=429, retry_after="900"))
    job_id = await ladder.ask()
    await ladder.reads("Phota is busy. Next try at ", "Try now")
    assert re.search(r"Next try at \d\d:\d\d\.", ladder.words)
    ladder.fake.set_chaos()
    ladder.press()
    await ladder.ends(job_id, JobState.DONE)
    assert len(ladder.ids()) == 1


async def test_after_five_busy_answers_a_person_tries_at_the_price_on_the_button(
    ladder: Ladder,
) -> None:
    ladder.fake.set_chaos(Fault("submit", "status", status=429))
    job_id = await ladder.ask()
    await ladder.ends(job_id, JobState.FAILED)
    assert len(ladder.fake.ledger.posts()) == 5
    await ladder.reads("Phota is busy.", "Try now · $0.12")
    ladder.fake.set_chaos()
    ladder.press()
    await ladder.ends(job_id, JobState.DONE)
    await ladder.reads_nothing()
    assert len(ladder.ids()) == 1
    assert len(ladder.fake.ledger.charges()) == 1


@pytest.mark.parametrize("body", ["json", "html", "empty"])
async def test_a_server_error_while_it_runs_is_waited_out(ladder: Ladder, body: str) -> None:
    ladder.fake.set_chaos(Fault("poll", "status", status=503, body=body))
    job_id = await ladder.ask()
    await ladder.reads("Phota is busy. Next try in ", "Try now")
    assert ladder.job(job_id).state is JobState.ACCEPTED
    ladder.fake.set_chaos()
    ladder.press()
    await ladder.ends(job_id, JobState.DONE)
    assert len(ladder.fake.ledger.posts()) == 1


async def test_a_job_that_failed_at_phota_is_never_repeated_by_itself(ladder: Ladder) -> None:
    ladder.fake.set_chaos(job_ends="error")
    failed = await ladder.ends(await ladder.ask(), JobState.FAILED)
    await ladder.reads("The job failed.", "Try now · $0.12")
    ladder.fake.set_chaos()
    ladder.press()
    await until(lambda: len(ladder.desk.jobs.jobs()) == 2)
    await ladder.ends(ladder.desk.jobs.jobs()[0].id, JobState.DONE)
    assert ladder.job(failed.id).state is JobState.FAILED
    ladder.paid_again = 1
    assert len(ladder.fake.ledger.posts()) == 2


async def test_offline_is_certainly_not_charged_and_goes_on(
    qapp: QApplication, desk: Desk, environ: dict[str, str], tmp_path: Path, photos: list[Path]
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    await _open(desk, f"http://127.0.0.1:{port}/v1/phota", KEY, photos, environ)
    fake = FakePhotaThread(tmp_path / "ledger")
    ladder = Ladder(desk, fake, photos[0])
    ids = [await ladder.ask("one"), await ladder.ask("two")]
    await until(lambda: len(desk.running.queue.holds()) == 2)
    await ladder.reads("No connection to Phota. Next try in ", "Retry")
    assert desk.studio.notices.waiting == 0
    assert [ladder.job(one).state for one in ids] == [JobState.QUEUED] * 2
    servers = Servers(Ledger(tmp_path / "ledger"), Chaos(), KEY, port)
    try:
        ladder.press()
        await all_paid_once(ladder, ids)
    finally:
        await _close(desk)
        servers.close()


@pytest.mark.parametrize("status", [0, 502, 504])
@pytest.mark.parametrize("late", [False, True])
async def test_a_lost_answer_is_asked_about_with_the_same_id(
    ladder: Ladder, status: int, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if late:  # after the time in which the same request may go out by itself
        monkeypatch.setattr(retry, "UNKNOWN_WINDOW_S", 0.0)
    do = "status" if status else "lose_answer"
    ladder.fake.set_chaos(Fault("submit", do, status=status or 500, charged=True, body="html"))
    job_id = await ladder.ask()
    await ladder.reads("The answer was lost; this may have been charged.", "Check again")
    assert ladder.job(job_id).state is (JobState.UNKNOWN if late else JobState.SENT)
    monkeypatch.setattr(retry, "UNKNOWN_WINDOW_S", 900.0)
    ladder.fake.set_chaos()
    ladder.press()
    await ladder.ends(job_id, JobState.DONE)
    await ladder.reads_nothing()
    assert len(ladder.ids()) == 1
    assert len({row["body_sha256"] for row in ladder.fake.ledger.posts()}) == 1
    assert len(ladder.fake.ledger.charges()) == 1


# -- this computer --------------------------------------------------------------------------------


async def test_without_a_keyring_the_key_is_kept_for_this_session_only(ladder: Ladder) -> None:
    dialog = ladder.desk.window.commands.open_settings()
    dialog.findChild(QLineEdit, "apiKeyEdit").setText(ladder.fake.key)
    QTest.mouseClick(dialog.findChild(QWidget, "saveKeyButton"), LEFT)
    status = dialog.findChild(QLabel, "keyStatus")
    words = "This system has no password store. The key is kept for this session only."
    await until(lambda: status.text() == words)
    await ladder.ends(await ladder.ask(), JobState.DONE)


async def test_a_folder_that_cannot_be_written_keeps_the_pictures_and_asks_for_another(
    ladder: Ladder, tmp_path: Path
) -> None:
    blocked, other = tmp_path / "blocked", tmp_path / "other"
    blocked.write_text("a file where the folder should be")
    other.mkdir()
    ladder.desk.settings.change(out_dir=blocked)
    job = await ladder.ends(await ladder.ask(variants=2), JobState.DONE)
    assert all(one.path.is_file() for one in job.variants)
    await ladder.reads(str(blocked), "Choose folder")
    ladder.press()
    dialog = ladder.desk.window.findChild(QFileDialog, "folderDialog")
    dialog.setDirectory(str(other))
    dialog.selectFile(str(other))
    dialog.accept()
    await until(lambda: all(one.copy_path for one in ladder.job(job.id).variants))
    copies = [one.copy_path for one in ladder.job(job.id).variants]
    assert {path.parent for path in copies if path} == {other}
    assert ladder.desk.settings.results_folder == other
    await ladder.reads_nothing()


async def test_a_full_disk_spends_nothing_and_says_how_much_is_missing(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    studio = ladder.desk.studio
    QTest.mouseClick(ladder.desk.window.drawer.submit, LEFT)
    await ladder.reads("MB are missing.", "Choose folder")
    assert str(ladder.desk.folders.vault) in ladder.words
    ladder.press()
    assert ladder.desk.window.findChild(QFileDialog, "folderDialog").isVisible()
    ladder.desk.window.findChild(QFileDialog, "folderDialog").reject()
    assert studio.jobs.jobs() == []
    assert ladder.fake.ledger.posts() == []


async def test_an_unreadable_picture_is_named_and_removed(ladder: Ladder) -> None:
    ladder.photo.write_bytes(ladder.photo.read_bytes()[:40])
    QTest.mouseClick(ladder.desk.window.drawer.submit, LEFT)
    await until(lambda: ladder.desk.studio.notices.current)
    await ladder.reads("IMG_1.jpg: ", "Remove")
    ladder.press()
    assert ladder.photo not in ladder.desk.studio.photos.paths()
    assert ladder.photo.exists()
    assert ladder.fake.ledger.posts() == []


async def test_details_of_a_bug_hold_no_key_prompt_or_picture(ladder: Ladder) -> None:
    key, photo = ladder.fake.key, ladder.photo.read_bytes()

    async def broken() -> None:
        raise RuntimeError(f"{SECRET} {key} {photo!r}")

    job = await ladder.ends(await ladder.ask(), JobState.DONE)
    ladder.desk.running.tasks.spawn(broken(), name="submit IMG_1.jpg")
    await ladder.reads("Something went wrong in Phota Desktop.", "Copy details")
    ladder.press()
    copied = QGuiApplication.clipboard().text()
    assert "RuntimeError" in copied
    assert "Phota Desktop 0" in copied or "Phota Desktop " in copied
    copied += await ladder.in_panel(job.id, "jobCopyDetails")
    assert job.id in copied
    for secret in (SECRET, key, "xff"):
        assert secret not in copied


async def test_a_partial_set_keeps_what_came(ladder: Ladder) -> None:
    ladder.fake.set_chaos(images=2)
    job = await ladder.ends(await ladder.ask(variants=3), JobState.PARTIAL)
    await ladder.reads("2 of 3 pictures came. Phota sent fewer", "Check again")
    titles = [entry.title for entry in ladder.desk.studio.strip.entries()]
    assert titles[:3] == ["Original", "v1", "v2"]
    assert all(one.path.is_file() for one in job.variants)
    assert job.cost == Decimal("0.24")
    ladder.fake.set_chaos()
    ladder.press()
    await until(lambda: ladder.job(job.id).state is JobState.DONE)
    assert len(ladder.job(job.id).variants) == 3
    assert len(ladder.fake.ledger.posts()) == 1
    await asyncio.sleep(0)
