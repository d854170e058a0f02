"""Begins the training of a profile: recorded first, and never sent twice by itself (rule R4)."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import Profile, ProfileStatus, TrainingTier
from phota_desktop.services.session import Session
from phota_desktop.services.threads import Threads
from phota_desktop.store.charges import Charge, Charges
from phota_desktop.store.trainings import Training, TrainingLog, TrainingState

LOOKS = 3
"""How often a profile must be missing from the list before it counts as not found."""
LOOK_FOR_S = 120.0
"""Seconds after the request over which these looks are spread (rule R4)."""
PAUSE_S = 10.0
FAILED_LOOKS = 5
"""Looks in a row that may fail before the failure itself is told."""
BUSY_TRIES = 3
_PASSING = (ErrorKind.OFFLINE, ErrorKind.BUSY, ErrorKind.TOO_SLOW)


@dataclass(frozen=True)
class TrainingOrder:
    """What a person asks for: a name, the tier and the addresses of the photos."""

    name: str
    tier: TrainingTier
    sources: tuple[str, ...]


class Trainer:
    """Trainings of the session's present engine and account."""

    def __init__(
        self, session: Session, log: TrainingLog, charges: Charges, threads: Threads
    ) -> None:
        self._session = session
        self._log = log
        self._charges = charges
        self._threads = threads
        self._random = Random()  # noqa: S311  (only spreads retries)

    async def begin(self, order: TrainingOrder, price: Decimal | None = None) -> Training:
        """Send a new training once and return it with its profile's id.

        ``price`` in dollars, None where it is not published, counts in the ledger and the daily
        cap from before the request goes out.

        Raises PhotaError. With kind UNKNOWN it may have begun, and been charged: the record stays,
        and ``doubtful`` returns it until ``find`` finds it or a person gives it up.
        """
        from phota_desktop.api.retry import Action, Step, decide

        engine = self._session.engine
        client = self._session.client(engine)
        training = Training(
            tag=f"pd-{uuid.uuid4()}",
            engine=engine,
            base_url=self._session.base_url(engine),
            account=self._session.account(engine),
            name=order.name,
            tier=order.tier,
            sources=order.sources,
            created=time.time(),
        )
        await self._save(training)
        if engine is Engine.PHOTA and price != 0:
            charge = Charge(training.tag, training.created, amount=price)
            await self._threads.journal(self._charges.save, charge)
        began = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            try:
                profile_id = await client.profiles.add(training.sources, training.tag, order.tier)
                return await self._know(training, profile_id)
            except PhotaError as error:
                if not error.surely_not_charged:
                    return await self._after_doubt(training, error)
                since = time.monotonic() - began
                decision = decide(Step.TRAIN, error, attempt, since, self._random)
                busy = error.kind is ErrorKind.BUSY and decision.action is Action.WAIT
                if not busy or attempt >= BUSY_TRIES:
                    await self._end(training, TrainingState.FAILED)
                    raise
                await asyncio.sleep(decision.seconds)
            known = await self._look(training)
            if known is not None:
                return known

    async def _after_doubt(self, training: Training, error: PhotaError) -> Training:
        found = await self.find(training)
        if found.state is TrainingState.KNOWN:
            return found
        raise PhotaError(
            ErrorKind.UNKNOWN,
            f"The answer was lost; the training of {training.name} may have begun and been"
            " charged, though it is not listed.",
            hint=error.hint,
            status=error.status,
            request_id=error.request_id,
        ) from error

    async def doubtful(self) -> list[Training]:
        """Return the trainings of this engine and account whose answer was lost, oldest first."""
        engine = self._session.engine
        here = (engine, self._session.base_url(engine), self._session.account(engine))
        return [
            training
            for training in await self._threads.files(self._log.all)
            if training.state is TrainingState.SENT
            and (training.engine, training.base_url, training.account) == here
        ]

    async def find(self, training: Training) -> Training:
        """Look for a training among the profiles; return it as KNOWN, or as it was.

        Not found means: three looks, the last at least two minutes after it was sent. Raises
        PhotaError when the list cannot be had.
        """
        age = time.time() - training.created
        # A clock that was put back must not shorten the wait.
        rest = LOOK_FOR_S if age < 0 else max(0.0, LOOK_FOR_S - age)
        until = time.monotonic() + rest
        looks = failures = 0
        while True:
            try:
                known = await self._look(training)
            except PhotaError as error:
                failures += 1
                if error.kind not in _PASSING or failures >= FAILED_LOOKS:
                    raise
            else:
                if known is not None:
                    return known
                looks, failures = looks + 1, 0
            left = until - time.monotonic()
            if looks >= LOOKS and left <= 0:
                return training
            spread = left / max(1, LOOKS - looks) if left > 0 else 1.0
            await asyncio.sleep(min(PAUSE_S, max(spread, 0.1)))

    async def look_again(self) -> list[Training]:
        """Look once for each training whose answer was lost; return those that had begun.

        Raises PhotaError when the server cannot be asked.
        """
        looked = [await self._look(training) for training in await self.doubtful()]
        return [training for training in looked if training is not None]

    async def give_up(self, training: Training) -> None:
        """Look no longer for a training; only a person decides that."""
        await self._end(training, TrainingState.GIVEN_UP)

    async def forget(self, profile_id: str) -> None:
        """Drop what is on record of a profile that was deleted."""
        await self._threads.files(self._log.forget, profile_id)

    async def settle(self, profile_id: str) -> Profile:
        """Return a new profile's status; of the local engine once it has looked at the photos.

        The local engine works in this process: it must not end before that.
        """
        client = self._session.client(self._session.engine)
        while True:
            profile = await client.profiles.status(profile_id)
            waits = profile.status is ProfileStatus.VALIDATING
            if self._session.engine is not Engine.LOCAL or not waits:
                return profile
            await asyncio.sleep(0.2)

    async def _look(self, training: Training) -> Training | None:
        client = self._session.client(training.engine)
        listed = await client.profiles.ids(training.tag)
        # A server that does not say the tags has at least been asked for one.
        exact = [profile for profile in listed if profile.tag == training.tag]
        bare = [profile for profile in listed if not profile.tag]
        if not exact and len(bare) == 1:
            taken = {other.profile_id for other in await self._threads.files(self._log.all)}
            exact = [profile for profile in bare if profile.id not in taken]
        return await self._know(training, exact[0].id) if exact else None

    async def _know(self, training: Training, profile_id: str) -> Training:
        return await self._end(replace(training, profile_id=profile_id), TrainingState.KNOWN)

    async def _end(self, training: Training, state: TrainingState) -> Training:
        ended = replace(training, state=state, sources=())
        await self._save(ended)
        if state is TrainingState.KNOWN:
            await self._threads.journal(self._charges.settle, ended.tag, ended.profile_id)
        elif state is TrainingState.FAILED:
            await self._threads.journal(self._charges.drop, ended.tag)
        return ended  # one that was given up may have been paid: it counts

    async def _save(self, training: Training) -> None:
        await self._threads.files(self._log.save, training)
