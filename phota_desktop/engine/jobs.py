"""The table of jobs: one entry per accepted request, idempotent by client_request_id."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from phota_desktop.engine.errors import RefusalError, not_found
from phota_desktop.engine.files import LINK_S, EngineFiles
from phota_desktop.engine.workers import WorkerLostError

MOST_JOBS = 5_000
"""Jobs remembered; beyond it the oldest finished ones are forgotten before their 24 h."""


class JobState(StrEnum):
    """The words of ``GET /jobs/{id}``; ours, as the documents name none."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class EngineJob:
    """One job as it is now. ``names`` are the result files, ``error`` why there are none."""

    id: str
    request_id: str
    digest: str
    client_request_id: str | None
    created: float
    state: JobState = JobState.PENDING
    progress: float = 0.0
    names: tuple[str, ...] = ()
    error: RefusalError | None = None
    finished: float | None = None


Work = Callable[[str, Callable[[float], None]], Awaitable[tuple[str, ...]]]
"""Makes the pictures of the job with this id, tells its progress, returns the file names."""


class JobTable:
    """All jobs of one engine, in memory; every method belongs to the engine's event loop."""

    def __init__(self, files: EngineFiles, clock: Callable[[], float] = time.time) -> None:
        self._files = files
        self._clock = clock
        self._jobs: dict[str, EngineJob] = {}
        self._by_client: dict[str, str] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, int] = {}

    def repeated(self, client_request_id: str | None, digest: str) -> EngineJob | None:
        """Return the original job of a repeated request, None for a new one.

        RefusalError 409 when the id was used for another request.
        """
        if client_request_id is None:
            return None
        job = self._jobs.get(self._by_client.get(client_request_id, ""))
        if job is not None and job.digest != digest:
            raise RefusalError(
                409,
                "CLIENT_REQUEST_ID_REUSED",
                "This client_request_id was used for another request; nothing was started.",
            )
        return job

    def start(
        self, work: Work, digest: str, client_request_id: str | None, request_id: str
    ) -> EngineJob:
        """Record a new job and begin its work."""
        self._forget_old()
        job = EngineJob(secrets.token_hex(16), request_id, digest, client_request_id, self._clock())
        self._jobs[job.id] = job
        if client_request_id is not None:
            self._by_client[client_request_id] = job.id
        name = f"engine job {job.id[:8]}"
        self._running[job.id] = asyncio.create_task(self._run(job.id, work), name=name)
        return job

    def find(self, job_id: str) -> EngineJob:
        """Return a job; RefusalError 404 for an unknown one."""
        self._forget_old()
        job = self._jobs.get(job_id)
        if job is None:
            raise not_found(f"The job {job_id[:130]!r} does not exist, or is older than 24 hours.")
        return job

    async def wait(self, job_id: str) -> EngineJob:
        """Return the job when it is finished.

        When the last one who waits gives up, the work is stopped and the job forgotten.
        """
        running = self._running.get(job_id)
        if running is None:
            return self.find(job_id)
        self._waiting[job_id] = self._waiting.get(job_id, 0) + 1
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            if self._waiting[job_id] == 1:
                running.cancel()
                self.forget(job_id)
            raise
        finally:
            self._waiting[job_id] -= 1
            if not self._waiting[job_id]:
                del self._waiting[job_id]
        return self.find(job_id)

    def forget(self, job_id: str) -> None:
        """Drop a job and its files."""
        job = self._jobs.pop(job_id, None)
        if job is not None:
            if job.client_request_id is not None:
                self._by_client.pop(job.client_request_id, None)
            self._files.forget(job.names)

    def count(self) -> int:
        """Return how many jobs are remembered."""
        return len(self._jobs)

    async def close(self) -> None:
        """Stop all work."""
        running = list(self._running.values())
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, job_id: str, work: Work) -> None:
        def progress(fraction: float) -> None:
            job = self._jobs.get(job_id)
            if job is not None and job.finished is None:
                fraction = max(job.progress, fraction)
                self._jobs[job_id] = replace(job, state=JobState.RUNNING, progress=fraction)

        try:
            names = await work(job_id, progress)
        except RefusalError as refusal:
            self._finish(job_id, JobState.FAILED, error=refusal)
        except WorkerLostError:
            lost = RefusalError(500, "INTERNAL_ERROR", "The work on this picture broke down.")
            self._finish(job_id, JobState.FAILED, error=lost)
        except OSError as error:
            full = RefusalError(503, "UNAVAILABLE", f"The disk refused: {error.strerror}.")
            self._finish(job_id, JobState.FAILED, error=full)
        else:
            self._finish(job_id, JobState.SUCCEEDED, names=names)
        finally:
            del self._running[job_id]

    def _finish(
        self,
        job_id: str,
        state: JobState,
        names: tuple[str, ...] = (),
        error: RefusalError | None = None,
    ) -> None:
        job = self._jobs.get(job_id)
        if job is None:
            self._files.forget(names)
            return
        self._jobs[job_id] = replace(
            job,
            state=state,
            progress=1.0 if names else job.progress,
            names=names,
            error=error,
            finished=self._clock(),
        )

    def _forget_old(self) -> None:
        """Drop what is past its 24 hours; jobs lie in the order of their making."""
        oldest = self._clock() - LINK_S
        surplus = len(self._jobs) - MOST_JOBS
        for place, job in enumerate(list(self._jobs.values())):
            if place >= surplus and job.created > oldest:
                break
            if job.finished is not None and (place < surplus or job.finished <= oldest):
                self.forget(job.id)
