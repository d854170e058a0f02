"""Recipes: request settings by name, kept in the notebook and carried about as JSON files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.recipes import MAX_NAME, Recipe, from_json, to_json
from phota_desktop.services.threads import Threads
from phota_desktop.store.files import atomic_write, disk_error
from phota_desktop.store.notebook import Notebook

MAX_FILE_BYTES = 2_000_000


class RecipeBook:
    """The saved recipes; every method raises PhotaError DISK. ``changed`` follows each change."""

    def __init__(self, notebook: Notebook, threads: Threads) -> None:
        self.changed: Event[RecipeBook] = Event()
        self._notebook = notebook
        self._threads = threads

    async def all(self) -> list[Recipe]:
        """Return all recipes by name."""
        return await self._threads.journal(self._notebook.recipes)

    async def save(self, recipe: Recipe) -> None:
        """Keep a recipe, in the place of the one of its name if there is one."""
        await self._threads.journal(self._notebook.save_recipe, recipe)
        self.changed.emit(self)

    async def remove(self, name: str) -> None:
        """Delete a recipe."""
        await self._threads.journal(self._notebook.remove_recipe, name)
        self.changed.emit(self)

    async def rename(self, old: str, new: str) -> None:
        """Give a recipe another name; PhotaError INVALID when that is taken or there is none."""
        new = new.strip()
        book = {recipe.name: recipe for recipe in await self.all()}
        if old not in book or (new in book and new != old):
            taken = f"There is a recipe {new!r} already." if old in book else f"No recipe {old!r}."
            raise PhotaError(ErrorKind.INVALID, taken, field="name", surely_not_charged=True)
        if new != old:
            await self._threads.journal(self._notebook.save_recipe, replace(book[old], name=new))
            await self.remove(old)

    async def import_file(self, path: Path) -> list[Recipe]:
        """Save the recipes of a file and return them under the names they have got.

        None is saved when one of them is wrong: PhotaError INVALID names the file, the recipe
        and the field. A recipe never replaces another one: it gets the next free name.
        """
        found = await self._threads.files(_read, path)
        book = {recipe.name: recipe for recipe in await self.all()}
        taken: list[Recipe] = []
        for recipe in found:
            numbered = (replace(recipe, name=_numbered(recipe.name, n)) for n in count(1))
            free = next(one for one in numbered if book.get(one.name, one) == one)
            if free.name not in book:
                await self._threads.journal(self._notebook.save_recipe, free)
                book[free.name] = free
            taken.append(free)
        self.changed.emit(self)
        return taken

    async def export_file(self, path: Path, recipes: Sequence[Recipe]) -> None:
        """Write recipes as JSON, whole or not at all; a file of that name is replaced."""
        await self._threads.files(_write, path, to_json(recipes))


def _numbered(name: str, n: int) -> str:
    end = f" ({n})"
    return name if n == 1 else f"{name[: MAX_NAME - len(end)]}{end}"


def _read(path: Path) -> tuple[Recipe, ...]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise disk_error(error, path) from error
    if len(content) > MAX_FILE_BYTES:
        raise _not_recipes(path, "It is larger than any file of recipes.")
    try:
        return from_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _not_recipes(path, "It is not a text file.") from error
    except PhotaError as error:
        raise _not_recipes(path, error.message, error.field, error.hint) from error


def _write(path: Path, text: str) -> None:
    try:
        atomic_write(path, text.encode())
    except OSError as error:
        raise disk_error(error, path) from error


def _not_recipes(path: Path, message: str, field: str = "", hint: str = "") -> PhotaError:
    return PhotaError(
        ErrorKind.INVALID,
        f"{path.name}: {message}",
        hint=hint,
        field=field,
        surely_not_charged=True,
    )
