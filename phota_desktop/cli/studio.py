"""The image verbs: files in, jobs recorded and run, one line or JSON object per job out."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from phota_desktop.cli.exits import Exit, of_job, of_kind, worst
from phota_desktop.cli.output import Output, failure_object, show_name, show_path
from phota_desktop.cli.spending import may_spend
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.pricing import FREE, PUBLISHED, estimate
from phota_desktop.core.requests import EnhanceRequest, StudioRequest
from phota_desktop.environment import found_environment
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.photos import Opened, open_paths
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore


@asynccontextmanager
async def command_line_services(folders: AppFolders) -> AsyncIterator[Services]:
    """Give the services of one command, closed in order afterwards."""
    settings = SettingsStore(folders.settings_file).load()
    services = await open_services(folders, settings, environ=found_environment(), patient=False)
    try:
        yield services
    finally:
        await services.close()


async def enhance(arguments: argparse.Namespace, output: Output, folders: AppFolders) -> Exit:
    """Enhance every readable file; each is a job of its own."""
    opened = open_paths(arguments.files, recursive=arguments.recursive, unique=False)
    exits = _complain_of_unreadable(opened, arguments, output)
    requests: list[tuple[str, StudioRequest]] = [
        (
            str(photo),
            EnhanceRequest(
                photo,
                arguments.prompt,
                tuple(arguments.profile),
                arguments.variants,
                arguments.format,
            ),
        )
        for photo in opened.photos
    ]
    if not requests:
        if not exits:
            output.complain("There is no photo to enhance.")
        return worst([*exits, Exit.USAGE])
    async with command_line_services(folders) as services:
        exits.append(await run_requests(requests, arguments, output, services))
    return worst(exits)


def _complain_of_unreadable(
    opened: Opened, arguments: argparse.Namespace, output: Output
) -> list[Exit]:
    for name, problem in zip(opened.refused, opened.problems, strict=True):
        output.error(problem, show_name(name) if len(Path(name).parts) > 1 else "")
        if output.as_json:
            output.record(failure_object(name, arguments.verb, problem))
    for folder in opened.folders:
        output.say(f"{show_path(folder)}: left out; --recursive enters folders within folders.")
    return [Exit.USAGE] * bool(opened.problems)


async def run_requests(
    requests: list[tuple[str, StudioRequest]],
    arguments: argparse.Namespace,
    output: Output,
    services: Services,
) -> Exit:
    """Run requests (each with the source as the person named it) to their ends."""
    finding = await services.session.start(arguments.engine)
    engine = services.session.engine
    if engine is Engine.PHOTA and finding.key is None:
        raise PhotaError(
            ErrorKind.KEY_REJECTED,
            finding.message or "There is no API key.",
            hint="`phota-desktop key set` stores one; `--engine local` needs none.",
        )
    table = FREE if engine is Engine.LOCAL else PUBLISHED
    prices = [estimate(request, table) for _, request in requests]
    refusal = may_spend(prices, arguments.max_cost, yes=arguments.yes, output=output)
    if refusal is not None:
        return refusal
    if arguments.out is not None:
        make_folder(arguments.out)
    exits: list[Exit] = []
    running: list[asyncio.Task[Exit]] = []
    ended = 0

    def show(phase: str) -> None:
        output.bar(ended, len(requests), phase)

    unsubscribe = services.queue.progress.subscribe(lambda progress: show(progress.phase))
    show("preparing")
    for source, request in requests:
        first = request.images[0] if request.images else None
        out_dir = arguments.out or (first.parent if isinstance(first, Path) else Path.cwd())
        try:
            job = await services.queue.submit(request, engine=engine, out_dir=out_dir.absolute())
        except PhotaError as error:
            output.error(error, source)
            if output.as_json:
                output.record(failure_object(source, str(request.operation), error))
            exits.append(of_kind(error.kind))
            ended += 1
            continue

        async def finish(job: Job = job, source: str = source) -> Exit:
            nonlocal ended
            done = await services.queue.wait(job.id)
            ended += 1
            report(done, source, output)
            show("done")
            return of_job(done)

        running.append(services.tasks.spawn(finish(), name=f"report {job.id[:8]}"))
    exits.extend(await asyncio.gather(*running))
    unsubscribe()
    output.clear_bar()
    return worst(exits)


def report(job: Job, source: str | None, output: Output) -> None:
    """Write how a job ended, and what became of copies that could not be made."""
    output.job(job, source)
    for variant in job.variants:
        if variant.copy_error:
            output.complain(f"{variant.copy_error} The picture is safe: {variant.vault_path}")


def make_folder(folder: Path) -> None:
    """Make the folder for the results; PhotaError(DISK) that names it when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise PhotaError(
            ErrorKind.DISK,
            f"The folder {show_path(folder)} cannot be made: {problem.strerror}.",
            hint="Choose another one with --out.",
        ) from problem
