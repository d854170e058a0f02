"""History and recipes beside the prompt, over real services, driven by real keys and clicks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QVBoxLayout, QWidget

from phota_desktop.core.options import Operation
from phota_desktop.services.composition import Services, open_services
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import Settings
from phota_desktop.ui.prompt_editor import PromptEditor
from phota_desktop.ui.prompt_history import PromptHistoryPopup, bin_cell, pin_cell
from phota_desktop.ui.prompt_tools import HistoryButton, RecipesButton
from phota_desktop.ui.recipe_menu import NameDialog, RecipeMenu
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.notices import NoticesViewModel
from phota_desktop.viewmodels.prompts import PromptsViewModel
from phota_desktop.viewmodels.recipes import RecipesViewModel
from tests.ui.conftest import LEFT, until

# The offscreen platform says so of every popup.
quiet = pytest.mark.qt_log_ignore("plugin does not support")
EDIT = Operation.EDIT
NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier


@dataclass
class Bench:
    window: QWidget
    editor: PromptEditor
    history: HistoryButton
    recipes: RecipesButton
    services: Services
    prompts: PromptsViewModel
    book: RecipesViewModel
    form: RequestForm

    def popup(self) -> PromptHistoryPopup:
        assert self.history.popup is not None
        return self.history.popup

    def menu(self) -> RecipeMenu:
        assert self.recipes.menu_of_recipes is not None
        return self.recipes.menu_of_recipes

    def rows(self) -> list[str]:
        model = self.popup().model
        rows = [model.row(n) for n in range(model.rowCount())]
        return [row.text for row in rows if row is not None and row.entry is not None]


@pytest_asyncio.fixture
async def bench(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Bench]:
    environ = {"PHOTA_DESKTOP_HOME": str(tmp_path / "home")}
    folders = AppFolders.find(environ)
    folders.create()
    services = await open_services(folders, Settings(), environ=environ)
    await services.prompts.add("one", EDIT, ["/p/1.jpg"])
    await services.prompts.add("two [[anna01]]", EDIT, ["/p/2.jpg"])
    await services.prompts.add("three", Operation.ENHANCE, ["/p/1.jpg"])
    window = QWidget()
    column = QVBoxLayout(window)
    form, prompts = RequestForm(), PromptsViewModel()
    book = RecipesViewModel(form, NoticesViewModel())
    editor = PromptEditor(window)
    history, recipes = HistoryButton(prompts, form, editor), RecipesButton(book)
    for widget in (history, recipes, editor):
        column.addWidget(widget)
    editor.set_prompts(prompts)
    prompts.attach(services)
    book.attach(services)
    window.resize(400, 300)
    window.show()
    window.activateWindow()
    editor.setFocus()
    await until(lambda: len(prompts._recent) == 3 and prompts.entries)
    yield Bench(window, editor, history, recipes, services, prompts, book, form)
    prompts.detach()
    book.detach()
    window.hide()  # closing the last one would end the loop
    window.deleteLater()
    await services.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@quiet
async def test_alt_and_arrows_step_and_give_the_draft_back(bench: Bench) -> None:
    QTest.keyClicks(bench.editor, "draft")
    seen = []
    for key in (Qt.Key.Key_Up,) * 4 + (Qt.Key.Key_Down,) * 4:
        QTest.keyClick(bench.editor, key, ALT)
        seen.append(bench.editor.wire_text())
    assert seen[:4] == ["three", "two [[anna01]]", "one", "one"]
    assert seen[4:] == ["two [[anna01]]", "three", "draft", "draft"]
    bench.editor.undo()
    assert bench.editor.wire_text() == "three"


@quiet
async def test_a_prompt_is_searched_and_used_by_keys(bench: Bench) -> None:
    QTest.mouseClick(bench.history, LEFT)
    popup = bench.popup()
    await until(lambda: len(bench.rows()) == 3)
    assert popup.field.hasFocus()
    QTest.keyClicks(popup.field, "o")
    await until(lambda: bench.rows() == ["two anna01", "one"])
    QTest.keyClick(popup.field, Qt.Key.Key_Down)
    QTest.keyClick(popup.field, Qt.Key.Key_Up)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert bench.editor.wire_text() == "two [[anna01]]"
    bench.editor.undo()
    assert bench.editor.wire_text() == ""


@quiet
async def test_pin_and_delete_by_keys_and_clicks(bench: Bench) -> None:
    QTest.mouseClick(bench.history, LEFT)
    popup = bench.popup()
    await until(lambda: len(bench.rows()) == 3)
    QTest.keyClick(popup.field, Qt.Key.Key_Down)
    QTest.keyClick(popup.field, Qt.Key.Key_Down)
    QTest.keyClick(popup.field, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: bench.rows()[0] == "one")
    body = popup.list.visualRect(popup.model.index(0))
    QTest.mouseClick(popup.list.viewport(), LEFT, NONE, pin_cell(body).center())
    await until(lambda: bench.rows()[-1] == "one")
    body = popup.list.visualRect(popup.model.index(0))
    QTest.mouseClick(popup.list.viewport(), LEFT, NONE, bin_cell(body).center())
    assert bench.rows() == ["two anna01", "one"]
    QTest.mouseClick(popup.undo, LEFT)
    await until(lambda: len(bench.rows()) == 3)
    QTest.keyClick(popup.list, Qt.Key.Key_Delete)
    assert len(bench.rows()) == 2
    popup.close()
    await until(lambda: len(bench.prompts._recent) == 2)
    assert len(await bench.services.prompts.search()) == 2


@quiet
async def test_only_this_photos_prompts(bench: Bench) -> None:
    bench.history.open()
    assert not bench.popup().scope.isVisible()
    bench.popup().close()
    bench.prompts.set_photo(Path("/p/2.jpg"))
    bench.history.open()
    QTest.mouseClick(bench.popup().scope.button("photo"), LEFT)
    await until(lambda: bench.rows() == ["two anna01"])


@quiet
async def test_a_suggestion_is_written_by_a_click(bench: Bench) -> None:
    bench.form.set_operation(EDIT)
    bench.history.open()
    popup = bench.popup()
    await until(lambda: len(bench.rows()) == 3)
    starter = bench.prompts.starters(EDIT)[0]
    row = next(n for n in range(9) if popup.model.index(n).data() == starter)
    place: QPoint = popup.list.visualRect(popup.model.index(row)).center()
    QTest.mouseClick(popup.list.viewport(), LEFT, NONE, place)
    assert bench.editor.wire_text() == starter


def pick(menu: RecipeMenu, *path: str) -> None:
    """Trigger an entry as a click does, through its submenu."""
    actions = menu.actions()
    for step in path[:-1]:
        below = next(action for action in actions if action.text() == step).menu()
        assert below is not None
        actions = below.actions()
    next(action for action in actions if action.text() == path[-1]).trigger()


@quiet
async def test_recipes_are_saved_applied_renamed_and_deleted(bench: Bench) -> None:
    bench.form.set_operation(EDIT)
    bench.form.set_prompt("warm & soft")
    QTest.mouseClick(bench.recipes, LEFT)
    pick(bench.menu(), "Save settings as…")
    bench.menu().close()
    dialog = bench.window.findChild(NameDialog)
    assert dialog is not None
    assert not dialog.ok.isEnabled()
    QTest.keyClicks(dialog.field, "R&D")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    await until(lambda: [one.name for one in bench.book.recipes] == ["R&D"])
    bench.form.set_prompt("")
    bench.recipes.open()
    pick(bench.menu(), "R&&D")
    assert bench.form.prompt == "warm & soft"
    bench.menu().rebuild()
    pick(bench.menu(), "Rename", "R&&D…")
    dialog = [one for one in bench.window.findChildren(NameDialog) if one.isVisible()][-1]
    QTest.keyClicks(dialog.field, "Soft")
    QTest.mouseClick(dialog.ok, LEFT)
    await until(lambda: [one.name for one in bench.book.recipes] == ["Soft"])
    bench.menu().rebuild()
    pick(bench.menu(), "Delete", "Soft")
    await until(lambda: not bench.book.recipes)
    bench.menu().rebuild()
    pick(bench.menu(), "Put back “Soft”")
    await until(lambda: bench.book.recipes)
    bench.menu().close()


@quiet
async def test_recipes_travel_as_files(bench: Bench, tmp_path: Path) -> None:
    bench.book.save("a/b")
    await until(lambda: bench.book.recipes)
    bench.recipes.open()
    pick(bench.menu(), "Export", "a/b…")
    bench.menu().close()
    dialog = bench.window.findChild(QFileDialog)
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == "a-b.json"
    dialog.fileSelected.emit(str(tmp_path / "out.json"))
    dialog.close()
    await until((tmp_path / "out.json").exists)
    bench.book.remove("a/b")
    await until(lambda: not bench.book.recipes)
    bench.menu().rebuild()
    assert "Export" not in [action.text() for action in bench.menu().actions()]
    pick(bench.menu(), "Import…")
    dialog = [one for one in bench.window.findChildren(QFileDialog) if one.isVisible()][-1]
    dialog.fileSelected.emit(str(tmp_path / "out.json"))
    dialog.close()
    await until(lambda: [one.name for one in bench.book.recipes] == ["a/b"])


_SHELL = """
import sys
from PySide6 import QtCore, QtWidgets
app = QtWidgets.QApplication([])
from phota_desktop.ui.prompt_editor import PromptEditor
from phota_desktop.ui.prompt_tools import HistoryButton, RecipesButton
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.notices import NoticesViewModel
from phota_desktop.viewmodels.prompts import PromptsViewModel
from phota_desktop.viewmodels.recipes import RecipesViewModel
form, prompts, editor = RequestForm(), PromptsViewModel(), PromptEditor()
recipes = RecipesViewModel(form, NoticesViewModel())
buttons = HistoryButton(prompts, form, editor), RecipesButton(recipes)
editor.setPlaceholderText("Say what to change")
editor.set_prompts(prompts)
editor.set_wire_text("")
editor.resize(280, 90)
editor.show()
app.sendPostedEvents()
editor.repaint()
late = ("mention_chip", "mention_popup", "prompt_history", "recipe_menu", "prompt_list", "starters")
print([name for name in ("Qt", "QStyle") if name in vars(QtCore) | vars(QtWidgets)])
print([name for name in sys.modules if name.rpartition(".")[2] in late])
"""


def test_the_shell_makes_nothing_that_is_not_seen() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SHELL], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.splitlines() == ["[]", "[]"]
