"""Follows a training to where nothing is left to do here, and writes what became of it."""

from __future__ import annotations

import asyncio

from phota_desktop.cli.exits import Exit, of_kind
from phota_desktop.cli.output import Output, profile_object, show_name
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.core.training import Training, TrainingProgress, TrainingState
from phota_desktop.services.composition import Services

POLL_S = 15.0
"""Seconds between two questions about one training; the first ones come a little earlier."""
LONGEST_POLL_S = 60.0
_LOCAL_POLL_S = 0.2
_ENDED_BADLY = (ProfileStatus.ERROR, ProfileStatus.INACTIVE)
_PASSING = (ErrorKind.OFFLINE, ErrorKind.BUSY, ErrorKind.TOO_SLOW)
RESUME = "`phota-desktop resume` goes on with it."


async def follow(
    services: Services, output: Output, action: str, tag: str, cost: Estimate | None = None
) -> Exit:
    """Wait until a training is sent and, if photos are hosted for it, until it ends.

    Writes how it is then and returns its exit. Raises PhotaError.
    """
    trainer = services.trainer

    def show(progress: TrainingProgress) -> None:
        if progress.tag == tag:
            output.bar(progress.done, progress.total, f"{progress.phase} photos")

    unsubscribe = trainer.progress.subscribe(show)
    try:
        training = await trainer.wait(tag)
    finally:
        unsubscribe()
        output.clear_bar()
    if not training.profile_id:
        return _not_begun(services, output, action, training)
    try:
        profile = await _poll(services, output, training)
    except PhotaError as error:
        await tell_left(services, output)
        if error.kind is ErrorKind.GONE:  # deleted elsewhere: that ended it
            output.error(error)
            return of_kind(error.kind)
        if await trainer.hosts(tag):
            output.error(error)
            output.complain(f"The photos of {show_name(training.name)} stay hosted. {RESUME}")
            return Exit.OPEN if error.kind in _PASSING else of_kind(error.kind)
        profile = Profile(training.profile_id)  # it has begun; how it is doing is not known
    return tell(output, action, profile, training.name, cost)


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


async def _poll(services: Services, output: Output, training: Training) -> Profile:
    """Ask for a profile's state: once, or until its end while photos are hosted for it.

    The local engine works in this process: it must not end before it has seen the photos.
    """
    client = services.session.client(training.engine)
    is_local = training.engine is Engine.LOCAL
    hosted = await services.trainer.hosts(training.tag)
    if hosted:
        output.say(
            f"{show_name(training.name)} is in training. Waiting for its end, to delete the photos"
            " in your bucket; this can take half an hour. Ctrl-C is safe: `phota-desktop resume`"
            " goes on."
        )
    number = 0
    while True:
        number += 1
        pause = _LOCAL_POLL_S if is_local else min(POLL_S, 3.0 * number)
        try:
            profile = await client.profiles.status(training.profile_id)
        except PhotaError as error:
            if error.kind is ErrorKind.GONE:
                await services.trainer.vanished(())
            if not hosted or error.kind not in _PASSING:
                raise
            pause = min(LONGEST_POLL_S, max(error.retry_after or 0.0, POLL_S))
        else:
            await services.trainer.learn(profile)
            is_final = profile.status is not None and profile.status.is_final
            waits = profile.status is ProfileStatus.VALIDATING if is_local else hosted
            if is_final or not waits:
                await tell_left(services, output)
                return profile
        await asyncio.sleep(pause)


async def tell_left(services: Services, output: Output) -> int:
    """Wait until the bucket is cleaned; return how many photos could not be deleted there."""
    left = await services.trainer.cleaned()
    if left:
        output.complain(
            f"{left} {'photo is' if left == 1 else 'photos are'} still in your bucket."
            " `phota-desktop bucket clean` tries again."
        )
    return left
