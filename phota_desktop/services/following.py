"""Pictures that somebody waits to see: decoded while they arrive, and shown as soon as kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from phota_desktop.core.jobs import Job, Variant
from phota_desktop.core.options import MAX_VARIANTS
from phota_desktop.services.threads import Threads
from phota_desktop.store.files import sha256_of
from phota_desktop.store.vault import Vault

if TYPE_CHECKING:
    from phota_desktop.imaging.arriving import ArrivingPicture, Checked
    from phota_desktop.imaging.colour import Pixels


class Viewer(Protocol):
    """Who looks at pictures as they come; decoding for the check is then decoding for the eye."""

    def wants(self, job: Job) -> bool:
        """Tell whether this job's pictures are likely to be looked at; asked in any thread."""

    def take(self, path: Path, levels: Sequence[Pixels], width: int, height: int) -> None:
        """Take the BGRA levels of a picture whose file is safe; called in a worker thread."""


@dataclass(frozen=True)
class Followed:
    """A picture that is decoded as it arrives; ``decoding`` ends some time after its end."""

    picture: ArrivingPicture
    decoding: Future[None]

    def end(self) -> None:
        """Say that nothing more arrives."""
        self.picture.end()

    async def decoded(self) -> None:
        """Wait for the decoding. Not in a thread of the files: those have other work to do."""
        await asyncio.shield(asyncio.wrap_future(self.decoding))


class Followers:
    """Starts and finds what follows a ``.part`` file; without a ``viewer`` nothing is followed."""

    def __init__(self, vault: Vault, threads: Threads) -> None:
        self._vault = vault
        self._threads = threads
        self.viewer: Viewer | None = None
        self._followed: dict[Path, Followed] = {}

    def is_watched(self, job: Job) -> bool:
        """Tell whether somebody waits to see this job's pictures."""
        return self.viewer is not None and self.viewer.wants(job)

    def follow(self, job: Job, part: Path) -> Followed | None:
        """Decode a picture as it arrives, when it is going to be looked at."""
        if not self.is_watched(job):
            return None
        from phota_desktop.imaging.arriving import ArrivingPicture

        picture = ArrivingPicture(part)
        return Followed(picture, self._threads.follow(picture.decode))

    @contextmanager
    def parts(self, job: Job) -> Iterator[Callable[[int], Path]]:
        """Give where an answer's own pictures go; each one is followed until the next begins.

        The function may be called in any thread.
        """
        begun: list[Followed] = []

        def part_for(n: int) -> Path:
            for earlier in begun:
                earlier.end()
            part = self._vault.part(job.id, n)
            followed = self.follow(job, part)
            if followed is not None:
                begun.append(followed)
                self._followed[part] = followed
            return part

        try:
            yield part_for
        except BaseException:
            self.forget(job.id)
            raise
        finally:
            for followed in begun:
                followed.end()

    def pop(self, part: Path) -> Followed | None:
        """Return what followed a part of an answer, once."""
        return self._followed.pop(part, None)

    def forget(self, job_id: str) -> None:
        """Let go of what was decoded of an answer that is not going to be used."""
        for n in range(MAX_VARIANTS):
            self.pop(self._vault.part(job_id, n))

    def check(self, job: Job, path: Path, sha256: str, followed: Followed | None) -> Checked:
        """Check an arrived picture in a worker thread; PhotaError BAD_IMAGE if it is not whole."""
        from phota_desktop.imaging.arriving import Checked, check
        from phota_desktop.imaging.reading import check_result

        if not self.is_watched(job):
            return Checked(check_result(path))
        picture = followed.picture if followed is not None else None
        return check(path, picture, sha256 or sha256_of(path))

    async def levels(self, checked: Checked, path: Path) -> tuple[Pixels, ...]:
        """Make what the canvas shows of a checked picture; nothing where nobody looks."""
        if checked.image is None:
            return ()
        from phota_desktop.imaging.arriving import levels_of

        return await self._threads.files(levels_of, checked, path)

    async def show(self, variant: Variant, levels: Sequence[Pixels]) -> None:
        """Give a picture that is safe to who looks at it."""
        if self.viewer is not None and levels:
            await self._threads.files(
                self.viewer.take, variant.path, levels, variant.width, variant.height
            )
