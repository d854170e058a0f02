"""The job list: what runs, then what waits in its order, then what ended, newest first."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.pricing import Estimate
from phota_desktop.viewmodels.job_actions import COSTLY, JobAction, actions_for
from phota_desktop.viewmodels.job_rows import Index, JobRows
from phota_desktop.viewmodels.job_words import detail_of, details_of, sum_words, title_of
from phota_desktop.viewmodels.roles import ACCESSIBLE_TEXT_ROLE, DISPLAY_ROLE, USER_ROLE
from phota_desktop.viewmodels.words import count

if TYPE_CHECKING:
    from phota_desktop.services.queue import JobChange, JobProgress, JobQueue
    from phota_desktop.services.repeating import RetryPlan
    from phota_desktop.services.tasks import Tasks

__all__ = ["JobAction", "JobListModel", "Progress", "actions_for"]

JOB_ROLE = USER_ROLE + 1
TITLE_ROLE = USER_ROLE + 2
DETAIL_ROLE = USER_ROLE + 3

Call = Callable[[str], Coroutine[object, object, object]]


@dataclass(frozen=True)
class Progress:
    """How far the present phase is; ``total`` 0 where it is not known."""

    phase: str
    done: int = 0
    total: int = 0


def _may_charge_its_own(job: Job) -> bool:
    """Tell whether to check again with the key it was sent with is to send again."""
    from phota_desktop.services.repeating import may_charge_again

    return may_charge_again(job, job.account)


class JobListModel(JobRows):
    """Jobs of the queue by id; a one-second tick runs only while something is at work."""

    job_changed = Signal(object)
    """Carries the :class:`Job` that is new or another."""
    job_removed = Signal(str)
    loaded = Signal()
    """The jobs of a queue were taken over, all at once."""
    counts_changed = Signal()
    """Something changed that a count, a button or the order depends on."""
    ticked = Signal()
    failed = Signal(object, str)
    """What a person asked for did not work: the :class:`PhotaError` and the job's id."""
    changes_wanted = Signal(object)
    """A person wants to ask for a :class:`Job` again, but differently."""
    concurrency_changed = Signal(int)
    """A person wants so many jobs at work at once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._progress: dict[str, Progress] = {}
        self._expected: dict[str, float | None] = {}
        self._deciding: set[str] = set()
        self._older: dict[str, Job] = {}
        self._queue: JobQueue | None = None
        self._tasks: Tasks | None = None
        self._daily_cap: Callable[[], Decimal | None] = lambda: None
        self._leave: list[Callable[[], None]] = []
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._on_tick)

    def attach(
        self,
        queue: JobQueue,
        tasks: Tasks,
        daily_cap: Callable[[], Decimal | None] = lambda: None,
    ) -> None:
        """Follow a queue: take over the jobs it knows, then its changes.

        ``daily_cap`` tells how many dollars a day retries and late sends may come to.
        """
        self._queue = queue
        self._tasks = tasks
        self._daily_cap = daily_cap
        self._leave = [
            queue.changed.subscribe(self._on_changed),
            queue.progress.subscribe(self._on_progress),
            queue.ordered.subscribe(lambda _: self._on_ordered()),
            queue.held.subscribe(lambda hold: self._on_held(hold.job_id)),
            queue.freed.subscribe(self._on_held),
        ]
        self._load(queue.jobs())

    def detach(self) -> None:
        """Stop following the queue; the rows stay as they are."""
        for leave in self._leave:
            leave()
        self._leave = []
        self._queue = None
        self._tick.stop()

    # -- what is known ------------------------------------------------------------------

    def jobs(self) -> list[Job]:
        """Return all jobs, newest first: the queue's, and older ones of photos that were opened."""
        listed = super().jobs()
        ids = {job.id for job in listed}
        older = [job for job in self._older.values() if job.id not in ids]
        return sorted([*listed, *older], key=lambda job: -job.sequence) if older else listed

    def add_older(self, jobs: Iterable[Job]) -> None:
        """Take jobs that the queue did not load; they have no row, but their pictures are shown."""
        listed = {job.id for job in self._jobs}
        new = {
            job.id: job for job in jobs if job.id not in listed and self._older.get(job.id) != job
        }
        if new:
            self._older.update(new)
            self.loaded.emit()

    def phase(self, job_id: str) -> Progress | None:
        """Return how far a job at work is."""
        return self._progress.get(job_id)

    def expected(self, job_id: str) -> float | None:
        """Return the seconds that jobs like this one took, None where too few are known."""
        return self._expected.get(job_id)

    @property
    def running(self) -> int:
        """Jobs at work that the person still wants."""
        return sum(1 for job in self._jobs if job.state.public == "running" and not job.hidden)

    @property
    def waiting(self) -> int:
        """Jobs recorded and not yet sent."""
        return sum(1 for job in self._jobs if job.state is JobState.QUEUED)

    @property
    def unsent(self) -> int:
        """Paid requests that wait for a person's word."""
        return sum(1 for job in self._jobs if JobAction.SEND in self.actions(job.id))

    @property
    def summary(self) -> str:
        """The status bar's words: ``2 running · 1 waiting``."""
        parts = []
        if self.running:
            parts.append(f"{self.running} running")
        if self.waiting:
            parts.append(f"{self.waiting} waiting")
        if parts:
            return " · ".join(parts)
        return count(len(self._jobs), "job") if self._jobs else "No jobs"

    # -- the line -----------------------------------------------------------------------

    def waiting_ids(self) -> list[str]:
        """Return the jobs that a person can put into another order, the next one first."""
        return self._queue.order() if self._queue is not None else []

    def move(self, job_id: str, before: str | None) -> None:
        """Let a waiting job go before another one, None for last."""
        if self._queue is not None:
            self._queue.move(job_id, before)

    def move_by(self, job_id: str, step: int) -> bool:
        """Move a waiting job ``step`` places towards the end; False if it does not wait."""
        order = self.waiting_ids()
        if job_id not in order:
            return False
        at = max(0, min(len(order) - 1, order.index(job_id) + step))
        order.remove(job_id)
        self.move(job_id, order[at] if at < len(order) else None)
        return True

    @property
    def concurrency(self) -> int:
        """How many new jobs are at work at once."""
        return self._queue.concurrency if self._queue is not None else 1

    def set_concurrency(self, places: int) -> None:
        """Change how many are at work at once."""
        if self._queue is not None and places != self._queue.concurrency:
            self._queue.set_concurrency(places)
            self.concurrency_changed.emit(places)

    # -- what can be done -----------------------------------------------------------------

    def act(self, job_id: str, action: JobAction) -> None:
        """Do what a button says; what is copied is the window's own affair."""
        queue, job = self._queue, self.job(job_id)
        if queue is None or job is None:
            return
        calls: dict[JobAction, Call] = {
            JobAction.CANCEL: queue.cancel,
            JobAction.SEND: lambda one: queue.release([one], daily_cap=self._daily_cap()),
            JobAction.RETRY: lambda one: queue.retry(one, daily_cap=self._daily_cap()),
            JobAction.CHECK_AGAIN: lambda one: queue.check_again(one, daily_cap=self._daily_cap()),
            JobAction.REMOVE: queue.remove,
        }
        if action is JobAction.RETRY_WITH_CHANGES:
            self.changes_wanted.emit(job)
        elif action is JobAction.HOLD:
            queue.hold([job_id])
        elif action is JobAction.TRY_NOW:
            queue.try_now()
        elif action in calls:
            self._decide(job_id, f"{action.value.lower()} {job_id[:8]}", calls[action])

    def cancel_waiting(self) -> None:
        """Withdraw everything that was not sent."""
        queue = self._queue
        if queue is not None:
            self._decide("", "cancel all waiting", lambda _: queue.cancel_waiting())

    def retry_plan(self) -> RetryPlan | None:
        """Return what "retry all failed" would do now, None where nothing can be repeated."""
        plan = self._queue.retry_plan() if self._queue is not None else None
        return plan if plan is not None and plan.job_ids else None

    def retry_failed(self, plan: RetryPlan) -> None:
        """Do the failed jobs again that a person agreed to."""
        queue = self._queue
        if queue is not None:
            cap = self._daily_cap()
            self._decide("", "retry all", lambda _: queue.retry_failed(plan, daily_cap=cap))

    def _decide(self, job_id: str, name: str, call: Call) -> None:
        """Carry out one decision; the same job hears of no other until it is."""
        if self._tasks is not None and job_id not in self._deciding:
            self._deciding.add(job_id)
            self._tasks.spawn(self._try(call, job_id), name=name)

    async def _try(self, call: Call, job_id: str) -> None:
        try:
            await call(job_id)
        except PhotaError as error:
            self.failed.emit(error, job_id)
        finally:
            self._deciding.discard(job_id)

    def actions(self, job_id: str) -> tuple[JobAction, ...]:
        """Return what can be done about a job now."""
        job, queue = self.job(job_id), self._queue
        if job is None:
            return ()
        return actions_for(
            job,
            unsent=self._needs_a_word(job_id),
            held=queue is not None and queue.hold_of(job_id) is not None,
            repeated=job.state is JobState.FAILED and self._is_repeated(job),
        )

    def action_text(self, job_id: str, action: JobAction) -> str:
        """Return the button's words; with the price where the click may cost something."""
        job = self.job(job_id)
        if job is None or job.engine is Engine.LOCAL:
            return action.value
        queue, asks = self._queue, action is JobAction.CHECK_AGAIN
        may = queue.may_charge_again if queue is not None else _may_charge_its_own
        again = asks and may(job)
        if action not in COSTLY and not again:
            return action.value
        return f"{action.value} · {sum_words([self._price(job)])}"

    def plan_price(self, plan: RetryPlan) -> str:
        """Return what a plan would cost, ``free`` for nothing."""
        return sum_words(self._price(job) for job in plan.sends)

    def _price(self, job: Job) -> Estimate | None:
        if self._queue is None or job.state is JobState.QUEUED:
            return job.estimate
        return self._queue.price_of(job.engine, job.request)

    def _is_repeated(self, job: Job) -> bool:
        from phota_desktop.services.repeating import newer_equal

        return newer_equal(job, self._jobs) is not None

    def _needs_a_word(self, job_id: str) -> bool:
        return self._queue is not None and self._queue.needs_a_word(job_id)

    def details(self, job_id: str) -> str:
        """Return what a support mail needs; no key, no prompt, no picture."""
        job = self.job(job_id)
        return details_of(job) if job is not None else ""

    # -- rows -----------------------------------------------------------------------------

    def put(self, job: Job) -> None:
        """Add a job or replace the row of that id."""
        if not self._set(job):
            return
        if job.state.is_final:
            self._progress.pop(job.id, None)
            self._expected.pop(job.id, None)
        self._expect(job)
        self._watch_time()
        self.job_changed.emit(job)
        self.counts_changed.emit()

    def _load(self, jobs: Sequence[Job]) -> None:
        """Take over many jobs as one change: each by itself would ask every list about all."""
        known = {job.id for job in jobs}
        kept = [job for job in self._jobs if job.id not in known]
        self.beginResetModel()
        self._jobs = self._sorted([*kept, *jobs])
        self.endResetModel()
        for job in jobs:
            self._expect(job)
        self._watch_time()
        self.loaded.emit()
        self.counts_changed.emit()

    def _expect(self, job: Job) -> None:
        if job.state.public == "running" and job.id not in self._expected:
            from phota_desktop.core.timing import expected_seconds

            self._expected[job.id] = expected_seconds(job, self._jobs)

    def _on_changed(self, change: JobChange) -> None:
        if not change.removed:
            self.put(change.job)
        elif self._drop(change.job.id):
            self.job_removed.emit(change.job.id)
            self.counts_changed.emit()

    def _on_ordered(self) -> None:
        self._sort()
        for row, job in enumerate(self._jobs):
            if not job.state.is_final:
                self._repaint(row)
        self.counts_changed.emit()

    def _on_held(self, job_id: str) -> None:
        self._repaint(self.row(job_id))
        self._watch_time()
        self.counts_changed.emit()

    def _watch_time(self) -> None:
        """Tick while something is at work, or waits for a moment that can be counted down."""
        holds = self._queue.holds() if self._queue is not None else []
        busy = self.running > 0 or any(hold.until is not None for hold in holds)
        if busy and not self._tick.isActive():
            self._tick.start()
        elif not busy:
            self._tick.stop()

    def _on_progress(self, progress: JobProgress) -> None:
        self._progress[progress.job_id] = Progress(progress.phase, progress.done, progress.total)
        self._repaint(self.row(progress.job_id))

    def _on_tick(self) -> None:
        for row, job in enumerate(self._jobs):
            if not job.state.is_final:
                self._repaint(row)
        self.ticked.emit()

    # -- Qt's model ---------------------------------------------------------------------

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._jobs):
            return None
        job = self._jobs[index.row()]
        if role == JOB_ROLE:
            return job
        if role == TITLE_ROLE:
            return title_of(job)
        if role == DETAIL_ROLE:
            return self._detail(job)
        if role in (DISPLAY_ROLE, ACCESSIBLE_TEXT_ROLE):
            return f"{title_of(job)}: {self._detail(job)}"
        return None

    def _detail(self, job: Job) -> str:
        progress = self._progress.get(job.id)
        known = progress is not None and progress.total > 0
        holds = self._queue.holds() if self._queue is not None else []
        hold = next((hold for hold in holds if hold.job_id == job.id), None)
        return detail_of(
            job,
            phase=progress.phase if progress else "",
            percent=min(100, progress.done * 100 // progress.total) if progress and known else None,
            expected=self._expected.get(job.id),
            unsent=self._needs_a_word(job.id),
            held=hold.error if hold is not None else None,
            until=hold.until if hold is not None else None,
        )
