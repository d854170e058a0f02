"""The room that results take on the disk, and which may go first when it is needed."""

from __future__ import annotations

import datetime

from phota_desktop.core.library import DiskUse, Room
from phota_desktop.store.journal import Journal

_RESULTS = "FROM pictures INDEXED BY pictures_asked WHERE deleted IS NULL AND kind = 'result'"
_DELETABLE = "flag != 'pick' AND stars = 0"


def disk_use(journal: Journal) -> DiskUse:
    """Return the room that the results take, as their files were when they came."""
    months: dict[str, Room] = {}
    for quarter, pictures, size in journal.read(
        # By quarters of an hour first, of which each is in one month everywhere.
        f"SELECT CAST(added / 900 AS INTEGER), count(*), sum(bytes) {_RESULTS} GROUP BY 1"
    ):
        month = _month(quarter * 900)
        so_far = months.get(month, Room())
        months[month] = Room(so_far.pictures + pictures, so_far.bytes + size)
    rejected = _room(journal, f"{_DELETABLE} AND flag = 'reject'")
    return DiskUse(
        Room(
            sum(room.pictures for room in months.values()),
            sum(room.bytes for room in months.values()),
        ),
        rejected,
        _room(journal, _DELETABLE),
        tuple(sorted(months.items(), reverse=True)),
    )


def clean_up(journal: Journal, wanted_bytes: int) -> list[int]:
    """Return the numbers of the results to delete for so many bytes, the first to go first.

    Rejected ones go first, then the oldest. Picks and what has stars never do, even where the
    others do not suffice.
    """
    chosen: list[int] = []
    gained = 0
    for number, size in journal.read(
        f"SELECT number, bytes {_RESULTS} AND {_DELETABLE}"
        " ORDER BY flag = 'reject' DESC, added, number"
    ):
        if gained >= wanted_bytes:
            break
        chosen.append(number)
        gained += size
    return chosen


def _room(journal: Journal, which: str) -> Room:
    ((pictures, size),) = journal.read(
        f"SELECT count(*), coalesce(sum(bytes), 0) {_RESULTS} AND {which}"
    )
    return Room(pictures, size)


def _month(when: float) -> str:
    try:
        return datetime.datetime.fromtimestamp(when).astimezone().strftime("%Y-%m")
    except (OverflowError, ValueError, OSError):
        return ""
