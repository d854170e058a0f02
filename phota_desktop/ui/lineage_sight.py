"""Where a large drawing is seen: zoom, scroll bars, and the way between its pixels and ours."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

MARGIN = 32
_LEAST, _MOST = 0.1, 2.0
_FIRST_LEAST, _FIRST_MOST = 0.7, 1.35
"""How small and how large a whole drawing is shown at first: readable, and not much enlarged."""
_FIRST_PART = 0.85
"""At this size a drawing is shown that does not fit."""
_LINE = 40


class Sight(QAbstractScrollArea):
    """A view of ``bounds``, which a subclass sets, in the drawing's own pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setCornerWidget(QWidget(self))  # the style's own has a frame
        self.bounds = QRectF()
        self._zoom = 1.0

    @property
    def zoom(self) -> float:
        """1 is 100 %."""
        return self._zoom

    def fit(self) -> None:
        """Show all of it, however small."""
        self.set_zoom(self._whole())

    def fit_readably(self) -> None:
        """Show all of it if it can be read then, else a part."""
        fitting = self._fitting()
        self.set_zoom(_FIRST_PART if fitting < _FIRST_LEAST else min(_FIRST_MOST, fitting))

    @property
    def is_fitted(self) -> bool:
        """Whether all of it is shown."""
        return abs(self._zoom - self._whole()) < 0.01

    def set_zoom(self, zoom: float, around: QPointF | None = None) -> None:
        """Zoom; what is at ``around`` (the middle, unless said) stays there."""
        at = around or QPointF(self.viewport().rect().center())
        fixed = self.to_drawing(at)
        self._zoom = max(_LEAST, min(_MOST, zoom))
        self.set_bars()
        self.move_by(at - self.to_view(QRectF(fixed, fixed)).topLeft())
        self.viewport().update()

    def move_by(self, by: QPointF) -> None:
        """Move the drawing by so many pixels of the view, as far as there is some."""
        for bar, far in ((self.horizontalScrollBar(), by.x()), (self.verticalScrollBar(), by.y())):
            bar.setValue(bar.value() - round(far))

    def show_part(self, part: QRectF, *, centred: bool = False) -> None:
        """Bring a part of the drawing into sight, moving no more than needed."""
        shown, view = self.to_view(part), QRectF(self.viewport().rect())
        if centred:
            self.move_by(view.center() - shown.center())
            return
        room = view.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        across = max(room.left() - shown.left(), 0.0) or min(room.right() - shown.right(), 0.0)
        down = max(room.top() - shown.top(), 0.0) or min(room.bottom() - shown.bottom(), 0.0)
        self.move_by(QPointF(across, down))

    def set_bars(self) -> None:
        """Give the scroll bars the range of the drawing at this zoom."""
        room = self.viewport().size()
        for bar, whole, shown in (
            (self.horizontalScrollBar(), self.bounds.width(), room.width()),
            (self.verticalScrollBar(), self.bounds.height(), room.height()),
        ):
            bar.setPageStep(shown)
            bar.setSingleStep(_LINE)
            bar.setRange(0, max(0, round(whole * self._zoom) + 2 * MARGIN - shown))

    def offset(self) -> QPointF:
        """Return where the drawing's own zero is in the view."""
        bounds, room = self.bounds, self.viewport().size()
        found = []
        for bar, first, length, shown in (
            (self.horizontalScrollBar(), bounds.left(), bounds.width(), room.width()),
            (self.verticalScrollBar(), bounds.top(), bounds.height(), room.height()),
        ):
            seen = length * self._zoom
            middle = (shown - seen) / 2
            start = middle if seen + 2 * MARGIN <= shown else MARGIN - bar.value()
            found.append(start - first * self._zoom)
        return QPointF(*found)

    def to_view(self, rect: QRectF) -> QRectF:
        """Return where a part of the drawing is in the view."""
        return QRectF(rect.topLeft() * self._zoom + self.offset(), rect.size() * self._zoom)

    def to_drawing(self, point: QPointF) -> QPointF:
        """Return which point of the drawing is at a point of the view."""
        return (point - self.offset()) / self._zoom

    def _whole(self) -> float:
        return min(self._fitting(), _FIRST_MOST)

    def _fitting(self) -> float:
        room = self.viewport().size()
        if self.bounds.isEmpty():
            return 1.0
        wide = (room.width() - 2 * MARGIN) / self.bounds.width()
        high = (room.height() - 2 * MARGIN) / self.bounds.height()
        return max(_LEAST, min(wide, high))

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: D102
        self.viewport().update()
