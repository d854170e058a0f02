"""Foreign text is made harmless, numbers read well."""

from __future__ import annotations

from decimal import Decimal

import pytest

from phota_desktop.viewmodels.words import count, elapsed, money, plain


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", "two lines"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("bell\x07", "bell⟨U+0007⟩"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("ünï 漢字 🙂", "ünï 漢字 🙂"),
    ],
)
def test_control_and_direction_characters_become_visible(foreign: str, shown: str) -> None:
    assert plain(foreign) == shown


def test_long_text_ends() -> None:
    assert len(plain("x" * 100_000)) == 500
    assert plain("x" * 501).endswith("…")
    assert plain("x" * 500) == "x" * 500
    assert plain("é" * 20, 8) == "é" * 7 + "…"
    assert plain("\n" + "x" * 20, 8) == " xxxxxx…"


def test_times_and_money() -> None:
    assert [elapsed(s) for s in (-5, 0, 21.9, 61, 3723)] == [
        "0:00",
        "0:00",
        "0:21",
        "1:01",
        "1:02:03",
    ]
    assert money(Decimal("1.2")) == "$1.20"
    assert (count(1, "photo"), count(2, "photo")) == ("1 photo", "2 photos")
