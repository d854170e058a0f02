"""What a person decides about pictures, one step at a time, and how it is undone and done again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.history import History
from phota_desktop.core.library import MAX_STARS, Flag, Label, Marks, Picture, PictureKind
from phota_desktop.services.disposal import Bin
from phota_desktop.services.threads import Threads
from phota_desktop.store.pictures import MarkChange, Pictures


@dataclass(frozen=True)
class MarkStep:
    """Marks that were changed together."""

    words: str
    changes: tuple[MarkChange, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the pictures that it concerns."""
        return tuple(key for key, _, _ in self.changes)


@dataclass(frozen=True)
class DeleteStep:
    """Pictures that were deleted together."""

    words: str
    keys: tuple[str, ...]


Step = MarkStep | DeleteStep


class Marking:
    """Marks and deletes pictures, each call one step; calls are carried out in their order.

    ``changed`` is called with the keys of what is another now.
    """

    def __init__(
        self,
        pictures: Pictures,
        bin_: Bin,
        threads: Threads,
        *,
        settled: Callable[[], Awaitable[None]],
        changed: Callable[[Iterable[str]], Awaitable[None]],
    ) -> None:
        self.history_changed: Event[None] = Event()
        self._pictures = pictures
        self._bin = bin_
        self._threads = threads
        self._settled = settled
        self._changed = changed
        self._history: History[Step] = History()
        self._turn = asyncio.Lock()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._history.next_undo() is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self._history.next_redo() is not None

    async def mark(
        self, keys: Sequence[str], stars: int | None, flag: Flag | None, label: Label | None
    ) -> None:
        """Set what is given and leave the rest; nothing that changes nothing becomes a step."""
        if stars is not None and not 0 <= stars <= MAX_STARS:
            raise ValueError(f"Not a number of stars: {stars}")

        def change(_: str, marks: Marks) -> Marks:
            return Marks(
                marks.stars if stars is None else stars,
                marks.flag if flag is None else flag,
                marks.label if label is None else label,
            )

        async with self._turn:
            known = await self._threads.journal(self._pictures.by_keys, keys)
            if len(known) < len(set(keys)):
                await self._settled()  # not else: after an update that may take a while
            changes = await self._threads.journal(self._pictures.mark, keys, change)
            if not changes:
                return
            words = f"{_marks_words(stars, flag, label)} on {_count(len(changes))}"
            self._history.push(MarkStep(words, tuple(changes)))
            await self._changed([key for key, _, _ in changes])
        self.history_changed.emit(None)

    async def delete(self, keys: Sequence[str]) -> list[Picture]:
        """Move results to the trash; return those that went there, as they are now.

        Raises PhotaError INVALID for a photo of the person, before anything is moved, and DISK
        where the trash does not take one; those before it are deleted then.
        """
        async with self._turn:
            await self._settled()
            pictures = await self._threads.journal(self._pictures.by_keys, keys)
            foreign = next((one for one in pictures if one.kind is not PictureKind.RESULT), None)
            if foreign is not None:
                raise PhotaError(
                    ErrorKind.INVALID,
                    f"{foreign.name} is your own photo; only results are deleted here.",
                    hint="Delete it in your file manager if you want.",
                )
            deleted, trouble = await self._delete([one.key for one in pictures])
            step = _deletion(deleted)
            if step is not None:
                self._history.push(step)
        if step is not None:
            self.history_changed.emit(None)
        if trouble is not None:
            raise trouble
        return await self._threads.journal(self._pictures.by_keys, deleted)

    async def _delete(self, keys: Sequence[str]) -> tuple[tuple[str, ...], PhotaError | None]:
        # In a thread for files: moving them over disks takes its time, and jobs are journalled.
        deleted, trouble = await self._threads.files(self._bin.delete, keys)
        await self._changed(deleted)
        return tuple(deleted), trouble

    async def _restore(self, keys: Sequence[str]) -> PhotaError | None:
        restored: list[str] = []
        trouble: PhotaError | None = None
        for picture in await self._threads.journal(self._pictures.by_keys, keys):
            if picture.deleted is None:
                continue
            try:
                await self._threads.files(self._bin.restore, picture)
                restored.append(picture.key)
            except PhotaError as error:
                if trouble is None or trouble.kind is ErrorKind.GONE:
                    trouble = error  # one that can be mended is told before one that cannot
        await self._changed(restored)
        return trouble

    async def welcome_back(self) -> None:
        """Take in what a person took out of the trash without us, while we did not run."""
        async with self._turn:
            await self._changed(await self._threads.files(self._bin.welcome_back))

    async def undo(self) -> str | None:
        """Undo the newest step; return its words, None where there is none.

        PhotaError where files do not come back: GONE ones are given up, the others can be tried
        again.
        """
        async with self._turn:
            step = self._history.next_undo()
            if step is None:
                return None
            trouble: PhotaError | None = None
            now: Step | None = step
            if isinstance(step, MarkStep):
                await self._set(step, {key: before for key, before, _ in step.changes})
            else:
                trouble = await self._restore(step.keys)
                if trouble is not None and trouble.kind is not ErrorKind.GONE:
                    raise trouble
                # Also what an earlier try brought back.
                pictures = await self._threads.journal(self._pictures.by_keys, step.keys)
                now = _deletion(tuple(one.key for one in pictures if one.deleted is None))
            if now is None:
                self._history.dropped(step)
            else:
                self._history.moved(step, now)
        self.history_changed.emit(None)
        if trouble is not None:
            raise trouble
        return step.words

    async def redo(self) -> str | None:
        """Do again what was undone last; return its words, None where there is nothing."""
        async with self._turn:
            step = self._history.next_redo()
            if step is None:
                return None
            if isinstance(step, MarkStep):
                await self._set(step, {key: after for key, _, after in step.changes})
                self._history.moved(step)
            else:
                deleted, trouble = await self._delete(step.keys)
                now = _deletion(deleted)
                if now is not None:
                    self._history.moved(step, now)
                elif trouble is None:
                    self._history.dropped(step)
                if trouble is not None:
                    self.history_changed.emit(None)
                    raise trouble
        self.history_changed.emit(None)
        return step.words

    async def _set(self, step: MarkStep, marks: dict[str, Marks]) -> None:
        changes = await self._threads.journal(
            self._pictures.mark, step.keys, lambda key, now: marks.get(key, now)
        )
        await self._changed([key for key, _, _ in changes])


def _marks_words(stars: int | None, flag: Flag | None, label: Label | None) -> str:
    words = []
    if stars is not None:
        words.append("No stars" if not stars else "1 star" if stars == 1 else f"{stars} stars")
    if flag is not None:
        words.append({Flag.PICK: "Pick", Flag.REJECT: "Rejection", Flag.NONE: "No flag"}[flag])
    if label is not None:
        words.append(f"{label.value.capitalize()} label" if label else "No label")
    return ", ".join(words)


def _deletion(keys: tuple[str, ...]) -> DeleteStep | None:
    return DeleteStep(f"Deletion of {_count(len(keys))}", keys) if keys else None


def _count(pictures: int) -> str:
    return "1 picture" if pictures == 1 else f"{pictures} pictures"
