"""The library: every result and its photo, found, marked, deleted and found again."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Job
from phota_desktop.core.library import (
    DiskUse,
    Facets,
    Flag,
    Found,
    Label,
    LibraryChange,
    LibraryQuery,
    Marks,
    Picture,
)
from phota_desktop.services.disposal import Bin, Disposal
from phota_desktop.services.indexing import Indexer, size_of
from phota_desktop.services.marking import Marking
from phota_desktop.services.queue import JobChange, JobQueue
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.threads import Threads
from phota_desktop.store.disposals import Disposals
from phota_desktop.store.files import disk_error, sha256_of
from phota_desktop.store.journal import Journal
from phota_desktop.store.picture_room import clean_up, disk_use
from phota_desktop.store.pictures import Pictures
from phota_desktop.store.vault import Vault

_NO_MARKS = Marks()


class Library:
    """Pictures of all jobs, and what a person decides about them.

    ``changed`` tells which are others now, ``history_changed`` that there is another step to undo
    or to do again; both in the thread of the loop. Before ``start`` it answers from what is on
    record. Every coroutine raises PhotaError DISK when the disk does not take or give the data.
    """

    def __init__(
        self, journal: Journal, vault: Vault, queue: JobQueue, threads: Threads, tasks: Tasks
    ) -> None:
        self.changed: Event[LibraryChange] = Event()
        self._journal = journal
        self._vault = vault
        self._queue = queue
        self._threads = threads
        self._pictures = Pictures(journal)
        self._bin = Bin(Disposals(journal))
        self._indexer = Indexer(self._pictures, threads, tasks, self._tell)
        self._marking = Marking(
            self._pictures,
            self._bin,
            threads,
            settled=self._indexer.settle,
            changed=self._tell,
        )
        self.history_changed = self._marking.history_changed
        self._watched: dict[Path, str] = {}
        self._marks: dict[str, Marks] = {}
        self._digests: dict[tuple[Path, int, int], str] = {}
        self._is_started = self._is_closed = False
        self._unsubscribe: Callable[[], None] = lambda: None

    # the start and the end --------------------------------------------------------------------

    async def start(self) -> None:
        """Mend what a stop in the middle of a delete left, then take up jobs not yet known.

        Returns when all are, which for a large journal of an earlier version takes a while, in
        small batches that let others in: spawn it. From here on it follows the queue. At last
        a large journal is checked and copied, once a day.
        """
        self._unsubscribe()
        self._unsubscribe = self._queue.changed.subscribe(self._on_job)
        await self._tell(await self._threads.journal(self._bin.repair))
        await self._indexer.settle()
        self._is_started = True
        if self._journal.restored:
            await self._indexer.adopt(self._vault)
        await self._marking.welcome_back()
        await self._indexer.measure()
        await self._threads.files(self._journal.maintain, lambda: self._is_closed)

    def _on_job(self, change: JobChange) -> None:
        # A new job, for what it was made from, or one that brought something.
        if not change.removed and (change.job.variants or change.job.sent is None):
            self._indexer.wake()

    def close(self) -> None:
        """Follow the queue no longer, and end what is not needed today."""
        self._is_closed = True
        self._unsubscribe()

    def use_trash(self, trash: Disposal) -> None:
        """Delete into this trash; without one nothing can be deleted."""
        self._bin.trash = trash

    async def _tell(self, keys: Iterable[str]) -> None:
        those = frozenset(keys)
        if not those:
            return
        await self._read_marks(those)
        self.changed.emit(LibraryChange(those))

    # reading ----------------------------------------------------------------------------------

    async def find(self, query: LibraryQuery) -> Found:
        """Return the numbers of all pictures that ``query`` asks for, in order and grouped.

        A day's key is its ISO date, a photo's the key of the first picture of its tree, and a
        recipe's its words, people as ``[[profile_id]]``.
        """
        return await self._answered(lambda: self._pictures.find(query))

    async def _answered(self, question: Callable[[], Found]) -> Found:
        def look() -> tuple[Found, bool]:
            return question(), self._pictures.needs_index()

        found, is_behind = await self._threads.journal(look)
        if is_behind and self._is_started and not self._is_closed:
            self._indexer.wake()  # another program brought something: the command line
        return found

    async def find_first(self, count: int, query: LibraryQuery) -> Found:
        """Return the first ``count`` numbers of a query without conditions, by day or ungrouped."""
        return await self._answered(lambda: self._pictures.find_first(count, query))

    async def pictures(self, numbers: Sequence[int]) -> list[Picture]:
        """Return a page of pictures in the order of ``numbers``; unknown ones are left out."""
        return await self._there(await self._threads.journal(self._pictures.pictures, numbers))

    async def picture(self, key: str) -> Picture | None:
        """Return one picture, deleted or not; None for an unknown key."""
        found = await self._threads.journal(self._pictures.picture, key)
        return None if found is None else (await self._there([found]))[0]

    async def _there(self, pictures: list[Picture]) -> list[Picture]:
        """Give results whose copy a person moved or renamed our own file: nothing is lost by it."""
        ours = self._vault.folder
        copies = [one for one in pictures if one.job_id and one.path.parent != ours]
        gone = await self._threads.files(_gone, copies) if copies else []
        if not gone:
            return pictures
        vaults = await self._threads.journal(self._pictures.vaults, gone)
        kept = await self._threads.files(_existing, vaults)
        return [replace(one, path=kept.get(one.key, one.path)) for one in pictures]

    async def at(self, path: Path) -> Picture | None:
        """Return the picture at ``path``: a file of the vault, a copy, or a photo.

        One that was moved or copied is known by its content.
        """
        found = await self._threads.journal(self._pictures.at, path)
        found = found or await self._with_content_of(path)
        return None if found is None else (await self._there([found]))[0]

    async def _with_content_of(self, path: Path) -> Picture | None:
        size = await self._threads.files(_length, path)
        if not size or not await self._threads.journal(self._pictures.has_size, size):
            return None
        try:
            digest = await self._threads.files(self._digest, path)
        except OSError:
            return None
        return await self._threads.journal(self._pictures.with_content, digest)

    async def family(self, key: str) -> list[Picture]:
        """Return the whole tree that a picture is in, by arrival, deleted pictures too.

        Pictures that one generate job made from nothing are one family with several roots.
        """
        await self._indexer.settle()
        return await self._there(await self._threads.journal(self._pictures.family, key))

    async def job_of(self, key: str) -> Job | None:
        """Return the job that made a picture, None for a photo."""
        picture = await self.picture(key)
        if picture is None or not picture.job_id:
            return None
        return await self._threads.journal(self._journal.job, picture.job_id)

    async def jobs_from(self, path: Path) -> list[Job]:
        """Return every job that was given this photo, oldest first, also removed ones.

        Known by its place, or by its content where the library knows the photo.
        """
        await self._indexer.settle()
        picture = await self.at(path)
        digest = picture.sha256 if picture is not None else ""
        return await self._threads.journal(self._pictures.jobs_from, path, digest)

    async def facets(self) -> Facets:
        """Return what occurs in the library, with counts."""
        return await self._threads.journal(self._pictures.facets)

    async def disk_use(self) -> DiskUse:
        """Return the room that results take."""
        return await self._threads.journal(disk_use, self._journal)

    async def clean_up(self, wanted_bytes: int) -> list[Picture]:
        """Return what should go for so many bytes, the first to go first; nothing is deleted.

        Rejected ones, then the oldest; never a pick or what has stars, even if that is too little.
        """
        numbers = await self._threads.journal(clean_up, self._journal, wanted_bytes)
        return await self.pictures(numbers)

    # marks ------------------------------------------------------------------------------------

    async def mark(
        self,
        keys: Sequence[str],
        *,
        stars: int | None = None,
        flag: Flag | None = None,
        label: Label | None = None,
    ) -> None:
        """Set what is given on all pictures of ``keys``, as one step that can be undone.

        Unknown and deleted pictures are passed over. ValueError for stars beyond 0 to 5.
        """
        await self._marking.mark(keys, stars, flag, label)

    async def delete(self, keys: Sequence[str]) -> list[Picture]:
        """Move results to the trash as one step; return them as they are then.

        Raises PhotaError INVALID, and moves nothing, if a photo of the person is among them;
        DISK where the trash does not take one.
        """
        return await self._marking.delete(keys)

    async def undo(self) -> str | None:
        """Undo the newest step; return its words (“3 stars on 2 pictures”), None without one.

        Raises PhotaError GONE for what is not in the trash any more, DISK for what can be tried
        again.
        """
        return await self._marking.undo()

    async def redo(self) -> str | None:
        """Do again what was undone last; return its words, None without one."""
        return await self._marking.redo()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._marking.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self._marking.can_redo

    async def watch(self, paths: Iterable[Path]) -> None:
        """Keep the marks of what lies at ``paths`` in memory from now on, for ``marks_of``."""
        new = [path for path in dict.fromkeys(paths) if not self._watched.get(path)]
        found: dict[Path, Picture] = {}
        for path in new:
            self._watched.setdefault(path, "")
        known = await self._threads.journal(lambda: [self._pictures.at(path) for path in new])
        for path, picture in zip(new, known, strict=True):
            picture = picture or await self._with_content_of(path)
            if picture is not None:
                found[path] = picture
        for path, picture in found.items():
            self._watched[path] = picture.key
            self._marks[picture.key] = picture.marks
        marked = {one.key for one in found.values() if one.marks != _NO_MARKS}
        if marked:
            self.changed.emit(LibraryChange(frozenset(marked)))

    def marks_of(self, path: Path) -> Marks:
        """Return the marks of what lies at a watched path, none for others; never blocks."""
        key = self._watched.get(path)
        return self._marks.get(key, _NO_MARKS) if key else _NO_MARKS

    async def _read_marks(self, keys: frozenset[str]) -> None:
        """Keep up what is watched: marks of known paths, and paths that are known only now."""
        unknown = [path for path, key in self._watched.items() if not key]
        watched = [key for key in self._marks if key in keys]
        if not unknown and not watched:
            return

        def look() -> tuple[list[Picture], list[Picture | None]]:
            known = self._pictures.by_keys(watched)
            return known, [self._pictures.at(path) for path in unknown]

        known, found = await self._threads.journal(look)
        for picture in known:
            self._marks[picture.key] = picture.marks
        for path, one in zip(unknown, found, strict=True):
            if one is not None:
                self._watched[path] = one.key
                self._marks[one.key] = one.marks

    # the person's photos ----------------------------------------------------------------------

    async def remember_photo(self, path: Path) -> Picture:
        """Return the picture with the content of ``path``: a result, or a photo, made if new.

        A photo of the library that is not where it was lies at ``path`` from now on. Raises
        PhotaError DISK for a file that cannot be read.
        """
        digest, size = await self._threads.files(self._facts, path)
        picture, is_changed = await self._threads.journal(
            self._pictures.remember_photo, path, digest, size, time.time()
        )
        if path in self._watched:
            self._watched[path] = picture.key
            self._marks[picture.key] = picture.marks
        if is_changed:
            await self._tell([picture.key])
        return picture

    def _facts(self, path: Path) -> tuple[str, tuple[int, int]]:
        try:
            return self._digest(path), size_of(path) or (0, 0)
        except OSError as exc:
            raise disk_error(exc, path) from exc

    def _digest(self, path: Path) -> str:
        """Return the SHA-256 of a file that is read once as long as it is not changed."""
        stat = path.stat()
        known = path, stat.st_mtime_ns, stat.st_size
        digest = self._digests.get(known)
        if digest is None:
            digest = self._digests[known] = sha256_of(path)
        return digest

    async def find_missing(
        self,
        folder: Path,
        progress: Callable[[int, int], None] = lambda _looked, _found: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> int:
        """Look below ``folder`` for photos of the library that are gone; return how many came back.

        ``progress`` is called in the loop's thread with (files looked at, photos found),
        ``cancelled`` is asked in another. What was found before a cancel stays found.
        """
        from phota_desktop.services.missing import missing, search

        loop = asyncio.get_running_loop()
        photos = await self._threads.journal(self._pictures.photos)

        def tell(looked: int, found: int) -> None:
            loop.call_soon_threadsafe(progress, looked, found)

        def look() -> list[str]:
            found = []
            for key, path in search(missing(photos), folder, tell, cancelled):
                self._pictures.move(key, path)
                found.append(key)
            return found

        found = await self._threads.files(look)
        await self._tell(found)
        return len(found)


def _gone(pictures: Sequence[Picture]) -> list[str]:
    return [one.key for one in pictures if one.deleted is None and not os.path.lexists(one.path)]


def _existing(places: Mapping[str, Path]) -> dict[str, Path]:
    return {key: path for key, path in places.items() if path.is_file()}


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
