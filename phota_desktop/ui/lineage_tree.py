"""The tree itself: zoomed with the wheel, moved by dragging, walked with the arrow keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QToolTip, QWidget

from phota_desktop.ui.lineage_geometry import Geometry
from phota_desktop.ui.lineage_paint import Look, TreePainter
from phota_desktop.ui.rows import small_font
from phota_desktop.ui.theme import tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.lineage import LineageViewModel, Walk
from phota_desktop.viewmodels.lineage_words import Card
from phota_desktop.viewmodels.words import plain_tip

_MARGIN = 32
_LEAST, _MOST = 0.1, 2.0
_FIRST_LEAST, _FIRST_MOST = 0.7, 1.35
"""How small and how large a whole tree is shown at first: readable, no picture much enlarged."""
_FIRST_PART = 0.85
"""At this size a tree is shown that does not fit."""
_STEP = 1.25
_WHEEL = 1.0015
_WALKS = {
    Qt.Key.Key_Left: Walk.PARENT,
    Qt.Key.Key_Right: Walk.CHILD,
    Qt.Key.Key_Up: Walk.PREVIOUS,
    Qt.Key.Key_Down: Walk.NEXT,
    Qt.Key.Key_Home: Walk.ROOT,
}
_CAPTION = 0.88


class LineageTree(QAbstractScrollArea):
    """Shows what the view-model holds and chooses in it; what is to be done it only tells."""

    opened = Signal()
    compare_asked = Signal()
    menu_asked = Signal(QPoint)
    left = Signal()
    """Esc: the person wants the picture back."""

    def __init__(
        self, lineage: LineageViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("lineageTree")
        self.setAccessibleName("Family tree")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCornerWidget(QWidget(self))  # the style's own has a frame
        self._lineage = lineage
        self._art = art
        self._zoom = 1.0
        self._wants_place = True
        self._hovered = ""
        self._pressed: QPointF | None = None
        self._moved = False
        self._shapeless: list[Path] = []
        """Photos whose shape is not known before their small picture is there."""
        self._make()
        lineage.changed.connect(self._on_changed)
        lineage.current_changed.connect(self._on_current)
        art.arrived.connect(self._on_art)

    # -- where things are -------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """1 is 100 %."""
        return self._zoom

    def place_again(self) -> None:
        """Choose zoom and place for the tree that comes next."""
        self._wants_place = True

    def fit(self) -> None:
        """Show all of the tree, however small."""
        self._set_zoom(min(self._fitting(), _FIRST_MOST))

    def toggle_fit(self) -> None:
        """All of the tree, or 100 % at the chosen place."""
        if abs(self._zoom - min(self._fitting(), _FIRST_MOST)) < 0.01:
            self.zoom_to(1.0)
        else:
            self.fit()

    def zoom_to(self, zoom: float) -> None:
        """Zoom around the chosen place."""
        self._set_zoom(zoom)
        self.show_current(centred=True)

    def show_current(self, *, centred: bool = False) -> None:
        """Bring the chosen place into sight."""
        box = self._geometry.cards.get(self._lineage.current)
        if box is None:
            return
        shown = self._to_view(box.whole)
        view = QRectF(self.viewport().rect())
        for bar, near, far, room, middle in (
            (
                self.horizontalScrollBar(),
                shown.left(),
                shown.right(),
                view.width(),
                shown.center().x(),
            ),
            (
                self.verticalScrollBar(),
                shown.top(),
                shown.bottom(),
                view.height(),
                shown.center().y(),
            ),
        ):
            if centred:
                bar.setValue(bar.value() + round(middle - room / 2))
            elif near < _MARGIN:
                bar.setValue(bar.value() + round(near) - _MARGIN)
            elif far > room - _MARGIN:
                bar.setValue(bar.value() + round(far - room) + _MARGIN)

    def _fitting(self) -> float:
        bounds, room = self._geometry.bounds, self.viewport().size()
        if bounds.isEmpty():
            return 1.0
        wide = (room.width() - 2 * _MARGIN) / bounds.width()
        high = (room.height() - 2 * _MARGIN) / bounds.height()
        return max(_LEAST, min(wide, high))

    def _set_zoom(self, zoom: float, around: QPointF | None = None) -> None:
        zoom = max(_LEAST, min(_MOST, zoom))
        at = around or QPointF(self.viewport().rect().center())
        fixed = self._to_tree(at)
        self._zoom = zoom
        self._set_bars()
        moved = self._to_view(QRectF(fixed, fixed)).topLeft() - at
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + round(moved.x()))
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + round(moved.y()))
        self.viewport().update()

    def _set_bars(self) -> None:
        bounds, room = self._geometry.bounds, self.viewport().size()
        for bar, whole, shown in (
            (self.horizontalScrollBar(), bounds.width(), room.width()),
            (self.verticalScrollBar(), bounds.height(), room.height()),
        ):
            bar.setPageStep(shown)
            bar.setSingleStep(40)
            bar.setRange(0, max(0, round(whole * self._zoom) + 2 * _MARGIN - shown))

    def _offset(self) -> QPointF:
        """Return where the tree's own zero is in the viewport."""
        bounds, room = self._geometry.bounds, self.viewport().size()
        found = []
        for bar, first, length, shown in (
            (self.horizontalScrollBar(), bounds.left(), bounds.width(), room.width()),
            (self.verticalScrollBar(), bounds.top(), bounds.height(), room.height()),
        ):
            length *= self._zoom
            middle = (shown - length) / 2
            start = middle if length + 2 * _MARGIN <= shown else _MARGIN - bar.value()
            found.append(start - first * self._zoom)
        return QPointF(*found)

    def _to_view(self, rect: QRectF) -> QRectF:
        offset = self._offset()
        return QRectF(rect.topLeft() * self._zoom + offset, rect.size() * self._zoom)

    def _to_tree(self, point: QPointF) -> QPointF:
        return (point - self._offset()) / self._zoom

    def place_of(self, key: str) -> QRectF:
        """Return where a card is in the viewport."""
        return self._to_view(self._geometry.cards[key].whole)

    # -- what is shown ----------------------------------------------------------------------

    def _make(self) -> None:
        body: QFont = self.font()
        caption = small_font(body, _CAPTION)
        metrics = QFontMetricsF(body), QFontMetricsF(caption)
        lineage = self._lineage
        self._shapeless = []
        cards = {key: self._shaped(card) for key, card in lineage.cards.items()}
        self._geometry = Geometry(lineage.tree, cards, lineage.links, *metrics)
        shown = lineage.tree, lineage.cards, lineage.links, self._geometry
        self._painter = TreePainter(*shown, self._art, body, caption)

    def _shaped(self, card: Card) -> Card:
        """Return a card with the shape of its small picture where the library knows no size."""
        if card.path is None or card.width:
            return card
        found = self._art.find(card.path)
        if found is None:
            self._shapeless.append(card.path)
            return card
        return replace(card, width=found.width(), height=found.height())

    def _on_art(self) -> None:
        if any(self._art.find(path) is not None for path in self._shapeless):
            self._make()
            self._set_bars()
        self.viewport().update()

    def _on_changed(self) -> None:
        self._make()
        self._set_bars()
        if self._wants_place and self._lineage.tree.nodes and self.isVisible():
            self._place()
        self._tell()
        self.viewport().update()

    def _place(self) -> None:
        self._wants_place = False
        fitting = self._fitting()
        self._set_zoom(_FIRST_PART if fitting < _FIRST_LEAST else min(_FIRST_MOST, fitting))
        self.show_current(centred=True)

    def _on_current(self) -> None:
        self.show_current()
        self._tell()
        self.viewport().update()

    def _tell(self) -> None:
        key = self._lineage.current
        words = self._lineage.spoken(key) if key in self._lineage.cards else "empty"
        self.setAccessibleName(f"Family tree: {words}")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(tokens().window))
        painter.translate(self._offset())
        painter.scale(self._zoom, self._zoom)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        exposed = QRectF(event.rect())
        exposed = QRectF(self._to_tree(exposed.topLeft()), exposed.size() / self._zoom)
        look = Look(self._lineage.current, self._hovered, self.hasFocus())
        self._painter.paint(painter, look, exposed, self._zoom)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        self._set_bars()
        if self._wants_place and self._lineage.tree.nodes:
            self._place()
        super().resizeEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: D102
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._on_changed()
        super().changeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self.viewport().update()
        super().focusOutEvent(event)

    # -- mouse, touchpad, keys --------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        turn, pixels = event.angleDelta(), event.pixelDelta()
        fingers = not pixels.isNull() and event.phase() is not Qt.ScrollPhase.NoScrollPhase
        sideways = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if fingers and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._move(QPointF(pixels))
        elif sideways or turn.x():
            self._move(QPointF(turn.x() + (turn.y() if sideways else 0), 0))
        elif turn.y():
            self._set_zoom(self._zoom * _WHEEL ** turn.y(), event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
                self._set_zoom(self._zoom * (1 + event.value()), event.position())
            return True
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(QPointF(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def _tip(self, at: QPointF) -> str:
        point = self._to_tree(at)
        key, job_id = self._geometry.card_at(point), self._geometry.label_at(point)
        if key:
            return plain_tip(self._lineage.spoken(key))
        return plain_tip(self._lineage.links[job_id].words) if job_id else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._moved = False
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position()
        key = self._geometry.card_at(self._to_tree(event.position()))
        if key and event.button() is not Qt.MouseButton.MiddleButton:
            self._lineage.choose(key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._pressed is None or not event.buttons():
            self._hover(self._geometry.card_at(self._to_tree(event.position())))
            return
        by = event.position() - self._pressed
        if self._moved or by.manhattanLength() >= QApplication.startDragDistance():
            self._moved = True
            self._pressed = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self._move(by)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._pressed = None
        self.viewport().unsetCursor()
        self._hover(self._geometry.card_at(self._to_tree(event.position())))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._geometry.card_at(self._to_tree(event.position())):
            self.opened.emit()
        else:
            self.toggle_fit()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self._hover("")

    def _hover(self, key: str) -> None:
        if key != self._hovered:
            self._hovered = key
            self.viewport().update()
        if key:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()

    def _move(self, by: QPointF) -> None:
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - round(by.x()))
        down.setValue(down.value() - round(by.y()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            on_card = self._geometry.card_at(self._to_tree(QPointF(event.pos())))
            at = event.globalPos() if on_card else None
        else:
            self.show_current()
            box = self._geometry.cards.get(self._lineage.current)
            middle = self._to_view(box.frame).center().toPoint() if box is not None else None
            at = self.viewport().mapToGlobal(middle) if middle is not None else None
        if at is not None:
            self.menu_asked.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        key = Qt.Key(event.key())
        others = event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if others or (shifted and key not in (Qt.Key.Key_Plus, Qt.Key.Key_Equal)):
            event.ignore()
        elif key in _WALKS:
            self._lineage.walk(_WALKS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif key is Qt.Key.Key_C:
            self.compare_asked.emit()
        elif key is Qt.Key.Key_Escape:
            self.left.emit()
        elif key is Qt.Key.Key_Z:
            self.toggle_fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._set_zoom(self._zoom * _STEP)
        elif key is Qt.Key.Key_Minus:
            self._set_zoom(self._zoom / _STEP)
        else:
            event.ignore()  # marks, the trash, help and others belong to the window
