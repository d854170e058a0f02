"""The prompt field: plain words, with people and pets as chips among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from phota_desktop.ui.controls import plain_text

if TYPE_CHECKING:  # all of this is made when it is first needed, after the first paint
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QFocusEvent, QHideEvent, QInputMethodEvent, QKeyEvent, QResizeEvent

    from phota_desktop.services.people import Person
    from phota_desktop.ui.mention_chip import ChipArt
    from phota_desktop.ui.mention_popup import MentionPopup
    from phota_desktop.ui.thumbnail_art import ThumbnailArt
    from phota_desktop.viewmodels.prompts import PromptsViewModel

_ACCESSIBLE_LIMIT = 2000
_MARGIN = 4
"""The document's own; to ask it makes its enums, 0.8 ms before the first paint."""
_PADDING = (5, 5)
"""Border and padding of the stylesheet, across and down, in pixels."""


class PromptEditor(QTextEdit):
    """Tab leaves it, Escape gives it back to the canvas; ``@`` offers people and pets.

    A chip is one character of the text: the cursor steps over it, Backspace takes it whole, undo
    brings it back, and the clipboard carries its wire text.
    """

    changed = Signal()
    """The wire text is another one."""
    left = Signal()
    """The focus went elsewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("promptEditor")
        self.setAccessibleName("Prompt")
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(44)
        self.setMaximumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAcceptDrops(False)  # a photo dropped here opens like anywhere else
        self._wire = ""
        self._people: dict[str, Person] = {}
        self._is_listed = True
        self._pictures: ThumbnailArt | None = None
        self._prompts: PromptsViewModel | None = None
        self._chips: ChipArt | None = None
        self._popup: MentionPopup | None = None
        self._hint = QLabel("", self)  # Qt's own is cut off after its first line
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "quiet")
        self._hint.setProperty("alignment", "AlignTop|AlignLeft")
        plain_text(self._hint)
        self._is_complete = False
        self.textChanged.connect(self._on_text)

    def complete(self) -> None:
        """Put the hint where clicks go through it; to name the viewport costs 9 ms."""
        if self._is_complete:
            return
        self._is_complete = True
        column = QVBoxLayout(self.viewport())
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.addWidget(self._hint)
        column.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if not self._is_complete:
            across, down = _MARGIN + _PADDING[0], _MARGIN + _PADDING[1]
            width = max(0, self.width() - 2 * across)
            self._hint.setGeometry(across, down, width, max(0, self.height() - 2 * down))

    def setPlaceholderText(self, placeholder: str) -> None:
        """Show these words while there are no others, on as many lines as they need."""
        self._hint.setText(placeholder)

    def placeholderText(self) -> str:
        """Return the words that are shown while there are no others."""
        return self._hint.text()

    # -- the text -----------------------------------------------------------------------

    def wire_text(self) -> str:
        """Return the prompt with ``[[profile_id]]`` for each chip."""
        if self._chips is None:
            return self.toPlainText()
        from phota_desktop.ui.mention_chip import wire_of

        return wire_of(self.document())

    def set_wire_text(self, text: str) -> None:
        """Put a prompt in place of what is there; undo brings that back."""
        if text == self._wire:  # also at the start, when there is nothing to load for it
            return
        from phota_desktop.viewmodels.mentions import cleaned

        if cleaned(text) != self._wire:
            cursor = self.textCursor()
            cursor.select(cursor.SelectionType.Document)
            self.setTextCursor(cursor)
            self.insert_wire(text)

    def insert_wire(self, text: str) -> None:
        """Write at the cursor, in place of the selection; mentions become chips."""
        from phota_desktop.ui.mention_chip import insert_wire

        if "[[" in text:
            self._wake_chips()
        insert_wire(self.textCursor(), text)
        self.ensureCursorVisible()

    def insert_mention(self, profile_id: str) -> None:
        """Mention a person or pet at the cursor, apart from the words around."""
        cursor = self.textCursor()
        cursor.setPosition(cursor.selectionStart())
        cursor.movePosition(cursor.MoveOperation.StartOfBlock, cursor.MoveMode.KeepAnchor)
        before = cursor.selectedText()
        space = " " if before and not before[-1].isspace() else ""
        self.insert_wire(f"{space}[[{profile_id}]]")

    # -- people, history ------------------------------------------------------------------

    def set_people(self, people: Sequence[Person], *, is_listed: bool = True) -> None:
        """Offer these people at ``@`` and show the chips with their names and states.

        ``is_listed``: they are all there are, so that a chip of anybody else is marked.
        """
        known = {person.id: person for person in people}
        if known == self._people and is_listed == self._is_listed:
            return
        self._people, self._is_listed = known, is_listed
        if self._chips is not None:
            self._chips.show(known, self._pictures, is_listed=is_listed)
            self._describe()
        if self._popup is not None:
            self._popup.set_people(people, self._pictures)

    def set_pictures(self, pictures: ThumbnailArt) -> None:
        """Take the faces of chips and of the list at ``@`` from there."""
        self._pictures = pictures
        if self._chips is not None:
            self._chips.show(self._people, pictures, is_listed=self._is_listed)

    def set_prompts(self, prompts: PromptsViewModel) -> None:
        """Follow the people of a view-model, and step through its history with Alt+Up and Down."""
        self._prompts = prompts
        prompts.people_changed.connect(self._take_people)
        self._take_people()

    def _take_people(self) -> None:
        if self._prompts is not None:
            self.set_people(self._prompts.people, is_listed=self._prompts.is_listed)

    @property
    def readable_text(self) -> str:
        """The prompt with names, as a screen reader says it."""
        from phota_desktop.viewmodels.mentions import readable

        return readable(self.wire_text(), self._people)

    # -- inside ---------------------------------------------------------------------------

    def _on_text(self) -> None:
        self._hint.setVisible(self.document().isEmpty())
        wire = self.wire_text()
        if wire == self._wire:
            return
        self._wire = wire
        if self._chips is not None:
            self._describe()
        if "]]" in self.toPlainText():  # completed by other ways than keys and the clipboard
            from PySide6.QtCore import QTimer

            QTimer.singleShot(0, self, self._make_chips)
        self.changed.emit()

    def _make_chips(self) -> None:
        """Make chips of mentions that stand there as text; undo ends here, it would loop."""
        from phota_desktop.viewmodels.mentions import Mention, pieces

        if any(isinstance(piece, Mention) for piece in pieces(self.toPlainText())):
            from phota_desktop.ui.mention_chip import make_chips_of_typed

            self._wake_chips()
            make_chips_of_typed(self.document())
            self.document().clearUndoRedoStacks()

    def _edit_by_hand(self, event: QKeyEvent) -> bool:
        """Do what a key does near brackets, where it may complete a mention; False elsewhere."""
        from PySide6.QtCore import Qt

        mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        cursor, text = self.textCursor(), event.text()
        if mods in (control, control | shift):
            return False
        if "[" not in text and "[[" not in self.toPlainText():
            return False  # as good as always: then typing is undone word by word
        changes: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Backspace: cursor.deletePreviousChar,
            Qt.Key.Key_Delete: cursor.deleteChar,
        }
        change = changes.get(event.key()) if not mods else None
        if change is None and text and text.isprintable():
            change = partial(cursor.insertText, text)
        if change is None:
            return False
        from phota_desktop.ui.mention_chip import edit_whole

        self._wake_chips()
        edit_whole(cursor, change)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        event.accept()
        return True

    def _wake_chips(self) -> None:
        if self._chips is None:
            from phota_desktop.ui.mention_chip import ChipArt

            self._chips = ChipArt(self)
            self._chips.show(self._people, self._pictures, is_listed=self._is_listed)

    def _describe(self) -> None:
        """Tell names to screen readers, which find only a placeholder in the text itself."""
        from phota_desktop.viewmodels.mentions import CHIP

        has_chips = CHIP in self.toPlainText()
        said = self.readable_text[:_ACCESSIBLE_LIMIT] if has_chips else ""
        if said != self.accessibleDescription():
            self.setAccessibleDescription(said)

    def _suggest(self) -> None:
        """Show or hide the people that fit what stands behind an ``@`` before the cursor."""
        cursor = self.textCursor()
        query = None
        if not cursor.hasSelection() and self.hasFocus():
            cursor.movePosition(cursor.MoveOperation.StartOfBlock, cursor.MoveMode.KeepAnchor)
            before = cursor.selectedText()
            if "@" in before:
                from phota_desktop.viewmodels.mentions import typed_query

                query = typed_query(before)
        if query is not None and self._popup is None:
            from phota_desktop.ui.mention_popup import MentionPopup

            self._popup = MentionPopup(self)
            self._popup.set_people(tuple(self._people.values()), self._pictures)
            self._popup.taken.connect(self._complete)
        if self._popup is not None:
            self._popup.suggest(query)

    def _complete(self, profile_id: str, length: int) -> None:
        """Put a chip in place of the ``@`` and the ``length`` places typed behind it."""
        cursor = self.textCursor()
        end = cursor.position()
        cursor.setPosition(end - length - 1)
        cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
        self._wake_chips()
        from phota_desktop.ui.mention_chip import insert_wire

        insert_wire(cursor, f"[[{profile_id}]]")
        self.ensureCursorVisible()

    @property
    def _is_suggesting(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

    # -- Qt's events ----------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if self._popup is not None and self._popup.take_key(event):
            return
        if self._prompts is not None and self._step(event):
            return
        before, place = self._wire, self.textCursor().position()
        if not self._edit_by_hand(event):
            super().keyPressEvent(event)
        if (self._wire != before and event.text().isprintable()) or (
            self._is_suggesting and (self._wire, self.textCursor().position()) != (before, place)
        ):
            self._suggest()

    def _step(self, event: QKeyEvent) -> bool:
        from PySide6.QtCore import Qt

        steps: dict[int, int] = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        pressed = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if pressed != Qt.KeyboardModifier.AltModifier or event.key() not in steps:
            return False
        if self._prompts is not None:
            text = self._prompts.step(steps[event.key()], self.wire_text())
            if text is not None:
                self.set_wire_text(text)
        event.accept()
        return True

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: D102
        super().inputMethodEvent(event)
        self._hint.setVisible(self.document().isEmpty() and not event.preeditString())
        if event.commitString():
            self._suggest()
        elif event.preeditString() and self._popup is not None:
            self._popup.suggest(None)

    def focusNextPrevChild(self, following: bool) -> bool:  # noqa: D102
        if following and self._popup is not None and self._is_suggesting and self._popup.take():
            return True
        return bool(super().focusNextPrevChild(following))

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusOutEvent(event)
        if self._popup is not None:
            self._popup.suggest(None)
        self.left.emit()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        if self._popup is not None:
            self._popup.suggest(None)

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: D102
        from PySide6.QtCore import QMimeData

        from phota_desktop.ui.mention_chip import wire_of_selection

        carried = QMimeData()
        carried.setText(wire_of_selection(self.textCursor()))
        return carried

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: D102
        return bool(source.hasText())

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: D102
        self.insert_wire(source.text())
