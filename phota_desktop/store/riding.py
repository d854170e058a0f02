"""The jobs in which one profile rode along or was mentioned, read in short looks."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from phota_desktop.core.jobs import Job
from phota_desktop.store.codec import job_from_json
from phota_desktop.store.journal import Journal

LOOK = 250
"""Rows of one look: with 50,000 jobs that all match, a commit waits for about 50 ms at most."""


@dataclass(frozen=True)
class Look:
    """What one look found, newest first, and where the next one begins (None at the end)."""

    jobs: tuple[Job, ...]
    before: int | None
    unreadable: int = 0


class Riding:
    """Reads over the journal's connection; blocks, and raises PhotaError DISK."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def look(self, profile_id: str, before: int | None = None, rows: int = LOOK) -> Look:
        """Look through the ``rows`` rows older than the sequence ``before`` for sent jobs.

        Jobs that were removed from the list are among them. A job may have the id in another
        place than its request: the caller looks closely.
        """
        found = self._journal.read(
            "SELECT sequence, CASE WHEN sent IS NOT NULL AND instr(document, ?) > 0"
            " THEN document END FROM jobs WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
            json.dumps(profile_id)[1:-1],  # as the journal's own JSON has it
            before if before is not None else 1 << 62,
            rows,
        )
        jobs: list[Job] = []
        unreadable = 0
        for sequence, document in found:
            if document is None:
                continue
            try:
                jobs.append(replace(job_from_json(document), sequence=sequence))
            except ValueError:
                unreadable += 1
        end = found[-1][0] if len(found) == rows else None
        return Look(tuple(jobs), end, unreadable)
