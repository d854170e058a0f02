"""How one tile of the library looks: picture, marks, name, badges; and a group's heading."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap

from phota_desktop.core.library import Flag, Picture
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.mark_art import draw_marks, draw_marks_on, marks_width
from phota_desktop.ui.rows import small_font
from phota_desktop.ui.theme import RADIUS, tokens
from phota_desktop.viewmodels.words import plain

PAD = 6
"""Between a tile's edge and its picture."""
FOOT = 24
"""The line below the picture."""
SMALL = 128
"""Tiles narrower than this have no name."""
_MARKS = 12.0
_REJECTED = 0.38
_BADGE = 22.0


@dataclass(frozen=True)
class TileState:
    """What a tile shows besides its picture."""

    is_chosen: bool = False
    is_current: bool = False
    is_hovered: bool = False
    has_focus: bool = False
    is_missing: bool = False
    is_bad: bool = False


def picture_room(width: int, height: int, foot: int = FOOT) -> QSize:
    """Return the room for the picture within a tile."""
    return QSize(width - 2 * PAD, height - PAD - max(foot, PAD))


def fitted(picture: Picture, room: QSize) -> QSize:
    """Return the size of a picture that fits the room; photos of unknown size as 3:2."""
    width, height = picture.width or 3, picture.height or 2
    scale = min(room.width() / width, room.height() / height)
    return QSize(max(1, round(width * scale)), max(1, round(height * scale)))


def _kept(picture: Picture) -> Flag:
    """Return a picture's flag but for a rejected one, which is faded already."""
    flag = picture.marks.flag
    return Flag.NONE if flag is Flag.REJECT else flag


class TilePainter:
    """Keeps what does not change from tile to tile: fonts, colours, shortened names."""

    def __init__(self, font: QFont) -> None:
        self._font = small_font(font, 0.85)
        self._metrics = QFontMetrics(self._font)
        self._bold = QFont(font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._bold_metrics = QFontMetrics(self._bold)
        self._names: dict[tuple[int, int], str] = {}
        self.retint()

    def retint(self) -> None:
        """Take the theme's colours."""
        colours = tokens()
        self._chosen, self._hover = QColor(colours.chosen), QColor(colours.text)
        self._hover.setAlphaF(0.08)
        self._quiet, self._text = QColor(colours.quiet), QColor(colours.text)
        self._raised, self._empty = QColor(colours.raised), QColor(colours.hover)
        self.ground = QColor(colours.window)
        self._line = QColor(colours.line)
        self._accent = QPen(QColor(colours.accent), 2)

    def tile(
        self,
        painter: QPainter,
        where: QRect,
        picture: Picture | None,
        drawn: QPixmap | None,
        state: TileState,
        foot: int = FOOT,
    ) -> None:
        """Paint one tile; ``drawn`` is its small picture as far as it is there."""
        if state.is_chosen or state.is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._chosen if state.is_chosen else self._hover)
            painter.drawRoundedRect(where, RADIUS, RADIUS)
        if state.is_current:
            self._outline(painter, where, state)
        room = picture_room(where.width(), where.height(), foot)
        if picture is None:
            return
        size = fitted(picture, room)
        frame = QRect(
            where.left() + PAD + (room.width() - size.width()) // 2,
            where.top() + PAD + (room.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
        self._picture(painter, frame, picture, drawn, state)
        self._badges(painter, frame, picture, state)
        if foot:
            line = QRect(where.left() + PAD, where.bottom() - foot + 2, room.width(), foot - 4)
            self._foot(painter, line, picture, state)
        else:
            painter.setFont(self._font)
            height = min(_MARKS, frame.height() / 4)
            draw_marks_on(
                painter, QRectF(frame), replace(picture.marks, flag=_kept(picture)), height
            )

    def _outline(self, painter: QPainter, where: QRect, state: TileState) -> None:
        if not (state.is_chosen or state.has_focus):
            return
        painter.setPen(self._accent)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(where.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)

    def _picture(
        self,
        painter: QPainter,
        frame: QRect,
        picture: Picture,
        drawn: QPixmap | None,
        state: TileState,
    ) -> None:
        faded = picture.marks.flag is Flag.REJECT or picture.deleted is not None
        if drawn is not None:
            if faded:
                painter.setOpacity(_REJECTED)
            painter.drawPixmap(frame, drawn)
            if faded:
                painter.setOpacity(1.0)
        else:
            painter.fillRect(frame, self._empty)
            if state.is_bad:
                scale = painter.device().devicePixelRatio()
                badge = pixmap("photo", tokens().quiet, 24, scale)
                painter.drawPixmap(frame.center() - QRect(0, 0, 24, 24).center(), badge)

    def _badges(self, painter: QPainter, frame: QRect, picture: Picture, state: TileState) -> None:
        name = "trash" if picture.deleted is not None else "warn" if state.is_missing else ""
        if not name or frame.width() < _BADGE * 2:
            return
        place = QRectF(frame.right() - _BADGE - 3, frame.top() + 4, _BADGE, _BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 20, 20, 205))
        painter.drawRoundedRect(place, 4, 4)
        ink = "#f0c060" if name == "warn" else "#f4f4f4"
        scale = painter.device().devicePixelRatio()
        icon = pixmap(name, ink, 16, scale)
        painter.drawPixmap(place.topLeft() + QPointF((_BADGE - 16) / 2, (_BADGE - 16) / 2), icon)

    def _foot(self, painter: QPainter, line: QRect, picture: Picture, state: TileState) -> None:
        marks = picture.marks
        height = _MARKS
        width = marks_width(marks, height)
        if width > line.width():
            height *= line.width() / width
            width = line.width()
        colour = tokens().text
        if width:
            left = line.right() - width if line.width() >= SMALL else line.left()
            place = QRectF(left, line.center().y() - height / 2 + 0.5, width, height)
            draw_marks(painter, place, marks, colour)
        room = line.width() - (width + 8 if width else 0)
        if line.width() < SMALL or room < 36:
            return
        painter.setFont(self._font)
        painter.setPen(self._text if state.is_chosen else self._quiet)
        painter.drawText(
            QRectF(line.left(), line.top(), room, line.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
            self._name(picture, int(room)),
        )

    def _name(self, picture: Picture, room: int) -> str:
        key = (picture.number, room)
        name = self._names.get(key)
        if name is None:
            if len(self._names) > 4000:
                self._names.clear()
            middle = Qt.TextElideMode.ElideMiddle
            name = self._metrics.elidedText(plain(picture.name, 120), middle, room)
            self._names[key] = name
        return name

    def forget_names(self) -> None:
        """Read names anew: a picture may have been renamed."""
        self._names.clear()

    def heading(
        self, painter: QPainter, where: QRect, title: str, detail: str, stuck: bool
    ) -> None:
        """Paint a group's heading over its ground, so that pictures pass below it."""
        painter.fillRect(where, self.ground)
        if stuck:
            painter.fillRect(QRect(where.left(), where.bottom(), where.width(), 1), self._line)
        room = QRectF(
            where.left() + 8 + PAD, where.top() + 4, where.width() - 28, where.height() - 4
        )
        painter.setFont(self._bold)
        painter.setPen(self._text)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        width = self._bold_metrics.horizontalAdvance(title)
        most = room.width() - self._metrics.horizontalAdvance(detail) - 12
        if width > most:
            title = self._bold_metrics.elidedText(title, Qt.TextElideMode.ElideRight, int(most))
            width = self._bold_metrics.horizontalAdvance(title)
        painter.drawText(room, flags, title)
        painter.setFont(self._font)
        painter.setPen(self._quiet)
        painter.drawText(room.adjusted(width + 10, 1, 0, 1), flags, detail)

    def bubble(self, painter: QPainter, view: QRect, part: float, words: str) -> None:
        """Paint where a dragged scroll bar leads, beside its handle; ``part`` is 0 to 1."""
        painter.setFont(self._bold)
        width, height = self._bold_metrics.horizontalAdvance(words) + 24, 32
        top = view.top() + 4 + part * max(0, view.height() - height - 8)
        plate = QRectF(view.right() - width - 10, top, width, height)
        painter.setPen(QPen(self._line, 1))
        painter.setBrush(self._raised)
        painter.drawRoundedRect(plate, RADIUS, RADIUS)
        painter.setPen(self._text)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)
