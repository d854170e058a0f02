"""Record first: from a request to a journal row with its exact body, before any socket opens."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.options import BASE_MODELS, BaseModel
from phota_desktop.core.pricing import FREE, PUBLISHED, PriceTable, estimate
from phota_desktop.core.requests import RemoteImage, StudioRequest
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal
from phota_desktop.store.vault import Vault

EXPECTED_BYTES_PER_VARIANT = 26_000_000
"""A 4K PNG; what room the disk must have before money is spent (promise P6)."""

Models = Callable[[Engine], Mapping[str, BaseModel]]
"""Which base models an engine takes, by id, as far as its server has said."""


@dataclass(frozen=True)
class Destination:
    """Where a new job goes: engine and server, the person's folder, and which draft it finishes."""

    engine: Engine
    base_url: str
    async_mode: bool
    out_dir: Path | None
    deliver: bool = True
    draft_of: str = ""


class Recorder:
    """Writes intents: prepared inputs, body file, journal row, each fsynced before the next."""

    def __init__(
        self,
        journal: Journal,
        vault: Vault,
        threads: Threads,
        prices: Callable[[], PriceTable] = lambda: PUBLISHED,
        models: Models = lambda _: BASE_MODELS,
    ) -> None:
        self._journal = journal
        self._vault = vault
        self._threads = threads
        self._prices = prices
        self._models = models

    async def record(self, request: StudioRequest, to: Destination) -> Job:
        """Return the recorded job in state ``QUEUED``.

        Raises PhotaError: INVALID for a request with problems, BAD_IMAGE for an unreadable
        photo, DISK when there is no room; then nothing is left behind.
        """
        problems = request.problems(self._models(to.engine))
        if problems:
            raise PhotaError(ErrorKind.INVALID, problems[0].message, field=problems[0].field)
        job = Job(
            id=uuid.uuid4().hex,
            client_request_id=str(uuid.uuid4()),
            engine=to.engine,
            request=request,
            created=time.time(),
            base_url=to.base_url,
            async_mode=to.async_mode,
            estimate=estimate(request, FREE if to.engine is Engine.LOCAL else self._prices()),
            out_dir=to.out_dir,
            deliver=to.deliver,
            draft_of=to.draft_of,
        )
        try:
            job = await self._threads.files(self._spool, job)
            return await self._threads.journal(self._journal.add, job)
        except BaseException:
            # A cancelled call is still carried out: a row that it wrote needs its body.
            if await self._threads.journal(self._journal.job, job.id) is None:
                await self._threads.files(self._drop, job.id)
            raise

    async def rewrite_for_sync(self, job: Job) -> Job:
        """Return the job with a body for a server that knows no async mode; not yet journalled."""
        return await self._threads.files(self._write_body, replace(job, async_mode=False))

    def _spool(self, job: Job) -> Job:
        from phota_desktop.imaging.prepare import prepare

        self._vault.room_for(EXPECTED_BYTES_PER_VARIANT * job.request.variants)
        digests: list[str] = []
        notes: list[str] = []
        for n, image in enumerate(job.request.images):
            if isinstance(image, RemoteImage):
                continue
            prepared = prepare(image, self._vault.spool_input(job.id, n, ""))
            digests.append(_sha256(image))
            notes.extend(note for note in prepared.notes if note not in notes)
        job = replace(job, source_sha256=tuple(digests), notes=tuple(notes))
        return self._write_body(job)

    def _write_body(self, job: Job) -> Job:
        from phota_desktop.api.body import write_body

        inputs: list[Path | str] = []
        for n, image in enumerate(job.request.images):
            if isinstance(image, RemoteImage):
                inputs.append(image.url)
            else:
                inputs.append(self._vault.find_input(job.id, n))
        # A second name, so that a stop in between leaves the journalled bytes as they were.
        name = job.id if job.async_mode else f"{job.id}-sync"
        with self._vault.new_body(name) as out:
            info = write_body(
                job.request,
                inputs,
                out,
                client_request_id=job.client_request_id,
                async_mode=job.async_mode,
            )
        return replace(
            job,
            body_path=self._vault.body(name),
            body_sha256=info.sha256,
            body_bytes=info.size,
        )

    def _drop(self, job_id: str) -> None:
        self._vault.drop_body(job_id)


def _sha256(path: Path) -> str:
    with path.open("rb") as photo:
        return hashlib.file_digest(photo, "sha256").hexdigest()
