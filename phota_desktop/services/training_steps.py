"""The steps of one training: photos to addresses, on record as sent, then one request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from random import Random

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.training import Training, TrainingProgress, TrainingState
from phota_desktop.services import reconciling
from phota_desktop.services.reconciling import Reconciler
from phota_desktop.services.session import Session
from phota_desktop.services.threads import Threads
from phota_desktop.services.training_photos import TrainingPhotos
from phota_desktop.services.training_record import TrainingRecord
from phota_desktop.store.charges import AGAIN, Charge, Charges

BUSY_TRIES = 3
DISK_PAUSE_S = 5.0
"""Between two tries to write down an answer that a full disk does not take."""
DISK_TRIES = 24
UNSENT = (TrainingState.RECORDED, TrainingState.UPLOADING)


class TrainingSteps:
    """Takes one training as far as it goes without a person."""

    def __init__(
        self,
        session: Session,
        record: TrainingRecord,
        charges: Charges,
        threads: Threads,
        photos: TrainingPhotos,
        reconciler: Reconciler,
        progress: Callable[[TrainingProgress], None],
    ) -> None:
        self.posting: set[str] = set()
        """Tags whose request may be on its way at this moment."""
        self.refused: set[str] = set()
        """Tags that wait for another try, while the server has certainly taken none."""
        self._session = session
        self._record = record
        self._charges = charges
        self._threads = threads
        self._photos = photos
        self._reconciler = reconciler
        self._progress = progress
        self._random = Random()  # noqa: S311  (only spreads retries)

    async def run(
        self,
        training: Training,
        price: Decimal | None,
        on_sent: Callable[[], None],
        *,
        check: Callable[[], Awaitable[None]],
        again: bool = False,
    ) -> None:
        """Send a training that is not sent, or, with the same tag, one that was not found again.

        ``again`` says that it is taken up from the record, which may be an older one that was
        restored: the server is asked first whether it has begun. ``check`` raises PhotaError if it
        must not be sent after all, as when another program spent money meanwhile. ``on_sent`` is
        called once its charge is on record. Raises PhotaError, with kind UNKNOWN when it may have
        begun and been charged; the record says how things stand.
        """
        was_sent = training.state is TrainingState.SENT
        await self._session.load(training.engine)
        if was_sent and await self._adopt_listed(training):
            return
        try:
            if again and not was_sent and await self._adopt_unsent(training, price):
                return
            addresses, until = await self._photos.addresses(training)
            charge = await self._charge(training, price)
            await check()
            self._record.need_here(training)
            sent = await self._record.move(
                training.tag,
                (*UNSENT, TrainingState.SENT),
                state=TrainingState.SENT,
                sent=time.time(),
                links_until=until,
                message="",
                charge=charge,
            )
        except PhotaError as error:
            await self._stop_before(training, error)
            raise
        if sent is None:
            raise busy()
        on_sent()
        try:
            await self._post(sent, addresses, again=was_sent)
        except PhotaError as error:
            if not error.surely_not_charged:
                raise
            dropped = charge.tag if charge else ""
            if was_sent:  # the first time it may have begun: only this time it did not
                await self._tell(sent, error, dropped)
            else:
                await self._fail(sent, error, dropped)
            await self._photos.clean(training.tag)
            raise
        finally:
            self.posting.discard(training.tag)
            self.refused.discard(training.tag)

    async def find(self, training: Training) -> bool:
        """Look for a training whose answer was lost; adopt it, or clean up after it.

        Raises PhotaError when the list cannot be had.
        """
        try:
            found = await self._reconciler.find(training)
        except PhotaError as error:
            await self._tell(training, error)
            if training.links_until is not None and training.links_until < time.time():
                await self._photos.clean(training.tag)  # no link opens them any more
            raise
        if found:
            await self.adopt(training, found)
            return True
        await self._photos.clean(training.tag)
        return False

    async def adopt(
        self, training: Training, profile_ids: Sequence[str], *, listed: bool = True
    ) -> Training | None:
        """Commit that a training has begun as the first of these profiles.

        ``listed`` says that they are all that the server lists for it.
        """
        return await self._record.move(
            training.tag,
            (TrainingState.SENT, TrainingState.GIVEN_UP),
            state=TrainingState.TRAINING,
            profile_id=profile_ids[0],
            ended=None,
            message="",
            settled=profile_ids,
            alone=listed and self._record.age(training) > reconciling.LOOK_FOR_S,
        )

    async def _adopt_listed(self, training: Training) -> bool:
        found = await self._reconciler.look(training)
        return bool(found) and await self.adopt(training, found) is not None

    async def _adopt_unsent(self, training: Training, price: Decimal | None) -> bool:
        """Adopt a training that has begun, though the record does not say that it was sent."""
        found = await self._reconciler.look(training)
        if not found:
            return False
        await self._record.move(
            training.tag,
            UNSENT,
            state=TrainingState.SENT,
            sent=training.created,
            charge=await self._charge(training, price),
        )
        return await self.adopt(training, found) is not None

    async def _adopt_answered(self, training: Training, profile_id: str) -> None:
        for tries_left in reversed(range(DISK_TRIES)):
            try:
                adopted = await self.adopt(training, [profile_id], listed=False)
                break
            except PhotaError as error:  # it is paid for: the answer is known here alone
                if error.kind is not ErrorKind.DISK or not tries_left:
                    raise
                await asyncio.sleep(DISK_PAUSE_S)
        charges = await self._threads.journal(self._charges.of_training, training.tag)
        if adopted is None or len(charges) < 2:
            return
        try:
            listed = await self._reconciler.look(training)
        except PhotaError:
            return  # what the first time may have cost stays counted
        # A list that has the new one already would have an older one as well.
        profiles = tuple(dict.fromkeys([profile_id, *listed]))
        await self._record.move(
            training.tag,
            (TrainingState.TRAINING,),
            settled=profiles,
            alone=profile_id in listed,
        )

    async def _charge(self, training: Training, price: Decimal | None) -> Charge | None:
        if training.engine is Engine.LOCAL or price == 0:
            return None
        before = await self._threads.journal(self._charges.of_training, training.tag)
        tag = f"{training.tag}{AGAIN}{len(before) + 1}" if before else training.tag
        return Charge(tag, time.time(), amount=price)

    async def _post(self, training: Training, addresses: Sequence[str], *, again: bool) -> None:
        from phota_desktop.api.retry import Action, Step, decide

        began = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            self._progress(TrainingProgress(training.tag, "sending", 0, 1))
            self._record.need_here(training)
            client = self._session.client(training.engine)
            self.posting.add(training.tag)
            self.refused.discard(training.tag)
            try:
                profile_id = await client.profiles.add(addresses, training.tag, training.order.tier)
            except PhotaError as error:
                if not error.surely_not_charged:
                    await self._after_doubt(training, error)
                    return
                since = time.monotonic() - began
                decision = decide(Step.TRAIN, error, attempt, since, self._random)
                busy = error.kind is ErrorKind.BUSY and decision.action is Action.WAIT
                if not busy or attempt >= BUSY_TRIES:
                    raise
                if not again:
                    self.refused.add(training.tag)
                    self._progress(TrainingProgress(training.tag, "waiting", 0, 1))
                await asyncio.sleep(decision.seconds)
            else:
                await self._adopt_answered(training, profile_id)
                return
            if await self._adopt_listed(training):
                return

    async def _after_doubt(self, training: Training, error: PhotaError) -> None:
        known = "though it is not listed"
        try:
            if await self.find(training):
                return
        except PhotaError:
            # That a list was refused, and cost nothing, says nothing of the training.
            known = "and the list of profiles cannot be had now"
        lost = PhotaError(
            ErrorKind.UNKNOWN,
            f"The answer was lost; the training of {training.name} may have begun and been"
            f" charged, {known}.",
            hint=error.hint,
            status=error.status,
            request_id=error.request_id,
        )
        await self._tell(training, lost)
        raise lost from error

    async def _stop_before(self, training: Training, error: PhotaError) -> None:
        """Clean up after a training that came to nothing before it was sent this time."""
        try:
            if training.state is TrainingState.SENT:
                await self._tell(training, error)
            elif error.kind is ErrorKind.BAD_IMAGE:  # the same photos would meet it again
                await self._fail(training, error)
            else:
                await self._record.move(
                    training.tag, UNSENT, state=TrainingState.RECORDED, message=_words(error)
                )
        finally:  # also when the disk takes no more
            await self._photos.clean(training.tag)

    async def _fail(self, training: Training, error: PhotaError, dropped: str = "") -> None:
        await self._record.move(
            training.tag,
            (*UNSENT, TrainingState.SENT),
            state=TrainingState.FAILED,
            ended=time.time(),
            message=_words(error),
            dropped=dropped,
        )

    async def _tell(self, training: Training, error: PhotaError, dropped: str = "") -> None:
        await self._record.move(
            training.tag, (TrainingState.SENT,), message=_words(error), dropped=dropped
        )


def _words(error: PhotaError) -> str:
    return f"{error.message} {error.hint}".strip()


def busy() -> PhotaError:
    """Return the error of a training that another program works at."""
    return PhotaError(
        ErrorKind.BUSY,
        "Another window or command line is at this training.",
        surely_not_charged=True,
    )
