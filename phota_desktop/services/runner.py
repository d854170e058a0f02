"""Drives one recorded job to its end by the rules R1–R8: send, poll, collect, each step journalled.

Every state here can be the first one after a restart, so each step starts from what the journal
says and from nothing else.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobError, JobState
from phota_desktop.core.pricing import PUBLISHED, PriceTable
from phota_desktop.services.collecting import Collector
from phota_desktop.services.holding import RETRY_PAUSE, Held
from phota_desktop.services.recording import Recorder
from phota_desktop.services.session import Session
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal
from phota_desktop.store.vault import Vault

if TYPE_CHECKING:
    from phota_desktop.api.client import PhotaClient
    from phota_desktop.api.studio import Accepted, Finished

POLL_FIRST, POLL_GROWTH, POLL_LAST = 2.0, 1.5, 15.0
"""Seconds between polls of Phota: 2 s, each pause 1.5 times the last, at most 15 s."""
LOCAL_POLL_FIRST, LOCAL_POLL_LAST = 0.02, 0.25
OFFLINE_TRIES = 4
"""Quick tries without a network before the job is held."""
POLL_TRIES = 8
"""Polls in a row that may fail, about a minute, before the job is held: nothing is lost by it."""
JOB_DEADLINE = 3600.0
"""Seconds after which a job that is still running is shown as too slow; it can be asked again."""

Progress = Callable[[str, str, int, int], None]
"""Called with job id, phase (sending, waiting, downloading), done and total."""

Pause = Callable[[Job, PhotaError, float], Awaitable[None]]
"""Called with a job, what its last try met and the seconds until the next one; waits for them."""


async def _sleep(_job: Job, _error: PhotaError, seconds: float) -> None:
    await asyncio.sleep(seconds)


@dataclass
class _Attempts:
    """What one sending loop remembers: tries, and whether any of them may have been charged."""

    number: int = 0
    tainted: bool = False


class Runner:
    """Takes a job from its journalled state to a final one."""

    def __init__(
        self,
        session: Session,
        journal: Journal,
        vault: Vault,
        threads: Threads,
        *,
        changed: Callable[[Job], None],
        progress: Progress,
        prices: Callable[[], PriceTable] = lambda: PUBLISHED,
        pause: Pause = _sleep,
    ) -> None:
        self._session = session
        self._journal = journal
        self._vault = vault
        self._threads = threads
        self._changed = changed
        self._progress = progress
        self._pause = pause
        self._recorder = Recorder(journal, vault, threads, prices)
        self.collector = Collector(vault, threads, self.save, progress, prices)
        self._random = random.Random()  # noqa: S311  (jitter, not a secret)
        self.hidden = self.collector.hidden

    async def save(self, job: Job, **changes: object) -> Job:
        """Commit a change to the journal, tell it, and return the new job."""
        new = replace(job, **changes)  # type: ignore[arg-type]
        if job.id in self.hidden and not new.hidden:
            new = replace(new, hidden=True, deliver=False)
        await self._threads.journal(self._journal.save, new)
        self._changed(new)
        return new

    async def run(self, job: Job, *, resumed: bool = False) -> Job:
        """Drive the job to a final state and return it; ``resumed`` if an earlier run left it.

        Raises Held when it cannot go on by itself (no key, no network, no disk): whatever could
        not be journalled then is asked for again, with the same id, from the journalled state.
        """
        try:
            return await self._to_the_end(job, resumed=resumed)
        except PhotaError as error:
            raise Held(error) from error

    async def _to_the_end(self, job: Job, *, resumed: bool) -> Job:
        while not job.state.is_final:
            if job.state in (JobState.QUEUED, JobState.SENT):
                job = await self._send(job)
            elif job.state is JobState.ACCEPTED:
                job = await self._poll(job)
            else:
                client = self._session.client_for(job)
                job = await self.collector.collect(job, client, resumed=resumed)
        if job.state not in (JobState.FAILED, JobState.UNKNOWN):
            await self._threads.files(self._vault.drop_body, job.id)
        await self._threads.files(self._vault.drop_parts, job.id)
        return job

    async def fail(self, job: Job, error: PhotaError, state: JobState | None = None) -> Job:
        """End a job with an error; a refusal by the content rules is never called a failure."""
        if state is None:
            state = JobState.REFUSED if error.kind is ErrorKind.REFUSED else JobState.FAILED
        return await self.save(
            job,
            state=state,
            error=_job_error(error),
            request_id=error.request_id or job.request_id,
            finished=time.time(),
        )

    # sending ----------------------------------------------------------------------------------

    async def _send(self, job: Job) -> Job:
        """Submit until Phota has answered; the same id and the same bytes every time (R3)."""
        from phota_desktop.api.retry import UNKNOWN_WINDOW_S, Action, Step, decide

        attempts = _Attempts(tainted=job.state is JobState.SENT)
        if attempts.tainted:
            settled = await self._settle_after_restart(job)
            if settled is not None:
                return settled
        while True:
            try:
                self._session.client_for(job)
                await self._threads.files(self._vault.check_body, job.body_path, job.body_sha256)
                if job.state is JobState.QUEUED:
                    account = self._session.account(job.engine)
                    job = await self.save(
                        job, state=JobState.SENT, sent=time.time(), account=account, error=None
                    )
                if self._session.account(job.engine) != job.account:
                    # The key was changed meanwhile: another account does not know the id.
                    if attempts.tainted:
                        return await self.fail(job, _lost(job), JobState.UNKNOWN)
                    job = await self.save(job, state=JobState.QUEUED)
                    continue
                answer = await self._submit(self._session.client_for(job), job)
            except PhotaError as error:
                failure = error
            else:
                return await self._answered(job, answer)
            if failure.field == "async" and job.async_mode and not attempts.tainted:
                job = await self._fall_back_to_sync(job)
                continue
            attempts.number += 1
            attempts.tainted = attempts.tainted or not failure.surely_not_charged
            since = time.time() - (job.sent or time.time())
            decision = decide(
                Step.SUBMIT,
                failure,
                attempts.number,
                since,
                self._random,
                sync=not job.async_mode,
            )
            offline = failure.kind is ErrorKind.OFFLINE
            patience_left = not offline or attempts.number <= OFFLINE_TRIES
            if decision.action is Action.WAIT and patience_left:
                job = await self._not_sent(job, attempts, failure)
                await self._pause(job, failure, decision.seconds)
            elif attempts.tainted and _leaves_doubt(failure):
                if job.async_mode and failure.kind in RETRY_PAUSE and since < UNKNOWN_WINDOW_S:
                    raise Held(failure)
                return await self.fail(job, failure, JobState.UNKNOWN)
            elif decision.action is Action.HOLD or offline:
                await self._not_sent(job, attempts, failure)
                raise Held(failure)
            elif decision.action is Action.ASK and decision.seconds > 0:
                await self._not_sent(job, attempts, failure)
                raise Held(failure, decision.seconds)  # the server said when to come again
            else:
                return await self.fail(job, failure)

    async def _not_sent(self, job: Job, attempts: _Attempts, failure: PhotaError) -> Job:
        """Move a job back to ``QUEUED`` when Phota surely never took it: it can be cancelled."""
        if attempts.tainted or job.state is JobState.QUEUED:
            return job
        return await self.save(job, state=JobState.QUEUED, error=_job_error(failure))

    async def _submit(self, client: PhotaClient, job: Job) -> Accepted | Finished:
        assert job.body_path is not None  # noqa: S101  (checked with its digest just before)
        with self.collector.followers.parts(job) as part_for:
            return await client.studio.submit(
                job.request.operation,
                job.body_path,
                part_for,
                lambda done, total: self._progress(job.id, "sending", done, total),
            )

    async def _answered(self, job: Job, answer: Accepted | Finished) -> Job:
        from phota_desktop.api.studio import Accepted

        if isinstance(answer, Accepted):
            return await self.save(
                job,
                state=JobState.ACCEPTED,
                remote_job_id=answer.job_id,
                poll_url=answer.poll_url,
                request_id=answer.request_id,
                raw=answer.raw,
                error=None,
            )
        if job.async_mode:
            self._session.remember_sync(job.base_url)
        return await self._finished(job, answer)

    async def _fall_back_to_sync(self, job: Job) -> Job:
        """Rewrite the body for a server that refused the async fields; the intent is the same."""
        self._session.remember_sync(job.base_url)
        job = await self._recorder.rewrite_for_sync(job)
        return await self.save(job, state=JobState.QUEUED)

    async def _settle_after_restart(self, job: Job) -> Job | None:
        """Decide about a submit whose answer nobody heard; None when it may be repeated."""
        if not job.async_mode:
            parts = await self.collector.whole_parts(job)
            if len(parts) == job.request.variants:
                return await self.save(job, state=JobState.READY)
            return await self.fail(job, _lost(job), JobState.UNKNOWN)
        if job.engine is Engine.PHOTA:
            # Another account would not know the id, and would pay a second time.
            if self._session.account(job.engine) != job.account:
                return await self.fail(job, _lost(job), JobState.UNKNOWN)
            from phota_desktop.api.retry import UNKNOWN_WINDOW_S

            if not 0 <= time.time() - (job.sent or 0.0) <= UNKNOWN_WINDOW_S:
                return await self.fail(job, _lost(job), JobState.UNKNOWN)
        return None

    # polling ----------------------------------------------------------------------------------

    async def _poll(self, job: Job) -> Job:
        from phota_desktop.api.retry import Action, Step, decide
        from phota_desktop.api.studio import Failed, Finished

        local = job.engine is Engine.LOCAL
        pause, last = (LOCAL_POLL_FIRST, LOCAL_POLL_LAST) if local else (POLL_FIRST, POLL_LAST)
        failures = 0
        until = time.monotonic() + JOB_DEADLINE
        while time.monotonic() < until:
            client = self._session.client_for(job)
            try:
                answer = await client.studio.job(
                    job.remote_job_id, job.poll_url, lambda n: self._vault.part(job.id, n)
                )
            except PhotaError as failure:
                if failure.kind is ErrorKind.GONE and local:
                    # The local engine forgets its jobs at exit; asking again costs nothing.
                    return await self.save(job, state=JobState.QUEUED, remote_job_id="")
                failures += 1
                decision = decide(Step.POLL, failure, failures, 0.0, self._random)
                if decision.action is Action.HOLD:
                    raise Held(failure) from None
                if failure.kind is ErrorKind.GONE:
                    return await self.fail(job, failure)
                if failures > POLL_TRIES and failure.kind in RETRY_PAUSE:
                    raise Held(failure) from None
                # Whatever else a poll is answered, the job may be paid: look again later.
                await self._pause(job, failure, decision.seconds or pause)
                continue
            failures = 0
            if isinstance(answer, Finished):
                return await self._finished(job, answer)
            if isinstance(answer, Failed):
                return await self.fail(replace(job, raw=answer.raw), answer.error)
            self._progress(job.id, "waiting", int((answer.progress or 0) * 100), 100)
            await asyncio.sleep(max(pause, answer.retry_after or 0.0))
            pause = min(pause * POLL_GROWTH, last)
        return await self.fail(job, PhotaError(ErrorKind.TOO_SLOW))

    async def _finished(self, job: Job, answer: Finished) -> Job:
        return await self.save(
            job,
            state=JobState.READY,
            download_urls=answer.download_urls,
            known_subjects=answer.known_subjects,
            request_id=answer.request_id or job.request_id,
            raw=answer.raw,
            error=None,
        )


def _lost(job: Job) -> PhotaError:
    return PhotaError(ErrorKind.UNKNOWN, request_id=job.request_id or None)


def _leaves_doubt(failure: PhotaError) -> bool:
    """Tell whether the lost try may have ended differently than this answer says."""
    refused = failure.kind in (ErrorKind.INVALID, ErrorKind.REFUSED)
    return not (refused and failure.status is not None and failure.surely_not_charged)


def _job_error(error: PhotaError) -> JobError:
    return JobError(error.kind, error.message, error.hint, error.status, error.request_id)
