"""Making room: what the dialog says is what goes, and nothing a person chose goes with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from phota_desktop.core.library import Flag, Label
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.disposal import FolderTrash
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import Settings
from phota_desktop.ui.cleanup_dialog import CleanupDialog
from phota_desktop.viewmodels.library import LibraryViewModel
from tests.unit.services.libraries import make

from .conftest import until

LEFT = Qt.MouseButton.LeftButton


@dataclass
class Asked:
    dialog: CleanupDialog
    model: LibraryViewModel
    services: Services
    trash: Path

    async def agree(self) -> None:
        """Press the button, and wait until it is done."""
        steps: list[None] = []
        leave = self.services.library.history_changed.subscribe(steps.append)
        QTest.mouseClick(self.dialog.agree, LEFT)
        await until(lambda: bool(steps))
        leave()

    async def left(self) -> set[str]:
        numbers = (await self.services.library.find(self.model.query)).numbers
        return {one.key for one in await self.services.library.pictures(numbers)}


@pytest_asyncio.fixture
async def asked(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Asked]:
    environ = {"PHOTA_DESKTOP_HOME": str(tmp_path / "home")}
    folders = AppFolders.find(environ)
    folders.create()
    services = await open_services(folders, Settings(), environ=environ)
    library = services.library
    library.use_trash(FolderTrash(tmp_path / "trash"))
    for name in "abcdef":
        make(services, name)
    await library.mark(["a:0"], flag=Flag.PICK)
    await library.mark(["b:0"], stars=1)
    await library.mark(["c:0"], flag=Flag.REJECT, stars=2)
    await library.mark(["e:0"], flag=Flag.REJECT)
    await library.mark(["f:0"], label=Label.GREEN)
    model, parent = LibraryViewModel(), QWidget()
    model.attach(services)
    dialog = CleanupDialog(model, parent)
    model.set_shown("dialog", True)
    dialog.show()
    await until(lambda: dialog._plan != [])
    yield Asked(dialog, model, services, tmp_path / "trash")
    model.detach()
    await services.close()
    parent.deleteLater()
    model.deleteLater()


async def test_the_rejected_go_first_and_only_what_is_said(asked: Asked) -> None:
    dialog = asked.dialog
    assert dialog.amount.currentText().startswith("All rejected · ")
    assert dialog.words.text() == "To go: 1 rejected picture."
    assert dialog.agree.text() == "Move 1 picture to the trash"
    assert "once you empty the trash" in dialog.never.text()
    before = await asked.left()
    await asked.agree()
    assert len(list(asked.trash.iterdir())) == 2
    assert before - await asked.left() == {"e:0"}
    await asked.services.library.undo()
    assert await asked.left() == before


async def test_picks_and_stars_stay_whatever_is_chosen(asked: Asked) -> None:
    dialog = asked.dialog
    dialog.amount.setCurrentIndex(dialog.amount.count() - 1)
    assert dialog.amount.currentText().startswith("All without pick and stars · ")
    await until(lambda: len(dialog._plan) == 3)
    assert dialog.words.text().startswith("To go: 1 rejected picture and 2 others from ")
    assert "unmarked" not in dialog.words.text()
    before = await asked.left()
    await asked.agree()
    assert len(list(asked.trash.iterdir())) == 6
    assert before - await asked.left() == {"d:0", "e:0", "f:0"}


async def test_closing_it_deletes_nothing(asked: Asked) -> None:
    before = await asked.left()
    QTest.mouseClick(asked.dialog.cancel, LEFT)
    assert await asked.left() == before
    assert not asked.trash.exists()
