"""What the keys of marking do, wherever pictures are chosen: strip, canvas, list, library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from phota_desktop.core.library import MAX_STARS, Flag, Label
from phota_desktop.ui.command_table import going_on
from phota_desktop.viewmodels.marks import Subject
from phota_desktop.viewmodels.variants import Entry, EntryKind

if TYPE_CHECKING:
    from phota_desktop.ui.main_window import MainWindow

_ADVANCES = "Advances after rating"
FLAGS = {"pick": Flag.PICK, "reject": Flag.REJECT, "unflag": Flag.NONE}


class MarkTarget(Protocol):
    """A view whose pictures can be marked."""

    def targets(self) -> Sequence[Subject]:
        """Return what is chosen there now: keys of the library, or files."""

    def advance(self) -> None:
        """Go on to the next picture."""


class StudioTarget:
    """The strip and the canvas: what is selected, else what is looked at."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def targets(self) -> list[Subject]:
        """Return the selected places of the strip, or the one that the canvas shows."""
        window, studio = self._window, self._window.studio
        chosen = window.strip_panel.strip.selected_entries()
        if len(chosen) < 2:
            entry = studio.entry
            if window.canvas.showing_original:  # it is what is looked at
                entry = studio.strip.entry("original")
            chosen = [entry] if entry is not None and entry.can_show else []
        return [subject for entry in chosen if (subject := subject_of(entry)) is not None]

    def advance(self) -> None:
        """Show the next place, after the last one the next photo; a selection stays."""
        if len(self._window.strip_panel.strip.selected_entries()) < 2:
            self._window.studio.step_on()


def subject_of(entry: Entry) -> Subject | None:
    """Return what a place of the strip is in the library: a result by its key, else a file."""
    if entry.kind is EntryKind.RESULT and entry.group != "sample":
        return entry.key
    return entry.path


class MarkCommands(QObject):
    """The verbs of marking; they ask the active view what is meant, at the press of the key."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._marks = window.studio.marks
        self._studio_target = StudioTarget(window)
        self._target: MarkTarget = self._studio_target
        if self.advances:
            self._show_mode()
        self._marks.announced.connect(self._announce)
        self._marks.changed.connect(self._tell_canvas)

    @property
    def advances(self) -> bool:
        """Whether each mark goes on to the next picture."""
        return self._window.settings.value.advance

    def _tell_canvas(self) -> None:
        studio = self._window.studio
        self._window.canvas.tell_thoughts(lambda path: studio.words_of(Path(path)))

    def set_target(self, target: MarkTarget | None) -> None:
        """Mark what is chosen in that view from now on; None is strip and canvas."""
        self._target = target or self._studio_target

    def targets(self) -> list[Subject]:
        """Return what a mark would go to now."""
        return list(self._target.targets())

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the key table does."""
        made: dict[str, Callable[[], object]] = {
            "trash": self.trash,
            "undo": self.undo,
            "redo": self.redo,
            "advance": self.toggle_advance,
        }
        steps: dict[str, Callable[[bool], object]] = {
            **{f"stars_{n}": partial(self._mark, stars=n) for n in range(MAX_STARS + 1)},
            **{name: partial(self._mark, flag=flag) for name, flag in FLAGS.items()},
            **{
                f"label_{label.value}": partial(self._mark, label=label)
                for label in Label
                if label is not Label.NONE
            },
        }
        for name, step in steps.items():
            made[name] = partial(step, False)
            made[going_on(name)] = partial(step, True)
        return made

    def _mark(
        self,
        goes_on: bool,
        *,
        stars: int | None = None,
        flag: Flag | None = None,
        label: Label | None = None,
    ) -> None:
        # Asked now, whatever is shown when the mark is written.
        self._marks.mark(self._target.targets(), stars=stars, flag=flag, label=label)
        if goes_on or self.advances:
            self._target.advance()

    def trash(self) -> None:
        """Move what is chosen to the system trash."""
        self._marks.trash(self._target.targets())

    def undo(self) -> None:
        """Take the last mark or delete back."""
        self._marks.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self._marks.redo()

    def toggle_advance(self) -> None:
        """Go on after each mark, or stay."""
        self._window.settings.change(advance=not self.advances)
        self._show_mode()
        self._window.studio.say(_ADVANCES if self.advances else "Stays after rating")

    def _show_mode(self) -> None:
        self._window.status.show_mode(_ADVANCES if self.advances else "")

    def _announce(self, words: str) -> None:
        """Tell screen readers, which do not look at the foot of the window."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._window, words))
