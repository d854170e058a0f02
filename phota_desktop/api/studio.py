"""The image endpoints: submit a body, ask for a job, name the models."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx

from phota_desktop.api import errors, wire
from phota_desktop.api.answers import Accepted, Failed, Finished, ModelCatalogue, Running
from phota_desktop.api.body import FileBody, is_async
from phota_desktop.api.channel import SLOWEST, ApiChannel, Deadline, pieces
from phota_desktop.api.network import progress_to
from phota_desktop.api.spill import Spilled, SpillReader, UnreadableAnswerError, load_json
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import Operation

__all__ = ["Accepted", "Failed", "Finished", "ModelCatalogue", "Running", "StudioApi"]

ACCEPT_S = 60.0
"""Seconds for the answer to an async submit, besides the upload itself."""
SYNC_S = 620.0
"""The same in sync mode: Phota works up to 600 s (release note v0.1.1)."""
POLL_S = 20.0

PartFor = Callable[[int], Path]


class StudioApi:
    """The four image operations and their jobs; every call is one attempt."""

    def __init__(self, channel: ApiChannel) -> None:
        self._channel = channel

    async def submit(
        self,
        operation: Operation,
        body: Path,
        part_for: PartFor,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Accepted | Finished:
        """Send the written body and return what Phota makes of it.

        Pictures in the answer are decoded into ``part_for(0)`` … while they arrive.
        ``on_progress(sent, total)`` in bytes is called in the loop of the caller. Raises
        PhotaError: UNKNOWN when it went out and no readable answer came; INVALID with
        ``field="async"`` when the server knows no async mode.
        """
        report = progress_to(asyncio.get_running_loop(), on_progress)
        return await self._channel.network.run(self._submit(operation, body, part_for, report))

    async def job(
        self, job_id: str, poll_url: str, part_for: PartFor
    ) -> Running | Finished | Failed:
        """Ask once how a job is doing. Raises PhotaError: GONE when Phota knows it no more."""
        return await self._channel.network.run(self._job(job_id, poll_url, part_for))

    async def models(self) -> ModelCatalogue | None:
        """Return the server's own list of models; None when it has none (it is unpublished)."""
        return await self._channel.network.run(self._models())

    async def _submit(
        self,
        operation: Operation,
        body: Path,
        part_for: PartFor,
        report: Callable[[int, int], None],
    ) -> Accepted | Finished:
        try:
            stream = FileBody(body, report)
            budget = (ACCEPT_S if is_async(body) else SYNC_S) + stream.size / SLOWEST
        except OSError as error:
            raise PhotaError(
                ErrorKind.DISK, hint=error.strerror or "", surely_not_charged=True
            ) from error

        async def read(response: httpx.Response, deadline: Deadline) -> Accepted | Finished:
            await self._channel.refuse(response, deadline, posted=True)
            spilled = await self._spill(response, deadline, part_for, posted=True)
            said_id = wire.text(response.headers.get("x-request-id", ""), 200)
            try:
                return wire.submitted(spilled, said_id)
            except UnreadableAnswerError as error:
                raise errors.unreadable(str(error), posted=True, request_id=said_id) from error

        url = self._channel.address.url(operation.value)
        return await self._channel.exchange(
            "POST", url, read, posted=True, budget=budget, body=stream
        )

    async def _job(
        self, job_id: str, poll_url: str, part_for: PartFor
    ) -> Running | Finished | Failed:
        async def read(response: httpx.Response, deadline: Deadline) -> Running | Finished | Failed:
            await self._channel.refuse(response, deadline, posted=False)
            spilled = await self._spill(response, deadline, part_for, posted=False)
            said_id = wire.text(response.headers.get("x-request-id", ""), 200)
            try:
                return wire.job(spilled, said_id, errors.retry_after(response.headers))
            except UnreadableAnswerError as error:
                raise errors.unreadable(str(error), posted=False, request_id=said_id) from error

        url = httpx.URL(self._channel.address.job_url(job_id, poll_url))
        try:
            return await self._channel.exchange("GET", url, read, posted=False, budget=POLL_S)
        except PhotaError as error:
            if error.kind is ErrorKind.REFUSED:
                # A server may tell the job's own end by the status of the poll.
                error.surely_not_charged = False
                return Failed(error, "")
            raise

    async def _spill(
        self, response: httpx.Response, deadline: Deadline, part_for: PartFor, *, posted: bool
    ) -> Spilled:
        reader = SpillReader(part_for)
        whole = False
        try:
            async for piece in pieces(response, deadline):
                reader.feed(piece)
            spilled = reader.close()
            whole = True
        except UnreadableAnswerError as error:
            said_id = wire.text(response.headers.get("x-request-id", ""), 200) or None
            raise errors.unreadable(str(error), posted=posted, request_id=said_id) from error
        finally:
            if not whole:
                reader.abort()
        return spilled

    async def _models(self) -> ModelCatalogue | None:
        try:
            answer = await self._channel.read_small("GET", "models", budget=POLL_S)
            text = answer.body.decode("utf-8-sig", "replace")
            return wire.models(load_json(text), text)
        except UnreadableAnswerError:
            return None
        except PhotaError as error:
            if error.kind in (ErrorKind.GONE, ErrorKind.INVALID):
                return None
            raise
