"""The sidebar's trainings, drops, tags and deletions, over a real account of the fake Phota."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QPushButton, QToolButton, QWidget

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Training, TrainingOrder, TrainingState, new_tag
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.watching import Pace, Watcher
from phota_desktop.store.trainings import Trainings
from phota_desktop.ui.delete_profile_dialog import DeleteProfileDialog
from phota_desktop.ui.desktop_notification import PeopleNotifier
from phota_desktop.ui.profile_list import ProfileList
from phota_desktop.ui.profile_sidebar import ProfileSidebar
from phota_desktop.viewmodels.people import PeopleViewModel
from phota_desktop.viewmodels.people_rows import TrainingAction
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread

from .conftest import LEFT, Desk, until

URLS = tuple(f"https://photos.example/{n}.jpg" for n in range(10))
QUIET = pytest.mark.qt_log_ignore("raise", "grabbing", "propagateSizeHints")
QUICK = Pace(apart=0.02, often=0.1, seldom=0.1)


@dataclass
class Home:
    """A window with a sidebar that is watched, and the account behind it."""

    desk: Desk
    people: PeopleViewModel
    services: Services
    fake: FakePhotaThread
    watcher: Watcher
    told: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sidebar(self) -> ProfileSidebar:
        return self.desk.window.photo_panel.sidebar

    @property
    def rows(self) -> ProfileList:
        assert self.sidebar.list is not None
        return self.sidebar.list

    def names(self) -> list[str]:
        return [row.name for row in self.people.model.rows]

    def words(self) -> list[str]:
        return [row.words for row in self.people.model.rows]

    async def train(self, *tags: str) -> list[str]:
        client = self.services.session.client(Engine.PHOTA)
        ids = [await client.profiles.add(URLS, tag) for tag in tags]
        await self.watcher.refresh()
        return ids

    async def record(self, name: str, state: TrainingState, message: str = "") -> str:
        """Put a training of an earlier start on record."""
        session = self.services.session
        training = Training(
            tag=new_tag(),
            engine=Engine.PHOTA,
            base_url=session.base_url(Engine.PHOTA),
            account=session.account(Engine.PHOTA),
            order=TrainingOrder(name, TrainingTier.STANDARD, URLS, consent="I may send these."),
            created=time.time() - 600,
            message=message,
        )
        trainings = Trainings(self.services.journal)
        trainings.save(training)
        if state is not TrainingState.RECORDED:
            trainings.save(replace(training, state=state))
        await self.services.trainer.load()
        return training.tag

    def button(self, name: str) -> QPushButton:
        found = [one for one in self.sidebar.findChildren(QPushButton, name) if one.isVisible()]
        assert len(found) == 1, [one.objectName() for one in self.sidebar.findChildren(QPushButton)]
        return found[0]


@pytest_asyncio.fixture
async def home(desk: Desk, environ: dict[str, str]) -> AsyncIterator[Home]:
    traits = {"training_seconds": 0.0, "listed": "full"}
    with FakePhotaThread(desk.folders.home / "fake", **traits) as fake:
        desk.settings.change(consented=True)
        environ = {**environ, **fake.environ()}
        services = await open_services(desk.folders, desk.settings.value, environ=environ)
        desk.settings.attach(services)
        await services.session.start()
        watcher = Watcher(
            services.people,
            services.trainer,
            services.session,
            services.tasks,
            lambda: desk.settings.value.consented,
            pace=QUICK,
        )
        watcher.start()
        people = PeopleViewModel(desk.studio.form, desk.settings)
        people.attach(services, watcher=watcher, erase=services.eraser.delete_profile)
        people._later.stop()  # each test asks when it is ready
        desk.window.photo_panel.show_people(people)
        made = Home(desk, people, services, fake, watcher)
        notifier = PeopleNotifier(watcher, QWidget(), lambda *said: made.told.append(said))
        yield made
        notifier.detach()
        desk.settings.flush()
        people.detach()
        watcher.stop()
        await services.close()


async def test_an_interrupted_training_goes_on_by_its_button_and_keeps_its_place(
    home: Home,
) -> None:
    await home.train("Anna", "Zoe")
    tag = await home.record("Max", TrainingState.RECORDED)
    assert home.names() == ["Anna", "Max", "Zoe"]
    assert home.words()[1] == "Interrupted: nothing paid"
    assert home.button("discardTrainingButton").text() == "Discard"
    go_on = home.button("continueTrainingButton")
    assert go_on.text() == "Continue ($2.90)"
    home.rows.setCurrentIndex(home.people.model.index(1))
    home.fake.set_chaos(training_seconds=0.5, listed="full")
    seen = set[str]()
    places = set[int]()
    home.people.changed.connect(lambda: seen.add(home.words()[1]))
    home.people.changed.connect(lambda: places.add(home.people.model.find(tag)))
    go_on.setFocus()
    QTest.keyClick(go_on, Qt.Key.Key_Space)
    await until(lambda: home.words()[1] == "Ready")
    assert {"Checking", "Queued", "Training, about 20 min"} <= seen
    assert places == {1}
    assert home.rows.current is not None
    assert home.rows.current.key == tag
    assert len([row for row in home.fake.ledger.rows("training") if row["tag"] == tag]) == 1
    await until(lambda: ("Ready", "Max") in home.told)
    assert not [one for one in home.sidebar.findChildren(QPushButton) if one.isVisible()]


async def test_a_first_training_is_followed_before_any_request_was_agreed_to(home: Home) -> None:
    home.desk.settings.change(consented=False)
    await home.record("Max", TrainingState.RECORDED)
    assert not home.fake.ledger.asked()
    QTest.mouseClick(home.button("continueTrainingButton"), LEFT)
    await until(lambda: home.words() == ["Ready"])


@QUIET
async def test_an_interrupted_training_is_discarded_from_the_menu(home: Home) -> None:
    await home.record("Max", TrainingState.RECORDED)
    at = home.rows.visualRect(home.people.model.index(0)).center()
    home.rows.customContextMenuRequested.emit(at)
    menu = home.rows.findChild(QMenu)
    actions = {action.objectName(): action for action in menu.actions()}
    assert list(actions) == ["continueTraining", "discardTraining"]
    actions["discardTraining"].trigger()
    menu.close()
    await until(lambda: home.names() == [])
    assert not home.fake.ledger.rows("training")


async def test_a_failed_training_says_why_and_can_be_tried_again_or_dismissed(home: Home) -> None:
    tag = await home.record("Max", TrainingState.FAILED, "No subject detected.")
    assert home.words() == ["Failed: No subject detected."]
    retried: list[str] = []
    home.people.trainings.retry_asked.connect(retried.append)
    QTest.mouseClick(home.button("retryTrainingButton"), LEFT)
    assert retried == [tag]
    QTest.mouseClick(home.button("dismissTrainingButton"), LEFT)
    await until(lambda: home.names() == [])
    await home.services.trainer.load()
    assert home.names() == []


async def test_an_error_of_an_action_is_told(home: Home) -> None:
    tag = await home.record("Max", TrainingState.RECORDED)
    failed: list[object] = []
    home.people.failed.connect(failed.append)
    home.people.trainings.act("nobody", TrainingAction.CONTINUE)
    home.fake.set_chaos(Fault("add", "status", status=402), listed="full")
    home.people.trainings.act(tag, TrainingAction.CONTINUE)
    home.people.trainings.act(tag, TrainingAction.CONTINUE)  # a second click does nothing
    await until(lambda: home.words() and home.words()[0].startswith("Failed"))
    assert not home.fake.ledger.rows("training")


@QUIET
async def test_delete_says_what_goes_asks_once_and_cancel_is_the_default(home: Home) -> None:
    anna, zoe = await home.train("Anna", "Zoe")
    home.people.set_riding(anna, True)
    home.rows.setCurrentIndex(home.people.model.index(0))
    QTest.keyClick(home.rows, Qt.Key.Key_Delete)
    window = home.desk.window
    await until(lambda: window.findChild(DeleteProfileDialog))
    dialog = window.findChild(DeleteProfileDialog)
    cancel = dialog.findChild(QPushButton, "deleteProfileCancel")
    assert cancel.isDefault()
    assert dialog.focusWidget() is cancel
    QTest.keyClick(cancel, Qt.Key.Key_Return)
    await until(lambda: not dialog.isVisible())
    assert home.fake.ledger.rows("profiles")[-1]["method"] != "DELETE"
    home.fake.set_chaos(Fault("delete", "drop", times=1), training_seconds=0.0, listed="full")
    home.people.delete(anna)
    assert home.words()[0] == "Deleting…"
    await until(lambda: home.words()[0].startswith("Not deleted: "))
    assert home.desk.studio.form.profile_ids == (anna,)
    home.people.delete(anna)
    await until(lambda: home.names() == ["Zoe"])
    await until(lambda: home.desk.studio.form.profile_ids == ())
    listed = await home.services.session.client(Engine.PHOTA).profiles.ids()
    assert [one.id for one in listed] == [zoe]


async def test_a_tag_narrows_the_list_and_comes_with_the_first_one(home: Home) -> None:
    await home.train(new_tag())
    assert home.sidebar.findChild(QComboBox, "profileTag") is None
    await home.train("studio <b>", "studio <b>", "Home")
    combo = home.sidebar.findChild(QComboBox, "profileTag")
    assert [combo.itemText(n) for n in range(combo.count())] == ["All tags", "Home", "studio <b>"]
    combo.setCurrentIndex(2)
    combo.activated.emit(2)
    assert [name[:10] for name in home.names()] == ["studio <b>", "studio <b>"]
    assert len(set(home.names())) == 2
    combo.setCurrentIndex(0)
    combo.activated.emit(0)
    assert len(home.names()) == 4


def drop(widget: QWidget, at: QPoint, *paths: Path) -> bool:
    """Drag files over a widget and let them go; return whether it took them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, LEFT, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(at, copy, mime, left, none))
    QApplication.sendEvent(widget, QDragMoveEvent(at, copy, mime, left, none))
    dropped = QDropEvent(QPointF(at), copy, mime, left, none, QEvent.Type.Drop)
    QApplication.sendEvent(widget, dropped)
    return dropped.isAccepted()


@QUIET
async def test_photos_dropped_go_to_the_profile_or_to_somebody_new(
    home: Home, photos: list[Path]
) -> None:
    anna, _zoe = await home.train("Anna", "Zoe")
    taken: list[tuple[str, tuple[Path, ...]]] = []
    home.sidebar.photos_dropped.connect(lambda *one: taken.append(one))
    row = home.rows.visualRect(home.people.model.index(0)).center()
    assert drop(home.rows.viewport(), row, *photos)
    assert drop(home.sidebar, QPoint(20, 10), photos[0])
    assert taken == [(anna, tuple(photos)), ("", (photos[0],))]
    asked: list[str] = []
    home.sidebar.add_asked.connect(asked.append)
    add = home.sidebar.findChild(QToolButton, "addProfileButton")
    assert add.accessibleName() == "Add a person or pet"
    QTest.mouseClick(add, LEFT)
    home.rows.customContextMenuRequested.emit(row)
    menu = home.rows.findChild(QMenu)
    actions = {action.objectName(): action for action in menu.actions()}
    actions["addPhotosAction"].trigger()
    sent: list[str] = []
    home.sidebar.privacy_asked.connect(sent.append)
    actions["photosSentAction"].trigger()
    menu.close()
    assert (asked, sent) == (["", anna], [anna])


async def test_what_is_left_of_a_deleted_profile_is_told_though_it_has_no_row(home: Home) -> None:
    anna, _zoe = await home.train("Anna", "Zoe")
    home.people.set_riding(anna, True)

    async def erase(profile_id: str) -> None:
        await home.services.eraser.delete_profile(profile_id)
        raise PhotaError(ErrorKind.BUSY, "2 of 2 photos are still in the bucket.")

    home.people._erase = erase
    failed: list[PhotaError] = []
    home.people.failed.connect(failed.append)
    home.people.delete(anna)
    await until(lambda: failed)
    assert failed[0].message.startswith("2 of 2")
    assert home.names() == ["Zoe"]
    assert home.desk.studio.form.profile_ids == ()
