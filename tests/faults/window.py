"""Runs the real window and does what a person would: ``python -m tests.faults.window DEED …``.

``job PHOTO`` asks for two enhanced pictures, ``wait`` lets an earlier start's jobs end, ``delete``
moves all results to the trash, ``undo`` does so and takes it back, ``export FOLDER`` writes all
results there. Then the window is closed. Standard error tells what went wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any  # the program's own arguments, handed on

if TYPE_CHECKING:
    from phota_desktop.app import Program
    from phota_desktop.services.composition import Services
    from phota_desktop.services.tasks import Failure
    from phota_desktop.store.paths import AppFolders
    from phota_desktop.store.settings import Settings

PATIENCE_S = 30.0
"""Seconds in which everything must have come to its end without a click."""
_STARTED_S = 15.0


class Deeds:
    """What one run of the window is to do."""

    def __init__(self, deed: str, *arguments: str) -> None:
        self.deed = deed
        self.arguments = arguments
        self.services: asyncio.Future[Services] | None = None
        self.said: list[str] = []

    async def do(self, program: Program) -> None:
        """Do it, then close the window."""
        self.services = asyncio.get_running_loop().create_future()
        program.studio.notices.changed.connect(lambda: self._listen(program))
        try:
            services = await asyncio.wait_for(asyncio.shield(self.services), _STARTED_S)
            _arm()
            await getattr(self, f"_{self.deed}")(program, services)
        except TimeoutError:
            self.tell("NO SERVICES")
        except Exception as problem:  # noqa: BLE001 - told to the test
            self.tell(f"{type(problem).__name__}: {problem}")
        finally:
            program.window.close()

    def _listen(self, program: Program) -> None:
        notice = program.studio.notices.current
        if notice is not None:
            self.tell(f"NOTICE {notice.text}")

    def tell(self, words: str) -> None:
        """Say something once."""
        if words not in self.said:
            self.said.append(words)
            sys.stderr.write(words + "\n")

    def on_failure(self, failure: Failure) -> None:
        """Say what failed with a trace; what the disk did not take or give is no mistake."""
        from phota_desktop.core.errors import ErrorKind, PhotaError

        error = failure.error
        if not isinstance(error, PhotaError) or error.kind is not ErrorKind.DISK:
            self.tell(f"FAILED {failure.name}: {_trace(error)}")

    async def _job(self, program: Program, services: Services) -> None:
        studio = program.studio
        await _until(lambda: studio.photo is not None and studio.can_submit)
        studio.form.set_variants(2)
        studio.submit()
        await _until(lambda: studio.submitter.is_free)
        await self._wait(program, services)

    async def _wait(self, _program: Program, services: Services) -> None:
        queue = services.queue
        ended = await _until(
            lambda: all(job.state.is_final or queue.needs_a_word(job.id) for job in queue.jobs())
        )
        if not ended:
            self.tell("STILL OPEN")

    async def _delete(self, _program: Program, services: Services) -> None:
        await services.library.delete(await _results(services))

    async def _undo(self, program: Program, services: Services) -> None:
        await self._delete(program, services)
        await services.library.undo()

    async def _export(self, _program: Program, services: Services) -> None:
        from phota_desktop.core.exporting import ExportSettings
        from phota_desktop.services.export import Exporter, ExportItem

        pictures = [await services.library.picture(key) for key in await _results(services)]
        items = [ExportItem(picture.path) for picture in pictures if picture is not None]
        settings = ExportSettings(folder=Path(self.arguments[0]), sidecar=True)
        report = await Exporter(services.folders).run(items, settings)
        for outcome in report.failed:
            self.tell(f"NOT EXPORTED {outcome.error}")


async def _results(services: Services) -> list[str]:
    from phota_desktop.core.library import LibraryQuery, PictureKind

    found = await services.library.find(LibraryQuery(kinds=frozenset({PictureKind.RESULT})))
    return [picture.key for picture in await services.library.pictures(found.numbers)]


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)).replace("Traceback", "Trace")


def _arm() -> None:
    """Tell the shim, where there is one, that what counts begins."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).phota_shim_arm()


async def _until(condition: object, seconds: float = PATIENCE_S) -> bool:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)
    return True


def main(deed: str, *arguments: str) -> int:
    """Run the window with the deed planted in it."""
    from phota_desktop import app
    from phota_desktop.__main__ import main as program_main
    from phota_desktop.services import composition

    deeds = Deeds(deed, *arguments)
    real_live, real_start, real_open = app._live, app._start, composition.open_services

    async def live(
        program: Program, folders: AppFolders, settings: Settings, paths: list[Path]
    ) -> None:
        doing = asyncio.create_task(deeds.do(program), name="deeds of the test")
        await asyncio.sleep(0)
        await real_live(program, folders, settings, paths)
        await doing

    async def start(program: Program, services: Services, paths: list[Path]) -> None:
        await real_start(program, services, paths)
        assert deeds.services is not None
        deeds.services.set_result(services)

    async def opened(*arguments: Any, **named: Any) -> Services:
        services = await real_open(*arguments, **named)
        # The log is no help on a full disk.
        services.tasks.failed.subscribe(deeds.on_failure)
        return services

    app._live, app._start = live, start
    composition.open_services = opened
    return program_main(list(arguments) if deed == "job" else [])


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
