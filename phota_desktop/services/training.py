"""Trains profiles: each is recorded first and sent once; its photos are taken back at its end."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.profiles import Profile, TrainingTier
from phota_desktop.core.training import (
    Training,
    TrainingOrder,
    TrainingState,
    is_address,
    new_tag,
)
from phota_desktop.services import reconciling
from phota_desktop.services.training_steps import UNSENT, busy
from phota_desktop.services.training_work import RunningTrainings, gone


class Trainer(RunningTrainings):
    """Trainings, and what is decided about them; only those of the present account go on."""

    # beginning and going on -------------------------------------------------------------------

    async def begin(
        self, order: TrainingOrder, price: Decimal | None, *, cap: Decimal | None = None
    ) -> Training:
        """Record a training of the present engine, and let it run; return it as recorded.

        ``price`` in dollars, None where it is not published. Raises PhotaError, and then nothing
        is on record: INVALID, BAD_IMAGE, KEY_REJECTED, DISK, or NO_CREDIT with
        ``field="daily_cap"`` when it could pass ``cap`` dollars.
        """
        engine = self._session.engine
        await self._session.load(engine)
        self._session.client(engine)
        order = _distinct(order)
        await self._photos.check(order, engine)
        held = await self._reserve(engine, price, cap)
        try:
            training = await self._record.add(
                Training(
                    tag=new_tag(),
                    engine=engine,
                    base_url=self._session.base_url(engine),
                    account=self._session.account(engine),
                    order=order,
                    created=time.time(),
                )
            )
        except BaseException:
            held.close()
            raise
        self._start(training.tag, self._send(training, price, held, cap), held)
        return training

    def price_of(self, engine: Engine, tier: TrainingTier) -> Decimal | None:
        """Return what a training costs now, in dollars; None where it is not published."""
        return Decimal(0) if engine is Engine.LOCAL else self._prices().training.get(str(tier))

    async def go_on(self, tag: str) -> Training:
        """Send a training that waited for a person's word, at the price of now.

        One that was sent and not found again goes out with the same tag; it may cost a second
        time. Raises as :meth:`begin`; the cap is that of the settings.
        """
        training = await self._mine(tag)
        if not self.needs_a_word(tag):
            return training
        await self._session.load(training.engine)
        self._session.client(training.engine)
        await self._photos.check(training.order, training.engine)
        price = self.price_of(training.engine, training.order.tier)
        cap = self._cap()
        held = await self._reserve(training.engine, price, cap)
        if self.is_running(tag):  # a second click was quicker
            held.close()
        else:
            self._start(tag, self._send(training, price, held, cap, again=True), held)
        return training

    async def _reserve(
        self, engine: Engine, price: Decimal | None, cap: Decimal | None
    ) -> ExitStack:
        """Return what counts the price for the cap until its charge is on record."""
        held = ExitStack()
        if engine is Engine.PHOTA:
            estimate = None if price is None else Estimate(price, price)
            if cap is not None:
                await self._budget.stay_below(cap, [estimate])
            held.enter_context(self._budget.reserved(estimate))
        return held

    async def _send(
        self,
        agreed: Training,
        price: Decimal | None,
        held: ExitStack,
        cap: Decimal | None,
        *,
        again: bool = False,
    ) -> None:
        """Send a training, unless it was sent since a person ``agreed`` to it as it was."""
        training = await self._record.read(agreed.tag)
        if training is None or training.state not in (*UNSENT, TrainingState.SENT):
            return

        async def check() -> None:
            if cap is not None and agreed.engine is Engine.PHOTA:
                await self._budget.stay_below(cap)

        if training.sent == agreed.sent:
            await self._steps.run(training, price, held.close, check=check, again=again)

    # decisions --------------------------------------------------------------------------------

    async def cancel(self, tag: str) -> Training:
        """Withdraw a training of which nothing was taken, and take its photos back.

        Raises PhotaError INVALID for one that was sent, unless all tries so far were refused.
        """
        training = await self._mine(tag, here=False)
        if training.state.is_over:
            return training
        is_unsent = training.state.is_unsent and tag not in self._steps.posting
        if not is_unsent and tag not in self._steps.refused:
            raise _begun()
        # Stopped after it was committed as sent: no request is on its way, none was taken.
        ours = (TrainingState.SENT,) if self.is_running(tag) else ()
        await self._stop(tag)
        async with self._claimed(tag):
            canceled = await self._record.move(
                tag,
                (*UNSENT, *ours),
                state=TrainingState.CANCELED,
                ended=time.time(),
                message="",
                dropped=tag,
            )
        if canceled is None:
            raise _begun()
        self.clean(tag)
        return canceled

    async def give_up(self, tag: str) -> Training:
        """Look no longer for a lost answer; what it may have cost stays counted."""
        training = await self._mine(tag, here=False)
        if training.state is not TrainingState.SENT:
            return training
        if tag in self._steps.posting:
            raise busy()
        await self._stop(tag)
        async with self._claimed(tag):
            given_up = await self._record.move(
                tag, (TrainingState.SENT,), state=TrainingState.GIVEN_UP, ended=time.time()
            )
        self.clean(tag)
        return given_up or await self._mine(tag, here=False)

    async def forget(self, tag: str) -> None:
        """Erase the record of a training that is over, as of one that failed."""
        await self._record.forget(tag)

    async def forget_profile(self, profile_id: str) -> None:
        """Erase what is on record of a profile that was deleted; what it cost stays."""
        await self.deleted(profile_id)
        for training in await self._record.of_profile(profile_id):
            await self._record.forget(training.tag)

    async def look_again(self) -> list[Training]:
        """Look once for each training whose answer was lost; return those that had begun.

        Raises PhotaError when the server cannot be asked.
        """
        found = []
        for training in self.known():
            if training.state is TrainingState.SENT and training.tag not in self._steps.posting:
                listed = await self._reconciler.look(training)
                begun = await self._steps.adopt(training, listed) if listed else None
                if begun is not None:
                    await self._stop(training.tag)
                    await self._name_it(begun)
                    found.append(begun)
        return found

    # what the server says ---------------------------------------------------------------------

    async def learn(self, profile: Profile) -> None:
        """Take what was told of a profile of the present account; a final state ends its training.

        One that was given up, or whose answer was lost, is known again by its tag.
        """
        for training in self.all_here():
            lost = not training.profile_id and training.state is not TrainingState.RECORDED
            if lost and training.tag == profile.tag and not self.is_running(training.tag):
                training = await self._steps.adopt(training, [profile.id], listed=False) or training
                await self._name_it(training)
            is_final = profile.status is not None and profile.status.is_final
            if is_final and training.profile_id == profile.id:
                await self._end(training, profile)

    def missing(self, listed: Collection[str]) -> list[Training]:
        """Return the trainings whose profiles should be among those listed and are not.

        A list may be older than the training: whether one is gone, a question about it tells.
        """
        return [
            one
            for one in self.known()
            if one.state is TrainingState.TRAINING
            and one.profile_id not in listed
            and not self.is_settling(one)
        ]

    def is_settling(self, training: Training) -> bool:
        """Tell whether a training is so new that a server may not know its profile everywhere."""
        if training.engine is Engine.LOCAL or training.state is not TrainingState.TRAINING:
            return False
        return self._record.age(training) < reconciling.LOOK_FOR_S

    async def not_found(self, profile_id: str) -> bool:
        """Take that the server, asked about one profile, has none; that ends its training.

        False, and nothing ends, if the training is too new for that to be certain.
        """
        trainings = [one for one in self.all_here() if one.profile_id == profile_id]
        if any(map(self.is_settling, trainings)):
            return False
        for training in trainings:
            await self._end(training, None)
        return True

    async def deleted(self, profile_id: str) -> None:
        """Take that a profile was deleted at a person's wish; that ends its training."""
        for training in await self._record.of_profile(profile_id):
            await self._end(training, None)

    async def _end(self, training: Training, said: Profile | None) -> None:
        ended = await self._record.move(
            training.tag,
            (TrainingState.TRAINING,),
            state=TrainingState.ENDED,
            ended=time.time(),
            outcome=said.status if said else None,
            message=said.message if said else "",
        )
        if ended is not None:
            self.clean(training.tag)
        elif said is not None and training.lacks_reason:
            # A list says that a training failed; why, only a question about it does.
            await self._record.move(training.tag, (TrainingState.ENDED,), message=said.message)

    async def _mine(self, tag: str, *, here: bool = True) -> Training:
        training = await self._record.read(tag)
        if training is None:
            raise gone()
        if here:
            self._record.need_here(training)
        return training


def _distinct(order: TrainingOrder) -> TrainingOrder:
    photos = (one if is_address(one) else str(Path(one).absolute()) for one in order.photos)
    return replace(order, photos=tuple(dict.fromkeys(photos)))


def _begun() -> PhotaError:
    return PhotaError(
        ErrorKind.INVALID,
        "Training has begun; delete the profile instead.",
        surely_not_charged=True,
    )
