"""Which keys do what: the table's own, changed by a person, and never two commands on one key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from phota_desktop.ui.command_table import COMMANDS, RESERVED, Command, command

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_LOUD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_LOUD |= Qt.KeyboardModifier.MetaModifier
_UNSAID = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier
_BETWEEN = " or "
"""Stands between the keys of one command in the settings: no name of a key holds it."""
_SHOWN = {"Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "Return": "Enter", "-": "−"}
_MODIFIERS = frozenset(
    (
        *(Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta),
        *(Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock),
        *(Qt.Key.Key_Super_L, Qt.Key.Key_Super_R, Qt.Key.Key_Hyper_L, Qt.Key.Key_Hyper_R),
        *(Qt.Key.Key_unknown, Qt.Key.Key_Multi_key, Qt.Key.Key_Mode_switch),
    )
)


def key_name(event: QKeyEvent) -> str:
    """Return the name of a pressed key; empty for a modifier alone.

    A sign that is typed with Shift or AltGr goes by itself, so that ``?`` is the same key on every
    keyboard.
    """
    modifiers = event.modifiers() & ~_UNSAID
    text = event.text()
    if len(text) == 1 and text.isprintable() and not (text.isalnum() or text.isspace()):
        # Some systems report AltGr as Ctrl and Alt together; Ctrl alone types no sign.
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if not modifiers & _LOUD or modifiers & both == both:
            return normal(text)
    key = Qt.Key(event.key())
    if key in _MODIFIERS:
        return ""
    return QKeySequence(QKeyCombination(modifiers, key)).toString(_PORTABLE)


def normal(key: str) -> str:
    """Return a key's one name (``ctrl+k`` is ``Ctrl+K``); empty for what is no single key."""
    sequence = QKeySequence(key, _PORTABLE)
    if sequence.count() != 1 or key_of(key) in _MODIFIERS:
        return ""
    return sequence.toString(_PORTABLE)


def key_of(name: str) -> Qt.Key:
    """Return the key of a name, without what is held with it."""
    combination: QKeyCombination = QKeySequence(name, _PORTABLE)[0]  # type: ignore[index]  # so it is
    return combination.key()


def is_quiet(key: str) -> bool:
    """Tell keys without Ctrl, Alt or a function key, which sleep while a text field has focus."""
    bare = key.removeprefix("Shift+")
    return not key.startswith(("Ctrl+", "Alt+", "Meta+")) and not (
        bare.startswith("F") and bare[1:].isdigit()
    )


def shown(key: str) -> str:
    """Return a key as the sheet shows it: arrows as arrows."""
    before, plus, last = key.rpartition("+")
    if not last:  # the plus key itself
        return key
    return f"{before}{plus}{_SHOWN.get(last, last)}"


def why_not(one: Command, key: str) -> str:
    """Return why a command cannot have a key, as a sentence; empty where it can."""
    if not key:
        return "That is not a key that can be used alone."
    if key in RESERVED:
        return f"{shown(key)} is reserved: it {RESERVED[key]}."
    if one.held and not is_quiet(key):
        return f"“{one.words}” needs a key without Ctrl, Alt or F: it acts while held."
    return ""


@dataclass(frozen=True)
class Bindings:
    """The keys in force, by command; every key occurs once."""

    keys: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, overrides: Mapping[str, str]) -> Bindings:
        """Read the settings: a person's keys go before the table's, earlier commands before later.

        Unknown commands, fixed ones, and keys that are reserved or no keys are left out.
        """
        keys = {one.id: one.keys for one in COMMANDS if one.fixed}
        taken = {key for fixed in keys.values() for key in fixed}
        free = [one for one in COMMANDS if not one.fixed]
        wishes = {one.id: _wish(one, overrides) for one in free}
        for one in sorted(free, key=lambda one: wishes[one.id] is None):
            wanted = wishes[one.id]
            kept = dict.fromkeys(one.keys if wanted is None else wanted)
            keys[one.id] = tuple(key for key in kept if key not in taken)
            taken.update(keys[one.id])
        return cls({one.id: keys[one.id] for one in COMMANDS})

    def at(self, key: str) -> Command | None:
        """Return what a key does."""
        found = (command_id for command_id, keys in self.keys.items() if key in keys)
        return next((command(command_id) for command_id in found), None)

    def words(self, command_id: str) -> str:
        """Return a command's keys for reading, empty without one."""
        return "  ".join(dict.fromkeys(shown(key) for key in self.keys.get(command_id, ())))

    def first(self, command_id: str) -> str:
        """Return a command's first key for tooltips, empty without one."""
        return next((shown(key) for key in self.keys.get(command_id, ())), "")

    def conflicts(self, command_id: str, keys: Iterable[str]) -> dict[str, Command]:
        """Return which of these keys do something else now."""
        found = {key: self.at(key) for key in keys}
        return {key: one for key, one in found.items() if one and one.id != command_id}

    def bound(self, command_id: str, keys: Iterable[str]) -> Bindings:
        """Return the bindings with exactly these keys for a command; others lose them.

        Raises ValueError for a key that the command cannot have (see :func:`why_not`).
        """
        one, wanted = command(command_id), tuple(dict.fromkeys(keys))
        problem = next(filter(None, (why_not(one, key) for key in wanted)), "")
        if one.fixed or problem:
            raise ValueError(problem or "fixed")
        left = {
            other: tuple(key for key in had if key not in wanted)
            for other, had in self.keys.items()
        }
        return Bindings({**left, command_id: wanted})

    def overrides(self, before: Mapping[str, str]) -> dict[str, str]:
        """Return what the settings keep: what differs from the table, and what they had for others.

        Commands of another version of the program stay as they were.
        """
        known = {one.id for one in COMMANDS}
        kept = {name: keys for name, keys in before.items() if name not in known}
        changed = {
            one.id: _BETWEEN.join(self.keys[one.id])
            for one in COMMANDS
            if self.keys[one.id] != one.keys
        }
        return {**kept, **changed}


def _wish(one: Command, overrides: Mapping[str, str]) -> list[str] | None:
    """Return the keys that a person gave a command; None for no word of it that makes sense."""
    text = overrides.get(one.id)
    if text is None:
        return None
    keys = [normal(key.strip()) for key in text.split(_BETWEEN)]
    found = [key for key in keys if not why_not(one, key)]
    return found if found or not text.strip() else None
