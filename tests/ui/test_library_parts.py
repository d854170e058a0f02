"""Library, tree and proof sheets within the window: what is in front, and what keys mean."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from phota_desktop.core.jobs import Job, JobState
from phota_desktop.core.library import Flag, result_key
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.ui.library_parts import LibraryParts
from phota_desktop.viewmodels.comparison import View
from tests.ui.conftest import Desk, until

CONTROL = Qt.KeyboardModifier.ControlModifier


def parts_of(live: Desk) -> LibraryParts:
    assert live.window.parts is not None
    return live.window.parts.library


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, modifier)


async def enhanced(live: Desk, photos: Sequence[Path], variants: int = 2) -> list[Job]:
    live.studio.opener.open(list(photos))
    await until(lambda: live.studio.photo is not None)
    queue = live.running.queue

    def ended(job_id: str) -> bool:
        job = queue.job(job_id)
        return job is not None and job.state is JobState.DONE

    jobs = []
    for photo in photos:
        asked = await queue.submit(EnhanceRequest(photo, variants=variants))
        await until(partial(ended, asked.id))
        done = queue.job(asked.id)
        assert done is not None
        jobs.append(done)
    keys = [result_key(job, variant) for job in jobs for variant in job.variants]
    library = live.running.library
    for key in keys:
        while await library.picture(key) is None:
            await until(lambda: True)
    return jobs


async def show_library(live: Desk, pictures: int) -> LibraryParts:
    parts = parts_of(live)
    live.window.canvas.setFocus()
    press(Qt.Key.Key_B, CONTROL)
    await until(lambda: len(parts.model.found.numbers) == pictures)
    await until(lambda: parts.model.picture(pictures - 1) is not None)
    return parts


async def test_the_library_takes_the_canvas_s_place_and_gives_it_back(
    live: Desk, photos: list[Path]
) -> None:
    await enhanced(live, photos[:1])
    window = live.window
    parts = await show_library(live, 3)
    assert parts.view.isVisible()
    assert not window.canvas.isVisible()
    assert not window.strip_panel.isVisible()
    assert QApplication.focusWidget() is parts.view.grid
    press(Qt.Key.Key_Escape)
    assert window.canvas.isVisible()
    assert window.strip_panel.isVisible()
    assert not parts.view.isVisible()
    assert QApplication.focusWidget() is window.canvas


async def test_a_strip_that_was_folded_stays_folded_behind_the_library(
    live: Desk, photos: list[Path]
) -> None:
    await enhanced(live, photos[:1])
    window = live.window
    window.strip_panel.hide()
    parts = await show_library(live, 3)
    assert not parts.centre.strip_is_open
    parts.show_canvas()
    assert not window.strip_panel.isVisible()
    window.strip_panel.show()
    parts.show_library()
    window.arrangement.remember()
    assert live.settings.value.window.strip_open


async def test_return_shows_a_picture_of_the_library_on_the_canvas(
    live: Desk, photos: list[Path]
) -> None:
    jobs = await enhanced(live, photos[:2])
    live.studio.choose_photo(photos[0])
    parts = await show_library(live, 6)
    wanted = result_key(jobs[1], jobs[1].variants[1])
    places = {parts.model.picture(n).key: n for n in range(6)}  # type: ignore[union-attr]
    parts.model.choose(places[wanted])
    press(Qt.Key.Key_Return)
    await until(lambda: live.studio.entry is not None and live.studio.entry.key == wanted)
    await until(lambda: parts.centre.shown is None)
    assert live.studio.photo == photos[1]
    assert live.window.canvas.isVisible()


async def test_opening_a_photo_or_pressing_a_view_leads_back_to_the_canvas(
    live: Desk, photos: list[Path]
) -> None:
    await enhanced(live, photos[:1])
    parts = await show_library(live, 3)
    live.studio.opener.open([photos[2]])
    await until(lambda: live.studio.photo == photos[2])
    assert parts.centre.shown is None
    parts.show_library()
    live.window.top.view_asked.emit(View.SIDE.value)
    assert parts.centre.shown is None


async def test_keys_of_the_canvas_do_nothing_behind_the_library(
    live: Desk, photos: list[Path]
) -> None:
    await enhanced(live, photos[:1])
    canvas = live.window.canvas
    live.studio.choose_entry("original")
    zooms: list[object] = []
    parts = await show_library(live, 3)
    canvas.zoom_changed.connect(lambda *zoom: zooms.append(zoom))
    before = canvas.view
    for key in (Qt.Key.Key_Z, Qt.Key.Key_S, Qt.Key.Key_B, Qt.Key.Key_G):
        press(key)
    press(Qt.Key.Key_0, CONTROL)
    assert canvas.view is before
    assert zooms == []
    assert not canvas.showing_original
    assert parts.is_open


async def test_marks_go_to_what_is_chosen_in_the_library_and_only_there(
    live: Desk, photos: list[Path]
) -> None:
    jobs = await enhanced(live, photos[:1])
    library = live.running.library
    live.studio.choose_entry(result_key(jobs[0], jobs[0].variants[0]))
    parts = await show_library(live, 3)
    second = result_key(jobs[0], jobs[0].variants[1])
    places = {parts.model.picture(n).key: n for n in range(3)}  # type: ignore[union-attr]
    parts.model.choose(places[second])
    press(Qt.Key.Key_P)
    while (found := await library.picture(second)) is None or found.marks.flag is not Flag.PICK:
        await until(lambda: True)
    first = await library.picture(result_key(jobs[0], jobs[0].variants[0]))
    assert first is not None
    assert first.marks.flag is Flag.NONE
    parts.show_canvas()
    live.window.canvas.setFocus()
    press(Qt.Key.Key_X)  # now it is the canvas's again
    while (await library.picture(first.key)).marks.flag is not Flag.REJECT:  # type: ignore[union-attr]
        await until(lambda: True)


async def test_chosen_pictures_of_the_library_are_compared_on_the_canvas(
    live: Desk, photos: list[Path]
) -> None:
    await enhanced(live, photos[:2])
    parts = await show_library(live, 6)
    parts.model.choose(0)
    parts.model.extend(2)
    press(Qt.Key.Key_C)
    await until(lambda: parts.centre.shown is None)
    canvas = live.window.canvas
    assert canvas.view is View.SURVEY
    assert len(canvas.comparison.slots()) == 3


async def test_the_tree_stands_before_library_and_canvas(live: Desk, photos: list[Path]) -> None:
    jobs = await enhanced(live, photos[:1])
    live.studio.choose_entry(result_key(jobs[0], jobs[0].variants[0]))
    live.window.canvas.setFocus()
    press(Qt.Key.Key_T)
    parts = parts_of(live)
    await until(lambda: parts.lineage.is_open)
    assert parts.centre.shown is parts.lineage.view
    press(Qt.Key.Key_B, CONTROL)
    assert parts.is_open
    assert not parts.lineage.is_open
    parts.show_canvas()
    assert parts.centre.shown is None


async def test_the_ways_into_the_library_count_and_lead_there(
    live: Desk, photos: list[Path]
) -> None:
    jobs = await enhanced(live, photos[:1])
    parts = parts_of(live)
    picks = parts.shelf.buttons["picks"]
    await until(lambda: parts.shelf.buttons["all"].text() == "All pictures  3")
    await live.running.library.mark([result_key(jobs[0], jobs[0].variants[0])], flag=Flag.PICK)
    await until(lambda: picks.text() == "Picks  1")
    assert picks.accessibleName() == "Library, Picks: 1"
    QTest.mouseClick(picks, Qt.MouseButton.LeftButton)
    await until(lambda: len(parts.model.found.numbers) == 1)
    assert parts.is_open


async def test_a_proof_sheet_of_the_shown_photo_s_results_is_made_and_its_picks_come_back(
    live: Desk, photos: list[Path], tmp_path: Path
) -> None:
    jobs = await enhanced(live, photos[:1], 3)
    parts = parts_of(live)
    live.window.canvas.setFocus()
    press(Qt.Key.Key_P, CONTROL)
    await until(lambda: "dialog" in vars(parts.proofing) and parts.proofing.dialog.isVisible())
    dialog = parts.proofing.dialog
    assert dialog.heading.text() == "Proof sheet of 3 pictures"
    assert all(place.original == photos[0] for place in parts.proofing.model.pictures)
    target = tmp_path / "Client.html"
    QTest.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    asked = dialog.findChild(QFileDialog, "proofFileDialog")
    assert asked is not None
    asked.fileSelected.emit(str(target))
    asked.close()
    await until(lambda: "Client.html" in dialog.told.text())
    assert target.is_file()
    assert dialog.show_file.isVisible()
    dialog.close()
    keys = [result_key(jobs[0], variant) for variant in jobs[0].variants]
    picks = {
        "format": "phota-desktop-picks",
        "version": 1,
        "title": "Client",
        "picks": [
            {"key": keys[0], "name": "a", "choice": "pick", "note": "this one"},
            {"key": keys[1], "name": "b", "choice": "reject"},
            {"key": keys[2], "name": "c", "choice": ""},
            {"key": "gone:0", "name": "d", "choice": "pick"},
        ],
    }
    file = tmp_path / "picks.json"
    file.write_text(json.dumps(picks))
    parts.proofing.model.take_picks(file)
    await until(lambda: "1 picture picked" in live.window.status.notice.text)
    library = live.running.library
    flags = [(await library.picture(key)).marks.flag for key in keys]  # type: ignore[union-attr]
    assert flags == [Flag.PICK, Flag.REJECT, Flag.NONE]
    assert "1 picture not in this library" in live.window.status.notice.text
