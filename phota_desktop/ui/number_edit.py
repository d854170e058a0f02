"""A short field for a number, stepped by the arrow keys and the wheel."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QDoubleValidator, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class NumberEdit(QLineEdit):
    """Tells ``value_changed`` when a person changed the number; what is none is not told."""

    value_changed = Signal(float)

    def __init__(
        self,
        name: str,
        words: str,
        limits: tuple[float, float],
        parent: QWidget | None = None,
        *,
        decimals: int = 0,
        step: float = 1,
        width: int = 72,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setFixedWidth(width)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._low, self._high = limits
        self._decimals, self._step = decimals, step
        self._value = float(limits[0])
        check = QDoubleValidator(*limits, decimals, self)
        check.setNotation(QDoubleValidator.Notation.StandardNotation)
        check.setLocale(self._locale)
        self.setValidator(check)
        self.textEdited.connect(lambda _text: self._take())
        self.editingFinished.connect(self._tidy)

    @property
    def _locale(self) -> QLocale:
        locale = QLocale()
        locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        return locale

    @property
    def value(self) -> float:
        """The last number that was within the limits."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show a number without telling; not over one that is being typed and means the same."""
        self._value = float(min(max(value, self._low), self._high))
        typed, good = self._locale.toDouble(self.text())
        if not (self.hasFocus() and good and typed == self._value):
            self.setText(self._shown())

    def set_limits(self, low: float, high: float, step: float) -> None:
        """Take other limits; the number is kept within them."""
        self._low, self._high, self._step = low, high, step
        validator = self.validator()
        if isinstance(validator, QDoubleValidator):
            validator.setRange(low, high, self._decimals)

    def _shown(self) -> str:
        text = self._locale.toString(self._value, "f", self._decimals)
        if not self._decimals:
            return text
        return text.rstrip("0").rstrip(self._locale.decimalPoint())

    def _take(self) -> None:
        number, good = self._locale.toDouble(self.text())
        if good and self._low <= number <= self._high and number != self._value:
            self._value = number
            self.value_changed.emit(number)

    def _tidy(self) -> None:
        self.setText(self._shown())

    def _step_by(self, steps: float) -> None:
        value = float(min(max(round(self._value + steps * self._step, 6), self._low), self._high))
        if value != self._value:
            self._value = value
            self.setText(self._shown())
            self.value_changed.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10}
        steps[Qt.Key.Key_PageDown] = -10
        by = steps.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self._step_by(by)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        if self.hasFocus() and event.angleDelta().y():
            self._step_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()
