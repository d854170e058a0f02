"""The prompt history as the services give it: told changes, restarts, nothing blank."""

from __future__ import annotations

from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import Operation
from phota_desktop.services.prompts import PromptHistory
from tests.unit.services.conftest import Open

EDIT, ENHANCE = Operation.EDIT, Operation.ENHANCE
ONE, TWO = "a" * 64, "b" * 64


async def test_prompts_are_found_again_after_a_restart(open_real_services: Open) -> None:
    async with open_real_services(engine=Engine.LOCAL) as services:
        await services.prompts.add("  warmer light\n", EDIT, [ONE])
        await services.prompts.add("[[prof_1]] smiles", EDIT, [ONE, TWO])
        await services.prompts.add(" \n", ENHANCE, [ONE])
    async with open_real_services(engine=Engine.LOCAL) as services:
        found = await services.prompts.search()
        assert [entry.text for entry in found] == ["[[prof_1]] smiles", "warmer light"]
        assert [entry.text for entry in await services.prompts.search("LIGHT")] == ["warmer light"]
        of_two = await services.prompts.search(photo=TWO)
        assert [entry.text for entry in of_two] == ["[[prof_1]] smiles"]


async def test_pinned_prompts_come_first_and_every_change_is_told(
    open_real_services: Open,
) -> None:
    async with open_real_services(engine=Engine.LOCAL) as services:
        history = services.prompts
        told: list[PromptHistory] = []
        history.changed.subscribe(told.append)
        for text in ("one", "two", "three"):
            await history.add(text, EDIT)
        assert len(told) == 3
        *_, oldest = await history.search()
        await history.pin(oldest.id)
        [first, *_] = await history.search()
        assert (first.text, first.pinned) == ("one", True)
        await history.pin(first.id, False)
        await history.forget(first.id)
        assert [entry.text for entry in await history.search()] == ["three", "two"]
        assert len(told) == 6
        assert len(await history.search(limit=1)) == 1
