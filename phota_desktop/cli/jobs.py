"""``jobs`` shows the journal, ``resume`` finishes what is open."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence

from phota_desktop.cli.exits import Exit, of_job, worst
from phota_desktop.cli.output import Output, job_object, show_name, source_of
from phota_desktop.cli.spending import may_spend, stay_below_cap
from phota_desktop.cli.studio import command_line_services, report
from phota_desktop.cli.trainings import finish_trainings, open_trainings
from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.services.composition import Services
from phota_desktop.store.paths import AppFolders


async def jobs(arguments: argparse.Namespace, output: Output, folders: AppFolders) -> Exit:
    """List the newest jobs; starts none."""
    async with command_line_services(folders) as services:
        known = await services.queue.load()
    for job in known:
        if output.as_json:
            output.record(job_object(job))
        else:
            output.line(_row(job))
    if not known:
        output.say("No jobs yet.")
    return Exit.DONE


def _row(job: Job) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created))
    cost = "" if not job.cost else f"${job.cost:.2f}"
    name = show_name(source_of(job) or "")
    return (
        f"{job.id[:8]}  {when}  {job.request.operation:<8}  {job.state.public:<8}  "
        f"{len(job.variants)}/{job.request.variants}  {cost:>6}  {name}"
    )


async def resume(arguments: argparse.Namespace, output: Output, folders: AppFolders) -> Exit:
    """Finish every open job; what was never sent and costs money is asked about first."""
    async with command_line_services(folders) as services:
        for problem in services.journal.problems:
            output.complain(problem)
        queue = services.queue
        waiting = [job for job in await queue.load() if queue.needs_a_word(job.id)]
        await queue.sweep()
        trains = await open_trainings(services)
        if trains or any(
            not job.state.is_final and job.engine is Engine.PHOTA for job in queue.jobs()
        ):
            await services.session.look_for_key()
        send = await _may_send(waiting, arguments, output, services)
        queue.held.subscribe(lambda hold: output.error(hold.error))  # why it stays open
        taken = await queue.resume()
        if send:
            taken += await queue.release(job.id for job in waiting)
        ended = 0

        async def finish(job: Job) -> Exit:
            nonlocal ended
            done = await queue.wait(job.id)
            ended += 1
            report(done, None, output)
            output.bar(ended, len(taken), "resuming")
            return of_job(done)

        exits = list(await asyncio.gather(*(finish(job) for job in taken)))
        if waiting and not send:
            for job in waiting:
                report(job, None, output)
            exits.append(Exit.OPEN)
        exits += await finish_trainings(arguments, output, services)
        if not exits:
            output.say("Nothing is open.")
        await queue.sweep()
    return worst(exits)


async def _may_send(
    waiting: Sequence[Job], arguments: argparse.Namespace, output: Output, services: Services
) -> bool:
    """Tell whether jobs that may cost something new are sent, at the prices of now."""
    if not waiting:
        return False
    prices = [services.queue.price_of(job.engine, job.request) for job in waiting]
    try:
        await stay_below_cap(services, prices)
    except PhotaError as error:
        output.error(error)
        return False
    return may_spend(prices, None, yes=arguments.yes, output=output) is None
