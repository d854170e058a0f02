"""The export dialog over real services: what is asked for is what lies in the folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from phota_desktop.core.exporting import ExportFormat, ExportSettings
from phota_desktop.core.jobs import JobState
from phota_desktop.ui.chosen_pictures import ChosenPictures
from phota_desktop.ui.export_commands import ExportCommands
from phota_desktop.ui.export_dialog import ExportDialog
from phota_desktop.ui.handoff_commands import HandOffCommands
from phota_desktop.viewmodels.exporting import ExportState
from phota_desktop.viewmodels.notices import NoticeAction

from .conftest import LEFT, Desk, until


@dataclass
class Bench:
    """A window with two results of one photo, and the commands of export."""

    desk: Desk
    commands: ExportCommands
    handing: HandOffCommands
    photo: Path

    @property
    def dialog(self) -> ExportDialog:
        return self.commands.dialog

    def words(self, name: str) -> str:
        label = self.dialog.findChild(QLabel, name)
        return label.text() if label.isVisible() else ""

    def press(self, name: str) -> None:
        button = self.dialog.findChild(QWidget, name)
        assert isinstance(button, QPushButton | QToolButton | QCheckBox)
        assert button.isVisible(), name
        assert button.isEnabled(), name
        QTest.mouseClick(button, LEFT)

    def type_name(self, text: str) -> None:
        edit = self.dialog.findChild(QLineEdit, "exportTemplateEdit")
        edit.selectAll()
        QTest.keyClicks(edit, text)

    async def open(self) -> None:
        self.commands.export()
        await until(lambda: self.dialog.isVisible() and self.commands.model.subjects)

    async def ended(self) -> None:
        await until(lambda: not self.commands.model.is_running)

    def files(self) -> set[str]:
        return {path.name for path in self.photo.parent.iterdir()}

    @property
    def said(self) -> str:
        notice = self.desk.studio.notices.current
        return notice.text if notice else ""


@pytest_asyncio.fixture
async def bench(live: Desk, photos: list[Path]) -> AsyncIterator[Bench]:
    services = live.running
    studio = live.studio
    studio.opener.open(photos[:1])
    await until(lambda: studio.photo == photos[0])
    studio.form.set_variants(2)
    studio.submit()
    await until(
        lambda: (
            [job.state for job in live.jobs.jobs()] == [JobState.DONE]
            and len(studio.strip.entries()) == 3
        )
    )
    studio.choose_entry(studio.strip.entries()[1].key)
    chosen = ChosenPictures(live.window)
    handing = HandOffCommands(live.window, services, chosen)
    commands = ExportCommands(live.window, services, chosen, handing)
    yield Bench(live, commands, handing, photos[0])
    commands.detach()
    handing.detach()
    commands.dialog.hide()


async def test_return_exports_next_to_the_original_and_closes(bench: Bench) -> None:
    await bench.open()
    dialog = bench.dialog
    assert bench.words("exportHeading") == "Export picture"
    assert bench.words("exportName1") == "IMG_1-enhance-1.jpg"
    assert dialog.naming.folder.whole_text == str(bench.photo.parent)
    await until(lambda: bench.words("exportEstimate").endswith("B"))
    assert dialog.start.hasFocus()
    QTest.keyClick(dialog.start, Qt.Key.Key_Return)
    await bench.ended()
    await until(lambda: not dialog.isVisible())
    assert "IMG_1-enhance-1.jpg" in bench.files()
    assert bench.said == "Saved as IMG_1-enhance-1.jpg"
    notice = bench.desk.studio.notices.current
    assert notice is not None
    assert notice.action is NoticeAction.SHOW_FILE


async def test_nothing_is_overwritten_and_again_needs_no_question(bench: Bench) -> None:
    await bench.open()
    bench.press("exportStart")
    await until(lambda: not bench.dialog.isVisible())
    first = (bench.photo.parent / "IMG_1-enhance-1.jpg").read_bytes()
    await bench.open()
    await until(lambda: bench.words("exportName1") == "IMG_1-enhance-1-2.jpg")
    bench.dialog.reject()
    bench.commands.export_again()
    await until(lambda: "IMG_1-enhance-1-2.jpg" in bench.files())
    await bench.ended()
    assert (bench.photo.parent / "IMG_1-enhance-1.jpg").read_bytes() == first
    assert not bench.dialog.isVisible()


async def test_many_with_another_format_size_and_name(bench: Bench, tmp_path: Path) -> None:
    bench.desk.window.strip_panel.strip.selectAll()
    await bench.open()
    assert bench.words("exportHeading") == "Export 3 pictures"
    bench.press("exportFormatBox_png")
    bench.type_name("{counter:03} {stem}")
    model = bench.commands.model
    model.set_settings(replace(model.settings, folder=tmp_path / "out"))
    assert bench.words("exportName3") == "003 IMG_1.png"
    bench.press("exportStart")
    await until(lambda: not bench.dialog.isVisible())
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"001 IMG_1.png", "002 IMG_1.png", "003 IMG_1.png"}
    assert bench.said == "3 pictures saved"


async def test_what_is_shown_is_what_can_be_had(bench: Bench) -> None:
    await bench.open()
    form, model = bench.dialog.form, bench.commands.model
    assert not form.quality.isVisible()
    assert "Not one pixel changes" in bench.words("exportFormNote")
    assert "software, not a trained model, changed" in bench.words("exportLabelWords")
    bench.press("exportLabelTick")
    assert "Nobody can tell" in bench.words("exportLabelWords")
    assert not model.settings.metadata.provenance

    bench.press("exportFormatBox_jpeg")
    assert form.quality.isVisible()
    assert form.subsampling.isVisible()
    assert _fits(bench.dialog)
    bench.press("exportFormatBox_webp")
    bench.press("exportLimitTick")
    assert model.settings.target_bytes == 2_000_000
    bench.press("exportLosslessTick")
    assert not form.quality.isVisible()
    assert model.settings.target_bytes is None
    bench.press("exportFormatBox_tiff")
    assert form.bits.isVisible()
    assert model.settings.format is ExportFormat.TIFF

    bench.type_name("{stem}-{foo}")
    assert "“{foo}” is not known" in bench.words("exportNameProblem")
    assert not bench.dialog.start.isEnabled()
    bench.type_name("{stem}-final")
    assert bench.words("exportName1") == "IMG_1-final.tif"
    assert bench.dialog.start.isEnabled()
    assert _fits(bench.dialog)


def _fits(dialog: ExportDialog) -> bool:
    """Tell whether the dialog leaves room for a frame in a window of 1024 × 640."""
    hint = dialog.minimumSizeHint()
    return hint.width() <= 1000 and hint.height() <= 600


async def test_one_bad_picture_is_told_of_and_tried_again_alone(
    bench: Bench, photos: list[Path]
) -> None:
    bench.desk.window.strip_panel.strip.selectAll()
    await bench.open()
    entry = bench.desk.studio.strip.entries()[2]
    assert entry.path is not None
    good = entry.path.read_bytes()
    entry.path.chmod(0o600)
    entry.path.write_bytes(b"no picture")
    bench.type_name("{stem}-x-{n}")
    bench.press("exportStart")
    await until(lambda: bench.commands.model.state is ExportState.ENDED)
    assert bench.words("exportHeading") == "2 pictures saved, 1 failed"
    assert bench.dialog.isVisible()
    entry.path.write_bytes(good)
    bench.press("exportRetry")
    await bench.ended()
    await until(lambda: not bench.dialog.isVisible())
    assert bench.said == "3 pictures saved"
    made = sorted(name for name in bench.files() if "-x-" in name)
    assert made == ["IMG_1-x-1-2.jpg", "IMG_1-x-1.jpg", "IMG_1-x-2.jpg"]


async def test_presets_are_kept_and_chosen(bench: Bench) -> None:
    await bench.open()
    bench.press("exportFormatBox_webp")
    row, presets = bench.dialog.presets, bench.commands.model.presets
    row._ask_new()
    edit = row.findChild(QLineEdit, "presetNameEdit")
    QTest.keyClicks(edit, "Web")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await until(lambda: row.box.currentText() == "Web")
    bench.press("exportFormatBox_png")
    assert row.box.currentText() == "Own settings"
    row.box.setFocus()
    QTest.keyClick(row.box, Qt.Key.Key_Down)
    assert bench.commands.model.settings.format is ExportFormat.WEBP
    presets.rename("Web", "Gallery")
    await until(lambda: row.box.currentText() == "Gallery")
    presets.remove("Gallery")
    await until(lambda: row.box.count() == 1)
    assert bench.commands.model.settings.format is ExportFormat.WEBP


async def test_settings_last_used_come_back(bench: Bench) -> None:
    await bench.open()
    bench.press("exportFormatBox_png")
    bench.press("exportStart")
    await until(lambda: not bench.dialog.isVisible())
    other = ExportCommands(
        bench.desk.window, bench.desk.running, ChosenPictures(bench.desk.window), bench.handing
    )
    assert other.model.settings == ExportSettings()
    other.export_again()
    await until(lambda: "IMG_1-enhance-1-2.png" in bench.files())
    await until(lambda: not other.model.is_running)
    other.detach()


async def test_escape_while_it_runs_leaves_whole_files_only(bench: Bench) -> None:
    bench.desk.window.strip_panel.strip.selectAll()
    await bench.open()
    bench.press("exportFormatBox_png")
    bench.press("exportStart")
    QTest.keyClick(bench.dialog, Qt.Key.Key_Escape)
    await bench.ended()
    report = bench.commands.model
    assert report.state is ExportState.ENDED or not bench.dialog.isVisible()
    assert not [name for name in bench.files() if name.startswith(".") or name.endswith(".part")]


async def test_every_control_has_a_name_and_a_turn_of_the_tab_key(bench: Bench) -> None:
    await bench.open()
    bench.press("exportFormatBox_jpeg")
    dialog = bench.dialog
    for kind in (QPushButton, QToolButton, QCheckBox, QLineEdit):
        for widget in dialog.findChildren(kind):
            if widget.objectName().startswith("qt_"):
                continue
            assert widget.objectName().startswith("export"), widget
            assert widget.accessibleName(), widget.objectName()
    seen: set[str] = set()
    for _ in range(60):
        focus = dialog.focusWidget()
        assert focus is not None
        seen.add(focus.objectName())
        assert dialog.focusNextPrevChild(True)
    wanted = {"exportPresetBox", "exportSizeBox", "exportQualitySlider", "exportTemplateEdit"}
    assert wanted | {"exportLabelTick", "exportCancel", "exportStart"} <= seen
