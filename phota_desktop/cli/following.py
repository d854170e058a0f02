"""Follows a training to where nothing is left to do here, and writes what became of it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Collection

from phota_desktop.cli.exits import Exit, of_kind, worst
from phota_desktop.cli.output import Output, profile_object, show_name
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.core.training import Training, TrainingProgress, TrainingState
from phota_desktop.services.composition import Services
from phota_desktop.services.watching import Pace

PACE = Pace()
"""A command asks as seldom as a window does."""
_LOCAL_POLL_S = 0.2
"""The local engine works in this process: asking it costs nobody anything."""
_ENDED_BADLY = (ProfileStatus.ERROR, ProfileStatus.INACTIVE)
_PASSING = (ErrorKind.OFFLINE, ErrorKind.BUSY, ErrorKind.TOO_SLOW)
RESUME = "`phota-desktop resume` goes on with it."


class Questions:
    """Asks how profiles are: one question at a time, and those to Phota at the window's pace."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turn = asyncio.Lock()
        self._asked = -math.inf

    async def status(self, training: Training) -> Profile:
        """Ask once and let the trainer know; a 404 ends the training unless it is too new.

        Raises PhotaError.
        """
        client = self._services.session.client(training.engine)
        async with self._turn:
            if training.engine is Engine.PHOTA:
                await asyncio.sleep(max(0.0, self._asked + PACE.apart - time.monotonic()))
            try:
                profile = await client.profiles.status(training.profile_id)
            except PhotaError as error:
                if error.kind is ErrorKind.GONE:
                    await self._services.trainer.not_found(training.profile_id)
                raise
            finally:
                self._asked = time.monotonic()
        await self._services.trainer.learn(profile)
        return profile


async def look_for_missing(services: Services, listed: Collection[str]) -> None:
    """Ask after the trainings that a list leaves out; those that are no more end."""
    questions = Questions(services)
    for training in services.trainer.missing(listed):
        if training not in services.trainer.missing(listed):
            continue  # it ended meanwhile, or the key was changed
        try:
            await questions.status(training)
        except PhotaError as error:
            if error.kind is not ErrorKind.GONE:
                return  # the next list asks again


async def follow(
    services: Services,
    output: Output,
    action: str,
    tag: str,
    cost: Estimate | None = None,
    questions: Questions | None = None,
) -> Exit:
    """Wait until a training is sent and, if photos are hosted for it, until it ends.

    ``questions`` are shared by trainings that are followed at once. Writes how it is then and
    returns its exit: OPEN where photos are left in the bucket. Raises PhotaError.
    """
    trainer = services.trainer

    def show(progress: TrainingProgress) -> None:
        if progress.tag == tag:
            is_refused = progress.phase == "waiting"
            words = "Phota is busy, waiting" if is_refused else f"{progress.phase} photos"
            output.bar(progress.done, progress.total, words)

    unsubscribe = trainer.progress.subscribe(show)
    try:
        training = await trainer.wait(tag)
    finally:
        unsubscribe()
        output.clear_bar()
    if not training.profile_id:
        return _not_begun(services, output, action, training)
    try:
        profile = await _poll(services, output, training, questions or Questions(services))
    except PhotaError as error:
        if error.kind is ErrorKind.GONE and not trainer.is_settling(training):
            output.error(error)  # deleted elsewhere: that ended it
            return worst((of_kind(error.kind), await _left(services, output)))
        await tell_left(services, output)
        if await trainer.hosts(tag):
            output.error(error)
            output.complain(f"The photos of {show_name(training.name)} stay hosted. {RESUME}")
            return Exit.OPEN if error.kind in _PASSING else of_kind(error.kind)
        profile = Profile(training.profile_id)  # it has begun; how it is doing is not known
    left = await _left(services, output)
    return worst((tell(output, action, profile, training.name, cost), left))


async def _left(services: Services, output: Output) -> Exit:
    return Exit.OPEN if await tell_left(services, output) else Exit.DONE


def tell(
    output: Output, action: str, profile: Profile, name: str, cost: Estimate | None = None
) -> Exit:
    """Write how one profile is; the exit is FAILED for one that will never be ready."""
    if output.as_json:
        output.record(
            profile_object(action, profile.id, name, profile.status, profile.message, cost)
        )
    words = (profile.id, f"{profile.status or 'unknown':<11}", name, profile.message)
    output.line("  ".join(show_name(word) for word in words).rstrip())
    return Exit.FAILED if profile.status in _ENDED_BADLY else Exit.DONE


def _not_begun(services: Services, output: Output, action: str, training: Training) -> Exit:
    error = services.trainer.problem(training.tag) or PhotaError(
        ErrorKind.UNKNOWN if training.state is TrainingState.SENT else ErrorKind.CANCELED,
        training.message,
    )
    output.error(error)
    if output.as_json:
        output.record(profile_object(action, None, training.name, error=error))
    if training.state.is_over:
        return of_kind(error.kind)
    if training.state.is_unsent:
        output.complain(f"Nothing was sent or paid. {RESUME}")
    return Exit.OPEN  # what may have begun is not over: the next look may find it


async def _poll(
    services: Services, output: Output, training: Training, questions: Questions
) -> Profile:
    """Ask for a profile's state: once, or until its end while photos are hosted for it.

    The local engine works in this process: it must not end before it has seen the photos.
    """
    is_local = training.engine is Engine.LOCAL
    hosted = await services.trainer.hosts(training.tag)
    if hosted:
        output.say(
            f"{show_name(training.name)} is in training. Waiting for its end, to delete the photos"
            " in your bucket; this can take half an hour. Ctrl-C is safe: `phota-desktop resume`"
            " goes on."
        )
    began = time.monotonic()
    while True:
        is_long = time.monotonic() - began > PACE.patience
        pause = _LOCAL_POLL_S if is_local else PACE.seldom if is_long else PACE.often
        try:
            profile = await questions.status(training)
        except PhotaError as error:
            is_new = error.kind is ErrorKind.GONE and services.trainer.is_settling(training)
            if not hosted or not (is_new or error.kind in _PASSING):
                raise
            pause = min(PACE.longest, max(error.retry_after or 0.0, pause))
        else:
            is_final = profile.status is not None and profile.status.is_final
            waits = profile.status is ProfileStatus.VALIDATING if is_local else hosted
            if is_final or not waits:
                return profile
        await asyncio.sleep(pause)


async def tell_left(services: Services, output: Output) -> int:
    """Wait until the bucket is cleaned; return how many photos could not be deleted there."""
    left = await services.trainer.cleaned()
    if left:
        output.complain(
            f"{left} {'photo is' if left == 1 else 'photos are'} still in your bucket;"
            " `phota-desktop resume` deletes them."
        )
    return left
