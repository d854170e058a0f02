"""Kills the real program between twelve photos and a profile, and lets the next start finish.

Phota and the bucket are processes of their own; gates before them make the moment exact.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from PIL import Image

from tests.fake_bucket import KEY_ID, SECRET, FakeBucket
from tests.fake_phota.running import KEY, FakePhota
from tests.faults.gate import Gate, Hold

ROOT = Path(__file__).parents[2]
PHOTOS = 12
LONGEST = 30.0
R4_SECONDS = 150.0
"""More than rule R4 waits: by so much a record is made older instead of waiting."""
QUICK: dict[str, object] = {"training_seconds": 0.0, "fetch_first": True}
"""Training itself takes no time, so that the first question about it is the last."""
LEAKS = (b"X-Amz-Signature", b"X-Amz-Credential", SECRET.encode(), KEY_ID.encode(), KEY.encode())


@dataclass(frozen=True)
class Point:
    """A moment to kill at: one request held by the gate of ``phota`` or of the ``bucket``.

    ``traits`` are the server's until then. ``then`` holds another request, of the ``resume`` that
    follows.
    """

    name: str
    at: str
    hold: Hold
    traits: dict[str, object] = field(default_factory=dict)
    then: tuple[str, Hold] | None = None


def photographs(folder: Path) -> list[str]:
    """Write twelve different photos with a place and an owner in them; return their paths."""
    folder.mkdir()
    names = []
    with Image.open(ROOT / "resources" / "samples" / "portrait.jpg") as opened:
        portrait = opened.convert("RGB").resize((1700, 1700))
    for n in range(PHOTOS):
        tags = Image.Exif()
        tags[0x013B] = "Owner Of This"
        tags.get_ifd(0x8825)[1] = "N"
        left, top = 60 * (n % 4), 90 * (n // 4)
        path = folder / f"IMG_{n:02}.jpg"
        portrait.crop((left, top, left + 1400, top + 1050)).save(path, quality=88, exif=tags)
        names.append(str(path))
    return names


class Trainee:
    """One person who trains one profile, in a home of their own, whatever is killed."""

    def __init__(self, folder: Path, moto: int, photos: list[str], mutant: str = "") -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)
        self._journal = self.home / "journal.sqlite3"
        self.photos = photos
        self.mutant = mutant
        self.kills = 0
        self.starts = 0
        self.asked_again = 0
        """How often a person had to say that what was lost and not found is sent again."""
        self.trouble: list[str] = []
        self._moto = moto
        self.fake = FakePhota(folder / "ledger", **QUICK)

    @contextlib.contextmanager
    def open(self) -> Iterator[Trainee]:
        """Run Phota, and the gates before it and the bucket."""
        with contextlib.ExitStack() as opened:
            opened.enter_context(self.fake)
            self.store = FakeBucket(self._moto)
            opened.callback(self.store.close)
            self.bucket = opened.enter_context(Gate(self.store.endpoint))
            self.phota = opened.enter_context(Gate(self.fake.url.removesuffix("/v1/phota")))
            address = replace(self.store.address, endpoint=self.bucket.origin)
            settings = {"daily_cap": "100000", "bucket": asdict(address)}
            (self.home / "settings.json").write_text(json.dumps(settings))
            yield self

    def add(self) -> list[str]:
        """Return the words that train the person of this test."""
        return ["profiles", "add", *self.photos, "--name", "Anna", "--engine", "phota", "--yes"]

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start the program, or its mutant."""
        program = ["tests.faults.mutant", self.mutant] if self.mutant else ["phota_desktop"]
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.starts += 1
        return subprocess.Popen(
            [sys.executable, "-m", *program, *arguments],
            cwd=ROOT,
            env={
                **kept,
                "HOME": str(self.folder),
                "PHOTA_DESKTOP_HOME": str(self.home),
                "PHOTA_BASE_URL": f"{self.phota.origin}/v1/phota",
                "PHOTA_API_KEY": KEY,
                "PHOTA_BUCKET_KEY_ID": KEY_ID,
                "PHOTA_BUCKET_SECRET": SECRET,
            },
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the program to its end."""
        process = self.start(*arguments)
        try:
            said, _ = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            self.kill(process)
            self.trouble.append(f"{arguments[0]} did not end")
            return 1, ""
        self._listen(said)
        return process.returncode, said

    def agree(self, *arguments: str) -> str:
        """Run the program at a terminal where a person answers every question with a yes."""
        person, terminal = pty.openpty()
        process = self.start(*arguments, stdin=terminal)
        os.write(person, b"y\n" * 4)
        os.close(terminal)
        try:
            said, _ = process.communicate(timeout=LONGEST)
        finally:
            os.close(person)
        self._listen(said)
        return said

    def kill(self, process: subprocess.Popen[str]) -> str:
        """Kill a program with no chance to tidy up; return what it said."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        self._listen(said)
        self.kills += 1
        self.trouble += [f"after a kill: {leak}" for leak in self.leaks()]
        return said

    def _listen(self, said: str) -> None:
        if "Traceback" in said or "Something went wrong" in said or "X-Amz" in said:
            self.trouble.append(said[-2000:])

    def kill_at(self, point: Point) -> None:
        """Let the program come to a point and kill it there; then the same with its resume."""
        self.fake.set_chaos(**{**QUICK, **point.traits})
        self._kill_at(point.name, point.at, point.hold, *self.add())
        if point.then:
            self.age()
            self._kill_at(f"{point.name}, then", *point.then, "resume", "--yes")
        self.fake.set_chaos(**QUICK)

    def _kill_at(self, name: str, at: str, hold: Hold, *arguments: str) -> None:
        gate = self.phota if at == "phota" else self.bucket
        gate.hold(replace(hold))
        process = self.start(*arguments)
        until = time.monotonic() + LONGEST
        while not gate.reached.is_set() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        reached = gate.reached.is_set()
        said = self.kill(process)
        if not reached:
            self.trouble.append(f"{name} was never reached: {said[-1000:]}")
        gate.open()

    def kill_after(self, seconds: float, *arguments: str) -> bool:
        """Kill the program after some seconds; False if it ended before."""
        process = self.start(*arguments)
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill(process)
            return True
        self._listen(said)
        return False

    def finish(self, dice: random.Random | None = None) -> None:
        """Start the program again until the training is over, as a person would."""
        for number in range(8):
            self.age()
            if not self.recorded():
                self.run(*self.add())  # killed before anything was agreed to
            elif dice is not None and number < 4 and dice.random() < 0.6:
                self.kill_after(dice.uniform(0.3, 2.0), "resume", "--yes")
            else:
                self.run("resume", "--yes")
            if self.is_over():
                return
            if self.is_lost():
                self.asked_again += 1
                self.age()
                self.agree("resume")
                if self.is_over():
                    return

    def age(self) -> None:
        """Make the record older than rule R4 waits, in place of waiting."""
        if not self.recorded():
            return
        with contextlib.closing(sqlite3.connect(self._journal)) as database, database:
            past = "document = json_set(document, '$.sent', json_extract(document, '$.sent') - ?)"
            database.execute(
                f"UPDATE trainings SET {past} WHERE state = 'sent'",  # noqa: S608
                (R4_SECONDS,),
            )

    def recorded(self) -> list[dict[str, object]]:
        """Return the trainings on record."""
        return [json.loads(row) for (row,) in self._rows("SELECT document FROM trainings")]

    def hosted(self) -> list[dict[str, object]]:
        """Return the hosted photos on record."""
        return [json.loads(row) for (row,) in self._rows("SELECT document FROM hosted_photos")]

    def charged(self) -> list[tuple[str, int]]:
        """Return amount and certainty of each charge on record."""
        return self._rows("SELECT amount, certain FROM charges")

    def _rows(self, query: str) -> list[tuple[object, ...]]:  # type: ignore[type-arg]
        if not self._journal.exists():
            return []
        try:
            with contextlib.closing(sqlite3.connect(self._journal)) as database:
                return database.execute(query).fetchall()
        except sqlite3.OperationalError:  # killed before the tables were made
            return []

    def is_lost(self) -> bool:
        """Tell whether an answer was lost, and the server has no such profile."""
        rows = self.recorded()
        return any(row["state"] == "sent" for row in rows) and not self.fake.ledger.trainings()

    def is_over(self) -> bool:
        """Tell whether there is a training, and all of it is over and cleaned."""
        rows = self.recorded()
        return bool(rows) and all(row["state"] == "ended" for row in rows) and not self.objects()

    def objects(self) -> list[str]:
        """Return what lies in the bucket."""
        return list(self.store.objects())

    def leaks(self) -> list[str]:
        """Return the files of the home that hold a secret or a link."""
        return [
            f"{leak.decode()} in {path.relative_to(self.home)}"
            for path in self.home.rglob("*")
            if path.is_file()
            for content in [_content(path)]
            for leak in LEAKS
            if leak in content
        ]

    def problems(self) -> list[str]:
        """Return every promise that was broken, in words."""
        ledger, found = self.fake.ledger, list(self.trouble)
        made = ledger.trainings()
        if [(row["cents"], row["photos"]) for row in made] != [(290, PHOTOS)]:
            found.append(f"{len(made)} profiles were made and charged, not 1: {made}")
        fetched = ledger.fetches(made[-1]["profile_id"]) if made else []
        if [(row["status"], row["exif"]) for row in fetched] != [(200, False)] * PHOTOS:
            found.append(f"not every photo was had, and bare: {fetched}")
        if self.objects():
            found.append(f"{len(self.objects())} photos are left in the bucket")
        rows = self.recorded()
        if [(row["state"], row["outcome"]) for row in rows] != [("ended", "READY")]:
            found.append(f"the record says {[(row['state'], row['outcome']) for row in rows]}")
        if self.charged() != [("2.90", 1)]:
            found.append(f"the charges on record are {self.charged()}")
        if left := [row["state"] for row in self.hosted() if row["state"] != "deleted"]:
            found.append(f"photos on record are {left}")
        if self._rows("PRAGMA integrity_check") != [("ok",)]:
            found.append("the journal is damaged")
        return found + self.leaks()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
