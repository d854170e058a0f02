"""The job queue: records what is asked for, and does what a person decides about each job."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.errors import WORDS, ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobError, JobState
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import StudioRequest
from phota_desktop.services.recording import Destination
from phota_desktop.services.repeating import (
    RetryPlan,
    can_send_again,
    may_charge_again,
    newer_equal,
    plan_retries,
)
from phota_desktop.services.running import Hold, JobChange, JobProgress, RunningJobs
from phota_desktop.store.journal import Journal

__all__ = ["Hold", "JobChange", "JobProgress", "JobQueue", "can_send_again"]

_SAME_FOR_ALL = (ErrorKind.KEY_REJECTED, ErrorKind.NO_CREDIT, ErrorKind.DISK)
"""Troubles that the next job of a batch would meet as well."""


class JobQueue(RunningJobs):
    """Jobs and what is decided about them: one decision at a time for each job.

    Two clicks at once are one decision: the second finds the job as the first left it.
    """

    async def submit(
        self,
        request: StudioRequest,
        *,
        engine: Engine | None = None,
        out_dir: Path | None = None,
        deliver: bool = True,
        daily_cap: Decimal | None = None,
        draft_of: str = "",
    ) -> Job:
        """Record the request durably, then run it; return the recorded job.

        ``draft_of`` is the key of the result of which this makes the final version.
        Raises PhotaError (INVALID, BAD_IMAGE, DISK, KEY_REJECTED), and NO_CREDIT with
        ``field="daily_cap"`` when it could pass ``daily_cap`` dollars; then nothing was sent.
        """
        chosen = engine or self._session.engine
        await self._session.load(chosen)
        self._session.client(chosen)
        price = self.price_of(chosen, request)
        if chosen is Engine.PHOTA and daily_cap is not None:
            await self._spending.stay_below(daily_cap, [price])
        base_url = self._session.base_url(chosen)
        destination = Destination(
            engine=chosen,
            base_url=base_url,
            async_mode=self._session.takes_async(base_url),
            out_dir=out_dir,
            deliver=deliver,
            draft_of=draft_of,
        )
        with self._spending.reserved(price):
            job = await self._recorder.record(request, destination)
            self._take(job, run=True)
        return job

    async def stay_below(self, daily_cap: Decimal, prices: Iterable[Estimate | None]) -> None:
        """Raise PhotaError NO_CREDIT, ``field="daily_cap"``, if ``prices`` could pass the cap."""
        await self._spending.stay_below(daily_cap, prices)

    @asynccontextmanager
    async def _decision(self, job_id: str) -> AsyncIterator[Job]:
        """Give a job as it is, and nobody else decides about it meanwhile."""
        async with self._decisions.setdefault(job_id, asyncio.Lock()):
            job = self._jobs.get(job_id)
            if job is None:
                raise PhotaError(
                    ErrorKind.GONE, "This job is not in the list any more.", surely_not_charged=True
                )
            yield job

    # the line ---------------------------------------------------------------------------------

    def order(self) -> list[str]:
        """Return the ids of the jobs that wait for their turn, the next one first."""
        return self._line.order()

    def move(self, job_id: str, before: str | None) -> None:
        """Let a waiting job go before another waiting one, None for last."""
        if self._line.move(job_id, before):
            self.ordered.emit(None)

    @property
    def concurrency(self) -> int:
        """How many new jobs of each engine are at work at once."""
        return self._line.places

    def set_concurrency(self, places: int) -> None:
        """Change how many are at work at once; those at work go on."""
        self._line.set_places(places)
        self.ordered.emit(None)

    def hold(self, job_ids: Iterable[str]) -> None:
        """Keep waiting jobs from being sent until they are released; not those at work."""
        known = (self._jobs.get(job_id) for job_id in job_ids)
        waiting = [job.id for job in known if job is not None and job.state is JobState.QUEUED]
        self._line.park(waiting)
        self.ordered.emit(None)

    async def release(
        self, job_ids: Iterable[str], *, daily_cap: Decimal | None = None
    ) -> list[Job]:
        """Send jobs that waited for a person's word; return them.

        Raises PhotaError NO_CREDIT with ``field="daily_cap"`` if together they could pass
        ``daily_cap`` dollars; then all of them go on waiting.
        """
        ids = tuple(job_ids)
        jobs = [self._jobs[one] for one in ids if self.needs_a_word(one)]
        if daily_cap is not None:
            paid = [job.estimate for job in jobs if job.engine is Engine.PHOTA]
            await self._spending.stay_below(daily_cap, paid)
        # Of those that were decided upon meanwhile none is sent.
        jobs = [self._jobs[job.id] for job in jobs if self.needs_a_word(job.id)]
        for job in jobs:
            self.start(job.id, resumed=True)
        self._line.unpark(job.id for job in jobs)
        self.ordered.emit(None)
        return jobs

    async def unsent(self) -> list[Job]:
        """Return the paid jobs of an earlier start that were not sent, the next one first."""
        found = []
        for job_id in self.order():
            job = self._jobs[job_id]
            if job.engine is not Engine.PHOTA or not self.needs_a_word(job_id):
                continue
            if job_id in self._running:
                found.append(job)
            elif await self._threads.files(self._claims.claim, job_id):
                self._claims.release(job_id)  # nobody else is at it
                found.append(job)
        return found

    # cancelling -------------------------------------------------------------------------------

    async def cancel(self, job_id: str) -> Job:
        """Cancel a job (rule R8).

        Before it was sent it is simply withdrawn. Afterwards it may be paid: it only becomes
        hidden, and its pictures are still fetched and kept in the vault.
        """
        async with self._decision(job_id) as job:
            running = self._running.get(job_id)
            if job.state is JobState.QUEUED:
                if running is not None:
                    running.cancel()
                    await asyncio.wait([running])
                    journalled = await self._threads.journal(self._journal.job, job_id)
                    job = journalled or job
                if job.state is JobState.QUEUED:
                    return await self._withdraw(job)
                self.start(job_id, resumed=True)  # it was being sent at that very moment
            if job.state is JobState.UNKNOWN:
                return await self._withdraw(job)
            if not job.state.is_final:
                self._runner.hidden.add(job_id)
                self._take(await self._threads.journal(_hide, self._journal, job_id))
                return self._jobs[job_id]
            return job

    async def _withdraw(self, job: Job) -> Job:
        if not await self._threads.files(self._claims.claim, job.id):
            raise PhotaError(ErrorKind.BUSY, "Another window or command line is at this job.")
        error = _in_doubt(job.error) if job.state is JobState.UNKNOWN else job.error
        try:
            canceled = await self._runner.save(
                job, state=JobState.CANCELED, finished=time.time(), error=error
            )
            await self._threads.files(self._vault.drop_body, job.id)
        finally:
            self._claims.release(job.id)
        return canceled

    async def cancel_waiting(self) -> int:
        """Withdraw every job that was not sent; return how many there were."""
        return await self.discard([job.id for job in self.jobs() if job.state is JobState.QUEUED])

    async def discard(self, job_ids: Iterable[str]) -> int:
        """Withdraw those of the jobs that were not sent; return how many there were."""
        known = (self._jobs.get(job_id) for job_id in job_ids)
        jobs = [job for job in known if job is not None and job.state is JobState.QUEUED]
        # None may be sent in the place that another one of them gives up.
        self._line.park(job.id for job in jobs)
        jobs.sort(key=lambda job: not self._line.is_inside(job.id))
        failures = []
        gone = 0
        for job in jobs:
            if self._jobs[job.id].state is not JobState.QUEUED:
                continue
            try:
                ended = await self.cancel(job.id)
            except PhotaError as error:
                failures.append(error)
            else:
                gone += ended.state is JobState.CANCELED
        if failures:
            raise failures[0]
        return gone

    # doing it again ---------------------------------------------------------------------------

    def may_charge_again(self, job: Job) -> bool:
        """Tell whether to check again about a job may cost something, with the present key."""
        return may_charge_again(job, self._session.account(job.engine))

    async def check_again(self, job_id: str, *, daily_cap: Decimal | None = None) -> Job:
        """Ask again about a job of unknown or late outcome: same id, same bytes (rule R3).

        Only a person calls this: it may charge again (see :meth:`may_charge_again`), and
        then PhotaError NO_CREDIT with ``field="daily_cap"`` stops what could pass the cap.
        """
        async with self._decision(job_id) as job:
            return await self._check_again(job, daily_cap)

    async def _check_again(self, job: Job, daily_cap: Decimal | None) -> Job:
        if self.may_charge_again(job) and daily_cap is not None:
            await self._spending.stay_below(daily_cap, [self.price_of(job.engine, job.request)])
        if job.state is JobState.UNKNOWN:
            job = await self._runner.save(
                job,
                state=JobState.SENT if job.async_mode else JobState.QUEUED,
                sent=time.time(),
                account=self._session.account(job.engine),
                error=None,
                finished=None,
            )
        elif job.state in (JobState.FAILED, JobState.PARTIAL) and (
            job.remote_job_id or job.download_urls
        ):
            asks = job.state is JobState.FAILED and job.remote_job_id
            new = JobState.ACCEPTED if asks else JobState.READY
            job = await self._runner.save(job, state=new, error=None, finished=None)
        elif job.state is JobState.QUEUED:
            return job  # to send it is another decision
        self.start(job.id, resumed=True)
        self.ordered.emit(None)
        return job

    async def retry(self, job_id: str, *, daily_cap: Decimal | None = None) -> Job:
        """Do a failed job again; return the job that now runs.

        A request that Phota never took (no key, no credit, no network) goes out with its old id
        and bytes. What ended at Phota is a new intent: a new id, and a new price. One that was
        done again already is not done a third time. Raises as :meth:`submit`.
        """
        async with self._decision(job_id) as job:
            if job.state is JobState.UNKNOWN:
                return await self._check_again(job, daily_cap)
            newer = newer_equal(job, self._jobs.values())
            if newer is not None or job.state is not JobState.FAILED:
                return newer or job
            if not await self._threads.files(can_send_again, job):
                return await self.submit(
                    job.request,
                    engine=job.engine,
                    out_dir=job.out_dir,
                    deliver=job.deliver or job.hidden,
                    daily_cap=daily_cap,
                    draft_of=job.draft_of,
                )
            price = self.price_of(job.engine, job.request)
            if job.engine is Engine.PHOTA and daily_cap is not None:
                await self._spending.stay_below(daily_cap, [price])
            with self._spending.reserved(price):
                job = await self._runner.save(
                    job, state=JobState.QUEUED, error=None, finished=None, estimate=price
                )
                self.start(job_id)
            self.ordered.emit(None)
            return job

    def retry_plan(self) -> RetryPlan:
        """Return what :meth:`retry_failed` would do now: to be agreed to, with its price."""
        return plan_retries(self._jobs.values())

    async def retry_failed(self, plan: RetryPlan, *, daily_cap: Decimal | None = None) -> list[Job]:
        """Do the failed jobs of a plan again, and no others; return the jobs that now run.

        Raises PhotaError NO_CREDIT with ``field="daily_cap"`` before any is sent if together
        they could pass ``daily_cap`` dollars, else the first error after trying all that can work.
        """
        paid = [job for job in plan.sends if job.engine is Engine.PHOTA]
        if daily_cap is not None and paid:
            prices = [self.price_of(job.engine, job.request) for job in paid]
            await self._spending.stay_below(daily_cap, prices)
        begun: list[Job] = []
        failures: list[PhotaError] = []
        checks = {job.id for job in plan.checks}
        for job_id in plan.job_ids:
            try:
                if job_id in checks:
                    begun.append(await self.check_again(job_id))
                else:
                    begun.append(await self.retry(job_id, daily_cap=daily_cap))
            except PhotaError as error:
                failures.append(error)
                if error.kind in _SAME_FOR_ALL:
                    break
        if failures:
            raise failures[0]
        return begun

    async def remove(self, job_id: str) -> None:
        """Take an ended job out of the list; its pictures stay where they are."""
        if job_id not in self._jobs:
            return
        async with self._decision(job_id) as job:
            if job.state.is_final:
                await self._threads.journal(self._journal.remove, job_id)
                self._jobs.pop(job_id)
                self.changed.emit(JobChange(job, removed=True))


def _in_doubt(error: JobError | None) -> JobError:
    """Return what a job keeps that is given up while nobody knows whether it was charged.

    The last try may have ended in something else (no key, no network); by this kind the cap and
    the ledger go on counting it.
    """
    words = WORDS[ErrorKind.UNKNOWN].message
    return replace(error or JobError(ErrorKind.UNKNOWN, words), kind=ErrorKind.UNKNOWN)


def _hide(journal: Journal, job_id: str) -> Job:
    # Read and written in the journal's thread, so that no newer state is overwritten.
    job = journal.job(job_id)
    assert job is not None  # noqa: S101
    job = replace(job, hidden=True, deliver=False)
    journal.save(job)
    return job
