"""The prompt field: chips for people, driven by real keys."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.requests import mentions
from phota_desktop.services.people import Person
from phota_desktop.ui.mention_chip import profile_of
from phota_desktop.ui.mention_popup import MentionPopup
from phota_desktop.ui.prompt_editor import PromptEditor

READY = ProfileStatus.READY
ANNA = Person("anna01", "Anna", READY)
MARIA = Person("mari02", "Anna Maria", READY)
BELLO = Person("bell03", "Bello", ProfileStatus.IN_PROGRESS)
ZOE = Person("zoe-04", "Zoë", READY)
PEOPLE = (BELLO, MARIA, ANNA, ZOE)


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[PromptEditor]:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    made = PromptEditor(window)
    column.addWidget(made)
    column.addWidget(QLineEdit(window))
    column.addStretch(1)
    window.resize(420, 420)
    window.show()
    window.activateWindow()
    made.setFocus()
    made.set_people(PEOPLE)
    QApplication.processEvents()
    yield made
    window.close()


def popup_of(editor: PromptEditor) -> MentionPopup | None:
    found = editor.window().findChild(MentionPopup)
    return found if found is not None and found.isVisible() else None


def press(qtbot: QtBot, editor: PromptEditor, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(editor, key)


def chips(editor: PromptEditor) -> list[str]:
    """Return the profile of each chip, character by character, as the document has it."""
    found = []
    cursor = editor.textCursor()
    for place in range(1, editor.document().characterCount()):
        cursor.setPosition(place)
        if editor.document().characterAt(place - 1) == "\ufffc":
            found.append(profile_of(cursor.charFormat()))
    return found


def in_wire(wire: str) -> list[str]:
    from phota_desktop.viewmodels.mentions import Mention, pieces

    return [piece.profile_id for piece in pieces(wire) if isinstance(piece, Mention)]


def compose(editor: PromptEditor, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(editor, event)


def test_plain_words_are_plain(qtbot: QtBot, editor: PromptEditor) -> None:
    told = []
    editor.changed.connect(lambda: told.append(editor.wire_text()))
    qtbot.keyClicks(editor, "ab")
    press(qtbot, editor, Qt.Key.Key_Return)
    assert told == ["a", "ab", "ab\n"]
    assert popup_of(editor) is None


def test_typing_at_an_and_enter_mentions_the_first_one(qtbot: QtBot, editor: PromptEditor) -> None:
    qtbot.keyClicks(editor, "Portrait of @an")
    popup = popup_of(editor)
    assert popup is not None
    assert [popup.model.words(n) for n in range(popup.model.rowCount())] == [
        "Anna, Ready",
        "Anna Maria, Ready",
    ]
    press(qtbot, editor, Qt.Key.Key_Return)
    assert popup_of(editor) is None
    assert editor.wire_text() == "Portrait of [[anna01]]"
    qtbot.keyClicks(editor, " outside")
    assert editor.wire_text() == "Portrait of [[anna01]] outside"
    assert chips(editor) == ["anna01"]


def test_tab_takes_the_chosen_one_and_stays(qtbot: QtBot, editor: PromptEditor) -> None:
    qtbot.keyClicks(editor, "@an")
    press(qtbot, editor, Qt.Key.Key_Down, Qt.Key.Key_Tab)
    assert editor.wire_text() == "[[mari02]]"
    assert editor.hasFocus()
    press(qtbot, editor, Qt.Key.Key_Tab)
    assert not editor.hasFocus()


def test_a_click_takes_a_row(qtbot: QtBot, editor: PromptEditor) -> None:
    qtbot.keyClicks(editor, "with @")
    popup = popup_of(editor)
    assert popup is not None
    assert popup.model.rowCount() == 4
    assert popup.model.words(3) == "Bello, Training"  # those who are ready come first
    row = popup.list.visualRect(popup.model.index(2)).center()
    qtbot.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert editor.wire_text() == "with [[zoe-04]]"
    assert editor.hasFocus()


def test_escape_closes_the_list_and_nothing_else(qtbot: QtBot, editor: PromptEditor) -> None:
    qtbot.keyClicks(editor, "@an")
    press(qtbot, editor, Qt.Key.Key_Escape)
    assert popup_of(editor) is None
    assert editor.wire_text() == "@an"
    assert editor.hasFocus()
    press(qtbot, editor, Qt.Key.Key_Return)
    assert editor.wire_text() == "@an\n"


@pytest.mark.parametrize("text", ["me@an", "@ an", "@nobody", "@anna,", "a @an b"])
def test_what_is_no_mention_offers_nobody(qtbot: QtBot, editor: PromptEditor, text: str) -> None:
    qtbot.keyClicks(editor, text)
    assert popup_of(editor) is None


def test_names_with_spaces_and_accents_are_found(qtbot: QtBot, editor: PromptEditor) -> None:
    qtbot.keyClicks(editor, "@anna m")
    press(qtbot, editor, Qt.Key.Key_Enter)
    qtbot.keyClicks(editor, "+(@ZOE")
    press(qtbot, editor, Qt.Key.Key_Return)
    assert editor.wire_text() == "[[mari02]]+([[zoe-04]]"


def test_nobody_trained_says_so_and_leaves_enter_alone(qtbot: QtBot, editor: PromptEditor) -> None:
    editor.set_people(())
    qtbot.keyClicks(editor, "@")
    assert popup_of(editor) is not None
    press(qtbot, editor, Qt.Key.Key_Return)
    assert editor.wire_text() == "@\n"
    assert popup_of(editor) is None


def test_backspace_takes_the_chip_whole_and_undo_brings_it_back(
    qtbot: QtBot, editor: PromptEditor
) -> None:
    editor.set_wire_text("a[[anna01]]b")
    press(qtbot, editor, Qt.Key.Key_Left, Qt.Key.Key_Backspace)
    assert editor.wire_text() == "ab"
    editor.undo()
    assert editor.wire_text() == "a[[anna01]]b"
    assert chips(editor) == ["anna01"]
    editor.redo()
    assert editor.wire_text() == "ab"
    editor.undo()
    press(qtbot, editor, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Delete)
    assert editor.wire_text() == "ab"


def test_undo_of_a_completion_is_one_step(qtbot: QtBot, editor: PromptEditor) -> None:
    qtbot.keyClicks(editor, "@an")
    press(qtbot, editor, Qt.Key.Key_Return)
    editor.undo()
    assert editor.wire_text() == "@an"
    assert popup_of(editor) is None
    editor.redo()
    assert editor.wire_text() == "[[anna01]]"


def test_arrows_step_over_a_chip(qtbot: QtBot, editor: PromptEditor) -> None:
    editor.set_wire_text("x[[anna01]][[bell03]]y")
    press(qtbot, editor, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right)
    qtbot.keyClicks(editor, "-")
    assert editor.wire_text() == "x[[anna01]]-[[bell03]]y"
    press(qtbot, editor, Qt.Key.Key_Left, Qt.Key.Key_Left)
    qtbot.keyClicks(editor, "+")
    assert editor.wire_text() == "x+[[anna01]]-[[bell03]]y"
    qtbot.keyClick(editor, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, editor, Qt.Key.Key_Delete)
    assert editor.wire_text() == "x+-[[bell03]]y"


def test_copy_and_paste_keep_chips_through_a_plain_field(
    qtbot: QtBot, editor: PromptEditor
) -> None:
    editor.set_wire_text("1 [[anna01]] 2\n[[zoe-04]]")
    editor.selectAll()
    editor.copy()
    assert QGuiApplication.clipboard().text() == "1 [[anna01]] 2\n[[zoe-04]]"
    assert not QGuiApplication.clipboard().mimeData().hasHtml()
    plain = editor.window().findChild(QLineEdit)
    assert plain is not None
    plain.setText("[[zoe-04]]!")
    plain.selectAll()
    plain.cut()
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    editor.paste()
    assert editor.wire_text() == "1 [[anna01]] 2\n[[zoe-04]][[zoe-04]]!"
    assert chips(editor) == ["anna01", "zoe-04", "zoe-04"]
    editor.undo()
    assert chips(editor) == ["anna01", "zoe-04"]
    editor.selectAll()
    editor.cut()
    assert editor.wire_text() == ""
    editor.paste()
    assert chips(editor) == ["anna01", "zoe-04"]


def test_only_text_is_pasted(editor: PromptEditor) -> None:
    rich = QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("bold \ufffc\r\nnext")
    editor.insertFromMimeData(rich)
    assert editor.wire_text() == "bold \nnext"
    picture = QMimeData()
    picture.setData("image/png", b"x")
    assert not editor.canInsertFromMimeData(picture)


def test_a_mention_typed_on_the_keys_becomes_a_chip(qtbot: QtBot, editor: PromptEditor) -> None:
    compose(editor, "", "😀")
    qtbot.keyClicks(editor, "[[anna01]]!")
    assert editor.wire_text() == "😀[[anna01]]!"
    assert chips(editor) == ["anna01"]
    editor.undo()
    editor.undo()
    assert editor.wire_text() == "😀[[anna01]"
    press(qtbot, editor, Qt.Key.Key_Left, Qt.Key.Key_Left)
    compose(editor, "", "č]] ")  # not a key
    qtbot.waitUntil(lambda: chips(editor) == ["anna0č"])


def test_typing_beside_a_chip_is_undone_as_typing(qtbot: QtBot, editor: PromptEditor) -> None:
    editor.set_wire_text("[[anna01]]")
    qtbot.keyClicks(editor, "abc")
    editor.undo()
    assert editor.wire_text() == "[[anna01]]"


def test_unknown_and_not_ready_people_are_marked(editor: PromptEditor) -> None:
    editor.set_wire_text("[[gone99]] [[bell03]] [[anna01]]")
    QApplication.processEvents()
    assert editor._chips is not None
    tips = []
    for place in (0, 2, 4):
        cursor = editor.textCursor()
        cursor.setPosition(place)
        point: QPoint = editor.cursorRect(cursor).center() + QPoint(12, 0)
        tips.append(editor._chips.tip_at(point.x(), point.y()))
    assert "no such profile" in tips[0]
    assert "Bello cannot be used now. Status: Training." in tips[1]
    assert "Anna: ready" in tips[2]
    assert editor._chips.tip_at(400, 90) == ""


def test_marks_follow_the_people(editor: PromptEditor) -> None:
    editor.set_wire_text("[[gone99]]")
    before = editor.grab().toImage()
    editor.set_people((*PEOPLE, Person("gone99", "Ines", READY)))
    QApplication.processEvents()
    assert editor.grab().toImage() != before
    assert editor.readable_text == "Ines"
    assert editor.wire_text() == "[[gone99]]"


def test_a_screen_reader_gets_names(editor: PromptEditor) -> None:
    editor.set_wire_text("Walk with [[anna01]] and [[bell03]]")
    face: QAccessibleInterface = QAccessible.queryAccessibleInterface(editor)
    assert face.text(QAccessible.Text.Name) == "Prompt"
    assert face.text(QAccessible.Text.Description) == "Walk with Anna and Bello"
    editor.set_people((Person("anna01", "Ann", READY), BELLO))
    assert face.text(QAccessible.Text.Description) == "Walk with Ann and Bello"
    editor.set_wire_text("no one")
    assert face.text(QAccessible.Text.Description) == ""


def test_an_input_method_does_not_break_it(qtbot: QtBot, editor: PromptEditor) -> None:
    editor.set_wire_text("[[anna01]]")
    told = []
    editor.changed.connect(lambda: told.append(editor.wire_text()))
    compose(editor, "にほ")
    assert editor.wire_text() == "[[anna01]]"
    assert popup_of(editor) is None
    compose(editor, "", "日本")
    assert editor.wire_text() == "[[anna01]]日本"
    assert told == ["[[anna01]]日本"]
    compose(editor, "@")
    compose(editor, "", " @b")
    assert popup_of(editor) is not None
    press(qtbot, editor, Qt.Key.Key_Return)
    assert editor.wire_text() == "[[anna01]]日本 [[bell03]]"


def test_the_hint_gives_way_to_words(qtbot: QtBot, editor: PromptEditor) -> None:
    editor.complete()
    editor.setPlaceholderText("Say what to change")
    assert editor.placeholderText() == "Say what to change"
    qtbot.waitUntil(lambda: editor._hint.x() == editor.document().documentMargin())
    assert editor._hint.isVisible()
    qtbot.mouseClick(editor._hint, Qt.MouseButton.LeftButton)
    assert editor.hasFocus()
    compose(editor, "に")
    assert not editor._hint.isVisible()
    compose(editor, "")
    assert editor._hint.isVisible()
    qtbot.keyClicks(editor, "a")
    assert not editor._hint.isVisible()


def test_setting_a_prompt_can_be_undone(editor: PromptEditor) -> None:
    editor.set_wire_text("one [[anna01]]")
    editor.set_wire_text("two")
    editor.undo()
    assert editor.wire_text() == "one [[anna01]]"
    assert chips(editor) == ["anna01"]


def test_a_mention_from_outside_keeps_its_distance(editor: PromptEditor) -> None:
    editor.set_wire_text("with")
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    editor.insert_mention("anna01")
    assert editor.wire_text() == "with [[anna01]]"


def test_leaving_closes_the_list_and_is_told(qtbot: QtBot, editor: PromptEditor) -> None:
    qtbot.keyClicks(editor, "@a")
    other = editor.window().findChild(QLineEdit)
    assert other is not None
    with qtbot.waitSignal(editor.left):
        other.setFocus()
    assert popup_of(editor) is None


def test_the_list_stays_inside_the_window(qtbot: QtBot, editor: PromptEditor) -> None:
    window = editor.window()
    window.resize(300, 150)
    editor.move(0, 100)
    qtbot.keyClicks(editor, "far to the right of it @")
    popup = popup_of(editor)
    assert popup is not None
    assert window.rect().contains(popup.geometry().adjusted(0, 0, 0, -1), proper=False) or (
        popup.geometry().top() == 0
    )


KEYS = [
    *[Qt.Key.Key_Left] * 2,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Return,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Up,
]
WORDS = ["@an", "@be", "[", "]]", "[[", "anna01", "]", " x ", "[[zoe-04]]", "@"]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_done_the_wire_text_has_the_same_chips(
    qtbot: QtBot, editor: PromptEditor, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    told = [""]
    editor.changed.connect(lambda: told.append(editor.wire_text()))
    for _ in range(40):
        step = dice.randrange(9)
        if step <= 1:
            qtbot.keyClicks(editor, dice.choice(WORDS))
        elif step == 2:
            compose(editor, "", dice.choice(["é😀", "日", "[[", "]]", "\xa0"]))
        elif step <= 5:
            shift = Qt.KeyboardModifier.ShiftModifier
            none = Qt.KeyboardModifier.NoModifier
            qtbot.keyClick(editor, dice.choice(KEYS), dice.choice([none, none, shift]))
        elif step == 6:
            dice.choice([editor.undo, editor.redo, editor.selectAll])()
        elif step == 7:
            dice.choice([editor.copy, editor.cut, editor.paste, editor.paste])()
        else:
            editor.set_wire_text(dice.choice(["", "[[anna01]][[anna01]] [[q]]", "a\n[[bell03]]"]))
        QApplication.processEvents()
        wire = editor.wire_text()
        assert wire == told[-1]
        assert in_wire(wire) == chips(editor)
        assert tuple(dict.fromkeys(chips(editor))) == mentions(wire)
    fresh = PromptEditor()
    qtbot.addWidget(fresh)
    fresh.set_wire_text(editor.wire_text())
    assert fresh.wire_text() == editor.wire_text()
    assert chips(fresh) == chips(editor)
