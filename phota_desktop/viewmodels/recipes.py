"""Saved request settings by name: apply, save, rename, delete, and carry about as JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.viewmodels.notices import Notice, NoticesViewModel, Tone
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.core.recipes import Recipe
    from phota_desktop.services.composition import Services
    from phota_desktop.services.recipes import RecipeBook
    from phota_desktop.viewmodels.form import RequestForm

Work = Callable[[], Coroutine[object, object, object]]


class RecipesViewModel(QObject):
    """The recipe book as the menu shows it; it works on services once they are attached."""

    changed = Signal()

    def __init__(
        self, form: RequestForm, notices: NoticesViewModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.recipes: tuple[Recipe, ...] = ()
        """By name."""
        self.applied = ""
        """The name of the recipe applied or saved last, to save it again."""
        self.removed: Recipe | None = None
        """The recipe deleted last, to put it back."""
        self._form = form
        self._notices = notices
        self._services: Services | None = None
        self._leave: Callable[[], None] | None = None

    def attach(self, services: Services) -> None:
        """Follow the recipe book."""
        self._services = services
        self._leave = services.recipes.changed.subscribe(lambda _book: self._read())
        self._read()

    def detach(self) -> None:
        """Stop listening, before the services close."""
        if self._leave is not None:
            self._leave()
        self._leave, self._services = None, None

    def recipe(self, name: str) -> Recipe | None:
        """Return the recipe of a name."""
        return next((one for one in self.recipes if one.name == name), None)

    def apply(self, name: str) -> None:
        """Put a recipe's settings into the form, which says what did not fit."""
        recipe = self.recipe(name)
        if recipe is not None:
            self.applied = name
            self._form.apply(recipe.choice, match_original=recipe.match_original)

    def save(self, name: str) -> None:
        """Save the form's settings, in place of the recipe of that name if there is one."""
        from phota_desktop.core.recipes import Recipe

        name = clean_name(name)
        if name and self._services is not None:
            recipe = Recipe(name, self._form.choice, self._form.match_original)
            self.applied = name
            self._spawn(
                partial(self._services.recipes.save, recipe), f"Recipe “{_shown(name)}” saved."
            )

    def rename(self, old: str, new: str) -> None:
        """Give a recipe another name; one that is taken is refused in words."""
        new = clean_name(new)
        if new and new != old and self._services is not None:
            self._spawn(partial(self._services.recipes.rename, old, new))
            if self.applied == old:
                self.applied = new

    def remove(self, name: str) -> None:
        """Delete a recipe; the last one deleted can be put back."""
        recipe = self.recipe(name)
        if recipe is not None and self._services is not None:
            self.removed = recipe
            words = f"Recipe “{_shown(name)}” deleted. The recipe menu can put it back."
            self._spawn(partial(self._services.recipes.remove, name), words)

    def put_back(self) -> None:
        """Save the recipe deleted last again, unless its name is taken by now."""
        recipe, self.removed = self.removed, None
        if recipe is not None and self._services is not None and self.recipe(recipe.name) is None:
            self._spawn(partial(self._services.recipes.save, recipe))

    def import_file(self, path: Path) -> None:
        """Take over the recipes of a file, all or none."""
        if self._services is not None:
            self._spawn(partial(self._import, self._services.recipes, path))

    def export_file(self, path: Path, names: Sequence[str]) -> None:
        """Write the recipes of these names into a file."""
        chosen = [one for one in self.recipes if one.name in names]
        if chosen and self._services is not None:
            words = f"{count(len(chosen), 'recipe')} exported to {plain(path.name, 80)}."
            self._spawn(partial(self._services.recipes.export_file, path, chosen), words)

    # -- inside -------------------------------------------------------------------------

    async def _import(self, book: RecipeBook, path: Path) -> None:
        taken = await book.import_file(path)
        names = ", ".join(_shown(one.name) for one in taken[:3]) + (", …" if len(taken) > 3 else "")
        words = f"{count(len(taken), 'recipe')} imported" + (f": {names}." if names else ".")
        self._notices.show(Notice(words, Tone.GOOD))

    def _spawn(self, work: Work, words: str = "") -> None:
        if self._services is not None:
            self._services.tasks.spawn(self._guarded(work, words), name="recipes")

    async def _guarded(self, work: Work, words: str) -> None:
        try:
            await work()
        except PhotaError as error:
            self._notices.show_error(error, subject="Recipes")
        else:
            if words:
                self._notices.show(Notice(words, Tone.GOOD))

    def _read(self) -> None:
        if self._services is not None:
            work = self._guarded(partial(self._take, self._services.recipes), "")
            self._services.tasks.spawn(work, name="read recipes", replace=True)

    async def _take(self, book: RecipeBook) -> None:
        recipes = tuple(await book.all())
        if recipes != self.recipes:
            self.recipes = recipes
            self.changed.emit()


def clean_name(name: str) -> str:
    """Return a name on one line and not too long."""
    from phota_desktop.core.recipes import MAX_NAME

    return " ".join(name.split())[:MAX_NAME].strip()


def _shown(name: str) -> str:
    return plain(name, 60)
