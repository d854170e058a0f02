"""Brings a finished job's pictures home: fetch, check, vault, the person's folder, journal."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobError, JobState, Variant
from phota_desktop.core.pricing import PUBLISHED, PriceTable, actual
from phota_desktop.core.requests import RemoteImage
from phota_desktop.services.following import Followed, Followers
from phota_desktop.services.holding import RETRY_PAUSE, Held
from phota_desktop.services.threads import Threads
from phota_desktop.store.files import safe_stem, sha256_of
from phota_desktop.store.vault import Vault

if TYPE_CHECKING:
    from phota_desktop.api.client import PhotaClient
    from phota_desktop.imaging.arriving import Checked
    from phota_desktop.imaging.reading import PhotoInfo

BAD_PICTURE_TRIES = 3
"""How often a picture that arrives broken is fetched anew."""
FRESH_LINK_TRIES = 2
_LONGEST_STEM = 80
"""Bytes that a photo's name may give to its results' names; operation and number come behind."""

Save = Callable[..., Awaitable[Job]]


@dataclass
class _Collection:
    """One run over a job: the job as it is journalled, and what went wrong on the way."""

    job: Job
    resumed: bool
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    failures: list[PhotaError] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    unsaved: PhotaError | None = None
    fresh_links: int = 0
    made: int = 0
    """How many pictures Phota is known to have made, also those that could not be kept."""


@dataclass(frozen=True)
class _Arrival:
    """A picture on this disk: kept already, or a finished part; if fetched, it can be again."""

    n: int
    path: Path
    sha256: str = ""
    followed: Followed | None = None
    is_kept: bool = False
    is_fetched: bool = False


class Collector:
    """Fetches what is missing of a job in state ``READY`` and ends it."""

    def __init__(
        self,
        vault: Vault,
        threads: Threads,
        save: Save,
        progress: Callable[[str, str, int, int], None],
        prices: Callable[[], PriceTable] = lambda: PUBLISHED,
    ) -> None:
        self._vault = vault
        self._threads = threads
        self._save = save
        self._progress = progress
        self._prices = prices
        self.followers = Followers(vault, threads)
        self.hidden: set[str] = set()  # canceled meanwhile: kept, but not put before the person
        self._random = random.Random()  # noqa: S311  (jitter, not a secret)

    async def whole_parts(self, job: Job) -> list[int]:
        """Return the indices whose ``.part`` already holds a whole picture."""
        whole = []
        for n in range(job.request.variants):
            if await self._threads.files(_is_whole, self._vault.part(job.id, n)):
                whole.append(n)
        return whole

    async def collect(self, job: Job, client: PhotaClient, *, resumed: bool = False) -> Job:
        """Return the job in a final state with every picture that could be had.

        Pictures are taken from the vault, from whole ``.part`` files, else from the links; one
        that fails does not hold up the others. They are fetched one after another, so that the
        first is there first on any line; each is checked, kept and journalled while the next one
        arrives. Raises Held while a picture may still be had.
        """
        run = _Collection(job, resumed, made=len(job.variants))
        count = max(len(job.download_urls), job.request.variants)
        have = {variant.index for variant in job.variants}
        wanted = [n for n in range(count) if n not in have]
        for tries_left in reversed(range(BAD_PICTURE_TRIES)):
            run.broken = []
            async with asyncio.TaskGroup() as group:
                before: asyncio.Task[None] | None = None
                for n in wanted:
                    arrival = await self._arrive(run, n, client)
                    if arrival is not None:
                        before = group.create_task(
                            self._settle(run, arrival, before, can_retry=tries_left > 0),
                            name=f"picture {n} of {job.id[:8]}",
                        )
            self.followers.forget(job.id)
            if run.unsaved is not None:
                raise run.unsaved
            wanted = run.broken
            if not wanted:
                break
            await asyncio.sleep(self._random.uniform(0.5, 1.5))
        held = next((error for error in run.failures if error.kind in RETRY_PAUSE), None)
        if held is not None:
            raise Held(held)
        return await self._end(run, next(iter(run.failures), None))

    async def _arrive(self, run: _Collection, n: int, client: PhotaClient) -> _Arrival | None:
        """Bring picture ``n`` here; None where there is none to be had, with the reason noted."""
        try:
            job = run.job
            found = await self._threads.files(self._vault.find, job.id, n)
            part = self._vault.part(job.id, n)
            if found is not None:
                run.made += 1
                return _Arrival(n, found, is_kept=True)
            if n >= len(job.download_urls) and job.remote_job_id and run.resumed:
                await self._fresh_links(run, client)  # asked again: there may be more by now
            if n < len(run.job.download_urls):
                return await self._fetch(run, n, part, client)
            if await self._threads.files(part.exists):
                run.made += 1
                return _Arrival(n, part, followed=self.followers.pop(part))
        except PhotaError as error:
            run.failures.append(error)
        return None

    async def _fetch(self, run: _Collection, n: int, part: Path, client: PhotaClient) -> _Arrival:
        job_id = run.job.id
        followed = self.followers.follow(run.job, part)
        try:
            while True:
                try:
                    fetched = await client.downloads.fetch(
                        run.job.download_urls[n],
                        part,
                        on_progress=lambda done, total: self._progress(
                            job_id, "downloading", done, total
                        ),
                    )
                    return _Arrival(n, part, fetched.sha256, followed, is_fetched=True)
                except PhotaError as error:
                    expired = error.kind is ErrorKind.GONE and run.job.remote_job_id
                    if not expired or not await self._fresh_links(run, client):
                        raise
        finally:
            if followed is not None:
                followed.end()

    async def _settle(
        self,
        run: _Collection,
        arrival: _Arrival,
        before: asyncio.Task[None] | None,
        *,
        can_retry: bool,
    ) -> None:
        """Check a picture, keep it and journal it, in the order of the pictures."""
        job_id, n = run.job.id, arrival.n
        try:
            if arrival.followed is not None:
                await arrival.followed.decoded()
            checked = await self._threads.files(self._check, run.job, arrival)
            variant, levels = await asyncio.gather(
                self._save_files(run, arrival, checked, before),
                self.followers.levels(checked, arrival.path),
            )
        except PhotaError as error:
            if error.kind is not ErrorKind.BAD_IMAGE or (arrival.is_fetched and not can_retry):
                run.failures.append(error)
            elif arrival.is_fetched:
                await self._threads.files(self._vault.drop_part, job_id, n)
                run.broken.append(n)
            return
        await self.followers.show(variant, levels)
        try:
            async with run.saving:
                variants = (*run.job.variants, variant)
                variants = tuple(sorted(variants, key=lambda variant: variant.index))
                run.job = await self._save(run.job, variants=variants)
        except PhotaError as error:
            run.unsaved = error

    def _check(self, job: Job, arrival: _Arrival) -> Checked:
        from phota_desktop.imaging.arriving import Checked
        from phota_desktop.imaging.reading import check_result

        if arrival.is_kept:
            return Checked(check_result(arrival.path))
        return self.followers.check(job, arrival.path, arrival.sha256, arrival.followed)

    async def _save_files(
        self,
        run: _Collection,
        arrival: _Arrival,
        checked: Checked,
        before: asyncio.Task[None] | None,
    ) -> Variant:
        """Make a checked picture safe: first in the vault, then in the person's folder."""
        variant = await self._threads.files(self._keep, run.job.id, arrival, checked.info)
        if before is not None:
            await asyncio.wait([before])
        return await self._deliver(run.job, variant, resumed=run.resumed)

    def _keep(self, job_id: str, arrival: _Arrival, info: PhotoInfo) -> Variant:
        n, path = arrival.n, arrival.path
        if arrival.is_kept:
            suffix = path.suffix.lstrip(".")
            return Variant(n, path, sha256_of(path), info.width, info.height, suffix)
        extension = "jpg" if info.format.value == "jpeg" else info.format.value
        path, sha256 = self._vault.keep(path, job_id, n, extension, sha256=arrival.sha256)
        return Variant(n, path, sha256, info.width, info.height, extension)

    async def _deliver(self, job: Job, variant: Variant, *, resumed: bool) -> Variant:
        """Add the second copy in the person's folder; its failure never loses the result (R6).

        After a restart a copy that the earlier run made, but could not journal, is taken over.
        """
        if not job.deliver or job.out_dir is None or job.id in self.hidden:
            return variant
        stem = f"{_stem(job)}-{job.request.operation}"
        try:
            copy = await self._threads.files(
                self._vault.deliver,
                variant.vault_path,
                job.out_dir,
                stem,
                variant.format,
                adopt=resumed,
            )
        except PhotaError as error:
            return replace(variant, copy_error=error.message)
        return replace(variant, copy_path=copy)

    async def deliver_again(self, job: Job, folder: Path) -> Job:
        """Return the ended job with copies in ``folder`` of what could not be written before."""
        job = replace(job, out_dir=folder)
        variants = [
            await self._deliver(job, replace(one, copy_error=""), resumed=True)
            if one.copy_error
            else one
            for one in job.variants
        ]
        return await self._save(job, variants=tuple(variants))

    async def _fresh_links(self, run: _Collection, client: PhotaClient) -> bool:
        """Ask the job again: its links may be signed anew on every poll (unknown, section 14).

        False when it was asked often enough.
        """
        from phota_desktop.api.studio import Finished

        if run.fresh_links >= FRESH_LINK_TRIES:
            return False
        run.fresh_links += 1
        job = run.job
        answer = await client.studio.job(
            job.remote_job_id, job.poll_url, lambda n: self._vault.part(job.id, n)
        )
        if isinstance(answer, Finished) and answer.download_urls:
            async with run.saving:
                run.job = await self._save(
                    run.job, download_urls=answer.download_urls, raw=answer.raw
                )
        return True

    async def _end(self, run: _Collection, failure: PhotaError | None) -> Job:
        job = run.job
        delivered = len(job.variants)
        if job.engine is Engine.LOCAL:
            cost: Decimal | None = Decimal(0)
        else:
            # Phota charges for what it made, be it that a link has ended or a picture is broken.
            made = max(delivered, run.made, len(job.download_urls))
            cost = actual(job.request, made, job.known_subjects, self._prices())
        error = failure or PhotaError(
            ErrorKind.BUSY, "Phota sent fewer pictures than were asked for."
        )
        if delivered >= job.request.variants:
            state, job_error = JobState.DONE, None
        else:
            state = JobState.PARTIAL if delivered else JobState.FAILED
            job_error = JobError(
                error.kind, error.message, error.hint, error.status, job.request_id or None
            )
        return await self._save(job, state=state, error=job_error, cost=cost, finished=time.time())


def _stem(job: Job) -> str:
    if not job.request.images:
        return "picture"
    first = job.request.images[0]
    if isinstance(first, RemoteImage):
        return "picture"
    return safe_stem(first.stem, _LONGEST_STEM)


def _is_whole(part: Path) -> bool:
    from phota_desktop.imaging.reading import check_result

    try:
        check_result(part)
    except PhotaError:
        return False
    return True
