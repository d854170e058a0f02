"""The question after a start: what is to become of paid requests that were not sent last time."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Job
from phota_desktop.viewmodels.job_words import sum_words, title_of
from phota_desktop.viewmodels.words import count

if TYPE_CHECKING:
    from phota_desktop.services.queue import JobQueue
    from phota_desktop.services.tasks import Tasks

Answer = Callable[[tuple[str, ...]], Coroutine[object, object, object]]
LISTED = 5
"""Requests that the question names one by one."""


class Reopening(QObject):
    """Asks once, and only if something would cost; until an answer nothing is sent."""

    asked = Signal()
    """There is a question: show it."""
    failed = Signal(object)
    """The answer could not be carried out: the :class:`PhotaError`. The requests go on waiting."""

    def __init__(
        self,
        queue: JobQueue,
        tasks: Tasks,
        daily_cap: Callable[[], Decimal | None] = lambda: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._tasks = tasks
        self._daily_cap = daily_cap
        self._jobs: tuple[Job, ...] = ()

    async def look(self) -> None:
        """Find out what was not sent, once the queue took up the rest; ask if it costs."""
        unsent = await self._queue.unsent()
        self._jobs = tuple(job for job in unsent if self._costs(job))
        if self._jobs:
            self.asked.emit()

    def _costs(self, job: Job) -> bool:
        price = self._queue.price_of(job.engine, job.request)
        return price is None or price.high > 0

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The requests that the question is about, the next one to be sent first."""
        return self._jobs

    @property
    def words(self) -> str:
        """The question: ``3 requests of last time were not sent yet · about $0.36–0.45``."""
        prices = [self._queue.price_of(job.engine, job.request) for job in self._jobs]
        total = sum_words(prices)
        about = total if None in prices else f"about {total}"
        were = "was" if len(self._jobs) == 1 else "were"
        return f"{count(len(self._jobs), 'request')} of last time {were} not sent yet · {about}"

    @property
    def send_text(self) -> str:
        """The words of the button that costs: ``Send them · $0.36–0.45``."""
        what = "it" if len(self._jobs) == 1 else "them"
        prices = (self._queue.price_of(job.engine, job.request) for job in self._jobs)
        return f"Send {what} · {sum_words(prices)}"

    @property
    def titles(self) -> list[str]:
        """The first requests by name, and how many more there are."""
        shown = [title_of(job) for job in self._jobs[:LISTED]]
        more = len(self._jobs) - len(shown)
        return [*shown, f"and {more} more"] if more else shown

    def send(self) -> None:
        """Send what the question was about, at the price it showed."""
        self._answer(self._send, "send what waited")

    def keep(self) -> None:
        """Leave them waiting: each can be sent or cancelled in the job list."""
        ids = self._take()
        if ids:
            self._queue.hold(ids)

    def discard(self) -> None:
        """Cancel them; none that was sent meanwhile is touched."""
        self._answer(self._queue.discard, "discard what waited")

    async def _send(self, ids: tuple[str, ...]) -> None:
        await self._queue.release(ids, daily_cap=self._daily_cap())

    def _take(self) -> tuple[str, ...]:
        ids = tuple(job.id for job in self._jobs)
        self._jobs = ()
        return ids

    def _answer(self, call: Answer, name: str) -> None:
        ids = self._take()  # a second click finds nothing left to do
        if ids:
            self._tasks.spawn(self._try(call, ids), name=name)

    async def _try(self, call: Answer, ids: tuple[str, ...]) -> None:
        try:
            await call(ids)
        except PhotaError as error:
            self.failed.emit(error)
