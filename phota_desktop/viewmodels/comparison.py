"""Which pictures are on the canvas and how; no pixels and no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

MOST_SURVEYED = 6
"""So many pictures a survey shows at most (design.md)."""


class View(StrEnum):
    """The ways of the canvas to show pictures."""

    SINGLE = "single"
    SWIPE = "swipe"
    SIDE = "side"
    SURVEY = "survey"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Shown:
    """A picture by its path, with the words of its label."""

    path: str
    label: str = ""


Pair = tuple[str, str]
"""The paths of a reference and of what is compared with it."""


class Comparison(QObject):
    """What a person wants to see: a photo, a variant of it, a reference, a selection, a view.

    ``changed`` is emitted once for each change of any of them, and never without one.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._original: Shown | None = None
        self._variant: Shown | None = None
        self._pinned: Shown | None = None
        self._selection: tuple[Shown, ...] = ()
        self._view = View.SINGLE
        self._showing_original = False
        self._flicking = False
        self._flicked = False

    @property
    def original(self) -> Shown | None:
        """The photo."""
        return self._original

    @property
    def variant(self) -> Shown | None:
        """The chosen variant of the photo, if one is chosen."""
        return self._variant

    @property
    def pinned(self) -> Shown | None:
        """The picture that stands in for the original as reference, if one is pinned."""
        return self._pinned

    @property
    def selection(self) -> tuple[Shown, ...]:
        """The pictures chosen for a survey, at most ``MOST_SURVEYED``."""
        return self._selection

    @property
    def view(self) -> View:
        """The chosen view; one picture is always shown alone (``shown_view``)."""
        return self._view

    @property
    def showing_original(self) -> bool:
        """Whether the original stands in for all that the view would show."""
        return self._showing_original

    @property
    def flicked(self) -> bool:
        """Whether the reference is shown in place of the variant."""
        return self._flicked

    @property
    def reference(self) -> Shown | None:
        """What everything is compared with: the pinned picture, else the original."""
        return self._pinned or self._original

    @property
    def subject(self) -> Shown | None:
        """What is looked at: the variant, else the photo itself."""
        return self._variant or self._original

    @property
    def shown_view(self) -> View:
        """The view in which ``slots`` are shown."""
        return self._view if len(self.slots()) > 1 else View.SINGLE

    def slots(self) -> tuple[Shown, ...]:
        """Return the pictures that the view needs, the one whose scale is spoken of last."""
        subject, original = self.subject, self._original
        if subject is None or original is None:
            return ()
        if self._showing_original:
            return (original,)
        two = self._two()
        if self._view is View.SURVEY:
            surveyed = self._selection if len(self._selection) > 1 else self._with_reference()
            return tuple(self._marked(shown) for shown in surveyed)
        if len(two) < 2 or self._view is not View.SINGLE:
            return two
        return two[:1] if self._flicked else two[1:]

    def pairs(self) -> tuple[Pair, ...]:
        """Return which pictures are compared; the newest wish, the leader's pair, last.

        One shown alone is compared from the first flick on.
        """
        if self._showing_original:
            return ()
        slots = self.slots()
        if self._view is View.SINGLE:
            slots = self._two() if self._flicking else ()
        if len(slots) < 2:
            return ()
        paths = [shown.path for shown in slots]
        reference = self.reference
        base = reference.path if reference is not None and reference.path in paths else paths[0]
        return tuple((base, path) for path in paths if path != base)

    def set_pair(self, original: Shown | None, variant: Shown | None) -> None:
        """Choose a photo and, where there is one, a variant of it; ``None`` shows nothing.

        Another photo ends a selection, a look at the original and flicking; a pin stays.
        """
        before = self._state()
        other = _path(original) != _path(self._original)
        if other or variant is None:
            self._showing_original = False
        if other or _path(variant) != _path(self._variant):
            self._flicking = self._flicked = False
        if other:
            self._selection = ()
        if original is None:
            self._pinned = None
        self._original, self._variant = original, variant if original is not None else None
        self._tell(before)

    def set_selection(self, selection: Sequence[Shown]) -> None:
        """Choose the pictures of a survey: each once, the first six."""
        before = self._state()
        once: dict[str, Shown] = {}
        for shown in selection:
            once.setdefault(shown.path, shown)
        self._selection = tuple(once.values())[:MOST_SURVEYED]
        self._tell(before)

    def pin(self, shown: Shown | None) -> None:
        """Let a picture be what everything is compared with; ``None`` gives that back."""
        before = self._state()
        self._pinned = shown if self._original is not None else None
        self._flicking = self._flicked = False
        self._tell(before)

    def set_view(self, view: View) -> None:
        """Choose a view."""
        before = self._state()
        if view is not self._view:
            self._view = view
            self._flicking = self._flicked = False
        self._tell(before)

    def set_showing_original(self, shown: bool) -> None:
        """Let the original stand in for all that the view shows."""
        before = self._state()
        self._showing_original = shown
        self._tell(before)

    def flick(self) -> None:
        """Swap variant and reference in place, where a picture is shown alone."""
        before = self._state()
        if self._view is View.SINGLE and len(self._two()) == 2 and not self._showing_original:
            self._flicking, self._flicked = True, not self._flicked
        self._tell(before)

    def _two(self) -> tuple[Shown, ...]:
        """Return reference and subject, or the one that is both."""
        reference, subject = self.reference, self.subject
        if reference is None or subject is None:
            return ()
        if reference.path == subject.path:
            return (self._marked(subject),)
        return (self._marked(reference), subject)

    def _with_reference(self) -> tuple[Shown, ...]:
        """Return what a survey shows when less than two are selected."""
        two = self._two()
        return two + tuple(one for one in self._selection if one.path not in map(_path, two))

    def _marked(self, shown: Shown) -> Shown:
        if self._pinned is None or shown.path != self._pinned.path:
            return shown
        return replace(shown, label=" · ".join(part for part in (shown.label, "pinned") if part))

    def _state(self) -> tuple[object, ...]:
        return (
            self._original,
            self._variant,
            self._pinned,
            self._selection,
            self._view,
            self._showing_original,
            self._flicking,
            self._flicked,
        )

    def _tell(self, before: tuple[object, ...]) -> None:
        if self._state() != before:
            self.changed.emit()


def _path(shown: Shown | None) -> str | None:
    return shown.path if shown is not None else None
