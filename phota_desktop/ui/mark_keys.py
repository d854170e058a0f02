"""Which mark a key means on any keyboard, and whether it is to go on to the next picture."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

_CAPS = {"xcb": 0x2, "wayland": 0x2, "windows": 0x100, "cocoa": 0x10000}
"""Caps Lock in the native modifiers of each of Qt's platforms: Qt itself has no name for it."""
_ROW = {
    "xcb": dict(zip(range(10, 20), "1234567890", strict=True)),
    "wayland": dict(zip(range(10, 20), "1234567890", strict=True)),
    "windows": dict(zip(range(2, 12), "1234567890", strict=True)),
}
"""The row of digits by scan code: keycodes of X11, and of the PC keyboard."""
_MAC_ROW = dict(zip((18, 19, 20, 21, 23, 22, 26, 28, 25, 29), "1234567890", strict=True))
"""The same by virtual key."""


def has_caps_lock(event: QKeyEvent) -> bool:
    """Tell whether Caps Lock was on when the key was pressed."""
    if event.nativeModifiers() & _CAPS.get(QGuiApplication.platformName(), 0):
        return True
    # A letter tells it by itself.
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    text = event.text()
    return len(text) == 1 and text.isalpha() and text.isupper() != shift


def unshifted(event: QKeyEvent, name: str) -> str:
    """Return the name of a key without Shift; empty for one that Shift made another of.

    The keys of the digit row are told by their place: with Shift they give ``!`` in one country,
    ``+`` in another, and in France it is Shift that makes them digits.
    """
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers & ~Qt.KeyboardModifier.ShiftModifier:
        return ""
    platform = QGuiApplication.platformName()
    digit = _ROW.get(platform, {}).get(event.nativeScanCode(), "")
    if platform == "cocoa":
        digit = _MAC_ROW.get(event.nativeVirtualKey(), "")
    return digit or name.removeprefix("Shift+")
