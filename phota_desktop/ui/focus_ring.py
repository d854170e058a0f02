"""The frame that shows that the Tab key has reached the canvas; a click on it shows none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

_WIDTH = 2
_BY_KEYS = frozenset(
    (
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    )
)


class FocusRing(QWidget):
    """Lies over the edges of a widget alone, so that what is within is painted as without it."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._watched = watched
        watched.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow size and focus."""
        if isinstance(event, QFocusEvent):
            if event.type() is QEvent.Type.FocusIn:
                self._lie()
                self.setVisible(event.reason() in _BY_KEYS)
            elif event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
                self.hide()
        elif event.type() is QEvent.Type.Resize:
            self._lie()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame."""
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().highlight().color(), 2 * _WIDTH))
        painter.drawRect(self.rect())
        painter.end()

    def _lie(self) -> None:
        rect = self._watched.rect()
        self.setGeometry(rect)
        inner = rect.adjusted(_WIDTH, _WIDTH, -_WIDTH, -_WIDTH)
        self.setMask(QRegion(rect) - QRegion(inner))
        self.raise_()
