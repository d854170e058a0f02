"""What was spent: the ledger's sums by day, month and person, and the last days for the plot."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractTableModel,
    QDate,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.ledger import LedgerEntry, Sum, by_day, by_month, by_profile, total
from phota_desktop.viewmodels.words import count, money, plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.ledger import Ledger
    from phota_desktop.services.queue import JobChange
    from phota_desktop.viewmodels.settings import SettingsViewModel

Index = QModelIndex | QPersistentModelIndex
BAR_DAYS = 31


class Period(StrEnum):
    """What the table sums up."""

    DAY = "day"
    MONTH = "month"
    PROFILE = "profile"


@dataclass(frozen=True)
class DayBar:
    """One day of the plot; days on which nothing was sent have nothing."""

    day: datetime.date
    amount: Decimal
    words: str


class LedgerTable(QAbstractTableModel):
    """One row a day, month or person: jobs, pictures and the amount."""

    COLUMNS = ("Day", "Jobs", "Pictures", "Amount")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[str, Sum], ...] = ()
        self._title = "Day"

    def show(self, title: str, rows: Sequence[tuple[str, Sum]]) -> None:
        """Show these sums under their words."""
        self.beginResetModel()
        self._title, self._rows = title, tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self.COLUMNS)

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self._title, *self.COLUMNS[1:])[section]
        return _side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            words, sum_ = self._rows[index.row()]
            return (words, str(sum_.jobs), str(sum_.images), amount_words(sum_))[index.column()]
        return None


class LedgerViewModel(QObject):
    """Reads the ledger when asked, and again when a paid job ends while it is shown."""

    changed = Signal()
    told = Signal(str, bool)
    """What came of reading or exporting: plain words, and whether it is good news."""

    def __init__(self, settings: SettingsViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = LedgerTable(self)
        self.period = Period.DAY
        self.entries: tuple[LedgerEntry, ...] = ()
        self.is_read = False
        self._settings = settings
        self._services: Services | None = None
        self._leave: Callable[[], None] = _nothing
        settings.changed.connect(self.changed)

    def attach(self, services: Services) -> None:
        """Take over the ledger; nothing is read before :meth:`refresh`."""
        self._services = services
        self._leave = services.queue.changed.subscribe(self._on_job)

    def detach(self) -> None:
        """Stop listening, before the services close."""
        self._leave()
        self._leave, self._services = _nothing, None

    def refresh(self) -> None:
        """Read the ledger anew."""
        if self._services is not None:
            work = self._read(self._services.ledger)
            self._services.tasks.spawn(work, name="read ledger", replace=True)

    def set_period(self, period: Period | str) -> None:
        """Sum up by days, months or people."""
        self.period = Period(period)
        self._show()

    def export(self, target: Path) -> None:
        """Write all entries as CSV beside what is there: a taken name becomes the next free one."""
        if self._services is not None:
            work = self._export(self._services, target)
            self._services.tasks.spawn(work, name="export ledger")

    # -- sums ---------------------------------------------------------------------------

    @property
    def today_words(self) -> str:
        """Today's amount beside the cap."""
        spent = self._of(by_day(self.entries), datetime.date.today().isoformat())
        return f"{money(spent)} of {money(self._settings.value.daily_cap)}"

    @property
    def month_words(self) -> str:
        """The amount of this month."""
        return money(self._of(by_month(self.entries), datetime.date.today().strftime("%Y-%m")))

    @property
    def total_words(self) -> str:
        """The amount of everything in the journal."""
        return money(total(self.entries))

    @property
    def note(self) -> str:
        """What the amounts leave open; empty if nothing."""
        unpriced = sum(entry.amount is None for entry in self.entries)
        open_ones = sum(not e.certain and e.amount is not None for e in self.entries)
        parts = []
        if open_ones:
            parts.append(f"{count(open_ones, 'job')} counted at the upper end of the estimate.")
        if unpriced:
            parts.append(
                f"{count(unpriced, 'job')} without a published price not counted; "
                "set prices in the settings."
            )
        if self.period is Period.PROFILE and any(len(e.profile_ids) > 1 for e in self.entries):
            parts.append("The price of a job with several people is shared among them.")
        return " ".join(parts)

    @property
    def cap(self) -> Decimal:
        """US dollars a day above which nothing is sent."""
        return self._settings.value.daily_cap

    def bars(self) -> tuple[DayBar, ...]:
        """Return the last days up to today, oldest first."""
        sums = {one.key: one for one in by_day(self.entries)}
        today = datetime.date.today()
        days = [today - datetime.timedelta(days=n) for n in range(BAR_DAYS - 1, -1, -1)]
        bars = []
        for day in days:
            found = sums.get(day.isoformat())
            amount = found.amount if found else Decimal(0)
            spent = amount_words(found) if found else "nothing"
            bars.append(DayBar(day, amount, f"{day_words(day)}: {spent}"))
        return tuple(bars)

    def _of(self, sums: Sequence[Sum], key: str) -> Decimal:
        return next((one.amount for one in sums if one.key == key), Decimal(0))

    def _show(self) -> None:
        if self.period is Period.DAY:
            rows = [
                (day_words(datetime.date.fromisoformat(one.key)), one)
                for one in by_day(self.entries)
            ]
            self.table.show("Day", rows)
        elif self.period is Period.MONTH:
            rows = [(_month_words(one.key), one) for one in by_month(self.entries)]
            self.table.show("Month", rows)
        else:
            names = self._services.people.names if self._services else {}
            rows = [
                (plain(names.get(one.key) or one.key, 80) or "No person or pet", one)
                for one in by_profile(self.entries)
            ]
            self.table.show("Person or pet", rows)
        self.changed.emit()

    def _on_job(self, change: JobChange) -> None:
        job = change.job
        if self.is_read and job.engine is Engine.PHOTA and job.state.is_final:
            self.refresh()

    async def _read(self, ledger: Ledger) -> None:
        try:
            self.entries = await ledger.entries()
        except PhotaError as error:
            self.told.emit(plain(error.message), False)
            return
        self.is_read = True
        self._show()

    async def _export(self, services: Services, target: Path) -> None:
        try:
            entries = await services.ledger.entries()
            path = await services.ledger.write_csv(target, entries, services.people.names)
        except PhotaError as error:
            self.told.emit(plain(f"{error.message} {error.hint}".strip()), False)
        else:
            self.told.emit(f"Saved as {plain(path.name, 120)}.", True)


def amount_words(one: Sum) -> str:
    """Return a sum as money; jobs without a published price are said."""
    if not one.unpriced:
        return money(one.amount)
    if one.unpriced == one.jobs:
        return "not published"
    return f"{money(one.amount)} + {one.unpriced} not published"


def day_words(day: datetime.date) -> str:
    """Return a day as the person's locale writes it."""
    return QLocale().toString(QDate(day.year, day.month, day.day), "ddd d MMM yyyy")


def _month_words(key: str) -> str:
    year, month = key.split("-")
    return QLocale().toString(QDate(int(year), int(month), 1), "MMMM yyyy")


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _nothing() -> None:
    """Leave nothing."""
