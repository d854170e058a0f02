"""The image endpoints: receive, check, start a job, and answer at once or when it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from phota_desktop.engine import calls, validation
from phota_desktop.engine.answers import file_response, json_response
from phota_desktop.engine.errors import RefusalError, error_body, invalid, moderated
from phota_desktop.engine.fields import Operation
from phota_desktop.engine.files import LINK_S
from phota_desktop.engine.jobs import EngineJob, JobState, Work
from phota_desktop.engine.middleware import practice_answer, request_id
from phota_desktop.engine.orders import Order, Taken
from phota_desktop.engine.receiving import Parcel, received
from phota_desktop.engine.workers import WorkerLostError

if TYPE_CHECKING:
    from phota_desktop.engine.local import LocalEngine

SYNC_LIMIT_S = 600.0
"""Longest synchronous request (release notes v0.1.1 and v0.7.0)."""
CALLBACK_NOTE = "The local engine makes no calls; poll the job."


class StudioEndpoints:
    """``POST /edit /generate /enhance /remix`` and ``GET /jobs/{job_id}``."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine

    async def submit(self, request: Request) -> Response:
        """Take an image request: 200 with the pictures, or 202 with a job to poll."""
        await self._engine.open()
        operation = Operation(request.url.path.rpartition("/")[2])
        async with received(request, self._engine.files) as parcel:
            taken = await self._taken(operation, parcel)
            names = await self._names(taken)
            # No await between looking for the original and recording this one.
            wanted = taken.submission
            job = self._engine.jobs.repeated(wanted.client_request_id, taken.digest)
            if job is None:
                order = Order(wanted, taken.photos, names)
                work = self._work(order, parcel.folder, practice_answer(request))
                job = self._engine.jobs.start(
                    work, taken.digest, wanted.client_request_id, request_id(request)
                )
                parcel.keep = True
        if wanted.is_async:
            return self._accepted(job, with_note=taken.has_callback)
        try:
            async with asyncio.timeout(SYNC_LIMIT_S):
                job = await self._engine.jobs.wait(job.id)
        except TimeoutError:
            said = f"This took longer than {SYNC_LIMIT_S:.0f} s; use async."
            raise RefusalError(504, "TIMEOUT", said) from None
        if job.error is not None:
            raise job.error
        if wanted.response_mode == "urls":
            return json_response(self._result(job))
        return await self._as_bytes(request, job)

    async def job(self, request: Request) -> Response:
        """Tell how a job is doing, with its result or error once it is done."""
        await self._engine.open()
        job = self._engine.jobs.find(request.path_params["job_id"])
        answer: dict[str, object] = {
            "job_id": job.id,
            "status": job.state.value,
            "progress": round(job.progress, 3),
        }
        if job.state is JobState.SUCCEEDED:
            answer |= self._result(job)
        if job.error is not None:
            answer["error"] = error_body(job.error, job.request_id)
        return json_response(answer)

    async def _taken(self, operation: Operation, parcel: Parcel) -> Taken:
        if isinstance(parcel.body, bytes):
            # A small body that breaks a rule needs no worker to say so.
            validation.submission(operation, validation.parse(parcel.body))
        try:
            return await self._engine.pool.run(calls.take, operation, parcel.body, parcel.folder)
        except WorkerLostError:
            said = "The work on this request broke down."
            raise RefusalError(500, "INTERNAL_ERROR", said) from None

    async def _names(self, taken: Taken) -> tuple[str, ...]:
        wanted = taken.submission.profile_ids
        if not wanted:
            return ()
        return await asyncio.to_thread(self._engine.profiles.names, wanted)

    def _work(self, order: Order, folder: Path, practice: str) -> Work:
        engine = self._engine

        async def work(job_id: str, progress: Callable[[float], None]) -> tuple[str, ...]:
            try:
                if practice == "job-failed":
                    raise invalid("This job fails for practice.", "PRACTICE")
                if practice == "job-moderation":
                    raise moderated()
                return await engine.pool.run(
                    calls.make, order, engine.files.results, job_id, on_progress=progress
                )
            finally:
                engine.files.drop(folder)

        return work

    def _accepted(self, job: EngineJob, *, with_note: bool) -> Response:
        answer: dict[str, object] = {
            "job_id": job.id,
            "poll_url": f"{self._engine.base_url}/jobs/{job.id}",
            "status": job.state.value,
        }
        if with_note:
            answer["note"] = CALLBACK_NOTE
        return json_response(answer, 202)

    def _result(self, job: EngineJob) -> dict[str, object]:
        expires = int((job.finished or job.created) + LINK_S)
        links = [self._engine.files.link(name, expires) for name in job.names]
        # The local engine recognises nobody, so it never counts anybody.
        return {"known_subjects": {"counts": {}}, "images": [], "download_urls": links}

    async def _as_bytes(self, request: Request, job: EngineJob) -> Response:
        """Send the pictures as base64, encoded by a worker into a file of its own."""
        files = self._engine.files
        folder = files.spool()
        answer = folder / "answer.json"
        try:
            await self._engine.pool.run(calls.write_answer, files.results, job.names, answer)
        except (WorkerLostError, OSError, asyncio.CancelledError):
            files.drop(folder)
            raise

        async def done() -> None:
            await asyncio.to_thread(files.drop, folder)
            if job.client_request_id is None:
                self._engine.jobs.forget(job.id)

        response = file_response(request, answer, "application/json", f'"{job.id}"')
        response.background = BackgroundTask(done)
        return response
