"""The keys that the canvas takes itself: those that are held, need the cursor, or move its view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QKeyEvent, QKeySequence

CANVAS_KEYS: dict[str, tuple[str, ...]] = {
    "original": ("\\", "B"),
    "flick": (",", "."),
    "loupe": ("G",),
    "turn": ("R",),
    "less": ("[",),
    "more": ("]",),
    "toggle_zoom": ("Z",),
    "pan": ("Space",),
    "zoom_fit": ("Ctrl+0",),
    "zoom_100": ("Ctrl+1",),
    "zoom_200": ("Ctrl+2",),
    "zoom_in": ("Ctrl++", "Ctrl+="),
    "zoom_out": ("Ctrl+-", "Ctrl+_"),
}
"""Keys by command. ``less`` and ``more`` turn the swipe line by 5°, and set a difference's gain."""


class CanvasKeys:
    """Finds the command of a key, in the keys that are in force."""

    def __init__(self) -> None:
        self._commands: dict[str, str] = {}
        self.set({})

    def set(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Let commands have other keys (none: no key); those not named keep their own."""
        self._commands = {
            QKeySequence(key).toString(): command
            for command, own in CANVAS_KEYS.items()
            for key in keys.get(command, own)
        }

    def command(self, event: QKeyEvent) -> str | None:
        """Return what a key says, wherever the keyboard has it."""
        name = QKeySequence(event.keyCombination()).toString().removeprefix("Num+")
        found = self._commands.get(name)
        if found is None and not event.text().isalnum():
            # Signs lie with Shift or AltGr on some keyboards.
            plain = name.replace("Shift+", "")
            found = self._commands.get(plain) or self._commands.get(event.text())
        return found
