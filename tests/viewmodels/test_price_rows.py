"""Typed money, and the rows that a catalogue and a person's own prices make."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.catalogue import BUILT_IN
from phota_desktop.core.options import Operation, Quality, Resolution
from phota_desktop.core.pricing import PriceRow
from phota_desktop.store.settings import Settings, SettingsStore
from phota_desktop.viewmodels.price_rows import PriceTableModel, parse_money, price_words
from phota_desktop.viewmodels.settings import SettingsViewModel


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("0.18", "0.1800"),
        (" $ 0,0675 ", "0.0675"),
        ("0.00004", "0.0000"),
        ("100", "100.0000"),
        ("100.01", None),
        ("-0.01", None),
        ("", None),
        ("1,000.50", None),
        ("nan", None),
        ("Infinity", None),
    ],
)
def test_typed_money_is_an_amount_or_nothing(typed: str, amount: str | None) -> None:
    assert parse_money(typed, 100, 4) == (None if amount is None else Decimal(amount))


def test_prices_have_two_digits_or_as_many_as_they_need() -> None:
    shown = [price_words(Decimal(text)) for text in ("0.1", "0.1200", "0.0675", "0", "90")]
    assert shown == ["$0.10", "$0.12", "$0.0675", "$0.00", "$90.00"]


def test_there_is_a_row_for_all_that_can_be_asked_for(qapp: object, tmp_path: Path) -> None:
    own = PriceRow(
        Operation.EDIT,
        Decimal("0.2"),
        Decimal("0.2"),
        "gpt-image-2",
        Resolution.R4K,
        Quality.HIGH,
    )
    store = SettingsStore(tmp_path / "settings.json")
    settings = SettingsViewModel(store, Settings(prices=(own,)))
    model = PriceTableModel(settings)
    sizes = sum(len(one.resolutions) for one in BUILT_IN.models.values())
    assert model.rowCount() == 2 + 2 * sizes + 1
    last = [model.index(model.rowCount() - 1, column).data() for column in range(5)]
    assert last == ["Edit · GPT Image 2", "4K high", "$0.20", "$0.20", "Yours"]
    assert [model.index(0, column).data() for column in range(5)] == [
        "Enhance",
        "",
        "$0.12",
        "$0.15",
        "Published",
    ]
