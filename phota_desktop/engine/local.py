"""The local engine itself: its folder, workers, jobs and profiles, opened at the first request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from phota_desktop.engine import calls
from phota_desktop.engine.files import EngineFiles
from phota_desktop.engine.jobs import JobTable
from phota_desktop.engine.orders import TakenProfile
from phota_desktop.engine.profiles import ProfileStore
from phota_desktop.engine.workers import WorkerLostError, WorkerPool


class LocalEngine:
    """What the endpoints share. Every coroutine belongs to the one loop that serves requests."""

    def __init__(
        self,
        folder: Path,
        base_url: str,
        workers: int,
        speed: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.files = EngineFiles(folder, base_url, clock)
        self.profiles = ProfileStore(folder / "profiles", speed, clock)
        self.jobs = JobTable(self.files, clock)
        self.pool = WorkerPool(workers)
        self._opening: asyncio.Task[None] | None = None
        self._looking: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Make the folders and sweep them, once; OSError when the disk refuses."""
        failed = (
            self._opening is not None
            and self._opening.done()
            and (self._opening.cancelled() or self._opening.exception() is not None)
        )
        if self._opening is None or failed:
            opening = asyncio.to_thread(self._open_folders)
            self._opening = asyncio.create_task(opening, name="engine open")
        # Shielded: one request that is given up must not stop it for the others.
        await asyncio.shield(self._opening)

    async def warm(self) -> None:
        """Start a worker and load its libraries, so that the first request need not wait."""
        await self.open()
        await self.pool.run(calls.warm)

    def look_at(self, profile_id: str, taken: TakenProfile, folder: Path) -> None:
        """Begin to look at a profile's photos; ``folder`` is removed at the end."""
        name = f"profile {profile_id} photos"
        looking = asyncio.create_task(self._look(profile_id, taken, folder), name=name)
        self._looking.add(looking)
        looking.add_done_callback(self._looking.discard)

    def looking(self) -> int:
        """Return how many profiles' photos are being looked at."""
        return len(self._looking)

    async def close(self) -> None:
        """Stop all work at once and end the workers; safe to call twice."""
        for each in self._looking:
            each.cancel()
        await self.jobs.close()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await self.pool.close()

    def _open_folders(self) -> None:
        self.files.open()
        self.profiles.open()

    async def _look(self, profile_id: str, taken: TakenProfile, folder: Path) -> None:
        picture = self.profiles.picture_path(profile_id)
        try:
            found = await self.pool.run(calls.look, taken.photos, picture)
            await asyncio.to_thread(self.profiles.looked, profile_id, found)
        except WorkerLostError:
            # The profile says by itself that looking was cut off, some minutes from now.
            return
        finally:
            self.files.drop(folder)
