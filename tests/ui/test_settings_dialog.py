"""The settings page: what is typed counts, what makes no sense gives way."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.store.settings import Settings, SettingsStore
from phota_desktop.ui.settings_dialog import SettingsDialog
from phota_desktop.viewmodels.settings import SettingsViewModel


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
