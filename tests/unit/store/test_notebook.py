"""Prompts, recipes and names are kept beside the jobs, and found again."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from phota_desktop.core.catalogue import Choice
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Job
from phota_desktop.core.options import Operation
from phota_desktop.core.recipes import Recipe
from phota_desktop.store import notebook as module
from phota_desktop.store import schema
from phota_desktop.store.journal import Journal
from phota_desktop.store.notebook import Notebook, PersonName
from phota_desktop.store.paths import AppFolders
from tests.unit.core.choices import RECIPES

EDIT, ENHANCE = Operation.EDIT, Operation.ENHANCE


@pytest.fixture
def notebook(journal: Journal) -> Notebook:
    return Notebook(journal)


def texts(notebook: Notebook, **wanted: object) -> list[str]:
    return [entry.text for entry in notebook.prompts(**wanted)]


def test_the_newest_prompt_is_first_and_counted_once(notebook: Notebook) -> None:
    for now, text in enumerate(("warm", "cold", " warm\n", "", "  ")):
        notebook.add(text, EDIT, [], now)
    notebook.add("warm", ENHANCE, [], 1.5)
    first, second, third = notebook.prompts()
    assert (first.text, first.operation, first.used, first.times) == ("warm", EDIT, 2.0, 2)
    assert (second.text, second.operation, second.times) == ("warm", ENHANCE, 1)
    assert third.text == "cold"
    assert texts(notebook, limit=1) == ["warm"]


def test_pinned_ones_stay_on_top_and_forgotten_ones_go(notebook: Notebook) -> None:
    for now, text in enumerate(("a", "b", "c")):
        notebook.add(text, EDIT, ["p"], now)
    by_text = {entry.text: entry.id for entry in notebook.prompts()}
    notebook.pin(by_text["a"], True)
    assert texts(notebook) == ["a", "c", "b"]
    assert notebook.prompts()[0].pinned
    notebook.pin(by_text["a"], False)
    notebook.forget(by_text["b"])
    notebook.forget(by_text["b"])
    assert texts(notebook) == ["c", "a"] == texts(notebook, photo="p")


def test_search_is_for_every_word_in_any_case(notebook: Notebook) -> None:
    notebook.add("Straße im [[anna]] Abend 100%", EDIT, [], 1)
    notebook.add("ÉTÉ at night", EDIT, [], 2)
    assert texts(notebook, query="abend STRASSE") == ["Straße im [[anna]] Abend 100%"]
    assert texts(notebook, query="été") == ["ÉTÉ at night"]
    assert texts(notebook, query="0%") == ["Straße im [[anna]] Abend 100%"]
    assert texts(notebook, query="_") == []
    assert texts(notebook, query="abend night") == []


def test_prompts_of_one_photo(notebook: Notebook) -> None:
    notebook.add("a", EDIT, ["one", "two"], 1)
    notebook.add("b", EDIT, ["one"], 2)
    notebook.add("a", EDIT, ["three"], 3)
    assert texts(notebook, photo="one") == ["b", "a"]
    assert [entry.used for entry in notebook.prompts(photo="one")] == [2.0, 1.0]
    assert texts(notebook, photo="two", query="A") == ["a"]
    assert texts(notebook, photo="none") == []


def test_names_that_are_not_utf8_are_kept(notebook: Notebook) -> None:
    notebook.add("warm \ud800", EDIT, ["/a/\udcff.jpg", "/a/\udcfe.jpg"], 1)
    assert texts(notebook, photo="/a/\udcff.jpg") == ["warm \\ud800"]
    assert texts(notebook, query="warm \ud800") == ["warm \\ud800"]


def test_old_prompts_go_and_pinned_ones_never(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROMPTS_KEPT", 3)
    notebook.add("first", EDIT, ["p"], 0)
    notebook.pin(notebook.prompts()[0].id, True)
    for now in range(1, 7):
        notebook.add(f"n{now}", EDIT, ["p"], now)
    assert texts(notebook) == ["first", "n6", "n5", "n4"] == texts(notebook, photo="p")


def test_recipes_by_name(notebook: Notebook) -> None:
    for name in ("b", "A", "c"):
        notebook.save_recipe(Recipe(name, Choice()))
    warm = Recipe("b", Choice(EDIT, "warm", ("anna",)), match_original=True)
    notebook.save_recipe(warm)
    assert [recipe.name for recipe in notebook.recipes()] == ["A", "b", "c"]
    assert notebook.recipes()[1] == warm
    notebook.remove_recipe("c")
    notebook.remove_recipe("none")
    assert [recipe.name for recipe in notebook.recipes()] == ["A", "b"]
    with pytest.raises(PhotaError) as caught:
        notebook.save_recipe(Recipe(" ", Choice()))
    assert caught.value.kind is ErrorKind.INVALID


@given(RECIPES)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)
def test_every_recipe_comes_back(notebook: Notebook, recipes: list[Recipe]) -> None:
    for recipe in recipes:
        notebook.save_recipe(recipe)
    newest = {recipe.name: recipe for recipe in recipes}
    saved = {recipe.name: recipe for recipe in notebook.recipes()}
    assert saved.items() >= newest.items()
    for name in newest:
        notebook.remove_recipe(name)
    assert not newest.keys() & {recipe.name for recipe in notebook.recipes()}


def test_a_recipe_that_cannot_be_read_hides_no_other(journal: Journal, notebook: Notebook) -> None:
    notebook.save_recipe(Recipe("good", Choice()))
    with journal.transaction() as database:
        database.execute("INSERT INTO recipes VALUES ('bad', '{}')")
    assert [recipe.name for recipe in notebook.recipes()] == ["good"]
    assert [recipe.name for recipe in notebook.recipes()] == ["good"]
    (problem,) = notebook.problems
    assert "bad" in problem


def test_people_are_named_for_each_account(notebook: Notebook) -> None:
    notebook.name("one", "p1", "  Anna \n Maria ", "person")
    notebook.name("one", "p2", "Rex", "pet")
    notebook.name("two", "p1", "x" * 300)
    notebook.name("one", "p2", "Rexi")
    assert notebook.names("one") == {
        "p1": PersonName("Anna Maria", "person"),
        "p2": PersonName("Rexi"),
    }
    assert len(notebook.names("two")["p1"].name) == 100
    notebook.name("one", "p1", " ")
    assert list(notebook.names("one")) == ["p2"]
    assert notebook.names("none") == {}


def test_a_journal_of_the_first_schema_gains_a_notebook(
    folders: AppFolders, tmp_path: Path, new_job: Callable[..., Job]
) -> None:
    steps = tmp_path / "migrations"
    steps.mkdir()
    first = next(schema.MIGRATIONS.glob("001_*.sql"))
    (steps / first.name).write_text(first.read_text())
    with closing(Journal(folders.journal_file, migrations=steps)) as journal:
        job = journal.add(new_job())
    with closing(Journal(folders.journal_file)) as journal:
        Notebook(journal).add("warm", EDIT, [], 1)
        assert journal.jobs() == [job]
    with closing(Journal(folders.journal_file)) as journal:
        assert texts(Notebook(journal)) == ["warm"]


def test_a_change_is_whole_or_not_at_all(journal: Journal, notebook: Notebook) -> None:
    def delete_and(then: Callable[[sqlite3.Connection], object]) -> None:
        with journal.transaction() as database:
            database.execute("DELETE FROM prompts")
            then(database)

    notebook.add("warm", EDIT, [], 1)
    with pytest.raises(KeyError):
        delete_and(lambda _: {}["nothing"])
    assert texts(notebook) == ["warm"]
    with pytest.raises(PhotaError) as caught:
        delete_and(lambda database: database.execute("DELETE FROM nothing"))
    assert caught.value.kind is ErrorKind.DISK
    assert texts(notebook) == ["warm"]
    with pytest.raises(PhotaError):
        journal.read("SELECT * FROM nothing")
    assert journal.read("SELECT text FROM prompts WHERE used = ?", 1) == [("warm",)]


def test_threads_share_it(notebook: Notebook, folders: AppFolders) -> None:
    def write(start: int) -> None:
        for n in range(5):
            notebook.add("warm", EDIT, [f"{start}-{n}"], n)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.times for entry in notebook.prompts()] == [20]
    with closing(sqlite3.connect(folders.journal_file)) as database:
        assert database.execute("SELECT count(*) FROM prompt_photos").fetchone() == (20,)
