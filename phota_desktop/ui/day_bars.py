"""A small plot of what each of the last days cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from phota_desktop.ui.controls import scale_font
from phota_desktop.ui.theme import tokens
from phota_desktop.viewmodels.ledger import DayBar
from phota_desktop.viewmodels.words import money

_GAP = 3


class DayBars(QWidget):
    """One bar a day, today's last; a dashed line is the daily cap where it is in reach."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dayBars")
        self.setMinimumHeight(112)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        scale_font(self, 0.85)
        self._bars: tuple[DayBar, ...] = ()
        self._cap = Decimal(0)
        self._hovered = -1

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(480, 128)

    def show_days(self, bars: Sequence[DayBar], cap: Decimal) -> None:
        """Plot these days."""
        self._bars, self._cap = tuple(bars), cap
        most = max(bars, key=lambda bar: bar.amount, default=None)
        words = f"Spending of the last {len(bars)} days"
        if most is not None and most.amount:
            words += f"; most on {most.words}"
        self.setAccessibleName(words)
        self.update()

    @property
    def _top(self) -> Decimal:
        """The amount at the top of the plot, with the cap in sight when it is near."""
        most = max((bar.amount for bar in self._bars), default=Decimal(0))
        return self._cap if most < self._cap <= 2 * most else most

    def _plot(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(0.5, line + 4.5, self.width() - 1, self.height() - 2 * line - 10)

    def bar_rect(self, n: int) -> QRectF:
        """Return where bar ``n`` stands; days without spending have a hairline."""
        plot = self._plot()
        step = plot.width() / max(1, len(self._bars))
        share = float(self._bars[n].amount / self._top) if self._top else 0.0
        height = max(1.0, plot.height() * share)
        return QRectF(plot.left() + n * step, plot.bottom() - height, step - _GAP, height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        colours = tokens()
        plot, line = self._plot(), self.fontMetrics().height()
        painter.setPen(Qt.PenStyle.NoPen)
        for n, bar in enumerate(self._bars):
            strong = n == self._hovered or (self._hovered < 0 and n == len(self._bars) - 1)
            colour = QColor(colours.accent_hover if n == self._hovered else colours.accent)
            if not bar.amount:
                colour = QColor(colours.line)
            elif not strong:
                colour.setAlphaF(0.7)
            painter.setBrush(colour)
            painter.drawRect(self.bar_rect(n).toAlignedRect())
        if self._top and self._cap and self._cap <= self._top:
            y = round(plot.bottom() - plot.height() * float(self._cap / self._top)) + 0.5
            painter.setPen(QPen(QColor(colours.warn), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(QColor(colours.quiet))
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        above = QRectF(0, 0, self.width(), line)
        below = QRectF(0, self.height() - line, self.width(), line)
        if self._bars:
            painter.drawText(below, left, self._bars[0].words.rpartition(":")[0])
            painter.drawText(below, right, "Today")
        if 0 <= self._hovered < len(self._bars):
            painter.setPen(QColor(colours.text))
            painter.drawText(above, left, self._bars[self._hovered].words)
        elif self._top:
            painter.drawText(above, left, f"Last {len(self._bars)} days, up to {money(self._top)}")
        if self._top and self._cap and self._cap <= self._top:
            painter.setPen(QColor(colours.warn))
            painter.drawText(above, right, f"Daily cap {money(self._cap)}")
        painter.end()

    def bar_at(self, x: float) -> int:
        """Return which bar is at ``x``, -1 for none."""
        n = int(x / (self._plot().width() / max(1, len(self._bars))))
        return n if 0 <= n < len(self._bars) and x >= 0 else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._hover(self.bar_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self._hover(-1)

    def _hover(self, n: int) -> None:
        if n != self._hovered:
            self._hovered = n
            self.update()

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QHelpEvent):
            n = self.bar_at(event.pos().x())
            if n >= 0:
                QToolTip.showText(event.globalPos(), self._bars[n].words, self)
            return True
        return super().event(event)
