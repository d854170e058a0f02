"""Recipes by name: kept, renamed, written to files and read from anybody's."""

from __future__ import annotations

from pathlib import Path

import pytest

from phota_desktop.core.catalogue import Choice
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import Operation, Quality
from phota_desktop.core.recipes import MAX_NAME, Recipe, from_json, to_json
from phota_desktop.services import recipes as module
from phota_desktop.services.recipes import RecipeBook
from tests.unit.services.conftest import Open

WARM = Recipe("Warm évening", Choice(Operation.EDIT, "warmer", ("prof_1",), "gpt-image-2"))
STUDIO = Recipe("Studio", Choice(Operation.EDIT, "studio", quality=Quality.HIGH), True)


async def test_recipes_are_kept_by_name(open_real_services: Open) -> None:
    async with open_real_services(engine=Engine.LOCAL) as services:
        told: list[RecipeBook] = []
        services.recipes.changed.subscribe(told.append)
        await services.recipes.save(WARM)
        await services.recipes.save(STUDIO)
        await services.recipes.save(Recipe("Studio", WARM.choice))
        assert len(told) == 3
    async with open_real_services(engine=Engine.LOCAL) as services:
        book = services.recipes
        assert await book.all() == [Recipe("Studio", WARM.choice), WARM]
        await book.rename("Studio", " Studio ")
        await book.rename("Studio", "Aged")
        for old, new in (("Aged", WARM.name), ("Aged", ""), ("gone", "x")):
            with pytest.raises(PhotaError):
                await book.rename(old, new)
        assert [recipe.name for recipe in await book.all()] == ["Aged", WARM.name]
        await book.remove("Aged")
        assert await book.all() == [WARM]


async def test_a_file_carries_recipes_from_one_to_another(
    tmp_path: Path, open_real_services: Open
) -> None:
    path = tmp_path / "mine.json"
    async with open_real_services(engine=Engine.LOCAL) as services:
        path.write_text("an older export")
        await services.recipes.export_file(path, [WARM, STUDIO])
        assert from_json(path.read_text()) == (WARM, STUDIO)
        assert list(tmp_path.glob(".mine*")) == []
        assert await services.recipes.import_file(path) == [WARM, STUDIO]
        assert len(await services.recipes.all()) == 2
        # The same once more changes nothing, another of the same name stands beside it.
        assert await services.recipes.import_file(path) == [WARM, STUDIO]
        other = Recipe("Studio", WARM.choice)
        path.write_bytes(b"\xef\xbb\xbf" + to_json([other, other]).encode())
        [one, again] = await services.recipes.import_file(path)
        assert one == again == Recipe("Studio (2)", WARM.choice)
        names = [recipe.name for recipe in await services.recipes.all()]
        assert names == ["Studio", "Studio (2)", WARM.name]


async def test_a_long_name_stays_one_that_can_be_read_again(
    tmp_path: Path, open_real_services: Open
) -> None:
    path = tmp_path / "long.json"
    async with open_real_services(engine=Engine.LOCAL) as services:
        for choice in (WARM.choice, STUDIO.choice):
            path.write_text(to_json([Recipe("n" * MAX_NAME, choice)]))
            await services.recipes.import_file(path)
        await services.recipes.export_file(path, await services.recipes.all())
        assert len({recipe.name for recipe in from_json(path.read_text())}) == 2


@pytest.mark.parametrize(
    ("content", "field", "said"),
    [
        (b"not json", "format", "JSON"),
        (b"\xff\xfe\x00", "", "text"),
        (to_json([WARM, STUDIO]).replace('"studio"', "7").encode(), "prompt", "Studio"),
        (to_json([WARM]).replace('"1K"', '"9K"').encode(), "resolution", "Warm"),
        (b" " * (module.MAX_FILE_BYTES + 1), "", "larger"),
    ],
)
async def test_a_bad_file_is_named_and_nothing_of_it_saved(
    tmp_path: Path, open_real_services: Open, content: bytes, field: str, said: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    async with open_real_services(engine=Engine.LOCAL) as services:
        with pytest.raises(PhotaError) as caught:
            await services.recipes.import_file(path)
        assert (caught.value.kind, caught.value.field) == (ErrorKind.INVALID, field)
        assert "bad.json" in caught.value.message
        assert said in caught.value.message
        assert await services.recipes.all() == []


async def test_a_file_that_cannot_be_opened_is_said(
    tmp_path: Path, open_real_services: Open
) -> None:
    async with open_real_services(engine=Engine.LOCAL) as services:
        with pytest.raises(PhotaError) as caught:
            await services.recipes.import_file(tmp_path / "missing.json")
        assert caught.value.kind is ErrorKind.DISK
        with pytest.raises(PhotaError) as caught:
            await services.recipes.export_file(tmp_path / "no" / "folder.json", [WARM])
        assert caught.value.kind is ErrorKind.DISK
