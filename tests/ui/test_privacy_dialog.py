"""The privacy panel over a live window: numbers, tables, the report, and deleting everywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QTreeView

from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState, Provider
from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.core.training import Kind, Training, TrainingOrder, TrainingState
from phota_desktop.services.composition import Services
from phota_desktop.services.erasing import Eraser
from phota_desktop.services.privacy import PAGE, Privacy
from phota_desktop.ui.erase_dialog import EraseDialog
from phota_desktop.ui.privacy_dialog import PrivacyDialog
from phota_desktop.viewmodels.privacy import PrivacyViewModel

from .conftest import LEFT, Desk, until

BUCKET = BucketAddress(Provider.S3, "my-photos", "eu-central-1")
CONSENT = "Anna agrees."


def trained(photos: tuple[str, ...], profile_id: str, engine: Engine) -> Training:
    now = time.time()
    return Training(
        tag=f"pd-{uuid4()}",
        engine=engine,
        base_url="",
        account="",
        order=TrainingOrder("Anna", TrainingTier.FAST, photos, Kind.PERSON, CONSENT),
        created=now - 100,
        state=TrainingState.ENDED,
        profile_id=profile_id,
        sent=now - 50,
        ended=now,
        outcome=ProfileStatus.READY,
    )


def ridden(n: int, profile_id: str, engine: Engine = Engine.PHOTA) -> Job:
    return Job(
        id=f"job-{n}",
        client_request_id=f"request-{n}",
        engine=engine,
        request=EnhanceRequest(Path(f"/p/IMG_{n}.jpg"), profile_ids=(profile_id,)),
        created=time.time(),
        sent=time.time(),
        state=JobState.DONE,
        request_id=f"req-{n}",
        variants=(Variant(1, Path("/v/1.jpg"), "0", 64, 64, "jpg"),),
    )


@dataclass
class Panel:
    """The dialog, all that is below it, and the profile that is shown."""

    dialog: PrivacyDialog
    privacy: PrivacyViewModel
    services: Services
    profile_id: str = "prof-anna"

    def cells(self, table: QTreeView) -> list[list[str]]:
        model = table.model()
        return [
            [str(model.index(row, column).data()) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    def labels(self) -> str:
        found = self.dialog.findChildren(QLabel)
        return "\n".join(label.text() for label in found if label.isVisibleTo(self.dialog))

    def press(self, name: str) -> None:
        button = self.dialog.findChild(QPushButton, name)
        assert button.isVisible(), name
        assert button.isEnabled(), name
        QTest.mouseClick(button, LEFT)

    async def show(self) -> None:
        self.dialog.show_person(self.profile_id)
        await until(lambda: self.privacy.report)


@pytest_asyncio.fixture
async def panel(live: Desk) -> AsyncIterator[Panel]:
    services = live.running
    privacy = Privacy(
        services.trainings,
        services.journal,
        services.people,
        services.session,
        services.threads,
        lambda: services.folders.results,
    )
    eraser = Eraser(
        privacy,
        services.trainings,
        services.trainer,
        services.hosting,
        services.people,
        services.session,
        services.threads,
        services.folders,
    )
    model = PrivacyViewModel()
    model.attach(privacy, eraser, services.tasks, services.trainer.changed)
    dialog = PrivacyDialog(model, live.window)
    yield Panel(dialog, model, services)
    dialog.close()
    model.detach()


async def test_the_numbers_come_first(panel: Panel) -> None:
    one = trained(("/p/a.jpg", "/p/b.jpg"), "prof-anna", Engine.PHOTA)
    panel.services.trainings.save(one)
    for n, state in enumerate((HostedState.DELETED, HostedState.UPLOADED)):
        row = HostedPhoto(
            f"x/{n}.jpg", one.tag, BUCKET, one.order.photos[n], state, 9, "", time.time(),
            time.time() if state is HostedState.DELETED else None,
        )  # fmt: skip
        panel.services.trainings.save_photo(row)
    for n in range(3):
        engine = Engine.LOCAL if n == 0 else Engine.PHOTA
        panel.services.journal.add(ridden(n, "prof-anna", engine))
    await panel.show()
    said = panel.dialog.accessibleDescription()
    assert said.startswith("2 photos sent for training · 2 photos in 2 requests · ")
    assert said.endswith("1 photo still in the bucket")
    photos = panel.cells(panel.dialog.photos)
    assert [row[:2] for row in photos] == [["b.jpg", "s3://my-photos"], ["a.jpg", "s3://my-photos"]]
    assert photos[0][3] == "Still there"
    QTest.mouseClick(panel.dialog.pages.button("requests"), LEFT)
    assert panel.dialog.requests.isVisible()
    rows = panel.cells(panel.dialog.requests)
    assert [row[1:] for row in rows] == [
        ["Enhance", "IMG_2.jpg", "Phota", "req-2"],
        ["Enhance", "IMG_1.jpg", "Phota", "req-1"],
        ["Enhance", "IMG_0.jpg", "Stayed on this computer", ""],
    ]
    QTest.mouseClick(panel.dialog.pages.button("consent"), LEFT)
    assert CONSENT in panel.dialog.consent.toPlainText()
    QTest.mouseClick(panel.dialog.pages.button("here"), LEFT)
    assert str(panel.services.folders.results) in panel.labels()


async def test_somebody_of_whom_nothing_is_known_is_said_so(panel: Panel) -> None:
    await panel.show()
    assert "No training of this profile is on record" in panel.labels()
    assert not panel.dialog.photos.isVisible()


async def test_older_requests_come_while_one_scrolls(panel: Panel) -> None:
    number = 3 * PAGE
    for n in range(number):
        panel.services.journal.add(ridden(n, "prof-anna"))
    await panel.show()
    QTest.mouseClick(panel.dialog.pages.button("requests"), LEFT)
    table = panel.dialog.requests
    assert table.model().rowCount() < number
    async with asyncio.timeout(20):
        while table.model().rowCount() < number:
            QTest.keyClick(table, Qt.Key.Key_End)
            await asyncio.sleep(0.01)
    assert len({row[-1] for row in panel.cells(table)}) == number


async def test_the_report_is_saved_beside_what_is_there(panel: Panel, tmp_path: Path) -> None:
    panel.services.trainings.save(trained(("/p/a.jpg",), "prof-anna", Engine.PHOTA))
    await panel.show()
    panel.dialog.set_folder(tmp_path)
    (tmp_path / "anna.txt").write_text("mine")
    panel.press("exportReportButton")
    dialog = panel.dialog.findChild(QFileDialog, "reportDialog")
    dialog.selectFile(str(tmp_path / "anna.txt"))
    dialog.accept()
    target = tmp_path / "anna (2).txt"
    await until(target.exists)
    assert (tmp_path / "anna.txt").read_text() == "mine"
    assert "What was sent of Anna" in target.read_text("utf-8")
    await until(lambda: "Saved as anna (2).txt." in panel.labels())


async def local_anna(panel: Panel, photos: list[Path]) -> Training:
    """Train a profile with the local engine, name it and have its picture."""
    services = panel.services
    await services.session.load(Engine.LOCAL)
    client = services.session.client(Engine.LOCAL)
    urls = [path.as_uri() for path in photos] * 2
    profile_id = await client.profiles.add(urls[:5], "", TrainingTier.FAST)
    one = trained(tuple(map(str, photos)), profile_id, Engine.LOCAL)
    services.trainings.save(one)
    await services.people.refresh()
    await services.people.rename(profile_id, "Anna")
    panel.profile_id = profile_id
    return one


async def test_delete_everywhere_asks_once_and_shows_each_step(
    panel: Panel, photos: list[Path]
) -> None:
    one = await local_anna(panel, photos)
    await panel.show()
    panel.press("eraseButton")
    asking = panel.dialog.findChild(EraseDialog)
    words = "\n".join(label.text() for label in asking.findChildren(QLabel))
    assert "The profile, on this computer" in words
    assert "Your own photos, where they are" in words
    assert asking.focusWidget() is asking.cancel
    QTest.keyClick(asking.cancel, Qt.Key.Key_Tab)
    QTest.mouseClick(asking.agree, LEFT)
    QTest.mouseClick(asking.agree, LEFT)  # once is enough
    await until(lambda: panel.privacy.is_erased)
    assert [step.mark for step in asking.steps.steps] == ["good"] * len(asking.steps.steps)
    assert panel.services.trainings.get(one.tag) is None
    assert panel.services.people.find(panel.profile_id) is None
    assert panel.profile_id not in panel.services.people.names
    assert all(path.is_file() for path in photos)
    QTest.mouseClick(asking.cancel, LEFT)
    assert not panel.dialog.isVisible()


async def test_a_step_that_fails_keeps_the_record_and_can_be_tried_again(
    panel: Panel, photos: list[Path]
) -> None:
    one = await local_anna(panel, photos)
    other = replace(one, engine=Engine.PHOTA, base_url="https://elsewhere.example/v1/phota")
    panel.services.trainings.save(other)
    await panel.show()
    panel.press("eraseButton")
    asking = panel.dialog.findChild(EraseDialog)
    QTest.mouseClick(asking.agree, LEFT)
    await until(lambda: asking.again.isVisible())
    steps = {step.title: step for step in asking.steps.steps}
    assert steps["The profile"].mark == "bad"
    assert "another server" in steps["The profile"].words
    assert steps["The record of the training"].mark == "warn"
    assert panel.services.trainings.get(one.tag) is not None
    panel.services.trainings.save(one)
    QTest.mouseClick(asking.again, LEFT)
    await until(lambda: panel.privacy.is_erased)
    assert panel.services.trainings.get(one.tag) is None


async def test_the_report_is_offered_before_deleting(panel: Panel, tmp_path: Path) -> None:
    panel.services.trainings.save(trained(("/p/a.jpg",), "prof-anna", Engine.PHOTA))
    await panel.show()
    panel.press("eraseButton")
    asking = panel.dialog.findChild(EraseDialog)
    QTest.mouseClick(asking.save, LEFT)
    dialog = asking.findChild(QFileDialog, "reportDialog")
    assert dialog is not None
    dialog.selectFile(str(tmp_path / "first.txt"))
    dialog.accept()
    await until((tmp_path / "first.txt").exists)
    QTest.keyClick(asking, Qt.Key.Key_Escape)
    assert not asking.isVisible()
    assert len(panel.services.trainings.all()) == 1


async def test_it_fits_a_small_screen(panel: Panel) -> None:
    await panel.show()
    assert panel.dialog.width() <= 1024
    assert panel.dialog.minimumSizeHint().height() <= 640
