"""Hundreds of prompts are put into words once, not at every look at the history."""

from __future__ import annotations

from typing import Any

from phota_desktop.core.options import Operation
from phota_desktop.services.people import Person
from phota_desktop.store.notebook import PromptEntry
from phota_desktop.viewmodels.prompt_list import PromptListModel
from phota_desktop.viewmodels.prompts import PromptsViewModel


def test_rows_are_made_again_only_for_what_changed(qapp: object) -> None:
    prompts = PromptsViewModel()
    entries = [
        PromptEntry(n, f"[[anna]] number {n}", Operation.EDIT, 1e9 + n, pinned=False, times=1)
        for n in range(300)
    ]
    prompts.entries = tuple(entries)
    asked: list[str] = []
    readable = prompts.readable

    def note(wire: str) -> str:
        asked.append(wire)
        return readable(wire)

    spied: Any = prompts  # counts the questions, and answers as it would
    spied.readable = note
    model = PromptListModel(prompts)
    model.refresh()
    assert len(asked) == model.rowCount() == 300
    model.refresh()
    assert len(asked) == 300
    new = PromptEntry(300, "new", Operation.EDIT, 1e9 + 300, pinned=False, times=1)
    prompts.entries = (new, *entries)
    model.refresh()
    assert asked[300:] == ["new"]
    before = model.data(model.index(1))
    spied._people = {"anna": Person("anna", "Anna Berg")}
    model.refresh()
    assert model.data(model.index(1)) != before, "the name is in the words"
    assert "Anna Berg" in str(model.data(model.index(1)))
