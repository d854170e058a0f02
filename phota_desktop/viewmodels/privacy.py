"""One person's privacy panel: what was sent, the report as a file, and deleting everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.person_report import PersonReport
from phota_desktop.viewmodels.privacy_rows import PhotoTable, RequestTable
from phota_desktop.viewmodels.privacy_words import STEPS
from phota_desktop.viewmodels.steps import StepRow
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.core.events import Event
    from phota_desktop.services.erasing import Eraser, ErasingStep, Place
    from phota_desktop.services.privacy import Privacy, Subject
    from phota_desktop.services.tasks import Tasks

_MORE = "read more of what was sent"
_AGAIN = 400
"""Milliseconds after a change until the record is read again."""
_MARKS = {"todo": "todo", "doing": "doing", "done": "good", "failed": "bad", "kept": "warn"}


class PrivacyViewModel(QObject):
    """Shows one person at a time; reads again when something of the record changes."""

    changed = Signal()
    told = Signal(str, bool)
    """What came of reading or exporting: plain words, and whether it is good news."""
    erasing_changed = Signal()
    erased = Signal(str, str)
    """Everything is deleted: the profile id and the tag that were shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.photos = PhotoTable(self)
        self.requests = RequestTable(self)
        self.report: PersonReport | None = None
        self.plan: tuple[Place, ...] = ()
        self.is_erasing = False
        self._next: int | None = None
        self._steps: dict[Place, ErasingStep] = {}
        self._subject: Subject | None = None
        self._privacy: Privacy | None = None
        self._eraser: Eraser | None = None
        self._tasks: Tasks | None = None
        self._leave: list[Callable[[], None]] = []
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN)
        self._again.timeout.connect(self.refresh)
        self.requests.more_asked.connect(self._ask_more)

    def attach(
        self,
        privacy: Privacy,
        eraser: Eraser,
        tasks: Tasks,
        *changes: Event[Any],  # what they carry does not matter here
    ) -> None:
        """Take over the services; ``changes`` are events after which the record may be another."""
        self._privacy, self._eraser, self._tasks = privacy, eraser, tasks
        self._leave = [change.subscribe(self._on_change) for change in changes]

    def detach(self) -> None:
        """Stop listening, before the services close."""
        for leave in self._leave:
            leave()
        self._leave = []
        self._again.stop()
        self._privacy = self._eraser = self._tasks = None

    def open(self, profile_id: str, tag: str = "") -> None:
        """Show this profile, or the training of that tag, which has none yet."""
        from phota_desktop.services.privacy import Subject

        subject = Subject(profile_id, tag)
        if subject != self._subject:
            self._subject, self.report, self.plan, self._steps = subject, None, (), {}
            self.photos.show(())
            self.requests.show((), has_more=False)
            self.changed.emit()
        self.refresh()

    def close(self) -> None:
        """Show nobody any more; what is being deleted goes on."""
        self._again.stop()
        self._subject = self.report = None

    def refresh(self) -> None:
        """Read the record anew."""
        if self._tasks is not None and self._subject is not None and not self.is_erasing:
            work = self._read(self._subject)
            self._tasks.spawn(work, name="read what was sent", replace=True)

    def export(self, target: Path) -> None:
        """Write the whole report; a taken name becomes the next free one."""
        if self._tasks is not None and self._subject is not None:
            self._tasks.spawn(self._export(self._subject, target), name="export what was sent")

    def erase(self) -> None:
        """Delete everywhere, or what is left of it after a failure."""
        if self._tasks is not None and self._subject is not None and not self.is_erasing:
            self.is_erasing = True
            self._tasks.spawn(self._erase(self._subject), name="delete a person everywhere")

    @property
    def name(self) -> str:
        """What the person calls whom it shows, harmless to show."""
        return plain(self.report.name, 80) if self.report is not None else ""

    def step_rows(self) -> tuple[StepRow, ...]:
        """Return the steps of deleting as they stand."""
        return tuple(
            StepRow(STEPS[place.value], _MARKS[step.state.value], plain(step.words, 300))
            for place, step in self._steps.items()
        )

    @property
    def is_erased(self) -> bool:
        """Tell whether every step is done."""
        return bool(self._steps) and all(s.state.value == "done" for s in self._steps.values())

    # -- work ---------------------------------------------------------------------------

    def _on_change(self, _what: object) -> None:
        if self._subject is not None:
            self._again.start()

    def _ask_more(self) -> None:
        if self._tasks is not None:
            self._tasks.spawn(self._more(), name=_MORE, replace=True)

    async def _read(self, subject: Subject) -> None:
        if self._privacy is None or self._eraser is None:
            return
        try:
            report = await self._privacy.report(subject)
            plan = await self._eraser.plan(subject)
        except PhotaError as error:
            self.told.emit(plain(error.message), False)
            return
        if subject != self._subject:
            return
        before, self.report, self.plan = self.report, report, plan
        if before is None or before.trainings != report.trainings:
            photos = [photo for one in report.trainings for photo in one.photos]
            self.photos.show(sorted(photos, key=lambda photo: not photo.is_left))
        if before is None or before.requests != report.requests:  # else keep the place
            if self._tasks is not None:
                self._tasks.cancel(_MORE)
            self.requests.show(report.requests, has_more=report.next_before is not None)
            self._next = report.next_before
        self.changed.emit()

    async def _more(self) -> None:
        report = self.report
        if self._privacy is None or report is None:
            return
        try:
            page = await self._privacy.page(report.profile_id, self._next)
        except PhotaError as error:
            self.told.emit(plain(error.message), False)
            return
        if self.report is None or report.profile_id != self.report.profile_id:
            return  # another person is shown meanwhile
        self._next = page.before
        self.requests.add(page.requests, has_more=page.before is not None)

    async def _export(self, subject: Subject, target: Path) -> None:
        if self._privacy is None:
            return
        try:
            path = await self._privacy.write(target, subject)
        except PhotaError as error:
            self.told.emit(plain(f"{error.message} {error.hint}".strip()), False)
        else:
            self.told.emit(f"Saved as {plain(path.name, 120)}.", True)

    async def _erase(self, subject: Subject) -> None:
        from phota_desktop.services.erasing import ErasingStep, StepState

        def take(step: ErasingStep) -> None:
            if subject == self._subject:
                self._steps[step.place] = step
                self.erasing_changed.emit()

        try:
            if self._eraser is None:
                return
            left = [p for p, step in self._steps.items() if step.state is not StepState.DONE]
            places = tuple(left) if self._steps else await self._eraser.plan(subject)
            self._steps |= {place: ErasingStep(place) for place in places}
            self.erasing_changed.emit()
            await self._eraser.delete_everywhere(subject, take, places)
        except PhotaError as error:
            self.told.emit(plain(f"{error.message} {error.hint}".strip()), False)
        finally:
            self.is_erasing = False
            self.erasing_changed.emit()
        if subject == self._subject and self.is_erased:
            self.erased.emit(subject.profile_id, subject.tag)
        else:
            self.refresh()
