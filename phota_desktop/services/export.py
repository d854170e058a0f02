"""Many pictures exported at once: each on its own, so that one bad file never stops the rest."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.exporting import ExportSettings
from phota_desktop.core.file_names import NameTokens, distinct, expand
from phota_desktop.core.library import Marks
from phota_desktop.core.provenance import Provenance
from phota_desktop.resources import resource
from phota_desktop.services.niceness import be_nice
from phota_desktop.store.paths import AppFolders

if TYPE_CHECKING:
    from phota_desktop.imaging.export import Exported

MOST_WORKERS = 4
"""Each takes up to three rasters, some 400 MB at 45 megapixels."""


Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ExportItem:
    """One picture to export, with what its name and metadata speak of.

    ``original`` is the photo a result was made from, None for a photo itself. The counter of
    ``tokens`` is set by the place in the batch.
    """

    picture: Path
    original: Path | None = None
    provenance: Provenance | None = None
    tokens: NameTokens = field(default_factory=NameTokens)
    marks: Marks | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one picture: ``exported``, or ``error``; neither where it was not begun."""

    item: ExportItem
    folder: Path
    name: str
    exported: Exported | None = None
    error: PhotaError | None = None

    @property
    def failed(self) -> bool:
        """Whether it was tried in vain; what was cancelled was not."""
        return self.error is not None


@dataclass(frozen=True)
class ExportReport:
    """What became of all pictures, in their order."""

    outcomes: tuple[Outcome, ...] = ()

    @property
    def saved(self) -> tuple[Outcome, ...]:
        """Those that are written."""
        return tuple(one for one in self.outcomes if one.exported is not None)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that could not be written, each with its error."""
        return tuple(one for one in self.outcomes if one.failed)

    @property
    def left(self) -> tuple[Outcome, ...]:
        """Those that were not begun, or given up, because a person cancelled."""
        return tuple(one for one in self.outcomes if one.exported is None and not one.failed)

    @property
    def warnings(self) -> tuple[tuple[str, int], ...]:
        """Sentences about what could not be carried, each with the number of pictures."""
        said: Counter[str] = Counter()
        for one in self.saved:
            said.update(one.exported.warnings if one.exported else ())
        return tuple(said.items())

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that are written."""
        return tuple(one.exported.path for one in self.saved if one.exported)


class Exporter:
    """Exports in a few threads of low priority; the window and other exports go on meanwhile."""

    def __init__(
        self,
        folders: AppFolders,
        out_dir: Callable[[], Path | None] = lambda: None,
        *,
        workers: int | None = None,
    ) -> None:
        """``out_dir`` tells where pictures without an original go; None: the results folder."""
        self._folders = folders
        self._out_dir = out_dir
        cores = os.cpu_count() or 2
        self._workers = workers or max(1, min(cores - 1, MOST_WORKERS))

    async def run(
        self,
        items: Sequence[ExportItem],
        settings: ExportSettings,
        *,
        progress: Progress = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ExportReport:
        """Export all; ``progress`` is called in the loop's thread with how many are done of all.

        When ``cancelled`` says so, what is written stays, whole, and the rest is ``left``. Raises
        PhotaError INVALID, naming the field, for settings with problems; nothing else.
        """
        _check(settings)
        planned = await asyncio.to_thread(self.plan, items, settings)
        return await self._all(planned, settings, progress, cancelled)

    async def again(
        self,
        report: ExportReport,
        settings: ExportSettings,
        *,
        progress: Progress = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ExportReport:
        """Try what failed or was left once more, under the same names; the rest stays.

        A folder that ``settings`` name now counts. Returns the report of all.
        """
        _check(settings)
        open_ones = [one for one in report.outcomes if one.exported is None]
        planned = [
            replace(one, folder=settings.folder or one.folder, error=None) for one in open_ones
        ]
        done = iter((await self._all(planned, settings, progress, cancelled)).outcomes)
        return ExportReport(
            tuple(one if one.exported is not None else next(done) for one in report.outcomes)
        )

    def plan(self, items: Sequence[ExportItem], settings: ExportSettings) -> list[Outcome]:
        """Return where each picture goes and under which name; a taken one gets a number later.

        Names of one folder never clash. Reads the head of files whose format stays. Blocking.
        """
        from phota_desktop.imaging.export import extension_of

        places = self._places(items, settings)
        names = [
            expand(
                settings.name_template,
                replace(item.tokens, counter=number),
                extension_of(item.picture, settings),
            )
            for number, item in enumerate(items, 1)
        ]
        for folder in set(places):
            here = [n for n, place in enumerate(places) if place == folder]
            for n, name in zip(here, distinct(names[n] for n in here), strict=True):
                names[n] = name
        return [
            Outcome(item, place, name)
            for item, place, name in zip(items, places, names, strict=True)
        ]

    def folder_for(self, item: ExportItem) -> Path:
        """Return the folder next to the original; the results folder for what is the program's."""
        beside = item.original or item.picture
        private = (
            self._folders.vault,
            self._folders.cache,
            self._folders.home,
            resource("samples"),
        )
        if any(beside.is_relative_to(folder) for folder in private):
            return self._results
        return beside.parent

    @property
    def _results(self) -> Path:
        return self._out_dir() or self._folders.results

    def _places(self, items: Sequence[ExportItem], settings: ExportSettings) -> list[Path]:
        """Return the folders; the results folder for a photo whose own one is gone."""
        if settings.folder is not None:
            return [settings.folder] * len(items)
        found = [self.folder_for(item) for item in items]
        there = {place for place in set(found) if place.is_dir()}
        return [place if place in there else self._results for place in found]

    async def _all(
        self,
        planned: Sequence[Outcome],
        settings: ExportSettings,
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> ExportReport:
        stop = threading.Event()
        done = 0

        def stopped() -> bool:
            return stop.is_set() or cancelled()

        pool = ThreadPoolExecutor(self._workers, "export", initializer=be_nice)
        outcomes = list(planned)
        waiting = iter(enumerate(planned))

        async def work() -> None:
            nonlocal done
            for n, place in waiting:
                if stopped():
                    return
                future = pool.submit(_export, place, settings, self._folders.home, stopped)
                outcomes[n] = await asyncio.wrap_future(future)
                done += 1
                progress(done, len(planned))

        try:
            progress(0, len(planned))
            # A task for each of thousands would hold the window up; one more than there are
            # threads keeps these at work.
            await asyncio.gather(*(work() for _ in range(self._workers + 1)))
            return ExportReport(tuple(outcomes))
        finally:
            # Also when the whole run is cancelled: what is being written ends soon, and whole.
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _export(
    place: Outcome, settings: ExportSettings, home: Path, cancelled: Callable[[], bool]
) -> Outcome:
    """Export one picture; every failure becomes its outcome."""
    from phota_desktop.imaging.export import export_picture

    if cancelled():
        return place
    item = place.item
    try:
        if place.folder == settings.folder or item.original is None:
            place.folder.mkdir(parents=True, exist_ok=True)
        exported = export_picture(
            item.picture,
            place.folder,
            place.name,
            settings,
            original=item.original,
            provenance=item.provenance,
            marks=item.marks,
            people=item.people,
            signing=home,
            cancelled=cancelled,
        )
    except PhotaError as error:
        if error.kind is ErrorKind.CANCELED:
            return place
        return replace(place, error=error)
    except OSError as error:
        words = f"“{place.folder}” cannot be made: {error.strerror or 'unknown reason'}."
        return replace(
            place, error=PhotaError(ErrorKind.DISK, words, hint="Choose another folder.")
        )
    except Exception as error:  # noqa: BLE001 - one odd file must not stop the others
        words = f"“{item.picture.name}” could not be exported ({type(error).__name__})."
        return replace(place, error=PhotaError(ErrorKind.BUG, words))
    if settings.sidecar:
        exported = _with_sidecar(exported, item, settings)
    return replace(place, exported=exported)


def _with_sidecar(exported: Exported, item: ExportItem, settings: ExportSettings) -> Exported:
    """Write the XMP file beside a picture; a failure of it is a warning, the picture is there."""
    from phota_desktop.imaging.sidecar import write_sidecar

    choice = settings.metadata
    try:
        write_sidecar(
            exported.path,
            item.marks or Marks(),
            provenance=item.provenance if choice.provenance else None,
            people=item.people if choice.people else (),
            naming=settings.sidecar_naming,
        )
    except PhotaError as error:
        return replace(exported, warnings=(*exported.warnings, error.message))
    return exported


def _check(settings: ExportSettings) -> None:
    for problem in settings.problems():
        raise PhotaError(ErrorKind.INVALID, problem.message, field=problem.field)
