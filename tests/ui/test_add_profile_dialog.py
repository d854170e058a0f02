"""The dialog for a new profile with the local engine: photos checked, keys and mouse, looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind, TrainingState
from phota_desktop.ui.theme import apply_theme
from phota_desktop.viewmodels.training_words import PRACTICE, again_words
from tests.benchmarks.measure import LoopGap
from tests.benchmarks.pictures import camera_jpeg
from tests.ui.conftest import LEFT, Desk, until
from tests.ui.profile_sheet import Sheet, drop, made, write_album


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_album(tmp_path_factory.mktemp("album"))


@pytest_asyncio.fixture
async def sheet(live: Desk) -> AsyncIterator[Sheet]:
    """Open it with the local engine."""
    sheet = made(live)
    sheet.dialog.open_for()
    yield sheet
    sheet.dialog.close()
    sheet.form.detach()


async def test_dropped_photos_are_checked_and_train_without_cost(
    sheet: Sheet, album: list[Path]
) -> None:
    dialog, form = sheet.dialog, sheet.form
    assert dialog.where.text() == PRACTICE
    assert not dialog.consent.isVisible()
    assert not dialog.paste_button.isVisible()
    assert sheet.problem == "Add photos first."
    assert not dialog.train_button.isEnabled()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(album[0].parent))])
    drop(dialog, mime)
    assert sheet.problem == "Looking for photos…"
    await until(lambda: sheet.problem == "Photos are being checked.")
    await sheet.checked()
    assert [row.verdict_words for row in form.photos.rows] == ["Good"] * 12
    assert sheet.problem == "Give this person a name."
    dialog.name.setFocus()
    QTest.keyClicks(dialog.name, "Anna & Bo")
    assert dialog.train_button.text() == "Train Anna && Bo (practice, free)"
    assert dialog.train_button.accessibleName() == "Train Anna & Bo (practice, free)"
    assert sheet.problem == ""
    for _ in range(3):
        QTest.mouseClick(dialog.train_button, LEFT)
    await until(lambda: sheet.started)
    assert not dialog.isVisible()
    assert form.is_blank
    await asyncio.sleep(0.3)
    (training,) = sheet.services.trainer.known()
    assert training.order.photos == tuple(map(str, sorted(album)))
    assert (training.order.name, training.order.consent) == ("Anna & Bo", "")
    ended = await sheet.services.trainer.wait(training.tag)
    assert ended.state is TrainingState.TRAINING


async def test_keys_tick_and_remove_and_a_broken_photo_stays_out(
    sheet: Sheet, album: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(album[0].read_bytes()[:30_000])
    twin = tmp_path / "twin.jpg"
    twin.write_bytes(album[1].read_bytes())
    await sheet.add(album[0], broken, album[1], twin)
    view = sheet.dialog.list
    assert sheet.used == [True, False, True, False]
    view.setFocus()
    view.setCurrentIndex(sheet.form.photos.index(0))
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert sheet.used == [False, False, True, False]
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert sheet.used[1] is False, "nobody can overrule what cannot be decoded"
    QTest.keyClick(view, Qt.Key.Key_End)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert sheet.used == [False, False, True, True]
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert sheet.used == [True, False, True, True]
    view.setCurrentIndex(sheet.form.photos.index(1))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert [row.path.name for row in sheet.form.photos.rows] == [
        album[0].name,
        album[1].name,
        "twin.jpg",
    ]
    assert view.currentIndex().row() == 1
    box = view.visualRect(sheet.form.photos.index(0))
    QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(box.left() + 14, box.center().y()))
    assert sheet.used[0] is False
    QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(box.center().x(), box.center().y()))
    assert sheet.used[0] is False, "a click on the words only selects"


async def test_the_arrow_keys_choose_the_tier(sheet: Sheet) -> None:
    sheet.dialog.tier.card("standard").setFocus()
    QTest.keyClick(sheet.dialog.tier.card("standard"), Qt.Key.Key_Down)
    assert sheet.form.draft.tier is TrainingTier.FAST
    assert sheet.dialog.tier.card("fast").hasFocus()
    QTest.keyClick(sheet.dialog.tier.card("fast"), Qt.Key.Key_Up)
    assert (sheet.form.draft.tier, sheet.dialog.tier.value) == (TrainingTier.STANDARD, "standard")


async def test_closing_keeps_what_was_filled_in_and_start_over_empties_it(
    sheet: Sheet, album: list[Path]
) -> None:
    await sheet.add(*album[:3])
    QTest.keyClicks(sheet.dialog.name, "Bello")
    QTest.mouseClick(sheet.dialog.kind.button("dog"), LEFT)
    QTest.keyClick(sheet.dialog, Qt.Key.Key_Escape)
    assert not sheet.dialog.isVisible()
    sheet.dialog.open_for([album[3]])
    await sheet.checked()
    assert sheet.dialog.name.text() == "Bello"
    assert sheet.dialog.kind.value == "dog"
    assert sheet.form.photos.paths == album[:4]
    sheet.press("clearProfileButton")
    assert sheet.dialog.name.text() == ""
    assert sheet.form.photos.rows == ()


async def test_a_profile_gets_a_new_training_with_its_earlier_photos(
    sheet: Sheet, album: list[Path], tmp_path: Path
) -> None:
    gone = tmp_path / "gone.jpg"
    gone.write_bytes(album[9].read_bytes())
    await sheet.add(*album[:5], gone)
    sheet.form.set_name("Mia")
    sheet.form.set_kind("cat")
    sheet.form.set_tier("fast")
    sheet.form.submit()
    await until(lambda: sheet.started)
    trained = await sheet.services.trainer.wait(sheet.started[0].tag)
    gone.unlink()
    sheet.form.set_name("Somebody else")
    sheet.form.intake.add([album[8]])
    await until(lambda: sheet.form.photos.rows)
    sheet.dialog.open_for([album[6]], trained.profile_id)
    await sheet.checked()
    draft = sheet.form.draft
    assert (draft.name, draft.kind, draft.tier) == ("Mia", Kind.CAT, TrainingTier.FAST)
    assert sheet.form.photos.paths == [*album[:5], album[6]]
    assert "cannot add photos to a trained profile" in sheet.dialog.note.text()
    sheet.dialog.open_for()
    assert sheet.form.draft.name == "Somebody else", "the other form is still there"
    await sheet.checked()
    assert [row.verdict_words for row in sheet.form.photos.rows] == ["Good"]


async def test_a_folders_subfolders_come_on_request(
    sheet: Sheet, album: list[Path], tmp_path: Path
) -> None:
    inner = tmp_path / "trip" / "day 2"
    inner.mkdir(parents=True)
    for n, folder in enumerate((inner.parent, inner)):
        (folder / f"{n}.jpg").write_bytes(album[n].read_bytes())
    (inner / "notes.txt").write_text("no photo")
    await sheet.add(inner.parent)
    assert [path.name for path in sheet.form.photos.paths] == ["0.jpg"]
    assert "1 subfolder left out." in sheet.dialog.status.text()
    sheet.press("addSubfoldersButton")
    await sheet.checked()
    assert [path.name for path in sheet.form.photos.paths] == ["0.jpg", "1.jpg"]


async def test_the_check_can_be_stopped_and_goes_on(sheet: Sheet, album: list[Path]) -> None:
    sheet.form.intake.add(album)
    await until(lambda: sheet.dialog.stop_button.isVisible())
    sheet.press("stopCheckButton")
    await sheet.checked()
    assert sheet.form.photos.unchecked
    assert sheet.problem == "Some photos are not checked yet."
    assert not sheet.dialog.train_button.isEnabled()
    sheet.press("problemButton")
    await sheet.checked()
    assert not sheet.form.photos.unchecked


async def test_photos_are_chosen_in_a_dialog(sheet: Sheet, album: list[Path]) -> None:
    sheet.press("addTrainingPhotosButton")
    chooser = sheet.dialog.findChild(QFileDialog)
    chooser.setDirectory(str(album[0].parent))
    chooser.selectFile(str(album[2]))
    chooser.accept()
    await until(lambda: sheet.form.photos.paths == [album[2]])
    await sheet.checked()


# -- the look -------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
async def test_it_fits_a_small_screen_and_nothing_is_cut(
    sheet: Sheet, album: list[Path], theme: str, qapp: QApplication
) -> None:
    apply_theme(qapp, theme)
    await sheet.add(*album)
    sheet.form.set_addresses("https://photos.example/1.jpg")
    sheet.form.draft = replace(sheet.form.draft, note=again_words("Anna", had_photos=True))
    sheet.dialog.refresh()
    sheet.dialog.resize(976, 592)
    QApplication.processEvents()
    assert (sheet.dialog.width(), sheet.dialog.height()) == (976, 592)
    for button in (sheet.dialog.train_button, sheet.dialog.close_button, sheet.dialog.hints):
        assert sheet.dialog.rect().contains(button.geometry())
    assert sheet.dialog.list.height() > 100
    assert not sheet.dialog.grab().isNull()
    apply_theme(qapp, "dark")


async def test_every_control_is_named_and_reached_by_the_tab_key(
    sheet: Sheet, album: list[Path]
) -> None:
    await sheet.add(album[0])
    seen = []
    sheet.dialog.add_button.setFocus()
    for _ in range(14):
        focused = QApplication.focusWidget()
        assert focused.accessibleName(), focused.objectName()
        seen.append(focused.objectName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    wanted = ["addTrainingPhotosButton", "addTrainingFolderButton", "trainingPhotoList"]
    wanted += ["profileNameEdit", "kindBox_person", "tierBox_standard", "closeAddProfile"]
    assert [name for name in seen if name in wanted][: len(wanted)] == wanted


@pytest.mark.benchmark
@pytest.mark.timeout(300)
async def test_fifty_photos_of_24_mp_do_not_hold_the_window(sheet: Sheet, tmp_path: Path) -> None:
    one = camera_jpeg(tmp_path, "24 MP")
    for n in range(50):
        # Bytes behind the end of a JPEG make another file of the same picture.
        (tmp_path / f"{n:02}.jpg").write_bytes(one.read_bytes() + b"\0" * n)
    one.unlink()
    async with LoopGap() as gap:
        await sheet.add(tmp_path)
    figures = f"p99 {gap.p99:.1f} ms, worst {gap.worst:.0f} ms, over 100 ms: {gap.over(100)}"
    assert len(sheet.form.photos.rows) == 50
    assert gap.p99 < 50, figures
    assert gap.over(100) < 10, figures
