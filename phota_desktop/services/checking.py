"""Measures training photos in worker threads of their own, in bounded memory, with progress."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from phota_desktop.core.photo_check import PhotoFacts
from phota_desktop.services.niceness import be_nice

MOST_WORKERS = 4
MEMORY = 512 * 1024 * 1024
"""Bytes that all photos being measured may hold at once; a larger photo is measured alone."""
_MOST_KNOWN = 2000

Progress = Callable[[int, int], None]
_Key = tuple[Path, int, int]


class PhotoChecker:
    """Measures files, and remembers what it measured of those that have not changed since."""

    def __init__(self) -> None:
        self._known: dict[_Key, PhotoFacts] = {}

    async def measure(
        self, paths: Sequence[Path], on_progress: Progress | None = None
    ) -> tuple[PhotoFacts, ...]:
        """Return the facts of each file, in order; files that are no photos have a ``problem``.

        ``on_progress`` hears (done, all) in the loop's thread, also (0, all) at the start. When
        the caller is cancelled no further photo is begun; those at work end by themselves.
        """
        done = 0
        if on_progress:
            on_progress(0, len(paths))
        stop = threading.Event()
        room = _Room(MEMORY)
        workers = max(1, min(MOST_WORKERS, os.cpu_count() or 1, len(paths)))
        pool = ThreadPoolExecutor(workers, thread_name_prefix="checking", initializer=be_nice)
        loop = asyncio.get_running_loop()

        async def one(path: Path) -> PhotoFacts:
            nonlocal done
            facts = await loop.run_in_executor(pool, self._measured, path, room, stop)
            done += 1
            if on_progress:
                on_progress(done, len(paths))
            return facts

        try:
            async with asyncio.TaskGroup() as group:
                works = [group.create_task(one(p), name=f"check {p.name}") for p in paths]
        finally:
            stop.set()
            # Waiting here would stop the loop while the last photos end.
            pool.shutdown(wait=False, cancel_futures=True)
        return tuple(work.result() for work in works)

    def _measured(self, path: Path, room: _Room, stop: threading.Event) -> PhotoFacts:
        from phota_desktop.imaging.checking import measure, memory_needed

        if stop.is_set():
            return PhotoFacts(path, problem="Not checked.")
        key = _key(path)
        known = self._known.get(key) if key else None
        if known is not None:
            return known
        with room.taken(memory_needed(path)):
            facts = measure(path)
        if key is not None and not facts.problem:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = facts
        return facts


class _Room:
    """So many bytes for all threads; who needs more than all of them waits to be alone."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._used = 0
        self._freed = threading.Condition()

    @contextmanager
    def taken(self, amount: int) -> Iterator[None]:
        with self._freed:
            self._freed.wait_for(lambda: not self._used or self._used + amount <= self._size)
            self._used += amount
        try:
            yield
        finally:
            with self._freed:
                self._used -= amount
                self._freed.notify_all()


def _key(path: Path) -> _Key | None:
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return path, facts.st_mtime_ns, facts.st_size
