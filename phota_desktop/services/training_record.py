"""What is known of all trainings: read from the journal, committed to it, then told."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack
from urllib.parse import urlsplit, urlunsplit

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.training import Training, TrainingState, is_address
from phota_desktop.services.session import Session
from phota_desktop.services.threads import Threads
from phota_desktop.store.charges import Charge
from phota_desktop.store.journal import IllegalMoveError
from phota_desktop.store.trainings import Trainings

HIDDEN = "?…"
"""Stands for the query of an address that may have been a secret link."""


class Fields(TypedDict, total=False):
    """What of a training changes."""

    state: TrainingState
    profile_id: str
    sent: float | None
    ended: float | None
    links_until: float | None
    outcome: ProfileStatus | None
    message: str


class TrainingRecord:
    """All trainings in memory, as the journal has them; ``changed`` comes after each commit."""

    def __init__(self, session: Session, trainings: Trainings, threads: Threads) -> None:
        self.changed: Event[Training] = Event()
        self._session = session
        self._trainings = trainings
        self._threads = threads
        self._known: dict[str, Training] = {}
        self._sent_at: dict[tuple[str, float], float] = {}

    def all(self) -> list[Training]:
        """Return what is known, of every account, newest first."""
        return sorted(self._known.values(), key=lambda one: one.created, reverse=True)

    def get(self, tag: str) -> Training | None:
        """Return a training as it is known in memory."""
        return self._known.get(tag)

    def age(self, training: Training) -> float:
        """Return the seconds since a training was sent, or recorded if it was not; never negative.

        What this program saw is measured by a clock that nobody sets; only what was before, as
        over a restart, by the time of day.
        """
        return time.monotonic() - self._began(training)

    def _began(self, training: Training) -> float:
        sent = training.created if training.sent is None else training.sent
        elapsed = max(0.0, time.time() - sent)
        return self._sent_at.setdefault((training.tag, sent), time.monotonic() - elapsed)

    def is_here(self, training: Training) -> bool:
        """Tell whether the present server and account are those of a training."""
        engine = training.engine
        here = (self._session.base_url(engine), self._session.account(engine))
        return (training.base_url, training.account) == here

    def need_here(self, training: Training) -> None:
        """Raise PhotaError INVALID for a training of another server or account.

        To be called right before its client is taken: a key can change during any await, and the
        list of another account, or a charge there, says nothing of this training.
        """
        if not self.is_here(training):
            raise PhotaError(
                ErrorKind.INVALID,
                "This training belongs to another server or API key.",
                hint="Use that key again to go on with it.",
                surely_not_charged=True,
            )

    async def load(self) -> list[Training]:
        """Read all trainings; tell of those that are new or changed."""
        for training in await self._threads.journal(self._trainings.all):
            self._take(training)
        return self.all()

    async def read(self, tag: str) -> Training | None:
        """Read one training again: another window or command line may have moved on."""
        found = await self._threads.journal(self._trainings.get, tag)
        if found is None:
            self._known.pop(tag, None)
        else:
            self._take(found)
        return found

    async def add(self, training: Training) -> Training:
        """Commit a new training."""
        await self._threads.journal(self._trainings.save, training)
        self._take(training)
        return training

    async def move(
        self,
        tag: str,
        allowed: Collection[TrainingState],
        *,
        charge: Charge | None = None,
        dropped: str = "",
        settled: Sequence[str] = (),
        alone: bool = False,
        **fields: Unpack[Fields],
    ) -> Training | None:
        """Commit a change, if the training is in one of the states ``allowed``, and return it.

        None, and no change, if it is not, or is no more. See ``Trainings.save`` for the charges.
        """

        def change() -> tuple[Training | None, bool]:
            now = self._trainings.get(tag)
            if now is None or now.state not in allowed:
                return now, False
            new = _without_secrets(replace(now, **fields))
            try:
                self._trainings.save(
                    new, charge=charge, dropped=dropped, settled=settled, alone=alone
                )
            except IllegalMoveError:  # another process was quicker
                return self._trainings.get(tag), False
            return new, True

        found, moved = await self._threads.journal(change)
        if found is None:
            self._known.pop(tag, None)
        else:
            self._take(found)
        return found if moved else None

    async def forget(self, tag: str) -> None:
        """Erase a training that is over."""
        await self._threads.journal(self._trainings.forget, tag)
        self._known.pop(tag, None)

    async def of_profile(self, profile_id: str) -> list[Training]:
        """Return the trainings of a profile from the journal."""
        return await self._threads.journal(self._trainings.of_profile, profile_id)

    async def left(self) -> Counter[str]:
        """Return how many photos of each training, by its tag, are not known to be gone."""
        return Counter(photo.tag for photo in await self._threads.journal(self._trainings.left))

    def _take(self, training: Training) -> None:
        if self._known.get(training.tag) != training:
            self._known[training.tag] = training
            self._began(training)
            self.changed.emit(training)


def _without_secrets(training: Training) -> Training:
    """Return a training whose answer is known without what may open its photos to others."""
    if not training.state.is_over and training.state is not TrainingState.TRAINING:
        return training
    photos = tuple(map(without_query, training.order.photos))
    return replace(training, order=replace(training.order, photos=photos))


def without_query(photo: str) -> str:
    """Return an address without user, query and fragment; a path as it is."""
    if not is_address(photo) or photo.endswith(HIDDEN):
        return photo
    try:
        parts = urlsplit(photo)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return HIDDEN
    plain = urlunsplit((parts.scheme, host, parts.path, "", ""))
    return plain if plain == photo else plain + HIDDEN
