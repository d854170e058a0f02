"""A mention inside the prompt: one character of the text, painted as a chip with face and name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPen,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextDocumentFragment,
    QTextFormat,
)
from PySide6.QtWidgets import QTextEdit, QToolTip

from phota_desktop.ui.profile_art import RoundArt
from phota_desktop.ui.theme import tokens
from phota_desktop.viewmodels.mentions import CHIP, Mention, cleaned, name_of, pieces, why_not

if TYPE_CHECKING:
    from phota_desktop.services.people import Person
    from phota_desktop.ui.thumbnail_art import ThumbnailArt

_TYPE = QTextFormat.ObjectTypes.UserObject.value + 1
_PROFILE = QTextFormat.Property.UserProperty.value + 1
_GAP = 4.0
_EDGE = 2.0
_EDGES = 2 * _EDGE + 2 * _GAP + 5.0
"""Pixels of a chip's width beside face and name: lines, rims and the distances between."""
_SMALL = 20.0
"""A face narrower than this has room for one letter."""
_WIDEST = 200.0
"""Pixels; a longer name is shortened."""


def chip_format(profile_id: str) -> QTextCharFormat:
    """Return the format of the character that stands for a profile."""
    made = QTextCharFormat()
    made.setObjectType(_TYPE)
    made.setProperty(_PROFILE, profile_id)
    made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
    return made


def profile_of(found: QTextFormat) -> str:
    """Return the profile a format stands for, empty if it is not a chip's."""
    return str(found.property(_PROFILE)) if found.objectType() == _TYPE else ""


def insert_wire(cursor: QTextCursor, wire: str) -> None:
    """Write a prompt with its mentions in place of the selection, as one step of undo."""
    cursor.beginEditBlock()
    cursor.removeSelectedText()
    for piece in pieces(cleaned(wire)):
        if isinstance(piece, Mention):
            cursor.insertText(CHIP, chip_format(piece.profile_id))
        else:
            cursor.insertText(piece, QTextCharFormat())
    make_chips_of_typed(cursor.document())  # what came may complete what was there
    cursor.endEditBlock()


def wire_of(document: QTextDocument) -> str:
    """Return a document's text with ``[[profile_id]]`` for each chip."""
    lines = []
    block = document.begin()
    while block.isValid():
        line = []
        place = block.begin()
        while not place.atEnd():
            fragment = place.fragment()
            profile_id = profile_of(fragment.charFormat())
            instead = f"[[{profile_id}]]" if profile_id else ""
            line.append(cleaned(fragment.text().replace(CHIP, instead)))
            place += 1
        lines.append("".join(line))
        block = block.next()
    return "\n".join(lines)


def wire_of_selection(cursor: QTextCursor) -> str:
    """Return the selected text as it goes over the wire."""
    apart = QTextDocument()
    QTextCursor(apart).insertFragment(QTextDocumentFragment(cursor))
    return wire_of(apart)


def edit_whole(cursor: QTextCursor, change: Callable[[], object]) -> None:
    """Make a change by hand that may complete a mention, with its chip, one step of undo."""
    cursor.beginEditBlock()
    change()
    make_chips_of_typed(cursor.document())
    cursor.endEditBlock()


def make_chips_of_typed(document: QTextDocument) -> None:
    """Turn each ``[[profile_id]]`` that stands there as text into a chip."""
    block = document.begin()
    while block.isValid():
        place = block.position()
        found = []
        for piece in pieces(block.text()):
            typed = f"[[{piece.profile_id}]]" if isinstance(piece, Mention) else piece
            if isinstance(piece, Mention):
                found.append((place, place + units(typed), piece.profile_id))
            place += units(typed)
        for start, end, profile_id in reversed(found):
            cursor = QTextCursor(document)
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(CHIP, chip_format(profile_id))
        block = block.next()


def units(text: str) -> int:
    """Return how many places of a Qt text a Python text takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def paint_face(
    painter: QPainter, where: QRectF, person: Person | None, faces: RoundArt | None, font: QFont
) -> None:
    """Paint a person's picture, the initials where there is none, ``?`` for nobody we know."""
    initials = person.initials if person is not None else "?"
    if where.width() < _SMALL:
        initials = initials[:1]
    painter.save()
    if faces is not None and person is not None:
        faces.paint(painter, where, person.picture, initials, font)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().window))
        painter.drawEllipse(where)
        painter.setFont(font)
        painter.setPen(QColor(tokens().text))
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, initials)
    painter.restore()


def _face_side(metrics: QFontMetricsF) -> int:
    return int(metrics.height() - 2 * _EDGE)


def _baseline(rect: QRectF, metrics: QFontMetricsF) -> float:
    """Return where the words of the line stand, seen from a chip: Qt centres it in the line."""
    ascent = (rect.height() + metrics.xHeight() / 2) / 2
    above = max(ascent, metrics.ascent())
    line = above + max(rect.height() - ascent, metrics.descent())
    return rect.top() + above - (line - rect.height()) / 2


class ChipArt(QPyTextObject):
    """Measures and paints the chips of one field, and answers its tooltips."""

    def __init__(self, field: QTextEdit) -> None:
        super().__init__(field)
        self._field = field
        self._people: Mapping[str, Person] = {}
        self._pictures: ThumbnailArt | None = None
        self._faces: dict[int, RoundArt] = {}
        self._is_listed = True
        field.document().documentLayout().registerHandler(_TYPE, self)
        field.viewport().installEventFilter(self)

    def show(
        self, people: Mapping[str, Person], pictures: ThumbnailArt | None, *, is_listed: bool = True
    ) -> None:
        """Show the chips with these names, states and faces; unlisted people are not unknown."""
        if pictures is not None and pictures is not self._pictures:
            pictures.arrived.connect(self._field.viewport().update)
            self._faces.clear()
        self._people, self._pictures, self._is_listed = people, pictures, is_listed
        document = self._field.document()
        document.markContentsDirty(0, document.characterCount())
        self._field.viewport().update()

    def intrinsicSize(  # noqa: D102
        self, doc: QTextDocument, pos_in_document: int, fmt: QTextFormat
    ) -> QSizeF:
        metrics = QFontMetricsF(doc.defaultFont())
        width = metrics.horizontalAdvance(self._label(*self._words(fmt), metrics, doc))
        # A little below the chip stays free, so that those of two lines do not touch.
        return QSizeF(_face_side(metrics) + width + _EDGES, metrics.height() + 2 * _EDGE)

    def drawObject(  # noqa: D102
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        pos_in_document: int,
        fmt: QTextFormat,
    ) -> None:
        colours = tokens()
        metrics = QFontMetricsF(doc.defaultFont())
        name, word = self._words(fmt)
        cursor = self._field.textCursor()
        is_selected = cursor.selectionStart() <= pos_in_document < cursor.selectionEnd()
        ground, ink = colours.hover, colours.warn if word else colours.text
        if is_selected:  # Qt lays half of the selection's colour over it
            ground, ink = "#000000", "#ffffff"
        rect = QRectF(rect)
        baseline = _baseline(rect, metrics)
        top = max(rect.top(), round(baseline - metrics.ascent())) + 0.5
        body = QRectF(rect.left() + 1.5, top, rect.width() - 3, round(metrics.height()))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(ink if word or is_selected else colours.quiet), 1.0))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
        side = _face_side(metrics)
        middle = round(body.center().y() - side / 2)
        face = QRectF(round(body.left() + _EDGE - 0.5), middle, side, side)
        self._paint_face(painter, face, profile_of(fmt), doc)
        painter.setFont(doc.defaultFont())
        painter.setPen(QColor(ink))
        label = self._label(name, word, metrics, doc)
        painter.drawText(QPointF(face.right() + _GAP, baseline), label)
        painter.restore()

    def _paint_face(
        self, painter: QPainter, where: QRectF, profile_id: str, doc: QTextDocument
    ) -> None:
        person = self._people.get(profile_id)
        side = int(where.width())
        if side not in self._faces and self._pictures is not None:
            self._faces[side] = RoundArt(self._pictures, side)
        font = doc.defaultFont()
        font.setPointSizeF(font.pointSizeF() * 0.7)
        paint_face(painter, where, person, self._faces.get(side), font)

    def _words(self, fmt: QTextFormat) -> tuple[str, str]:
        profile_id = profile_of(fmt)
        word, _reason = why_not(profile_id, self._people, is_listed=self._is_listed)
        return name_of(profile_id, self._people), word

    @staticmethod
    def _label(name: str, word: str, metrics: QFontMetricsF, doc: QTextDocument) -> str:
        behind = f" · {word}" if word else ""
        room = min(_WIDEST, max(doc.textWidth() - 48.0, 48.0))
        room -= metrics.horizontalAdvance(behind)
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(room, 24.0)) + behind

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.tip_at(event.pos().x(), event.pos().y())
            if text:
                QToolTip.showText(event.globalPos(), text, self._field.viewport())
                return True
            QToolTip.hideText()
        return False

    def tip_at(self, x: int, y: int) -> str:
        """Return who is under a point of the field's viewport, and what is wrong; or nothing."""
        bars = self._field.horizontalScrollBar(), self._field.verticalScrollBar()
        point = QPointF(x + bars[0].value(), y + bars[1].value())
        profile_id = profile_of(self._field.document().documentLayout().formatAt(point))
        if not profile_id:
            return ""
        name = name_of(profile_id, self._people)
        _word, reason = why_not(profile_id, self._people, is_listed=self._is_listed)
        good = f"{name}: ready" if profile_id in self._people else profile_id
        return f"<p>{escape(reason or good)}</p>"
