"""The ledger: what jobs cost, summed by day, month and profile without losing a cent."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final, Literal

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.options import Operation
from phota_desktop.core.requests import EditRequest, GenerateRequest, mentions

TRAINING: Final = "training"
"""The operation of an entry that is no job: a person or pet was learnt."""
_CENT = Decimal("0.01")
_FREE = (JobState.QUEUED, JobState.CANCELED, JobState.REFUSED)
_DELIVERED = (JobState.DONE, JobState.PARTIAL)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_HEADER = (
    "Time",
    "Job",
    "Operation",
    "Base model",
    "People and pets",
    "Images",
    "Amount",
    "Currency",
    "Known",
)


@dataclass(frozen=True)
class LedgerEntry:
    """One job or training that cost something, or may have.

    ``time`` is when it was sent, in seconds since 1970. ``profile_ids`` are those that rode along
    or were mentioned. ``images`` are the pictures delivered, or asked for while that is open.
    ``amount`` is None where the price is not published; ``certain`` is false for the upper end of
    an estimate.
    """

    job_id: str
    time: float
    operation: Operation | Literal["training"]
    base_model: str
    profile_ids: tuple[str, ...]
    images: int
    amount: Decimal | None
    certain: bool
    currency: str = "USD"


def entry_of(job: Job) -> LedgerEntry | None:
    """Return what ``job`` cost; None for one that is local, free or surely was not charged."""
    amount = job.cost
    if amount is None:
        # What failed before Phota gave it an id was refused or never arrived.
        refused = job.state is JobState.FAILED and not job.remote_job_id
        if (job.state in _FREE or refused) and not _is_in_doubt(job):
            return None
        amount = job.estimate.high if job.estimate else None
    if job.engine is Engine.LOCAL or amount == 0:
        return None
    request = job.request
    return LedgerEntry(
        job.id,
        job.created if job.sent is None else job.sent,
        request.operation,
        request.base_model if isinstance(request, EditRequest | GenerateRequest) else "",
        tuple(dict.fromkeys((*request.profile_ids, *mentions(request.prompt)))),
        len(job.variants) if job.state in _DELIVERED else request.variants,
        amount,
        job.cost is not None,
        job.estimate.currency if job.estimate else "USD",
    )


def _is_in_doubt(job: Job) -> bool:
    """Tell of a job whose answer was lost and that the person then gave up."""
    lost = job.error is not None and job.error.kind is ErrorKind.UNKNOWN
    return job.state is JobState.CANCELED and lost


@dataclass(frozen=True)
class Sum:
    """The total of one day (``2026-11-21``), month (``2026-11``) or profile (its id).

    ``unpriced`` are the jobs among ``jobs`` whose price is not published; ``amount`` lacks them.
    """

    key: str
    amount: Decimal
    images: int
    jobs: int
    unpriced: int


def total(entries: Iterable[LedgerEntry]) -> Decimal:
    """Return the sum of all amounts that are known or estimated."""
    return sum((entry.amount for entry in entries if entry.amount is not None), Decimal(0))


def by_day(entries: Iterable[LedgerEntry]) -> tuple[Sum, ...]:
    """Return the sums of the local days on which something was sent, newest first."""
    return _summed(entries, lambda entry: (_local(entry).date().isoformat(),))


def by_month(entries: Iterable[LedgerEntry]) -> tuple[Sum, ...]:
    """Return the sums of the local months in which something was sent, newest first."""
    return _summed(entries, lambda entry: (_local(entry).strftime("%Y-%m"),))


def by_profile(entries: Iterable[LedgerEntry]) -> tuple[Sum, ...]:
    """Return the sums of the profiles, the one used last first; key ``""`` is for none.

    The amount of a job with several profiles is split to the cent, so that the amounts add up to
    that of all entries. Its pictures and the job itself count in full for each of them.
    """
    return _summed(entries, lambda entry: entry.profile_ids or ("",))


def _summed(
    entries: Iterable[LedgerEntry], keys: Callable[[LedgerEntry], Sequence[str]]
) -> tuple[Sum, ...]:
    sums: dict[str, Sum] = {}
    for entry in sorted(entries, key=lambda entry: entry.time, reverse=True):
        among = keys(entry)
        for key, share in zip(among, split(entry.amount, len(among)), strict=True):
            old = sums.get(key) or Sum(key, Decimal(0), 0, 0, 0)
            sums[key] = Sum(
                key,
                old.amount + share,
                old.images + entry.images,
                old.jobs + 1,
                old.unpriced + (entry.amount is None),
            )
    return tuple(sums.values())


def split(amount: Decimal | None, parts: int) -> list[Decimal]:
    """Return ``amount`` in ``parts`` that differ by a cent at most and add up to it exactly.

    The larger parts come first; what is smaller than a cent goes to the first. None splits to 0.
    """
    if amount is None:
        return [Decimal(0)] * parts
    share = (amount / parts).quantize(_CENT, ROUND_DOWN)
    cents, rest = divmod(amount - share * parts, _CENT)
    shares = [share + _CENT if n < cents else share for n in range(parts)]
    shares[0] += rest
    return shares


def _local(entry: LedgerEntry) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(entry.time).astimezone()


def to_csv(entries: Sequence[LedgerEntry], names: Mapping[str, str]) -> str:
    """Return the ledger as RFC 4180 text: a header, a row for each job, the total at the end.

    ``names`` gives the words for profile ids; an id without one stands for itself. Cells that a
    spreadsheet would take for a formula begin with an apostrophe.
    """
    import csv  # only here: the ledger's values are needed without it
    import io

    out = io.StringIO(newline="")
    writer = csv.writer(out)  # its default dialect ends rows with CR LF
    writer.writerow(_HEADER)
    for entry in entries:
        people = "; ".join(names.get(name) or name for name in entry.profile_ids)
        row = (
            _local(entry).isoformat(sep=" ", timespec="seconds"),
            entry.job_id,
            entry.operation,
            entry.base_model,
            people,
            str(entry.images),
            _money(entry.amount),
            entry.currency,
            _known(entry),
        )
        writer.writerow(map(_cell, row))
    images = sum(entry.images for entry in entries)
    currency = entries[0].currency if entries else "USD"
    writer.writerow(("Total", "", "", "", "", images, _money(total(entries)), currency, ""))
    return out.getvalue()


def _known(entry: LedgerEntry) -> str:
    if entry.amount is None:
        return "price not published"
    return "charged" if entry.certain else "at most"


def _money(amount: Decimal | None) -> str:
    """Return an amount with two digits after the point, or more where it has them."""
    if amount is None:
        return ""
    exact = amount.normalize()
    exponent = exact.as_tuple().exponent
    coarse = isinstance(exponent, int) and exponent > -2
    return format(exact.quantize(_CENT) if coarse else exact, "f")


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
