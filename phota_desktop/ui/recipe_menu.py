"""The menu of recipes: apply one, save the settings as one, rename, delete, import, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.controls import Caption, plain_text, push_button
from phota_desktop.ui.file_dialogs import file_dialog
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.recipes import RecipesViewModel, clean_name
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.core.recipes import Recipe

_FILES = "Recipes (*.json)"
_NAME_LIMIT = 48


class NameDialog(QDialog):
    """Asks for a recipe's name; the button says when an older one would be replaced."""

    def __init__(
        self,
        title: str,
        verb: str,
        name: str,
        taken: Sequence[str],
        then: Callable[[str], object],
        parent: QWidget,
        *,
        may_replace: bool,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("recipeNameDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(360)
        self._verb, self._taken, self._may_replace = verb, frozenset(taken), may_replace
        self._then = then
        self.field = QLineEdit(name, self)
        self.field.setObjectName("recipeName")
        self.field.setAccessibleName("Name of the recipe")
        self.field.setMaxLength(100)
        self.field.selectAll()
        self._words = Caption(" ", self)
        self.ok = push_button("recipeNameOk", verb, self, role="primary")
        self.ok.setDefault(True)
        cancel = push_button("recipeNameCancel", "Cancel", self)
        label = QLabel("Name", self)
        plain_text(label)
        label.setBuddy(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        for widget in (label, self.field, self._words):
            column.addWidget(widget)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.ok)
        column.addLayout(row)
        self.field.textChanged.connect(self._refresh)
        self.ok.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        self._refresh()

    def _refresh(self) -> None:
        name = clean_name(self.field.text())
        is_taken = name in self._taken
        replaces = is_taken and self._may_replace
        self.ok.setText("Replace" if replaces else self._verb)
        self.ok.setEnabled(bool(name) and (self._may_replace or not is_taken))
        words = "A recipe of this name is replaced." if replaces else "This name is taken."
        self._words.setText(words if is_taken else " ")

    def accept(self) -> None:  # noqa: D102
        if self.ok.isEnabled():
            name = clean_name(self.field.text())
            super().accept()
            self._then(name)


class RecipeMenu(QMenu):
    """Made anew each time it opens."""

    def __init__(self, recipes: RecipesViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("recipeMenu")
        self.setAccessibleName("Recipes")
        self.setToolTipsVisible(True)
        self._recipes = recipes

    def open_at(self, below: QWidget) -> None:
        """Open below a button, right edges together."""
        self.rebuild()
        place = below.mapToGlobal(QPoint(below.width() - self.sizeHint().width(), below.height()))
        self.popup(place)

    def rebuild(self) -> None:
        """Show the recipes there are."""
        self.clear()
        book = self._recipes.recipes
        if not book:
            nothing = self.addAction("Save settings as a recipe to use them again")
            nothing.setEnabled(False)
        for recipe in book:
            action = self.addAction(_menu_text(recipe.name))
            action.setToolTip(_about(recipe))
            action.triggered.connect(lambda _on=False, name=recipe.name: self._recipes.apply(name))
        self.addSeparator()
        self._add(self, "Save settings as…", self._ask_save, "recipeSave")
        if self._recipes.removed is not None:
            words = f"Put back “{_short(self._recipes.removed.name)}”"
            self._add(self, words, self._recipes.put_back, "recipePutBack")
        if book:
            self._per_recipe("Rename", "…", self._ask_rename)
            self._per_recipe("Delete", "", self._recipes.remove)
        self.addSeparator()
        self._add(self, "Import…", self._ask_import, "recipeImport")
        if book:
            export = self._per_recipe("Export", "…", lambda name: self._ask_export([name]))
            export.addSeparator()
            names = [recipe.name for recipe in book]
            self._add(export, "All recipes…", lambda: self._ask_export(names), "recipeExportAll")

    @staticmethod
    def _add(menu: QMenu, text: str, call: Callable[[], object], name: str) -> None:
        action = menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(lambda _on=False: call())

    def _per_recipe(self, verb: str, end: str, call: Callable[[str], object]) -> QMenu:
        menu = QMenu(verb, self)
        menu.setObjectName(f"recipe{verb}")
        self.addMenu(menu)
        for recipe in self._recipes.recipes:
            action = menu.addAction(f"{_menu_text(recipe.name)}{end}")
            action.triggered.connect(lambda _on=False, name=recipe.name: call(name))
        return menu

    # -- questions ------------------------------------------------------------------------

    @property
    def _window(self) -> QWidget:
        parent = self.parentWidget()
        return parent.window() if parent is not None else self

    @property
    def _names(self) -> list[str]:
        return [recipe.name for recipe in self._recipes.recipes]

    def _ask_save(self) -> None:
        NameDialog(
            "Save recipe",
            "Save",
            self._recipes.applied,
            self._names,
            self._recipes.save,
            self._window,
            may_replace=True,
        ).open()

    def _ask_rename(self, name: str) -> None:
        NameDialog(
            "Rename recipe",
            "Rename",
            name,
            [other for other in self._names if other != name],
            lambda new: self._recipes.rename(name, new),
            self._window,
            may_replace=False,
        ).open()

    def _ask_import(self) -> None:
        dialog = file_dialog(self._window, "recipeImportDialog", "Import recipes")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_FILES, "All files (*)"])
        dialog.fileSelected.connect(lambda name: self._recipes.import_file(Path(name)))
        dialog.open()

    def _ask_export(self, names: Sequence[str]) -> None:
        dialog = file_dialog(self._window, "recipeExportDialog", "Export recipes")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.setNameFilters([_FILES])
        only = "".join(c if c.isalnum() or c in " -_" else "-" for c in names[0]).strip(" -")
        dialog.selectFile(f"{only or 'recipe'}.json" if len(names) == 1 else "recipes.json")
        dialog.fileSelected.connect(lambda name: self._recipes.export_file(Path(name), names))
        dialog.open()


def _short(name: str) -> str:
    return plain(name, _NAME_LIMIT).replace("&", "&&")


def _menu_text(name: str) -> str:
    return _short(name)


def _about(recipe: Recipe) -> str:
    """Return what a recipe asks for, on one line."""
    from html import escape

    from phota_desktop.core.options import CAPABILITIES

    choice = recipe.choice
    parts = [choice.operation.value.capitalize()]
    if CAPABILITIES[choice.operation].base_model:
        ratio = "as the original" if recipe.match_original else choice.aspect_ratio.value
        parts += [choice.base_model, choice.resolution.value, ratio]
        parts += [choice.quality.value] if choice.quality is not None else []
    parts += [f"{choice.variants}×", choice.output_format.value.upper()]
    return f"<p>{escape(plain(' · '.join(parts)))}</p>"
