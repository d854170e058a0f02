"""How many pictures lie behind each way into the library."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from phota_desktop.core.library import Flag, LibraryChange, LibraryQuery

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.library import Library

WAYS = {"all": "All pictures", "today": "Today", "picks": "Picks"}
"""The ways by name, in words."""
_RESTS_MS = 400
"""A batch that comes in changes the counts many times; they are read when it rests."""


class LibraryCounts(QObject):
    """Counts whenever the library rests after a change."""

    counted = Signal(str, int)
    """The name of a way, and how many pictures there are."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services: Services | None = None
        self._leave: Callable[[], None] = lambda: None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_RESTS_MS)
        self._rest.timeout.connect(self._start)

    def attach(self, services: Services) -> None:
        """Follow the library."""
        self._services = services
        self._leave = services.library.changed.subscribe(self._on_change)
        self._start()

    def detach(self) -> None:
        """Let the library go."""
        self._leave()
        self._rest.stop()
        self._services = None

    def _on_change(self, change: LibraryChange) -> None:
        self._rest.start()

    def _start(self) -> None:
        if self._services is not None:
            count = self._count(self._services.library)
            self._services.tasks.spawn(count, name="counts of the library", replace=True)

    async def _count(self, library: Library) -> None:
        for name in WAYS:
            self.counted.emit(name, len((await library.find(query_of(name))).numbers))


def query_of(name: str) -> LibraryQuery:
    """Return what one of the ways shows."""
    if name == "today":
        today = datetime.datetime.now().astimezone().date()
        return LibraryQuery(since=today, until=today)
    if name == "picks":
        return LibraryQuery(flags=frozenset({Flag.PICK}))
    return LibraryQuery()
