"""Training photos in a person's own bucket: there for a while, on record until they are gone."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Awaitable, Callable, Container, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState
from phota_desktop.core.secrets import BucketSecret
from phota_desktop.core.training import Training
from phota_desktop.services.bucket_check import (
    Part,
    StepMark,
    TestReport,
    TestStep,
    check_bucket,
    new_name,
)
from phota_desktop.services.buckets import Buckets, no_credentials, same_bucket
from phota_desktop.services.threads import Threads
from phota_desktop.store.bucket_keys import BucketFinding, BucketKeys
from phota_desktop.store.entries import KeyState
from phota_desktop.store.files import disk_error

if TYPE_CHECKING:
    from phota_desktop.api.bucket import Bucket

__all__ = ["Hosting", "Part", "StepMark", "TestReport", "TestStep"]

T = TypeVar("T")

ARRIVAL_S = 5.0
"""Seconds that an upload on its way gets to arrive when it is no longer wanted."""
AT_ONCE = 3
"""Uploads at once."""
STRAY_S = 24 * 3600.0
"""After so long no link of ours holds: what is not on record then is nobody's."""
_OURS = re.compile(r"[A-Za-z0-9_-]{24}/[A-Za-z0-9_-]{16}\.(jpg|txt)", re.ASCII)
"""How names end that :func:`new_name` made; nothing else in a bucket is ever touched."""


class HostedRecord(Protocol):
    """The rows of hosted photos (store/trainings.py); every method blocks."""

    def save_photo(self, photo: HostedPhoto) -> None:
        """Commit a row."""

    def photos(self, tag: str) -> list[HostedPhoto]:
        """Return the rows of a training, in order."""

    def left(self) -> list[HostedPhoto]:
        """Return the rows of all photos that are not known to be gone."""


class Hosting:
    """The bucket in use, and every photo of ours that may lie in one.

    ``changed`` tells of another bucket, other credentials, or another number of photos left.
    ``problem`` says why the bucket cannot be used or was not cleaned; empty when all is well.
    ``remember`` keeps the bucket's address in the settings; it never sees a secret.
    """

    def __init__(
        self,
        record: HostedRecord,
        threads: Threads,
        *,
        address: BucketAddress | None = None,
        remember: Callable[[BucketAddress | None], None] = lambda _address: None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.changed: Event[Hosting] = Event()
        self.address = address
        self.problem = ""
        self.remember = remember
        self.finding = BucketFinding(None, KeyState.NONE)
        self._record = record
        self._threads = threads
        self._keys = BucketKeys(environ)
        self._buckets = Buckets(threads, self._keys)

    # -- the bucket in use --------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Tell whether a bucket and its credentials are there; they may still be wrong."""
        return self.address is not None and self.finding.key is not None

    @property
    def source(self) -> str:
        """Where the credentials are: environment, session, or the keyring's name."""
        return self.finding.source

    async def load(self) -> None:
        """Look for the credentials of the bucket in use; ask again while the keyring waits."""
        if self.address is None:
            self._take(BucketFinding(None, KeyState.NONE))
            return
        self._take(await self._threads.files(self._keys.find, self.address))

    async def save(self, address: BucketAddress, secret: BucketSecret | None) -> BucketFinding:
        """Use this bucket from now on; without a secret, with the credentials kept for it.

        Raises PhotaError INVALID, with the field, for what cannot be right. Without a keyring
        the credentials are kept for this session, and the finding says so.
        """
        _check(address, secret)
        if secret is not None:
            await self._threads.files(self._keys.save, address, secret)
        self.address = address
        self.remember(address)
        self._take(await self._threads.files(self._keys.find, address))
        return self.finding

    async def forget(self, *, anyway: bool = False) -> BucketFinding:
        """Forget the bucket and its credentials.

        Raises PhotaError INVALID while photos lie in it, unless ``anyway``: without credentials
        they can only be deleted by other means.
        """
        address = self.address
        if address is None:
            return self.finding
        left = [one for one in await self.left() if one.bucket == address]
        if left and not anyway:
            raise PhotaError(
                ErrorKind.INVALID,
                f"{len(left)} training photos may still lie in this bucket.",
                hint="Delete them first.",
                field="bucket",
            )
        finding = await self._threads.files(self._keys.forget, address)
        self.address = None
        self.remember(None)
        self._take(BucketFinding(None, finding.state, finding.source, finding.message))
        return finding

    async def test(
        self,
        address: BucketAddress,
        secret: BucketSecret | None,
        on_step: Callable[[TestStep], None],
    ) -> TestReport:
        """Try a bucket, with the credentials kept for it if none are given; nothing is stored.

        Raises PhotaError INVALID, with the field, for what cannot be right.
        """
        _check(address, secret)
        if secret is None:
            finding = await self._threads.files(self._keys.find, address)
            secret = finding.key
            if secret is None:
                raise no_credentials(address, finding.message)
        bucket = await self._buckets.open(address, secret)
        return await check_bucket(bucket, on_step)

    # -- photos -------------------------------------------------------------------------

    async def host(
        self,
        training: Training,
        prepared: Sequence[tuple[str, bytes | Path]],
        on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> list[HostedPhoto]:
        """Upload photos, given as (the person's own file, what to upload); may be called again.

        Every name is on record before its photo leaves. Raises PhotaError; then, and after a
        cancel, some photos may lie in the bucket: :meth:`clean` finds them.
        """
        bucket = await self._in_use()
        rows = await self._plan(training.tag, bucket.address, prepared)
        places = asyncio.Semaphore(AT_ONCE)
        done = 0

        async def upload(row: HostedPhoto, content: bytes | Path) -> HostedPhoto:
            nonlocal done
            async with places:
                if isinstance(content, Path):
                    content = await self._threads.files(_read, content)
                await _arrived(bucket.put(row.name, content))
                row = replace(
                    row,
                    state=HostedState.UPLOADED,
                    size=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                    uploaded=time.time(),
                )
                await self._threads.journal(self._record.save_photo, row)
            done += 1
            on_progress(done, len(rows))
            return row

        uploads = (upload(row, given[1]) for row, given in zip(rows, prepared, strict=True))
        hosted = await _all(uploads)
        self.changed.emit(self)
        return hosted

    async def links(self, tag: str, seconds: int) -> list[str]:
        """Return a link to each uploaded photo of a training, in their order; never stored."""
        rows = await self._threads.journal(self._record.photos, tag)
        return [
            await (await self._bucket_of(row)).link(row.name, seconds)
            for row in rows
            if row.state is HostedState.UPLOADED
        ]

    async def left(self) -> tuple[HostedPhoto, ...]:
        """Return every photo that may lie in a bucket, of all trainings."""
        return tuple(await self._threads.journal(self._record.left))

    async def clean(self, tag: str) -> int:
        """Delete a training's photos; return how many may be left, and then why in ``problem``.

        Does not raise PhotaError for a bucket that fails: the rows stay, for the next time.
        """
        rows = await self._threads.journal(self._record.photos, tag)
        return await self._clean([row for row in rows if row.state is not HostedState.DELETED])

    async def clean_all(self, *, but: Container[str] = ()) -> int:
        """Delete the photos of all trainings ``but`` those of these tags; return how many stay."""
        return await self._clean([row for row in await self.left() if row.tag not in but])

    async def strays(self) -> list[str]:
        """Return what lies in our folder of the bucket in use, is a day old and not on record.

        Another computer's photos in the same folder are younger than that while they are needed.
        Raises PhotaError.
        """
        bucket = await self._in_use()
        known = {row.name for row in await self.left()}
        before = time.time() - STRAY_S
        prefix = bucket.address.prefix
        return [
            one.name
            for one in await bucket.list(prefix)
            if one.modified < before
            and one.name not in known
            and _OURS.fullmatch(one.name.removeprefix(f"{prefix}/"))
        ]

    async def delete_strays(self) -> int:
        """Delete the strays; return how many there were. Raises PhotaError."""
        names = await self.strays()
        await (await self._in_use()).delete(names)
        return len(names)

    async def close(self) -> None:
        """Close connections and the network thread."""
        await self._buckets.close()

    # -- inside -------------------------------------------------------------------------

    async def _plan(
        self, tag: str, address: BucketAddress, prepared: Sequence[tuple[str, bytes | Path]]
    ) -> list[HostedPhoto]:
        earlier = await self._threads.journal(self._record.photos, tag)
        folder = next(
            (
                row.name.split("/")[-2]
                for row in earlier
                if row.state is not HostedState.DELETED and row.bucket == address
            ),
            "",
        )
        rows: list[HostedPhoto] = []
        for source, _ in prepared:
            row = HostedPhoto(new_name(address.prefix, folder), tag, address, source)
            folder = row.name.split("/")[-2]
            await self._threads.journal(self._record.save_photo, row)
            rows.append(row)
        return rows

    async def _clean(self, rows: Iterable[HostedPhoto]) -> int:
        of: dict[BucketAddress, list[HostedPhoto]] = {}
        for row in rows:
            of.setdefault(row.bucket, []).append(row)
        left, problem = 0, ""
        for those in of.values():
            still, why = await self._empty(those)
            left += still
            problem = problem or why
        if of or self.problem:
            self.problem = problem
            self.changed.emit(self)
        return left

    async def _empty(self, rows: Sequence[HostedPhoto]) -> tuple[int, str]:
        """Delete photos of one bucket; return how many may be left, and why."""
        try:
            bucket = await self._bucket_of(rows[0])
        except PhotaError as error:
            return len(rows), f"{error.message} {error.hint}".strip()
        problems: list[str] = []
        unwritten: list[str] = []

        async def delete(row: HostedPhoto) -> bool:
            try:
                await bucket.delete([row.name])
                if await bucket.exists(row.name):
                    problems.append("The bucket still has what was deleted.")
                    return False
            except PhotaError as error:
                problems.append(f"{error.message} {error.hint}".strip())
                return False
            gone = replace(row, state=HostedState.DELETED, deleted=time.time())
            try:
                await self._threads.journal(self._record.save_photo, gone)
            except PhotaError as error:  # the others go all the same; these are looked at again
                unwritten.append(error.message)
                return False
            return True

        places = asyncio.Semaphore(AT_ONCE)

        async def in_turn(row: HostedPhoto) -> bool:
            async with places:
                # What fails for one photo fails for all, each only after its own patience.
                return False if problems else await delete(row)

        gone = await _all(in_turn(row) for row in rows)
        return gone.count(False), next(iter((*problems, *unwritten)), "")

    async def _in_use(self) -> Bucket:
        if self.address is None:
            raise PhotaError(
                ErrorKind.INVALID,
                "No bucket is set up.",
                hint="Set one up in the settings, or give https addresses.",
                field="bucket",
                surely_not_charged=True,
            )
        if self.finding.key is None:
            await self.load()
        if self.finding.key is None:
            raise no_credentials(self.address, self.finding.message)
        return await self._buckets.open(self.address, self.finding.key)

    async def _bucket_of(self, row: HostedPhoto) -> Bucket:
        """Return the bucket that a photo lies in, which may be an earlier one."""
        if self.address is not None and same_bucket(row.bucket, self.address):
            return await self._in_use()
        return await self._buckets.earlier(row.bucket)

    def _take(self, finding: BucketFinding) -> None:
        self.finding = finding
        self.problem = finding.message
        self.changed.emit(self)


async def _arrived(put: Coroutine[Any, Any, object]) -> None:
    """Await an upload; one that is cancelled may still arrive for a moment before it is cut off.

    Otherwise it could arrive after the cleaning that follows, and lie there unlisted.
    """
    sending = asyncio.ensure_future(put)
    try:
        await asyncio.shield(sending)
    except asyncio.CancelledError:
        await asyncio.wait([sending], timeout=ARRIVAL_S)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        raise


async def _all(works: Iterable[Awaitable[T]]) -> list[T]:
    """Wait for all; the first failure cancels the others and is raised when they have ended."""
    running = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*running)
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _check(address: BucketAddress, secret: BucketSecret | None) -> None:
    problems = address.problems() + (secret.problems(address.provider) if secret else ())
    for field, words in problems:
        raise PhotaError(ErrorKind.INVALID, words, field=field, surely_not_charged=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise disk_error(error, path) from error
