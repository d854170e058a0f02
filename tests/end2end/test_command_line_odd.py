"""The command line with odd names, closed streams, stops in the middle and shut folders."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from tests.end2end.command_line import PROGRAM, environ, run

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.jpg"
    Image.effect_noise((96, 64), 60).convert("RGB").save(path, quality=90)
    return path


def test_json_has_the_names_as_they_were_typed(tmp_path: Path, photo: Path) -> None:
    names = [
        b"line\nbreak.jpg",
        b"esc\x1b[31m.jpg",
        b"\xff\xfe.jpg",
        b" .jpg",
        b"L" * 240 + b".jpg",
    ]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(photo.read_bytes())
    done = run(tmp_path, "enhance", *names, "--out", "out", "--json", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stderr
    jobs = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(os.fsencode(job["source"]) for job in jobs) == sorted(names)
    results = {Path(variant["path"]).name for job in jobs for variant in job["variants"]}
    assert len(results) == len(names)
    assert all(name.endswith("-enhance-1.jpg") for name in results), results
    assert not any(name.startswith((".", "-")) for name in results)
    shown = run(tmp_path, "jobs").stdout
    assert len(shown.splitlines()) == len(names)
    assert "\x1b" not in shown
    assert run(tmp_path, "jobs", PYTHONIOENCODING="ascii").returncode == 0


def test_an_empty_name_is_no_folder(tmp_path: Path, photo: Path) -> None:
    assert run(tmp_path, "enhance", "").returncode == 2
    assert run(tmp_path, "enhance", photo.name, "--out", "").returncode == 2
    assert not list(tmp_path.glob("*-enhance-*"))


@pytest.mark.parametrize(
    ("redirect", "code"),
    [(">/dev/full", 3), ("2>/dev/full", 2), (">&-", 2), ("2>&-", 2), ("<&- >&- 2>&-", 2)],
)
def test_full_and_closed_streams_stop_no_job(
    tmp_path: Path, photo: Path, redirect: str, code: int
) -> None:
    command = f'"$0" -m phota_desktop enhance gone.jpg {photo.name} {redirect}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        cwd=tmp_path,
        env=environ(tmp_path),
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert (tmp_path / "IMG_1-enhance-1.jpg").is_file()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_what_is_stopped_in_the_middle_is_told_and_taken_up(
    tmp_path: Path, photo: Path, stop: signal.Signals
) -> None:
    for n in range(40):
        (tmp_path / f"{n:02}.jpg").write_bytes(photo.read_bytes())
    photo.unlink()
    names = [path.name for path in sorted(tmp_path.glob("*.jpg"))]
    process = subprocess.Popen(
        [*PROGRAM, "enhance", *names, "--out", "out", "--json"],
        cwd=tmp_path,
        env=environ(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    vault = tmp_path / "phota" / "vault"
    until = time.monotonic() + 30
    while not list(vault.glob("*.jpg")) and time.monotonic() < until:
        time.sleep(0.005)
    os.killpg(process.pid, stop)  # a terminal sends Ctrl-C to every process of the job
    told, said = process.communicate(timeout=20)
    assert process.returncode == 6
    assert "Traceback" not in said
    assert "Stopped." in said
    begun = [json.loads(line) for line in told.splitlines()]
    if len(begun) < len(names):
        assert f"{len(names) - len(begun)} of {len(names)} jobs were not begun" in said
    resumed = run(tmp_path, "resume", "--json")
    assert resumed.returncode == 0, resumed.stderr
    states = Counter(
        json.loads(line)["state"] for line in run(tmp_path, "jobs", "--json").stdout.splitlines()
    )
    assert states == {"done": len(begun)}
    assert len(list((tmp_path / "out").iterdir())) == len(begun)
    assert not list(tmp_path.rglob("*.part"))


def test_ctrl_c_at_the_question_about_money_ends_it(tmp_path: Path, photo: Path) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "enhance", photo.name],
        cwd=tmp_path,
        env=environ(tmp_path, PHOTA_API_KEY="k" * 20, PHOTA_BASE_URL="http://127.0.0.1:9/v1"),
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "Go on?" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 6
    assert "Traceback" not in said


def test_a_folder_that_takes_nothing_is_said_before_money_is_spent(
    tmp_path: Path, photo: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    for out in ("file", "file/below", "/proc/nothing", "/dev/null"):
        done = run(tmp_path, "enhance", photo.name, "--out", out, "--json")
        assert done.returncode == 3
        [job] = map(json.loads, done.stdout.splitlines())
        assert job["error"]["kind"] == "disk"
    assert run(tmp_path, "jobs").stdout == ""


@pytest.mark.parametrize("url", ["http://phota.example/v1", "https://a:b@127.0.0.1/v1", "what"])
def test_a_wrong_address_is_said_once_and_nothing_is_asked(
    tmp_path: Path, photo: Path, url: str
) -> None:
    done = run(tmp_path, "enhance", photo.name, PHOTA_API_KEY="canary-key-12", PHOTA_BASE_URL=url)
    assert done.returncode == 2
    assert "PHOTA_BASE_URL" in done.stderr
    assert "Go on?" not in done.stderr
    assert "canary" not in done.stderr + done.stdout


def test_a_key_that_is_none_is_not_replaced_by_the_local_engine(
    tmp_path: Path, photo: Path
) -> None:
    done = run(tmp_path, "enhance", photo.name, PHOTA_API_KEY="two words")
    assert done.returncode == 4
    assert "PHOTA_API_KEY" in done.stderr
    local = run(tmp_path, "enhance", photo.name, "--engine", "local", PHOTA_API_KEY="two words")
    assert local.returncode == 0
    assert run(tmp_path, "enhance", photo.name, PHOTA_API_KEY="").returncode == 0


def test_serve_says_why_it_cannot_listen(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 3
    assert "Address already in use" in done.stderr
    assert run(tmp_path, "serve", "--port", "99999").returncode == 2
