"""The spending window: sums, bars and the table of real jobs in a real journal."""

from __future__ import annotations

import csv
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import EditRequest, EnhanceRequest, StudioRequest
from phota_desktop.services.composition import Services
from phota_desktop.ui.ledger_dialog import LedgerDialog
from phota_desktop.viewmodels.ledger import BAR_DAYS, LedgerViewModel

from .conftest import LEFT, Desk, until

DAY = 86_400


def job(n: int, request: StudioRequest, cost: str, days_ago: float = 0) -> Job:
    sent = time.time() - days_ago * DAY
    amount = Decimal(cost) if cost else None
    return Job(
        id=f"job-{n}",
        client_request_id=f"request-{n}",
        engine=Engine.PHOTA,
        request=request,
        created=sent,
        sent=sent,
        state=JobState.DONE,
        remote_job_id=f"remote-{n}",
        estimate=Estimate(amount, amount) if amount is not None else None,
        cost=amount,
        variants=(Variant(1, Path("/v/1.jpg"), "0", 2048, 1365, "jpg"),),
    )


@dataclass
class Book:
    """The open dialog over a live desk."""

    dialog: LedgerDialog
    ledger: LedgerViewModel
    services: Services

    def words(self, name: str) -> str:
        return self.dialog.findChild(QLabel, name).text()

    def cells(self) -> list[list[str]]:
        table = self.ledger.table
        return [
            [str(table.index(row, column).data()) for column in range(4)]
            for row in range(table.rowCount())
        ]


@pytest_asyncio.fixture
async def book(live: Desk) -> AsyncIterator[Book]:
    ledger = LedgerViewModel(live.settings)
    ledger.attach(live.running)
    dialog = LedgerDialog(ledger, live.window)
    yield Book(dialog, ledger, live.running)
    dialog.close()
    ledger.detach()


async def filled(book: Book) -> None:
    photo = Path("/p/a.jpg")
    jobs = (
        job(1, EnhanceRequest(photo), "0.12", 40),
        job(2, EnhanceRequest(photo, profile_ids=("anna", "bello")), "0.15", 1),
        job(3, EnhanceRequest(photo, profile_ids=("anna",)), "0.15"),
        job(4, EditRequest((photo,), "sky"), ""),
    )
    for one in jobs:
        await book.services.threads.journal(book.services.journal.add, one)
    book.dialog.show()
    await until(lambda: book.ledger.entries)


async def test_nothing_spent_says_so(book: Book) -> None:
    book.dialog.show()
    await until(lambda: book.ledger.is_read)
    shown = [label.text() for label in book.dialog.findChildren(QLabel) if label.isVisible()]
    assert any(words.startswith("Nothing was spent yet.") for words in shown)
    assert book.words("ledgerToday") == "$0.00 of $5.00"
    assert not book.dialog.export_button.isEnabled()


async def test_the_sums_are_of_days_months_and_people(book: Book) -> None:
    await filled(book)
    assert book.words("ledgerToday") == "$0.15 of $5.00"
    assert book.words("ledgerInAll") == "$0.42"
    assert [row[1:] for row in book.cells()] == [
        ["2", "2", "$0.15 + 1 not published"],
        ["1", "1", "$0.15"],
        ["1", "1", "$0.12"],
    ]
    QTest.mouseClick(book.dialog.period.button("month"), LEFT)
    assert book.cells()[-1][-1] == "$0.12"
    QTest.mouseClick(book.dialog.period.button("profile"), LEFT)
    people = {row[0]: row[-1] for row in book.cells()}
    assert people == {
        "anna": "$0.23",
        "bello": "$0.07",
        "No person or pet": "$0.12 + 1 not published",
    }


async def test_the_bars_are_the_last_days_and_tell_each(book: Book) -> None:
    await filled(book)
    bars = book.ledger.bars()
    assert len(bars) == BAR_DAYS
    assert [bar.amount for bar in bars[-2:]] == [Decimal("0.15"), Decimal("0.15")]
    assert sum(bar.amount for bar in bars) == Decimal("0.30")
    plot = book.dialog.bars
    at = plot.bar_rect(BAR_DAYS - 2).center().toPoint()
    assert plot.bar_at(at.x()) == BAR_DAYS - 2
    QTest.mouseMove(plot, QPoint(at.x(), 40))
    assert "$0.15" in plot.accessibleName()
    assert not plot.grab().isNull()


async def test_the_table_is_saved_and_adds_up(book: Book, tmp_path: Path) -> None:
    await filled(book)
    book.dialog.set_folder(tmp_path)
    QTest.mouseClick(book.dialog.export_button, LEFT)
    dialog = book.dialog.findChild(QFileDialog, "tableDialog")
    target = tmp_path / "spending.csv"
    dialog.selectFile(str(target))
    dialog.accept()
    await until(target.exists)
    rows = list(csv.reader(target.read_text("utf-8-sig").splitlines()))
    assert sum(Decimal(row[6]) for row in rows[1:-1] if row[6]) == Decimal(rows[-1][6])
    assert Decimal(rows[-1][6]) == Decimal("0.42")


async def test_the_cap_is_a_click_away_in_the_settings(book: Book, live: Desk) -> None:
    asked: list[bool] = []
    book.dialog.cap_asked.connect(lambda: asked.append(True))
    book.dialog.show()
    QTest.mouseClick(book.dialog.cap_button, LEFT)
    assert asked == [True]
    live.window.commands.open_settings()
    settings = live.window.findChild(QWidget, "settingsDialog")
    settings.show_cap()
    QTest.keyClicks(settings.cap, "9")
    QTest.keyClick(settings.cap, Qt.Key.Key_Tab)
    settings.cap.editingFinished.emit()
    assert book.words("ledgerToday") == "$0.00 of $9.00"
