"""Looks whether a training whose answer was lost has begun (rule R4)."""

from __future__ import annotations

import asyncio
import time

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.training import Training, new_tag
from phota_desktop.services.session import Session
from phota_desktop.services.training_record import TrainingRecord

LOOKS = 3
"""How often a profile must be missing from the list before it counts as not found."""
LOOK_FOR_S = 120.0
"""Seconds after the request over which these looks are spread, and in which a new profile may be
missing, from a list or by itself, without being gone (rule R4)."""
PAUSE_S = 10.0
FAILED_LOOKS = 5
"""Looks in a row that may fail before the failure itself is told."""
_PASSING = (ErrorKind.OFFLINE, ErrorKind.BUSY, ErrorKind.TOO_SLOW)


class Reconciler:
    """Finds profiles by the tag that every training of ours has."""

    def __init__(self, session: Session, record: TrainingRecord) -> None:
        self._session = session
        self._record = record

    async def find(self, training: Training) -> tuple[str, ...]:
        """Look until the profile is listed, or may be said not to be: then it is empty.

        Not found means: three looks, the last at least two minutes after it was sent. Raises
        PhotaError when the list cannot be had.
        """
        is_local = training.engine is Engine.LOCAL  # it has committed before it answers
        least = 1 if is_local else LOOKS
        rest = max(0.0, LOOK_FOR_S - self._record.age(training))
        until = time.monotonic() + (0.0 if is_local else rest)
        looks = failures = 0
        while True:
            try:
                found = await self.look(training)
            except PhotaError as error:
                failures += 1
                if error.kind not in _PASSING or failures >= FAILED_LOOKS:
                    raise
            else:
                if found:
                    return found
                looks, failures = looks + 1, 0
            left = until - time.monotonic()
            if looks >= least and left <= 0:
                return ()
            spread = left / max(1, least - looks) if left > 0 else 1.0
            await asyncio.sleep(min(PAUSE_S, max(spread, 0.1)))

    async def look(self, training: Training) -> tuple[str, ...]:
        """Return the profiles that the server lists for a training now. Raises PhotaError."""
        await self._session.load(training.engine)
        self._record.need_here(training)
        client = self._session.client(training.engine)
        listed = await client.profiles.ids(training.tag)
        # A server that does not say the tags has at least been asked for one.
        exact = [profile.id for profile in listed if profile.tag == training.tag]
        if exact:
            return tuple(exact)
        taken = {one.profile_id for one in self._record.all() if one.tag != training.tag}
        bare = [one.id for one in listed if not one.tag and one.id not in taken]
        if bare:
            # A server that does not narrow its list gives the same for a tag that nobody has.
            of_nobody = await client.profiles.ids(new_tag())
            strangers = {profile.id for profile in of_nobody}
            bare = [one for one in bare if one not in strangers]
        return tuple(bare)
