"""Keys at work: loud ones as shortcuts, quiet ones as they reach the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from phota_desktop.ui.command_table import COMMANDS, Command, going_on
from phota_desktop.ui.key_bindings import Bindings, is_quiet, key_name
from phota_desktop.ui.mark_keys import has_caps_lock, unshifted

SetKeys = Callable[[Mapping[str, Sequence[str]]], object]


class KeyMap(QObject):
    """Binds commands to what they do, and binds them anew whenever a person says so.

    ``tell_canvas`` is told the keys in force: the canvas acts on held keys, and on others before
    the window sees them.
    """

    changed = Signal()

    def __init__(
        self,
        window: QWidget,
        calls: Mapping[str, Callable[[], object]],
        overrides: Mapping[str, str] | None = None,
        *,
        tell_canvas: SetKeys | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._calls = dict(calls)
        self._tell_canvas = tell_canvas
        self._shortcuts: list[QShortcut] = []
        self._bindings = Bindings.of(overrides or {})
        self._bind()

    @property
    def bindings(self) -> Bindings:
        """The keys in force."""
        return self._bindings

    def rebind(self, overrides: Mapping[str, str]) -> None:
        """Take other keys; tells only of a change."""
        bindings = Bindings.of(overrides)
        if bindings != self._bindings:
            self._bindings = bindings
            self._bind()
            self.changed.emit()

    def handle(self, event: QKeyEvent, *, came_early: bool = False) -> bool:
        """Do what a quiet key says; False leaves it to the canvas and others.

        Quiet keys sleep while a text field has focus, all but Esc, which leads out of it.
        ``came_early`` is for a key from before the shortcuts were there: then loud ones as well.
        """
        name = key_name(event)
        if not name or (name != "Esc" and is_quiet(name) and _is_writing()):
            return False
        one, goes_on = self._meant(event, name)
        call = None
        if one is not None:
            call = self._calls.get(going_on(one.id) if goes_on else one.id)
        if one is None or call is None or not (is_quiet(name) or came_early):
            return False
        if one.repeats or not event.isAutoRepeat():
            call()
        return True

    def _meant(self, event: QKeyEvent, name: str) -> tuple[Command | None, bool]:
        """Return what a key does, and whether it is a mark that goes on to the next picture."""
        one = self._bindings.at(name)
        if one is not None:
            return one, one.goes_on and has_caps_lock(event)
        one = self._bindings.at(unshifted(event, name))
        if one is None or not one.goes_on:
            return None, False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return one, shift or has_caps_lock(event)

    def _bind(self) -> None:
        for old in self._shortcuts:
            old.setEnabled(False)
            old.deleteLater()
        self._shortcuts = []
        for one in COMMANDS:
            call = self._calls.get(one.id)
            for key in self._bindings.keys[one.id] if call is not None else ():
                if not is_quiet(key):
                    shortcut = QShortcut(QKeySequence(key), self._window)
                    shortcut.setAutoRepeat(one.repeats)
                    shortcut.activated.connect(call)
                    self._shortcuts.append(shortcut)
        if self._tell_canvas is not None:
            self._tell_canvas(
                {one.id: self._bindings.keys[one.id] for one in COMMANDS if not one.fixed}
            )


def _is_writing() -> bool:
    return isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QTextEdit)
