"""The page of the settings where keys are changed: find a command, press the new key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.command_table import COMMANDS, Command, command
from phota_desktop.ui.controls import Caption, plain_text, polish_again, push_button
from phota_desktop.ui.key_bindings import Bindings, key_name, shown, why_not
from phota_desktop.ui.tables import set_up_table
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.settings import SettingsViewModel

_ID = Qt.ItemDataRole.UserRole + 1
ABOUT = "Choose a command and press its new key. Keys without Ctrl or Alt sleep while you type."


class KeyCapture(QLabel):
    """Takes the next key, whatever it is; Esc, or a click elsewhere, gives up."""

    captured = Signal(str)
    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keyCapture")
        self.setAccessibleName("New key")
        plain_text(self)
        self.setWordWrap(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def ask(self, words: str) -> None:
        """Say which key is wanted, and wait for it."""
        self.setText(words)
        self.setAccessibleDescription(words)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Let no shortcut and no walk from field to field take the key away."""
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            self.keyPressEvent(event)  # QWidget would go to the next field with Tab
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell the key."""
        event.accept()
        name = key_name(event)
        if event.isAutoRepeat() or not name:
            return
        if name == "Esc":
            self.given_up.emit()
        else:
            self.captured.emit(name)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Give up."""
        super().focusOutEvent(event)
        if self.isVisible() and event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.given_up.emit()


class KeyEditor(QWidget):
    """Commands with their keys; a key that does something else is given away only on purpose."""

    def __init__(self, settings: SettingsViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keyEditor")
        self.setAccessibleName("Keys")
        self._settings = settings
        self._asked: tuple[Command, bool] | None = None
        self._wish: tuple[Command, tuple[str, ...]] | None = None
        self._about = Caption(ABOUT, self)
        self.search = QLineEdit(self)
        self.search.setObjectName("keySearch")
        self.search.setAccessibleName("Find a command or a key")
        self.search.setPlaceholderText("Find a command or a key")
        self.search.setClearButtonEnabled(True)
        self.table = QTreeView(self)
        self._rows = QStandardItemModel(0, 3, self)
        self._found = QSortFilterProxyModel(self)
        self.capture = KeyCapture(self)
        self.told = QLabel("", self)
        self.told.setObjectName("keyProblem")
        plain_text(self.told)
        self.told.setWordWrap(True)
        self.change = push_button("changeKeyButton", "Change…", self)
        self.add = push_button("addKeyButton", "Add…", self)
        self.remove = push_button("removeKeyButton", "No key", self)
        self.reset = push_button("resetKeyButton", "Reset", self)
        self.reset_all = push_button("resetKeysButton", "Reset all", self)
        self.take = push_button("takeKeyButton", "Use it here", self)
        self.swap = push_button("swapKeysButton", "Swap", self)
        self.keep = push_button("keepKeyButton", "Leave it", self)
        self._set_up_table()
        self._lay_out()
        self._connect()
        self._fill()

    @property
    def bindings(self) -> Bindings:
        """The keys in force."""
        return Bindings.of(self._settings.value.keys)

    @property
    def chosen(self) -> Command | None:
        """The command of the current row."""
        found = self.table.currentIndex().siblingAtColumn(0).data(_ID)
        return command(found) if found else None

    def choose(self, command_id: str) -> None:
        """Make a command's row the current one."""
        for row in range(self._found.rowCount()):
            index = self._found.index(row, 0)
            if index.data(_ID) == command_id:
                self.table.setCurrentIndex(index)

    def ask_key(self, *, add: bool = False) -> None:
        """Wait for the new key of the chosen command, in place of the others or beside them."""
        one = self.chosen
        if one is None or one.fixed:
            return
        self._asked, self._wish = (one, add), None
        self._say("")
        self.capture.ask(f"Press the new key for “{one.words}”. Esc leaves it as it is.")
        self._refresh()

    def _set_up_table(self) -> None:
        table = self.table
        table.setObjectName("keyTable")
        table.setAccessibleName("Commands and keys")
        self._rows.setHorizontalHeaderLabels(["Command", "Where", "Keys"])
        self._found.setSourceModel(self._rows)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._found.setFilterKeyColumn(-1)
        table.setModel(self._found)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setMinimumHeight(200)
        set_up_table(table, 9 * GRID)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for button in (self.change, self.add, self.remove, self.reset):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.reset_all)
        answers = QHBoxLayout()
        answers.setSpacing(GRID)
        answers.addWidget(self.told, 1)
        for button in (self.take, self.swap, self.keep):
            answers.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(self._about)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(self.capture)
        column.addLayout(answers)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_search)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._on_chosen())
        self.table.activated.connect(lambda _index: self.ask_key())
        self.capture.captured.connect(self._on_key)
        self.capture.given_up.connect(self._give_up)
        _on_click(self.change, self.ask_key)
        _on_click(self.add, lambda: self.ask_key(add=True))
        _on_click(self.remove, lambda: self._wish_for(()))
        _on_click(self.reset, self._reset)
        _on_click(self.reset_all, self._reset_all)
        _on_click(self.take, self._take)
        _on_click(self.swap, self._swap)
        _on_click(self.keep, self._give_up)
        self._settings.changed.connect(self._fill)

    def _fill(self) -> None:
        """Show the keys in force; the current row stays."""
        bindings = self.bindings
        if not self._rows.rowCount():
            for one in COMMANDS:
                cells = [QStandardItem(text) for text in (one.words, one.section, "")]
                cells[0].setData(one.id, _ID)
                self._rows.appendRow(cells)
            self.table.setCurrentIndex(self._found.index(0, 0))
        for row, one in enumerate(COMMANDS):
            cell = self._rows.item(row, 2)
            words = bindings.words(one.id) or "none"
            if cell.text() != words:
                cell.setText(words)
            is_own = bindings.keys[one.id] != one.keys
            font = cell.font()
            if font.bold() != is_own:
                font.setBold(is_own)
                cell.setFont(font)
            cell.setToolTip("Changed by you" if is_own else "Fixed" if one.fixed else "")
        self._refresh()

    def _refresh(self) -> None:
        one, bindings = self.chosen, self.bindings
        free = one is not None and not one.fixed and self._wish is None
        for button in (self.change, self.add, self.remove):
            button.setEnabled(free)
        self.add.setEnabled(free and one is not None and bool(bindings.keys[one.id]))
        self.remove.setEnabled(free and one is not None and bool(bindings.keys[one.id]))
        own = one is not None and bindings.keys[one.id] != one.keys
        self.reset.setEnabled(free and own)
        self.reset_all.setEnabled(any(bindings.keys[c.id] != c.keys for c in COMMANDS))
        for button in (self.take, self.keep):
            button.setVisible(self._wish is not None)
        self.swap.setVisible(self._wish is not None and self._can_swap())
        self.capture.setVisible(self._asked is not None)
        # Words and buttons below have taken room, or given it back, once they are laid out.
        QTimer.singleShot(0, self, self._show_row)

    def _show_row(self) -> None:
        self.table.scrollTo(self.table.currentIndex())

    def _on_search(self, text: str) -> None:
        self._found.setFilterFixedString(text.strip())
        if not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self._found.index(0, 0))
        self._on_chosen()

    def _on_chosen(self) -> None:
        self._asked = self._wish = None
        one = self.chosen
        self._say(f"{self.bindings.words(one.id)} is fixed." if one and one.fixed else "")
        self._refresh()

    def _on_key(self, key: str) -> None:
        if self._asked is None:
            return
        one, add = self._asked
        problem = why_not(one, key)
        if problem:
            self._say(f"{problem} Press another key, or Esc.", bad=True)
            return
        self._end_asking()
        had = self.bindings.keys[one.id] if add else ()
        self._wish_for((*had, key), one)

    def _wish_for(self, keys: Sequence[str], one: Command | None = None) -> None:
        """Bind, or ask first where others would lose their keys."""
        one = one or self.chosen
        if one is None:
            return
        others = self.bindings.conflicts(one.id, keys)
        if not others:
            self._bind(self.bindings.bound(one.id, keys))
            return
        self._wish = (one, tuple(keys))
        held = "; ".join(f"{shown(key)} does “{other.words}”" for key, other in others.items())
        fixed = any(other.fixed for other in others.values())
        if fixed:  # cannot be: fixed keys are reserved; said all the same
            self._wish = None
            self._say(f"{held}.", bad=True)
        else:
            self._say(f"{held}. Use it for “{one.words}” instead?", bad=True)
        self._refresh()
        if not fixed:
            self.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _can_swap(self) -> bool:
        """Tell whether one other command could take this one's keys in return."""
        if self._wish is None:
            return False
        one, keys = self._wish
        others = set(self.bindings.conflicts(one.id, keys).values())
        given = set(self.bindings.keys[one.id]) - set(keys)
        return (
            len(others) == 1
            and bool(given)
            and not any(why_not(other, key) for other in others for key in given)
        )

    def _take(self) -> None:
        if self._wish is not None:
            one, keys = self._wish
            self._bind(self.bindings.bound(one.id, keys))

    def _swap(self) -> None:
        if self._wish is None or not self._can_swap():
            return
        one, keys = self._wish
        before = self.bindings
        other = next(iter(before.conflicts(one.id, keys).values()))
        given = [key for key in before.keys[one.id] if key not in keys]
        after = before.bound(one.id, keys)
        self._bind(after.bound(other.id, (*after.keys[other.id], *given)))

    def _reset(self) -> None:
        one = self.chosen
        if one is not None:
            self._wish_for(one.keys, one)

    def _reset_all(self) -> None:
        self._bind(Bindings.of({}))

    def _bind(self, bindings: Bindings) -> None:
        self._wish = None
        self._say("")
        self._settings.change(keys=bindings.overrides(self._settings.value.keys))
        self._fill()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end_asking(self) -> None:
        self._asked = None
        self.capture.hide()

    def _give_up(self) -> None:
        if self._asked is None and self._wish is None:
            return
        had_focus = self.capture.hasFocus() or self.keep.hasFocus()
        self._asked = self._wish = None
        self._say("")
        self._refresh()
        if had_focus:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, words: str, *, bad: bool = False) -> None:
        role = "warn" if bad else "quiet"
        if self.told.property("role") != role:
            self.told.setProperty("role", role)
            polish_again(self.told)
        self.told.setText(words)
        self.told.setAccessibleName(words or "Nothing in the way")


def _on_click(button: QPushButton, call: object) -> None:
    if callable(call):
        button.clicked.connect(lambda _on=False: call())
