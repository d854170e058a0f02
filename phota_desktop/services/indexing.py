"""Keeps the library's rows up with the jobs, a few at a time, so that nothing waits for it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from phota_desktop.core.errors import PhotaError
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.threads import Threads
from phota_desktop.store.pictures import Pictures
from phota_desktop.store.vault import Vault

_log = logging.getLogger(__name__)

BATCH = 20
"""Jobs in one transaction: some 5 ms in the journal's thread."""
PAUSE = 0.01
"""Seconds between two batches, for who else waits for the journal."""
TOLD_EVERY = 0.3
"""Seconds: changes of a long run are told together."""
MEASURED = 1000
"""Photos whose size in pixels is looked up after one start, at most."""


class Indexer:
    """Writes rows for jobs that need it, oldest first; ``wake`` it when there may be some."""

    def __init__(
        self,
        pictures: Pictures,
        threads: Threads,
        tasks: Tasks,
        changed: Callable[[Iterable[str]], Awaitable[None]],
    ) -> None:
        self._pictures = pictures
        self._threads = threads
        self._tasks = tasks
        self._changed = changed
        self._running: asyncio.Task[None] | None = None
        self._is_woken = False

    def wake(self) -> None:
        """Look for jobs to index, now or after the run that is on its way."""
        self._is_woken = True
        if self._running is None or self._running.done():
            self._running = self._tasks.spawn(self._run(), name="library")

    async def settle(self) -> None:
        """Wait until every job that was there at the call is in the library."""
        if self._running is None or self._running.done():
            if not await self._threads.journal(self._pictures.needs_index):
                return
            self.wake()
        if self._running is not None:
            await asyncio.wait([self._running])

    async def _run(self) -> None:
        while self._is_woken:
            self._is_woken = False
            told, keys = time.monotonic(), list[str]()
            is_all = False
            try:
                while not is_all:
                    some, is_all = await self._threads.journal(self._pictures.index_some, BATCH)
                    keys += some
                    if keys and time.monotonic() - told > TOLD_EVERY:
                        await self._changed(keys)
                        told, keys = time.monotonic(), []
                    if not is_all:
                        await asyncio.sleep(PAUSE)
            except PhotaError as error:
                # The rows are made from the jobs: what the disk does not take now comes later.
                _log.warning("The library is not up to date: %s", error.message)
            if keys:
                await self._changed(keys)

    async def adopt(self, vault: Vault) -> None:
        """Take up pictures of the vault that a journal of an earlier day does not know."""
        keys = []
        for job_id, place, path in await self._threads.files(vault.kept):
            job = await self._threads.journal(self._pictures.journal.job, job_id)
            if job is None or any(variant.index == place for variant in job.variants):
                continue
            facts = await self._threads.files(_facts, path)
            if facts is not None and await self._threads.journal(
                self._pictures.adopt, job, place, path, *facts
            ):
                keys.append(f"{job_id}:{place}")
        if keys:
            await self._changed(keys)

    async def measure(self) -> None:
        """Look up the size in pixels of photos that have none on record, the newest first."""
        keys = []
        for key, path in await self._threads.journal(self._pictures.unmeasured, MEASURED):
            size = await self._threads.files(size_of, path)
            if size is not None:
                await self._threads.journal(self._pictures.measured, key, size)
                keys.append(key)
        if keys:
            await self._changed(keys)


def size_of(path: Path) -> tuple[int, int] | None:
    """Return the size in pixels of a picture as it is shown, None where it cannot be read."""
    from phota_desktop.imaging.reading import probe

    try:
        info = probe(path)
    except (PhotaError, OSError, ValueError):
        return None
    return info.width, info.height


def _facts(path: Path) -> tuple[str, tuple[int, int]] | None:
    from phota_desktop.store.files import sha256_of

    size = size_of(path)
    try:
        return None if size is None else (sha256_of(path), size)
    except OSError:
        return None
