"""The library's view over the real library: found, chosen, rated out of the filter, opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from phota_desktop.core.library import Flag, Grouping, LibraryQuery, Picture
from phota_desktop.services.composition import Services, open_services
from phota_desktop.store.settings import SettingsStore
from phota_desktop.ui.library_view import LibraryView
from phota_desktop.ui.theme import apply_theme
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.library import LibraryViewModel
from phota_desktop.viewmodels.thumbnails import ThumbnailLoader
from tests.benchmarks.many_pictures import fill

from .conftest import until

Key, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
FLAT = LibraryQuery(grouping=Grouping.NONE)


@dataclass
class Shown:
    view: LibraryView
    model: LibraryViewModel
    services: Services

    def click(self, place: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        at = self.view.grid.rect_of(place).center()
        QTest.mouseClick(self.view.grid.viewport(), LEFT, keys, at)

    def press(
        self, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyClick(self.view.grid, key, keys)

    def chosen(self) -> list[int]:
        numbers = self.model.found.numbers
        return sorted(numbers.index(number) for number in self.model.selection.chosen())

    async def ask(self, query: LibraryQuery) -> None:
        before = self.model.found
        self.model.set_query(query)
        await until(lambda: self.model.found is not before)
        await self.read()

    async def read(self) -> None:
        def all_read() -> bool:
            first, last = self.view.grid._span
            return all(self.model.picture(place) for place in range(first, last + 1))

        await until(all_read)


@pytest_asyncio.fixture
async def shown(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Shown]:
    apply_theme(qapp, "dark")
    folders = fill(tmp_path / "home", 300, thumbnails=True)
    settings = SettingsStore(folders.settings_file).load()
    environ = {"PHOTA_DESKTOP_HOME": str(tmp_path / "home")}
    services = await open_services(folders, settings, environ=environ)
    loader = ThumbnailLoader(folders.cache / "thumbnails")
    model = LibraryViewModel()
    model.attach(services)
    view = LibraryView(model, ThumbnailArt(loader))
    view.resize(1000, 700)
    view.show()
    await until(lambda: model.is_found and model.total)  # all of them, not the first alone
    made = Shown(view, model, services)
    await made.read()
    yield made
    view.hide()
    model.detach()
    await services.close()
    loader.close()
    view.deleteLater()
    model.deleteLater()


async def test_clicks_and_keys_choose_as_in_every_list(shown: Shown) -> None:
    await shown.ask(FLAT)
    columns = shown.view.grid.plan.columns
    shown.click(2)
    assert shown.chosen() == [2]
    shown.click(5, SHIFT)
    assert shown.chosen() == [2, 3, 4, 5]
    shown.click(3, CTRL)
    assert shown.chosen() == [2, 4, 5]
    shown.press(Key.Key_Right)
    assert shown.chosen() == [4]
    shown.press(Key.Key_Down, SHIFT)
    assert shown.chosen() == list(range(4, 4 + columns + 1))
    shown.press(Key.Key_Escape)
    assert len(shown.chosen()) == 1
    shown.press(Key.Key_End)
    last = len(shown.model.found.numbers) - 1
    assert shown.model.selection.current == last
    assert shown.view.grid.viewport().rect().contains(shown.view.grid.rect_of(last))
    shown.press(Key.Key_A, CTRL)
    assert len(shown.model.selection) == last + 1
    await until(lambda: len(shown.view.targets()) == last + 1)


async def test_what_is_rated_out_of_the_filter_gives_its_place_to_the_next(shown: Shown) -> None:
    await shown.ask(LibraryQuery(flags=frozenset({Flag.NONE}), grouping=Grouping.NONE))
    numbers = shown.model.found.numbers
    shown.click(3)
    before = shown.model.found
    await shown.services.library.mark(shown.view.targets(), flag=Flag.REJECT)
    await until(lambda: shown.model.found is not before)
    assert shown.model.found.numbers == tuple(n for n in numbers if n != numbers[3])
    assert shown.model.selection.current_number == numbers[4]
    assert shown.model.selection.chosen() == [numbers[4]]


async def test_marks_come_into_view_at_once(shown: Shown) -> None:
    await shown.ask(FLAT)
    shown.click(0)
    assert shown.model.current is not None
    wanted = 5 if shown.model.current.marks.stars != 5 else 1
    await shown.services.library.mark(shown.view.targets(), stars=wanted)
    await until(lambda: shown.model.current.marks.stars == wanted)  # type: ignore[union-attr]


async def test_marks_come_into_view_after_the_same_was_found_again(shown: Shown) -> None:
    await shown.ask(FLAT)
    shown.click(0)
    before = shown.model.found
    shown.model.refresh()
    await until(lambda: shown.model.found is not before)
    assert shown.model.found == before
    assert shown.model.current is not None
    wanted = 5 if shown.model.current.marks.stars != 5 else 1
    await shown.services.library.mark(shown.view.targets(), stars=wanted)
    await until(lambda: shown.model.current.marks.stars == wanted)  # type: ignore[union-attr]


async def test_typing_searches_and_one_click_takes_a_filter_off(shown: Shown) -> None:
    whole = len(shown.model.found.numbers)
    before = shown.model.found
    QTest.keyClicks(shown.view.bar.search, "harbour")
    await until(lambda: shown.model.found is not before)
    assert 0 < len(shown.model.found.numbers) < whole
    assert shown.view.bar.counts.text().startswith(f"{len(shown.model.found.numbers)} of ")
    chips = shown.view.bar._chips
    chip = chips.itemAt(0).widget()  # type: ignore[union-attr]
    assert "harbour" in chip.text()
    chip.click()
    await until(lambda: len(shown.model.found.numbers) == whole)
    assert shown.view.bar.search.text() == ""


async def test_nothing_found_says_why_and_leads_back(shown: Shown) -> None:
    shown.model.set_query(LibraryQuery(text="no such words"))
    await until(lambda: shown.view.pages.currentWidget() is shown.view.empty)
    assert "no such words" in shown.view.empty.words.text()
    shown.view.empty.clear.click()
    await until(lambda: shown.view.pages.currentWidget() is shown.view.grid)


async def test_return_opens_and_esc_leads_back(shown: Shown) -> None:
    opened: list[Picture] = []
    back: list[bool] = []
    shown.view.open_asked.connect(opened.append)
    shown.view.back_asked.connect(lambda: back.append(True))
    await shown.ask(FLAT)
    shown.click(4)
    shown.press(Key.Key_Return)
    assert [one.number for one in opened] == [shown.model.found.numbers[4]]
    QTest.mouseDClick(shown.view.grid.viewport(), LEFT, pos=shown.view.grid.rect_of(1).center())
    assert opened[-1].number == shown.model.found.numbers[1]
    shown.press(Key.Key_Escape)
    assert back == [True]


async def test_a_heading_stays_at_the_top_and_chooses_its_group(shown: Shown) -> None:
    await shown.ask(LibraryQuery(grouping=Grouping.PHOTO))
    grid = shown.view.grid
    grid.bar.setValue(grid.plan.top_of(2) + 60)  # type: ignore[union-attr]
    assert grid.heading_at(QPoint(50, 10)) == 2
    QTest.mouseClick(grid.viewport(), LEFT, pos=QPoint(50, 10))
    group = shown.model.found.groups[2]
    assert shown.chosen() == list(range(group.first, group.first + group.size))


async def test_visible_pictures_come_at_their_size(shown: Shown) -> None:
    await shown.ask(FLAT)
    grid = shown.view.grid

    def filled() -> bool:
        return all(
            (one := grid.wanted(place)) is not None
            and (shown.view.art._kept.get(one) is not None or shown.view.art.is_bad(one))
            for place in range(grid._span[0], grid._span[1] + 1)
        )

    await until(filled)
    shown.view.set_tile(300)
    await until(filled)
    seen = [grid.wanted(place) for place in range(grid._span[0], grid._span[1] + 1)]
    kept = [shown.view.art._kept.get(one) for one in seen if one is not None]
    assert any(one is not None for one in kept)
