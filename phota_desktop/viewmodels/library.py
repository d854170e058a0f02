"""The library as the window shows it: what is found, what of it is in memory, what is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.library import (
    DiskUse,
    Facets,
    Found,
    Grouping,
    LibraryChange,
    LibraryQuery,
    Picture,
    PictureGroup,
)
from phota_desktop.viewmodels.library_filter import cleared, depends_on_marks, is_filtered
from phota_desktop.viewmodels.library_pages import PAGE, PicturePages
from phota_desktop.viewmodels.library_selection import PictureSelection

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.library import Library
    from phota_desktop.services.tasks import Tasks

_FIRST = 400
"""Pictures that are shown before the numbers of all are known: more than the largest screen has."""
_ALL_AFTER_S = 0.15
_COUNT_AFTER_S = 0.25
_NOTHING_FOUND = Found(())


def _nothing() -> None:
    return


class LibraryViewModel(QObject):
    """Asks the library only while a view of it is shown (:meth:`set_shown`).

    Places are indexes into ``found.numbers``. Signals: ``found_changed`` (another set, order or
    grouping), ``pictures_changed`` (of what is found, some are in memory or changed),
    ``selection_changed``, ``current_changed``, ``query_changed``, ``facets_changed``.
    """

    found_changed = Signal()
    pictures_changed = Signal()
    selection_changed = Signal()
    current_changed = Signal()
    query_changed = Signal()
    facets_changed = Signal()
    failed = Signal(object)
    """Carries a PhotaError."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.query = LibraryQuery(grouping=Grouping.DAY)
        self.found = _NOTHING_FOUND
        self.is_found = False
        """Whether the query was answered once."""
        self.found_by = Grouping.NONE
        """How what is found is grouped: the query may ask for another grouping already."""
        self.total = 0
        """How many pictures there are without any filter, as far as known."""
        self.facets = Facets()
        self.disk_use = DiskUse()
        self.selection = PictureSelection()
        self._pages = PicturePages()
        self._group_names: dict[str, str] = {}
        self._shown: set[str] = set()
        self._seen: dict[str, tuple[int, int]] = {}
        self._is_outdated = True
        self._is_loading = False
        self._library: Library | None = None
        self._tasks: Tasks | None = None
        self._leave: Callable[[], None] = _nothing
        self._name_of: Callable[[str], str] = lambda _profile: ""

    def attach(self, services: Services) -> None:
        """Take over the library; nothing is read before a view is shown."""
        self.attach_to(services.library, services.tasks)
        self._name_of = lambda profile: services.people.names.get(profile, "")

    def attach_to(self, library: Library, tasks: Tasks) -> None:
        """Take over a library and who runs work for the window."""
        self._library, self._tasks = library, tasks
        self._leave = library.changed.subscribe(self._on_change)
        self._is_outdated = True
        if self._shown:
            self.refresh()

    def detach(self) -> None:
        """Let the library go, before the services close."""
        self._leave()
        self._leave, self._library, self._tasks = _nothing, None, None

    def name_of(self, profile_id: str) -> str:
        """Return a person's name, empty where none is known."""
        return self._name_of(profile_id)

    # -- what is shown --------------------------------------------------------------------

    def set_shown(self, view: str, shown: bool) -> None:
        """Say that a view is on the screen or not; the first one has the library read."""
        if shown:
            self._shown.add(view)
            if self._is_outdated:
                self.refresh()
        else:
            self._shown.discard(view)
            self._seen.pop(view, None)

    def look_at(self, view: str, first: int, last: int) -> None:
        """Have the pictures between two places read, and some around them."""
        if self._seen.get(view) != (first, last):
            self._seen[view] = (first, last)
            self._load()

    def picture(self, place: int) -> Picture | None:
        """Return the picture at a place, None while it is read."""
        numbers = self.found.numbers
        return self._pages.get(numbers[place]) if 0 <= place < len(numbers) else None

    @property
    def current(self) -> Picture | None:
        """The current picture, if it is in memory."""
        return self.picture(self.selection.current)

    def group_name(self, group: PictureGroup) -> str:
        """Return the file name of the photo that a group stands for, empty while it is read."""
        if group.key not in self._group_names:
            self._group_names[group.key] = ""
            self._spawn(self._name_group(group.key), f"library group {group.key}")
        return self._group_names[group.key]

    # -- asking ---------------------------------------------------------------------------

    def set_query(self, query: LibraryQuery) -> None:
        """Ask for other pictures."""
        if query != self.query:
            self.query = query
            self.query_changed.emit()
            self.refresh()

    def change_query(self, **changes: Any) -> None:
        """Change parts of the query by their names in ``LibraryQuery``."""
        self.set_query(replace(self.query, **changes))

    def clear_query(self) -> None:
        """Take all conditions off."""
        self.set_query(cleared(self.query))

    def refresh(self) -> None:
        """Ask again; while no view is shown, only when the next one is."""
        self._is_outdated = True
        if self._shown and self._library is not None:
            self._is_outdated = False
            self._spawn(self._find(self._library, self.query), "find pictures", replace=True)
            self._spawn(self._count(self._library), "count pictures", replace=True)

    # -- choosing -------------------------------------------------------------------------

    def choose(self, place: int) -> None:
        """Choose one picture alone."""
        self._changing(lambda: self.selection.choose(place))

    def toggle(self, place: int) -> None:
        """Choose one picture more, or less."""
        self._changing(lambda: self.selection.toggle(place))

    def extend(self, place: int, *, adding: bool = False) -> None:
        """Choose all up to this place."""
        self._changing(lambda: self.selection.extend(place, adding=adding))

    def go(self, place: int) -> None:
        """Make a place the current one and keep what is chosen."""
        self._changing(lambda: self.selection.go(place))

    def choose_group(self, group: PictureGroup) -> None:
        """Choose all pictures below a heading."""
        self._changing(lambda: self.selection.choose_run(group.first, group.size))

    def choose_numbers(self, numbers: set[int]) -> None:
        """Choose these pictures."""
        self._changing(lambda: self.selection.choose_numbers(numbers))

    def choose_all(self) -> None:
        """Choose all that is found."""
        self._changing(self.selection.choose_all)

    def choose_none(self) -> None:
        """Choose the current picture alone."""
        self._changing(self.selection.choose_none)

    def advance(self) -> None:
        """Choose the next picture, to rate it."""
        if self.selection.current + 1 < len(self.found.numbers):
            self.choose(self.selection.current + 1)

    def targets(self) -> list[str]:
        """Return the keys of what is chosen; empty while those of a large choice are read."""
        chosen = self.selection.chosen()
        keys = [key for number in chosen if (key := self._pages.key_of(number))]
        return keys if len(keys) == len(chosen) else []

    async def chosen_pictures(self) -> list[Picture]:
        """Return what is chosen, in order, read anew: for export, comparing and dragging."""
        return await self.pictures_of(self.selection.chosen())

    def with_chosen(self, then: Callable[[list[Picture]], object]) -> None:
        """Call with :meth:`chosen_pictures` once they are read."""
        self._spawn(self._give_chosen(then), "read chosen pictures")

    async def _give_chosen(self, then: Callable[[list[Picture]], object]) -> None:
        then(await self.chosen_pictures())

    async def pictures_of(self, numbers: Sequence[int]) -> list[Picture]:
        """Return pictures of any number, page by page."""
        found: list[Picture] = []
        for start in range(0, len(numbers), PAGE):
            if self._library is None:
                break
            found += await self._library.pictures(numbers[start : start + PAGE])
        return found

    def known_chosen(self) -> list[Picture]:
        """Return what is chosen as far as it is in memory, at once: for dragging out."""
        found = (self._pages.get(number) for number in self.selection.chosen())
        return [picture for picture in found if picture is not None]

    # -- making room ----------------------------------------------------------------------

    def count_again(self) -> None:
        """Ask for facets and disk use as they are now: marks change them unseen."""
        if self._library is not None:
            self._spawn(self._count(self._library), "count pictures", replace=True)

    def plan_clean_up(self, wanted_bytes: int, then: Callable[[list[Picture]], object]) -> None:
        """Call with what may go to make so much room; nothing is deleted."""
        if self._library is not None:
            self._spawn(self._plan(self._library, wanted_bytes, then), "plan a clean-up")

    async def _plan(
        self, library: Library, wanted_bytes: int, then: Callable[[list[Picture]], object]
    ) -> None:
        then(await library.clean_up(wanted_bytes))

    def delete(self, keys: Sequence[str]) -> None:
        """Move results to the system trash."""
        if self._library is not None:
            self._spawn(self._delete(self._library, keys), "clean up")

    async def _delete(self, library: Library, keys: Sequence[str]) -> None:
        await library.delete(keys)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run work for a view of the library; its PhotaErrors are told by ``failed``."""
        self._spawn(work, name)

    # -- within ---------------------------------------------------------------------------

    def _changing(self, change: Callable[[], None]) -> None:
        before = self.selection.current
        change()
        self.selection_changed.emit()
        if self.selection.current != before:
            self.current_changed.emit()
        chosen = len(self.selection)
        if chosen > 1 and self._pages.has_unnamed(self.selection.chosen()):
            self._spawn(self._name_chosen(), "keys of chosen pictures", replace=True)

    async def _name_chosen(self) -> None:
        unnamed = [n for n in self.selection.chosen() if not self._pages.key_of(n)]
        for start in range(0, len(unnamed), PAGE):
            self._pages.name(await self.pictures_of(unnamed[start : start + PAGE]))
        self.selection_changed.emit()

    def _on_change(self, change: LibraryChange) -> None:
        if change.everything:
            self._pages.outdate_all()
            self._group_names.clear()
            self.refresh()
        elif not self._pages.outdate(change.keys, self._visible()) or depends_on_marks(self.query):
            self.refresh()
        self._load()

    def _visible(self) -> set[int]:
        """Return the numbers of what the views look at."""
        numbers = self.found.numbers
        return {n for first, last in self._seen.values() for n in numbers[first : last + 1]}

    async def _find(self, library: Library, query: LibraryQuery) -> None:
        quick = query.grouping in (Grouping.NONE, Grouping.DAY) and not is_filtered(query)
        if not self.is_found and quick:
            first = await library.find_first(_FIRST, query)
            is_all = len(first.numbers) < _FIRST
            self._take(first, query, whole=is_all)
            if is_all:
                return
            await asyncio.sleep(_ALL_AFTER_S)  # their pictures first
        self._take(await library.find(query), query)

    def _take(self, found: Found, query: LibraryQuery, *, whole: bool = True) -> None:
        before = self.selection.current_number
        is_same = self.is_found and found == self.found
        self.found, self.found_by, self.is_found = found, query.grouping, True
        if whole and not is_filtered(query):
            self.total = len(found.numbers)
        self.selection.find_again(found.numbers)
        if not is_same:
            self._seen.clear()  # views say anew what they look at
            self.found_changed.emit()
            self.selection_changed.emit()
        if self.selection.current_number != before:
            self.current_changed.emit()
        self.pictures_changed.emit()

    async def _count(self, library: Library) -> None:
        await asyncio.sleep(_COUNT_AFTER_S)  # pictures first: the library answers one by one
        self.facets = await library.facets()
        self.disk_use = await library.disk_use()
        self.total = sum(self.facets.kinds.values())
        self.facets_changed.emit()

    async def _name_group(self, key: str) -> None:
        picture = await self._library.picture(key) if self._library is not None else None
        if picture is not None:
            self._group_names[key] = picture.name
            self.pictures_changed.emit()

    def _load(self) -> None:
        if not self._is_loading and self._library is not None and self._missing():
            self._is_loading = True
            self._spawn(self._load_pages(self._library), "read pictures")

    def _missing(self) -> list[int]:
        for first, last in self._seen.values():
            missing = self._pages.missing(self.found.numbers, first, last)
            if missing:
                return missing
        return []

    async def _load_pages(self, library: Library) -> None:
        try:
            while missing := self._missing():
                pictures = await library.pictures(missing)
                if self._pages.put(missing, pictures):
                    self.refresh()
                self.pictures_changed.emit()
        finally:
            self._is_loading = False

    def _spawn(self, work: Coroutine[Any, Any, None], name: str, *, replace: bool = False) -> None:
        if self._tasks is None:
            work.close()
        else:
            told = self._tasks.spawn(self._told(work), name=name, replace=replace)
            told.add_done_callback(lambda _told: work.close())  # one cancelled before it began

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except PhotaError as error:
            self.failed.emit(error)
