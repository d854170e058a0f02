"""The image verbs: files in, jobs recorded and run, one line or JSON object per job out."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.cli.exits import Exit, of_job, of_kind, worst
from phota_desktop.cli.output import Output, failure_object, show_path
from phota_desktop.cli.requests import Ask, asks, choice
from phota_desktop.cli.spending import may_spend, stay_below_cap
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.pricing import FREE, PriceTable, estimate
from phota_desktop.core.requests import StudioRequest
from phota_desktop.environment import found_environment
from phota_desktop.services.composition import Services, open_services
from phota_desktop.store.keys import ENVIRONMENT, KeyFinding, KeyState
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore

_log = logging.getLogger(__name__)


@asynccontextmanager
async def command_line_services(folders: AppFolders) -> AsyncIterator[Services]:
    """Give the services of one command, closed in order afterwards."""
    settings = SettingsStore(folders.settings_file).load()
    services = await open_services(folders, settings, environ=found_environment(), patient=False)
    try:
        yield services
    finally:
        await services.close()


async def image_verb(arguments: argparse.Namespace, output: Output, folders: AppFolders) -> Exit:
    """Run ``enhance``, ``edit``, ``generate`` or ``remix``; options first, then photos, then all.

    Raises PhotaError(INVALID) for options that do not go together: nothing was read or sent.
    """
    wanted = choice(arguments)
    # In a thread, so that Ctrl-C is heard while a slow disk is searched.
    found, exits = await asyncio.to_thread(asks, arguments, wanted, output)
    if not found:
        return worst(exits)
    async with command_line_services(folders) as services:
        exits.append(await run_asks(found, arguments, output, services))
    return worst(exits)


async def choose_engine(wanted: Engine | None, services: Services) -> Engine:
    """Return the engine of one command; PhotaError when it is Phota and there is no key."""
    finding = await services.session.start(wanted)
    engine = services.session.engine
    if engine is Engine.PHOTA and finding.key is None:
        raise PhotaError(
            ErrorKind.KEY_REJECTED,
            finding.message or "There is no API key.",
            hint="`phota-desktop key set` stores one; `--engine local` needs none.",
        )
    if wanted is None and finding.key is None and _is_out_of_reach(finding):
        # Somebody who has a key wants Phota: the local engine is no silent stand-in for it.
        raise PhotaError(
            ErrorKind.NO_KEYRING,
            finding.message,
            hint="`--engine local` works without a key.",
        )
    services.session.client(engine)  # a wrong PHOTA_BASE_URL is said once, before the question
    return engine


async def run_asks(
    found: Sequence[Ask], arguments: argparse.Namespace, output: Output, services: Services
) -> Exit:
    """Run requests to their ends, once the person agrees to the price of all together.

    Raises PhotaError NO_CREDIT, before anything is asked or sent, if they could pass the cap.
    """
    engine = await choose_engine(arguments.engine, services)
    exits: list[Exit] = []
    orders = []
    for ask in found:
        try:
            orders.append(_Order(ask, _folder_for(ask.request, arguments.out)))
        except PhotaError as error:
            exits.append(_refused(ask, error, output))
    table = prices_in_force(engine, services)
    prices = [estimate(order.ask.request, table) for order in orders]
    if engine is Engine.PHOTA and prices:
        await stay_below_cap(services, prices)
    refusal = may_spend(prices, arguments.max_cost, yes=arguments.yes, output=output)
    if refusal is not None:
        return worst([*exits, refusal])
    return worst([*exits, *await _Batch(orders, engine, output, services).run()])


def prices_in_force(engine: Engine, services: Services) -> PriceTable:
    """Return what an engine's work costs: published prices, under the person's own ones."""
    return FREE if engine is Engine.LOCAL else services.prices()


def _is_out_of_reach(finding: KeyFinding) -> bool:
    """Tell whether there is most likely a key, only that it cannot be had or used."""
    locked = finding.state in (KeyState.LOCKED, KeyState.DENIED, KeyState.WAITING)
    return locked or finding.source == ENVIRONMENT


@dataclass(frozen=True)
class _Order:
    """One job to be, and the folder for its results."""

    ask: Ask
    folder: Path


class _Batch:
    """Records all orders of one command and shows each job once, however it or all of it ends."""

    def __init__(
        self, orders: Sequence[_Order], engine: Engine, output: Output, services: Services
    ) -> None:
        self._orders = orders
        self._engine = engine
        self._output = output
        self._services = services
        self._open: dict[str, Ask] = {}
        self._begun = 0
        self._ended = 0

    async def run(self) -> list[Exit]:
        """Return an exit code for each order."""
        queue = self._services.queue
        unsubscribe = [
            queue.progress.subscribe(lambda progress: self._show(progress.phase)),
            queue.held.subscribe(lambda hold: self._output.error(hold.error)),
        ]
        self._show("preparing")
        exits: list[Exit] = []
        running: list[asyncio.Task[Exit]] = []
        try:
            for order in self._orders:
                try:
                    job = await self._record(order)
                except PhotaError as error:
                    exits.append(_refused(order.ask, error, self._output))
                    self._ended += 1
                    continue
                finish = self._finish(job.id)
                running.append(self._services.tasks.spawn(finish, name=f"report {job.id[:8]}"))
            return [*exits, *await asyncio.gather(*running)]
        except asyncio.CancelledError:
            for job_id in tuple(self._open):
                self._report(job_id)
            rest = len(self._orders) - self._begun - len(exits)
            if rest:
                self._output.complain(f"{rest} of {len(self._orders)} jobs were not begun.")
            raise
        finally:
            for stop in unsubscribe:
                stop()
            self._output.clear_bar()

    async def _record(self, order: _Order) -> Job:
        """Record one order; a stop waits for its row, so that it is known what was begun."""
        recording = self._services.tasks.spawn(self._submit(order), name="record")
        try:
            await asyncio.wait([recording])
        except asyncio.CancelledError:
            await asyncio.wait([recording])
            raise
        recorded = await recording
        if isinstance(recorded, PhotaError):
            raise recorded
        return recorded

    async def _submit(self, order: _Order) -> Job | PhotaError:
        try:
            job = await self._services.queue.submit(
                order.ask.request,
                engine=self._engine,
                out_dir=order.folder,
                daily_cap=self._services.settings.daily_cap,
            )
        except PhotaError as error:
            return error
        self._begun += 1
        self._open[job.id] = order.ask
        await self._remember(order.ask.request)
        return job

    async def _remember(self, request: StudioRequest) -> None:
        """Note the prompt for the window's history; a job goes on without that."""
        photos = [str(image.absolute()) for image in request.images if isinstance(image, Path)]
        try:
            await self._services.prompts.add(request.prompt, request.operation, photos)
        except PhotaError as error:
            _log.warning("a prompt was not noted: %s", error.kind)

    async def _finish(self, job_id: str) -> Exit:
        job = await self._services.queue.wait(job_id)
        self._report(job_id)
        self._show("done")
        return of_job(job)

    def _report(self, job_id: str) -> None:
        ask = self._open.pop(job_id, None)
        job = self._services.queue.job(job_id)
        if ask is not None and job is not None:
            self._ended += 1
            report(job, ask.source, self._output)

    def _show(self, phase: str) -> None:
        self._output.bar(self._ended, len(self._orders), phase)


def _refused(ask: Ask, error: PhotaError, output: Output) -> Exit:
    """Tell of a request that never became a job."""
    output.error(error, ask.source or "")
    if output.as_json:
        output.record(failure_object(ask.source, str(ask.request.operation), error))
    return of_kind(error.kind)


def _folder_for(request: StudioRequest, chosen: Path | None) -> Path:
    """Return where results go: the chosen folder, else the photo's own, else the present one.

    Raises PhotaError(DISK) when it cannot be written: better before money is spent.
    """
    first = request.images[0] if request.images else None
    folder = chosen or (first.parent if isinstance(first, Path) else Path())
    make_folder(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PhotaError(
            ErrorKind.DISK,
            f"The folder {show_path(folder.absolute())} cannot be written.",
            hint="Choose another one with --out.",
        )
    return folder.absolute()


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
