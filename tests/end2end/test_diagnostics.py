"""What a person can send to support: ids and states of every failure, and no secret, anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.end2end.command_line import run
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhota

PROMPT = "a very private wish: make Grandma Ilse smile"
KEY = "pk-canary-8d2f6a1c0b"

REFUSALS = (
    Fault("submit", "status", status=400, detail=f"prompt not allowed: {PROMPT}", times=1),
    Fault("submit", "moderation", after=1, times=1),
    Fault("submit", "status", status=404, body="html", after=2, times=1),
)


def test_doctor_and_the_log_tell_of_failures_without_a_secret(
    tmp_path: Path, photographs: list[Path]
) -> None:
    names = [str(photo) for photo in photographs]
    with FakePhota(tmp_path / "ledger", *REFUSALS, key=KEY) as fake:
        asked = run(
            *(tmp_path, "edit", *names, "--prompt", PROMPT, "--yes", "--json"), **fake.environ()
        )
    report = json.loads(run(tmp_path, "doctor", "--json", PHOTA_API_KEY=KEY).stdout)
    jobs = {job["job"]: job for job in map(json.loads, asked.stdout.splitlines()) if job["job"]}
    told = {job["job"]: job for job in report["journal"]["failures"]}
    log = (tmp_path / "phota" / "logs" / "phota-desktop.log").read_text("utf-8")
    assert len(jobs) == 3
    assert told.keys() == jobs.keys()
    assert report["journal"]["jobs"] == {"failed": 2, "refused": 1}
    assert {failure["status"] for failure in told.values()} >= {400, 404}
    for name, job in jobs.items():
        failure, error = told[name], job["error"]
        assert (failure["state"], failure["error"]) == (job["state"], error["kind"])
        assert failure["status"] == error["status"]
        assert failure["client_request_id"] == job["client_request_id"]
        assert failure["request_id"] == (job["request_id"] or error["request_id"] or "none")
        for moment in (failure["created"], failure["finished"]):
            assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment)
        [line] = [line for line in log.splitlines() if f"job {name}: " in line]
        assert f"state={job['state']} error={error['kind']} status={error['status']}" in line
        assert f"request_id={failure['request_id']}" in line
    for secret in (PROMPT, "Ilse", KEY):
        assert secret not in json.dumps(report)
        assert secret not in log


def test_doctor_looks_at_a_journal_and_leaves_it_as_it_is(
    tmp_path: Path, photographs: list[Path]
) -> None:
    run(tmp_path, "enhance", str(photographs[0]))
    journal = tmp_path / "phota" / "journal.sqlite3"
    before = journal.read_bytes()
    report = json.loads(run(tmp_path, "doctor", "--json").stdout)
    assert report["journal"]["state"] == "ok"
    assert report["journal"]["schema"] > 0
    assert report["journal"]["jobs"] == {"done": 1}
    assert journal.read_bytes() == before
    journal.write_bytes(before[:5000] + b"\0" * 3000 + before[8000:])
    damaged = journal.read_bytes()
    done = run(tmp_path, "doctor", "--json")
    assert done.returncode == 3
    assert any("journal" in problem for problem in json.loads(done.stdout)["problems"])
    assert journal.read_bytes() == damaged
    assert not list(journal.parent.glob("*.bad-*"))


def test_doctor_tells_of_a_crash_in_words_for_people_too(tmp_path: Path) -> None:
    logs = tmp_path / "phota" / "logs"
    logs.mkdir(parents=True)
    head = "== 2026-11-21T22:00:00Z · Phota Desktop 0 · window · ended the program"
    (logs / "crash.log").write_text(f"{head}\nin app\nValueError\n", "utf-8")
    assert "ValueError" in json.loads(run(tmp_path, "doctor", "--json").stdout)["crash"]
    said = run(tmp_path, "doctor").stdout
    assert "crash: crash log of 20" in said
    assert "journal: " in said
