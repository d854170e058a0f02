"""Journals of every version there was: nothing of them is lost, and the library has it all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.jobs import Job, JobState, Variant
from phota_desktop.core.library import LibraryQuery
from phota_desktop.core.requests import EditRequest
from phota_desktop.store import schema
from phota_desktop.store.codec import job_to_json
from phota_desktop.store.journal import Journal
from phota_desktop.store.notebook import Notebook
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.pictures import Pictures

SCRIPTS = sorted(schema.MIGRATIONS.glob("*.sql"))
NEW_FIELDS = ("draft_of",)
"""Of a job's document: those that versions before the library did not write."""


def jobs_of(new_job: Callable[..., Job]) -> list[Job]:
    photo = Path("/photos/IMG_1.jpg")
    one = Variant(0, Path("/v/a-0.jpg"), "sha a", 4, 3, "jpg", Path("/r/a.jpg"))
    two = replace(one, vault_path=Path("/v/b-0.jpg"), sha256="sha b", copy_path=None)
    request = EditRequest((photo,), "fog", profile_ids=("id-1",))
    ended = {"request": request, "state": JobState.DONE, "source_sha256": ("sha photo",)}
    return [
        new_job("a", **ended, variants=(one,), cost=Decimal("0.15"), sent=2.0),
        new_job("open", state=JobState.SENT, sent=3.0),
        new_job("b", **{**ended, "source_sha256": ("sha a",)}, variants=(two,)),
    ]


@pytest.mark.parametrize("version", range(1, len(SCRIPTS)))
def test_a_journal_of_an_earlier_version_keeps_all(
    folders: AppFolders, new_job: Callable[..., Job], version: int
) -> None:
    path, jobs = folders.journal_file, jobs_of(new_job)
    with closing(sqlite3.connect(path)) as database:
        for script in SCRIPTS[:version]:
            database.executescript(script.read_text())
        for job in jobs:
            document = json.loads(job_to_json(job))
            for name in NEW_FIELDS:
                document.pop(name, None)
            database.execute(
                "INSERT INTO jobs (id, client_request_id, state, sent, document)"
                " VALUES (?, ?, ?, ?, ?)",
                (job.id, job.client_request_id, job.state, job.sent, json.dumps(document)),
            )
        if version >= 3:
            database.execute("UPDATE jobs SET removed = 1 WHERE id = 'b'")
        if version >= 2:
            database.execute(
                "INSERT INTO profile_names (account, profile, name, kind)"
                " VALUES ('local', 'id-1', 'Élise', '')"
            )
        database.execute(f"PRAGMA user_version={version}")
        database.commit()
    for _ in range(2):  # and again, as it is then
        with closing(Journal(path)) as journal:
            assert (journal.problems, journal.restored, journal.check()) == ([], False, "ok")
            kept = [replace(job, sequence=0) for job in journal.jobs(removed=True)]
            assert kept == jobs[::-1]
            assert [job.id for job in journal.open_jobs()] == ["open"]
            pictures = Pictures(journal)
            while not pictures.index_some(1)[1]:
                pass
            assert [one.key for one in pictures.family("b:0")] == ["photo:sha photo", "a:0", "b:0"]
            if version >= 2:
                assert Notebook(journal).names("local").keys() == {"id-1"}
                assert len(pictures.find(LibraryQuery(text="eli fog")).numbers) == 2
    [copy] = (folders.home / "backups").glob(f"schema-{version}-*")
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM jobs").fetchone() == (len(jobs),)
