"""The room that results take on the disk, and which may go first when it is needed."""

from __future__ import annotations

import datetime
import json

from phota_desktop.core.library import DiskUse, Room
from phota_desktop.store.journal import Journal

_RESULTS = "FROM pictures INDEXED BY pictures_asked WHERE deleted IS NULL AND kind = 'result'"
_DELETABLE = "flag != 'pick' AND stars = 0"


def disk_use(journal: Journal) -> DiskUse:
    """Return the room that the results take, as their files were when they came."""
    months: dict[str, tuple[int, int]] = {}
    ((times, sizes),) = journal.read(
        f"SELECT json_group_array(CAST(added AS INTEGER)), json_group_array(bytes) {_RESULTS}"
    )
    month, start, end = "", 0.0, 0.0
    pictures = size = 0
    for added, one in zip(json.loads(times), json.loads(sizes), strict=True):
        if not start <= added < end:
            months[month] = pictures, size
            month, start, end = _month(added)
            pictures, size = months.get(month, (0, 0))
        pictures += 1
        size += one
    months[month] = pictures, size
    rooms = {name: Room(*sums) for name, sums in months.items() if sums[0]}
    rejected = _room(journal, f"{_DELETABLE} AND flag = 'reject'")
    return DiskUse(
        Room(
            sum(room.pictures for room in rooms.values()),
            sum(room.bytes for room in rooms.values()),
        ),
        rejected,
        _room(journal, _DELETABLE),
        tuple(sorted(rooms.items(), reverse=True)),
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


def _month(when: float) -> tuple[str, float, float]:
    """Return the local month of a time, its beginning and its end."""
    try:
        first = datetime.date.fromtimestamp(when).replace(day=1)
        following = (first + datetime.timedelta(days=32)).replace(day=1)
        midnight = datetime.time()
        return (
            first.strftime("%Y-%m"),
            datetime.datetime.combine(first, midnight).timestamp(),
            datetime.datetime.combine(following, midnight).timestamp(),
        )
    except (OverflowError, ValueError, OSError):
        return "", when, when
