"""The prompt history and the recipes over real services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QLocale, Qt

from phota_desktop.core.options import Operation
from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.services import people
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.person import Account
from phota_desktop.store.notebook import PersonName
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import Settings
from phota_desktop.viewmodels import roles
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.notices import NoticesViewModel, Tone
from phota_desktop.viewmodels.prompt_list import PromptListModel
from phota_desktop.viewmodels.prompts import PromptsViewModel
from phota_desktop.viewmodels.recipes import RecipesViewModel

EDIT = Operation.EDIT


@pytest_asyncio.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    environ = {"PHOTA_DESKTOP_HOME": str(tmp_path / "home")}
    folders = AppFolders.find(environ)
    folders.create()
    opened = await open_services(folders, Settings(), environ=environ)
    # As if the local engine had listed them.
    opened.people._accounts[people.LOCAL_ACCOUNT] = Account(
        profiles=(Profile("anna01", ProfileStatus.READY), Profile("bell02", ProfileStatus.ERROR)),
        names={"anna01": PersonName("Anna"), "bell02": PersonName("Bello")},
        is_listed=True,
    )
    yield opened
    await opened.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def used(services: Services, *texts: str, photo: str = "/p/1.jpg") -> None:
    for text in texts:
        await services.prompts.add(text, EDIT, [photo])


@pytest_asyncio.fixture
async def prompts(qapp: object, services: Services) -> AsyncIterator[PromptsViewModel]:
    made = PromptsViewModel()
    await used(services, "one", "two [[anna01]]", "three")
    made.attach(services)
    await until(lambda: made._recent and made.entries)
    yield made
    made.detach()


async def test_stepping_keeps_what_was_typed(prompts: PromptsViewModel) -> None:
    assert prompts.step(-1, "draft") is None
    assert prompts.step(1, "draft") == "three"
    assert prompts.step(1, "three") == "two [[anna01]]"
    assert prompts.step(1, "two [[anna01]]") == "one"
    assert prompts.step(1, "one") is None
    assert prompts.step(-1, "one") == "two [[anna01]]"
    assert prompts.step(-1, "two [[anna01]]") == "three"
    assert prompts.step(-1, "three") == "draft"


async def test_a_changed_old_prompt_does_not_lose_the_draft(prompts: PromptsViewModel) -> None:
    assert prompts.step(1, "draft") == "three"
    assert prompts.step(1, "three!") == "draft"
    assert prompts.step(1, "draft") == "three"
    assert prompts.step(-1, "three") == "draft"
    assert prompts.step(-1, "draft") == "three!"


async def test_a_sent_prompt_is_the_newest_and_the_draft_stays(
    prompts: PromptsViewModel, services: Services
) -> None:
    assert prompts.step(1, "draft") == "three"
    assert prompts.step(1, "three") == "two [[anna01]]"
    await used(services, "two [[anna01]]")
    await until(lambda: prompts._recent[0].startswith("two"))
    assert prompts.step(1, "two [[anna01]]") == "draft"
    assert prompts.step(1, "draft") == "three"
    await used(services, "draft")
    await until(lambda: prompts._recent[0] == "draft")
    assert prompts.step(1, "") == "draft"
    assert prompts.step(1, "draft") == "two [[anna01]]"


async def test_names_are_found_as_words_are(prompts: PromptsViewModel) -> None:
    prompts.search("ANNA two")
    await until(lambda: len(prompts.entries) == 1)
    assert prompts.readable(prompts.entries[0].text) == "two Anna"


async def test_a_photo_has_its_own_history(prompts: PromptsViewModel, services: Services) -> None:
    await used(services, "four", photo="/p/2.jpg")
    prompts.set_photo(Path("/p/2.jpg"))
    prompts.search(only_photo=True)
    await until(lambda: [entry.text for entry in prompts.entries] == ["four"])
    prompts.search()
    await until(lambda: len(prompts.entries) == 4)


async def test_pins_stay_on_top_and_a_deletion_can_be_undone(
    prompts: PromptsViewModel, services: Services
) -> None:
    prompts.pin(prompts.entries[-1], True)
    await until(lambda: prompts.entries[0].pinned)
    assert prompts.entries[0].text == "one"
    gone = prompts.entries[1]
    prompts.forget(gone)
    assert gone not in prompts.entries
    prompts.undo_forget()
    await until(lambda: gone in prompts.entries)
    prompts.forget(gone)
    prompts.settle()
    await until(lambda: len(prompts._recent) == 2)
    assert gone.text not in [entry.text for entry in await services.prompts.search()]


async def test_rows_read_as_a_person_would(prompts: PromptsViewModel) -> None:
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    model = PromptListModel(prompts)
    model.set_operation(EDIT)
    rows = [model.row(n) for n in range(model.rowCount())]
    assert [row.text for row in rows if row and row.entry] == ["three", "two Anna", "one"]
    heading = next(row for row in rows if row is not None and row.is_heading)
    assert heading.text == "Suggestions for Edit"
    first = rows[0]
    assert first is not None
    assert first.below.startswith("Edit · ")
    assert model.flags(model.index(rows.index(heading))).value == 0
    prompts.search("background")
    await until(lambda: not prompts.entries)
    assert all("background" in row.text for n in range(1, 9) if (row := model.row(n)))


async def test_people_come_with_the_services(prompts: PromptsViewModel) -> None:
    assert [person.name for person in prompts.people] == ["Anna", "Bello"]
    assert prompts.is_listed


@pytest_asyncio.fixture
async def recipes(qapp: object, services: Services) -> AsyncIterator[RecipesViewModel]:
    made = RecipesViewModel(RequestForm(), NoticesViewModel())
    made.attach(services)
    yield made
    made.detach()


def names(recipes: RecipesViewModel) -> list[str]:
    return [recipe.name for recipe in recipes.recipes]


async def test_a_recipe_brings_its_settings_back(recipes: RecipesViewModel) -> None:
    form = recipes._form
    form.set_operation(EDIT)
    form.set_prompt("warmer")
    form.set_base_model("flux-2")
    form.set_match_original(True)
    form.set_variants(3)
    recipes.save("  Warm \n look ")
    await until(lambda: names(recipes) == ["Warm look"])
    assert recipes._notices.current is not None
    assert recipes._notices.current.text == "Recipe “Warm look” saved."
    wanted = form.choice
    form.set_match_original(False)
    form.set_operation(Operation.ENHANCE)
    form.set_variants(1)
    form.set_prompt("")
    recipes.apply("Warm look")
    assert (form.choice, form.match_original) == (wanted, True)
    form.set_variants(2)
    recipes.save("Warm look")
    await until(lambda: recipes.recipes[0].choice.variants == 2)
    assert names(recipes) == ["Warm look"]


async def test_rename_delete_and_put_back(recipes: RecipesViewModel) -> None:
    recipes.save("a")
    recipes.save("b")
    await until(lambda: names(recipes) == ["a", "b"])
    recipes.rename("a", "b")
    await until(lambda: recipes._notices.current and recipes._notices.current.tone is Tone.BAD)
    assert names(recipes) == ["a", "b"]
    recipes.rename("a", "c")
    await until(lambda: names(recipes) == ["b", "c"])
    recipes.remove("c")
    await until(lambda: names(recipes) == ["b"])
    recipes.put_back()
    await until(lambda: names(recipes) == ["b", "c"])
    assert recipes.removed is None


async def test_export_and_import_are_inverse(recipes: RecipesViewModel, tmp_path: Path) -> None:
    recipes._form.set_prompt("softer")
    recipes.save("soft")
    await until(lambda: names(recipes) == ["soft"])
    file = tmp_path / "out.json"
    recipes.export_file(file, ["soft"])
    await until(file.exists)
    before = recipes.recipes
    recipes.remove("soft")
    await until(lambda: not recipes.recipes)
    recipes.import_file(file)
    await until(lambda: recipes.recipes)
    assert recipes.recipes == before
    assert recipes.recipes[0] == replace(before[0], name="soft")


@pytest.mark.parametrize("text", ["no json", '{"format": "other"}'])
async def test_a_file_of_something_else_is_named(
    recipes: RecipesViewModel, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text)
    recipes.import_file(file)
    await until(lambda: recipes._notices.current)
    assert recipes._notices.current is not None
    assert recipes._notices.current.text.startswith("odd.json: ")
    assert recipes.recipes == ()


async def test_rows_tell_a_screen_reader_and_a_tool_tip_the_whole_prompt(
    prompts: PromptsViewModel, services: Services
) -> None:
    await used(services, "<b>four</b>")
    await until(lambda: prompts.entries[0].text == "<b>four</b>")
    prompts.pin(prompts.entries[0], True)
    await until(lambda: prompts.entries[0].pinned)
    model = PromptListModel(prompts)
    model.set_operation(Operation.REMIX)
    first = model.index(0)
    assert str(first.data(roles.ACCESSIBLE_TEXT_ROLE)).startswith("Pinned, <b>four</b>, ")
    assert first.data(roles.TOOL_TIP_ROLE) == "<p>&lt;b&gt;four&lt;/b&gt;</p>"
    heading = next(n for n in range(model.rowCount()) if model.row(n).is_heading)
    assert model.index(heading).data() == "Suggestions for Remix"
    assert model.index(heading).data(roles.TOOL_TIP_ROLE) is None
    assert model.flags(model.index(heading)) == Qt.ItemFlag.NoItemFlags
    assert model.index(model.rowCount() + 1).data() is None
