"""The drawer of four operations, driven by mouse, keys, wheel and drops."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QToolButton, QWidget

from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import Operation
from phota_desktop.core.requests import EditRequest, RemixRequest
from phota_desktop.ui.source_list import SourceList, cross_frame
from phota_desktop.ui.theme import THEMES, contrast

from .conftest import LEFT, Desk, picture

NONE = Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier
LATE = ("sourceList", "referenceSlot", "baseModelBox", "aspectRatioBox", "resolutionBox")
SHOWN = {
    "Enhance": (),
    "Edit": ("sourceList", "baseModelBox", "aspectRatioBox", "resolutionBox"),
    "Generate": ("baseModelBox", "aspectRatioBox", "resolutionBox"),
    "Remix": ("referenceSlot",),
}


@pytest.fixture
def opened(desk: Desk, photos: list[Path]) -> Desk:
    desk.studio.photos.add(photos)
    desk.studio.choose_photo(photos[0])
    QApplication.processEvents()
    return desk


def choose(desk: Desk, title: str) -> None:
    """Click the tab of that name."""
    tabs = desk.window.drawer.tabs
    row = [tabs.tabText(n) for n in range(tabs.count())].index(title)
    QTest.mouseClick(tabs, LEFT, pos=tabs.tabRect(row).center())
    QApplication.processEvents()


def part(desk: Desk, name: str) -> QWidget | None:
    return desk.window.findChild(QWidget, name)


def is_there(desk: Desk, name: str) -> bool:
    found = part(desk, name)
    return found is not None and found.isVisible()


def drop_on(target: QWidget, *paths: Path, link: str = "") -> None:
    """Drop through the window's own routing, as a file manager does."""
    mime = QMimeData()
    mime.setUrls([QUrl(link)] if link else [QUrl.fromLocalFile(str(path)) for path in paths])
    window = target.window()
    at = QPointF(target.mapTo(window, target.rect().center()))
    copy = Qt.DropAction.CopyAction
    handle = window.windowHandle()
    for event in (
        QDragEnterEvent(at.toPoint(), copy, mime, LEFT, NONE),
        QDragMoveEvent(at.toPoint(), copy, mime, LEFT, NONE),
        QDropEvent(at, copy, mime, LEFT, NONE),
    ):
        QApplication.sendEvent(handle, event)
    QApplication.processEvents()


def tile(sources: SourceList, row: int) -> QRect:
    return sources.visualRect(sources.model().index(row, 0))


def test_enhance_makes_nothing_of_the_other_operations(desk: Desk) -> None:
    assert [part(desk, name) for name in LATE] == [None] * len(LATE)


@pytest.mark.parametrize("title", SHOWN)
def test_controls_that_an_operation_does_not_take_are_absent(opened: Desk, title: str) -> None:
    for other in SHOWN:  # each part is made once before it is looked for
        choose(opened, other)
    choose(opened, title)
    assert opened.studio.form.operation is Operation(title.lower())
    assert tuple(name for name in LATE if is_there(opened, name)) == SHOWN[title]
    assert opened.window.drawer.submit.text().startswith(title)


def test_the_tabs_are_walked_with_the_arrow_keys(opened: Desk) -> None:
    tabs = opened.window.drawer.tabs
    tabs.setFocus()
    QTest.keyClick(tabs, Qt.Key.Key_Right)
    assert opened.studio.form.operation is Operation.EDIT
    assert tabs.hasFocus()
    QTest.keyClick(tabs, Qt.Key.Key_Left)
    assert opened.studio.form.operation is Operation.ENHANCE


def test_a_model_switch_keeps_what_fits_and_says_what_it_changed(opened: Desk) -> None:
    choose(opened, "Edit")
    drawer, form = opened.window.drawer, opened.studio.form
    controls = drawer.edit_controls
    QTest.mouseClick(controls.resolution.button("4K"), LEFT)
    QTest.mouseClick(controls.aspect.button("16:9"), LEFT)
    controls.model.setFocus()
    QTest.keyClicks(controls.model, "Reve")
    assert form.choice.base_model == "reve"
    assert controls.resolution.value == form.choice.resolution == "1K"
    assert controls.resolution.offered == ("1K",)
    assert form.choice.aspect_ratio == controls.aspect.value == "16:9"
    assert drawer.adjusted.isVisible()
    assert "Resolution is 1K now" in drawer.adjusted.text()
    QTest.mouseClick(drawer.variants.button("2"), LEFT)
    assert not drawer.adjusted.isVisible(), "old news is gone with the next change"


def test_quality_is_there_for_the_one_model_that_has_it(opened: Desk) -> None:
    choose(opened, "Generate")
    controls = opened.window.drawer.edit_controls
    assert not controls.quality.isVisible()
    opened.studio.form.set_base_model("gpt-image-2")
    assert controls.quality.isVisible()
    QTest.mouseClick(controls.quality.button("high"), LEFT)
    assert opened.studio.form.choice.quality == "high"


def test_the_wheel_never_changes_the_model(opened: Desk) -> None:
    choose(opened, "Edit")
    box = opened.window.drawer.edit_controls.model
    at = QPointF(box.rect().center())
    for focused in (False, True):
        if focused:
            box.setFocus()
        down = QPoint(0, -120)
        event = QWheelEvent(
            at, box.mapToGlobal(at), QPoint(), down, Qt.MouseButton.NoButton, NONE,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(box, event)
        assert opened.studio.form.choice.base_model == box.currentData() == "nb2"


def test_aspect_ratios_are_walked_with_keys_and_match_follows_the_photo(opened: Desk) -> None:
    choose(opened, "Edit")
    form, aspect = opened.studio.form, opened.window.drawer.edit_controls.aspect
    form.set_photo_size(3000, 4000)
    aspect.button("auto").setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert form.match_original
    assert form.choice.aspect_ratio == "3:4"
    assert aspect.button("match").toolTip() == "Match original: 3:4"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert not form.match_original
    assert form.choice.aspect_ratio == aspect.value == "1:1"
    choose(opened, "Generate")
    assert "match" not in aspect.offered, "what is made from words has no original"


def test_a_dropped_photo_is_added_to_the_sources_and_not_opened(
    opened: Desk, photos: list[Path], tmp_path: Path
) -> None:
    choose(opened, "Edit")
    sources = opened.window.drawer.edit_pictures.list
    new = picture(tmp_path / "new.jpg")
    drop_on(sources.viewport(), new)
    assert opened.studio.form.sources == (photos[0], new)
    assert opened.studio.photos.paths() == photos
    assert opened.studio.photo == photos[0]
    first, second = (sources.model().index(row, 0) for row in (0, 1))
    role = Qt.ItemDataRole.AccessibleTextRole
    assert (first.data(role), second.data(role)) == ("Primary: IMG_1.jpg", "Photo 2: new.jpg")
    opened.studio.form.set_prompt("warm")
    request = opened.studio.form.request(opened.studio.photo)
    assert isinstance(request, EditRequest)
    assert request.images == (photos[0], new)


def test_a_drop_beside_the_targets_still_opens(opened: Desk, tmp_path: Path) -> None:
    choose(opened, "Edit")
    asked: list[list[Path]] = []
    opened.studio.opener.open = lambda paths, **_: asked.append(list(paths))  # type: ignore[method-assign, assignment]
    new = picture(tmp_path / "new.jpg")
    drop_on(opened.window.canvas, new)
    drop_on(opened.window.drawer.submit, new)
    assert asked == [[new], [new]]
    assert opened.studio.form.sources == ()


def test_sources_are_moved_and_removed_with_keys(opened: Desk, photos: list[Path]) -> None:
    choose(opened, "Edit")
    form, sources = opened.studio.form, opened.window.drawer.edit_pictures.list
    form.add_sources(photos)
    sources.setFocus()
    QTest.keyClick(sources, Qt.Key.Key_Right, ALT)
    assert form.sources == (photos[1], photos[0], photos[2])
    assert sources.currentIndex().row() == 1, "the moved photo stays the current one"
    QTest.keyClick(sources, Qt.Key.Key_Left, ALT)
    QTest.keyClick(sources, Qt.Key.Key_Left, ALT)
    assert form.sources == tuple(photos)
    QTest.keyClick(sources, Qt.Key.Key_Right)
    QTest.keyClick(sources, Qt.Key.Key_Delete)
    assert form.sources == (photos[0], photos[2])
    assert sources.hasFocus()
    assert opened.studio.photo == photos[0], "walking through sources shows no other photo"


def test_sources_are_dragged_to_another_place(opened: Desk, photos: list[Path]) -> None:
    choose(opened, "Edit")
    form, sources = opened.studio.form, opened.window.drawer.edit_pictures.list
    form.add_sources(photos)
    QApplication.processEvents()
    view = sources.viewport()
    start, end = tile(sources, 2).center(), tile(sources, 0).center() - QPoint(30, 0)
    QTest.mousePress(view, LEFT, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, pos=end)
    assert form.sources == (photos[2], photos[0], photos[1])
    QTest.mouseClick(view, LEFT, pos=tile(sources, 1).center())
    assert form.sources == (photos[2], photos[0], photos[1]), "a click moves nothing"


def test_the_mark_on_a_source_removes_it(opened: Desk, photos: list[Path]) -> None:
    choose(opened, "Edit")
    form, sources = opened.studio.form, opened.window.drawer.edit_pictures.list
    form.add_sources(photos)
    QApplication.processEvents()
    at = cross_frame(tile(sources, 1)).center().toPoint()
    QTest.mouseClick(sources.viewport(), LEFT, pos=at)
    assert form.sources == (photos[0], photos[2])
    QTest.mouseClick(part(opened, "shownPhotoButton"), LEFT)
    assert form.sources == ()
    assert sources.model().rowCount() == 1


def test_the_eleventh_source_is_said(opened: Desk, tmp_path: Path) -> None:
    choose(opened, "Edit")
    drawer = opened.window.drawer
    many = [picture(tmp_path / f"{n}.jpg") for n in range(11)]
    drop_on(drawer.edit_pictures.list.viewport(), *many)
    assert len(opened.studio.form.sources) == 10
    assert "up to 10 photos; 2 photos left out" in opened.window.status.notice.text
    sources = drawer.edit_pictures.list
    assert sources.height() >= tile(sources, 9).bottom(), "all ten can be seen"
    assert tile(sources, 2).top() == tile(sources, 0).top() < tile(sources, 3).top()
    assert not drawer.edit_pictures.add.isEnabled()


def test_links_and_folders_are_no_sources(opened: Desk, tmp_path: Path) -> None:
    choose(opened, "Edit")
    target = opened.window.drawer.edit_pictures.list.viewport()
    drop_on(target, link="https://example.com/cat.jpg")
    assert "not fetched" in opened.window.status.notice.text
    drop_on(target, tmp_path)
    assert "not a folder" in opened.window.status.notice.text
    assert opened.studio.form.sources == ()


@pytest.mark.qt_log_ignore("raise\\(\\)", "grabbing the keyboard")
def test_the_add_button_names_the_opened_photos(opened: Desk, photos: list[Path]) -> None:
    choose(opened, "Edit")
    button = part(opened, "addSourceButton")
    assert button is not None
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words == ["Choose files…", "IMG_2.jpg", "IMG_3.jpg"]
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(menu, key)
    assert opened.studio.form.sources == (photos[0], photos[1])


def test_a_dropped_reference_makes_a_remix_and_opens_nothing(
    opened: Desk, photos: list[Path], tmp_path: Path
) -> None:
    choose(opened, "Remix")
    slot = opened.window.drawer.remix_pictures.reference
    assert opened.studio.form.request(opened.studio.photo) is None
    style = picture(tmp_path / "style.jpg", "#ddaa11")
    drop_on(slot, style)
    assert opened.studio.photos.paths() == photos
    request = opened.studio.form.request(opened.studio.photo)
    assert isinstance(request, RemixRequest)
    assert request.images == (photos[0], style)
    assert slot.accessibleName() == "Reference: style.jpg"
    slot.setFocus()
    QTest.keyClick(slot, Qt.Key.Key_Delete)
    assert opened.studio.form.reference is None
    drop_on(slot, style)
    QTest.mouseClick(slot.remove, LEFT)
    assert opened.studio.form.reference is None
    assert opened.window.findChild(QFileDialog) is None


@pytest.mark.parametrize("by", ["click", "return", "space"])
def test_the_slot_asks_for_a_reference(opened: Desk, by: str) -> None:
    choose(opened, "Remix")
    slot = opened.window.drawer.remix_pictures.reference
    slot.setFocus()
    if by == "click":
        QTest.mouseClick(slot, LEFT)
    else:
        QTest.keyClick(slot, Qt.Key.Key_Return if by == "return" else Qt.Key.Key_Space)
    dialog = opened.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.reject()


def test_the_tab_key_walks_from_top_to_bottom(opened: Desk, photos: list[Path]) -> None:
    for title in ("Remix", "Edit"):
        choose(opened, title)
    opened.studio.form.add_sources(photos)
    opened.studio.form.set_base_model("gpt-image-2")
    drawer = opened.window.drawer
    tool = QToolButton(drawer)
    tool.setObjectName("toolOfThePrompt")
    tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    drawer.add_prompt_tool(tool)
    QApplication.processEvents()
    drawer.tabs.setFocus()
    walked = []
    while "outputFormatBox" not in walked and len(walked) < 20:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        name = focus.objectName()
        walked.append(name.partition("_")[0])
        if name.startswith("promptEditor"):
            continue
        top = focus.mapTo(drawer, QPoint(0, 0)).y()
        assert 0 <= top < drawer.height(), f"{name} is scrolled into view"
    wanted = ["toolOfThePrompt", "promptEditor", "shownPhotoButton", "addSourceButton"]
    wanted += ["sourceList", "baseModelBox"]
    wanted += ["aspectRatioBox", "resolutionBox", "qualityBox", "variantCountBox"]
    wanted += ["outputFormatBox"]
    assert [name for name in walked if name in wanted] == wanted


@pytest.mark.parametrize("title", SHOWN)
def test_price_and_button_stay_in_sight_in_a_small_window(opened: Desk, title: str) -> None:
    window, drawer = opened.window, opened.window.drawer
    window.resize(1024, 640)
    choose(opened, title)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1024, 640)
    for widget in (drawer.cost, drawer.submit, drawer.tabs):
        corner = widget.mapTo(window, QPoint(0, 0))
        assert window.rect().contains(QRect(corner, widget.size())), widget.objectName()
    assert not drawer.area.horizontalScrollBar().isVisible()
    assert drawer.area.widget().width() <= drawer.area.viewport().width()
    last = drawer.tabs.tabRect(drawer.tabs.count() - 1)
    assert last.right() < drawer.tabs.width(), "all four tabs can be read"


def test_the_surcharge_is_explained_on_the_button(opened: Desk) -> None:
    form = opened.studio.form
    form.set_engine(Engine.PHOTA)
    assert opened.window.drawer.submit.text() == "Enhance 1 · $0.12"
    form.set_riding("anna", True)
    drawer = opened.window.drawer
    assert drawer.submit.text() == "Enhance 1 · $0.12–0.15"
    assert form.surcharge_text in drawer.submit.toolTip()
    assert drawer.submit.accessibleDescription() == form.surcharge_text


def test_a_choice_taken_over_is_shown(opened: Desk) -> None:
    from phota_desktop.core.catalogue import Choice

    choice = Choice(Operation.GENERATE, "a cat", base_model="flux-2", variants=3)
    opened.studio.form.apply(choice)
    drawer = opened.window.drawer
    assert drawer.tabs.tabText(drawer.tabs.currentIndex()) == "Generate"
    assert drawer.prompt.wire_text() == "a cat"
    assert drawer.edit_controls.model.currentText() == "Flux 2 Dev"
    assert drawer.variants.value == "3"


@pytest.mark.parametrize("name", list(THEMES))
def test_the_pressed_segment_can_be_read_in_every_theme(name: str) -> None:
    t = next(tokens for theme, tokens in THEMES.items() if theme == name)
    assert contrast(t.text, t.chosen) >= 4.5
    assert contrast(t.accent, t.chosen) >= 3, "the drawn shape on it"
