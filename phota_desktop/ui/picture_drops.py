"""Lets a part of the window take dropped pictures for itself instead of opening them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from phota_desktop.ui.drop_targets import may_open, offered


class PictureDrops(QObject):
    """Watches one widget; the window below it never hears of what is dropped there."""

    dropped = Signal(object)
    """Carries an :class:`~phota_desktop.ui.drop_targets.Offered`."""
    hovered = Signal(bool)
    """Pictures are held over the widget, or no longer."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QDropEvent):  # enter and move events are drop events to Qt
            entering = isinstance(event, QDragEnterEvent)
            moving = isinstance(event, QDragMoveEvent) and not entering
            if entering and not may_open(event.mimeData()):
                return False
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if not moving:
                self.hovered.emit(entering)
            if not entering and not moving:
                self.dropped.emit(offered(event.mimeData()))
            return True
        if event.type() is QEvent.Type.DragLeave:
            self.hovered.emit(False)
            return True
        return False
