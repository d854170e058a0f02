"""What ``resume`` does about trainings: interrupted, lost, running, and photos left in a bucket."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from phota_desktop.cli.adding import lost
from phota_desktop.cli.exits import Exit, of_kind
from phota_desktop.cli.following import Questions, follow, tell_left
from phota_desktop.cli.output import Output, show_name
from phota_desktop.cli.spending import agrees, may_spend, stay_below_cap
from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import Estimate, show_range
from phota_desktop.core.training import Training, TrainingState
from phota_desktop.services.composition import Services

_ACTION = "resume"


async def open_trainings(services: Services) -> bool:
    """Read the trainings and begin to tidy up; tell whether one of Phota's is open."""
    known = await services.trainer.load()
    return any(not one.state.is_over and one.engine is Engine.PHOTA for one in known)


async def finish_trainings(
    arguments: argparse.Namespace, output: Output, services: Services
) -> list[Exit]:
    """Take every open training as far as it goes; what costs money is asked about first."""
    trainer = services.trainer
    for problem in services.trainings.problems:
        output.complain(problem)
    here = trainer.all_here()
    exits = [_of_another(one, output) for one in trainer.open_elsewhere()]
    for training in here:
        if training.state is TrainingState.SENT:
            output.say(f"{lost(training)} Looking whether it began.")
        await trainer.wait(training.tag)
    waiting = [one for one in trainer.all_here() if trainer.needs_a_word(one.tag)]
    sent = [one for one in waiting if one.state is TrainingState.SENT]
    unsent = [one for one in waiting if one.state is not TrainingState.SENT]
    agreed = [one for one in unsent if one.engine is Engine.LOCAL]
    paid = [one for one in unsent if one.engine is Engine.PHOTA]
    if paid:
        refusal = await _may_send(paid, arguments, output, services)
        if refusal is None:
            agreed += paid
        else:
            exits += [Exit.OPEN, refusal] if refusal is not Exit.USAGE else [Exit.OPEN]
    agreed += [one for one in sent if _may_send_again(one, output, services)]
    exits += [Exit.OPEN for one in sent if one not in agreed]
    for training in agreed:
        try:
            await trainer.go_on(training.tag)
        except PhotaError as error:
            output.error(error, training.name)
            exits.append(of_kind(error.kind))
    goes_on = {one.tag for one in agreed if trainer.is_running(one.tag)}
    followed = [*goes_on]
    for training in here:
        now = trainer.get(training.tag)
        if now is None or now.state is not TrainingState.TRAINING or now.tag in goes_on:
            continue
        # Of those that were in training before, only what lies in the bucket is of concern.
        if training.state is not TrainingState.TRAINING or await trainer.hosts(now.tag):
            followed.append(now.tag)
    questions = Questions(services)
    exits += await asyncio.gather(*(_follow(services, output, tag, questions) for tag in followed))
    if await tell_left(services, output):
        exits.append(Exit.OPEN)
    return exits


async def _follow(services: Services, output: Output, tag: str, questions: Questions) -> Exit:
    try:
        return await follow(services, output, _ACTION, tag, questions=questions)
    except PhotaError as error:
        output.error(error)
        return of_kind(error.kind)


async def _may_send(
    trainings: Sequence[Training],
    arguments: argparse.Namespace,
    output: Output,
    services: Services,
) -> Exit | None:
    """Return None if interrupted trainings may be sent, at the prices of now."""
    for training in trainings:
        why = f" {training.message}" if training.message else ""
        output.complain(
            f"The training of {show_name(training.name)} was interrupted before it was sent;"
            f" nothing is paid.{show_name(why)}"
        )
    prices = [_price(services, training) for training in trainings]
    try:
        await stay_below_cap(services, prices)
    except PhotaError as error:
        output.error(error)
        return of_kind(error.kind)
    return may_spend(prices, None, yes=arguments.yes, output=output)


def _may_send_again(training: Training, output: Output, services: Services) -> bool:
    """Tell whether a person lets a lost training be sent again; ``--yes`` does not say that."""
    said = f"{lost(training)} It is not listed, yet it may have been charged."
    if training.engine is Engine.PHOTA and not sys.stdin.isatty():
        output.complain(f"{said} Only a person at a terminal can send it again.")
        return False
    if training.engine is Engine.LOCAL:
        return True
    price = show_range(_price(services, training))
    return agrees(f"{said} To send it again may cost a second time ({price}).", output)


def _price(services: Services, training: Training) -> Estimate | None:
    price = services.trainer.price_of(training.engine, training.order.tier)
    return None if price is None else Estimate(price, price)


def _of_another(training: Training, output: Output) -> Exit:
    output.complain(
        f"The training of {show_name(training.name)} belongs to another server or API key."
        " Use that key again to finish it."
    )
    return Exit.OPEN
