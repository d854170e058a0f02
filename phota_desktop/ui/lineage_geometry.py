"""Where pictures and requests of a family tree stand, in pixels at 100 %."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainterPath

from phota_desktop.core.lineage import Tree
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.lineage_words import Card, Link

PICTURE_WIDTH, PICTURE_HEIGHT = 150.0, 100.0
LABEL_WIDTH = 198.0
_BEFORE, _AFTER = 22.0, 26.0
"""Room for the lines from a picture to its requests, and from a request to its pictures."""
_BETWEEN = 22.0
"""Between the last line below a picture and the next picture."""
_PITCH = PICTURE_WIDTH + _BEFORE + LABEL_WIDTH + _AFTER
_PAD = 8.0
_MOST_LINES = 4
_MOST_OF_ONE = 2
"""Lines that a label has for its changes, and those that one of them (a prompt) may take."""


@dataclass(frozen=True)
class CardBox:
    """A card's places: the picture as it is fitted, and the two lines below it."""

    frame: QRectF
    title: QRectF
    detail: QRectF

    @property
    def whole(self) -> QRectF:
        """All of it, for hits and for what is painted."""
        return self.frame.united(self.title).united(self.detail)


@dataclass(frozen=True)
class LabelBox:
    """A request's place, its lines as they are broken, and the lines drawn to and from it.

    The first ``prompt_lines`` of the lines are words of the person.
    """

    rect: QRectF
    lines: tuple[str, ...]
    prompt_lines: int
    stem: QPainterPath
    branches: Mapping[str, QPainterPath]

    @property
    def reach(self) -> QRectF:
        """All that is painted of it."""
        found = self.rect.united(self.stem.boundingRect())
        for branch in self.branches.values():
            found = found.united(branch.boundingRect())
        return found


class Geometry:
    """The places of one tree; made anew when the tree or a font changes."""

    def __init__(
        self,
        tree: Tree,
        cards: Mapping[str, Card],
        links: Mapping[str, Link],
        body: QFontMetricsF,
        caption: QFontMetricsF,
    ) -> None:
        self.body, self.caption = body, caption
        self._row = PICTURE_HEIGHT + body.height() + caption.height() + GRID * 0.75 + _BETWEEN
        self.cards = {key: self._card(tree, card) for key, card in cards.items()}
        self.labels = {edge.job_id: self._label(links[edge.job_id]) for edge in tree.edges}
        self.bounds = QRectF()
        for box in self.cards.values():
            self.bounds = self.bounds.united(box.whole)
        for label in self.labels.values():
            self.bounds = self.bounds.united(label.rect)

    def card_at(self, point: QPointF) -> str:
        """Return the key of the card at a point, empty for none."""
        return next((key for key, box in self.cards.items() if box.whole.contains(point)), "")

    def label_at(self, point: QPointF) -> str:
        """Return the id of the job whose label is at a point, empty for none."""
        return next((one for one, box in self.labels.items() if box.rect.contains(point)), "")

    def _card(self, tree: Tree, card: Card) -> CardBox:
        place = tree.places[card.key]
        left, middle = place.depth * _PITCH, place.across * self._row
        cell = QRectF(left, middle - PICTURE_HEIGHT / 2, PICTURE_WIDTH, PICTURE_HEIGHT)
        frame = _fitted(cell, card.width, card.height)
        top = cell.bottom() + GRID * 0.75
        title = QRectF(left, top, PICTURE_WIDTH, self.body.height())
        detail = QRectF(left, title.bottom(), PICTURE_WIDTH, self.caption.height())
        return CardBox(frame, title, detail)

    def _label(self, link: Link) -> LabelBox:
        edge = link.edge
        start = self.cards[edge.parent].frame
        ends = [self.cards[key].frame for key in edge.children]
        middle = (ends[0].center().y() + ends[-1].center().y()) / 2
        room = LABEL_WIDTH - 2 * _PAD
        lines = tuple(self._broken(link.lines, room))
        height = self.body.height() + len(lines) * self.caption.height() + 1.5 * _PAD
        left = ends[0].left() - _AFTER - LABEL_WIDTH
        rect = QRectF(left, middle - height / 2, LABEL_WIDTH, height)
        stem = _curve(QPointF(start.right(), start.center().y()), QPointF(left, middle), _BEFORE)
        branches = {
            key: _curve(
                QPointF(rect.right(), middle), QPointF(end.left(), end.center().y()), _AFTER
            )
            for key, end in zip(edge.children, ends, strict=True)
        }
        of_prompt = bool(link.lines) and link.lines[0].startswith(("“", "+", "−"))
        prompt_lines = len(self._broken(link.lines[:1], room)) if of_prompt else 0
        return LabelBox(rect, lines, prompt_lines, stem, branches)

    def _broken(self, changes: Sequence[str], room: float) -> list[str]:
        """Return changes as lines of that width: long ones broken, short ones side by side."""
        lines: list[str] = []
        joins = False
        for words in changes:
            wide = self.caption.horizontalAdvance(words) > room
            beside = f"{lines[-1]} · {words}" if joins and not wide else ""
            if beside and self.caption.horizontalAdvance(beside) <= room:
                lines[-1] = beside
            else:
                lines += self._lines_of(words, room, _MOST_OF_ONE)
            # A prompt has its lines alone.
            joins = not wide and not words.startswith("“")
        return lines[:_MOST_LINES]

    def _lines_of(self, words: str, room: float, most: int) -> list[str]:
        width = self.caption.horizontalAdvance
        lines = [""]
        for word in words.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if not lines[-1] or width(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        if len(lines) > most:
            lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
        return [_elided(self.caption, line, room) for line in lines]


def _elided(metrics: QFontMetricsF, text: str, room: float) -> str:
    from PySide6.QtCore import Qt

    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)


def _fitted(cell: QRectF, width: int, height: int) -> QRectF:
    """Return the largest rectangle of a picture's shape at the left of a cell."""
    if width <= 0 or height <= 0:
        return cell
    scale = min(cell.width() / width, cell.height() / height)
    # A very long picture is cut a little rather than shown as a line.
    wide, high = max(width * scale, 40.0), max(height * scale, 40.0)
    return QRectF(cell.left(), cell.center().y() - high / 2, wide, high)


def _curve(start: QPointF, end: QPointF, room: float) -> QPainterPath:
    """Return a line that leaves and arrives level, and turns in the last ``room`` pixels."""
    path = QPainterPath(start)
    turn = QPointF(max(start.x(), end.x() - room), start.y())
    path.lineTo(turn)
    half = (end.x() - turn.x()) / 2
    path.cubicTo(turn + QPointF(half, 0), end - QPointF(half, 0), end)
    return path
