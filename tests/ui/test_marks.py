"""Stars, flags, labels, trash and undo, from real keys to real files."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPlainTextEdit, QWidget

from phota_desktop.core.jobs import JobState
from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.ui.key_bindings import key_of
from phota_desktop.viewmodels.notices import NoticeAction
from phota_desktop.viewmodels.roles import ACCESSIBLE_TEXT_ROLE
from phota_desktop.viewmodels.variants import Entry

from .conftest import LEFT, Desk, until


def press(desk: Desk, *names: str) -> None:
    for name in names:
        modifiers = QKeySequence(name)[0].keyboardModifiers()
        QTest.keyClick(desk.window.canvas, key_of(name), modifiers)


def strip(desk: Desk) -> list[Entry]:
    return desk.studio.strip.entries()


def marks(desk: Desk, row: int) -> Marks:
    found = desk.studio.marks_of(strip(desk)[row].path)
    assert found is not None
    return found


def said(desk: Desk) -> str:
    notice = desk.studio.notices.current
    return notice.text if notice is not None else ""


async def ask(desk: Desk, variants: int) -> None:
    """Ask the local engine for variants of the shown photo, and wait until they are there."""
    before = len(strip(desk))
    desk.studio.form.set_variants(variants)
    await until(lambda: desk.studio.can_submit)
    desk.studio.submit()
    await until(lambda: len(strip(desk)) == before + variants)
    await until(lambda: desk.jobs.jobs()[0].state is JobState.DONE)


@pytest_asyncio.fixture
async def marked(live: Desk, photos: list[Path]) -> Desk:
    """Give a window with a photo and three variants of it."""
    live.studio.opener.open(photos[:2])
    await until(lambda: live.studio.photo == photos[0])
    await ask(live, 3)
    live.window.canvas.setFocus()
    return live


async def test_a_key_marks_what_is_shown_and_undo_takes_it_back(marked: Desk) -> None:
    press(marked, "Right", "3")
    await until(lambda: said(marked) == "3 stars")
    assert marks(marked, 1).stars == 3
    press(marked, "P", "8")
    await until(lambda: marks(marked, 1) == Marks(3, Flag.PICK, Label.GREEN))
    assert "3 stars, picked, green label" in marked.window.canvas.labels()[-1]
    assert "green label" in marked.window.canvas.accessibleDescription()
    index = marked.studio.strip.index(1)
    assert "3 stars, picked, green label" in index.data(ACCESSIBLE_TEXT_ROLE)
    assert marks(marked, 0) == Marks()
    press(marked, "8")
    await until(lambda: marks(marked, 1).label is Label.NONE)
    press(marked, "Ctrl+Z", "Ctrl+Z", "Ctrl+Z")
    await until(lambda: marks(marked, 1) == Marks(3))
    press(marked, "Ctrl+Shift+Z")
    await until(lambda: marks(marked, 1) == Marks(3, Flag.PICK))
    press(marked, "Ctrl+Z", "Ctrl+Z")
    await until(lambda: marks(marked, 1) == Marks())
    press(marked, "Ctrl+Z")
    await until(lambda: said(marked) == "There is nothing to undo.")
    assert len(marked.jobs.jobs()) == 1


async def test_fast_fingers_mark_what_was_shown_at_each_press(marked: Desk) -> None:
    # No turn of the loop in between: the first is not written when the last is pressed.
    press(marked, "1", "Right", "2", "Right", "3", "Right", "4")
    await until(lambda: marks(marked, 3).stars == 4)
    assert [marks(marked, row).stars for row in range(4)] == [1, 2, 3, 4]
    # With Shift each goes on by itself, and after the last one to the next photo.
    marked.studio.choose_entry("original")
    press(marked, "Shift+5", "Shift+4", "Shift+X", "Shift+0")
    assert marked.studio.photo == marked.studio.photos.paths()[1]
    press(marked, "Up")
    await until(lambda: marks(marked, 3).stars == 0)
    assert [marks(marked, row).stars for row in range(4)] == [5, 4, 3, 0]
    assert marks(marked, 2).flag is Flag.REJECT


async def test_a_held_key_is_one_press(marked: Desk) -> None:
    library = marked.running.library
    for again in (False, True, True, True):
        none = Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_6, none, "6", again)
        QApplication.sendEvent(marked.window.canvas, event)
    await until(lambda: marks(marked, 0).label is Label.RED)
    assert await library.undo() is not None
    assert await library.undo() is None


async def test_a_selection_is_marked_in_one_step(marked: Desk) -> None:
    view = marked.window.strip_panel.strip
    view.selectionModel().clearSelection()
    for row in (1, 3):
        chosen = QItemSelectionModel.SelectionFlag.Select
        view.selectionModel().select(marked.studio.strip.index(row), chosen)
    press(marked, "4")
    await until(lambda: said(marked) == "4 stars on 2 pictures")
    assert [marks(marked, row).stars for row in range(4)] == [0, 4, 0, 4]
    press(marked, "Ctrl+Z")
    await until(lambda: marks(marked, 3).stars == 0)
    assert marks(marked, 1).stars == 0


async def test_the_toggle_goes_on_after_each_mark_and_says_so(marked: Desk) -> None:
    marked.window.commands.marking.toggle_advance()
    mode = marked.window.findChild(QLabel, "modeLabel")
    assert mode is not None
    assert mode.isVisible()
    assert mode.text() == "Advances after rating"
    press(marked, "2", "3")
    await until(lambda: marks(marked, 1).stars == 3)
    assert marks(marked, 0).stars == 2
    assert marked.studio.entry == strip(marked)[2]
    marked.window.commands.marking.toggle_advance()
    assert not mode.isVisible()


async def test_what_is_deleted_goes_to_the_trash_and_comes_back(
    marked: Desk, photos: list[Path]
) -> None:
    titles = [entry.title for entry in strip(marked)]
    paths = [entry.path for entry in strip(marked)]
    gone = paths[2]
    assert gone is not None
    digest = hashlib.sha256(gone.read_bytes()).hexdigest()
    press(marked, "Right", "Right", "Del")
    await until(lambda: len(strip(marked)) == 3)
    assert not gone.exists()
    assert [entry.title for entry in strip(marked)] == [titles[0], titles[1], titles[3]]
    assert marked.studio.entry == strip(marked)[2]
    assert marked.studio.photos.data(marked.studio.photos.index(0), 258) == "2 variants"
    await until(lambda: said(marked) == f"Moved {gone.name} to the trash.")
    notice = marked.studio.notices.current
    assert notice is not None
    assert notice.action is NoticeAction.UNDO
    button = marked.window.findChild(QWidget, "noticeAction")
    assert button is not None
    QTest.mouseClick(button, LEFT)
    await until(lambda: len(strip(marked)) == 4)
    assert [entry.path for entry in strip(marked)] == paths
    assert hashlib.sha256(gone.read_bytes()).hexdigest() == digest
    assert marked.studio.photos.data(marked.studio.photos.index(0), 258) == "3 variants"
    # A person's own photo is never touched.
    marked.studio.choose_entry("original")
    press(marked, "Del")
    await until(lambda: said(marked) == "Your own photos are not deleted here.")
    assert photos[0].exists()


async def test_the_button_undoes_the_delete_and_nothing_later(marked: Desk) -> None:
    press(marked, "Right", "Del")
    await until(lambda: len(strip(marked)) == 3)
    press(marked, "5")
    await until(lambda: said(marked) == "5 stars")
    assert marks(marked, 1).stars == 5
    notice = marked.studio.notices.current
    assert notice is not None
    assert notice.action is NoticeAction.NONE


async def test_undo_is_the_fields_own_while_it_has_the_focus(marked: Desk) -> None:
    press(marked, "3")
    await until(lambda: marks(marked, 0).stars == 3)
    field = marked.window.drawer.prompt.findChild(QPlainTextEdit) or marked.window.drawer.prompt
    field.setFocus()
    QTest.keyClicks(field, "warm 5")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    await marked.running.library.watch(marked.studio.photos.paths())
    assert marks(marked, 0).stars == 3
    assert len(strip(marked)) == 4


async def test_a_photo_that_is_gone_is_found_again(
    marked: Desk, photos: list[Path], tmp_path: Path
) -> None:
    press(marked, "4")
    await until(lambda: marks(marked, 0).stars == 4)
    marked.studio.choose_photo(photos[1])
    elsewhere = tmp_path / "moved" / "deep" / "other name.jpg"
    elsewhere.parent.mkdir(parents=True)
    photos[0].rename(elsewhere)
    marked.studio.choose_photo(photos[0])
    await until(lambda: said(marked) == "IMG_1.jpg is not where it was.")
    assert "Missing" in marked.studio.photos.data(marked.studio.photos.index(0), 258)
    button = marked.window.findChild(QWidget, "noticeAction")
    assert button is not None
    QTest.mouseClick(button, LEFT)
    dialog = marked.window.findChild(QFileDialog, "folderDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "moved"))
    dialog.close()
    await until(lambda: marked.studio.photo == elsewhere)
    assert marked.studio.photos.paths() == [elsewhere, photos[1]]
    await until(lambda: marks(marked, 0).stars == 4)
    await until(lambda: len(strip(marked)) == 4)
    await until(lambda: said(marked) == "Found 1 missing photo.")


async def test_a_result_of_the_library_is_shown_beside_its_photo_or_alone(
    marked: Desk, photos: list[Path]
) -> None:
    library = marked.running.library
    key = strip(marked)[2].key
    picture = await library.picture(key)
    while picture is None:
        await asyncio.sleep(0.01)
        picture = await library.picture(key)
    marked.studio.close_photo(photos[0])
    marked.studio.show_picture(picture)
    await until(lambda: marked.studio.entry is not None and marked.studio.entry.key == key)
    assert marked.studio.photo == photos[0]
    marked.studio.close_photo(photos[0])
    photos[0].unlink()
    marked.studio.show_picture(picture)
    await until(lambda: marked.studio.photo == picture.path)
    await until(lambda: said(marked) == "IMG_1.jpg is not where it was.")


@pytest.mark.parametrize("name", ["library", "lineage", "proof"])
def test_before_the_services_are_there_keys_say_so(desk: Desk, name: str) -> None:
    commands = desk.window.complete() and desk.window.commands
    commands.calls()[name]()
    assert "is not ready yet" in said(desk)
    done: list[str] = []
    commands.join({name: lambda: done.append(name)})
    commands.calls()[name]()
    assert done == [name]
    desk.studio.photos.add([Path("/p/IMG.jpg")])
    desk.studio.choose_photo(Path("/p/IMG.jpg"))
    commands.calls()["stars_3"]()
    assert said(desk) == "The library is not open yet. Try again in a moment."


async def test_samples_and_the_original_that_is_looked_at_can_be_marked(
    live: Desk, photos: list[Path]
) -> None:
    live.studio.add_sample(photos[0], photos[1:])
    live.window.canvas.setFocus()
    press(live, "3")
    await until(lambda: marks(live, 1).stars == 3)
    live.window.canvas.set_showing_original(True)
    press(live, "5")
    await until(lambda: marks(live, 0).stars == 5)
    assert marks(live, 1).stars == 3
    press(live, "Del")
    await until(lambda: said(live) == "Your own photos are not deleted here.")
    assert all(photo.exists() for photo in photos)


async def test_a_generated_picture_leaves_the_list_and_comes_back(live: Desk) -> None:
    live.studio.form.set_operation("generate")
    live.studio.form.set_prompt("a boat")
    await until(lambda: live.studio.can_submit)
    live.studio.submit()
    await until(lambda: live.studio.photo is not None)
    made = live.studio.photo
    assert made is not None
    live.window.canvas.setFocus()
    press(live, "4")
    await until(lambda: said(live) == "4 stars")
    press(live, "Del")
    await until(lambda: live.studio.photos.paths() == [])
    assert live.studio.photo is None
    assert not made.exists()
    press(live, "Ctrl+Z")
    await until(lambda: live.studio.photos.paths() == [made])
    assert made.exists()
    assert live.studio.photo == made
    await until(lambda: marks(live, 0).stars == 4)


async def test_a_result_whose_copy_was_moved_shows_our_own_file(marked: Desk) -> None:
    [job] = marked.jobs.jobs()
    variant = job.variants[1]
    assert variant.copy_path is not None
    variant.copy_path.rename(variant.copy_path.with_name("delivered.jpg"))
    press(marked, "Right", "Right", "3")
    await until(lambda: strip(marked)[2].path == variant.vault_path)
    await until(lambda: marks(marked, 2).stars == 3)
    assert marked.studio.entry == strip(marked)[2]
    # It can be deleted and comes back as it was, and the person's own file stays.
    press(marked, "Delete")
    await until(lambda: len(strip(marked)) == 3)
    assert not variant.vault_path.exists()
    press(marked, "Ctrl+Z")
    await until(lambda: len(strip(marked)) == 4)
    await until(lambda: strip(marked)[2].path == variant.vault_path)
    assert variant.vault_path.exists()
    assert variant.copy_path.with_name("delivered.jpg").exists()
