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


async def test_of_a_row_of_segments_the_pressed_one_alone_is_visited(
    live: Desk, photos: list[Path]
) -> None:
    form = live.studio.form
    form.set_prompt("warmer")
    live.studio.opener.open(photos)
    await until(lambda: live.studio.photo == photos[0])
    form.set_operation(Operation.EDIT)
    form.set_variants(3)
    form.set_format("png")
    form.set_resolution("2K")
    form.set_aspect_ratio("4:3")
    await until(lambda: live.window.drawer.submit.isEnabled())
    for forward in (True, False):
        names = walk(live, forward=forward)
        for box, pressed in (
            ("variantCountBox", "3"),
            ("outputFormatBox", "png"),
            ("resolutionBox", "2K"),
            ("aspectRatioBox", "4:3"),
            ("viewModeBox", "single"),
        ):
            visited = [name for name in names if name.startswith(box)]
            assert visited == [f"{box}_{pressed}"], (forward, names)


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
