"""The daily cap and the prompt history are one for the window and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.jobs import JobState
from phota_desktop.store.journal import Journal
from phota_desktop.store.notebook import Notebook
from phota_desktop.store.settings import SettingsStore
from tests.end2end.screen import ROOT
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhota

pytestmark = pytest.mark.timeout(120)


def run(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own = {"HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "phota_desktop", *arguments],
        cwd=home,
        env={**kept, **own, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def set_cap(home: Path, dollars: str) -> None:
    path = home / "phota" / "settings.json"
    path.parent.mkdir(exist_ok=True)
    store = SettingsStore(path)
    store.save(replace(store.load(), daily_cap=Decimal(dollars)))


def _move(home: Path, state: JobState) -> None:
    """Let the one open job be in another state."""
    with closing(Journal(home / "phota" / "journal.sqlite3")) as journal:
        [job] = journal.open_jobs()
        journal.save(replace(job, state=state, sent=time.time()))


@pytest.fixture
def photo(tmp_path: Path) -> str:
    Image.effect_noise((96, 64), 40).convert("RGB").save(tmp_path / "IMG_1.jpg", quality=90)
    return "IMG_1.jpg"


def test_the_daily_cap_stops_what_could_pass_it_whatever_yes_says(
    tmp_path: Path, photo: str
) -> None:
    set_cap(tmp_path, "0.30")
    with FakePhota(tmp_path / "ledger", job_seconds=0.0) as fake:
        env = fake.environ()
        over = run(tmp_path, "enhance", photo, "-n", "3", "--yes", "--max-cost", "9", **env)
        assert over.returncode == 5
        assert "cap of $0.30 a day" in over.stderr
        assert str(tmp_path / "phota" / "settings.json") in over.stderr
        assert not fake.ledger.posts()
        assert run(tmp_path, "enhance", photo, "-n", "2", "--yes", **env).returncode == 0
        again = run(tmp_path, "enhance", photo, "-n", "2", "--yes", **env)
        assert again.returncode == 5
        assert "$0.24 are spent" in again.stderr
        assert len(fake.ledger.charges()) == 1
        set_cap(tmp_path, "1")
        assert run(tmp_path, "enhance", photo, "-n", "2", "--yes", **env).returncode == 0


def test_the_cap_holds_for_trainings_and_for_what_is_resumed(tmp_path: Path, photo: str) -> None:
    set_cap(tmp_path, "1")
    urls = [f"https://photos.example/{n}.jpg" for n in range(5)]
    add = ("profiles", "add", *urls, "--name", "Anna", "--tier", "fast", "--yes")
    with FakePhota(tmp_path / "ledger", Fault("submit", "drop")) as fake:
        env = fake.environ()
        refused = run(tmp_path, *add, **env)
        assert refused.returncode == 5
        assert "cap of $1.00 a day" in refused.stderr
        assert not fake.ledger.rows("training")
        assert run(tmp_path, "enhance", photo, "--yes", **env).returncode == 6
        fake.set_chaos(job_seconds=0.0)
        _move(tmp_path, JobState.QUEUED)
        set_cap(tmp_path, "0.05")
        stopped = run(tmp_path, "resume", "--yes", "--json", **env)
        assert stopped.returncode == 6
        assert "cap of $0.05 a day" in stopped.stderr
        assert json.loads(stopped.stdout)["state"] == "queued"
        assert not fake.ledger.charges()
        set_cap(tmp_path, "1")
        assert run(tmp_path, "resume", "--yes", **env).returncode == 0
        assert len(fake.ledger.charges()) == 1


def test_resume_asks_before_a_restored_journal_sends_anything_again(
    tmp_path: Path, photo: str
) -> None:
    """The copy may lack the answers that came after it: what it calls sent may be paid."""
    path = tmp_path / "phota" / "journal.sqlite3"
    with FakePhota(tmp_path / "ledger", Fault("submit", "drop")) as fake:
        env = fake.environ()
        assert run(tmp_path, "enhance", photo, "--yes", **env).returncode == 6
        fake.set_chaos()
        _move(tmp_path, JobState.SENT)
        for backup in (path.parent / "backups").glob("*"):
            backup.unlink()
        Journal(path).close()  # copies it
        path.write_bytes(b"damaged" * 1000)
        done = run(tmp_path, "resume", **env)
        assert "Say --yes where nobody can be asked" in done.stderr
        assert done.returncode == 6
        assert not fake.ledger.charges()


def test_prompts_of_the_command_line_are_in_the_history(tmp_path: Path, photo: str) -> None:
    asked = ("edit", photo, "--prompt", "much warmer", "--engine", "local")
    assert run(tmp_path, *asked).returncode == 0
    assert run(tmp_path, "generate", "--prompt", "a boat", "--engine", "local").returncode == 0
    assert run(tmp_path, "enhance", photo, "--engine", "local").returncode == 0
    with closing(Journal(tmp_path / "phota" / "journal.sqlite3")) as journal:
        notebook = Notebook(journal)
        assert [one.text for one in notebook.prompts()] == ["a boat", "much warmer"]
        of_photo = notebook.prompts(photo=str(tmp_path / photo))
        assert [one.text for one in of_photo] == ["much warmer"]
