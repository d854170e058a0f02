"""The job panel under real keys and mouse: order, hold, retry, and the question on restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.composition import Services, open_services
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore
from phota_desktop.ui.job_panel import JobPanel
from phota_desktop.ui.reopen_dialog import ReopenDialog
from phota_desktop.viewmodels.jobs import JobAction, JobListModel
from phota_desktop.viewmodels.reopening import Reopening
from tests.fake_phota import FakePhotaThread
from tests.fake_phota.chaos import Fault

from .conftest import LEFT, until

ALT = Qt.KeyboardModifier.AltModifier
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def loop_outlives_windows(qapp: QApplication) -> None:
    """Keep the loop when the last window closes, as the program does."""
    qapp.setQuitOnLastWindowClosed(False)


@dataclass
class Bench:
    """A job panel of its own over real services and a loopback Phota."""

    services: Services
    jobs: JobListModel
    panel: JobPanel
    fake: FakePhotaThread
    photo: Path

    async def ask(self, *prompts: str, engine: Engine = Engine.PHOTA) -> list[str]:
        asked = []
        for prompt in prompts:
            request = EnhanceRequest(self.photo, prompt=prompt)
            asked.append((await self.services.queue.submit(request, engine=engine)).id)
        return asked

    def state(self, job_id: str) -> JobState:
        job = self.jobs.job(job_id)
        assert job is not None
        return job.state

    def rows(self) -> list[str]:
        return [
            self.jobs.data(self.jobs.index(row), Qt.ItemDataRole.UserRole + 1).request.prompt  # type: ignore[attr-defined]
            for row in range(self.jobs.rowCount())
        ]

    def press(self, name: str) -> QPushButton:
        button = self.panel.window().findChild(QPushButton, name)
        assert button is not None, name
        assert button.isVisible(), name
        self.panel._last_click = -9.0  # people wait between two decisions
        QTest.mouseClick(button, LEFT)
        return button

    def words(self, job_id: str) -> str:
        return str(self.jobs.data(self.jobs.index(self.jobs.row(job_id))))


async def _services(tmp_path: Path, fake: FakePhotaThread) -> Services:
    environ = {"PHOTA_DESKTOP_HOME": str(tmp_path / "home"), **fake.environ()}
    folders = AppFolders.find(environ)
    folders.create()
    services = await open_services(
        folders, SettingsStore(folders.settings_file).load(), environ=environ
    )
    await services.session.start()
    return services


@pytest_asyncio.fixture
async def bench(qapp: QApplication, tmp_path: Path, photos: list[Path]) -> AsyncIterator[Bench]:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=8.0) as fake:
        services = await _services(tmp_path, fake)
        jobs = JobListModel()
        jobs.attach(services.queue, services.tasks, lambda: Decimal(5))
        panel = JobPanel(jobs)
        panel.resize(900, 208)
        panel.show()
        yield Bench(services, jobs, panel, fake, photos[0])
        panel.close()
        jobs.detach()
        await services.close()


def middle(panel: JobPanel, row: int) -> QPoint:
    return panel.list.visualRect(panel.list.model().index(row, 0)).center()


async def test_waiting_jobs_move_by_keys_and_by_dragging(bench: Bench) -> None:
    panel, queue = bench.panel, bench.services.queue
    panel.resize(900, 400)
    panel.setMaximumHeight(400)
    queue.set_concurrency(1)
    a, b, c, d = await bench.ask(*"abcd")
    await until(lambda: bench.state(a) is JobState.ACCEPTED)
    assert bench.rows() == list("abcd")
    panel.select(d)
    QTest.keyClick(panel.list, Qt.Key.Key_Up, ALT)
    assert bench.rows() == list("abdc")
    assert panel.selected == d, "the selection stays with the job"
    QTest.keyClick(panel.list, Qt.Key.Key_Up, ALT)
    QTest.keyClick(panel.list, Qt.Key.Key_Up, ALT)
    assert bench.rows() == list("adbc"), "it stops at the first place"
    QTest.keyClick(panel.list, Qt.Key.Key_Down, ALT)
    assert bench.rows() == list("abdc")
    assert queue.order() == [b, d, c]

    view = panel.list.viewport()
    QTest.mousePress(view, LEFT, pos=middle(panel, 3))
    QTest.mouseMove(view, middle(panel, 2))
    QTest.mouseMove(view, middle(panel, 1) - QPoint(0, 6))
    QTest.mouseRelease(view, LEFT, pos=middle(panel, 1) - QPoint(0, 6))
    assert queue.order() == [c, b, d]
    assert bench.rows() == list("acbd")
    assert panel.selected == c
    QTest.mousePress(view, LEFT, pos=middle(panel, 1))
    QTest.mouseMove(view, middle(panel, 2))
    QTest.mouseMove(view, QPoint(40, view.height() - 2))
    QTest.mouseRelease(view, LEFT, pos=QPoint(40, view.height() - 2))
    assert queue.order() == [b, d, c]
    QTest.mousePress(view, LEFT, pos=middle(panel, 0))
    QTest.mouseMove(view, middle(panel, 3))
    QTest.mouseRelease(view, LEFT, pos=middle(panel, 3))
    assert bench.rows() == list("abdc"), "what runs cannot be moved"
    assert len(bench.fake.ledger.charges()) == 1


async def test_a_click_selects_and_does_not_move(bench: Bench) -> None:
    bench.services.queue.set_concurrency(1)
    _, b, c = await bench.ask(*"abc")
    view = bench.panel.list.viewport()
    QTest.mouseClick(view, LEFT, pos=middle(bench.panel, 2))
    assert bench.panel.selected == c
    assert bench.services.queue.order()[-2:] == [b, c]


async def test_hold_keeps_a_job_and_send_says_its_price(bench: Bench) -> None:
    bench.services.queue.set_concurrency(1)
    a, b = await bench.ask(*"ab")
    await until(lambda: bench.state(a) is JobState.ACCEPTED)
    bench.panel.select(b)
    bench.press("jobHold")
    assert "On hold, not sent" in bench.words(b)
    bench.services.queue.set_concurrency(2)
    await asyncio.sleep(0.2)
    assert bench.state(b) is JobState.QUEUED
    assert bench.press("jobSend").text() == "Send now · $0.12"
    await until(lambda: bench.state(b) is JobState.ACCEPTED)
    assert len(bench.fake.ledger.charges()) == 2


async def test_cancel_all_waiting_leaves_what_runs(bench: Bench) -> None:
    bench.services.queue.set_concurrency(1)
    a, b, c = await bench.ask(*"abc")
    await until(lambda: bench.state(a) is JobState.ACCEPTED)
    assert bench.panel.cancel_all.text() == "Cancel all 2 waiting"
    bench.press("cancelAllButton")
    await until(lambda: [bench.state(one) for one in (b, c)] == [JobState.CANCELED] * 2)
    assert bench.state(a) is JobState.ACCEPTED
    assert not bench.panel.cancel_all.isVisible()
    assert len(bench.fake.ledger.charges()) == 1


async def test_more_at_once_by_the_box(bench: Bench) -> None:
    asked: list[int] = []
    bench.jobs.concurrency_changed.connect(asked.append)
    ids = await bench.ask(*"abc")
    await until(lambda: bench.jobs.running == 2)
    assert bench.panel.concurrency.value() == 2
    QTest.keyClick(bench.panel.concurrency, Qt.Key.Key_Up)
    await until(lambda: bench.jobs.running == len(ids))
    assert asked == [3]


async def test_twenty_clicks_on_retry_are_one_request(bench: Bench) -> None:
    bench.fake.set_chaos(job_ends="error")
    [job_id] = await bench.ask("a")
    await until(lambda: bench.state(job_id) is JobState.FAILED)
    bench.fake.set_chaos()
    bench.panel.select(job_id)
    button = bench.panel.findChild(QPushButton, "jobRetry")
    assert button is not None
    assert button.text() == "Retry · $0.12"
    place = button.mapTo(bench.panel, button.rect().center())
    for _ in range(20):
        under = bench.panel.childAt(place)  # whatever button is there by now
        QTest.mouseClick(under or bench.panel, LEFT)
        await asyncio.sleep(0.05)
    assert len(bench.jobs.jobs()) == 2
    assert bench.jobs.job(job_id) is not None, "no click fell through to Remove"
    newest = bench.jobs.jobs()[0].id
    await until(lambda: bench.state(newest) is JobState.DONE)
    assert JobAction.RETRY not in bench.jobs.actions(job_id)
    assert len(bench.fake.ledger.posts()) == 2


async def test_retry_all_asks_with_the_price(bench: Bench) -> None:
    bench.fake.set_chaos(job_ends="error")
    ids = await bench.ask(*"ab")
    await until(lambda: [bench.state(one) for one in ids] == [JobState.FAILED] * 2)
    bench.fake.set_chaos()
    assert bench.panel.retry_all.text() == "Retry all 2 failed · $0.24"
    bench.press("retryAllButton")
    dialog = bench.panel.findChild(QWidget, "retryDialog")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await asyncio.sleep(0.1)
    assert len(bench.jobs.jobs()) == 2, "neither Return nor Esc spends"
    bench.press("retryAllButton")
    assert bench.press("retryAgree").text() == "Retry 2 · $0.24"
    await until(lambda: len(bench.jobs.jobs()) == 4)
    await until(lambda: all(job.state is JobState.DONE for job in bench.jobs.jobs()[:2]))
    assert not bench.panel.retry_all.isVisible()
    assert len(bench.fake.ledger.posts()) == 4


async def test_a_refusal_says_refused_and_offers_changes_not_a_retry(bench: Bench) -> None:
    wanted: list[Job] = []
    bench.jobs.changes_wanted.connect(wanted.append)
    bench.fake.set_chaos(Fault("submit", "moderation"))
    [job_id] = await bench.ask("a")
    await until(lambda: bench.state(job_id) is JobState.REFUSED)
    assert "Refused" in bench.words(job_id)
    assert "Failed" not in bench.words(job_id)
    bench.panel.select(job_id)
    assert not bench.panel.findChild(QWidget, "jobRetry").isVisible()
    bench.press("jobRetryWithChanges")
    assert [job.id for job in wanted] == [job_id]
    bench.press("jobCopyRequestId")
    job = bench.jobs.job(job_id)
    assert job is not None
    assert QGuiApplication.clipboard().text() == job.request_id != ""


async def test_without_credit_the_job_waits_and_tries_when_told(bench: Bench) -> None:
    bench.fake.set_chaos(Fault("submit", "status", status=402))
    [job_id] = await bench.ask("a")
    await until(lambda: JobAction.TRY_NOW in bench.jobs.actions(job_id))
    assert "Waiting, not sent" in bench.words(job_id)
    bench.fake.set_chaos(job_seconds=0.1)
    bench.panel.select(job_id)
    bench.press("jobTryNow")
    await until(lambda: bench.state(job_id) is JobState.DONE)
    assert len(bench.fake.ledger.charges()) == 1


@pytest.mark.parametrize("answer", ["reopenSend", "reopenKeep", "reopenDiscard", "escape"])
async def test_the_question_after_a_start(
    qapp: QApplication, tmp_path: Path, photos: list[Path], answer: str
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=0.1) as fake:
        fake.set_chaos(Fault("submit", "status", status=402))
        services = await _services(tmp_path, fake)
        services.queue.set_concurrency(1)
        ids = []
        for prompt in "abc":
            request = EnhanceRequest(photos[0], prompt=f"{prompt} [[person]]")
            ids.append((await services.queue.submit(request, engine=Engine.PHOTA)).id)
        await until(lambda: services.queue.hold_of(ids[0]))
        await services.close()
        fake.set_chaos(job_seconds=0.1)

        services = await _services(tmp_path, fake)
        queue, jobs, window = services.queue, JobListModel(), QWidget()
        window.show()
        await queue.load()
        jobs.attach(queue, services.tasks)
        await queue.resume()
        reopening = Reopening(queue, services.tasks)
        asked: list[bool] = []
        reopening.asked.connect(lambda: asked.append(True))
        await reopening.look()
        assert asked == [True]
        dialog = ReopenDialog(reopening, window)
        dialog.open()
        words = dialog.findChild(QLabel, "reopenWords").text()
        assert words == "3 requests of last time were not sent yet · about $0.36–0.45"
        assert dialog.findChild(QPushButton, "reopenSend").text() == "Send them · $0.36–0.45"
        await asyncio.sleep(0.1)
        assert fake.ledger.charges() == []
        if answer == "escape":
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        else:
            button = dialog.findChild(QPushButton, answer)
            for _ in range(5):
                QTest.mouseClick(button, LEFT)
        ends = {"reopenSend": JobState.DONE, "reopenDiscard": JobState.CANCELED}
        wanted = ends.get(answer, JobState.QUEUED)
        await until(lambda: {job.state for job in jobs.jobs()} == {wanted})
        await asyncio.sleep(0.1)
        assert len(fake.ledger.charges()) == (3 if answer == "reopenSend" else 0)
        if wanted is JobState.QUEUED:
            assert all(JobAction.SEND in jobs.actions(one) for one in ids)
            await reopening.look()
        jobs.detach()
        window.close()
        await services.close()


async def test_nothing_is_asked_when_nothing_costs(bench: Bench) -> None:
    reopening = Reopening(bench.services.queue, bench.services.tasks)
    reopening.asked.connect(lambda: pytest.fail("asked"))
    await bench.ask("a", engine=Engine.LOCAL)
    await reopening.look()
    assert reopening.jobs == ()
