"""Nothing is spent without a yes, and no promise is made of a price that nobody knows."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from phota_desktop.cli.exits import Exit
from phota_desktop.cli.output import Output
from phota_desktop.cli.spending import may_spend
from phota_desktop.core.pricing import Estimate

RANGE = Estimate(Decimal("0.36"), Decimal("0.45"))
FREE = Estimate(Decimal(0), Decimal(0))


def asked(
    *prices: Estimate | None, limit: str = "", yes: bool = False, also: str = ""
) -> tuple[Exit | None, str]:
    err = io.StringIO()
    output = Output(out=io.StringIO(), err=err)
    most = Decimal(limit) if limit else None
    return may_spend(prices, most, yes=yes, output=output, also=also), err.getvalue()


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))


def test_what_is_free_is_not_asked_about() -> None:
    assert asked(FREE, FREE) == (None, "")
    assert asked(FREE, limit="0") == (None, "")
    assert asked() == (None, "")


@pytest.mark.parametrize("prices", [(RANGE,), (None,), (RANGE, None), (FREE, RANGE)])
def test_where_nobody_can_be_asked_nothing_is_spent(prices: tuple[Estimate | None, ...]) -> None:
    stop, said = asked(*prices)
    assert stop is Exit.USAGE
    assert "Say --yes where nobody can be asked." in said
    assert asked(*prices, yes=True) == (None, "")


def test_the_sentence_has_the_price_of_all_together() -> None:
    assert "This costs $0.72–0.90." in asked(RANGE, RANGE)[1]
    assert (
        "This costs at least $0.36; for 2 of 3 jobs the price is not published."
        in (asked(RANGE, None, None)[1])
    )
    assert "Price not published" in asked(None)[1]


def test_the_limit_is_for_the_upper_end() -> None:
    assert asked(RANGE, limit="0.45", yes=True) == (None, "")
    stop, said = asked(RANGE, limit="0.44", yes=True)
    assert stop is Exit.CREDIT
    assert said == "This costs $0.36–0.45. --max-cost allows $0.44.\n"


@pytest.mark.parametrize("prices", [(None,), (FREE, None)])
def test_nobody_can_promise_a_price_that_is_not_published(
    prices: tuple[Estimate | None, ...],
) -> None:
    for yes in (False, True):
        stop, said = asked(*prices, limit="100", yes=yes)
        assert stop is Exit.CREDIT
        assert "not published" in said
        assert "nobody can promise --max-cost $100.00" in said


def test_a_consent_is_asked_for_even_where_it_is_free() -> None:
    stop, said = asked(FREE, also="This is Anna, who agrees.")
    assert stop is Exit.USAGE
    assert "This is free. This is Anna, who agrees." in said
    assert asked(FREE, also="This is Anna, who agrees.", yes=True) == (None, "")
