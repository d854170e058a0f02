"""The life of one paid job, killed before every file operation in turn, then taken up again."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.store.journal import Journal
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.vault import Vault

_BODY, _RESULT = b'{"exact": "bytes"}', b"a paid picture"
_WATCHED = {"open", "os.rename", "os.link", "os.remove", "os.chmod", "os.mkdir"}


def live(home: Path) -> None:
    """Do, or take up from the journal, everything from the intent to the delivered copy."""
    folders = AppFolders.find({"PHOTA_DESKTOP_HOME": str(home)})
    folders.create()
    with closing(Journal(folders.journal_file)) as journal:
        vault = Vault(folders)
        for job in journal.open_jobs() if journal.jobs() else [_intent(journal, vault)]:
            _go_on(job, journal, vault, folders)
        vault.sweep(())


def _intent(journal: Journal, vault: Vault) -> Job:
    with vault.new_body("job") as out:
        out.write(_BODY)
    request = EnhanceRequest(Path("a.jpg"))
    job = Job("job", "id", Engine.PHOTA, request, 1.0, body_path=vault.body("job"))
    return journal.add(replace(job, body_sha256=hashlib.sha256(_BODY).hexdigest()))


def _go_on(job: Job, journal: Journal, vault: Vault, folders: AppFolders) -> None:
    def save(**changes: object) -> Job:
        changed = replace(job, **changes)
        journal.save(changed)
        return changed

    if job.state in (JobState.QUEUED, JobState.SENT):
        vault.check_body(job.body_path, job.body_sha256)
        job = save(state=JobState.SENT)
        job = save(state=JobState.ACCEPTED, remote_job_id="x")
    if job.state is JobState.ACCEPTED:
        job = save(state=JobState.READY)
    if not job.variants:
        path = vault.find("job", 0)
        if path is None:
            part = vault.part("job", 0)
            part.write_bytes(_RESULT)
            path, _ = vault.keep(part, "job", 0, "jpg")
        copy = vault.deliver(path, folders.results, "a-enhance", "jpg", adopt=True)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        job = save(variants=(Variant(0, path, digest, 1, 1, "jpg", copy),))
    save(state=JobState.DONE)
    vault.drop_body("job")
    vault.drop_parts("job")


def check_promises(home: Path) -> None:
    """Assert what holds at any moment, be the process dead or alive."""
    folders = AppFolders.find({"PHOTA_DESKTOP_HOME": str(home)})
    if not folders.journal_file.exists():
        return
    with closing(Journal(folders.journal_file)) as journal:
        assert journal.problems == []
        for job in journal.jobs():
            if job.state is JobState.QUEUED:
                assert job.body_path.read_bytes() == _BODY
            for variant in job.variants:
                assert variant.vault_path.read_bytes() == _RESULT
                assert variant.copy_path.read_bytes() == _RESULT
    for final in (*folders.vault.glob("*.jpg"), *folders.results.glob("*.jpg")):
        assert final.read_bytes() == _RESULT


def kill_at(number: int, home: Path) -> bool:
    """Fork a life that kills itself before file operation ``number``; False if it lived on."""
    child = os.fork()
    if child == 0:
        seen = [0]

        def hook(event: str, _args: object) -> None:
            if event in _WATCHED:
                seen[0] += 1
                if seen[0] == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        live(home)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL)
    return status != 0


def sweep(folder: Path) -> int:
    """Kill at every operation; return how many there were."""
    number = 1
    while kill_at(number, home := folder / str(number)):
        check_promises(home)
        begun = time.monotonic()
        live(home)
        check_promises(home)
        assert time.monotonic() - begun < 5
        left = sorted(p.name for p in (*home.glob("vault/*"), *home.glob("results/*")))
        spooled = sorted(p.name for p in home.glob("spool/*.json"))
        left += [".part" for _ in home.rglob("*.part")]
        assert left == ["a-enhance-1.jpg", "job-0.jpg"], (number, left)
        # A stop after DONE and before the body is dropped leaves it to a later sweep.
        assert spooled in ([], ["job.json"])
        number += 1
    return number - 1


def test_killed_before_every_file_operation(tmp_path: Path) -> None:
    # In a process of its own, because forking one with threads is not safe.
    ran = subprocess.run(
        [sys.executable, "-m", "tests.unit.store.test_crash_points", str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 30


if __name__ == "__main__":
    sys.stdout.write(str(sweep(Path(sys.argv[1]))))
