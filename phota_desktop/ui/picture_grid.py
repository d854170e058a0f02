"""The library's own view of many pictures: only what is visible is painted, read and decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar, QWidget

from phota_desktop.core.library import Picture
from phota_desktop.ui.grid_input import GridInput
from phota_desktop.ui.grid_layout import HEADING, Box, GridLayout, RowLayout
from phota_desktop.ui.grid_paint import FOOT, PAD, TilePainter, TileState, fitted, picture_room
from phota_desktop.viewmodels.library_words import group_title, picture_words, scrub_words
from phota_desktop.viewmodels.thumbnail_work import Wanted

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from phota_desktop.ui.thumbnail_art import ThumbnailArt
    from phota_desktop.viewmodels.library import LibraryViewModel

LEAST, MOST, USUAL = 96, 480, 208
"""Widths of a tile in logical pixels: the ends of the slider, and where it begins."""
_SHAPE = 0.86
"""Height of a tile's picture room to its width."""
_SIZE_SETTLES_MS = 120
_AHEAD = 1.0
"""Screens whose pictures are made ready below what is visible, and half as many above."""


class PictureGrid(QAbstractScrollArea):
    """Tiles in rows below headings that stay at the top, or in one row (``is_row``)."""

    opened = Signal(int)
    """A place was opened: double-clicked, or by Return."""
    left = Signal()
    """Esc, with no more than one picture chosen."""
    menu_asked = Signal(QPoint)
    drag_asked = Signal()
    size_asked = Signal(int)
    """Larger or smaller tiles, by so many steps."""

    def __init__(
        self,
        model: LibraryViewModel,
        art: ThumbnailArt,
        parent: QWidget | None = None,
        *,
        is_row: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("filmstripGrid" if is_row else "pictureGrid")
        self.setAccessibleName("Film strip" if is_row else "Pictures")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if is_row:
            self.setVerticalScrollBarPolicy(never)
        else:
            self.setHorizontalScrollBarPolicy(never)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.model = model
        self.is_row = is_row
        self.tile = USUAL
        self.hovered = -1
        self.band: Box | None = None
        self._art = art
        self._foot = 0 if is_row else FOOT
        self._painter = TilePainter(self.font())
        self._missing: set[str] = set()
        self._span = (0, -1)
        self._places: dict[str, list[int]] = {}
        self.plan: GridLayout | RowLayout = self._plan()
        self.input = GridInput(self)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._ask)
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.timeout.connect(self._ask)
        bar = self.bar
        bar.sliderPressed.connect(self.viewport().update)
        bar.sliderReleased.connect(self.viewport().update)
        model.found_changed.connect(self.lay_out)
        model.pictures_changed.connect(self._on_pictures)
        model.selection_changed.connect(self.viewport().update)
        model.current_changed.connect(self.follow)
        art.came.connect(self._on_came)
        art.loader.seen.connect(self._on_seen)

    @property
    def bar(self) -> QScrollBar:
        """The scroll bar along which pictures lie."""
        return self.horizontalScrollBar() if self.is_row else self.verticalScrollBar()

    # -- where things lie -----------------------------------------------------------------

    def _plan(self) -> GridLayout | RowLayout:
        found, size = self.model.found, self.viewport().size()
        if self.is_row:
            return RowLayout(len(found.numbers), found.groups, size.height(), self._foot)
        width, foot = max(self.tile, LEAST), self._foot
        height = round((width - 2 * PAD) * _SHAPE) + PAD + foot
        return GridLayout(len(found.numbers), found.groups, size.width(), width, height)

    def lay_out(self) -> None:
        """Lay out what is found; the current picture stays where it was looked at."""
        self.plan = self._plan()
        length = self.viewport().width() if self.is_row else self.viewport().height()
        bar = self.bar
        bar.setPageStep(length)
        bar.setSingleStep(max(1, self.plan.step // 3))
        bar.setRange(0, max(0, self.plan.extent - length))
        self._painter.forget_names()
        self._look()
        self.viewport().update()

    def set_tile(self, width: int) -> None:
        """Make tiles larger or smaller around the current picture, or what is in the middle."""
        width = min(max(width, LEAST), MOST)
        if width == self.tile:
            return
        self._keeping_place(lambda: setattr(self, "tile", width))

    def _keeping_place(self, change: Callable[[], object]) -> None:
        anchor = self.model.selection.current
        first, last = self._span
        if not first <= anchor <= last:
            anchor = first
        before = self.plan.box(anchor).y - self.bar.value() if anchor >= 0 else 0
        change()
        self.lay_out()
        if anchor >= 0 and not self.is_row:
            self.bar.setValue(self.plan.box(anchor).y - before)
        self._settling.start(_SIZE_SETTLES_MS)

    def offset(self) -> QPoint:
        """Return what of the contents lies at the viewport's corner."""
        return QPoint(self.bar.value(), 0) if self.is_row else QPoint(0, self.bar.value())

    def rect_of(self, place: int) -> QRect:
        """Return where a tile lies in the viewport."""
        box = self.plan.box(place)
        return QRect(box.x, box.y, box.width, box.height).translated(-self.offset())

    def place_at(self, point: QPoint) -> int:
        """Return the place at a point of the viewport, -1 for none."""
        if self.plan.heading and self.bar.value() and point.y() < HEADING:
            return -1  # the heading lies over it
        at = point + self.offset()
        return self.plan.place_at(at.x(), at.y())

    def heading_at(self, point: QPoint) -> int:
        """Return the group whose heading is at a point of the viewport, -1 for none."""
        if not self.plan.heading:
            return -1
        y = point.y() + self.bar.value()
        found = self.plan.heading_at(y)
        if found < 0 and self.bar.value() and point.y() < HEADING:
            found = self.plan.group_at(self.bar.value())
        return found

    def show_place(self, place: int) -> None:
        """Scroll as little as needed to have a tile in view, below the heading."""
        if not 0 <= place < self.plan.count:
            return
        box, bar = self.plan.box(place), self.bar
        start, size = (box.x, box.width) if self.is_row else (box.y, box.height)
        room = bar.pageStep()
        if self.is_row:
            if not bar.value() <= start <= bar.value() + room - size:
                bar.setValue(start - (room - size) // 2)
        elif start - self.plan.heading < bar.value():
            bar.setValue(start - self.plan.heading)
        elif start + size > bar.value() + room:
            bar.setValue(start + size - room + PAD)

    def follow(self) -> None:
        """Bring the current picture into view, and tell screen readers of it."""
        self.show_place(self.model.selection.current)
        self.viewport().update()
        picture = self.model.current
        if picture is not None and self.hasFocus():
            place, count = self.model.selection.current, len(self.model.found.numbers)
            words = picture_words(picture, place, count, is_missing=self.is_missing(picture))
            self.setAccessibleDescription(words)
            self.input.announce(words)

    # -- what is asked for ----------------------------------------------------------------

    def _look(self) -> None:
        start = self.bar.value()
        self._span = self.plan.span(start, start + self.bar.pageStep())
        if self.isVisible():
            self.model.look_at(self.objectName(), *self._span)
            if not self._settling.isActive():
                self._asking.start(0)

    def wanted(self, place: int) -> Wanted | None:
        """Return the small picture of a place at the size at which it is drawn."""
        picture = self.model.picture(place)
        if picture is None:
            return None
        room = picture_room(self.plan.tile_width, self.plan.tile_height, self._foot)
        size = fitted(picture, room)
        side = round(max(size.width(), size.height()) * self.devicePixelRatioF())
        return Wanted(str(picture.path), picture.sha256, side)

    def _ask(self) -> None:
        if not self.isVisible():
            return
        first, last = self._span
        ahead = round((last - first + 1) * _AHEAD)
        places = [*range(first, last + 1)]
        places += range(last + 1, min(last + 1 + ahead, self.plan.count))
        places += range(first - 1, max(first - 1 - ahead // 2, -1), -1)
        wanted: list[Wanted] = []
        seen: list[str] = []
        self._places.clear()
        for n, place in enumerate(places):
            one = self.wanted(place)
            if one is None:
                continue
            wanted.append(one)
            if n <= last - first:
                seen.append(one.path)
                self._places.setdefault(one.sha256, []).append(place)
        self._art.want(self.objectName(), wanted, look_for=seen)

    def is_missing(self, picture: Picture) -> bool:
        """Tell whether a picture's file is not where it was."""
        return str(picture.path) in self._missing

    def _on_pictures(self) -> None:
        self._asking.start(0)
        self.viewport().update()

    def _on_came(self, wanted: Wanted) -> None:
        for place in self._places.get(wanted.sha256, ()):
            self.viewport().update(self.rect_of(place))

    def _on_seen(self, found: dict[str, bool]) -> None:
        missing = self._missing | {name for name, there in found.items() if not there}
        missing -= {name for name, there in found.items() if there}
        if missing != self._missing:
            self._missing = missing
            self.viewport().update()

    # -- painting -------------------------------------------------------------------------

    def retint(self) -> None:
        """Take the theme's colours."""
        self._painter.retint()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self.viewport())
        area = event.rect()
        painter.fillRect(area, self._painter.ground)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        start = self.bar.value()
        low, high = (area.left(), area.right()) if self.is_row else (area.top(), area.bottom())
        first, last = self.plan.span(start + low, start + high)
        selection, numbers = self.model.selection, self.model.found.numbers
        has_focus = self.hasFocus()
        for place in range(first, min(last + 1, len(numbers))):
            where = self.rect_of(place)
            if not where.intersects(area):
                continue
            wanted = self.wanted(place)
            picture = self.model.picture(place)
            is_current = place == selection.current
            state = TileState(
                numbers[place] in selection,
                is_current,
                place == self.hovered,
                has_focus,
                picture is not None and str(picture.path) in self._missing,
                wanted is not None and self._art.is_bad(wanted),
            )
            drawn = self._art.find_fitted(wanted) if wanted is not None else None
            self._painter.tile(painter, where, picture, drawn, state, self._foot)
        if self.plan.heading:
            self._paint_headings(painter, area)
        self._paint_scrub(painter)
        painter.end()

    def _paint_headings(self, painter: QPainter, area: QRect) -> None:
        plan, start, width = self.plan, self.bar.value(), self.viewport().width()
        if not isinstance(plan, GridLayout):
            return
        for at in plan.groups_between(start + area.top(), start + area.bottom()):
            top = plan.top_of(at) - start
            if top > 0:
                self._paint_heading(painter, QRect(0, top, width, HEADING), at, stuck=False)
        at = plan.group_at(start)
        top = min(0, plan.top_of(at + 1) - start - HEADING) if start >= 0 else 0
        if area.top() < HEADING:
            self._paint_heading(painter, QRect(0, top, width, HEADING), at, stuck=start > 0)

    def _paint_heading(self, painter: QPainter, where: QRect, at: int, *, stuck: bool) -> None:
        group = self.model.found.groups[at]
        title, detail = group_title(self.model, group)
        self._painter.heading(painter, where, title, detail, stuck)

    def _paint_scrub(self, painter: QPainter) -> None:
        """Tell where the scroll bar leads while it is dragged."""
        if self.is_row or not self.bar.isSliderDown() or not self.plan.count:
            return
        words = scrub_words(self.model, self._span[0], self.plan.group_at(self.bar.value()))
        if words:
            part = self.bar.value() / max(1, self.bar.maximum())
            self._painter.bubble(painter, self.viewport().rect(), part, words)

    # -- Qt's events ----------------------------------------------------------------------

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: D102
        self._look()
        view = self.viewport()
        if self.bar.isSliderDown():
            view.update()
            return
        # What is painted moves; only what comes into view is painted, and the heading's band.
        band = HEADING if self.plan.heading else 0
        rest = view.rect().adjusted(0, band, 0, 0)
        if abs(dy) >= rest.height() or abs(dx) >= rest.width():
            view.update()
            return
        view.scroll(dx, dy, rest)
        if band:
            view.update(0, 0, view.width(), band + 1)
        self.input.hover_again()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        if event.oldSize().width() > 0:
            self._keeping_place(lambda: None)
        else:
            self.lay_out()

    def showEvent(self, event: object) -> None:  # noqa: D102
        self.model.set_shown(self.objectName(), True)
        self.lay_out()
        self.show_place(self.model.selection.current)

    def hideEvent(self, event: object) -> None:  # noqa: D102
        self.model.set_shown(self.objectName(), False)
        self._art.want(self.objectName(), [])

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        by_keys = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        if by_keys and self.model.selection.current < 0 and self.plan.count:
            self.model.go(self._span[0])
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.input.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.input.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.input.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.input.double_click(event)

    def leaveEvent(self, event: object) -> None:  # noqa: D102
        self.input.set_hovered(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        if not self.input.wheel(event):
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if not self.input.key(event):
            event.ignore()  # letters and the rest belong to the window

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        self.input.menu(event)
