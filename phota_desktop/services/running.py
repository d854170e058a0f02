"""Jobs at work: each in its turn, held where it cannot go on, taken up after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.options import BASE_MODELS
from phota_desktop.core.pricing import FREE, PUBLISHED, Estimate, PriceTable, estimate
from phota_desktop.core.requests import StudioRequest
from phota_desktop.services.following import Viewer
from phota_desktop.services.holding import OF_THE_ACCOUNT, Held, Hold, Holds
from phota_desktop.services.recording import Models, Recorder
from phota_desktop.services.runner import Runner
from phota_desktop.services.scheduling import Line
from phota_desktop.services.session import Session
from phota_desktop.services.spending import Spending
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal
from phota_desktop.store.lock import JobClaim
from phota_desktop.store.vault import Vault

__all__ = ["Hold", "JobChange", "JobProgress", "RunningJobs"]

_KEPT_TO_RETRY = (JobState.FAILED, JobState.UNKNOWN)
_FOR_A_PERSON = (*OF_THE_ACCOUNT, ErrorKind.BUSY)
TOLD_PAUSE = 3.0
"""Seconds: a wait before the next try that is as long as this is told as a hold."""


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


class RunningJobs:
    """All jobs of this program, by id; events come in the thread of the loop.

    ``held`` tells that a job waits for a person, a network or a disk, ``freed`` that it goes on
    or is no more, ``ordered`` that the line of waiting jobs is another one.
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
        prices: Callable[[], PriceTable] = lambda: PUBLISHED,
        models: Models = lambda _: BASE_MODELS,
    ) -> None:
        """``patient`` queues look again at held jobs by themselves; the command line does not.

        ``prices`` is asked whenever a price is needed: a person may change it meanwhile. So is
        ``models``: a server may list more than is built in.
        """
        self.changed: Event[JobChange] = Event()
        self.progress: Event[JobProgress] = Event()
        self._holds = Holds()
        self.held: Event[Hold] = self._holds.told
        self.freed: Event[str] = self._holds.ended
        self.ordered: Event[None] = Event()
        self._session = session
        self._journal = journal
        self._vault = vault
        self._claims = claims
        self._threads = threads
        self._tasks = tasks
        self._prices = prices
        self._line = Line(concurrency)
        self._patient = patient
        self._is_closed = False
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, asyncio.Task[Job]] = {}
        self._decisions: dict[str, asyncio.Lock] = {}
        self._recorder = Recorder(journal, vault, threads, prices, models)
        self._spending = Spending(journal, threads, self._on_their_way)
        self._runner = Runner(
            session,
            journal,
            vault,
            threads,
            changed=self._take,
            progress=lambda job_id, phase, done, total: self.progress.emit(
                JobProgress(job_id, phase, done, total)
            ),
            prices=prices,
            pause=self._pause,
        )
        self._unsubscribe: Callable[[], None] = session.changed.subscribe(lambda _: self._look())

    # what is known ----------------------------------------------------------------------------

    def jobs(self) -> list[Job]:
        """Return the known jobs, newest first."""
        return sorted(self._jobs.values(), key=lambda job: -job.sequence)

    def job(self, job_id: str) -> Job | None:
        """Return a known job."""
        return self._jobs.get(job_id)

    @property
    def spending(self) -> Spending:
        """What counts for the daily cap: all that is paid in this program shares it."""
        return self._spending

    def price_of(self, engine: Engine, request: StudioRequest) -> Estimate | None:
        """Return what a request would cost now; None where the price is not published."""
        return estimate(request, FREE if engine is Engine.LOCAL else self._prices())

    def hold_of(self, job_id: str) -> PhotaError | None:
        """Return why a job that began cannot go on at the moment, None if it can."""
        hold = self._holds.of(job_id)
        return hold.error if hold is not None else None

    def holds(self) -> list[Hold]:
        """Return every job that cannot go on at the moment, and why."""
        return self._holds.all()

    def needs_a_word(self, job_id: str) -> bool:
        """Tell whether a job goes on only after a person's word, because it may cost something.

        That is so for what an earlier start did not send, and for what a person holds.
        """
        job = self._jobs.get(job_id)
        if job is None or job.state.is_final:
            return False
        if self._line.is_parked(job_id):
            return True
        return job_id not in self._running and self._may_cost(job)

    def _may_cost(self, job: Job) -> bool:
        """Tell whether running this job of an earlier start may cost something new.

        A journal restored from a backup may lack the answers that came after it.
        """
        if job.engine is Engine.LOCAL:
            return False
        restored = self._journal.restored and job.state is JobState.SENT
        return job.state is JobState.QUEUED or restored

    def _on_their_way(self) -> list[Job]:
        return [job for job in self._jobs.values() if not self.needs_a_word(job.id)]

    # running ----------------------------------------------------------------------------------

    def start(self, job_id: str, *, resumed: bool = False) -> None:
        """Run a recorded job as soon as there is a free place."""
        if job_id in self._running or self._is_closed:
            return
        job = self._jobs[job_id]
        self._line.announce(job_id, job.engine, was_sent=job.state is not JobState.QUEUED)
        run = self._run(job_id, resumed=resumed)
        running = self._tasks.spawn(run, name=f"job {job_id[:8]}")
        self._running[job_id] = running
        running.add_done_callback(lambda _: self._on_stopped(job_id))

    def _on_stopped(self, job_id: str) -> None:
        # Not in a ``finally``: a run that is cancelled before its first step has none.
        self._running.pop(job_id, None)
        self._holds.end(job_id)
        self._line.leave(job_id)
        if not self._is_closed:
            self.ordered.emit(None)

    async def _run(self, job_id: str, *, resumed: bool) -> Job:
        if not await self._claim_held(job_id):
            return self._jobs[job_id]  # another window or command line is at it
        try:
            await self._line.enter(job_id)
            return await self._run_held(job_id, resumed=resumed)
        finally:
            self._claims.release(job_id)

    async def _claim_held(self, job_id: str) -> bool:
        """Take a job, held while the disk takes no lock; False where somebody else has it."""
        while True:
            try:
                return await self._claim(job_id)
            except PhotaError as error:
                await self._hold(job_id, Held(error))
                if not self._patient:
                    return False
                await self._holds.wait(job_id)

    async def _hold(self, job_id: str, held: Held) -> None:
        """Let a job wait, with what a full disk can be given back."""
        if held.error.kind is ErrorKind.DISK:
            with suppress(PhotaError):
                await self._threads.files(self._vault.release_reserve)
        self._holds.begin(job_id, held.error, self._jobs[job_id].engine, held.pause)

    async def _as_journalled(self, job_id: str) -> Job:
        """Return a job as it is now: another process may have finished it. Raises Held."""
        try:
            return await self._threads.journal(self._journal.job, job_id) or self._jobs[job_id]
        except PhotaError as error:
            raise Held(error) from error

    async def _claim(self, job_id: str) -> bool:
        claiming = asyncio.ensure_future(self._threads.files(self._claims.claim, job_id))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # The thread takes the job all the same: whoever cancelled wants it for themselves.
            if await claiming:
                self._claims.release(job_id)
            raise

    async def _run_held(self, job_id: str, *, resumed: bool) -> Job:
        while True:
            wakes = self._holds.wakes
            try:
                job = await self._as_journalled(job_id)
                self._take(job)
                trouble = self._holds.of_account(job.engine)
                if self._patient and trouble is not None and job.state is JobState.QUEUED:
                    # It would meet the same: one refusal is enough until a person has mended it.
                    self._holds.begin(job_id, trouble, job.engine, None)
                    await self._holds.wait(job_id)
                    continue
                await self._session.load(job.engine)
                wakes = self._holds.wakes
                return await self._runner.run(job, resumed=resumed)
            except Held as held:
                resumed = True
                if held.error.kind in OF_THE_ACCOUNT and wakes != self._holds.wakes:
                    continue  # a person mended it while this refusal was on its way
                await self._hold(job_id, held)
                if not self._patient:
                    return await self._give_up(self._jobs[job_id], held.error)
                await self._holds.wait(job_id)

    async def _pause(self, job: Job, error: PhotaError, seconds: float) -> None:
        """Wait before the next try; a long wait is told, and a person can cut it short."""
        if seconds < TOLD_PAUSE or not self._patient:
            await asyncio.sleep(seconds)
            return
        self._holds.begin(job.id, error, job.engine, seconds)
        await self._holds.wait(job.id)

    async def _give_up(self, job: Job, error: PhotaError) -> Job:
        """On the command line nobody is there to help: what was never taken ends, kept to retry."""
        if job.state is JobState.QUEUED and error.kind in _FOR_A_PERSON:
            return await self._runner.fail(job, error)
        return job

    def _look(self) -> None:
        """Let every held job look again: the key, the engine or the network is another one."""
        self._holds.wake()

    def try_now(self) -> None:
        """Let held jobs look again at once."""
        self._look()

    def show_to(self, viewer: Viewer | None) -> None:
        """Give pictures, as they come, to who looks at them."""
        self._runner.collector.followers.viewer = viewer

    async def deliver_again(self, job_id: str, folder: Path) -> Job:
        """Copy an ended job's pictures, which could not be written before, into ``folder``."""
        async with self._decisions.setdefault(job_id, asyncio.Lock()):
            return await self._runner.collector.deliver_again(self._jobs[job_id], folder)

    async def wait(self, job_id: str) -> Job:
        """Wait until nothing more happens to a job by itself; return it."""
        running = self._running.get(job_id)
        if running is not None:
            await asyncio.wait([running])
        return self._jobs[job_id]

    # the start and the end of the program -----------------------------------------------------

    async def load(self, limit: int = 200) -> list[Job]:
        """Read the newest jobs from the journal without running any."""
        known = await self._threads.journal(self._journal.jobs, limit)
        still_open = await self._threads.journal(self._journal.open_jobs)
        for job in sorted((*known, *still_open), key=lambda job: job.sequence):
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
            if not send_waiting and self._may_cost(job):
                continue
            taken.append(job)
            self.start(job.id, resumed=True)
        if taken:
            self.ordered.emit(None)
        return taken

    async def sweep(self) -> None:
        """Clear leftovers of jobs that have ended, then set room aside for a full disk."""
        keep = {job.id for job in await self._threads.journal(self._journal.open_jobs)}
        keep |= {job.id for job in self._jobs.values() if job.state in _KEPT_TO_RETRY}
        ended = {job.id for job in self._jobs.values() if job.state.is_final} - keep
        await self._threads.files(self._vault.sweep, keep, ended)
        await self._threads.files(self._vault.reserve)

    async def close(self) -> None:
        """Stop all work; everything goes on from the journal at the next start."""
        self._is_closed = True
        self._unsubscribe()
        running = tuple(self._running.values())
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _take(self, job: Job, *, run: bool = False, resumed: bool = False) -> None:
        """Know a job as it is now, and with ``run`` let it stand in line before that is told."""
        is_new = self._jobs.get(job.id) != job
        if is_new:
            self._jobs[job.id] = job
            if job.state is JobState.QUEUED:
                self._line.add(job.id)
            else:
                self._line.drop(job.id)
        if run:
            self.start(job.id, resumed=resumed)
        if is_new:
            self.changed.emit(JobChange(job))
