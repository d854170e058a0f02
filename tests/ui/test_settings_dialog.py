"""The settings page: what is typed counts, what makes no sense gives way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.imaging.display import DisplayTarget
from phota_desktop.store.settings import Settings, SettingsStore
from phota_desktop.ui.settings_dialog import SettingsDialog
from phota_desktop.viewmodels.settings import SettingsViewModel
from tests.unit.imaging import icc_samples


@pytest.mark.parametrize(
    ("typed", "cap"),
    [
        ("7.5", "7.50"),
        ("$12", "12.00"),
        ("0,25", "0.25"),
        ("0", "0.00"),
        ("-1", "5.00"),
        ("a lot", "5.00"),
        ("NaN", "5.00"),
        ("1e9", "5.00"),
    ],
)
def test_the_daily_cap_is_an_amount_of_money(
    qtbot: QtBot, tmp_path: Path, typed: str, cap: str
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    store = SettingsStore(tmp_path / "settings.json")
    settings = SettingsViewModel(store, Settings())
    dialog = SettingsDialog(settings, parent)
    dialog.cap.selectAll()
    QTest.keyClicks(dialog.cap, typed)
    dialog.cap.editingFinished.emit()
    assert settings.value.daily_cap == Decimal(cap)
    assert dialog.cap.text() == cap
    settings.flush()


class Page:
    """The settings page over a real settings file, with what the canvas is told."""

    def __init__(self, qtbot: QtBot, folder: Path, settings: Settings | None = None) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.parent = QWidget()
        qtbot.addWidget(self.parent)
        self.store = SettingsStore(folder / "settings.json")
        self.settings = SettingsViewModel(self.store, settings or Settings())
        self.shown: list[DisplayTarget] = []
        self.settings.monitor.display_changed.connect(self.shown.append)
        self.dialog = SettingsDialog(self.settings, self.parent)
        self.row = self.dialog.monitor

    def rest(self) -> None:
        self.qtbot.waitUntil(lambda: not self.settings.monitor.is_busy)

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> Iterator[Page]:
    made = Page(qtbot, tmp_path)
    yield made
    made.rest()
    made.settings.flush()


def test_a_monitor_profile_is_chosen_and_kept(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTA_DESKTOP_QT_DIALOGS", "1")
    file = page.write("wide.icc", icc_samples.MONITOR.profile())
    assert page.row.profile.whole_text == "sRGB"
    page.row.choose.click()
    dialog = page.row.findChild(QFileDialog, "profileDialog")
    dialog.fileSelected.emit(str(file))
    dialog.close()
    page.rest()
    assert page.row.profile.whole_text == "A (wide.icc)"
    assert page.settings.value.monitor_profile == file
    assert [target.icc for target in page.shown] == [file.read_bytes()]
    page.settings.flush()
    again = Page(page.qtbot, page.folder, page.store.load())
    again.settings.monitor.start()
    again.rest()
    assert again.row.profile.whole_text == "A (wide.icc)"
    assert again.shown == page.shown
    again.row.use_srgb.click()
    again.rest()
    assert again.settings.value.monitor_profile is None
    assert again.row.profile.whole_text == "sRGB"
    assert again.shown[-1].is_srgb
    again.settings.flush()


@pytest.mark.parametrize("content", [b"", b"no profile", icc_samples.gray_profile()])
def test_a_file_that_is_no_monitor_s_changes_nothing(page: Page, content: bytes) -> None:
    good = page.write("wide.icc", icc_samples.MONITOR.profile())
    page.settings.monitor.choose(good)
    page.rest()
    page.settings.monitor.choose(page.write("<b>bad.icc", content))
    page.rest()
    assert page.settings.value.monitor_profile == good
    assert "<b>bad.icc” cannot be the monitor's profile" in page.row.problem.text()
    assert page.row.problem.textFormat() is Qt.TextFormat.PlainText
    assert not page.row.problem.isHidden()
    assert page.row.profile.whole_text == "A (wide.icc)"
    assert len(page.shown) == 1


def test_a_profile_that_is_gone_gives_srgb_and_says_so(page: Page) -> None:
    gone = page.folder / "gone.icc"
    page.settings.change(monitor_profile=gone)
    page.settings.monitor.start()
    page.rest()
    assert page.row.profile.whole_text == "sRGB (gone.icc is not used)"
    assert "there is no such file" in page.row.problem.text()
    assert page.settings.value.monitor_profile == gone
    assert page.shown[-1].is_srgb
    gone.write_bytes(icc_samples.MONITOR.profile())
    page.settings.monitor.start()
    page.rest()
    assert not page.row.problem.text()
    assert not page.shown[-1].is_srgb


def test_the_intent_is_chosen(page: Page) -> None:
    page.settings.monitor.choose(page.write("wide.icc", icc_samples.MONITOR.profile()))
    page.rest()
    page.row.intent.button("perceptual").click()
    page.rest()
    assert page.settings.value.intent == "perceptual"
    assert page.shown[-1].intent == "perceptual"
    assert not page.shown[-1].is_srgb


def test_the_last_choice_counts_however_fast(page: Page) -> None:
    first = page.write("first.icc", icc_samples.table_profile(icc_samples.MONITOR))
    last = page.write("last.icc", icc_samples.DISPLAY_P3.profile())
    for path in (first, last, first, last):
        page.settings.monitor.choose(path)
    page.rest()
    page.qtbot.wait(100)
    assert page.settings.value.monitor_profile == last
    assert [target.icc for target in page.shown] == [last.read_bytes()]


def test_nothing_is_read_where_nothing_was_chosen(page: Page) -> None:
    page.settings.monitor.start()
    assert not page.settings.monitor.is_busy
    assert page.settings.monitor.display is None


def test_the_row_is_named_and_reached_by_keys(page: Page) -> None:
    row = page.row
    for part in (row.choose, row.use_srgb, row.profile):
        assert part.accessibleName()
    assert row.choose.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert row.profile.accessibleName() == "Monitor profile: sRGB"
