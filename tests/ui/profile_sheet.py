"""The dialog for a new profile over real services, and an album of good photos for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from phota_desktop.core.training import Training
from phota_desktop.services.composition import Services
from phota_desktop.ui.add_profile_dialog import AddProfileDialog
from phota_desktop.viewmodels.add_profile import AddProfileViewModel
from tests.ui.conftest import LEFT, Desk, until

MODS = Qt.KeyboardModifier.NoModifier


def write_album(folder: Path) -> list[Path]:
    """Write twelve good photos, each of another part of another picture, with grain."""
    made = []
    grain = np.random.default_rng(1).integers(-22, 22, (1400, 1400, 1))
    for n, name in enumerate(("astronaut", "chelsea", "coffee", "rocket")):
        whole = np.asarray(getattr(skimage.data, name)())[..., ::-1]
        height, width = whole.shape[:2]
        corners = ((0, 0, 1, 1), (0.1, 0.3, 0.7, 0.9), (0.2, 0.4, 0.9, 1))
        for m, (left, top, right, bottom) in enumerate(corners):
            part = whole[
                int(top * height) : int(bottom * height), int(left * width) : int(right * width)
            ]
            big = cv2.resize(part, (1400, 1100 + 90 * m), interpolation=cv2.INTER_CUBIC)
            noisy = np.clip(big.astype(np.int16) + grain[: big.shape[0]], 0, 255)
            path = folder / f"IMG_{n}{m}.jpg"
            assert cv2.imwrite(str(path), noisy.astype(np.uint8))
            made.append(path)
    return made


@dataclass
class Sheet:
    """The open dialog over live services."""

    dialog: AddProfileDialog
    form: AddProfileViewModel
    services: Services
    started: list[Training]

    async def add(self, *paths: Path) -> None:
        self.form.intake.add(paths)
        await self.checked()

    async def checked(self) -> None:
        intake = self.form.intake
        await until(lambda: not intake.is_looking and not intake.is_checking, 60)

    def press(self, name: str) -> None:
        QTest.mouseClick(self.dialog.findChild(QPushButton, name), LEFT)

    @property
    def problem(self) -> str:
        return str(self.dialog.problem.text())

    @property
    def used(self) -> list[bool]:
        return [row.is_used for row in self.form.photos.rows]


def made(desk: Desk) -> Sheet:
    services = desk.running
    form = AddProfileViewModel(desk.settings)
    form.attach(services)
    dialog = AddProfileDialog(form, desk.window.art, desk.window)
    started: list[Training] = []
    form.started.connect(started.append)
    return Sheet(dialog, form, services, started)


def drop(dialog: AddProfileDialog, mime: QMimeData) -> None:
    at = QPointF(50, 50)
    for kind in (QDragEnterEvent, QDropEvent):
        where = at.toPoint() if kind is QDragEnterEvent else at
        event = kind(where, Qt.DropAction.CopyAction, mime, LEFT, MODS)  # type: ignore[arg-type]
        QApplication.sendEvent(dialog, event)
        assert event.isAccepted()
