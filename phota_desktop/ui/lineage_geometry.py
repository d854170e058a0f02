"""Where pictures and requests of a family tree stand, in pixels at 100 %."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainterPath

from phota_desktop.core.lineage import Tree
from phota_desktop.ui.mark_art import marks_width
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.lineage_words import Card, Link

PICTURE_WIDTH, PICTURE_HEIGHT = 156.0, 104.0
LABEL_WIDTH = 198.0
_BEFORE, _AFTER = 22.0, 26.0
"""Room for the lines from a picture to its requests, and from a request to its pictures."""
_BETWEEN = 22.0
"""Between the last line below a picture and the next picture."""
_PAD = 8.0
_ROOM = LABEL_WIDTH - 2 * _PAD
_LEAST = 104.0
"""A column is at least as wide, whatever stands in it."""
MARK = 12.0
"""The height of stars, flag and label beside a title."""
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
        self._depths = {key: place.depth for key, place in tree.places.items()}
        self._lines = {one: self._broken(link.lines, _ROOM) for one, link in links.items()}
        self._widths, self._label_widths = self._columns(tree, cards, links)
        self._lefts = {0: 0.0}
        for depth in range(max(self._widths, default=0)):
            label = self._label_widths.get(depth + 1, 0.0)
            right = self._lefts[depth] + self._widths[depth]
            self._lefts[depth + 1] = right + _BEFORE + label + _AFTER
        self.cards = {key: self._card(tree, card) for key, card in cards.items()}
        self.labels = {edge.job_id: self._label(links[edge.job_id]) for edge in tree.edges}
        self.bounds = QRectF()
        for box in self.cards.values():
            self.bounds = self.bounds.united(box.whole)
        for request in self.labels.values():
            self.bounds = self.bounds.united(request.rect)

    def card_at(self, point: QPointF) -> str:
        """Return the key of the card at a point, empty for none."""
        return next((key for key, box in self.cards.items() if box.whole.contains(point)), "")

    def label_at(self, point: QPointF) -> str:
        """Return the id of the job whose label is at a point, empty for none."""
        return next((one for one, box in self.labels.items() if box.rect.contains(point)), "")

    def _columns(
        self, tree: Tree, cards: Mapping[str, Card], links: Mapping[str, Link]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Return how wide each generation's pictures are, and the requests that lead there."""
        widths: dict[int, float] = {}
        for key, card in cards.items():
            depth = self._depths[key]
            widths[depth] = max(widths.get(depth, _LEAST), min(self._need(card), PICTURE_WIDTH))
        labels: dict[int, float] = {}
        for edge in tree.edges:
            link = links[edge.job_id]
            # Bold words are wider by about a tenth.
            head = self.body.horizontalAdvance(link.title + link.cost) * 1.12 + 2 * GRID
            rows = [self.caption.horizontalAdvance(row) for row in self._lines[edge.job_id]]
            need = math.ceil(max(head, *rows, 0.0)) + 2 * _PAD + 1
            depth = self._depths[edge.parent] + 1
            labels[depth] = max(labels.get(depth, _LEAST), min(need, LABEL_WIDTH))
        return widths, labels

    def _need(self, card: Card) -> float:
        """Return how wide a card's picture and words are."""
        if card.path is None:
            return PICTURE_WIDTH
        marks = marks_width(card.marks, MARK)
        title = self.body.horizontalAdvance(card.title) * 1.12 + (marks + GRID if marks else 0)
        final = f"final of {card.final_of}  ·  " if card.final_of else ""
        detail = self.caption.horizontalAdvance(final + card.detail)
        cell = QRectF(0, 0, PICTURE_WIDTH, PICTURE_HEIGHT)
        return max(_fitted(cell, card.width, card.height).width(), title, detail) + 1

    def _card(self, tree: Tree, card: Card) -> CardBox:
        place = tree.places[card.key]
        left, middle = self._lefts[place.depth], place.across * self._row
        width = self._widths[place.depth]
        cell = QRectF(left, middle - PICTURE_HEIGHT / 2, width, PICTURE_HEIGHT)
        frame = _fitted(cell, card.width, card.height)
        top = cell.bottom() + GRID * 0.75
        title = QRectF(left, top, width, self.body.height())
        detail = QRectF(left, title.bottom(), width, self.caption.height())
        return CardBox(frame, title, detail)

    def _label(self, link: Link) -> LabelBox:
        edge = link.edge
        parent = self.cards[edge.parent]
        start = parent.frame
        ends = [self.cards[key].frame for key in edge.children]
        middle = (ends[0].center().y() + ends[-1].center().y()) / 2
        lines = self._lines[edge.job_id]
        height = self.body.height() + len(lines) * self.caption.height() + 1.5 * _PAD
        width = self._label_widths[self._depths[edge.parent] + 1]
        left = ends[0].left() - _AFTER - width
        rect = QRectF(left, middle - height / 2, width, height)
        stem = _curve(QPointF(start.right(), start.center().y()), QPointF(left, middle), _BEFORE)
        branches = {
            key: _curve(
                QPointF(rect.right(), middle), QPointF(end.left(), end.center().y()), _AFTER
            )
            for key, end in zip(edge.children, ends, strict=True)
        }
        of_prompt = bool(link.lines) and link.lines[0].startswith(("“", "+", "−"))
        prompt_lines = len(self._broken(link.lines[:1], _ROOM)) if of_prompt else 0
        return LabelBox(rect, lines, prompt_lines, stem, branches)

    def _broken(self, changes: Sequence[str], room: float) -> tuple[str, ...]:
        """Return changes as lines of that width: long ones broken, short ones side by side."""
        lines: list[str] = []
        joins = False
        for words in changes:
            wide = self.caption.horizontalAdvance(words) > room
            beside = f"{lines[-1]} · {words}" if joins and not wide else ""
            if beside and self.caption.horizontalAdvance(beside) <= room:
                lines[-1] = beside
            else:
                lines += self.lines_of(words, room, _MOST_OF_ONE)
            # A prompt has its lines alone.
            joins = not wide and not words.startswith("“")
        return tuple(lines[:_MOST_LINES])

    def lines_of(self, words: str, room: float, most: int) -> list[str]:
        """Return words of a caption as lines of that width, with an ellipsis where more follow."""
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
