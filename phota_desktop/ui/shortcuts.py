"""The keys of the window, in one table that the cheat sheet shows and a person may rebind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Command:
    """What a key does. ``by_canvas`` keys are held or need the cursor: the canvas knows them."""

    id: str
    keys: tuple[str, ...]
    words: str
    section: str
    by_canvas: bool = False


COMMANDS = (
    Command("open", ("Ctrl+O",), "Open photos", "Photos"),
    Command("paste", ("Ctrl+V",), "Paste a photo", "Photos"),
    Command("previous_photo", ("Up",), "Previous photo", "Photos"),
    Command("next_photo", ("Down",), "Next photo", "Photos"),
    Command("previous_variant", ("Left",), "Previous variant", "Photos"),
    Command("next_variant", ("Right",), "Next variant", "Photos"),
    Command("copy", ("Ctrl+C",), "Copy the picture", "Photos"),
    Command("export", ("Ctrl+S",), "Export the picture", "Photos"),
    Command("submit", ("Ctrl+Return", "Ctrl+Enter"), "Ask for variants", "Request"),
    Command("prompt", ("Ctrl+E",), "Write a prompt", "Request"),
    Command("enhance", ("Alt+1",), "Enhance", "Request"),
    Command("edit", ("Alt+2",), "Edit", "Request"),
    Command("generate", ("Alt+3",), "Generate", "Request"),
    Command("remix", ("Alt+4",), "Remix", "Request"),
    Command("generated", ("Ctrl+G",), "Show generated pictures", "Request"),
    Command("ledger", ("Ctrl+L",), "What was spent", "Request"),
    Command("jobs", ("Ctrl+J",), "Show or hide jobs", "Request"),
    Command("original", ("\\", "B"), "Original while held; a tap toggles", "Compare", True),
    Command("side", ("Y",), "Side by side", "Compare"),
    Command("swipe", ("S",), "Before and after with a divider", "Compare"),
    Command("turn", ("R",), "Turn the divider", "Compare", True),
    Command("compare", ("C",), "Compare the selected two", "Compare"),
    Command("toggle_zoom", ("Z", "Space"), "Fit or 100 % at the cursor", "Zoom", True),
    Command("pan", ("Space+drag",), "Move the picture", "Zoom", True),
    Command("zoom_fit", ("Ctrl+0",), "Fit", "Zoom"),
    Command("zoom_100", ("Ctrl+1",), "100 %", "Zoom"),
    Command("zoom_200", ("Ctrl+2",), "200 %", "Zoom"),
    Command("zoom_in", ("Ctrl++", "Ctrl+="), "Larger", "Zoom"),
    Command("zoom_out", ("Ctrl+-",), "Smaller", "Zoom"),
    Command("surround", ("L",), "Next surround of the canvas", "Window"),
    Command("full_screen", ("F11", "F"), "Full screen", "Window"),
    Command("panels", ("Tab",), "Hide or show all panels (on the canvas)", "Window"),
    Command("fold_strip", ("F6",), "Hide or show the variants", "Window"),
    Command("fold_photos", ("F7",), "Hide or show the photos", "Window"),
    Command("fold_drawer", ("F8",), "Hide or show the drawer", "Window"),
    Command("settings", ("Ctrl+,",), "Settings", "Window"),
    Command("keys", ("?",), "This sheet", "Window"),
    Command("escape", ("Esc",), "Back to the canvas, step by step", "Window"),
    Command("quit", ("Ctrl+Q",), "Quit", "Window"),
)


def is_quiet(key: str) -> bool:
    """Tell keys without Ctrl or a function key, which sleep while a text field has focus."""
    return not key.startswith(("Ctrl+", "Alt+", "Meta+")) and not (
        key.startswith("F") and key[1:].isdigit()
    )


class KeyMap(QObject):
    """Binds commands to what they do; loud keys as shortcuts, quiet ones through the window."""

    def __init__(
        self,
        window: QWidget,
        calls: Mapping[str, Callable[[], object]],
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(window)
        self._quiet: dict[str, Callable[[], object]] = {}
        self._loud: dict[str, Callable[[], object]] = {}
        for command in COMMANDS:
            call = calls.get(command.id)
            if call is None or command.by_canvas:
                continue
            chosen = (overrides or {}).get(command.id)
            for key in (chosen,) if chosen else command.keys:
                if is_quiet(key):
                    self._quiet[QKeySequence(key).toString()] = call
                else:
                    shortcut = QShortcut(QKeySequence(key), window)
                    shortcut.setAutoRepeat(command.id.startswith("zoom"))
                    shortcut.activated.connect(call)
                    self._loud[shortcut.key().toString()] = call

    def handle(self, event: QKeyEvent, *, came_early: bool = False) -> bool:
        """Do what a quiet key says; False if it says nothing.

        ``came_early`` is for a key from before the shortcuts were there: then loud ones as well.
        """
        name = QKeySequence(event.keyCombination()).toString().removeprefix("Num+")
        call = self._quiet.get(name) or (self._loud.get(name) if came_early else None)
        if call is None and event.text() == "?":
            call = self._quiet.get("?")
        if call is None:
            return False
        call()
        return True


def keys_of(command_id: str) -> str:
    """Return the first key of a command for tooltips."""
    return next((c.keys[0] for c in COMMANDS if c.id == command_id), "")
