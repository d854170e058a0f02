"""``profiles add``: photos and a name become a training, asked about first and never paid twice."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.cli import photo_check
from phota_desktop.cli.exits import Exit
from phota_desktop.cli.following import follow
from phota_desktop.cli.output import show_name
from phota_desktop.cli.requests import complain_of_unreadable
from phota_desktop.cli.spending import agrees, may_spend, stay_below_cap
from phota_desktop.core.consent import consent_text
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind, Training, TrainingOrder, TrainingState, is_address
from phota_desktop.services.photos import open_paths
from phota_desktop.services.training_photos import need_bucket

if TYPE_CHECKING:
    from phota_desktop.cli.profiles import ProfileVerb

_NO_BUCKET = (
    "`phota-desktop bucket set` sets one up; or give https addresses, or"
    " --engine local for practice."
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


async def add(verb: ProfileVerb) -> Exit:
    """Train a new profile, unless an earlier try whose answer was lost turns out to have begun.

    Raises PhotaError.
    """
    arguments, trainer = verb.arguments, verb.services.trainer
    engine = verb.services.session.engine
    found = await asyncio.to_thread(_photos, verb, engine)
    if found is None:
        return Exit.USAGE
    order = _order(verb, engine, found)
    files = [Path(photo) for photo in found if not is_address(photo)]
    if files and engine is Engine.PHOTA:
        await need_bucket(verb.services.hosting, _NO_BUCKET)
    is_pet = order.kind is not Kind.PERSON
    if files and not await photo_check.check(files, order.tier, verb.output, pet=is_pet):
        verb.output.complain("Nothing was sent: a profile needs every photo.")
        return Exit.USAGE
    await trainer.load()
    earlier = await _earlier(verb, order)
    if isinstance(earlier, Exit):
        return earlier
    if earlier is not None and earlier.profile_id:
        return await follow(verb.services, verb.output, arguments.action, earlier.tag)
    price = trainer.price_of(engine, order.tier)
    cost = None if price is None else Estimate(price, price)
    if engine is Engine.PHOTA:
        await stay_below_cap(verb.services, [cost])
    refusal = may_spend(
        [cost],
        arguments.max_cost,
        yes=arguments.yes,
        output=verb.output,
        also=_agreement(order),
    )
    if refusal is not None:
        return refusal
    if earlier is not None:
        training = await trainer.go_on(earlier.tag)
    else:
        cap = verb.services.settings.daily_cap
        training = await trainer.begin(order, price, cap=cap)
    return await follow(verb.services, verb.output, arguments.action, training.tag, cost)


async def _earlier(verb: ProfileVerb, order: TrainingOrder) -> Training | Exit | None:
    """Return an earlier training of the same person to go on with: begun, or not sent.

    An exit, when it may have begun, and nobody is there to decide what then.
    """
    trainer, output = verb.services.trainer, verb.output
    for earlier in trainer.known():
        if earlier.state.is_over:
            continue
        photos = set(earlier.order.photos) == set(order.photos)
        name = earlier.name == order.name
        same = photos and name and earlier.order.tier is order.tier
        if earlier.state.is_unsent:
            if same:
                return await trainer.wait(earlier.tag)
            continue
        if earlier.state is TrainingState.TRAINING:
            # As after a kill of the command that sent it: its repetition is no second order.
            if same and earlier.engine is Engine.PHOTA:
                output.say(
                    f"{show_name(earlier.name)} is in training with these photos already;"
                    " nothing is sent or charged again."
                )
                return earlier
            continue
        if not photos and not name:
            continue
        output.say(f"{lost(earlier)} Looking whether it began.")
        found = await trainer.wait(earlier.tag)
        if found.profile_id:
            output.say("It had begun; nothing is sent or charged again.")
            return found
        if found.state is not TrainingState.SENT:
            continue
        said = f"{lost(earlier)} It is not listed, yet it may have been charged."
        # --yes agrees to a price, not to paying it twice.
        if not sys.stdin.isatty():
            output.complain(f"{said} Only a person at a terminal can begin another one.")
            return Exit.OPEN
        if not agrees(f"{said} Another one would cost again.", output):
            return Exit.OPEN
        if photos and earlier.order.tier is order.tier:
            return found  # it goes out with the same tag
        await trainer.give_up(earlier.tag)
    return None


def lost(training: Training) -> str:
    """Return a sentence about a training whose answer was lost."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(training.sent or training.created))
    return f"The answer to the training of {show_name(training.name)} ({when}) was lost."


def _order(verb: ProfileVerb, engine: Engine, photos: tuple[str, ...]) -> TrainingOrder:
    arguments = verb.arguments
    consent = consent_text(arguments.kind) if engine is Engine.PHOTA else ""
    return TrainingOrder(arguments.name, arguments.tier, photos, arguments.kind, consent)


def _agreement(order: TrainingOrder) -> str:
    """Return what else a yes says; empty where no photo leaves this computer."""
    if not order.consent:
        return ""
    return (
        f"Phota will learn to recognise {show_name(order.name)} from {len(order.photos)} photos."
        f" A yes says: {order.consent}"
    )


def _photos(verb: ProfileVerb, engine: Engine) -> tuple[str, ...] | None:
    """Return the photos as absolute paths and addresses; None when some cannot be read.

    Raises PhotaError(INVALID) for what the engine or the tier does not take.
    """
    given: list[str] = verb.arguments.sources
    urls = [text for text in given if _ADDRESS.match(text)]
    files = [text for text in given if not _ADDRESS.match(text)]
    if engine is Engine.LOCAL and urls:
        raise _wrong(
            f"{show_name(urls[0])}: the local engine opens no connections; give photos of"
            " this computer, or --engine phota."
        )
    for url in urls:
        if not is_address(url):
            raise _wrong(f"{show_name(url)} is no http or https address.")
    found: list[str] = []
    if files:
        opened = open_paths(map(Path, files), recursive=verb.arguments.recursive)
        if complain_of_unreadable(opened, None, verb.output):
            verb.output.complain("Nothing was sent: a profile needs every photo.")
            return None
        found = [str(photo.absolute()) for photo in opened.photos]
    photos = tuple(dict.fromkeys([*found, *urls]))
    _check_count(verb.arguments.tier, len(photos))
    return photos


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
