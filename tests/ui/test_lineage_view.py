"""The tree as it is painted, walked and clicked, over plain families and a real library."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from phota_desktop.core.jobs import JobState
from phota_desktop.core.library import Picture
from phota_desktop.core.options import Operation
from phota_desktop.ui.finalize_dialog import FinalizeDialog
from phota_desktop.ui.lineage_commands import LineageCommands
from phota_desktop.ui.lineage_view import LineageView
from phota_desktop.ui.theme import apply_theme, tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.comparison import View
from phota_desktop.viewmodels.lineage import LineageViewModel
from phota_desktop.viewmodels.thumbnails import ThumbnailLoader
from tests.unit.core.families import Family, edit, enhance

from .conftest import LEFT, Desk, picture, until


@pytest.fixture
def family(tmp_path: Path) -> Family:
    made = Family(tmp_path)
    photo = made.photo(picture(tmp_path / "IMG_1.jpg"), width=64, height=48)
    files = tuple(picture(tmp_path / f"{n}.jpg", f"#{n}{n}4040") for n in (3, 9))
    _, (_, second) = made.job(enhance(photo, 2), cost="0.24", files=files, size=(64, 48))
    third = picture(tmp_path / "third.jpg", "#20a020")
    made.job(edit(second, "warmer"), cost="0.12", files=(third,), size=(64, 48))
    made.job(edit(second, "cooler"), state=JobState.SENT)
    return made


@pytest.fixture
def view(qapp: QApplication, tmp_path: Path, family: Family) -> Iterator[LineageView]:
    apply_theme(qapp, "dark")
    loader = ThumbnailLoader(tmp_path / "thumbnails")
    made = LineageView(LineageViewModel(), ThumbnailArt(loader))
    made.resize(900, 640)
    made.show()
    made.lineage.set_family(family.pictures, family.jobs, {}, "j002:0")
    made.tree.setFocus()
    QApplication.processEvents()
    yield made
    made.close()
    loader.close()
    made.deleteLater()


def press(view: LineageView, key: Qt.Key) -> None:
    QTest.keyClick(view.tree, key)


def heard(view: LineageView) -> list[tuple[str, object]]:
    said: list[tuple[str, object]] = []
    for name in (
        *("open_asked", "compare_asked", "continue_asked", "recall_asked", "recall_prompt_asked"),
        *("finalize_asked", "export_asked", "delete_asked"),
    ):
        getattr(view, name).connect(lambda value, name=name: said.append((name, value)))
    view.closed.connect(lambda: said.append(("closed", None)))
    return said


def test_keys_walk_open_compare_and_leave(view: LineageView, family: Family) -> None:
    said = heard(view)
    press(view, Qt.Key.Key_Left)
    assert view.lineage.current == "j001:1"
    assert "v2" in view.tree.accessibleName()
    press(view, Qt.Key.Key_Up)
    press(view, Qt.Key.Key_Return)
    press(view, Qt.Key.Key_C)
    press(view, Qt.Key.Key_Escape)
    photo, first = family.pictures[:2]
    assert said == [("open_asked", first), ("compare_asked", [photo, first]), ("closed", None)]


def test_keys_of_others_reach_the_window(view: LineageView) -> None:
    said = heard(view)
    keys: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, event) -> None:  # noqa: N802
            if event.key() != Qt.Key.Key_Control:
                keys.append(event.key())

    window = Window()
    view.setParent(window)
    window.show()
    for key in (Qt.Key.Key_3, Qt.Key.Key_P, Qt.Key.Key_Delete, Qt.Key.Key_T):
        press(view, key)
    QTest.keyClick(view.tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert keys == [51, 80, int(Qt.Key.Key_Delete), 84, 67]
    assert said == []
    view.setParent(None)


def test_a_click_chooses_a_double_click_opens_a_drag_moves(view: LineageView) -> None:
    said = heard(view)
    tree = view.tree
    tree.zoom_to(1.5)
    at = tree.place_of("j001:1").center().toPoint()
    if not tree.viewport().rect().contains(at):
        view.lineage.choose("j001:1")
        at = tree.place_of("j001:1").center().toPoint()
    QTest.mouseClick(tree.viewport(), LEFT, pos=at)
    assert view.lineage.current == "j001:1"
    at = tree.place_of("j001:1").center().toPoint()
    QTest.mouseDClick(tree.viewport(), LEFT, pos=at)
    assert [name for name, _ in said] == ["open_asked"]
    before = tree.place_of("j001:1").topLeft()
    QTest.mousePress(tree.viewport(), LEFT, pos=QPoint(300, 300))
    for step in (10, 40, 60):
        QTest.mouseMove(tree.viewport(), QPoint(300 + step, 300))
    QTest.mouseRelease(tree.viewport(), LEFT, pos=QPoint(360, 300))
    assert tree.place_of("j001:1").left() - before.x() > 20


def test_the_wheel_zooms_at_the_cursor(view: LineageView) -> None:
    tree = view.tree
    tree.zoom_to(1.2)
    at = tree.place_of("j001:1").topLeft()
    before = tree.zoom
    for _ in range(4):
        wheel = QWheelEvent(
            at,
            tree.viewport().mapToGlobal(at),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(tree.viewport(), wheel)
    assert tree.zoom > before * 1.5
    now = tree.place_of("j001:1").topLeft()
    assert (now - at).manhattanLength() < 6
    press(view, Qt.Key.Key_Z)
    place = tree.place_of("j001:0").united(tree.place_of("j002:0"))
    assert tree.viewport().rect().contains(place.toAlignedRect())


def test_menu_and_buttons_offer_what_can_be_done(view: LineageView, family: Family) -> None:
    said = heard(view)
    words = [action.text() for action in view.make_menu().actions() if action.text()]
    assert words == [
        "Show on the canvas",
        "Compare with what it was made from",
        "Continue from this picture",
        "Recall all its settings",
        "Recall the prompt only",
        "Make the final version…",
        "Export…",
        "Move to the trash",
    ]
    for action in view.make_menu().actions():
        if action.text():
            action.trigger()
    assert [name for name, _ in said] == [
        *("open_asked", "compare_asked", "continue_asked", "recall_asked", "recall_prompt_asked"),
        *("finalize_asked", "export_asked", "delete_asked"),
    ]
    buttons = {
        name: view.findChild(QPushButton, f"lineage{name}")
        for name in ("Continue", "Recall", "Finalize")
    }
    assert all(button.isEnabled() for button in buttons.values())
    view.lineage.choose(family.pictures[0].key)
    assert [button.isEnabled() for button in buttons.values()] == [True, False, False]
    assert view.make_menu().actions()[0].text() == "Show on the canvas"
    view.lineage.choose("j003:missing")
    assert [action.text() for action in view.make_menu().actions()] == [
        "Recall all its settings",
        "Recall the prompt only",
    ]


def test_a_ghost_offers_no_file(view: LineageView, family: Family) -> None:
    gone = [replace(one, deleted=5.0) if one.key == "j002:0" else one for one in family.pictures]
    view.lineage.set_family(gone, family.jobs)
    said = heard(view)
    press(view, Qt.Key.Key_Return)
    press(view, Qt.Key.Key_C)
    assert said == []
    texts = [action.text() for action in view.make_menu().actions()]
    assert "Show on the canvas" not in texts
    assert "Recall all its settings" in texts


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_the_picture_the_way_and_the_cost_are_painted(
    view: LineageView, qapp: QApplication, theme: str
) -> None:
    apply_theme(qapp, theme)
    deadline = time.monotonic() + 10
    green, accent = QColor("#20a020"), QColor(tokens().accent)

    def seen() -> tuple[bool, bool]:
        image: QImage = view.tree.viewport().grab().toImage()
        step = range(0, image.height(), 2)
        pixels = [image.pixelColor(x, y) for y in step for x in range(0, image.width(), 2)]
        near = [abs(p.red() - 32) + abs(p.green() - 160) + abs(p.blue() - 32) < 60 for p in pixels]
        return sum(near) > 200, sum(pixel == accent for pixel in pixels) > 40

    while seen() != (True, True) and time.monotonic() < deadline:
        QTest.qWait(50)
    assert seen() == (True, True), green
    apply_theme(qapp, "dark")


def test_five_hundred_pictures_stay_quick(view: LineageView, tmp_path: Path) -> None:
    family = Family(tmp_path)
    family.photo(tmp_path / "IMG_1.jpg")
    file = tmp_path / "third.jpg"
    for n in range(166):
        source = family.pictures[(n * 7) // 3 % len(family.pictures)]
        family.job(edit(source, f"step {n}", 3), files=(file, file, file), size=(64, 48))
    started = time.perf_counter()
    view.lineage.set_family(family.pictures, family.jobs)
    built = time.perf_counter() - started
    view.tree.fit()
    started = time.perf_counter()
    view.tree.viewport().repaint()
    painted = time.perf_counter() - started
    assert len(view.lineage.cards) == 499
    # 30 and 5 ms on an idle machine; the bounds are for busy ones.
    assert built < 0.5
    assert painted < 0.15


# -- in the window, over a real library ------------------------------------------------------


def put_in(desk: Desk, commands: list[LineageCommands]) -> LineageCommands:
    window = desk.window

    def put(shown: QWidget | None) -> None:
        if shown is None:
            commands[0].view.hide()
            window.canvas.show()
        else:
            shown.setParent(window.canvas.parentWidget())
            shown.setGeometry(window.canvas.geometry())
            window.canvas.hide()
            shown.show()

    commands.append(LineageCommands(window, desk.running, put))
    return commands[0]


@pytest.fixture
def shows(desk: Desk) -> Iterator[list[LineageCommands]]:
    commands: list[LineageCommands] = []
    yield commands
    for one in commands:
        one.detach()


async def enhanced(desk: Desk, photo: Path) -> None:
    studio = desk.studio
    studio.opener.open([photo])
    await until(lambda: studio.photo == photo and studio.can_submit)
    studio.form.set_operation(Operation.ENHANCE)
    studio.form.set_variants(2)
    studio.submit()
    await until(lambda: sum(entry.can_show for entry in studio.strip.entries()) == 3)


async def test_from_the_variant_to_its_child_and_the_final(
    live: Desk, photos: list[Path], shows: list[LineageCommands]
) -> None:
    desk, studio = live, live.studio
    commands = put_in(desk, shows)
    await enhanced(desk, photos[0])
    brighter = studio.strip.entries()[2]
    studio.choose_entry(brighter.key)
    commands.toggle()
    await until(lambda: commands.view.isVisible() and len(commands.view.lineage.cards) == 3)
    lineage = commands.view.lineage
    assert lineage.title == f"Family of {photos[0].name}"
    assert lineage.cards[lineage.current].title == "Brighter"
    assert desk.window.commands.marking.targets() == [lineage.current]

    # continue from it: the variant is the photo now, and what comes of it is its child
    commands.calls()["continue"]()
    assert not commands.view.isVisible()
    assert studio.photo == brighter.path
    studio.form.set_operation(Operation.EDIT)
    studio.form.set_variants(1)
    studio.form.set_prompt("brighter, warmer")
    studio.submit()
    await until(lambda: any(entry.group for entry in studio.strip.entries()))
    await until(lambda: all(job.state is JobState.DONE for job in studio.jobs.jobs()))
    draft = studio.strip.entries()[-1]
    studio.choose_entry(draft.key)
    commands.toggle()
    await until(lambda: commands.view.isVisible() and len(lineage.cards) == 4)
    assert [lineage.cards[key].title for key in lineage.tree.way_to(lineage.current)] == [
        photos[0].name,
        "Brighter",
        "v1",
    ]

    # the final version: a dialog, one click, a linked sibling in the tree
    commands.calls()["finalize"]()
    dialog = desk.window.findChild(FinalizeDialog, "finalizeDialog")
    assert dialog.agree.text() == "Make the final version · free"
    assert dialog.resolution.value == "4K"
    QTest.mouseClick(dialog.agree, LEFT)
    await until(lambda: any(job.draft_of == draft.key for job in studio.jobs.jobs()))
    await until(lambda: any(card.final_of == "v1" for card in lineage.cards.values()))
    await until(lambda: all(job.state is JobState.DONE for job in studio.jobs.jobs()))
    await until(lambda: all(card.icon != "waiting" for card in lineage.cards.values()))
    final = next(job for job in studio.jobs.jobs() if job.draft_of)
    edge = next(edge for edge in lineage.tree.edges if edge.job_id == final.id)
    assert edge.parent == brighter.key
    assert edge.changes == ("1K → 4K",)

    # export and other commands ask the tree what is chosen
    lineage.choose(draft.key)
    copied: list[list[Picture]] = []
    commands.export_asked.connect(copied.append)
    commands.view.export()
    assert commands.chosen() == copied[0]

    # what it was made from, beside it
    lineage.choose(draft.key)
    commands.view.compare()
    await until(lambda: not commands.view.isVisible())
    assert desk.window.canvas.view is View.SIDE
    assert studio.entry is not None
    assert studio.entry.path == draft.path


async def test_recall_all_and_the_prompt_only(
    live: Desk, photos: list[Path], shows: list[LineageCommands]
) -> None:
    desk, studio = live, live.studio
    commands = put_in(desk, shows)
    studio.opener.open([photos[0]])
    await until(lambda: studio.photo == photos[0] and studio.can_submit)
    studio.form.set_operation(Operation.EDIT)
    studio.form.set_prompt("warmer")
    studio.form.set_resolution("2K")
    studio.submit()
    await until(lambda: any(entry.group and entry.can_show for entry in studio.strip.entries()))
    studio.choose_entry(studio.strip.entries()[1].key)
    studio.form.set_prompt("something else")
    studio.form.set_resolution("1K")
    commands.calls()["recall_prompt"]()
    assert (studio.form.prompt, studio.form.choice.resolution) == ("warmer", "1K")
    studio.form.set_prompt("something else")
    # the same from the library's selection, whose jobs may be long out of memory
    picture = await desk.running.library.at(studio.entry.path)
    commands.library = lambda: [picture]
    commands.calls()["recall"]()
    assert (studio.form.prompt, studio.form.choice.resolution) == ("warmer", "2K")


async def test_nothing_to_show_or_recall_is_said(
    live: Desk, photos: list[Path], shows: list[LineageCommands]
) -> None:
    desk, studio = live, live.studio
    commands = put_in(desk, shows)
    commands.toggle()
    assert studio.notices.current.text.startswith("Open a photo first")
    studio.opener.open([photos[1]])
    await until(lambda: studio.photo == photos[1])
    commands.calls()["recall"]()
    await until(lambda: "nothing to recall" in studio.notices.current.text)
    commands.toggle()
    await until(lambda: commands.view.isVisible() and len(commands.view.lineage.cards) == 1)
    assert isinstance(commands.view.lineage.picture, Picture)
    await enhanced(desk, photos[1])
    await until(lambda: len(commands.view.lineage.cards) == 3)  # it grows while it is shown
    commands.view.lineage.choose(next(key for key in commands.view.lineage.cards if ":1" in key))
    commands.calls()["finalize"]()
    assert "one size" in studio.notices.current.text
    press(commands.view, Qt.Key.Key_Escape)
    assert not commands.view.isVisible()


async def test_the_vault_helps_out_where_the_copy_is_gone(
    live: Desk, photos: list[Path], shows: list[LineageCommands]
) -> None:
    desk, studio = live, live.studio
    commands = put_in(desk, shows)
    await enhanced(desk, photos[2])
    entry = studio.strip.entries()[1]
    studio.choose_entry(entry.key)
    variant = studio.jobs.jobs()[0].variants[0]
    assert variant.copy_path is not None
    variant.copy_path.unlink()
    studio.form.set_operation(Operation.GENERATE)
    commands.calls()["continue"]()
    assert studio.photo == variant.vault_path
    assert studio.form.operation is Operation.EDIT
    photos[0].unlink()
    studio.show_photo(photos[0])
    commands.calls()["continue"]()
    assert "is not where it was" in studio.notices.current.text
