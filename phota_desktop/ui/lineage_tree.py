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
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from phota_desktop.ui.lineage_geometry import Geometry
from phota_desktop.ui.lineage_paint import Look, TreePainter
from phota_desktop.ui.lineage_sight import Sight
from phota_desktop.ui.rows import small_font
from phota_desktop.ui.theme import tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.lineage import LineageViewModel, Walk
from phota_desktop.viewmodels.lineage_words import Card
from phota_desktop.viewmodels.words import plain_tip

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


class LineageTree(Sight):
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
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._lineage = lineage
        self._art = art
        self._wants_place = True
        self._hovered = ""
        self._pressed: QPointF | None = None
        self._moved = False
        self._shapes: dict[Path, tuple[int, int]] = {}
        self._shapeless: list[Path] = []
        """Photos whose shape is not known before their small picture is there."""
        self._make()
        lineage.changed.connect(self._on_changed)
        lineage.current_changed.connect(self._on_current)
        art.arrived.connect(self._on_art)

    # -- where things are -------------------------------------------------------------------

    def place_again(self) -> None:
        """Choose zoom and place for the tree that comes next."""
        self._wants_place = True

    def toggle_fit(self) -> None:
        """All of the tree, or 100 % at the chosen place."""
        if self.is_fitted:
            self.zoom_to(1.0)
        else:
            self.fit()

    def zoom_to(self, zoom: float) -> None:
        """Zoom around the chosen place."""
        self.set_zoom(zoom)
        self.show_current(centred=True)

    def show_current(self, *, centred: bool = False) -> None:
        """Bring the chosen place into sight."""
        box = self._geometry.cards.get(self._lineage.current)
        if box is not None:
            self.show_part(box.whole, centred=centred)

    def place_of(self, key: str) -> QRectF:
        """Return where a card is in the viewport."""
        return self.to_view(self._geometry.cards[key].whole)

    # -- what is shown ----------------------------------------------------------------------

    def _make(self) -> None:
        body: QFont = self.font()
        caption = small_font(body, _CAPTION)
        metrics = QFontMetricsF(body), QFontMetricsF(caption)
        lineage = self._lineage
        self._shapeless = []
        cards = {key: self._shaped(card) for key, card in lineage.cards.items()}
        self._geometry = Geometry(lineage.tree, cards, lineage.links, *metrics)
        self.bounds = self._geometry.bounds
        shown = lineage.tree, lineage.cards, lineage.links, self._geometry
        self._painter = TreePainter(*shown, self._art, body, caption)

    def _shaped(self, card: Card) -> Card:
        """Return a card with the shape of its small picture where the library knows no size."""
        if card.path is None or card.width:
            return card
        if card.path not in self._shapes:
            found = self._art.find(card.path)
            if found is None:
                self._shapeless.append(card.path)
                return card
            self._shapes[card.path] = (found.width(), found.height())
        width, height = self._shapes[card.path]
        return replace(card, width=width, height=height)

    def _on_art(self) -> None:
        if any(self._art.find(path) is not None for path in self._shapeless):
            self._make()
            self.set_bars()
        self.viewport().update()

    def _on_changed(self) -> None:
        self._make()
        self.set_bars()
        if self._wants_place and self._lineage.tree.nodes and self.isVisible():
            self._place()
        self._tell()
        self.viewport().update()

    def _place(self) -> None:
        self._wants_place = False
        self.fit_readably()
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
        painter.translate(self.offset())
        painter.scale(self.zoom, self.zoom)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        exposed = QRectF(event.rect())
        exposed = QRectF(self.to_drawing(exposed.topLeft()), exposed.size() / self.zoom)
        look = Look(self._lineage.current, self._hovered, self.hasFocus())
        self._painter.paint(painter, look, exposed, self.zoom)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        self.set_bars()
        if self._wants_place and self._lineage.tree.nodes:
            self._place()
        super().resizeEvent(event)

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
            self.move_by(QPointF(pixels))
        elif sideways or turn.x():
            self.move_by(QPointF(turn.x() + (turn.y() if sideways else 0), 0))
        elif turn.y():
            self.set_zoom(self.zoom * _WHEEL ** turn.y(), event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
                self.set_zoom(self.zoom * (1 + event.value()), event.position())
            return True
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(QPointF(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def _tip(self, at: QPointF) -> str:
        point = self.to_drawing(at)
        key, job_id = self._geometry.card_at(point), self._geometry.label_at(point)
        if key:
            return plain_tip(self._lineage.spoken(key))
        return plain_tip(self._lineage.links[job_id].words) if job_id else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._moved = False
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position()
        key = self._geometry.card_at(self.to_drawing(event.position()))
        if key and event.button() is not Qt.MouseButton.MiddleButton:
            self._lineage.choose(key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._pressed is None or not event.buttons():
            self._hover(self._geometry.card_at(self.to_drawing(event.position())))
            return
        by = event.position() - self._pressed
        if self._moved or by.manhattanLength() >= QApplication.startDragDistance():
            self._moved = True
            self._pressed = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.move_by(by)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._pressed = None
        self.viewport().unsetCursor()
        self._hover(self._geometry.card_at(self.to_drawing(event.position())))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._geometry.card_at(self.to_drawing(event.position())):
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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            on_card = self._geometry.card_at(self.to_drawing(QPointF(event.pos())))
            at = event.globalPos() if on_card else None
        else:
            self.show_current()
            box = self._geometry.cards.get(self._lineage.current)
            middle = self.to_view(box.frame).center().toPoint() if box is not None else None
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
            self.set_zoom(self.zoom * _STEP)
        elif key is Qt.Key.Key_Minus:
            self.set_zoom(self.zoom / _STEP)
        else:
            event.ignore()  # marks, the trash, help and others belong to the window
