"""The journal: committed, legal, shared, backed up, and never made worse."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import MOVES, Engine, Job, JobState
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import EnhanceRequest, GenerateRequest
from phota_desktop.store import schema
from phota_desktop.store.journal import IllegalMoveError, Journal

Maker = Callable[..., Job]


def test_jobs_come_back_newest_first(journal: Journal, new_job: Maker) -> None:
    added = [journal.add(new_job(name)) for name in "abc"]
    assert [job.sequence for job in added] == [1, 2, 3]
    assert journal.jobs() == added[::-1]
    assert journal.jobs(1, before_sequence=3) == [added[1]]
    assert journal.job("b") == added[1]
    assert journal.job("z") is None
    journal.save(replace(added[0], state=JobState.CANCELED))
    assert journal.open_jobs() == added[1:]


def test_what_was_added_is_there_after_reopening(journal: Journal, folders, new_job: Maker) -> None:
    job = journal.add(new_job())
    sent = replace(job, state=JobState.SENT, sent=5.0)
    journal.save(sent)
    with closing(Journal(folders.journal_file)) as second:
        assert second.jobs() == [sent]
        second.save(replace(sent, state=JobState.ACCEPTED))
    assert journal.job(job.id).state is JobState.ACCEPTED
    mode = stat.S_IMODE(folders.journal_file.stat().st_mode)
    assert mode == 0o600


def test_durable_settings_are_in_force(journal: Journal) -> None:
    for pragma, value in (("journal_mode", "delete"), ("synchronous", 3)):
        assert journal._database.execute(f"PRAGMA {pragma}").fetchone() == (value,)
    assert journal.check() == "ok"


@pytest.mark.parametrize("state", JobState)
def test_only_legal_moves_are_saved(journal: Journal, new_job: Maker, state: JobState) -> None:
    for new in JobState:
        job = journal.add(new_job(f"{state}-{new}", state=state))
        if new is state or new in MOVES[state]:
            journal.save(replace(job, state=new))
            assert journal.job(job.id).state is new
        else:
            with pytest.raises(IllegalMoveError):
                journal.save(replace(job, state=new))
            assert journal.job(job.id) == job


def test_an_intent_keeps_its_id_and_its_row(journal: Journal, new_job: Maker) -> None:
    job = journal.add(new_job())
    with pytest.raises(IllegalMoveError):
        journal.save(replace(job, client_request_id="fresh"))
    with pytest.raises(ValueError, match="already"):
        journal.add(job)
    with pytest.raises(ValueError, match="already"):
        journal.add(replace(job, id="other"))
    with pytest.raises(IllegalMoveError):
        journal.remove(job.id)
    with pytest.raises(IllegalMoveError):
        journal.save(new_job("unknown"))
    journal.save(replace(job, state=JobState.CANCELED))
    journal.remove(job.id)
    assert journal.jobs() == []
    assert journal.add(new_job("next")).sequence == 2


def test_what_cost_something_is_counted_after_it_was_removed(
    journal: Journal, new_job: Maker
) -> None:
    now = time.time()
    paid = {"engine": Engine.PHOTA, "sent": now, "state": JobState.DONE}
    dear = journal.add(new_job("dear", **paid, cost=Decimal("0.15")))
    free = journal.add(new_job("free", engine=Engine.LOCAL, state=JobState.DONE))
    for job in (dear, free):
        journal.remove(job.id)
    assert journal.jobs() == []
    assert [job.id for job in journal.jobs(removed=True)] == ["dear"]
    assert journal.spent_today(now) == Decimal("0.15")


def test_what_was_sent_with_a_profile_stays_for_its_report(
    journal: Journal, new_job: Maker
) -> None:
    photo, sent = Path("a.jpg"), time.time()
    rides = EnhanceRequest(photo, profile_ids=("anna",))
    for name, request, fields in (
        ("rode", rides, {"sent": sent}),
        ("mentioned", GenerateRequest("[[anna]] at sea"), {"sent": sent}),
        ("unsent", rides, {}),
        ("alone", EnhanceRequest(photo), {"sent": sent}),
    ):
        journal.add(new_job(name, request=request, state=JobState.REFUSED, **fields))
        journal.remove(name)
    assert journal.jobs() == []
    assert {job.id for job in journal.jobs(removed=True)} == {"rode", "mentioned"}


def test_a_stale_second_process_cannot_go_back(journal: Journal, folders, new_job: Maker) -> None:
    job = journal.add(new_job())
    with closing(Journal(folders.journal_file)) as other:
        other.save(replace(job, state=JobState.SENT))
        other.save(replace(job, state=JobState.ACCEPTED))
    with pytest.raises(IllegalMoveError):
        journal.save(replace(job, state=JobState.CANCELED))


def test_threads_share_it(journal: Journal, new_job: Maker) -> None:
    def work(name: str) -> None:
        for n in range(10):
            journal.add(new_job(f"{name}{n}"))
            journal.jobs()

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.jobs()) == 40


_WRITER = """
import sys
from pathlib import Path
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.requests import GenerateRequest
from phota_desktop.store.journal import Journal
journal = Journal(Path(sys.argv[1]))
for n in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}{n}"
    journal.add(Job(name, f"id-{name}", Engine.PHOTA, GenerateRequest("x"), 1.0))
    print(name, flush=True)
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(path), name, str(count)]
    root = Path(__file__).parents[3]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def test_processes_share_it(folders) -> None:
    writers = [writer(folders.journal_file, name, 15) for name in "abc"]
    for process in writers:
        process.communicate()
    assert [process.returncode for process in writers] == [0, 0, 0]
    with closing(Journal(folders.journal_file)) as journal:
        assert len(journal.jobs()) == 45
        assert journal.problems == []


def test_what_was_said_survives_kill_9(folders) -> None:
    said = []
    for round_ in range(4):
        process = writer(folders.journal_file, f"r{round_}-", 10_000)
        end = time.monotonic() + 0.05 * (round_ + 1)
        while time.monotonic() < end:
            said.append(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
        said += process.communicate()[0].split()
    with closing(Journal(folders.journal_file)) as journal:
        assert journal.check() == "ok"
        assert journal.problems == []
        assert set(said) <= {job.id for job in journal.jobs(100_000)}


def test_spent_today(journal: Journal, new_job: Maker) -> None:
    noon = time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1))
    estimate = Estimate(Decimal("0.12"), Decimal("0.15"))

    def add(name: str, state: JobState, sent: float | None = noon, **fields: object) -> None:
        journal.add(new_job(name, state=state, sent=sent, estimate=estimate, **fields))

    add("known", JobState.DONE, cost=Decimal("0.24"))
    add("doubt", JobState.UNKNOWN)
    add("running", JobState.SENT)
    add("refused", JobState.REFUSED)
    add("never arrived", JobState.FAILED)
    add("failed there", JobState.FAILED, remote_job_id="x")
    add("waiting", JobState.QUEUED, sent=None)
    add("local", JobState.DONE, engine=Engine.LOCAL)
    add("yesterday", JobState.DONE, sent=noon - 86_400, cost=Decimal(9))
    add("tomorrow", JobState.DONE, sent=noon + 86_400, cost=Decimal(9))
    assert journal.spent_today(noon) == Decimal("0.69")


def test_one_backup_a_day_and_seven_in_all(folders, new_job: Maker) -> None:
    with closing(Journal(folders.journal_file)) as journal:
        journal.add(new_job())
    with closing(schema.connect(folders.journal_file)) as database:
        backups = folders.home / "backups"
        for day in range(10):
            for _ in range(2):
                schema.back_up(database, backups, 1_795_000_000 + 86_400 * day)
    kept = schema.daily_backups(backups)
    assert len(kept) == 7
    assert kept == sorted(backups.iterdir(), reverse=True)
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


@pytest.mark.parametrize("damage", ["garbage", "middle", "cut"])
def test_a_damaged_journal_is_set_aside_and_restored(folders, new_job: Maker, damage: str) -> None:
    path = folders.journal_file
    with closing(Journal(path)) as journal:
        for n in range(50):
            journal.add(new_job(str(n), raw="x" * 2000))
        kept = journal.jobs()
    for backup in schema.daily_backups(folders.home / "backups"):
        backup.unlink()
    Journal(path).close()
    bad = _damage(path.read_bytes(), damage)
    path.write_bytes(bad)
    with closing(Journal(path)) as journal:
        assert journal.jobs() == kept
        assert journal.restored
        assert len(journal.problems) == 1
        assert journal.check() == "ok"
    (aside,) = path.parent.glob("*.bad-*")
    assert aside.read_bytes() == bad
    with closing(Journal(path)) as journal:
        assert not journal.restored


def test_without_a_sound_backup_a_new_one_begins(folders, new_job: Maker) -> None:
    path = folders.journal_file
    Journal(path).close()
    for backup in schema.daily_backups(folders.home / "backups"):
        backup.write_bytes(b"not this one either" * 100)
    path.write_bytes(b"garbage" * 1000)
    with closing(Journal(path)) as journal:
        assert journal.jobs() == []
        assert "a new one was begun" in journal.problems[0]
        journal.add(new_job())


def test_a_newer_journal_is_left_as_it_is(folders) -> None:
    path = folders.journal_file
    Journal(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version=999")
    before = path.read_bytes()
    with pytest.raises(PhotaError, match="newer version"):
        Journal(path)
    assert path.read_bytes() == before


def test_migrations_are_all_or_nothing(folders, new_job: Maker, tmp_path: Path) -> None:
    path = folders.journal_file
    with closing(Journal(path)) as journal:
        journal.add(new_job())
    steps = tmp_path / "migrations"
    steps.mkdir()
    scripts = sorted(schema.MIGRATIONS.glob("*.sql"))
    for script in scripts:
        (steps / script.name).write_text(script.read_text())
    bad = steps / f"{len(scripts) + 1:03}_bad.sql"
    bad.write_text("ALTER TABLE jobs ADD COLUMN a;\nNOT SQL;\n")
    with pytest.raises(PhotaError):
        Journal(path, migrations=steps)
    with closing(Journal(path)) as journal:
        assert len(journal.jobs()) == 1
    bad.write_text("ALTER TABLE jobs ADD COLUMN a;\n-- done; truly\n")
    with closing(Journal(path, migrations=steps)) as journal:
        assert len(journal.jobs()) == 1
    with pytest.raises(PhotaError, match="newer version"):
        Journal(path)
    assert list((folders.home / "backups").glob(f"schema-{len(scripts)}-*"))


def test_a_row_that_cannot_be_read_hides_no_other(folders, new_job: Maker) -> None:
    with closing(Journal(folders.journal_file)) as journal:
        journal.add(new_job("a"))
        journal.add(new_job("b"))
        with closing(sqlite3.connect(folders.journal_file)) as database:
            database.execute("UPDATE jobs SET document = '{}' WHERE id = 'a'")
            database.commit()
        assert [job.id for job in journal.jobs()] == ["b"]
        assert len(journal.problems) == 1


def test_a_full_disk_is_told_and_changes_nothing(journal: Journal, new_job: Maker) -> None:
    job = journal.add(new_job())
    pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
    journal._database.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(PhotaError) as caught:
        journal.save(replace(job, state=JobState.SENT, raw="x" * 100_000))
    assert caught.value.kind is ErrorKind.DISK
    assert journal.job(job.id) == job
    journal._database.execute("PRAGMA max_page_count=100000")
    journal.save(replace(job, state=JobState.SENT))


def test_a_place_that_cannot_be_used_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "journal", tmp_path):
        with pytest.raises(PhotaError) as caught:
            Journal(path)
        assert caught.value.kind is ErrorKind.DISK


def test_after_close_it_says_so(folders) -> None:
    journal = Journal(folders.journal_file)
    journal.close()
    with pytest.raises(PhotaError):
        journal.jobs()


def _damage(content: bytes, how: str) -> bytes:
    if how == "garbage":
        return os.urandom(len(content))
    if how == "cut":
        return content[: len(content) // 2]
    middle = len(content) // 2
    return content[:middle] + b"\xaa" * 8192 + content[middle + 8192 :]
