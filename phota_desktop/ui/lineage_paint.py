"""How pictures and requests of a family tree are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QTextOption

from phota_desktop.core.lineage import Tree
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.lineage_geometry import MARK, CardBox, Geometry, LabelBox
from phota_desktop.ui.mark_art import draw_marks, marks_width
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt, draw_picture
from phota_desktop.viewmodels.lineage_words import Card, Link

_READABLE = 0.42
"""Below this zoom words are too small to be read and are left out."""
_ICON = 24


@dataclass(frozen=True)
class Look:
    """What is special about the moment: chosen and hovered places, and whether keys lead here."""

    current: str = ""
    hovered: str = ""
    focused: bool = False


class TreePainter:
    """Paints one tree in its own pixels; the caller has scaled and moved the painter."""

    def __init__(
        self,
        tree: Tree,
        cards: Mapping[str, Card],
        links: Mapping[str, Link],
        geometry: Geometry,
        art: ThumbnailArt,
        body: QFont,
        caption: QFont,
    ) -> None:
        self._tree, self._cards, self._links = tree, cards, links
        self._geometry = geometry
        self._art = art
        self._body, self._caption = body, caption
        self._strong = QFont(body)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._line = QFontMetricsF(self._strong).height()

    def paint(self, painter: QPainter, look: Look, exposed: QRectF, zoom: float) -> None:
        """Paint what is in ``exposed``; ``zoom`` tells whether words can be read."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        way = frozenset(self._tree.way_to(look.current))
        shown = [
            (self._links[job_id], box)
            for job_id, box in self._geometry.labels.items()
            if box.reach.intersects(exposed)
        ]
        for strong in (False, True):  # the way to the chosen one lies over all other lines
            for link, box in shown:
                self._lines(painter, link, box, way, strong)
        for link, box in shown:
            if box.rect.intersects(exposed):
                on_way = not way.isdisjoint(link.edge.children)
                self._label(painter, link, box, on_way, zoom)
        for key, place in self._geometry.cards.items():
            if place.whole.adjusted(-6, -6, 6, 6).intersects(exposed):
                self._card(painter, self._cards[key], place, look, zoom)

    # -- requests ---------------------------------------------------------------------------

    def _lines(
        self, painter: QPainter, link: Link, box: LabelBox, way: frozenset[str], strong: bool
    ) -> None:
        colours = tokens()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        plain = QPen(QColor(colours.disabled), 1.5)
        if link.is_open:
            plain.setDashPattern([3, 3])
        chosen = QPen(QColor(colours.accent), 2.5)
        chosen.setCapStyle(Qt.PenCapStyle.RoundCap)
        on_way = not way.isdisjoint(link.edge.children)
        if on_way is strong:
            painter.setPen(chosen if strong else plain)
            painter.drawPath(box.stem)
        for key, branch in box.branches.items():
            if (key in way) is strong:
                painter.setPen(chosen if strong else plain)
                painter.drawPath(branch)

    def _label(
        self, painter: QPainter, link: Link, box: LabelBox, on_way: bool, zoom: float
    ) -> None:
        colours = tokens()
        rect = box.rect
        painter.setPen(QPen(QColor(colours.accent if on_way else colours.line), 1))
        painter.setBrush(QColor(colours.panel))
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if zoom < _READABLE:
            return
        inner = rect.adjusted(GRID, GRID * 0.7, -GRID, -GRID * 0.7)
        in_money = link.cost.startswith("$")
        painter.setFont(self._strong if in_money else self._caption)
        painter.setPen(QColor(colours.accent if in_money else colours.quiet))
        line = QRectF(inner.left(), inner.top(), inner.width(), self._line)
        painter.drawText(line, _RIGHT, link.cost)
        room = line.width() - painter.fontMetrics().horizontalAdvance(link.cost) - GRID
        painter.setFont(self._strong)
        metrics = painter.fontMetrics()
        painter.setPen(QColor(colours.text))
        title = metrics.elidedText(link.title, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(line, _LEFT, title)
        painter.setFont(self._caption)
        height = painter.fontMetrics().height()
        for n, words in enumerate(box.lines):
            painter.setPen(QColor(colours.text if n < box.prompt_lines else colours.quiet))
            at = QRectF(inner.left(), line.bottom() + n * height, inner.width(), height)
            painter.drawText(at, _LEFT, words)

    # -- pictures ---------------------------------------------------------------------------

    def _card(self, painter: QPainter, card: Card, box: CardBox, look: Look, zoom: float) -> None:
        colours = tokens()
        if card.path is not None:
            found = self._art.find(card.path)
            draw_picture(painter, found, box.frame)
            if found is None:
                self._icon(painter, box.frame.center(), card.icon, colours.quiet)
        else:
            self._stand_in(painter, card, box.frame, zoom)
        chosen = card.key == look.current
        if chosen or card.key == look.hovered:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent if chosen else colours.disabled), 2.5))
            painter.drawRoundedRect(box.frame.adjusted(-3, -3, 3, 3), RADIUS, RADIUS)
        if chosen and look.focused:
            painter.setPen(QPen(QColor(colours.text), 1))
            painter.drawRoundedRect(
                box.frame.adjusted(-5.5, -5.5, 5.5, 5.5), RADIUS + 2, RADIUS + 2
            )
        if zoom < _READABLE:
            return
        room = box.title.width()
        wide = marks_width(card.marks, MARK)
        if wide:
            room -= wide + GRID
        painter.setFont(self._strong if chosen else self._body)
        painter.setPen(QColor(colours.quiet if card.is_gone else colours.text))
        elide = Qt.TextElideMode.ElideMiddle
        title = painter.fontMetrics().elidedText(card.title, elide, int(room))
        painter.drawText(box.title, _LEFT, title)
        if wide:
            left = box.title.left() + painter.fontMetrics().horizontalAdvance(title) + GRID
            at = QRectF(left, box.title.center().y() - MARK / 2, wide, MARK)
            draw_marks(painter, at, card.marks)
        painter.setFont(self._caption)
        words = card.detail
        if card.final_of:
            painter.setPen(QColor(colours.good))
            tag = f"final of {card.final_of}"
            painter.drawText(box.detail, _LEFT, tag)
            words = f"  ·  {words}" if words else ""
            box_left = painter.fontMetrics().horizontalAdvance(tag)
            rest = box.detail.adjusted(box_left, 0, 0, 0)
        else:
            rest = box.detail
        painter.setPen(QColor(colours.quiet))
        elided = painter.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideRight, int(rest.width())
        )
        painter.drawText(rest, _LEFT, elided)

    def _stand_in(self, painter: QPainter, card: Card, frame: QRectF, zoom: float) -> None:
        """Draw a place without a picture: a ghost, an icon with its reason, or a prompt."""
        colours = tokens()
        shape = QPainterPath()
        shape.addRoundedRect(frame, RADIUS - 2, RADIUS - 2)
        pen = QPen(QColor(colours.disabled), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen if card.is_gone or card.tone == "accent" else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.window if card.is_gone else colours.raised))
        painter.drawPath(shape)
        tone = str(getattr(colours, card.tone))
        if card.icon and not (card.quote and zoom >= _READABLE):
            self._icon(painter, frame.center(), card.icon, tone)
        elif card.quote:
            inner = frame.adjusted(GRID, GRID, -GRID, -GRID)
            if card.icon:
                self._icon(painter, QPointF(inner.center().x(), inner.top() + 10), card.icon, tone)
                inner.setTop(inner.top() + _ICON)
            self._quote(painter, card.quote, inner)

    def _quote(self, painter: QPainter, words: str, inner: QRectF) -> None:
        painter.setFont(self._caption)
        painter.setPen(QColor(tokens().text))
        option = QTextOption(Qt.AlignmentFlag.AlignCenter)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        most = max(1, int(inner.height() / self._geometry.caption.height()))
        lines = self._geometry.lines_of(words, inner.width(), most)
        painter.save()
        painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
        painter.drawText(inner, "\n".join(lines), option)
        painter.restore()

    def _icon(self, painter: QPainter, middle: QPointF, name: str, colour: str) -> None:
        scale = painter.device().devicePixelRatioF() * painter.worldTransform().m11()
        drawn = pixmap(name, colour, _ICON, max(1.0, min(4.0, round(scale * 2) / 2)))
        size = _ICON / 2
        whole = QRectF(middle.x() - size, middle.y() - size, _ICON, _ICON)
        painter.drawPixmap(whole, drawn, QRectF(0, 0, drawn.width(), drawn.height()))


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
