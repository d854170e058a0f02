"""Edit, generate, remix and profiles as real processes, with the local engine and a fake Phota."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.options import Operation
from phota_desktop.core.pricing import PriceRow
from phota_desktop.store.settings import SettingsStore
from tests.end2end.command_line import PROGRAM, environ, run
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhota

pytestmark = pytest.mark.timeout(120)

URLS = tuple(f"https://photos.example/{n}.jpg" for n in range(5))


def typed(
    tmp_path: Path, answers: str, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run at a terminal, on which somebody types ``answers``."""
    ours, theirs = os.openpty()
    os.write(ours, answers.encode())
    try:
        return subprocess.run(
            [*PROGRAM, *arguments],
            cwd=tmp_path,
            env=environ(tmp_path, **more),
            stdin=theirs,
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
    finally:
        os.close(ours)
        os.close(theirs)


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def trainings(tmp_path: Path) -> list[dict[str, object]]:
    """Return the trainings on record."""
    with contextlib.closing(sqlite3.connect(tmp_path / "phota" / "journal.sqlite3")) as journal:
        return [json.loads(row) for (row,) in journal.execute("SELECT document FROM trainings")]


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    names = [f"IMG_{n}.jpg" for n in range(5)]
    for n, name in enumerate(names):
        Image.effect_noise((96, 64), 20 + 20 * n).convert("RGB").save(tmp_path / name, quality=90)
    return names


def test_edit_with_the_local_engine(tmp_path: Path, photos: list[str]) -> None:
    before = [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in photos]
    done = run(tmp_path, "edit", *photos[:2], "--prompt", "much warmer", "-n", "2", "--json")
    assert done.returncode == 0, done.stderr
    jobs = {job["source"]: job for job in lines(done)}
    assert set(jobs) == set(photos[:2])
    assert {path.name for path in tmp_path.glob("*-edit-*")} == {
        f"{Path(name).stem}-edit-{n}.jpg" for name in photos[:2] for n in (1, 2)
    }
    together = run(
        tmp_path, "edit", *photos[:3], "--together", "--prompt", "darker", "--aspect", "1:1",
        "--out", "out", "--format", "png", "--json",
    )  # fmt: skip
    [job] = lines(together)
    assert (job["operation"], job["state"], job["source"]) == ("edit", "done", photos[0])
    with Image.open(tmp_path / "out" / "IMG_0-edit-1.png") as picture:
        assert picture.width == picture.height
    after = [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in photos]
    assert before == after


def test_words_that_the_local_engine_does_not_know_fail_the_job(
    tmp_path: Path, photos: list[str]
) -> None:
    done = run(tmp_path, "edit", photos[0], "--prompt", "put a hat on the cat", "--json")
    assert done.returncode == 1
    [job] = lines(done)
    assert job["state"] == "failed"


def test_generate_and_remix_with_the_local_engine(tmp_path: Path, photos: list[str]) -> None:
    made = run(tmp_path, "generate", "--prompt", "a boat", "--aspect", "16:9", "--model", "reve")
    assert made.returncode == 0, made.stderr
    with Image.open(tmp_path / "picture-generate-1.jpg") as picture:
        assert picture.width * 9 == picture.height * 16
    again = run(tmp_path, "generate", "--prompt", "a boat", "--json")
    [job] = lines(again)
    assert job["source"] is None
    assert (tmp_path / "picture-generate-2.jpg").is_file()
    remixed = run(tmp_path, "remix", photos[0], photos[1], "--json")
    assert remixed.returncode == 0, remixed.stderr
    assert lines(remixed)[0]["operation"] == "remix"
    assert (tmp_path / "IMG_0-remix-1.jpg").is_file()


@pytest.mark.parametrize(
    "line",
    [
        "edit IMG_0.jpg",
        "edit IMG_0.jpg --prompt x --model reve --resolution 2K",
        "edit IMG_0.jpg --prompt x --quality low",
        "enhance IMG_0.jpg --aspect 1:1",
        "generate --prompt x --profile abc",
        "generate --prompt x --model nb3",
        "remix IMG_0.jpg",
        "remix IMG_0.jpg .",
        "profiles",
        "profiles add IMG_0.jpg",
        "profiles add IMG_0.jpg --name x",
        "profiles add https://a.example/1.jpg --name x --engine local",
    ],
)
def test_what_cannot_be_asked_for_is_exit_2_and_no_job(
    tmp_path: Path, photos: list[str], line: str
) -> None:
    assert photos
    done = run(tmp_path, *line.split())
    assert done.returncode == 2
    assert done.stderr
    assert run(tmp_path, "jobs").stdout == ""


def test_edit_and_generate_have_no_published_price(tmp_path: Path, photos: list[str]) -> None:
    with FakePhota(tmp_path / "ledger", job_seconds=0.0) as fake:
        env = fake.environ()
        edit = ("edit", photos[0], "--prompt", "a hat")
        nobody = run(tmp_path, *edit, **env)
        assert nobody.returncode == 2
        assert "Price not published" in nobody.stderr
        limited = run(tmp_path, *edit, "--max-cost", "9", "--yes", **env)
        assert limited.returncode == 5
        assert "nobody can promise --max-cost $9.00" in limited.stderr
        assert not fake.ledger.posts()
        done = run(tmp_path, *edit, "--model", "gpt-image-2", "--quality", "low", "--yes", **env)
        assert done.returncode == 0, done.stderr
        assert "price not published" in done.stdout
        no = typed(tmp_path, "n\n", "generate", "--prompt", "a boat", **env)
        assert no.returncode == 2
        assert "Nothing was sent." in no.stderr
        assert len(fake.ledger.posts()) == 1
        yes = typed(tmp_path, "y\n", "generate", "--prompt", "a boat [[abc]]", **env)
        assert yes.returncode == 0, yes.stderr
        assert [row["operation"] for row in fake.ledger.charges()] == ["edit", "generate"]


def test_a_price_of_ones_own_can_be_promised(tmp_path: Path, photos: list[str]) -> None:
    (tmp_path / "phota").mkdir(mode=0o700)
    store = SettingsStore(tmp_path / "phota" / "settings.json")
    row = PriceRow(Operation.EDIT, Decimal("0.10"), Decimal("0.13"))
    store.save(replace(store.load(), prices=(row,)))
    with FakePhota(tmp_path / "ledger", job_seconds=0.0) as fake:
        edit = ("edit", *photos[:2], "--prompt", "a hat", "--yes", "--json")
        over = run(tmp_path, *edit, "--max-cost", "0.19", **fake.environ())
        assert over.returncode == 5
        assert "$0.20" in over.stderr
        done = run(tmp_path, *edit, "--max-cost", "0.20", **fake.environ())
        assert done.returncode == 0, done.stderr
        for job in lines(done):
            assert isinstance(job["cost"], dict)
            assert (job["cost"]["estimate_max"], job["cost"]["actual"]) == (0.1, 0.1)


def test_remix_costs_what_is_published(tmp_path: Path, photos: list[str]) -> None:
    with FakePhota(tmp_path / "ledger", job_seconds=0.0) as fake:
        remix = ("remix", *photos[:2], "--profile", "p1", "-n", "2", "--yes", "--json")
        over = run(tmp_path, *remix, "--max-cost", "0.29", **fake.environ())
        assert over.returncode == 5
        assert "$0.24–0.30" in over.stderr
        done = run(tmp_path, *remix, "--max-cost", "0.30", **fake.environ())
        assert done.returncode == 0, done.stderr
        cost = lines(done)[0]["cost"]
        assert isinstance(cost, dict)
        assert (cost["estimate_min"], cost["estimate_max"]) == (0.24, 0.3)


def _age(home: Path, profile: str) -> None:
    """Let a practice profile's training have begun a minute ago, instead of waiting for it."""
    [kept] = [path for path in home.rglob(f"{profile}.json") if '"created"' in path.read_text()]
    told = json.loads(kept.read_text())
    kept.write_text(json.dumps({**told, "created": told["created"] - 60}))


def test_the_life_of_a_practice_profile(tmp_path: Path, photos: list[str]) -> None:
    add = ("profiles", "add", ".", "--name", "Anna B", "--tier", "fast", "--json")
    done = run(tmp_path, *add)
    assert done.returncode == 0, done.stderr
    [added] = lines(done)
    assert (added["action"], added["name"], added["error"]) == ("add", "Anna B", None)
    name = str(added["profile"])
    listed = lines(run(tmp_path, "profiles", "list", "--json"))
    assert [(one["profile"], one["name"]) for one in listed] == [(name, "Anna B")]
    told = lines(run(tmp_path, "profiles", "status", name, "--json"))[0]
    assert told["status"] in ("VALIDATING", "QUEUING", "IN_PROGRESS", "READY")
    _age(tmp_path / "phota", name)
    told = lines(run(tmp_path, "profiles", "status", name, "--json"))[0]
    assert told["status"] == "READY"
    assert run(tmp_path, "profiles", "picture", name, "--out", "anna.jpg").returncode == 0
    with Image.open(tmp_path / "anna.jpg") as picture:
        assert picture.format == "JPEG"
    taken = run(tmp_path, "profiles", "picture", name, "--out", photos[0])
    assert taken.returncode == 2
    assert "is not replaced" in taken.stderr
    assert run(tmp_path, "generate", "--prompt", f"[[{name}]] at sea").returncode == 0
    nobody = run(tmp_path, "profiles", "delete", name)
    assert nobody.returncode == 2
    assert "Anna B" in nobody.stderr
    assert typed(tmp_path, "y\n", "profiles", "delete", name).returncode == 0
    assert run(tmp_path, "profiles", "list").stdout == ""
    assert not list((tmp_path / "phota" / "cache").rglob("*.jpg"))
    assert trainings(tmp_path) == []
    gone = run(tmp_path, "profiles", "status", name, "--json")
    assert gone.returncode == 1
    error = lines(gone)[0]["error"]
    assert isinstance(error, dict)
    assert error["kind"] == "gone"


def test_profiles_of_phota_are_learnt_from_addresses_with_consent(
    tmp_path: Path, photos: list[str]
) -> None:
    add = ("profiles", "add", *URLS, "--name", "Anna", "--tier", "fast")
    with FakePhota(tmp_path / "ledger") as fake:
        env = fake.environ()
        here = run(tmp_path, "profiles", "add", *photos, "--name", "Anna", "--tier", "fast", **env)
        assert here.returncode == 2
        assert "`phota-desktop bucket set`" in here.stderr
        few = run(tmp_path, "profiles", "add", *URLS, "--name", "Anna", "--yes", **env)
        assert few.returncode == 2
        assert "--tier standard is not possible with 5 different photos" in few.stderr
        nobody = run(tmp_path, *add, **env)
        assert nobody.returncode == 2
        assert "$1.49" in nobody.stderr
        assert "A yes says: I have the permission of this person" in nobody.stderr
        assert run(tmp_path, *add, "--yes", "--max-cost", "1", **env).returncode == 5
        assert not fake.ledger.rows("training")
        assert trainings(tmp_path) == []
        done = typed(tmp_path, "y\n", *add, "--json", **env)
        assert done.returncode == 0, done.stderr
        [row] = fake.ledger.rows("training")
        [told] = lines(done)
        assert told["profile"] == row["profile_id"]
        cost = told["cost"]
        assert isinstance(cost, dict)
        assert cost["estimate_max"] == 1.49
        assert row["tag"].startswith("pd-")
        assert "Anna" not in str(row)
        [kept] = trainings(tmp_path)
        assert kept["state"] == "training"
        assert "I have the permission of this person" in str(kept["order"])
        assert "Anna" in run(tmp_path, "profiles", "list", **env).stdout


def test_a_training_whose_answer_was_lost_is_found_and_not_paid_again(tmp_path: Path) -> None:
    add = ("profiles", "add", *URLS, "--name", "Anna", "--tier", "fast", "--yes", "--json")
    with FakePhota(tmp_path / "ledger", Fault("profiles", "lose_answer", times=1)) as fake:
        done = run(tmp_path, *add, **fake.environ())
        assert done.returncode == 0, done.stderr
        [row] = fake.ledger.rows("training")
        assert lines(done)[0]["profile"] == row["profile_id"]


def test_a_killed_add_is_looked_for_before_it_is_repeated(tmp_path: Path) -> None:
    add = ("profiles", "add", *URLS, "--name", "Anna", "--tier", "fast", "--yes", "--json")
    with FakePhota(tmp_path / "ledger", Fault("profiles", "hang", times=1, seconds=30)) as fake:
        env = fake.environ()
        process = subprocess.Popen(
            [*PROGRAM, *add], cwd=tmp_path, env=environ(tmp_path, **env), stdout=subprocess.DEVNULL
        )
        while not fake.ledger.rows("training"):
            assert process.poll() is None
        process.kill()
        process.wait()
        fake.set_chaos()
        done = run(tmp_path, *add, **env)
        assert done.returncode == 0, done.stderr
        assert "nothing is sent or charged again" in done.stderr
        [row] = fake.ledger.rows("training")
        [told] = lines(done)
        assert (told["profile"], told["name"]) == (row["profile_id"], "Anna")


def test_profiles_need_a_key_or_the_local_engine(tmp_path: Path) -> None:
    done = run(tmp_path, "profiles", "list", "--engine", "phota")
    assert done.returncode == 4
    with FakePhota(tmp_path / "ledger") as fake:
        wrong = {**fake.environ(), "PHOTA_API_KEY": "another-key-0123"}
        refused = run(tmp_path, "profiles", "list", "--json", **wrong)
        assert refused.returncode == 4
        error = lines(refused)[0]["error"]
        assert isinstance(error, dict)
        assert error["kind"] == "key_rejected"
