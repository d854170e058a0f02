"""The two small buttons beside the prompt's heading: history and recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from phota_desktop.ui.controls import IconButton

if TYPE_CHECKING:  # both are made when they are opened first
    from phota_desktop.ui.prompt_editor import PromptEditor
    from phota_desktop.ui.prompt_history import PromptHistoryPopup
    from phota_desktop.ui.recipe_menu import RecipeMenu
    from phota_desktop.viewmodels.form import RequestForm
    from phota_desktop.viewmodels.prompts import PromptsViewModel
    from phota_desktop.viewmodels.recipes import RecipesViewModel


class HistoryButton(IconButton):
    """Opens the prompts used before; a choice is written into the field."""

    def __init__(
        self,
        prompts: PromptsViewModel,
        form: RequestForm,
        editor: PromptEditor,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            "promptHistoryButton",
            "history",
            "Prompts used before",
            parent,
            key="Alt+Up",
            on_click=self.open,
        )
        self._prompts, self._form, self._editor = prompts, form, editor
        self.popup: PromptHistoryPopup | None = None

    def open(self) -> None:
        """Open the list."""
        if self.popup is None:
            from phota_desktop.ui.prompt_history import PromptHistoryPopup

            self.popup = PromptHistoryPopup(self._prompts, self)
            self.popup.chosen.connect(self._use)
        self.popup.open_at(self, self._form.operation)

    def _use(self, wire: str) -> None:
        self._editor.set_wire_text(wire)
        self._editor.setFocus()


class RecipesButton(IconButton):
    """Opens the menu of recipes."""

    def __init__(self, recipes: RecipesViewModel, parent: QWidget | None = None) -> None:
        super().__init__("recipesButton", "recipe", "Recipes", parent, on_click=self.open)
        self._recipes = recipes
        self.menu_of_recipes: RecipeMenu | None = None

    def open(self) -> None:
        """Open the menu."""
        if self.menu_of_recipes is None:
            from phota_desktop.ui.recipe_menu import RecipeMenu

            self.menu_of_recipes = RecipeMenu(self._recipes, self)
        self.menu_of_recipes.open_at(self)
