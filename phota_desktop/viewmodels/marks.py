"""What a person thinks of pictures: stars, flags, labels, the trash, and the way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.library import (
    Flag,
    Label,
    LibraryChange,
    Marks,
    Picture,
    PictureKind,
    photo_key,
)
from phota_desktop.viewmodels.mark_words import given_words
from phota_desktop.viewmodels.notices import (
    Notice,
    NoticeAction,
    NoticesViewModel,
    Tone,
    notice_for,
)
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from asyncio import Lock

    from phota_desktop.services.composition import Services
    from phota_desktop.services.library import Library
    from phota_desktop.services.tasks import Tasks

Subject = str | Path
"""A picture by its key in the library, or by its file."""

_MARKED = "mark"
_TRASHED = "trash"


class MarksViewModel(QObject):
    """Carries out one wish after another, in the order in which keys were pressed.

    What is shown (see :meth:`watch`) is known from memory: nothing here waits for the disk.
    """

    changed = Signal()
    """Marks of something shown may be others."""
    deleted_changed = Signal()
    """Something shown was deleted, or came back."""
    history_changed = Signal()
    announced = Signal(str)
    """What was done, in a few words, for screen readers."""
    marked = Signal(list)
    """Carries the subjects that were marked, once it is done."""

    def __init__(self, notices: NoticesViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._library: Library | None = None
        self._tasks: Tasks | None = None
        self._turn: Lock
        self._leave: list[Callable[[], None]] = []
        self._paths: frozenset[Path] = frozenset()
        self._keys: frozenset[str] = frozenset()
        self._known: dict[str, Picture] = {}

    def attach(self, services: Services) -> None:
        """Follow the library."""
        from asyncio import Lock  # not loaded before the window is painted

        self._turn = Lock()
        self._library, self._tasks = services.library, services.tasks
        self._leave = [
            services.library.changed.subscribe(self._on_changed),
            services.library.history_changed.subscribe(lambda _: self.history_changed.emit()),
        ]
        self._look(self._keys)

    def detach(self) -> None:
        """Let the library go."""
        for leave in self._leave:
            leave()
        self._leave = []
        self._library = self._tasks = None

    # -- what is known --------------------------------------------------------------------

    def of(self, path: Path) -> Marks:
        """Return the marks of a picture that is shown."""
        return self._library.marks_of(path) if self._library is not None else Marks()

    def is_deleted(self, key: str) -> bool:
        """Tell whether a result that is watched was moved to the trash."""
        known = self._known.get(key)
        return known is not None and known.deleted is not None

    def picture(self, key: str) -> Picture | None:
        """Return a watched picture, as far as it is known yet."""
        return self._known.get(key)

    def watch(self, paths: Collection[Path], keys: Collection[str]) -> None:
        """Say what is shown: pictures by their files, results by their keys."""
        new_paths, new_keys = frozenset(paths), frozenset(keys)
        if (new_paths, new_keys) == (self._paths, self._keys):
            return
        fresh = new_keys - self._known.keys()
        self._paths, self._keys = new_paths, new_keys
        self._known = {key: one for key, one in self._known.items() if key in new_keys}
        self._look(fresh)

    def _look(self, keys: Collection[str]) -> None:
        if self._library is not None and self._tasks is not None:
            self._tasks.spawn(self._read(self._library, keys), name="marks of what is shown")

    async def _read(self, library: Library, keys: Collection[str]) -> None:
        await library.watch(self._paths)
        await self._learn(library, keys)
        self.changed.emit()

    async def _learn(self, library: Library, keys: Collection[str]) -> None:
        deleted = {key for key in self._known if self.is_deleted(key)}
        for key in keys:
            found = await library.picture(key)
            if found is not None and key in self._keys:
                self._known[key] = found
        if deleted != {key for key in self._known if self.is_deleted(key)}:
            self.deleted_changed.emit()

    def _on_changed(self, change: LibraryChange) -> None:
        self.changed.emit()
        keys = self._keys if change.everything else self._keys & change.keys
        if keys:
            self._look(keys)

    # -- marks ----------------------------------------------------------------------------

    def mark(
        self,
        subjects: Sequence[Subject],
        *,
        stars: int | None = None,
        flag: Flag | None = None,
        label: Label | None = None,
    ) -> None:
        """Mark pictures, all in one step; the label that all of them have is taken away."""
        wanted = list(dict.fromkeys(subjects))
        if wanted:
            self._do("mark", lambda library: self._mark(library, wanted, stars, flag, label))

    async def _mark(
        self,
        library: Library,
        subjects: list[Subject],
        stars: int | None,
        flag: Flag | None,
        label: Label | None,
    ) -> None:
        keys = [await _key(library, subject) for subject in subjects]
        if label is not None and label is not Label.NONE:
            pictures = [await library.picture(key) for key in keys]
            if all(one is not None and one.marks.label is label for one in pictures):
                label = Label.NONE
        await library.mark(keys, stars=stars, flag=flag, label=label)
        self._notices.withdraw(_TRASHED)
        self._tell(given_words(len(keys), stars=stars, flag=flag, label=label))
        self.marked.emit(subjects)

    # -- the trash ------------------------------------------------------------------------

    def trash(self, subjects: Sequence[Subject]) -> None:
        """Move results to the system trash, in one step; a person's own photos stay."""
        wanted = list(dict.fromkeys(subjects))
        if wanted:
            self._do("trash", lambda library: self._trash(library, wanted))

    async def _trash(self, library: Library, subjects: list[Subject]) -> None:
        keys = [key for one in subjects if (key := await _result(library, one))]
        if not keys:
            self._say("Your own photos are not deleted here.", "Only results are.")
            return
        gone = await library.delete(keys)
        if not gone:
            return
        self._notices.withdraw(_MARKED)
        name = plain(gone[0].name, 120) if len(gone) == 1 else count(len(gone), "picture")
        words = f"Moved {name} to the trash."
        kept = len(subjects) - len(keys)
        hint = f"{count(kept, 'picture')} stayed: your own photos are not deleted here."
        self._notices.show(
            Notice(
                words,
                Tone.INFO,
                NoticeAction.UNDO,
                "Undo",
                hint=hint if kept else "",
                group=_TRASHED,
            )
        )
        self.announced.emit(words)

    # -- the way back -----------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._library is not None and self._library.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back that can be done again."""
        return self._library is not None and self._library.can_redo

    def undo(self) -> None:
        """Take the last step back; what was paid for is no step."""
        self._do("undo", lambda library: self._step(library.undo, "Undone", "undo"))

    def redo(self) -> None:
        """Do a step again that was taken back."""
        self._do("redo", lambda library: self._step(library.redo, "Done again", "redo"))

    async def _step(self, step: Callable[[], Awaitable[str | None]], done: str, name: str) -> None:
        words = await step()
        self._notices.withdraw(_TRASHED)
        self._tell(f"{done}: {words}." if words else f"There is nothing to {name}.")

    # -- one after another ------------------------------------------------------------------

    def _do(self, name: str, call: Callable[[Library], Awaitable[None]]) -> None:
        if self._library is None or self._tasks is None:
            self._say("The library is not open yet. Try again in a moment.")
            return
        self._tasks.spawn(self._in_turn(call, self._library), name=f"{name} pictures")

    async def _in_turn(self, call: Callable[[Library], Awaitable[None]], library: Library) -> None:
        async with self._turn:  # it is fair: whoever came first goes first
            try:
                await call(library)
            except PhotaError as error:
                # The buttons of the error ladder belong to requests.
                notice = notice_for(error, subject="Library")
                self._notices.show(replace(notice, action=NoticeAction.NONE, action_text=""))

    def _tell(self, words: str) -> None:
        self._notices.show(Notice(words, group=_MARKED))
        self.announced.emit(words)

    def _say(self, words: str, hint: str = "") -> None:
        self._notices.show(Notice(words, hint=hint))
        self.announced.emit(words)


async def _result(library: Library, subject: Subject) -> str:
    """Return the key of a result, empty for a photo; one may have come a moment ago."""
    if not isinstance(subject, Path):
        return "" if subject.startswith(photo_key("")) else subject
    found = await library.at(subject)
    return found.key if found is not None and found.kind is PictureKind.RESULT else ""


async def _key(library: Library, subject: Subject) -> str:
    if not isinstance(subject, Path):
        return subject
    found = await library.at(subject)
    return (found if found is not None else await library.remember_photo(subject)).key
