"""The command line as a script sees it: JSON lines, exit codes, no display, originals untouched."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.end2end.screen import ROOT
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhota

pytestmark = pytest.mark.timeout(120)


def run(
    tmp_path: Path, *arguments: str, typed: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    home = {"HOME": str(tmp_path), "PHOTA_DESKTOP_HOME": str(tmp_path / "phota")}
    done = subprocess.run(
        [sys.executable, "-m", "phota_desktop", *arguments],
        cwd=ROOT,
        env={**kept, **home, **environ},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_enhance_three_photographs(tmp_path: Path, photographs: list[Path]) -> None:
    before = [hashlib.sha256(path.read_bytes()).hexdigest() for path in photographs]
    names = [str(path) for path in photographs]
    done = run(tmp_path, "enhance", *names, "-n", "2", "--json")
    assert done.returncode == 0, done.stderr
    jobs = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(job["source"] for job in jobs) == sorted(names)
    for job in jobs:
        assert (job["operation"], job["state"], job["error"]) == ("enhance", "done", None)
        assert job["cost"]["actual"] == 0
        stem = Path(job["source"]).stem
        assert [Path(v["path"]).name for v in job["variants"]] == [
            f"{stem}-enhance-1.jpg",
            f"{stem}-enhance-2.jpg",
        ]
        for variant in job["variants"]:
            made = Path(variant["path"])
            assert hashlib.sha256(made.read_bytes()).hexdigest() == variant["sha256"]
            with Image.open(made) as picture:
                assert picture.size == (variant["width"], variant["height"])
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in photographs] == before
    assert not done.stderr


def test_results_are_never_overwritten(tmp_path: Path, photographs: list[Path]) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        assert run(tmp_path, "enhance", str(photographs[0]), "--out", str(out)).returncode == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "china-enhance-1.jpg",
        "china-enhance-2.jpg",
    ]


def test_an_unreadable_file_is_said_and_the_others_run(
    tmp_path: Path, photographs: list[Path]
) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("no picture")
    done = run(tmp_path, "enhance", str(bad), str(photographs[0]), "--json")
    assert done.returncode == 2
    states = {job["source"]: job["state"] for job in map(json.loads, done.stdout.splitlines())}
    assert states == {str(bad): "failed", str(photographs[0]): "done"}
    assert "notes.jpg" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("enhance",),
        ("enhance", "a.jpg", "-n", "5"),
        ("enhance", "a.jpg", "--format", "gif"),
        ("enhance", "a.jpg", "--engine", "cloud"),
        ("enhance", "a.jpg", "--max-cost", "lots"),
        ("--frobnicate",),
        ("serve", "--host", "0.0.0.0"),  # noqa: S104  (it is refused)
    ],
)
def test_wrong_usage_is_exit_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run(tmp_path, *arguments).returncode == 2


def test_no_key_is_exit_4(tmp_path: Path, photographs: list[Path]) -> None:
    done = run(tmp_path, "enhance", str(photographs[0]), "--engine", "phota", "--yes")
    assert done.returncode == 4
    assert "key" in done.stderr


def test_money_needs_a_yes_and_stays_below_the_limit(
    tmp_path: Path, photographs: list[Path]
) -> None:
    photo = str(photographs[0])
    with FakePhota(tmp_path / "ledger") as fake:
        environ = fake.environ()
        assert run(tmp_path, "enhance", photo, **environ).returncode == 2
        over = run(tmp_path, "enhance", photo, "-n", "2", "--max-cost", "0.2", "--yes", **environ)
        assert over.returncode == 5
        assert not fake.ledger.posts()
        done = run(tmp_path, "enhance", photo, "--max-cost", "0.12", "--yes", "--json", **environ)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["cost"]["actual"] == 0.12
        assert len(fake.ledger.charges()) == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"), [(401, 4, "key_rejected"), (402, 5, "no_credit")]
)
def test_key_and_credit_have_exit_codes_of_their_own(
    tmp_path: Path, photographs: list[Path], status: int, code: int, kind: str
) -> None:
    with FakePhota(tmp_path / "ledger", Fault("submit", "status", status=status)) as fake:
        done = run(tmp_path, "enhance", str(photographs[0]), "--yes", "--json", **fake.environ())
    assert done.returncode == code
    job = json.loads(done.stdout)
    assert (job["state"], job["error"]["kind"]) == ("failed", kind)
    assert job["error"]["status"] == status


def test_a_refusal_is_exit_1_and_called_refused(tmp_path: Path, photographs: list[Path]) -> None:
    with FakePhota(tmp_path / "ledger", job_ends="moderation", job_seconds=0.0) as fake:
        done = run(tmp_path, "enhance", str(photographs[0]), "--yes", "--json", **fake.environ())
    assert done.returncode == 1
    assert json.loads(done.stdout)["state"] == "refused"


def test_offline_leaves_open_jobs_that_resume_finishes(
    tmp_path: Path, photographs: list[Path]
) -> None:
    with FakePhota(tmp_path / "ledger", Fault("submit", "drop")) as fake:
        environ = {**fake.environ(), "PHOTA_BASE_URL": fake.url}
        drop = run(tmp_path, "enhance", str(photographs[0]), "--yes", "--json", **environ)
        assert drop.returncode == 6, drop.stdout
        fake.set_chaos(job_seconds=0.0)
        done = run(tmp_path, "resume", "--yes", "--json", **environ)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["state"] == "done"
        assert len(fake.ledger.charges()) == 1
        assert "Nothing is open" in run(tmp_path, "resume", **environ).stderr


def test_jobs_tells_what_the_journal_knows(tmp_path: Path, photographs: list[Path]) -> None:
    assert run(tmp_path, "jobs").stdout == ""
    run(tmp_path, "enhance", str(photographs[0]))
    [job] = map(json.loads, run(tmp_path, "jobs", "--json").stdout.splitlines())
    assert (job["state"], job["source"]) == ("done", str(photographs[0]))
    assert "china.jpg" in run(tmp_path, "jobs").stdout


def test_doctor_knows_everything_but_the_key(tmp_path: Path) -> None:
    canary = "canary-key-0987654321"
    done = run(tmp_path, "doctor", "--json", PHOTA_API_KEY=canary)
    report = json.loads(done.stdout)
    assert done.returncode == 0, report["problems"]
    assert report["engine"] == "ok"
    assert report["key"]["source"]
    assert canary not in done.stdout + done.stderr
    assert report["folders"]["home"] == str(tmp_path / "phota")


def test_the_key_is_never_an_argument(tmp_path: Path) -> None:
    assert run(tmp_path, "key", "set", "secret-key").returncode == 2
    no_keyring = run(tmp_path, "key", "set", typed="canary-key-0987654321\n")
    assert no_keyring.returncode == 4
    assert "canary" not in no_keyring.stdout + no_keyring.stderr
    assert run(tmp_path, "key", "status").returncode == 4
    assert run(tmp_path, "key", "status", PHOTA_API_KEY="abc").returncode == 0


def test_version_and_help(tmp_path: Path) -> None:
    from phota_desktop import __version__

    assert run(tmp_path, "--version").stdout == f"phota-desktop {__version__}\n"
    helped = run(tmp_path, "--help")
    assert helped.returncode == 0
    images = ("enhance", "edit", "generate", "remix")
    for verb in (*images, "profiles", "jobs", "resume", "serve", "key", "doctor"):
        assert verb in helped.stdout


def test_a_file_that_looks_like_an_option_is_a_file(tmp_path: Path) -> None:
    done = run(tmp_path, "enhance", "--engine", "local", "--", "-gone.jpg")
    assert done.returncode == 2
    assert "-gone.jpg" in done.stderr
