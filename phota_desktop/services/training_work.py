"""Trainings at work: one program at each, taken up after a restart, their photos taken back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractContextManager, ExitStack
from decimal import Decimal
from typing import Protocol

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.pricing import Estimate, PriceTable
from phota_desktop.core.traces import ids_of
from phota_desktop.core.training import Training, TrainingProgress, TrainingState
from phota_desktop.services.reconciling import Reconciler
from phota_desktop.services.session import Session
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.threads import Threads
from phota_desktop.services.training_photos import Hosts, TrainingPhotos
from phota_desktop.services.training_record import TrainingRecord
from phota_desktop.services.training_steps import TrainingSteps, busy
from phota_desktop.store.charges import Charges
from phota_desktop.store.lock import JobClaim
from phota_desktop.store.trainings import Trainings

_log = logging.getLogger(__name__)


class Budget(Protocol):
    """What is needed of the daily cap (services/spending.py)."""

    def reserved(self, price: Estimate | None) -> AbstractContextManager[None]:
        """Count a price that is not on record yet."""

    async def stay_below(self, cap: Decimal, new: Iterable[Estimate | None] = ()) -> None:
        """Raise PhotaError NO_CREDIT with ``field="daily_cap"`` if the cap could be passed."""


class RunningTrainings:
    """Trainings of all accounts on record, and the work that is being done for them.

    ``changed`` comes after every commit, ``progress`` while photos are prepared and uploaded; both
    in the loop's thread.
    """

    def __init__(
        self,
        session: Session,
        trainings: Trainings,
        charges: Charges,
        threads: Threads,
        tasks: Tasks,
        claims: JobClaim,
        budget: Budget,
        *,
        hosting: Hosts,
        prices: Callable[[], PriceTable],
        cap: Callable[[], Decimal],
        name: Callable[[Training], Awaitable[None]],
    ) -> None:
        """``prices`` and ``cap`` are asked when needed; ``name`` names a profile that has begun."""
        self.progress: Event[TrainingProgress] = Event()
        self._session = session
        self._threads = threads
        self._tasks = tasks
        self._claims = claims
        self._budget = budget
        self._prices = prices
        self._cap = cap
        self._name = name
        self._record = TrainingRecord(session, trainings, threads)
        self.changed: Event[Training] = self._record.changed
        emit = self.progress.emit
        self._photos = TrainingPhotos(self._record, threads, hosting, emit)
        self._reconciler = Reconciler(session, self._record)
        self._steps = TrainingSteps(
            session, self._record, charges, threads, self._photos, self._reconciler, emit
        )
        self._running: dict[str, asyncio.Task[None]] = {}
        self._cleaning: dict[str, asyncio.Task[int]] = {}
        self._problems: dict[str, PhotaError] = {}
        self._is_loaded = self._is_closed = False
        self._unsubscribe = session.changed.subscribe(lambda _: self._look_for_lost())
        self.changed.subscribe(self._on_changed)

    # what is known ----------------------------------------------------------------------------

    def known(self) -> tuple[Training, ...]:
        """Return the trainings of the present engine, server and account, newest first."""
        engine = self._session.engine
        return tuple(one for one in self.all_here() if one.engine is engine)

    def all_here(self) -> tuple[Training, ...]:
        """Return those of the present server and account, and of the local engine."""
        return tuple(one for one in self._record.all() if self._record.is_here(one))

    def open_elsewhere(self) -> tuple[Training, ...]:
        """Return open trainings of other servers and accounts, which cannot go on now."""
        found = self._record.all()
        return tuple(
            one for one in found if not one.state.is_over and not self._record.is_here(one)
        )

    def needs_photos(self, tag: str) -> bool:
        """Tell whether a server may still fetch a training's photos, or they are on their way."""
        training = self._record.get(tag)
        if training is None or training.state.is_over:
            return False
        if training.state is TrainingState.TRAINING:
            return training.links_until is None or training.links_until > time.time()
        return self.is_running(tag) or training.state is TrainingState.SENT

    async def hosts(self, tag: str) -> bool:
        """Tell whether photos of a training may lie in the bucket."""
        return tag in await self._record.left()

    def get(self, tag: str) -> Training | None:
        """Return one training as it is known."""
        return self._record.get(tag)

    def is_running(self, tag: str) -> bool:
        """Tell whether this program is at work for a training, or looks for its answer."""
        return tag in self._running

    def needs_a_word(self, tag: str) -> bool:
        """Tell whether a training goes on only after a person's word: it may cost something.

        That is so for what an earlier start did not send, and for what was lost and not found.
        """
        training = self._record.get(tag)
        if training is None or tag in self._running:
            return False
        if training.state is TrainingState.UPLOADING and not self._is_loaded:
            return False  # its photos are taken back first
        return training.state.is_unsent or training.state is TrainingState.SENT

    def problem(self, tag: str) -> PhotaError | None:
        """Return why the last work for a training came to nothing, None if it did not."""
        return self._problems.get(tag)

    # the start --------------------------------------------------------------------------------

    async def load(self) -> list[Training]:
        """Read what is on record and take up what is open; spends nothing. Raises PhotaError DISK.

        Photos of what was cut off, or is over, are deleted in the bucket; lost answers are looked
        for. What was not sent waits for :meth:`go_on`.
        """
        found = await self._record.load()
        self._is_loaded = True
        left = await self._record.left()
        for training in found:
            state = training.state
            if self.is_running(training.tag):
                continue
            if state is TrainingState.UPLOADING or (state.is_unsent and training.tag in left):
                self._start(training.tag, self._put_back(training.tag))
            elif training.tag in left and state.is_over:
                self.clean(training.tag)
            elif training.tag in left:
                self._end_links(training)
        for tag in left.keys() - {training.tag for training in found}:
            self.clean(tag)
        self._look_for_lost()
        return found

    def _look_for_lost(self) -> None:
        if not self._is_loaded:
            return
        for training in self.all_here():
            if training.state is TrainingState.SENT and not self.is_running(training.tag):
                self._start(training.tag, self._find(training.tag))

    async def _put_back(self, tag: str) -> None:
        training = await self._record.read(tag)
        if training is not None and training.state.is_unsent:
            await self._photos.clean(tag)
            await self._record.move(
                tag, (TrainingState.UPLOADING,), state=TrainingState.RECORDED, message=""
            )

    async def _find(self, tag: str) -> None:
        training = await self._record.read(tag)
        if training is not None and training.state is TrainingState.SENT:
            await self._steps.find(training)

    async def wait(self, tag: str) -> Training:
        """Wait until nothing more happens to a training on this computer by itself; return it.

        It is in training then, or over, or it needs a person's word; :meth:`problem` tells why.
        """
        while (running := self._running.get(tag)) is not None:
            await asyncio.wait([running])
            await asyncio.sleep(0)
        training = self._record.get(tag)
        if training is None:
            raise gone()
        return training

    # the bucket -------------------------------------------------------------------------------

    def clean(self, tag: str) -> None:
        """Begin to delete a training's photos in the bucket; :meth:`cleaned` waits for it."""
        if tag not in self._cleaning:
            cleaning = self._tasks.spawn(self._photos.clean(tag), name=f"clean {tag[:11]}")
            self._cleaning[tag] = cleaning
            cleaning.add_done_callback(lambda _: self._cleaning.pop(tag, None))

    async def cleaned(self) -> int:
        """Wait for what is being deleted; return how many photos of ended trainings are left."""
        while self._cleaning:
            await asyncio.wait(tuple(self._cleaning.values()))
            await asyncio.sleep(0)
        left = 0
        for tag, count in (await self._record.left()).items():
            training = self._record.get(tag)
            left += count if training is None or training.state.is_over else 0
        return left

    def _end_links(self, training: Training) -> None:
        """Delete the photos at the latest when no link opens them any more."""
        if training.links_until is None:
            return
        name = f"links {training.tag[:11]}"
        self._tasks.spawn(
            self._clean_at(training.tag, training.links_until), name=name, replace=True
        )

    async def _clean_at(self, tag: str, when: float) -> None:
        await asyncio.sleep(max(0.0, when - time.time()))
        running = self._running.get(tag)
        if running is not None:  # they may be on their way again: new links have their own end
            await asyncio.wait([running])
        training = await self._record.read(tag)  # a new end replaces this one
        if training is not None and (training.links_until or 0.0) > time.time():
            return
        try:
            async with self._claimed(tag):  # another program may send it again at this moment
                await self._photos.clean(tag)
        except PhotaError as error:
            _log.info("photos were not deleted at the end of their links: %s", error.kind)

    def _on_changed(self, training: Training) -> None:
        if training.state is TrainingState.SENT:
            self._end_links(training)

    # work -------------------------------------------------------------------------------------

    def _start(
        self, tag: str, work: Coroutine[None, None, None], held: ExitStack | None = None
    ) -> None:
        self._problems.pop(tag, None)
        running = self._tasks.spawn(self._work(tag, work), name=f"training {tag}")
        self._running[tag] = running

        def stopped(_: asyncio.Task[None]) -> None:
            work.close()  # a task that is cancelled before its first step has run nothing
            if held is not None:
                held.close()
            self._running.pop(tag, None)
            training = self._record.get(tag)
            if training is not None and not self._is_closed:  # it may need a word now
                self.changed.emit(training)

        running.add_done_callback(stopped)

    async def _work(self, tag: str, work: Coroutine[None, None, None]) -> None:
        try:
            async with self._claimed(tag):
                await work
        except PhotaError as error:
            _log.info("training %s stopped: %s", tag, ids_of(error))
            self._problems[tag] = error
            return
        training = self._record.get(tag)
        if training is not None:
            await self._name_it(training)

    async def _name_it(self, training: Training) -> None:
        if training.state is TrainingState.TRAINING:
            try:
                await self._name(training)
            except PhotaError as error:
                _log.warning("a profile was not given its name: %s", error.kind)

    def _claimed(self, tag: str) -> Claim:
        return Claim(self._claims, self._threads, tag)

    async def _stop(self, tag: str) -> None:
        running = self._running.get(tag)
        if running is not None:
            running.cancel()
            await asyncio.wait([running])
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Stop all work; everything goes on from the journal at the next start."""
        self._is_closed = True
        self._unsubscribe()
        running = (*self._running.values(), *self._cleaning.values())
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Claim:
    """Holds a training so that no other window or command line works at it; PhotaError BUSY."""

    def __init__(self, claims: JobClaim, threads: Threads, tag: str) -> None:
        self._claims = claims
        self._threads = threads
        self._tag = tag

    async def __aenter__(self) -> None:
        claiming = asyncio.ensure_future(self._threads.files(self._claims.claim, self._tag))
        try:
            taken = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            if await claiming:  # the thread takes it all the same
                self._claims.release(self._tag)
            raise
        if not taken:
            raise busy()

    async def __aexit__(self, *_: object) -> None:
        self._claims.release(self._tag)


def gone() -> PhotaError:
    """Return the error of a training that was erased."""
    return PhotaError(
        ErrorKind.GONE, "This training is not on record any more.", surely_not_charged=True
    )
