"""``profiles add``: photos and a name become a training, asked about first and never paid twice."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.cli.exits import Exit
from phota_desktop.cli.output import show_name
from phota_desktop.cli.requests import complain_of_unreadable
from phota_desktop.cli.spending import agrees, may_spend, stay_below_cap
from phota_desktop.cli.studio import prices_in_force
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.profiles import Profile, TrainingTier
from phota_desktop.services.photos import open_paths
from phota_desktop.services.training import TrainingOrder
from phota_desktop.store.trainings import Training, TrainingState

if TYPE_CHECKING:
    from phota_desktop.cli.profiles import ProfileVerb

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


async def add(verb: ProfileVerb) -> Exit:
    """Train a new profile, unless an earlier try whose answer was lost turns out to have begun.

    Raises PhotaError; with kind UNKNOWN the training may have begun.
    """
    arguments, engine = verb.arguments, verb.services.session.engine
    sources = await asyncio.to_thread(_sources, verb, engine)
    if sources is None:
        return Exit.USAGE
    order = TrainingOrder(arguments.name, arguments.tier, sources)
    begun = await _begun_before(verb, order)
    if isinstance(begun, Exit):
        return begun
    cost = None
    if begun is None:
        price = prices_in_force(engine, verb.services).training.get(str(order.tier))
        cost = None if price is None else Estimate(price, price)
        if engine is Engine.PHOTA:
            await stay_below_cap(verb.services, [cost])
        refusal = may_spend(
            [cost],
            arguments.max_cost,
            yes=arguments.yes,
            output=verb.output,
            also=_consent(order) if engine is Engine.PHOTA else "",
        )
        if refusal is not None:
            return refusal
        begun = await verb.trainer.begin(order, price)
    await verb.services.people.rename(begun.profile_id, begun.name)
    try:
        profile = await verb.trainer.settle(begun.profile_id)
    except PhotaError:
        profile = Profile(begun.profile_id)  # it has begun; how it is doing is not known
    return verb.tell(profile, begun.name, cost)


async def _begun_before(verb: ProfileVerb, order: TrainingOrder) -> Training | Exit | None:
    """Return an earlier training of the same person whose answer was lost, if it began.

    An exit, when that cannot be known and nobody is there to decide.
    """
    for earlier in await verb.trainer.doubtful():
        if earlier.name != order.name and set(earlier.sources) != set(order.sources):
            continue
        if earlier.engine is Engine.PHOTA:
            verb.output.say(f"{lost(earlier)} Looking whether it began.")
            found = await verb.trainer.find(earlier)
            if found.state is TrainingState.KNOWN:
                verb.output.say("It had begun; nothing is sent or charged again.")
                return found
            said = f"{lost(earlier)} It is not listed, yet it may have been charged."
            # --yes agrees to a price, not to paying it twice.
            if not sys.stdin.isatty():
                verb.output.complain(f"{said} Only a person at a terminal can begin another one.")
                return Exit.OPEN
            if not agrees(f"{said} Another one would cost again.", verb.output):
                return Exit.OPEN
        await verb.trainer.give_up(earlier)
    return None


def lost(training: Training) -> str:
    """Return a sentence about a training whose answer was lost."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(training.created))
    return f"The answer to the training of {show_name(training.name)} ({when}) was lost."


def _consent(order: TrainingOrder) -> str:
    return (
        f"Phota will learn to recognise {show_name(order.name)} from {len(order.sources)} photos:"
        " a yes says that this person agrees, or that it is your pet."
    )


def _sources(verb: ProfileVerb, engine: Engine) -> tuple[str, ...] | None:
    """Return the photos' addresses for this engine; None when some cannot be read.

    Raises PhotaError(INVALID) for what the engine or the tier does not take.
    """
    given: list[str] = verb.arguments.sources
    urls = [text for text in given if _ADDRESS.match(text)]
    files = [text for text in given if not _ADDRESS.match(text)]
    if engine is Engine.LOCAL:
        if urls:
            raise _wrong(
                f"{show_name(urls[0])}: the local engine opens no connections; give photos of"
                " this computer, or --engine phota."
            )
        opened = open_paths(map(Path, files), recursive=verb.arguments.recursive)
        if complain_of_unreadable(opened, None, verb.output):
            verb.output.complain("Nothing was sent: a profile needs every photo.")
            return None
        found = [photo.absolute().as_uri() for photo in opened.photos]
    else:
        if files:
            raise _wrong(
                f"{show_name(files[0])}: Phota fetches training photos from public addresses"
                " itself, and photos on this computer cannot be sent yet; give https addresses,"
                " or --engine local for practice."
            )
        for url in urls:
            if not url.lower().startswith(("https://", "http://")):
                raise _wrong(f"{show_name(url)} is no http or https address.")
        found = list(dict.fromkeys(urls))
    _check_count(verb.arguments.tier, len(found))
    return tuple(found)


def _check_count(tier: TrainingTier, count: int) -> None:
    fewest, most = tier.photo_range
    if fewest <= count <= most:
        return
    others = [
        f"--tier {other} takes {other.photo_range[0]} to {other.photo_range[1]}"
        for other in TrainingTier
        if other is not tier
    ]
    raise _wrong(
        f"--tier {tier} is not possible with {count} different photos: it takes {fewest} to"
        f" {most}; {', '.join(others)}."
    )


def _wrong(message: str) -> PhotaError:
    return PhotaError(ErrorKind.INVALID, message, surely_not_charged=True)
