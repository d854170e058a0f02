"""The ledger adds up: by day, month and profile and in its CSV, to the cent."""

from __future__ import annotations

import csv
import io
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.ledger import (
    LedgerEntry,
    by_day,
    by_month,
    by_profile,
    entry_of,
    split,
    to_csv,
    total,
)
from phota_desktop.core.options import Operation
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import EditRequest, EnhanceRequest, StudioRequest

PHOTO = Path("a.jpg")
NOON = time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1))
DAY = 86_400.0
AMOUNTS = st.decimals(0, 1000, places=2) | st.decimals(0, 10, places=5)

ENTRIES = st.lists(
    st.builds(
        LedgerEntry,
        st.text("abc123", min_size=1, max_size=8),
        st.floats(NOON - 400 * DAY, NOON),
        st.sampled_from(Operation),
        st.sampled_from(["", "nb2"]),
        st.lists(st.sampled_from("abcde"), unique=True).map(tuple),
        st.integers(0, 4),
        st.none() | AMOUNTS,
        st.booleans(),
    ),
    max_size=12,
)


@given(ENTRIES)
def test_every_way_of_adding_gives_the_same(entries: list[LedgerEntry]) -> None:
    everything = total(entries)
    for sums in (by_day(entries), by_month(entries), by_profile(entries)):
        assert sum((one.amount for one in sums), Decimal(0)) == everything
        assert len({one.key for one in sums}) == len(sums)
    for sums in (by_day(entries), by_month(entries)):
        assert [one.key for one in sums] == sorted((one.key for one in sums), reverse=True)
        assert sum(one.images for one in sums) == sum(one.images for one in entries)
        assert sum(one.jobs for one in sums) == len(entries)
        unpriced = [one for one in entries if one.amount is None]
        assert sum(one.unpriced for one in sums) == len(unpriced)


@given(ENTRIES, st.dictionaries(st.sampled_from("abcde"), st.text()))
def test_the_csv_adds_up_and_holds_no_formula(
    entries: list[LedgerEntry], names: dict[str, str]
) -> None:
    text = to_csv(entries, names)
    header, *rows, last = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert len(rows) == len(entries)
    assert {len(row) for row in rows} <= {len(header)}
    amount = header.index("Amount")
    spent = sum((Decimal(row[amount]) for row in rows if row[amount]), Decimal(0))
    assert spent == Decimal(last[amount]) == total(entries)
    assert last[0] == "Total"
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(AMOUNTS, st.integers(1, 12))
def test_a_split_loses_nothing(amount: Decimal, parts: int) -> None:
    shares = split(amount, parts)
    assert len(shares) == parts
    assert sum(shares) == amount
    assert max(shares) - min(shares) < Decimal("0.02")
    assert shares == sorted(shares, reverse=True)


def test_two_people_share_a_job() -> None:
    entry = LedgerEntry("j", NOON, Operation.ENHANCE, "", ("anna", "ben"), 3, Decimal("0.45"), True)
    alone = LedgerEntry("k", NOON - DAY, Operation.EDIT, "nb2", (), 1, None, False)
    anna, ben, nobody = by_profile([alone, entry])
    assert (anna.key, anna.amount, anna.images, anna.jobs) == ("anna", Decimal("0.23"), 3, 1)
    assert (ben.key, ben.amount) == ("ben", Decimal("0.22"))
    assert (nobody.key, nobody.amount, nobody.unpriced) == ("", 0, 1)
    assert [day.key for day in by_day([alone, entry])] == ["2026-11-21", "2026-11-20"]
    assert [month.key for month in by_month([alone, entry])] == ["2026-11"]


def test_csv_to_the_letter() -> None:
    entries = [
        LedgerEntry("j", NOON, Operation.EDIT, "nb2", ("a", "b"), 3, Decimal("0.4"), True),
        LedgerEntry("k", NOON, Operation.ENHANCE, "", ("c",), 1, Decimal("0.15"), False),
        LedgerEntry("l", NOON, Operation.EDIT, "-x", (), 1, None, False),
    ]
    when = time.strftime("%Y-%m-%d %H:%M:%S%z", time.localtime(NOON))
    when = f"{when[:-2]}:{when[-2:]}"
    assert to_csv(entries, {"a": 'Anna "A", B', "c": "=1+1"}) == (
        "Time,Job,Operation,Base model,People and pets,Images,Amount,Currency,Known\r\n"
        f'{when},j,edit,nb2,"Anna ""A"", B; b",3,0.40,USD,charged\r\n'
        f"{when},k,enhance,,'=1+1,1,0.15,USD,at most\r\n"
        f"{when},l,edit,'-x,,1,,USD,price not published\r\n"
        "Total,,,,,5,0.55,USD,\r\n"
    )


def job(state: JobState, request: StudioRequest | None = None, **fields: object) -> Job:
    start: dict[str, object] = {
        "engine": Engine.PHOTA,
        "estimate": Estimate(Decimal("0.36"), Decimal("0.45")),
        "sent": NOON,
    }
    asked = request or EnhanceRequest(PHOTO, "[[ben]]", ("anna", "ben"), 3)
    return Job("j", "c", request=asked, created=NOON - 5, state=state, **(start | fields))


def test_an_entry_of_a_finished_job() -> None:
    variants = tuple(Variant(n, PHOTO, "", 1, 1, "jpg") for n in (0, 1))
    ended = job(JobState.PARTIAL, cost=Decimal("0.27"), variants=variants)
    assert entry_of(ended) == LedgerEntry(
        "j", NOON, Operation.ENHANCE, "", ("anna", "ben"), 2, Decimal("0.27"), True
    )


@pytest.mark.parametrize(
    ("ended", "amount"),
    [
        (job(JobState.UNKNOWN), Decimal("0.45")),
        (job(JobState.SENT), Decimal("0.45")),
        (job(JobState.ACCEPTED), Decimal("0.45")),
        (job(JobState.FAILED, remote_job_id="r"), Decimal("0.45")),
        (job(JobState.UNKNOWN, estimate=None), None),
        (job(JobState.DONE, EditRequest((PHOTO,), "x", base_model="reve"), estimate=None), None),
    ],
)
def test_what_may_have_been_charged_is_uncertain(ended: Job, amount: Decimal | None) -> None:
    entry = entry_of(ended)
    assert entry is not None
    assert (entry.amount, entry.certain) == (amount, False)
    assert entry.base_model == ("reve" if ended.request.operation is Operation.EDIT else "")


@pytest.mark.parametrize(
    "ended",
    [
        job(JobState.QUEUED, sent=None),
        job(JobState.CANCELED),
        job(JobState.REFUSED),
        job(JobState.FAILED),
        job(JobState.FAILED, remote_job_id="r", cost=Decimal(0)),
        job(JobState.DONE, engine=Engine.LOCAL, cost=Decimal(0)),
        job(JobState.SENT, engine=Engine.LOCAL, estimate=None),
    ],
)
def test_what_surely_cost_nothing_has_no_entry(ended: Job) -> None:
    assert entry_of(ended) is None
