"""Profiles from photos of this computer: real processes, a real S3 server and a fake Phota."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.hosting import HostedState
from tests.end2end.command_line import PROGRAM, environ, run
from tests.end2end.test_command_line_verbs import lines, typed
from tests.fake_bucket import KEY_ID, SECRET, FakeBucket, start_moto
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhota

pytestmark = pytest.mark.timeout(180)

CREDENTIALS = {"PHOTA_BUCKET_KEY_ID": KEY_ID, "PHOTA_BUCKET_SECRET": SECRET}
ADD = ("profiles", "add", "photos", "--name", "Anna B", "--tier", "fast", "--yes")


@pytest.fixture(scope="module")
def moto() -> Iterator[int]:
    with start_moto() as port:
        yield port


@pytest.fixture
def bucket(moto: int) -> Iterator[FakeBucket]:
    made = FakeBucket(moto)
    yield made
    made.close()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    made = []
    for n in range(6):
        tags = Image.Exif()
        tags[0x013B] = "Owner Of This"
        path = folder / f"IMG_{n}.jpg"
        noise = Image.effect_noise((400, 300), 20 + 20 * n).convert("RGB")
        noise.save(path, quality=85, exif=tags)
        made.append(path)
    return made


def set_up(tmp_path: Path, bucket: FakeBucket) -> None:
    done = run(
        tmp_path, "bucket", "set", bucket.name, "--region", "eu-central-1", "--endpoint",
        bucket.endpoint, **CREDENTIALS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "environment" in done.stdout


def rows(tmp_path: Path, table: str) -> list[dict[str, object]]:
    with contextlib.closing(sqlite3.connect(tmp_path / "phota" / "journal.sqlite3")) as journal:
        found = journal.execute(f"SELECT document FROM {table}")  # noqa: S608
        return [json.loads(row) for (row,) in found]


def test_photos_are_checked_hosted_trained_and_taken_back(
    tmp_path: Path, bucket: FakeBucket, photos: list[Path]
) -> None:
    with FakePhota(tmp_path / "ledger", training_seconds=0.5) as fake:
        env = {**fake.environ(), **CREDENTIALS}
        nowhere = run(tmp_path, *ADD, **env)
        assert nowhere.returncode == 2
        assert "`phota-desktop bucket set`" in nowhere.stderr
        set_up(tmp_path, bucket)
        (photos[0].parent / "IMG_9.jpg").write_bytes(photos[1].read_bytes() + b"\0")
        done = run(tmp_path, *ADD, "--json", "--kind", "dog", **env)
        assert done.returncode == 0, done.stderr
        assert "IMG_0.jpg: Too small: 400 × 300 pixels" in done.stderr
        assert "same picture as “IMG_" in done.stderr
        assert "better left out" in done.stderr
        [told] = lines(done)
        [row] = fake.ledger.trainings()
        assert (told["profile"], told["status"], told["name"]) == (
            row["profile_id"], "READY", "Anna B",
        )  # fmt: skip
        assert (row["photos"], row["cents"]) == (7, 149)
        assert [(one["status"], one["exif"]) for one in fake.ledger.rows("fetch")] == [
            (200, False)
        ] * 7
    assert bucket.objects() == {}
    [training] = rows(tmp_path, "trainings")
    assert (training["state"], training["outcome"]) == ("ended", "READY")
    assert {row["state"] for row in rows(tmp_path, "hosted_photos")} == {HostedState.DELETED}
    for path in (tmp_path / "phota").rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
            assert b"X-Amz-Signature" not in path.read_bytes(), path


def test_what_is_stopped_is_taken_up_by_resume(
    tmp_path: Path, bucket: FakeBucket, photos: list[Path]
) -> None:
    assert photos
    set_up(tmp_path, bucket)
    with FakePhota(tmp_path / "ledger", training_seconds=60.0) as fake:
        env = {**fake.environ(), **CREDENTIALS}
        process = subprocess.Popen(
            [*PROGRAM, *ADD], cwd=tmp_path, env=environ(tmp_path, **env),
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if "Ctrl-C is safe" in line:
                break
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert process.returncode == 6, said
        assert "`phota-desktop resume`" in said
        assert len(bucket.objects()) == 6
        fake.set_chaos(training_seconds=0.1)
        done = run(tmp_path, "resume", "--json", **env)
        assert done.returncode == 0, done.stderr
        [told] = lines(done)
        assert (told["action"], told["status"]) == ("resume", "READY")
        assert len(fake.ledger.trainings()) == 1
        assert bucket.objects() == {}
        assert "Nothing is open." in run(tmp_path, "resume", **env).stderr


def test_an_interrupted_upload_is_asked_about_with_its_price(
    tmp_path: Path, bucket: FakeBucket, photos: list[Path]
) -> None:
    assert photos
    set_up(tmp_path, bucket)
    with FakePhota(tmp_path / "ledger", training_seconds=0.1) as fake:
        env = {**fake.environ(), **CREDENTIALS}
        bucket.rules.delay = 0.4
        process = subprocess.Popen(
            [*PROGRAM, *ADD], cwd=tmp_path, env=environ(tmp_path, **env),
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 30
        while not bucket.objects() and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
        process.wait()
        bucket.rules.delay = 0.0
        assert not fake.ledger.trainings()
        nobody = run(tmp_path, "resume", **env)
        assert nobody.returncode == 6
        assert "$1.49" in nobody.stderr
        assert "nothing is paid" in nobody.stderr
        assert bucket.objects() == {}
        assert not fake.ledger.trainings()
        no = typed(tmp_path, "n\n", "resume", **env)
        assert no.returncode == 6
        yes = typed(tmp_path, "y\n", "resume", **env)
        assert yes.returncode == 0, yes.stderr
        assert len(fake.ledger.trainings()) == 1
    assert bucket.objects() == {}


def test_a_lost_training_is_sent_again_only_by_a_person(
    tmp_path: Path, bucket: FakeBucket, photos: list[Path]
) -> None:
    assert photos
    set_up(tmp_path, bucket)
    with FakePhota(tmp_path / "ledger", Fault("add", "hang", seconds=60)) as fake:
        env = {**fake.environ(), **CREDENTIALS}
        process = subprocess.Popen(
            [*PROGRAM, *ADD], cwd=tmp_path, env=environ(tmp_path, **env),
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        while not [row for row in fake.ledger.rows("profiles") if row["step"] == "add"]:
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
        process.wait()
    with FakePhota(tmp_path / "ledger-2", training_seconds=0.1) as fake:  # it has forgotten it
        env = {**fake.environ(), **CREDENTIALS}
        _move(tmp_path, env["PHOTA_BASE_URL"])
        nobody = run(tmp_path, "resume", "--yes", **env)
        assert nobody.returncode == 6
        assert "may have been charged" in nobody.stderr
        assert bucket.objects() == {}
        assert not fake.ledger.trainings()
        again = run(tmp_path, *ADD, **env)
        assert again.returncode == 6
        assert not fake.ledger.trainings()
        person = typed(tmp_path, "y\n", "resume", **env)
        assert person.returncode == 0, person.stderr
        [row] = fake.ledger.trainings()
        [kept] = rows(tmp_path, "trainings")
        assert row["tag"] == kept["tag"]
    assert bucket.objects() == {}


def _move(tmp_path: Path, base_url: str) -> None:
    """Let what is on record belong to another address, and be older than rule R4 waits."""
    with contextlib.closing(sqlite3.connect(tmp_path / "phota" / "journal.sqlite3")) as journal:
        journal.execute(
            "UPDATE trainings SET document = json_set(document, '$.base_url', ?, '$.sent', ?)",
            (base_url, time.time() - 150),
        )
        journal.commit()


def test_a_bucket_that_does_not_let_in_stops_it_before_it_is_paid(
    tmp_path: Path, bucket: FakeBucket, photos: list[Path]
) -> None:
    assert photos
    set_up(tmp_path, bucket)
    bucket.revoke()
    with FakePhota(tmp_path / "ledger", training_seconds=0.1) as fake:
        env = {**fake.environ(), **CREDENTIALS}
        done = run(tmp_path, *ADD, "--json", **env)
        assert done.returncode == 6
        assert "Nothing was sent or paid" in done.stderr
        error = lines(done)[0]["error"]
        assert isinstance(error, dict)
        assert error["kind"] == "key_rejected"
        listed = run(tmp_path, "profiles", "list", **env)
        assert "is not sent, nor paid" in listed.stderr
        assert not fake.ledger.trainings()
        bucket.restore()
        again = run(tmp_path, *ADD, **env)  # the same order is the same training
        assert again.returncode == 0, again.stderr
        assert len(rows(tmp_path, "trainings")) == 1
        assert len(fake.ledger.trainings()) == 1
    assert bucket.objects() == {}


def test_a_photo_that_cannot_be_decoded_is_refused_before_anything_is_asked(
    tmp_path: Path, bucket: FakeBucket, photos: list[Path]
) -> None:
    set_up(tmp_path, bucket)
    whole = photos[3].read_bytes()
    photos[3].write_bytes(whole[: len(whole) // 4])
    with FakePhota(tmp_path / "ledger") as fake:
        done = run(tmp_path, *ADD, **fake.environ(), **CREDENTIALS)
        assert done.returncode == 2
        assert "IMG_3.jpg" in done.stderr
        assert "Nothing was sent" in done.stderr
        assert not fake.ledger.trainings()
    assert rows(tmp_path, "trainings") == []


def test_the_bucket_verb(tmp_path: Path, bucket: FakeBucket) -> None:
    none = run(tmp_path, "bucket", "status", "--json")
    assert none.returncode == 4
    assert lines(none)[0]["bucket"] is None
    assert run(tmp_path, "bucket", "test").returncode == 2
    wrong = run(tmp_path, "bucket", "set", "x", "--region", "eu-central-1", **CREDENTIALS)
    assert wrong.returncode == 2
    # Without a keyring nothing can keep the secret that is typed.
    unkept = subprocess.run(
        [*PROGRAM, "bucket", "set", bucket.name, "--endpoint", bucket.endpoint, "--key-id", KEY_ID],
        cwd=tmp_path, env=environ(tmp_path), input=SECRET, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert unkept.returncode == 4
    assert "PHOTA_BUCKET_SECRET" in unkept.stderr
    set_up(tmp_path, bucket)
    status = run(tmp_path, "bucket", "status", "--json", **CREDENTIALS)
    assert status.returncode == 0
    [told] = lines(status)
    assert (told["ready"], told["source"], told["left"]) == (True, "environment", 0)
    tried = run(tmp_path, "bucket", "test", "--json", **CREDENTIALS)
    assert tried.returncode == 0, tried.stderr
    assert lines(tried)[0]["usable"] is True
    bucket.revoke()
    assert run(tmp_path, "bucket", "test", **CREDENTIALS).returncode == 1
    bucket.restore()
    cleaned = run(tmp_path, "bucket", "clean", "--strays", **CREDENTIALS)
    assert cleaned.returncode == 0, cleaned.stderr
    assert run(tmp_path, "bucket", "forget").returncode == 0
    assert run(tmp_path, "bucket", "status").returncode == 4
    for path in (tmp_path / "phota").rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    assert os.environ.get("PHOTA_BUCKET_SECRET") is None
