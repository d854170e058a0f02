"""A look at the journal that changes nothing, also beside a program that writes it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from phota_desktop.core.jobs import Job, JobState
from phota_desktop.store import schema
from phota_desktop.store.codec import job_from_json

_TROUBLED = (JobState.FAILED, JobState.REFUSED, JobState.UNKNOWN, JobState.PARTIAL)


@dataclass(frozen=True)
class Look:
    """What was found: ``state`` is SQLite's "ok", "none yet", or what is wrong with the file.

    ``jobs`` counts by state; ``failures`` are the newest jobs that did not end as asked for.
    """

    state: str
    schema: int = 0
    jobs: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Job, ...] = ()


def look(journal: Path, most: int = 20) -> Look:
    """Look at the file without repairing, migrating or locking it out."""
    if not journal.exists():
        return Look("none yet")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(journal))}?mode=ro", uri=True)) as database:
            database.execute("PRAGMA trusted_schema=OFF")
            state = schema.check(database)
            number = int(database.execute("PRAGMA user_version").fetchone()[0])
            if state != "ok":
                return Look(state, number)
            counted = database.execute("SELECT state, count(*) FROM jobs GROUP BY state")
            counts = Counter({str(name): int(many) for name, many in counted})
            marks = ", ".join("?" * len(_TROUBLED))
            rows = database.execute(
                f"SELECT document FROM jobs WHERE state IN ({marks})"  # noqa: S608  (ours)
                " ORDER BY sequence DESC LIMIT ?",
                (*(one.value for one in _TROUBLED), most),
            ).fetchall()
    except sqlite3.Error as exc:
        return Look(str(exc))
    return Look(state, number, dict(counts), tuple(filter(None, map(_job, rows))))


def _job(row: tuple[str]) -> Job | None:
    try:
        return job_from_json(row[0])
    except ValueError:
        return None
