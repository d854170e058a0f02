"""A large journal is spared its check only where nothing can have happened to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.jobs import Job
from phota_desktop.store import schema, upkeep
from phota_desktop.store.codec import job_to_json
from phota_desktop.store.journal import Journal

Maker = Callable[..., Job]


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Count full checks, of a journal that counts as large already at 250 kB."""
    seen: list[str] = []
    check = schema.check

    def counted(database: sqlite3.Connection) -> str:
        seen.append(check(database))
        return seen[-1]

    monkeypatch.setattr(schema, "check", counted)
    monkeypatch.setattr(upkeep, "LARGE", 250_000)
    return seen


def _document(job: Job) -> str:
    return job_to_json(replace(job, client_request_id=job.id, raw="x" * 3000))


@pytest.fixture
def path(folders, new_job: Maker, checks: list[str]) -> Path:
    with closing(Journal(folders.journal_file)) as journal, journal.transaction() as database:
        database.executemany(
            "INSERT INTO jobs (id, client_request_id, state, document) VALUES (?, ?, ?, ?)",
            [(str(n), str(n), "queued", _document(new_job(str(n)))) for n in range(100)],
        )
    for backup in (folders.home / "backups").iterdir():
        backup.unlink()
    checks.clear()
    return folders.journal_file


def test_after_a_clean_end_nothing_is_checked_or_copied(path: Path, checks: list[str]) -> None:
    with closing(Journal(path)) as journal:
        assert len(journal.jobs()) == 100
    assert checks == []
    assert schema.daily_backups(path.parent / "backups") == []


@pytest.mark.parametrize("trouble", ["killed", "written", "touched", "hot", "copied"])
def test_after_anything_else_it_is_checked(
    path: Path, checks: list[str], new_job: Maker, trouble: str
) -> None:
    if trouble == "killed":
        journal = Journal(path)
        journal.add(new_job("last"))
        journal._database.close()  # and no clean end
    elif trouble == "written":
        with path.open("r+b") as file:
            file.seek(300_000)
            file.write(b"\xaa" * 8192)
    elif trouble == "touched":
        os.utime(path)
    elif trouble == "hot":
        path.with_name(f"{path.name}-journal").write_bytes(b"")
    else:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    with closing(Journal(path)) as journal:
        assert checks
        assert journal.restored == (trouble == "written")


def test_once_a_day_it_is_copied_in_use_and_the_copy_checked(
    path: Path, checks: list[str], new_job: Maker
) -> None:
    with closing(Journal(path)) as journal:
        journal.add(new_job("today"))
        journal.maintain()
        assert checks == ["ok"]
        journal.maintain()
        assert checks == ["ok"]
        assert journal.problems == []
    (copy,) = (path.parent / "backups").iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(Journal(copy)) as journal:
        assert journal.job("today") is not None
        assert len(journal.jobs()) == 101


def test_damage_that_nobody_wrote_is_found_and_mended_at_the_next_start(
    path: Path, checks: list[str]
) -> None:
    with closing(Journal(path)) as journal:
        journal.maintain()
    (copy,) = (path.parent / "backups").iterdir()
    copy.rename(copy.with_name("journal-20260101.sqlite3"))
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(300_000)
        file.write(b"\xaa" * 8192)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a failing disk does
    with closing(Journal(path)) as journal:
        journal.maintain()
        assert "is damaged" in journal.problems[0]
        assert len(list((path.parent / "backups").iterdir())) == 1
    with closing(Journal(path)) as journal:
        assert journal.restored
        assert len(journal.jobs()) == 100


def test_the_end_of_the_program_does_not_wait_for_the_copy(path: Path, checks: list[str]) -> None:
    with closing(Journal(path)) as journal:
        journal.maintain(lambda: True)
        assert journal.problems == []
    assert list((path.parent / "backups").iterdir()) == []
    assert checks == []
