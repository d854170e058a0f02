"""The export as the window sees it: settings, names to come, and the work itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.exporting import ExportSettings
from phota_desktop.core.file_names import template_problems
from phota_desktop.viewmodels import export_words
from phota_desktop.viewmodels.export_estimate import Estimator
from phota_desktop.viewmodels.export_presets import Presets
from phota_desktop.viewmodels.export_subjects import (
    Chosen,
    Subject,
    find_subjects,
    subjects_at_hand,
)
from phota_desktop.viewmodels.notices import Notice, NoticeAction, NoticesViewModel, Tone
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.export import Exporter, ExportReport


PREVIEWED = 100
"""Pictures that are named before an export, so that the first names are those to come."""


class ExportState(StrEnum):
    """Where an export is."""

    CHOOSING = "choosing"
    RUNNING = "running"
    ENDED = "ended"


class ExportViewModel(QObject):
    """One export at a time: what is chosen, how it is written, and what became of it."""

    changed = Signal()
    """Settings or pictures are others than before."""
    state_changed = Signal()
    """An export began, went on or ended."""
    went_well = Signal()
    """An export ended and there is nothing to tell but that all is saved."""

    def __init__(self, notices: NoticesViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.subjects: tuple[Subject, ...] = ()
        self.settings = ExportSettings()
        self.state = ExportState.CHOOSING
        self.done = self.total = 0
        self.presets = Presets(notices, self)
        self.estimator = Estimator(self)
        self._notices = notices
        self._services: Services | None = None
        self._exporter: Exporter | None = None
        self._report: ExportReport | None = None
        self._cancelled = threading.Event()
        self._has_settings = self._was_read = False
        self._is_known = self._is_eager = self._is_dated = False
        self._wanted: tuple[Chosen, ...] = ()
        self._beside: list[Path] | None = None
        self._places: frozenset[Path] | None = None

    def attach(self, services: Services) -> None:
        """Take over the services."""
        from phota_desktop.services.export import Exporter

        self._services = services
        self._exporter = Exporter(services.folders, lambda: services.settings.out_dir)
        self.presets.attach(services)
        self.estimator.attach(services)
        services.tasks.spawn(self._read_settings(), name="read export settings")

    def detach(self) -> None:
        """Let the services go before they close; what runs leaves whole files only."""
        self._cancelled.set()
        self.estimator.detach()
        self.presets.detach()
        self._services = self._exporter = None

    # -- what is exported, and how ----------------------------------------------------------

    def choose(self, chosen: Sequence[Chosen], *, at_once: bool = False) -> None:
        """Take pictures to export; with ``at_once`` it begins, with the settings used last."""
        if self._services is None or not chosen:
            return
        if self.is_running:
            if at_once:
                self._notices.show(Notice("Another export is at work; this one was not begun."))
            return
        # What memory knows is shown at once; the rest comes before anything is written.
        self._wanted = tuple(chosen)
        self._take(tuple(subjects_at_hand(self._services, chosen)))
        self._is_eager, self._report = at_once, None
        self._set_state(ExportState.CHOOSING)
        self._look_up()

    def _take(self, subjects: tuple[Subject, ...]) -> None:
        self.subjects, self._beside, self._places = subjects, None, None
        self.changed.emit()

    def _look_up(self) -> None:
        if self._services is not None:
            self._is_known = False
            self._services.tasks.spawn(
                self._choose(self._services), name="choose for export", replace=True
            )

    async def _choose(self, services: Services) -> None:
        await self._read_settings()
        self._is_dated = self._needs_dates
        subjects = await find_subjects(services, self._wanted, with_dates=self._is_dated)
        self._is_known = True
        self._take(subjects)
        if not self._is_eager:
            self._estimate()
        elif self.can_begin:
            self.begin()
        else:
            words = " ".join([self.name_problem, *self.other_problems]).strip()
            self._notices.show(Notice(words, Tone.WARN, hint="Open Export… to mend it."))

    async def _read_settings(self) -> None:
        if self._was_read:
            return
        settings, self._was_read = await self.presets.read(), True
        if not self._has_settings:  # or a person was quicker
            self.settings, self._has_settings = settings, True
            self.changed.emit()

    def set_settings(self, settings: ExportSettings) -> None:
        """Export in this way."""
        self._has_settings = True
        if settings != self.settings:
            self.settings = settings
            self.changed.emit()
            if self._needs_dates and not self._is_dated:
                self._look_up()
            else:
                self._estimate()

    @property
    def _needs_dates(self) -> bool:
        return "{original_date" in self.settings.name_template

    @property
    def names(self) -> list[str]:
        """The names of the first files to come, with a number where one is taken on the disk."""
        free = self.estimator.free
        return [free.get(path, path.name) for path in self._planned]

    @property
    def _planned(self) -> list[Path]:
        """The first files to come: to name thousands at each key press would hold it up."""
        first, folders = self.subjects[:PREVIEWED], self._folders
        names = export_words.names_of(first, self.settings, folders[:PREVIEWED])
        return [folder / name for name, folder in zip(names, folders, strict=False)]

    @property
    def folder(self) -> str:
        """Where the pictures go, in words."""
        chosen = self.settings.folder
        if chosen is None and self._places is None:
            self._places = frozenset(self._folders)
        folders = frozenset((chosen,)) if chosen is not None else self._places or frozenset()
        if len(folders) <= 1:
            return plain(str(next(iter(folders), "")), 400)
        return f"In {len(folders)} folders, each picture next to its original"

    @property
    def _folders(self) -> list[Path]:
        chosen = self.settings.folder
        if chosen is not None or self._exporter is None:
            return [chosen or Path()] * len(self.subjects)
        if self._beside is None:
            self._beside = [self._exporter.folder_for(one.item) for one in self.subjects]
        return self._beside

    @property
    def name_problem(self) -> str:
        """What is wrong with the name's template; empty where nothing is."""
        return next((one.message for one in template_problems(self.settings.name_template)), "")

    @property
    def other_problems(self) -> list[str]:
        """What else is wrong with the settings."""
        found = self.settings.problems()
        return [one.message for one in found if one.field != "name_template"]

    @property
    def can_begin(self) -> bool:
        """Whether pictures can be exported in this way."""
        return bool(self.subjects) and not self.name_problem and not self.other_problems

    def _estimate(self) -> None:
        if self._is_known and self.state is ExportState.CHOOSING and self.can_begin:
            first = self._planned[: export_words.SHOWN_NAMES]
            self.estimator.ask(self.subjects, self.settings, first)
        else:
            self.estimator.stop()

    # -- the work -----------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether pictures are being written."""
        return self.state is ExportState.RUNNING

    def begin(self) -> None:
        """Export what is chosen in the way that is set."""
        if not self._is_known:
            self._is_eager = True  # as soon as all is known of the pictures
        elif self.can_begin and not self.is_running:
            self._report = None
            self.presets.remember(self.settings)
            self._start(len(self.subjects))

    def retry(self) -> None:
        """Export what failed or was left once more, and nothing else."""
        if self._report is not None and self.can_retry:
            self._start(len(self._report.outcomes) - len(self._report.saved))

    def cancel(self) -> None:
        """Stop; what is whole stays, nothing half-written does."""
        self._cancelled.set()

    def back(self) -> None:
        """Go back from the report to the settings."""
        if not self.is_running:
            self._report, self._is_eager = None, False
            self._set_state(ExportState.CHOOSING)

    def _start(self, total: int) -> None:
        if self._services is None or self._exporter is None:
            return
        self.estimator.stop()
        self._cancelled = threading.Event()
        self.done, self.total = 0, total
        self._set_state(ExportState.RUNNING)
        work = self._run(self._exporter, self._report, self._cancelled)
        self._services.tasks.spawn(work, name="export")

    async def _run(
        self, exporter: Exporter, before: ExportReport | None, cancelled: threading.Event
    ) -> None:
        from phota_desktop.core.errors import PhotaError

        settings = self.settings
        try:
            if before is None:
                items = [one.item for one in self.subjects]
                report = await exporter.run(
                    items, settings, progress=self._on_progress, cancelled=cancelled.is_set
                )
            else:
                report = await exporter.again(
                    before, settings, progress=self._on_progress, cancelled=cancelled.is_set
                )
        except PhotaError as error:
            self._set_state(ExportState.CHOOSING)
            self._notices.show_error(error, subject="Export")
            return
        except BaseException:
            self._set_state(ExportState.CHOOSING)  # the program ends, or a bug that is told of
            raise
        self._report = report
        self._set_state(ExportState.ENDED)
        self._tell(report)

    def _on_progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self.state_changed.emit()

    def _tell(self, report: ExportReport) -> None:
        """Say in one notice what became of it, with a way to the files."""
        is_well = not (report.failed or report.left or report.warnings)
        if report.saved:
            self._notices.show(
                Notice(
                    self.words,
                    Tone.GOOD if is_well else Tone.WARN,
                    NoticeAction.SHOW_FILE,
                    "Show in folder",
                    hint="" if is_well else export_words.hint_words(report),
                    path=report.paths[0],
                )
            )
        else:
            hint = export_words.hint_words(report)
            tone = Tone.BAD if report.failed else Tone.INFO
            self._notices.show(Notice(self.words, tone, hint=hint))
        if is_well:
            self.went_well.emit()

    def _set_state(self, state: ExportState) -> None:
        self.state = state
        self.state_changed.emit()

    # -- what is said about it ----------------------------------------------------------------

    @property
    def words(self) -> str:
        """How far it is, or what became of it."""
        if self._report is not None and not self.is_running:
            return export_words.saved_words(self._report)
        return f"{self.done} of {self.total} exported"

    @property
    def lines(self) -> list[export_words.ReportLine]:
        """What failed and why, then what to know of the others."""
        return export_words.report_lines(self._report) if self._report is not None else []

    @property
    def saved(self) -> tuple[Path, ...]:
        """The files that were written."""
        return self._report.paths if self._report is not None else ()

    @property
    def retry_words(self) -> str:
        """What trying once more does: what failed, what was left, or both."""
        report = self._report
        if report is None or not report.left:
            return "Retry failed only"
        return "Export the others" if report.failed else "Export the rest"

    @property
    def can_retry(self) -> bool:
        """Whether something failed, or was left when it was cancelled."""
        report = self._report
        return not self.is_running and report is not None and bool(report.failed or report.left)
