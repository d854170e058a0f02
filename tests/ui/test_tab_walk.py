"""The Tab key comes round: through every panel and back, whatever the operation shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from phota_desktop.core.options import Operation

from .conftest import Desk, until

EVERYWHERE = {
    *("openButton", "menuButton", "refreshPeople", "photoList", "imageCanvas", "exportButton"),
    *("operationTabs", "promptHistoryButton", "recipesButton", "promptEditor", "jobsButton"),
    *("variantCountBox_1", "outputFormatBox_jpg", "submitButton"),
}
OF_OPERATION = {
    Operation.ENHANCE: set(),
    Operation.EDIT: {
        *("addSourceButton", "sourceList", "baseModelBox"),
        *("aspectRatioBox_auto", "resolutionBox_1K"),
    },
    Operation.GENERATE: {"baseModelBox", "aspectRatioBox_auto", "resolutionBox_1K"},
    Operation.REMIX: {"referenceSlot"},
}


def walk(desk: Desk, *, forward: bool) -> list[str]:
    """Return the names of all that gets the focus until the prompt has it again."""
    prompt = desk.window.drawer.prompt
    prompt.setFocus()
    names: list[str] = []
    while True:
        assert desk.window.focusNextPrevChild(forward)
        focused = QApplication.focusWidget()
        names.append(focused.objectName())
        if focused is prompt:
            return names
        assert len(names) < 60, names


@pytest.mark.parametrize("first", [Operation.ENHANCE, Operation.REMIX])
async def test_the_tab_key_visits_all_panels_and_comes_back(
    live: Desk, photos: list[Path], first: Operation
) -> None:
    live.studio.form.set_prompt("warmer")
    live.studio.opener.open(photos)
    await until(lambda: live.studio.photo == photos[0])
    live.studio.form.set_operation(first)
    for operation in (first, *Operation):
        live.studio.form.set_operation(operation)
        if operation is Operation.REMIX:
            live.studio.form.set_reference(photos[1])
        await until(lambda: live.window.drawer.submit.isEnabled())
        names = walk(live, forward=True)
        missing = (EVERYWHERE | OF_OPERATION[operation]) - set(names)
        assert not missing, (operation, names)
        assert len(names) == len(set(names)), names
        back = walk(live, forward=False)
        assert back[:-1] == names[-2::-1], (operation, back)
