"""The price editor by real keys: own prices count, nonsense does not, and all can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.core.options import Operation, Resolution
from phota_desktop.core.pricing import PUBLISHED, PriceRow
from phota_desktop.store.settings import Settings, SettingsStore
from phota_desktop.ui.price_editor import PriceEditor
from phota_desktop.ui.settings_dialog import SettingsDialog
from phota_desktop.viewmodels.price_rows import IDENTITY, PLAIN
from phota_desktop.viewmodels.settings import SettingsViewModel

from .conftest import LEFT


@pytest.fixture
def settings(tmp_path: Path) -> SettingsViewModel:
    return SettingsViewModel(SettingsStore(tmp_path / "settings.json"), Settings())


@pytest.fixture
def editor(qtbot: QtBot, settings: SettingsViewModel) -> Iterator[PriceEditor]:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SettingsDialog(settings, parent)
    dialog.show()
    dialog.show_prices()
    yield dialog.prices
    settings.flush()


def row_of(editor: PriceEditor, words: str, size: str = "") -> int:
    model = editor.model
    return next(
        row
        for row in range(model.rowCount())
        if (model.index(row, 0).data(), model.index(row, 1).data()) == (words, size)
    )


def type_price(editor: PriceEditor, row: int, column: int, text: str) -> None:
    """Go to a cell, type, and press Enter."""
    table = editor.table
    table.setFocus()
    table.setCurrentIndex(editor.model.index(row, column))
    QTest.keyClicks(table, text[:1])
    field = table.indexWidget(table.currentIndex())
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, text[1:])
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()


def cells(editor: PriceEditor, row: int) -> list[str]:
    return [str(editor.model.index(row, column).data()) for column in range(2, 5)]


def test_a_price_nobody_publishes_can_be_typed(
    editor: PriceEditor, settings: SettingsViewModel
) -> None:
    row = row_of(editor, "Edit · Nano Banana 2", "2K")
    assert cells(editor, row) == ["–", "–", "Not published"]
    type_price(editor, row, PLAIN, "0,0675")
    assert cells(editor, row) == ["$0.0675", "$0.0675", "Yours"]
    type_price(editor, row, IDENTITY, "$0.10")
    assert settings.value.prices == (
        PriceRow(Operation.EDIT, Decimal("0.0675"), Decimal("0.10"), "nb2", Resolution.R2K),
    )
    settings.flush()
    table = PUBLISHED.changed(settings.value.prices)
    assert len(table.rows) == len(PUBLISHED.rows) + 1


def test_a_published_price_changes_and_comes_back(
    editor: PriceEditor, settings: SettingsViewModel
) -> None:
    row = row_of(editor, "Enhance")
    assert cells(editor, row) == ["$0.12", "$0.15", "Published"]
    type_price(editor, row, PLAIN, "0.13")
    assert cells(editor, row) == ["$0.13", "$0.15", "Yours"]
    QTest.mouseClick(editor.reset_row, LEFT)
    assert cells(editor, row) == ["$0.12", "$0.15", "Published"]
    assert settings.value.prices == ()
    type_price(editor, row, PLAIN, "0.12")
    assert settings.value.prices == ()


@pytest.mark.parametrize("typed", ["-1", "a lot", "NaN", "1e9", "inf"])
def test_what_is_no_price_is_not_taken(
    editor: PriceEditor, settings: SettingsViewModel, typed: str
) -> None:
    type_price(editor, row_of(editor, "Remix"), PLAIN, typed)
    assert settings.value.prices == ()
    assert editor.findChild(QLabel, "priceProblem").text().startswith("A price is")


def test_delete_and_reset_all_take_own_prices_away(
    editor: PriceEditor, settings: SettingsViewModel
) -> None:
    first = row_of(editor, "Generate · Reve", "1K")
    second = row_of(editor, "Generate · GPT Image 2", "4K")
    for row in (first, second):
        type_price(editor, row, PLAIN, "0.3")
    editor.table.setCurrentIndex(editor.model.index(first, PLAIN))
    QTest.keyClick(editor.table, Qt.Key.Key_Delete)
    assert cells(editor, first) == ["–", "–", "Not published"]
    assert len(settings.value.prices) == 1
    QTest.mouseClick(editor.reset_all, LEFT)
    assert settings.value.prices == ()
    assert not editor.reset_all.isEnabled()


def test_jobs_at_once_are_one_to_eight(qtbot: QtBot, settings: SettingsViewModel) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SettingsDialog(settings, parent)
    assert dialog.concurrency.value == "2"
    QTest.mouseClick(dialog.concurrency.button("8"), LEFT)
    assert settings.value.concurrency == 8
    settings.flush()
