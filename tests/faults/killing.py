"""Kills the real program at random moments and lets the next start finish (rules R1–R8)."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from tests.fake_phota.chaos import Fault
from tests.fake_phota.pictures import picture
from tests.fake_phota.running import FakePhota

ROOT = Path(__file__).parents[2]
LONGEST_RESUME = 60
LONGEST_WITHOUT_A_CLICK = 30.0


@dataclass
class Findings:
    """What a series of kills came to; every number but ``kills`` and ``charges`` must be 0."""

    kills: int = 0
    charges: int = 0
    double_charges: int = 0
    changed_bodies: int = 0
    lost_results: int = 0
    parts: int = 0
    still_open: int = 0
    trouble: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether no promise was broken."""
        broken = (
            self.double_charges,
            self.changed_bodies,
            self.lost_results,
            self.parts,
            self.still_open,
        )
        return not any(broken) and not self.trouble


class Killer:
    """One data folder, one fake Phota, and a number of kills over several jobs."""

    def __init__(
        self, folder: Path, seed: int, mutant: str = "", *, has_window: bool = False
    ) -> None:
        self.folder = folder
        self.has_window = has_window
        self.random = random.Random(seed)  # noqa: S311  (a test)
        self.mutant = mutant
        self.findings = Findings()
        self.rounds = 0
        self._window_s = 0.0
        # A day of this costs more than a person's cap: it would refuse what is to be killed.
        home = folder / "home"
        home.mkdir(mode=0o700, parents=True)
        wanted = {"daily_cap": "100000", "consented": True, "seen_first_run": True}
        (home / "settings.json").write_text(json.dumps({**wanted, "out_dir": str(folder / "out")}))
        # Slow answers, so that kills fall between the charge and its answer as well.
        self.fake = FakePhota(
            folder / "ledger",
            Fault("submit", "delay", chance=0.7, seconds=0.25),
            Fault("submit", "lose_answer", chance=0.1),
            Fault("download", "delay", chance=0.5, seconds=0.15),
            Fault("download", "cut", chance=0.15),
            seed=seed,
            job_seconds=0.3,
        )

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of the program or of its mutant, or a deed of the window."""
        start = ["tests.faults.mutant", self.mutant] if self.mutant else ["phota_desktop"]
        if arguments[0] in ("job", "wait"):
            start = ["tests.faults.window"]
        return [sys.executable, "-m", *start, *arguments]

    def environ(self) -> dict[str, str]:
        """Return the environment of a program with a home of its own."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        home = {"HOME": str(self.folder), "PHOTA_DESKTOP_HOME": str(self.folder / "home")}
        return {**kept, **home, **self.fake.environ(), "QT_QPA_PLATFORM": "offscreen"}

    def run_and_kill(self, seconds: float, *arguments: str) -> bool:
        """Start the program and kill it after ``seconds``; False if it ended before."""
        process = subprocess.Popen(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            self.findings.kills += 1
            return True
        self._look_for_traceback(said)
        return False

    def _look_for_traceback(self, said: str) -> None:
        if any(words in said for words in ("Traceback", "Something went wrong", "STILL OPEN")):
            self.findings.trouble.append(said[-2000:])

    def round(self) -> None:
        """Submit two jobs and kill; resume and kill; each at a random moment."""
        self.rounds += 1
        if self.has_window:
            self._window_round()
            return
        out = str(self.folder / "out")
        for n in range(2):
            # Equal requests would look like a double charge, so no two photos are equal.
            photo = Image.effect_noise((640, 480), 60).convert("RGB")
            photo.save(self.folder / f"photo-{self.rounds}-{n}.jpg", quality=90)
        names = [str(self.folder / f"photo-{self.rounds}-{n}.jpg") for n in range(2)]
        prompt = f"brighter {self.rounds}"
        arguments = ["enhance", *names, "-n", "2", "--yes", "--quiet", "--out", out]
        arguments += ["--prompt", prompt, "--engine", "phota"]
        if self.run_and_kill(self.random.uniform(0.35, 2.2), *arguments):
            while self.random.random() < 0.6:
                if not self.run_and_kill(self.random.uniform(0.35, 1.8), "resume", "--yes"):
                    break

    def _window_round(self) -> None:
        """Ask for a job in the window and kill it; open the window again and kill it."""
        photo = self.folder / f"photo-{self.rounds}.jpg"
        Image.effect_noise((640, 480), 60).convert("RGB").save(photo, quality=90)
        if (
            not self._window_s
        ):  # the first one shows how long it takes on this machine, as it is now
            began = time.monotonic()
            self.run_and_kill(LONGEST_RESUME, "job", str(photo))
            self._window_s = time.monotonic() - began
            return
        job_s, wait_s = self._window_s * 1.1, self._window_s * 0.8
        if self.run_and_kill(self.random.uniform(0.3, 1.0) * job_s, "job", str(photo)):
            while self.random.random() < 0.6:
                if not self.run_and_kill(self.random.uniform(0.2, 1.0) * wait_s, "wait"):
                    break

    def finish(self) -> Findings:
        """Resume to the end and compare the ledger with what is on disk."""
        if self.has_window:
            # All that was sent comes without a click; what was not is asked about, and so the
            # command line says yes to it afterwards.
            began = time.monotonic()
            ended = subprocess.run(
                self.command("wait"),
                cwd=ROOT,
                env=self.environ(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=LONGEST_RESUME,
                check=False,
            )
            self._look_for_traceback(ended.stderr)
            if time.monotonic() - began > LONGEST_WITHOUT_A_CLICK:
                self.findings.trouble.append("the window took too long")
        for _ in range(3):
            ended = subprocess.run(
                self.command("resume", "--yes"),
                cwd=ROOT,
                env=self.environ(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=LONGEST_RESUME,
                check=False,
            )
            self._look_for_traceback(ended.stderr)
            if ended.returncode != 6:
                break
        self._count()
        return self.findings

    def _count(self) -> None:
        found = self.findings
        ledger = self.fake.ledger
        charges = ledger.charges()
        found.charges = len(charges)
        found.double_charges = ledger.double_charges()
        found.changed_bodies = len(ledger.changed_bodies())
        home = self.folder / "home"
        found.parts = sum(1 for _ in home.rglob("*.part")) + sum(
            1 for _ in (self.folder / "out").rglob("*.part")
        )
        vault = {path.read_bytes() for path in home.rglob("*.jpg") if "vault" in path.parts}
        out = {path.read_bytes() for path in (self.folder / "out").glob("*.jpg")}
        for charge in charges:
            for index in range(2):
                wanted = picture(charge["job_id"], index)
                found.lost_results += (wanted not in vault) + (wanted not in out)
        listing = subprocess.run(
            self.command("jobs", "--json"),
            cwd=ROOT,
            env=self.environ(),
            capture_output=True,
            text=True,
            check=True,
        )
        states = [json.loads(line)["state"] for line in listing.stdout.splitlines()]
        found.still_open = sum(state not in ("done", "canceled") for state in states)


def journal_is_sound(home: Path) -> bool:
    """Ask SQLite itself."""
    for journal in home.rglob("journal*.sqlite*"):
        if journal.suffix.startswith(".sqlite") and not journal.name.endswith("-journal"):
            with sqlite3.connect(journal) as connection:
                if connection.execute("pragma integrity_check").fetchone() != ("ok",):
                    return False
    return True
