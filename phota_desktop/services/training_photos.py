"""From the photos of a training to addresses that its server can fetch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import LINK_SECONDS, HostedPhoto
from phota_desktop.core.jobs import Engine
from phota_desktop.core.training import (
    Training,
    TrainingOrder,
    TrainingProgress,
    TrainingState,
    is_address,
)
from phota_desktop.services.threads import Threads
from phota_desktop.services.training_record import HIDDEN, TrainingRecord

AT_ONCE = 3
"""Photos that are prepared, and then uploaded, together: so many are held in memory twice."""


class Hosts(Protocol):
    """What is needed of a person's bucket (services/hosting.py)."""

    @property
    def is_ready(self) -> bool:
        """Tell whether a bucket and its credentials are there."""

    async def load(self) -> None:
        """Look for the bucket's credentials."""

    async def host(
        self,
        training: Training,
        prepared: Sequence[tuple[str, bytes | Path]],
        on_progress: Callable[[int, int], None],
    ) -> list[HostedPhoto]:
        """Upload photos, each on record before."""

    async def links(self, tag: str, seconds: int) -> list[str]:
        """Return links to all photos of a training."""

    async def clean(self, tag: str) -> int:
        """Delete a training's photos; return how many are left."""


class TrainingPhotos:
    """Uploads what has to be uploaded, and says where the photos are."""

    def __init__(
        self,
        record: TrainingRecord,
        threads: Threads,
        hosting: Hosts,
        progress: Callable[[TrainingProgress], None],
    ) -> None:
        self._record = record
        self._threads = threads
        self._hosting = hosting
        self._progress = progress

    async def check(self, order: TrainingOrder, engine: Engine) -> None:
        """Raise PhotaError for an order that cannot be a training of that engine."""
        fewest, most = order.tier.photo_range
        if not fewest <= len(order.photos) <= most:
            raise _wrong(
                f"{len(order.photos)} different photos: this tier takes {fewest} to {most}."
            )
        if engine is Engine.PHOTA and not order.consent.strip():
            raise PhotaError(
                ErrorKind.INVALID,
                "Nobody has agreed yet that these photos are sent to Phota.",
                field="consent",
                surely_not_charged=True,
            )
        addresses = [photo for photo in order.photos if is_address(photo)]
        if any(HIDDEN in address for address in addresses):
            raise _wrong(
                "These addresses were not kept whole, because they may have been secret links.",
                hint="Paste them again.",
            )
        if engine is Engine.LOCAL and addresses:
            raise _wrong("The local engine opens no connections; it takes photos of this computer.")
        files = _files(order)
        missing = await self._threads.files(_first_missing, files)
        if missing is not None:
            raise PhotaError(
                ErrorKind.BAD_IMAGE,
                f"{missing.name} is not there any more.",
                surely_not_charged=True,
                field="photos",
            )
        if engine is Engine.PHOTA and files:
            await need_bucket(self._hosting)

    async def addresses(self, training: Training) -> tuple[list[str], float | None]:
        """Return where the photos are, and until when; those of this computer are uploaded first.

        Raises PhotaError; then some may lie in the bucket.
        """
        order = training.order
        if training.engine is Engine.LOCAL:
            return [Path(photo).as_uri() for photo in order.photos], None
        given = [photo for photo in order.photos if is_address(photo)]
        files = _files(order)
        if not files:
            return given, None
        bucket = await need_bucket(self._hosting)
        if await self.clean(training.tag):
            # A link to each photo in the bucket is sent: none of an earlier try may be among them.
            raise PhotaError(
                ErrorKind.BUSY,
                "Photos of an earlier try are still in your bucket and cannot be deleted.",
                field="bucket",
                surely_not_charged=True,
            )
        await self._upload(bucket, training, files)
        seconds = LINK_SECONDS[order.tier]
        until = time.time() + seconds
        links = await bucket.links(training.tag, seconds)
        if len(links) != len(files):
            raise PhotaError(
                ErrorKind.BUG,
                f"{len(links)} of {len(files)} photos are in your bucket.",
                field="bucket",
                surely_not_charged=True,
            )
        return [*links, *given], until

    async def clean(self, tag: str) -> int:
        """Delete what lies in the bucket for a training; return how many photos are left."""
        return await self._hosting.clean(tag)

    async def _upload(self, bucket: Hosts, training: Training, files: Sequence[Path]) -> None:
        if training.state is TrainingState.RECORDED:
            await self._record.move(
                training.tag, (TrainingState.RECORDED,), state=TrainingState.UPLOADING, message=""
            )
        total = len(files)
        groups = [files[n : n + AT_ONCE] for n in range(0, total, AT_ONCE)]
        self._tell(training, "preparing", 0, total)
        ready = await self._prepare(groups[0])
        for number, _ in enumerate(groups):
            begun = number * AT_ONCE

            def tell(done: int, _: int, begun: int = begun) -> None:
                self._tell(training, "uploading", begun + done, total)

            tell(0, 0)
            following = groups[number + 1] if number + 1 < len(groups) else ()
            # The next photos are prepared while these are on their way; both are waited for, so
            # that nothing is uploaded any more when an error is told.
            sent, made = await asyncio.gather(
                bucket.host(training, ready, tell),
                self._prepare(following),
                return_exceptions=True,
            )
            for outcome in (sent, made):
                if isinstance(outcome, BaseException):
                    raise outcome
            assert not isinstance(made, BaseException)  # noqa: S101
            ready = made
        self._tell(training, "uploading", total, total)

    async def _prepare(self, files: Sequence[Path]) -> list[tuple[str, bytes | Path]]:
        prepared = await asyncio.gather(*(self._threads.files(_prepared, path) for path in files))
        return [(str(path), content) for path, content in zip(files, prepared, strict=True)]

    def _tell(self, training: Training, phase: str, done: int, total: int) -> None:
        self._progress(TrainingProgress(training.tag, phase, done, total))


async def need_bucket(
    hosting: Hosts, hint: str = "Set up a bucket, or give https addresses."
) -> Hosts:
    """Return the bucket in which photos of this computer lie for Phota.

    Raises PhotaError INVALID, with ``hint`` as the way out, if there is none.
    """
    if not hosting.is_ready:
        await hosting.load()
    if not hosting.is_ready:
        raise PhotaError(
            ErrorKind.INVALID,
            "Phota fetches training photos from addresses: photos of this computer need a bucket"
            " of yours to lie in meanwhile, and none is set up.",
            hint=hint,
            field="bucket",
            surely_not_charged=True,
        )
    return hosting


def _files(order: TrainingOrder) -> list[Path]:
    return [Path(photo) for photo in order.photos if not is_address(photo)]


def _first_missing(files: Sequence[Path]) -> Path | None:
    return next((path for path in files if not path.is_file()), None)


def _prepared(path: Path) -> bytes:
    from phota_desktop.imaging.training_photo import prepare_training_photo

    return prepare_training_photo(path).content


def _wrong(message: str, hint: str = "") -> PhotaError:
    return PhotaError(
        ErrorKind.INVALID, message, hint=hint, field="photos", surely_not_charged=True
    )
