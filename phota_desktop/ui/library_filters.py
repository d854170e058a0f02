"""The filters of the library's bar that are drawn: stars, flags and colour labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from phota_desktop.core.library import MAX_STARS, Flag, Label, Marks
from phota_desktop.ui.controls import focus_by_tab
from phota_desktop.ui.mark_art import draw_label, draw_marks
from phota_desktop.ui.theme import RADIUS, tokens
from phota_desktop.viewmodels.library_filter import FLAG_WORDS, LABEL_WORDS

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

_STAR = 18
_SIGN = 20
_HEIGHT = 28


class StarFilter(QWidget):
    """Five stars; a click asks for so many or more, a click on the last one lit takes it off.

    ``=`` or the sign at its left asks for exactly so many.
    """

    changed = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryStars")
        self.setFixedSize(_SIGN + MAX_STARS * _STAR + 6, _HEIGHT)
        self.setMouseTracking(True)
        focus_by_tab(self)
        self.stars = 0
        self.exactly = False
        self._below = 0
        self.show_value(0, exactly=False)

    def show_value(self, stars: int, *, exactly: bool) -> None:
        """Show what is asked for, without telling."""
        self.stars, self.exactly = stars, exactly
        words = "no filter" if not stars else f"{stars}" if exactly else f"{stars} or more"
        self.setAccessibleName(f"Stars: {words}")
        sign = "exactly so many; click ≥ for so many or more"
        if not exactly:
            sign = "so many or more; click ≥ for exactly so many"
        self.setToolTip(f"Stars: {sign}")
        self.update()

    def _ask(self, stars: int, *, exactly: bool) -> None:
        self.show_value(stars, exactly=exactly)
        self.changed.emit(stars, exactly)

    def _star_at(self, x: float) -> int:
        return min(MAX_STARS, max(0, int((x - _SIGN) // _STAR) + 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if event.position().x() < _SIGN:
            self._ask(self.stars, exactly=not self.exactly)
        else:
            star = self._star_at(event.position().x())
            self._ask(0 if star == self.stars else star, exactly=self.exactly)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        x = event.position().x()
        self._set_below(self._star_at(x) if x >= _SIGN else -1)

    def leaveEvent(self, event: object) -> None:  # noqa: D102
        self._set_below(0)

    def _set_below(self, star: int) -> None:
        if star != self._below:
            self._below = star
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            stars = min(MAX_STARS, max(0, self.stars + step))
            self._ask(stars, exactly=self.exactly)
        elif event.text() in ("=", ">", "<", " "):
            self._ask(self.stars, exactly=not self.exactly)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tokens()
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS
            )
        sign_ink = colours.text if self._below == -1 or self.stars else colours.quiet
        painter.setPen(QColor(sign_ink))
        sign = QRectF(2, 0, _SIGN - 2, self.height())
        painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, "=" if self.exactly else "≥")
        for n in range(1, MAX_STARS + 1):
            lit = n <= self.stars
            hovered = 0 < n <= self._below
            ink = colours.accent if lit else colours.text if hovered else colours.disabled
            place = QRectF(_SIGN + (n - 1) * _STAR + 1, self.height() / 2 - 7, 14, 14)
            draw_marks(painter, place, Marks(stars=1), ink)
        painter.end()


class MarkToggles(QWidget):
    """Buttons of which any may be pressed: flags or labels that are let through."""

    changed = Signal(object)

    def __init__(self, name: str, marks: type[Flag] | type[Label], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._buttons: dict[Flag | Label, QToolButton] = {}
        words = FLAG_WORDS if marks is Flag else LABEL_WORDS
        self.setAccessibleName("Flags" if marks is Flag else "Colour labels")
        for mark, text in words.items():
            if mark is Label.NONE:
                continue
            button = QToolButton(self)
            button.setObjectName(f"{name}_{mark.value or 'none'}")
            button.setCheckable(True)
            button.setProperty("filter", True)
            button.setAccessibleName(f"Filter: {text}")
            button.setToolTip(text)
            button.setIconSize(QSize(16, 16))
            button.setFixedSize(26, _HEIGHT)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            focus_by_tab(button)
            button.toggled.connect(self._tell)
            row.addWidget(button)
            self._buttons[mark] = button
        self.retint()

    def show_value(self, pressed: frozenset[Flag] | frozenset[Label]) -> None:
        """Show what is let through, without telling."""
        for mark, button in self._buttons.items():
            before = button.blockSignals(True)
            button.setChecked(mark in pressed)
            button.blockSignals(before)

    def _tell(self) -> None:
        self.changed.emit(
            frozenset(mark for mark, button in self._buttons.items() if button.isChecked())
        )

    def retint(self) -> None:
        """Draw the marks in the theme's colours."""
        scale = self.devicePixelRatioF()
        for mark, button in self._buttons.items():
            drawn = QPixmap(round(16 * scale), round(16 * scale))
            drawn.setDevicePixelRatio(scale)
            drawn.fill(QColor(0, 0, 0, 0))
            painter = QPainter(drawn)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if isinstance(mark, Label):
                draw_label(painter, QRectF(2, 2, 12, 12), mark)
            elif mark is Flag.NONE:
                painter.setPen(QPen(QColor(tokens().text), 1.4))
                painter.drawEllipse(QPointF(8, 8), 3.5, 3.5)
            else:
                draw_marks(painter, QRectF(2.5, 1, 14, 14), Marks(flag=mark))
            painter.end()
            button.setIcon(QIcon(drawn))
