"""Prompts: who can be mentioned in them, which were used before, and how to begin one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.viewmodels.mentions import by_id, cleaned, readable

if TYPE_CHECKING:
    from phota_desktop.core.options import Operation
    from phota_desktop.services.composition import Services
    from phota_desktop.services.people import Person
    from phota_desktop.services.prompts import PromptHistory
    from phota_desktop.store.notebook import PromptEntry

Work = Callable[[], Coroutine[object, object, object]]
RECENT = 100
"""How many prompts Alt+Up goes back."""
SHOWN = 200
"""How many prompts a search shows."""


class PromptsViewModel(QObject):
    """What the prompt field and its history show; it works on services once they are attached."""

    people_changed = Signal()
    found = Signal()
    """``entries`` are others."""
    failed = Signal(object)
    """A :class:`PhotaError` of the history."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[PromptEntry, ...] = ()
        """What was searched for: pinned ones first, then newest."""
        self.forgotten: PromptEntry | None = None
        """Deleted just now; it can still be taken back."""
        self._services: Services | None = None
        self._leave: list[Callable[[], None]] = []
        self._people: Mapping[str, Person] = {}
        self._listed = False
        self._photo: Path | None = None
        self._query, self._only_photo = "", False
        self._recent: tuple[str, ...] = ()
        self._trail: list[str] = []
        self._place = 0
        self._draft = ""

    def attach(self, services: Services) -> None:
        """Follow people and history."""
        self._services = services
        self._leave = [
            services.people.changed.subscribe(lambda _people: self._take_people()),
            services.prompts.changed.subscribe(lambda _history: self._read()),
        ]
        self._take_people()
        self._read()

    def detach(self) -> None:
        """Stop listening, before the services close; a deletion is done for good."""
        self.settle()
        for leave in self._leave:
            leave()
        self._leave, self._services = [], None

    # -- people -------------------------------------------------------------------------

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who can be mentioned, and who cannot be yet."""
        return tuple(self._people.values())

    @property
    def is_listed(self) -> bool:
        """Whether the server has said who there is; before that nobody is unknown."""
        return self._listed

    def readable(self, wire: str) -> str:
        """Return a prompt with names for ids."""
        return readable(wire, self._people)

    def _take_people(self) -> None:
        if self._services is None:
            return
        people = self._services.people
        known, listed = by_id(people.people), people.is_listed
        if (known, listed) != (self._people, self._listed):
            self._people, self._listed = known, listed
            self.people_changed.emit()

    # -- stepping -----------------------------------------------------------------------

    def step(self, by: int, text: str) -> str | None:
        """Return the prompt ``by`` steps back in time from ``text``, None at either end.

        What was typed stands before the newest one and comes back. If a prompt out of the history
        is changed, that is the new beginning, and what was typed first comes right after it.
        """
        if not self._trail or self._trail[self._place] != text:
            self._end_trail()
            drafts = (self._draft,) if self._draft else ()
            older = (one for one in (*drafts, *self._recent) if one.strip() != text.strip())
            self._trail = list(dict.fromkeys((text, *older)))
        place = self._place + by
        if not 0 <= place < len(self._trail):
            return None
        self._place = place
        return self._trail[place]

    def _end_trail(self) -> None:
        """Begin anew at the next step; what was typed before this one is kept for it."""
        if self._place and self._trail[0].strip():
            self._draft = self._trail[0]
        if self._draft.strip() in self._recent:
            self._draft = ""
        self._trail, self._place = [], 0

    # -- the list -----------------------------------------------------------------------

    @property
    def photo(self) -> Path | None:
        """The shown photo, for its own history."""
        return self._photo

    def set_photo(self, photo: Path | None) -> None:
        """Follow the shown photo."""
        self._photo = photo

    def search(self, query: str = "", *, only_photo: bool = False) -> None:
        """Look for prompts with these words, of every photo or of the shown one; tells ``found``.

        Names are found as well as words: a name stands for the profile's id.
        """
        self._query, self._only_photo = query, only_photo
        self._look()

    def starters(self, operation: Operation) -> tuple[str, ...]:
        """Return first words for an operation, those that hold what was searched for."""
        from phota_desktop.viewmodels.starters import STARTERS

        words = self._query.casefold().split()
        return tuple(
            text for text in STARTERS[operation] if all(word in text.casefold() for word in words)
        )

    def pin(self, entry: PromptEntry, pinned: bool) -> None:
        """Keep a prompt at the top, or no longer."""
        if self._services is not None:
            work = partial(self._services.prompts.pin, entry.id, pinned)
            self._spawn(work, f"pin prompt {entry.id}")

    def forget(self, entry: PromptEntry) -> None:
        """Take a prompt out of the list; it is deleted for good when the list closes."""
        self.settle()
        self.forgotten = entry
        self._show([one for one in self.entries if one != entry])

    def undo_forget(self) -> None:
        """Put the prompt that was deleted last back."""
        self.forgotten = None
        self._look()

    def settle(self) -> None:
        """Delete for good what was taken out of the list."""
        entry, self.forgotten = self.forgotten, None
        if entry is not None and self._services is not None:
            work = partial(self._services.prompts.forget, entry.id)
            self._spawn(work, f"forget prompt {entry.id}")

    # -- inside -------------------------------------------------------------------------

    def _spawn(self, work: Work, name: str, *, replace: bool = False) -> None:
        if self._services is not None:
            self._services.tasks.spawn(self._guarded(work), name=name, replace=replace)

    async def _guarded(self, work: Work) -> None:
        try:
            await work()
        except PhotaError as error:
            self.failed.emit(error)

    def _read(self) -> None:
        """Read again what Alt+Up steps through, and the list."""
        if self._services is not None:
            work = partial(self._read_recent, self._services.prompts)
            self._spawn(work, "recent prompts", replace=True)
            self._look()

    def _look(self) -> None:
        if self._services is not None:
            work = partial(self._search, self._services.prompts)
            self._spawn(work, "search prompts", replace=True)

    async def _read_recent(self, history: PromptHistory) -> None:
        entries = await history.search(limit=RECENT)
        newest = sorted(entries, key=lambda entry: entry.used, reverse=True)
        self._recent = tuple(dict.fromkeys(cleaned(entry.text) for entry in newest))
        self._end_trail()

    async def _search(self, history: PromptHistory) -> None:
        photo = str(self._photo) if self._only_photo and self._photo is not None else None
        words = self._query.casefold().split()
        if not words or not self._people:
            self._show(await history.search(self._query, photo=photo, limit=SHOWN))
            return
        # The history holds ids, people remember names: so the words are looked for in what is read.
        entries = await history.search(photo=photo, limit=10 * SHOWN)
        read = ((entry, self.readable(entry.text).casefold()) for entry in entries)
        self._show([entry for entry, text in read if all(word in text for word in words)][:SHOWN])

    def _show(self, entries: Sequence[PromptEntry]) -> None:
        gone = self.forgotten
        kept = tuple(entry for entry in entries if gone is None or entry.id != gone.id)
        self.entries = kept
        self.found.emit()
