"""One life of the real program on its own folders: a fault, a restart, and what is left then."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from tests.fake_phota.chaos import Fault
from tests.fake_phota.pictures import picture
from tests.fake_phota.running import FakePhotaThread
from tests.faults.shim import Call, Shim, calls

ROOT = Path(__file__).parents[2]
LONGEST = 30.0
"""Seconds in which a restart must have brought everything to its end."""
PICTURES = 2
_NEVER = ("Traceback", "Something went wrong", "STILL OPEN", "FAILED ")
_LEFTOVERS = (".part", ".meta", ".tmp")


@dataclass(frozen=True)
class Ended:
    """How one run of the program ended: ``code`` below 0 is a signal, None was too long."""

    code: int | None
    said: str
    seconds: float

    @property
    def killed(self) -> bool:
        """Whether the shim killed it."""
        return self.code == -9


@dataclass
class Life:
    """A home, an output folder and a photo of their own, and a fake Phota with its ledger.

    ``trouble`` is every promise that was broken, in words.
    """

    folder: Path
    fake: FakePhotaThread
    has_window: bool = False
    mutant: tuple[str, ...] = ()
    """Module and name of a fault that is planted in the command line."""
    through: list[str] = field(default_factory=list)
    """What the program is started through, such as a tracer."""
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home.mkdir(mode=0o700, parents=True)
        self.out.mkdir()
        wanted = {"daily_cap": "100000", "consented": True, "seen_first_run": True}
        (self.home / "settings.json").write_text(
            json.dumps({**wanted, "out_dir": str(self.out)}), "utf-8"
        )
        Image.effect_noise((320, 240), 60).convert("RGB").save(self.photo, quality=90)
        self._photo_before = (self.photo.read_bytes(), self.photo.stat().st_mtime_ns)

    @property
    def home(self) -> Path:
        """The program's own folder."""
        return self.folder / "home"

    @property
    def out(self) -> Path:
        """Where results are delivered."""
        return self.folder / "out"

    @property
    def photo(self) -> Path:
        """The person's photo."""
        return self.folder / "photo.jpg"

    @property
    def log(self) -> Path:
        """Where the shim writes down what it saw."""
        return self.folder / "calls"

    def shim(self, *, armed: bool = True) -> Shim:
        """Return a shim that watches everything of this life."""
        return Shim((self.home, self.out, self.folder / "data"), self.log, armed=armed)

    def calls(self) -> list[Call]:
        """Return what the last run with a shim wrote."""
        return calls(self.log)

    def run(self, *arguments: str, shim: Shim | None = None, seconds: float = LONGEST) -> Ended:
        """Run the command line or a deed of the window to its end, or for so many seconds."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environ = {
            **kept,
            "HOME": str(self.folder),
            "PHOTA_DESKTOP_HOME": str(self.home),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "QT_QPA_PLATFORM": "offscreen",
            **self.fake.environ(),
            **(shim.environ() if shim is not None else {}),
        }
        is_window = arguments[0] in ("job", "wait", "delete", "undo", "export")
        start = ["tests.faults.window"] if is_window else [*(self.mutant or ("phota_desktop",))]
        self.log.unlink(missing_ok=True)
        began = time.monotonic()
        process = subprocess.Popen(
            [*self.through, sys.executable, "-m", *start, *arguments],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            _, said = process.communicate(timeout=seconds)
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
            code = None
            self.trouble.append(f"{arguments[0]} did not end in {seconds:.0f} s: {said[-1000:]}")
        found = [words for words in _NEVER if words in said]
        if found:
            self.trouble.append(f"{arguments[0]} said {found}: {said[-3000:]}\n{self._log()}")
        return Ended(code, said, time.monotonic() - began)

    def _log(self) -> str:
        """Return the end of the program's log: what went wrong is told there."""
        logs = sorted((self.home / "logs").glob("*.log"))
        return "".join(path.read_text("utf-8", "replace")[-4000:] for path in logs)

    def job(self, shim: Shim | None = None, seconds: float = LONGEST) -> Ended:
        """Run one whole job: two enhanced pictures of the photo, delivered."""
        if self.has_window:
            return self.run("job", str(self.photo), shim=shim, seconds=seconds)
        asked = ["enhance", str(self.photo), "-n", str(PICTURES), "--yes", "--quiet"]
        asked += ["--out", str(self.out), "--engine", "phota"]
        return self.run(*asked, shim=shim, seconds=seconds)

    def restart(self) -> Ended:
        """Start again, a minute or more later as far as files tell, until all is at its end."""
        older = time.time() - 120
        for path in self.home.rglob("*"):
            if path.is_file() and (
                path.parent.name in ("spool", "vault") or path.suffix in _LEFTOVERS
            ):
                os.utime(path, (older, older))
        return self.run("wait") if self.has_window else self.run("resume", "--yes")

    # what must be true ------------------------------------------------------------------------

    def states(self) -> dict[str, str]:
        """Return the state of each job in the journal by its ``client_request_id``."""
        return {request_id: state for request_id, state, _ in self._rows()}

    def _rows(self) -> list[tuple[str, str, str]]:
        journal = self.home / "journal.sqlite3"
        if not journal.exists():
            return []
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as database:
            try:
                rows = database.execute(
                    "SELECT client_request_id, state, document FROM jobs"
                ).fetchall()
            except sqlite3.OperationalError as problem:
                if "no such table" in str(problem):
                    return []
                raise
            sound = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
        if not sound:
            self.trouble.append("the journal is damaged")
        return rows

    def check(self) -> list[str]:
        """Compare the ledger with what is on the disk; return every broken promise."""
        ledger = self.fake.ledger
        rows = self._rows()
        # What the person's folder did not take is in the vault, and said with a way out (R6).
        unwritten = sum(
            bool(variant.get("copy_error"))
            for *_, document in rows
            for variant in json.loads(document)["variants"]
        )
        asked = {post["client_request_id"] for post in ledger.posts()}
        for request_id, state, _ in rows:
            waits = state == "queued" and self.has_window and request_id not in asked
            if state != "done" and not waits:
                self._broken(f"a job is {state}")
        if ledger.double_charges():
            self._broken(f"{ledger.double_charges()} double charges")
        if ledger.changed_bodies():
            self._broken("a repeated body differs")
        out = {path: path.read_bytes() for path in self.out.iterdir() if path.is_file()}
        vault = [path.read_bytes() for path in (self.home / "vault").glob("*.jpg")]
        wanted = [
            picture(charge["job_id"], n) for charge in ledger.charges() for n in range(PICTURES)
        ]
        if any(content not in vault for content in wanted):
            self._broken("a paid picture is not in the vault")
        if sum(content not in out.values() for content in wanted) > unwritten:
            self._broken("a paid picture was not delivered")
        for path, content in out.items():
            if content not in wanted:
                self._broken(f"{path.name} is no whole picture ({len(content)} bytes)")
        if len(out) > len(wanted):
            self._broken(f"delivered twice: {sorted(path.name for path in out)}")
        self.check_leftovers()
        return self.trouble

    def check_leftovers(self, *folders: Path) -> None:
        """Note files that are half of something, and whatever became of the photo."""
        for folder in (self.home, self.out, *folders):
            for path in folder.rglob("*"):
                if path.suffix in _LEFTOVERS and path.is_file():
                    self._broken(f"left over: {path.relative_to(self.folder)}")
        for path in (self.home / "spool").glob("*"):
            if not any(state == "queued" for state in self.states().values()):
                self._broken(f"left over: {path.relative_to(self.folder)}")
        if (self.photo.read_bytes(), self.photo.stat().st_mtime_ns) != self._photo_before:
            self._broken("the person's photo was changed")

    def _broken(self, words: str) -> None:
        if words not in self.trouble:
            self.trouble.append(words)


def spread(numbers: Sequence[int], count: int) -> list[int]:
    """Return so many of the numbers, spread evenly from first to last; all of them for 0."""
    if not 0 < count < len(numbers):
        return list(numbers)
    if count == 1:
        return [numbers[-1]]
    return [numbers[round(k * (len(numbers) - 1) / (count - 1))] for k in range(count)]


def fake(folder: Path, *faults: Fault, **traits: object) -> FakePhotaThread:
    """Return a fake Phota that answers at once, not started."""
    return FakePhotaThread(folder / "ledger", *faults, **{"job_seconds": 0.0, **traits})
