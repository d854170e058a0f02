"""The window's promises: names, readable colours, keys, drops, and nothing spent by accident."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobError, JobState, Variant
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.ui.theme import THEMES, Tokens, apply_theme, contrast
from phota_desktop.viewmodels.comparison import View

from .conftest import LEFT, Desk

FIXED_NAMES = [
    "imageCanvas",
    "compareView",
    "studioDrawer",
    "operationTabs",
    "promptEditor",
    "variantCountBox",
    "outputFormatBox",
    "costLabel",
    "submitButton",
    "variantStrip",
    "noticeBar",
    "engineBadge",
    "photoList",
]


def finished(photo: Path, pictures: list[Path], **fields: object) -> Job:
    variants = tuple(
        Variant(n, path, "0" * 64, 64, 48, "jpg") for n, path in enumerate(pictures, 1)
    )
    job = Job(
        id="a" * 32,
        client_request_id="c",
        engine=Engine.LOCAL,
        request=EnhanceRequest(photo, variants=len(pictures) or 1),
        created=time.time(),
        state=JobState.DONE,
        sequence=1,
        variants=variants,
    )
    return replace(job, **fields)  # type: ignore[arg-type]


def opened(desk: Desk, photos: list[Path]) -> None:
    desk.studio.photos.add(photos)
    desk.studio.choose_photo(photos[0])


def everything(window: QWidget) -> list[QWidget]:
    return [window, *window.findChildren(QWidget)]


def open_all(desk: Desk) -> list[QWidget]:
    """Every dialog and panel that the window can show, opened."""
    commands = desk.window.commands
    commands.toggle_jobs()
    commands.open_settings()
    commands.show_keys()
    commands.ask_consent("$0.36")
    return everything(desk.window)


def test_fixed_object_names_are_there(desk: Desk) -> None:
    names = {widget.objectName() for widget in open_all(desk)}
    wanted = {*FIXED_NAMES, "mainWindow", "jobPanel", "settingsDialog", "apiKeyEdit"}
    assert wanted <= names


def test_all_four_operations_are_offered(desk: Desk) -> None:
    tabs = desk.window.drawer.tabs
    assert [tabs.tabText(n) for n in range(tabs.count())] == [
        "Enhance",
        "Edit",
        "Generate",
        "Remix",
    ]


def test_every_control_has_a_name_for_people_and_for_scripts(desk: Desk) -> None:
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QAbstractItemView)
    for widget in open_all(desk):
        if not isinstance(widget, kinds) or widget.objectName().startswith("qt_"):
            continue
        assert widget.accessibleName(), f"{type(widget).__name__} {widget.objectName()!r}"
        assert widget.objectName(), f"{type(widget).__name__} {widget.accessibleName()!r}"


def test_icons_without_words_explain_themselves(desk: Desk) -> None:
    for button in desk.window.findChildren(QAbstractButton):
        if not button.icon().isNull():
            assert button.toolTip(), button.objectName()


def test_labels_never_read_markup(desk: Desk) -> None:
    for widget in open_all(desk):
        if isinstance(widget, QLabel) and not widget.pixmap():
            assert widget.textFormat() is Qt.TextFormat.PlainText or not widget.text(), (
                widget.objectName(),
                widget.text(),
            )


@pytest.mark.parametrize("name", list(THEMES))
def test_text_is_readable_in_every_theme(name: str) -> None:
    t: Tokens = next(tokens for theme, tokens in THEMES.items() if theme == name)
    grounds = (t.window, t.panel, t.raised, t.hover)
    pairs = [(t.text, ground) for ground in grounds]
    pairs += [(t.quiet, ground) for ground in (t.window, t.panel, t.raised)]
    pairs += [(c, g) for c in (t.good, t.warn, t.bad, t.accent) for g in (t.window, t.panel)]
    pairs += [(t.on_accent, t.accent), (t.on_accent, t.accent_hover)]
    for text, ground in pairs:
        assert contrast(text, ground) >= 4.5, (text, ground, contrast(text, ground))


def test_changing_the_theme_changes_palette_and_icons(desk: Desk, qapp: QApplication) -> None:
    before = desk.window.top.open.icon().pixmap(20, 20).toImage()
    desk.settings.change(theme="light")
    assert desk.window.top.open.icon().pixmap(20, 20).toImage() != before
    assert qapp.palette().window().color().name() == THEMES["light"].window  # type: ignore[index]
    apply_theme(qapp, "dark")


def test_empty_window_says_how_to_begin(desk: Desk) -> None:
    assert not desk.window.drawer.submit.isEnabled()
    assert desk.window.windowTitle() == "Phota Desktop"


def test_title_names_the_photo(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    assert desk.window.windowTitle() == "IMG_1.jpg — Phota Desktop"


def test_arrows_walk_through_photos_and_variants(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    desk.jobs.put(finished(photos[0], photos[1:]))
    canvas = desk.window.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert desk.studio.variant_path == photos[1]
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert desk.studio.variant_path == photos[2]
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert desk.studio.photo == photos[1]
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert desk.studio.photo == photos[0]
    assert desk.studio.variant_path == photos[2], "the choice stays with the photo"


@pytest.mark.parametrize("focus", ["canvas", "strip", "list"])
def test_letters_compare_from_anywhere_but_text(desk: Desk, photos: list[Path], focus: str) -> None:
    opened(desk, photos)
    desk.jobs.put(finished(photos[0], photos[1:]))
    window = desk.window
    place = {
        "canvas": window.canvas,
        "strip": window.strip_panel.strip,
        "list": window.photo_panel.list,
    }[focus]
    place.setFocus()
    QTest.keyClick(place, Qt.Key.Key_S)
    assert window.canvas.view is View.SWIPE
    QTest.keyClick(place, Qt.Key.Key_Y)
    assert window.canvas.view is View.SIDE
    assert window.top.views.value == "side"
    QTest.keyClick(place, Qt.Key.Key_Escape)
    assert window.canvas.view is View.SINGLE


def test_letters_are_text_in_the_prompt(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    prompt = desk.window.drawer.prompt
    prompt.setFocus()
    QTest.keyClicks(prompt, "sy b")
    assert prompt.toPlainText() == "sy b"
    assert desk.studio.form.prompt == "sy b"
    assert desk.window.canvas.view is View.SINGLE
    QTest.keyClick(prompt, Qt.Key.Key_Escape)
    assert desk.window.canvas.hasFocus()


def test_original_shows_while_the_key_is_held(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    desk.jobs.put(finished(photos[0], photos[1:]))
    desk.studio.step_entry(1)
    strip = desk.window.strip_panel.strip
    strip.setFocus()
    QTest.keyPress(strip, Qt.Key.Key_Backslash)
    assert desk.window.canvas.showing_original
    QTest.qWait(300)
    QTest.keyRelease(strip, Qt.Key.Key_Backslash)
    assert not desk.window.canvas.showing_original


def test_tab_hides_panels_on_the_canvas_and_walks_elsewhere(desk: Desk) -> None:
    window = desk.window
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    assert window.drawer.isHidden()
    assert window.photo_panel.isHidden()
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    assert not window.drawer.isHidden()
    window.drawer.prompt.setFocus()
    QTest.keyClick(window.drawer.prompt, Qt.Key.Key_Tab)
    assert not window.drawer.isHidden()
    assert not window.drawer.prompt.hasFocus()


def test_function_keys_fold_panels(desk: Desk) -> None:
    window = desk.window
    for key, panel in (
        (Qt.Key.Key_F6, window.strip_panel),
        (Qt.Key.Key_F7, window.photo_panel),
        (Qt.Key.Key_F8, window.drawer),
    ):
        QTest.keyClick(window, key)
        assert panel.isHidden()
        QTest.keyClick(window, key)
        assert not panel.isHidden()


def test_new_variants_never_steal_the_view(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    running = finished(photos[0], [], state=JobState.ACCEPTED, sent=time.time())
    desk.jobs.put(running)
    desk.jobs.put(finished(photos[0], photos[1:]))
    assert desk.studio.entry is not None
    assert desk.studio.entry.key == "original"
    strip = desk.window.strip_panel.strip
    rect = strip.visualRect(desk.studio.strip.index(1))
    QTest.mouseClick(strip.viewport(), LEFT, pos=rect.center())
    assert desk.studio.variant_path == photos[1]


def test_the_clock_ticks_only_while_something_runs(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    assert not desk.jobs._tick.isActive()
    desk.jobs.put(finished(photos[0], [], state=JobState.ACCEPTED, sent=time.time()))
    assert desk.jobs._tick.isActive()
    assert desk.window.status.jobs.text() == "1 running"
    desk.jobs.put(finished(photos[0], photos[1:]))
    assert not desk.jobs._tick.isActive()


def test_refused_and_failed_differ_and_say_why(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    refusal = JobError(ErrorKind.REFUSED, "Policy 7")
    desk.jobs.put(finished(photos[0], [], state=JobState.REFUSED, error=refusal))
    failure = JobError(ErrorKind.DISK, "/x is read-only.")
    desk.jobs.put(finished(photos[0], [], id="b", state=JobState.FAILED, error=failure, sequence=2))
    entries = desk.studio.strip.entries()
    assert [entry.title for entry in entries] == ["Original", "Refused", "Failed"]
    assert entries[1].detail == "Policy 7"
    assert entries[2].detail == "/x is read-only."


def test_drag_out_is_a_file_and_a_picture(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    desk.jobs.put(finished(photos[0], photos[1:]))
    desk.studio.step_entry(1)
    mime = desk.window.strip_panel.strip.drag_data()
    assert mime is not None
    assert [Path(url.toLocalFile()) for url in mime.urls()] == [photos[1]]
    assert isinstance(mime.imageData(), QImage)
    desk.window.strip_panel.strip.selectAll()
    several = desk.window.strip_panel.strip.drag_data()
    assert several is not None
    assert [Path(url.toLocalFile()) for url in several.urls()] == photos


def drop(window: QWidget, mime: QMimeData) -> None:
    at = window.rect().center()
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(at, copy, mime, LEFT, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, mime, LEFT, none))


def test_a_dropped_link_is_not_fetched(desk: Desk) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.com/cat.jpg")])
    drop(desk.window, mime)
    assert "not fetched" in desk.window.status.notice.text


def test_jobs_panel_offers_what_the_state_allows(desk: Desk, photos: list[Path]) -> None:
    opened(desk, photos)
    failure = JobError(ErrorKind.OFFLINE, "No connection", request_id="req_9")
    desk.jobs.put(finished(photos[0], [], state=JobState.FAILED, error=failure))
    QTest.mouseClick(desk.window.status.jobs, LEFT)
    panel = desk.window.commands.job_panel
    assert panel is not None
    visible = {b.text() for b in panel.findChildren(QAbstractButton) if b.isVisible() and b.text()}
    assert {"Retry", "Copy details", "Remove"} <= visible
    assert "Cancel" not in visible
    QTest.mouseClick(panel.findChild(QWidget, "jobCopyDetails"), LEFT)
    assert "No connection" in QGuiApplication.clipboard().text()


def test_where_the_window_was_left_is_kept(desk: Desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_F7)
    desk.window.close()
    desk.settings.flush()
    assert not desk.settings.value.window.sidebar_open
    assert desk.settings.value.window.geometry


def test_prompt_and_title_show_hostile_names_harmless(desk: Desk, tmp_path: Path) -> None:
    evil = tmp_path / "a\u202egpj.exe<b>.jpg"
    desk.studio.photos.add([evil])
    desk.studio.choose_photo(evil)
    assert "\u202e" not in desk.window.windowTitle()
    assert "⟨U+202E⟩" in desk.window.windowTitle()


def test_keys_of_the_sheet_are_unique() -> None:
    from phota_desktop.ui.command_table import COMMANDS

    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))


def test_no_widget_has_async_methods() -> None:
    folder = Path(__file__).parents[2] / "phota_desktop" / "ui"
    for module in folder.glob("*.py"):
        assert not re.search(r"^\s*async def", module.read_text("utf-8"), re.M), module.name


def test_question_mark_shows_the_sheet(desk: Desk) -> None:
    event = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier, "?"
    )
    QApplication.sendEvent(desk.window.canvas, event)
    sheet = desk.window.findChild(QWidget, "keySheet")
    assert sheet is not None
    assert sheet.isVisible()
