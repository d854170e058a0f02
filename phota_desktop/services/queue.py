"""The job queue: records what is asked for, runs a few jobs at once, takes up open ones."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.pricing import Estimate, estimate
from phota_desktop.core.requests import StudioRequest
from phota_desktop.services.following import Viewer
from phota_desktop.services.holding import Held
from phota_desktop.services.recording import Destination, Recorder
from phota_desktop.services.runner import Runner
from phota_desktop.services.session import Session
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal
from phota_desktop.store.lock import JobClaim
from phota_desktop.store.vault import Vault

_log = logging.getLogger(__name__)

_KEPT_TO_RETRY = (JobState.FAILED, JobState.UNKNOWN)
_FOR_A_PERSON = (ErrorKind.KEY_REJECTED, ErrorKind.NO_CREDIT)


@dataclass(frozen=True)
class JobChange:
    """A job as it is now; ``removed`` when it left the list."""

    job: Job
    removed: bool = False


@dataclass(frozen=True)
class JobProgress:
    """How far one phase (sending, waiting, downloading) of a job is; ``total`` 0 if unknown."""

    job_id: str
    phase: str
    done: int
    total: int


@dataclass(frozen=True)
class Hold:
    """Why a job waits: shown once, with the words of its kind."""

    job_id: str
    error: PhotaError


class JobQueue:
    """All jobs of this program, by id; events come in the thread of the loop.

    ``held`` tells that a job waits for a person, a network or a disk.
    """

    def __init__(
        self,
        session: Session,
        journal: Journal,
        vault: Vault,
        claims: JobClaim,
        threads: Threads,
        tasks: Tasks,
        *,
        concurrency: int = 2,
        patient: bool = True,
    ) -> None:
        """``patient`` queues look again at held jobs by themselves; the command line does not."""
        self.changed: Event[JobChange] = Event()
        self.progress: Event[JobProgress] = Event()
        self.held: Event[Hold] = Event()
        self._session = session
        self._journal = journal
        self._vault = vault
        self._claims = claims
        self._threads = threads
        self._tasks = tasks
        # A place each per engine: held jobs of Phota must not hold up the local engine.
        self._slots = {engine: asyncio.Semaphore(concurrency) for engine in Engine}
        self._patient = patient
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, asyncio.Task[Job]] = {}
        self._wake = asyncio.Event()
        self._recorder = Recorder(journal, vault, threads)
        self._runner = Runner(
            session,
            journal,
            vault,
            threads,
            changed=self._take,
            progress=lambda job_id, phase, done, total: self.progress.emit(
                JobProgress(job_id, phase, done, total)
            ),
        )
        self._unsubscribe: Callable[[], None] = session.changed.subscribe(lambda _: self._look())

    def jobs(self) -> list[Job]:
        """Return the known jobs, newest first."""
        return sorted(self._jobs.values(), key=lambda job: -job.sequence)

    def job(self, job_id: str) -> Job | None:
        """Return a known job."""
        return self._jobs.get(job_id)

    async def submit(
        self,
        request: StudioRequest,
        *,
        engine: Engine | None = None,
        out_dir: Path | None = None,
        deliver: bool = True,
        daily_cap: Decimal | None = None,
    ) -> Job:
        """Record the request durably, then run it; return the recorded job.

        Raises PhotaError (INVALID, BAD_IMAGE, DISK, KEY_REJECTED), and NO_CREDIT with
        ``field="daily_cap"`` when it could pass ``daily_cap`` dollars; then nothing was sent.
        """
        chosen = engine or self._session.engine
        self._session.client(chosen)
        if chosen is Engine.PHOTA and daily_cap is not None:
            await self._stay_below(daily_cap, estimate(request))
        base_url = self._session.base_url(chosen)
        destination = Destination(
            engine=chosen,
            base_url=base_url,
            async_mode=self._session.takes_async(base_url),
            out_dir=out_dir,
            deliver=deliver,
        )
        job = await self._recorder.record(request, destination)
        self._take(job)
        self.start(job.id)
        return job

    async def _stay_below(self, cap: Decimal, price: Estimate | None) -> None:
        """Refuse what could pass the cap; what waits to be sent today counts as spent."""
        spent = await self._threads.journal(self._journal.spent_today, time.time())
        waiting = [
            job.estimate.high
            for job in self._jobs.values()
            if job.state is JobState.QUEUED and job.engine is Engine.PHOTA and job.estimate
        ]
        committed = sum(waiting, spent)
        high = price.high if price is not None else Decimal(0)
        if committed + high > cap:
            raise PhotaError(
                ErrorKind.NO_CREDIT,
                f"This could pass your cap of ${cap:.2f} a day.",
                hint=f"${committed:.2f} are spent or on their way today.",
                field="daily_cap",
                surely_not_charged=True,
            )

    def start(self, job_id: str, *, resumed: bool = False) -> None:
        """Run a recorded job as soon as there is a free place."""
        if job_id not in self._running:
            run = self._run(job_id, resumed=resumed)
            self._running[job_id] = self._tasks.spawn(run, name=f"job {job_id[:8]}")

    async def _run(self, job_id: str, *, resumed: bool) -> Job:
        try:
            if not await self._threads.files(self._claims.claim, job_id):
                return self._jobs[job_id]  # another window or command line is at it
            try:
                async with self._slots[self._jobs[job_id].engine]:
                    return await self._run_held(job_id, resumed=resumed)
            finally:
                self._claims.release(job_id)
        finally:
            self._running.pop(job_id, None)

    async def _run_held(self, job_id: str, *, resumed: bool) -> Job:
        while True:
            # The journal may know more: another process may have finished this job.
            job = await self._threads.journal(self._journal.job, job_id) or self._jobs[job_id]
            self._take(job)
            try:
                return await self._runner.run(job, resumed=resumed)
            except Held as held:
                if held.error.kind is ErrorKind.DISK:
                    await self._threads.files(self._vault.release_reserve)
                self.held.emit(Hold(job_id, held.error))
                if not self._patient:
                    return await self._give_up(self._jobs[job_id], held.error)
                await self._wait(held.pause)
                resumed = True

    async def _give_up(self, job: Job, error: PhotaError) -> Job:
        """On the command line nobody is there to help: what was never taken ends, kept to retry."""
        if job.state is JobState.QUEUED and error.kind in _FOR_A_PERSON:
            return await self._runner.fail(job, error)
        return job

    async def _wait(self, pause: float | None) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), pause)
        except TimeoutError:
            return

    def _look(self) -> None:
        """Let every held job look again: the key, the engine or the network is another one."""
        self._wake.set()
        self._wake = asyncio.Event()

    def show_to(self, viewer: Viewer | None) -> None:
        """Give pictures, as they come, to who looks at them."""
        self._runner.collector.followers.viewer = viewer

    def try_now(self) -> None:
        """Let held jobs look again at once."""
        self._look()

    async def load(self, limit: int = 200) -> list[Job]:
        """Read the newest jobs from the journal without running any."""
        known = await self._threads.journal(self._journal.jobs, limit)
        still_open = await self._threads.journal(self._journal.open_jobs)
        for job in (*known, *still_open):
            if job.id not in self._jobs:
                self._take(job)
        return self.jobs()

    async def resume(self, *, send_waiting: bool = False) -> list[Job]:
        """Take up every open job of the journal; return those that were taken up.

        Jobs that were sent are finished without a new charge. Jobs that were never sent run only
        if they are free or ``send_waiting`` says that a person wants them sent.
        """
        taken = []
        for job in await self._threads.journal(self._journal.open_jobs):
            if job.id in self._running:
                continue
            self._take(job)
            if job.engine is Engine.PHOTA and not send_waiting and self._needs_a_word(job):
                continue
            taken.append(job)
            self.start(job.id, resumed=True)
        return taken

    def _needs_a_word(self, job: Job) -> bool:
        """Tell whether only a person may start this job: it may cost something new.

        A journal restored from a backup may lack the answers that came after it.
        """
        if job.state is JobState.QUEUED:
            return True
        return self._journal.restored and job.state is JobState.SENT

    async def sweep(self) -> None:
        """Clear leftovers of jobs that have ended, then set room aside for a full disk."""
        keep = {job.id for job in await self._threads.journal(self._journal.open_jobs)}
        keep |= {job.id for job in self._jobs.values() if job.state in _KEPT_TO_RETRY}
        ended = {job.id for job in self._jobs.values() if job.state.is_final} - keep
        await self._threads.files(self._vault.sweep, keep, ended)
        await self._threads.files(self._vault.reserve)

    async def wait(self, job_id: str) -> Job:
        """Wait until nothing more happens to a job by itself; return it."""
        running = self._running.get(job_id)
        if running is not None:
            await asyncio.wait([running])
        return self._jobs[job_id]

    async def cancel(self, job_id: str) -> Job:
        """Cancel a job (rule R8).

        Before it was sent it is simply withdrawn. Afterwards it may be paid: it only becomes
        hidden, and its pictures are still fetched and kept in the vault.
        """
        job = self._jobs[job_id]
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
        canceled = await self._runner.save(job, state=JobState.CANCELED, finished=time.time())
        await self._threads.files(self._vault.drop_body, job.id)
        return canceled

    async def check_again(self, job_id: str) -> Job:
        """Ask again about a job of unknown or late outcome: same id, same bytes (rule R3).

        Only a person calls this: for a server without the async mode it may charge again.
        """
        job = self._jobs[job_id]
        if job.state is JobState.UNKNOWN:
            job = await self._runner.save(
                job,
                state=JobState.SENT if job.async_mode else JobState.QUEUED,
                sent=time.time(),
                account=self._session.account(job.engine),
                error=None,
                finished=None,
            )
        elif job.state in (JobState.FAILED, JobState.PARTIAL) and job.remote_job_id:
            new = JobState.ACCEPTED if job.state is JobState.FAILED else JobState.READY
            job = await self._runner.save(job, state=new, error=None, finished=None)
        self.start(job_id, resumed=True)
        return job

    async def retry(self, job_id: str) -> Job:
        """Do a failed job again; return the job that now runs.

        A request that Phota never took (no key, no credit, no network) goes out with its old id
        and bytes. What ended at Phota is a new intent: a new id, and a new price.
        """
        job = self._jobs[job_id]
        if job.state is JobState.UNKNOWN:
            return await self.check_again(job_id)
        if not can_send_again(job):
            return await self.submit(
                job.request, engine=job.engine, out_dir=job.out_dir, deliver=job.deliver
            )
        job = await self._runner.save(job, state=JobState.QUEUED, error=None, finished=None)
        self.start(job_id)
        return job

    async def remove(self, job_id: str) -> None:
        """Take an ended job out of the list; its pictures stay where they are."""
        job = self._jobs.get(job_id)
        if job is not None and job.state.is_final:
            await self._threads.journal(self._journal.remove, job_id)
            self._jobs.pop(job_id)
            self.changed.emit(JobChange(job, removed=True))

    def _take(self, job: Job) -> None:
        if self._jobs.get(job.id) != job:
            self._jobs[job.id] = job
            self.changed.emit(JobChange(job))

    async def close(self) -> None:
        """Stop all work; everything goes on from the journal at the next start."""
        self._unsubscribe()
        running = tuple(self._running.values())
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _hide(journal: Journal, job_id: str) -> Job:
    # Read and written in the journal's thread, so that no newer state is overwritten.
    job = journal.job(job_id)
    assert job is not None  # noqa: S101
    job = replace(job, hidden=True, deliver=False)
    journal.save(job)
    return job


def can_send_again(job: Job) -> bool:
    """Tell whether a job failed before Phota took it and whose body is still spooled."""
    return (
        job.state is JobState.FAILED
        and not job.remote_job_id
        and not job.raw
        and job.error is not None
        and job.error.kind is not ErrorKind.INVALID
        and job.body_path is not None
        and job.body_path.exists()
    )
