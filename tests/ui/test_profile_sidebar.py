"""The sidebar of people and pets, over a real account of the fake Phota, by mouse and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QLineEdit, QMenu, QWidget

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.people import Person
from phota_desktop.services.watching import Watcher
from phota_desktop.ui.profile_list import ProfileList
from phota_desktop.viewmodels.people import PeopleViewModel
from phota_desktop.viewmodels.people_list import PICTURE_ROLE
from tests.fake_phota.running import FakePhotaThread

from .conftest import LEFT, Desk, until

URLS = [f"https://photos.example/{n}.jpg" for n in range(10)]


@dataclass
class Home:
    """A window with a sidebar, and the account behind it."""

    desk: Desk
    people: PeopleViewModel
    services: Services
    fake: FakePhotaThread

    async def train(self, *names: str) -> list[str]:
        """Add people to the account, name them, and let the sidebar see them."""
        client = self.services.session.client(Engine.PHOTA)
        ids = [await client.profiles.add(URLS, "") for _ in names]
        await self.services.people.refresh()
        for profile_id, name in zip(ids, names, strict=True):
            await self.services.people.rename(profile_id, name)
        return ids

    @property
    def rows(self) -> ProfileList:
        """The list."""
        found = self.desk.window.photo_panel.sidebar.list
        assert found is not None
        return found

    def point(self, row: int, *, on_tick: bool) -> QPoint:
        """Return where to click in a row."""
        rect = self.rows.visualRect(self.people.model.index(row))
        return QPoint(rect.right() - 20 if on_tick else rect.left() + 80, rect.center().y())

    def words(self, name: str) -> str:
        """Return the shown text of a label, empty while it is hidden."""
        label = self.desk.window.findChild(QLabel, name)
        return label.text() if label.isVisible() else ""


@pytest_asyncio.fixture
async def home(desk: Desk, environ: dict[str, str], tmp_path: object) -> AsyncIterator[Home]:
    with FakePhotaThread(desk.folders.home / "fake", training_seconds=0.0) as fake:
        desk.settings.change(consented=True)
        environ = {**environ, **fake.environ()}
        services = await open_services(desk.folders, desk.settings.value, environ=environ)
        desk.settings.attach(services)
        await services.session.start()
        people = PeopleViewModel(desk.studio.form, desk.settings)
        watcher = Watcher(
            services.people,
            services.trainer,
            services.session,
            services.tasks,
            lambda: desk.settings.value.consented,
        )
        people.attach(services, watcher=watcher, erase=services.eraser.delete_profile)
        desk.window.photo_panel.show_people(people)
        yield Home(desk, people, services, fake)
        desk.settings.flush()
        people.detach()
        await services.close()


async def test_nobody_yet_is_one_line_that_teaches(home: Home) -> None:
    sidebar = home.desk.window.photo_panel.sidebar
    assert sidebar.list is None
    shown = [label.text() for label in sidebar.findChildren(QLabel) if label.isVisible()]
    assert shown == ["People & pets", "People and pets you train appear here."]
    assert home.desk.window.findChild(QWidget, "profileSidebar") is sidebar


async def test_ticks_ride_on_the_request_by_mouse_and_by_space(home: Home) -> None:
    bello, anna = await home.train("Bello", "Anna")
    form, model = home.desk.studio.form, home.people.model
    assert [model.index(n).data() for n in range(2)] == ["Anna", "Bello"]
    await until(lambda: model.index(1).data(PICTURE_ROLE) is not None)
    QTest.mouseClick(home.rows.viewport(), LEFT, pos=home.point(1, on_tick=True))
    assert form.profile_ids == (bello,)
    QTest.mouseClick(home.rows.viewport(), LEFT, pos=home.point(0, on_tick=False))
    assert form.profile_ids == (bello,)
    assert home.rows.currentIndex().row() == 0
    home.rows.setFocus()
    QTest.keyClick(home.rows, Qt.Key.Key_Space)
    assert form.profile_ids == (bello, anna)
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == (
        "Anna, Ready, rides on this request"
    )
    QTest.keyClick(home.rows, Qt.Key.Key_Down)
    QTest.keyClick(home.rows, Qt.Key.Key_Space)
    assert form.profile_ids == (anna,)


async def test_tab_walks_from_the_people_to_the_photos(home: Home) -> None:
    await home.train("Anna")
    window = home.desk.window
    window.top.menu.setFocus()
    seen = []
    for _ in range(4):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert [one.objectName() for one in seen if one] == [
        "addProfileButton",
        "refreshPeople",
        "profileList",
        "photoList",
    ]


async def test_generate_has_no_ticks_and_says_how_instead(home: Home) -> None:
    (anna,) = await home.train("Anna")
    home.people.set_riding(anna, True)
    home.desk.studio.form.set_operation("generate")
    assert home.people.model.index(0).data(Qt.ItemDataRole.CheckStateRole) is None
    QTest.mouseClick(home.rows.viewport(), LEFT, pos=home.point(0, on_tick=True))
    assert "mention people in the prompt" in home.words("profileWarning")
    home.desk.studio.form.set_operation("edit")
    assert home.desk.studio.form.profile_ids == (anna,)
    assert home.words("profileWarning") == ""


async def test_more_than_five_are_warned_about(home: Home) -> None:
    ids = await home.train(*"ABCDEF")
    for profile_id in ids[:5]:
        home.people.set_riding(profile_id, True)
    assert home.words("profileWarning") == ""
    home.people.set_riding(ids[5], True)
    assert home.words("profileWarning").startswith("6 ride on this request")


async def test_who_was_deleted_elsewhere_is_unticked_by_one_click(home: Home) -> None:
    anna, bello = await home.train("Anna", "Bello")
    for profile_id in (anna, bello):
        home.people.set_riding(profile_id, True)
    await home.services.session.client(Engine.PHOTA).profiles.delete(bello)
    QTest.mouseClick(home.desk.window.findChild(QWidget, "refreshPeople"), LEFT)
    await until(lambda: home.people.model.rowCount() == 1)
    assert home.words("profileWarning").startswith("1 ticked profile")
    QTest.mouseClick(home.desk.window.findChild(QWidget, "untickStrangers"), LEFT)
    assert home.desk.studio.form.profile_ids == (anna,)
    assert home.words("profileWarning") == ""


@pytest.mark.qt_log_ignore("raise", "grabbing", "propagateSizeHints")
async def test_the_menu_mentions_renames_and_copies(home: Home) -> None:
    (anna,) = await home.train("Anna")
    mentioned: list[str] = []
    home.desk.window.photo_panel.mention_asked.connect(mentioned.append)
    home.rows.setCurrentIndex(home.people.model.index(0))
    home.rows.customContextMenuRequested.emit(home.point(0, on_tick=False))
    menu = home.rows.findChild(QMenu)
    actions = {action.objectName(): action for action in menu.actions()}
    assert [action.text().split("\t")[0] for action in menu.actions()] == [
        "Use in this request",
        "Mention in prompt",
        "Rename…",
        "Copy id",
        "",
        "Photos sent…",
        "Add photos…",
        "Delete…",
    ]
    actions["mentionAction"].trigger()
    QTest.keyClick(home.rows, Qt.Key.Key_Return)
    assert mentioned == [anna, anna]
    actions["copyIdAction"].trigger()
    assert QGuiApplication.clipboard().text() == anna
    menu.close()
    QTest.keyClick(home.rows, Qt.Key.Key_F2)
    dialog = home.desk.window.findChild(QInputDialog, "renameDialog")
    edit = dialog.findChild(QLineEdit)
    edit.selectAll()
    QTest.keyClicks(edit, "Annabel")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await until(lambda: home.people.model.index(0).data() == "Annabel")


async def test_no_network_is_said_and_the_list_stays(home: Home) -> None:
    await home.train("Anna")
    home.fake.close()
    home.people.refresh()
    await until(lambda: home.words("profileWarning").startswith("Not refreshed."))
    assert home.people.model.rowCount() == 1


async def test_nothing_goes_out_before_consent(home: Home) -> None:
    home.people._later.stop()
    home.desk.settings.change(consented=False)
    home.people._look()
    assert home.people._looked == ""
    assert home.people.empty_words.startswith("Refresh to see")
    home.desk.settings.change(consented=True)
    await until(lambda: home.services.people.is_listed)


def test_three_hundred_are_found_by_name_and_only_seen_ones_are_painted(desk: Desk) -> None:
    people = PeopleViewModel(desk.studio.form, desk.settings)
    states = tuple(ProfileStatus)
    people._people = tuple(Person(f"id{n}", f"Person {n:03}", states[n % 6]) for n in range(300))
    desk.window.photo_panel.show_people(people)
    people.set_filter("")
    rows = desk.window.photo_panel.sidebar.list
    assert rows is not None
    assert rows.height() < desk.window.photo_panel.height()
    painted: set[int] = set()
    data = people.model.data

    def counting(index: object, role: int = 0) -> object:
        painted.add(index.row())  # type: ignore[attr-defined]
        return data(index, role)  # type: ignore[arg-type]

    people.model.data = counting  # type: ignore[method-assign,assignment]
    rows.grab()
    assert 0 < len(painted) < 30
    rows.setCurrentIndex(people.model.index(250))
    scrolled = rows.verticalScrollBar().value()
    people._people = people._people[1:]
    people.set_filter("")
    assert rows.currentIndex().data() == "Person 250"
    assert abs(rows.verticalScrollBar().value() - scrolled) <= rows.row_height()
    find = desk.window.findChild(QLineEdit, "findProfile")
    QTest.keyClicks(find, "299")
    QApplication.processEvents()
    assert people.model.rowCount() == 1
    find.setText("nobody")
    assert rows.isHidden()
