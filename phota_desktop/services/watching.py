"""Watches trainings to their end: asks seldom, one thing at a time, and only while one is open."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.core.traces import ids_of
from phota_desktop.core.training import Training, TrainingState
from phota_desktop.core.training_time import expected_training_seconds
from phota_desktop.services.people import People
from phota_desktop.services.person import Person, lacks_picture
from phota_desktop.services.session import Session
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.training import Trainer

_log = logging.getLogger(__name__)

PICTURE_TRIES = 5
REASON_TRIES = 2
_LONGEST_WISH_S = 3600.0
_LIST, _STATUS, _PICTURE = "list", "status", "picture"
_AT_WORK = (ProfileStatus.QUEUING, ProfileStatus.IN_PROGRESS)
_Question = tuple[float, str, str]
"""When it is due by the monotonic clock, what is asked, and of which profile."""


@dataclass(frozen=True)
class Pace:
    """Seconds: between any two questions, and between two about the same profile.

    ``seldom`` holds once a profile has been at work for ``patience``; ``longest`` ends the growth
    of the pauses after errors. Phota's documents name 10 to 30 s.
    """

    apart: float = 2.0
    often: float = 15.0
    seldom: float = 30.0
    patience: float = 300.0
    longest: float = 60.0


LOCAL_PACE = Pace(apart=0.25, often=1.0, seldom=1.0)
"""The local engine's trainings take seconds, and asking it costs nobody anything."""


@dataclass
class _Watch:
    """What was seen of one account since the start; times are of the monotonic clock."""

    seen: dict[str, ProfileStatus] = field(default_factory=dict)
    asked: dict[tuple[str, str], float] = field(default_factory=dict)
    tries: dict[tuple[str, str], int] = field(default_factory=dict)
    at_work: dict[str, float] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    """Unix seconds at which a profile that was seen before went to work."""
    missing: set[str] = field(default_factory=set)
    """Profiles of trainings that the last list left out."""
    wants_list: bool = False


class Watcher:
    """Polls the profiles of the account in use that are not at their end, and tells of ends.

    ``ready`` and ``ended`` (failed or inactive) are about what ended since this program saw it
    under way, or about a training on record that ended while the program was closed.
    ``may_ask`` says whether Phota may be asked at all: nothing goes out before consent. Who sent
    a training agreed to that, and wants to hear of it.
    """

    def __init__(
        self,
        people: People,
        trainer: Trainer,
        session: Session,
        tasks: Tasks,
        may_ask: Callable[[], bool],
        *,
        pace: Pace | None = None,
        local_pace: Pace = LOCAL_PACE,
    ) -> None:
        self.ready: Event[Person] = Event()
        self.ended: Event[Person] = Event()
        self.trainer = trainer
        self._people = people
        self._session = session
        self._tasks = tasks
        self._may_ask = may_ask
        self._pace = pace or Pace()
        self._local_pace = local_pace
        self._watches: dict[str, _Watch] = {}
        self._woken = asyncio.Event()
        self._held = False
        self._failures = 0
        self._not_before = -math.inf
        self._leave: list[Callable[[], None]] = []

    def start(self) -> None:
        """Watch from now on; must be called in the window's loop. Asks nothing by itself.

        The first list is for whoever shows it (:meth:`refresh`); what it leaves open is followed.
        """
        self._leave = [
            self._people.learned.subscribe(self._on_learned),
            self._people.listed.subscribe(self._on_listed),
            self.trainer.changed.subscribe(lambda _training: self.wake()),
            self._session.changed.subscribe(lambda _session: self._on_session()),
        ]
        self._tasks.spawn(self._run(), name="watch profiles", replace=True)

    def stop(self) -> None:
        """Ask no more."""
        for leave in self._leave:
            leave()
        self._leave = []
        self._tasks.cancel("watch profiles")

    @property
    def is_allowed(self) -> bool:
        """Whether the present engine may be asked without being told to."""
        is_local = self._session.engine is Engine.LOCAL
        return is_local or self._may_ask() or any(one.sent for one in self.trainer.known())

    def wake(self) -> None:
        """Think again about what is due: a training began, or asking is allowed now."""
        self._woken.set()

    async def refresh(self) -> PhotaError | None:
        """Ask for the list, as a person wished; return the error, which is tried over by itself."""
        watch = self._watch
        error = await self._people.refresh()
        watch.wants_list = error is not None and not self._people.is_listed
        if error is None:
            self._held = False
            self._failures = 0
            watch.tries.clear()
        else:
            self._note(error)
        now = time.monotonic()
        watch.asked[_LIST, ""] = now
        self.wake()
        return error

    # -- what is known of the time ------------------------------------------------------

    def began(self, profile_id: str, training: Training | None) -> float | None:
        """Return when a training was sent, or was seen to begin, in Unix seconds."""
        if training is not None and training.sent is not None:
            return training.sent
        return self._watch.began.get(profile_id)

    def expected(self, training: Training | None) -> float | None:
        """Return the seconds that a training like this one takes, None where nothing tells."""
        if training is None:
            return None
        engine, tier = training.engine, training.order.tier
        return expected_training_seconds(engine, tier, self.trainer.known())

    # -- the questions ------------------------------------------------------------------

    @property
    def _watch(self) -> _Watch:
        return self._watches.setdefault(self._people.account, _Watch())

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            question = self._next()
            wait = math.inf if question is None else question[0] - time.monotonic()
            if question is None or wait > 0:
                await self._rest(wait)
            else:
                await self._ask(question)

    async def _rest(self, seconds: float) -> None:
        """Wait until woken, but not longer than that (wait_for can swallow a cancellation)."""
        alarm = None
        if seconds < math.inf:
            alarm = asyncio.get_running_loop().call_later(seconds, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            if alarm is not None:
                alarm.cancel()

    def _next(self) -> _Question | None:
        """Return the question that is due first, None while there is none."""
        people, watch = self._people, self._watch
        is_local = self._session.engine is Engine.LOCAL
        if not people.account or self._held or not self.is_allowed:
            return None
        pace = self._local_pace if is_local else self._pace
        if not people.is_listed:
            found = [(-math.inf, _LIST, "")] if watch.wants_list else []
        else:
            found = self._due(watch, pace)
        if not found:
            return None
        due, what, profile_id = min(found)
        return max(due, people.asked_at + pace.apart, self._not_before), what, profile_id

    def _due(self, watch: _Watch, pace: Pace) -> list[_Question]:
        def after(what: str, profile_id: str, pause: float) -> _Question:
            return watch.asked.get((what, profile_id), -math.inf) + pause, what, profile_id

        found = [(-math.inf, _LIST, "")] if watch.wants_list else []
        found += [after(_STATUS, profile_id, pace.often) for profile_id in watch.missing]
        listed = set[str]()
        pauses = [pace.often] if self._unlisted() else []
        for person in self._people.people:
            listed.add(person.id)
            if person.status is None or not person.status.is_final:
                pause = self._pause(watch, person.id, pace)
                if self._people.lists_states:
                    pauses.append(pause)
                else:
                    found.append(after(_STATUS, person.id, pause))
            elif person.status is ProfileStatus.ERROR and not person.message:
                if watch.tries.get((_STATUS, person.id), 0) < REASON_TRIES:
                    found.append(after(_STATUS, person.id, pace.apart))
            elif person.picture is None and lacks_picture(person, {}):
                tries = watch.tries.get((_PICTURE, person.id), 0)
                if tries < PICTURE_TRIES:
                    pause = pace.often * (2.0**tries - 1)
                    found.append(after(_PICTURE, person.id, pause))
        if pauses:
            found.append(after(_LIST, "", min(pauses)))
        return found

    def _unlisted(self) -> bool:
        """Tell whether a training has a profile that no list has shown yet."""
        listed = {person.id for person in self._people.people}
        return any(
            one.state is TrainingState.TRAINING and one.profile_id not in listed
            for one in self.trainer.known()
        )

    def _pause(self, watch: _Watch, profile_id: str, pace: Pace) -> float:
        since = watch.at_work.get(profile_id)
        is_long = since is not None and time.monotonic() - since > pace.patience
        return pace.seldom if is_long else pace.often

    async def _ask(self, question: _Question) -> None:
        _due, what, profile_id = question
        watch, people = self._watch, self._people
        watch.tries[what, profile_id] = watch.tries.get((what, profile_id), 0) + 1
        try:
            if what == _LIST:
                watch.wants_list = False
                await people.ask_list()
            elif what == _STATUS:
                await people.ask_status(profile_id)
            else:
                await people.ask_picture(profile_id)
        except PhotaError as error:
            if error.kind is ErrorKind.GONE and profile_id in watch.missing:
                watch.missing.discard(profile_id)
                ending = self.trainer.not_found(profile_id)
                self._tasks.spawn(ending, name=f"vanished {profile_id}")
            elif error.kind is ErrorKind.GONE and what == _STATUS:
                watch.wants_list = True  # which tells whether it was deleted elsewhere
            elif error.kind not in (ErrorKind.GONE, ErrorKind.BAD_IMAGE, ErrorKind.CANCELED):
                watch.wants_list = watch.wants_list or (what == _LIST and not people.is_listed)
                self._note(error)
        else:
            self._failures = 0
            if what == _STATUS:
                watch.missing.discard(profile_id)
        watch.asked[what, profile_id] = time.monotonic()

    def _note(self, error: PhotaError) -> None:
        """Rest after an error, longer each time; a refused key or no credit ends the asking."""
        if error.kind in (ErrorKind.KEY_REJECTED, ErrorKind.NO_CREDIT):
            self._held = True
            return
        self._failures += 1
        rest = min(self._pace.longest, self._pace.apart * 2.0 ** min(self._failures, 10))
        rest = max(rest, min(error.retry_after or 0.0, _LONGEST_WISH_S))
        self._not_before = time.monotonic() + rest
        _log.info("asking about profiles rests %.1f s: %s", rest, ids_of(error))

    # -- what was heard -----------------------------------------------------------------

    def _on_session(self) -> None:
        self._held = False
        self._failures = 0
        self._not_before = -math.inf
        self.wake()

    def _on_learned(self, said: tuple[Profile, ...]) -> None:
        watch = self._watch
        now = time.monotonic()
        ended = []
        for profile in said:
            status = profile.status
            if status is None:
                continue
            before = watch.seen.get(profile.id)
            watch.seen[profile.id] = status
            watch.asked[_STATUS, profile.id] = now
            if status in _AT_WORK:
                watch.at_work.setdefault(profile.id, now)
                if status is ProfileStatus.IN_PROGRESS and before not in (None, status):
                    watch.began[profile.id] = time.time()
            elif status.is_final:
                was_open = not before.is_final if before else self._is_ours(profile.id)
                ended += [profile.id] if was_open else []
        if ours := self._open(said):
            self._tasks.spawn(self._teach(ours), name="learn about trainings")
        for profile_id in ended:
            person = self._people.find(profile_id)
            if person is not None:
                (self.ready if person.is_ready else self.ended).emit(person)
        self.wake()

    def _on_listed(self, profile_ids: tuple[str, ...]) -> None:
        watch, listed = self._watch, set(profile_ids)
        watch.asked[_LIST, ""] = time.monotonic()
        for gone in watch.seen.keys() - listed:
            del watch.seen[gone]
        watch.missing = {one.profile_id for one in self.trainer.missing(listed)}
        self.wake()

    async def _teach(self, said: list[Profile]) -> None:
        for profile in said:
            await self.trainer.learn(profile)

    def _is_ours(self, profile_id: str) -> bool:
        return any(
            one.profile_id == profile_id and one.state is TrainingState.TRAINING
            for one in self.trainer.known()
        )

    def _open(self, said: tuple[Profile, ...]) -> list[Profile]:
        """Return those that are of a training whose end is not on record; one given up has none."""
        over = (TrainingState.ENDED, TrainingState.FAILED, TrainingState.CANCELED)
        trainings = [
            one for one in self.trainer.known() if one.state not in over or one.lacks_reason
        ]
        keys = {one.profile_id or one.tag for one in trainings} | {one.tag for one in trainings}
        return [one for one in said if one.id in keys or one.tag in keys]
