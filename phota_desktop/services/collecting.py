"""Brings a finished job's pictures home: fetch, check, vault, the person's folder, journal."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobError, JobState, Variant
from phota_desktop.core.pricing import actual
from phota_desktop.core.requests import RemoteImage
from phota_desktop.services.holding import RETRY_PAUSE, Held
from phota_desktop.services.threads import Threads
from phota_desktop.store.vault import Vault

if TYPE_CHECKING:
    from phota_desktop.api.client import PhotaClient

BAD_PICTURE_TRIES = 3
"""How often a picture that arrives broken is fetched anew."""
FRESH_LINK_TRIES = 2

Save = Callable[..., Awaitable[Job]]


class Collector:
    """Fetches what is missing of a job in state ``READY`` and ends it."""

    def __init__(
        self,
        vault: Vault,
        threads: Threads,
        save: Save,
        progress: Callable[[str, str, int, int], None],
    ) -> None:
        self._vault = vault
        self._threads = threads
        self._save = save
        self._progress = progress
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
        that fails does not hold up the others. Raises Held while a picture may still be had.
        """
        failure: PhotaError | None = None
        held: PhotaError | None = None
        fresh_links = 0
        n = 0
        while n < max(len(job.download_urls), job.request.variants):
            if any(variant.index == n for variant in job.variants):
                n += 1
                continue
            try:
                kept = await self._bring(job, n, client)
            except PhotaError as error:
                expired = error.kind is ErrorKind.GONE and n < len(job.download_urls)
                if expired and job.remote_job_id and fresh_links < FRESH_LINK_TRIES:
                    fresh_links += 1
                    job = await self._fresh_links(job, client)
                    continue
                if error.kind in RETRY_PAUSE:
                    held = held or error
                failure = failure or error
            else:
                if kept is not None:
                    variants = (*job.variants, await self._deliver(job, kept, resumed=resumed))
                    variants = tuple(sorted(variants, key=lambda variant: variant.index))
                    job = await self._save(job, variants=variants)
            n += 1
        if held is not None:
            raise Held(held)
        return await self._end(job, failure)

    async def _bring(self, job: Job, n: int, client: PhotaClient) -> Variant | None:
        """Return variant ``n`` safe in the vault, or None where the server gave none."""
        found = self._vault.find(job.id, n)
        if found is not None:
            return await self._threads.files(_kept, found, n)
        part = self._vault.part(job.id, n)
        if n >= len(job.download_urls):
            if not await self._threads.files(_is_whole, part):
                return None
            return await self._threads.files(self._keep, part, job.id, n)
        for left in reversed(range(BAD_PICTURE_TRIES)):
            await client.downloads.fetch(
                job.download_urls[n],
                part,
                on_progress=lambda done, total: self._progress(job.id, "downloading", done, total),
            )
            try:
                return await self._threads.files(self._keep, part, job.id, n)
            except PhotaError as error:
                if error.kind is not ErrorKind.BAD_IMAGE or not left:
                    raise
                await self._threads.files(self._vault.drop_part, job.id, n)
                await asyncio.sleep(self._random.uniform(0.5, 1.5))
        raise AssertionError("the loop above returns or raises")

    def _keep(self, part: Path, job_id: str, n: int) -> Variant:
        from phota_desktop.imaging.reading import check_result

        info = check_result(part)
        extension = "jpg" if info.format.value == "jpeg" else info.format.value
        path, sha256 = self._vault.keep(part, job_id, n, extension)
        return Variant(n, path, sha256, info.width, info.height, extension)

    async def _deliver(self, job: Job, variant: Variant, *, resumed: bool) -> Variant:
        """Add the second copy in the person's folder; its failure never loses the result (R6).

        After a restart a copy that the earlier run made, but could not journal, is taken over.
        """
        if not job.deliver or job.out_dir is None:
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

    async def _fresh_links(self, job: Job, client: PhotaClient) -> Job:
        """Ask the job again: its links may be signed anew on every poll (unknown, section 14)."""
        from phota_desktop.api.studio import Finished

        answer = await client.studio.job(
            job.remote_job_id, job.poll_url, lambda n: self._vault.part(job.id, n)
        )
        if isinstance(answer, Finished) and answer.download_urls:
            return await self._save(job, download_urls=answer.download_urls, raw=answer.raw)
        return job

    async def _end(self, job: Job, failure: PhotaError | None) -> Job:
        delivered = len(job.variants)
        if job.engine is Engine.LOCAL:
            cost: Decimal | None = Decimal(0)
        else:
            cost = actual(job.request.operation, delivered, job.known_subjects)
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
    return first.stem


def _is_whole(part: Path) -> bool:
    from phota_desktop.imaging.reading import check_result

    try:
        check_result(part)
    except PhotaError:
        return False
    return True


def _kept(path: Path, n: int) -> Variant:
    import hashlib

    from phota_desktop.imaging.reading import check_result

    info = check_result(path)
    with path.open("rb") as picture:
        sha256 = hashlib.file_digest(picture, "sha256").hexdigest()
    return Variant(n, path, sha256, info.width, info.height, path.suffix.lstrip("."))
