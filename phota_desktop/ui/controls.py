"""Small builders, so that every button has a name, a tooltip with its key and the same size."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from phota_desktop.ui.icons import icon
from phota_desktop.viewmodels.words import plain_tip

_CAN_BE_DISABLED = frozenset({"export"})


class IconButton(QToolButton):
    """A flat button with an icon of ours; its tooltip names the key."""

    def __init__(
        self,
        name: str,
        icon_name: str,
        text: str,
        parent: QWidget | None = None,
        *,
        key: str = "",
        with_text: bool = False,
        on_click: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setText(text)
        self.setToolTip(f"{text}  {key}" if key else text)
        focus_by_tab(self)
        self.setIconSize(QSize(20, 20))
        self.set_with_text(with_text)
        if on_click is not None:
            self.clicked.connect(lambda _checked=False: on_click())
        self.retint()

    def set_with_text(self, with_text: bool) -> None:
        """Show the words beside the icon, or the icon alone."""
        show_words(self, with_text)

    def retint(self) -> None:
        """Draw the icon in the theme's colour."""
        grey = not self.isEnabled() or self._icon_name in _CAN_BE_DISABLED
        self.setIcon(icon(self._icon_name, size=20, can_be_disabled=grey))


# What follows names Qt's enums by text: to look one up in Qt's namespace makes all 120 of them,
# and that costs 14 ms before the first paint (measured; tests/ui/test_first_paint.py).


def focus_by_tab(widget: QWidget) -> None:
    """Let a button take the focus from the Tab key, never from the mouse."""
    widget.setProperty("focusPolicy", "TabFocus")


def plain_text(label: QLabel) -> None:
    """Keep a label from reading its text as HTML."""
    label.setProperty("textFormat", "PlainText")


def plain_label(text: str = "", parent: QWidget | None = None, *, role: str = "") -> QLabel:
    """Return a label that never reads its text as HTML; ``role`` picks its colour."""
    label = QLabel(text, parent)
    plain_text(label)
    if role:
        label.setProperty("role", role)
    return label


def polish_again(widget: QWidget) -> None:
    """Let the stylesheet see changed properties of a widget that it has seen already.

    Qt styles the others when they are shown, and a look at QStyle costs 9 ms before first paint.
    """
    if widget.window().windowHandle() is not None:  # the window was shown once
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def show_words(button: QToolButton, shown: bool) -> None:
    """Show a tool button's words beside its icon, or the icon alone."""
    style = "ToolButtonTextBesideIcon" if shown else "ToolButtonIconOnly"
    button.setProperty("toolButtonStyle", style)
    before = button.property("words")
    if before is not shown:
        button.setProperty("words", shown)  # the stylesheet evens out the margins by it
        if before is not None:
            polish_again(button)


class Caption(QLabel):
    """Plain text in caption size; ``role`` picks its colour in the stylesheet."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, role: str = "quiet"
    ) -> None:
        super().__init__(text, parent)
        plain_text(self)
        self.setProperty("role", role)
        scale_font(self, 0.9)

    def set_role(self, role: str) -> None:
        """Change the colour role."""
        if self.property("role") != role:
            self.setProperty("role", role)
            polish_again(self)


class ElidedLabel(Caption):
    """One line of plain text that gives way; the whole text is its tooltip."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, role: str = "quiet"
    ) -> None:
        super().__init__("", parent, role=role)
        self._whole = text
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_text(self, text: str) -> None:
        """Show this text, shortened where there is no room."""
        self._whole = text
        self.setAccessibleName(text)
        if self.isVisible():
            self._elide()
        else:
            self.setText(text)  # its width comes with the first resize or show

    @property
    def whole_text(self) -> str:
        """The text before it is shortened."""
        return self._whole

    def resizeEvent(self, event: object) -> None:  # noqa: D102
        self._elide()

    def showEvent(self, event: object) -> None:  # noqa: D102
        self._elide()

    def _elide(self) -> None:
        room = max(0, self.width() - 1)
        width_of = self.fontMetrics().horizontalAdvance
        shown = self._whole
        if width_of(shown) > room:
            # As QFontMetrics.elidedText, whose mode would have to be looked up in Qt's namespace.
            ends = range(len(shown))
            end = bisect_right(ends, room, key=lambda end: width_of(f"{shown[:end].rstrip()}…"))
            shown = f"{shown[: max(end - 1, 0)].rstrip()}…"
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != self._whole else "")


def push_button(
    name: str, text: str, parent: QWidget | None = None, *, role: str = ""
) -> QPushButton:
    """Return a push button with a name; ``role`` ``primary`` is the one that matters most."""
    button = QPushButton(text, parent)
    button.setObjectName(name)
    button.setAccessibleName(text)
    button.setAutoDefault(False)
    if role:
        button.setProperty("role", role)
    return button


def scale_font(widget: QWidget, factor: float) -> None:
    """Give a widget the system font at ``factor`` of its size."""
    font = widget.font()
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * factor)
    else:
        font.setPixelSize(round(font.pixelSize() * factor))
    widget.setFont(font)
