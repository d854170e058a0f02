"""Goal 7: the key is nowhere but in the keyring, in memory, and in requests to the API's host."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.viewmodels.submitting import BURST
from tests.end2end.pilot import Pilot
from tests.end2end.screen import ROOT, Screen, wait_until
from tests.fake_phota.cdn import Cdn, Stranger
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.fake_phota.wire import Wire
from tests.faults.canary import CANARY, Sweep, forms, tracer, tracing

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

ECHO = f"The key {CANARY} is not welcome."
PEOPLE = [f"https://photos.example/{n}.jpg" for n in range(5)]


@dataclass
class Ears:
    """What every origin of the fake heard, request by request, as it came."""

    api: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Ears:
    heard = Ears()
    serve = Wire._serve

    def listen(self: Wire, method: str) -> None:
        origin = heard.others if isinstance(self, Cdn | Stranger) else heard.api
        origin.append(f"{self.requestline}\n{self.headers.as_string()}")
        serve(self, method)

    monkeypatch.setattr(Wire, "_serve", listen)
    return heard


@dataclass
class Session:
    """One person's home on a fake Phota that knows the canary as their key."""

    home: Path
    fake: FakePhotaThread
    ears: Ears
    said: list[str] = field(default_factory=list)
    runs: int = 0

    def photos(self, count: int) -> list[str]:
        paths = [self.home / f"photo-{self.runs}-{n}.jpg" for n in range(count)]
        for path in paths:
            Image.effect_noise((320, 240), 60).convert("RGB").save(path)
        return list(map(str, paths))

    def run(self, *arguments: str, leak: str = "", typed: str = "", **environ: str) -> int:
        """Run a verb to its end, every program that it starts written down."""
        self.runs += 1
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        done = subprocess.run(
            [
                *tracer(self.home / f"children-{self.runs}.txt"),
                *(sys.executable, "-m", "tests.faults.loud", *arguments),
            ],
            cwd=ROOT,
            env={
                **kept,
                "HOME": str(self.home),
                "PHOTA_DESKTOP_HOME": str(self.home / "phota"),
                "PHOTA_TEST_LEAK": leak,
                **self.fake.environ(),
                **environ,
            },
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.said.append(f"{arguments}\n{done.stdout}\n{done.stderr}")
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode

    def enhance(self, photos: int = 1, leak: str = "", **environ: str) -> int:
        """Have photos enhanced by the fake."""
        words = ("--engine", "phota", "--yes", "--quiet", "--out", str(self.home / "out"))
        return self.run("enhance", *self.photos(photos), *words, leak=leak, **environ)

    def sweep(self) -> Sweep:
        """Look at everything that is left, and say what was never looked at."""
        found = Sweep()
        for traced in self.home.glob("children-*.txt"):
            # The first is the program itself, as the person started it.
            lines = traced.read_text(errors="replace").splitlines(keepends=True)
            traced.write_text("".join(lines[1:]))
            found.look_at_children(traced)
            traced.unlink()
        for words in self.said:
            found.look("said", words)
        for request in self.ears.others:
            found.look("server", request)
        found.look_into(self.home)
        return found


@pytest.fixture
def session(tmp_path: Path, ears: Ears) -> Iterator[Session]:
    home = tmp_path / "home"
    (home / "phota").mkdir(mode=0o700, parents=True)
    (home / "phota" / "settings.json").write_text('{"daily_cap": "1000"}')
    with FakePhotaThread(tmp_path / "ledger", key=CANARY, job_seconds=0.1) as fake:
        yield Session(home, fake, ears)


def test_the_command_line_leaves_the_key_nowhere(session: Session) -> None:
    fake = session.fake
    assert session.enhance() == 0
    fake.set_chaos(
        Fault("submit", "status", times=1, status=422, detail=ECHO),
        Fault("submit", "status", after=1, times=1, status=500, body="html"),
        Fault("submit", "moderation", after=2, times=1),
        Fault("submit", "redirect", after=3, times=1),
        Fault("submit", "lose_answer", after=4, times=1),
        Fault("poll", "status", times=1, status=500, detail=ECHO),
        Fault("poll", "redirect", after=1, times=1),
        Fault("download", "redirect", times=1),
        Fault("download", "expired", after=1, times=1),
        Fault("download", "cut", after=2, times=1),
        job_seconds=0.1,
        poll_url="stranger",
    )
    assert session.enhance(6, PYTHONASYNCIODEBUG="1") != 0
    for step, status in (("submit", 401), ("submit", 402), ("poll", 403)):
        fake.set_chaos(Fault(step, "status", times=1, status=status, detail=ECHO))
        session.enhance()
    for verb in (
        ("profiles", "list"),
        ("profiles", "add", *PEOPLE, "--name", "Anna", "--tier", "fast", "--yes"),
    ):
        step = "ids" if "list" in verb else "add"
        fake.set_chaos(Fault(step, "status", times=1, status=401, detail=ECHO, field="key"))
        assert session.run(*verb) == 4
    fake.set_chaos()
    session.enhance(leak="crash")
    session.run("resume", "--yes")
    session.run("jobs", "--json")
    session.run("doctor", "--json")
    session.run("key", "status", PHOTA_API_KEY=f"{CANARY} twice")
    session.run("key", "set", typed=f"{CANARY}\n")
    found = session.sweep()
    assert found.hits == []
    assert sum(f"X-API-Key: {CANARY}" in request for request in session.ears.api) > 10
    assert len(session.ears.others) >= 4
    assert session.fake.ledger.key_leaks() == []
    assert found.looked_at["said"] == session.runs
    logs = (session.home / "phota" / "logs").glob("*.log*")
    assert sum(path.read_text().count("DEBUG httpcore") for path in logs) > 50


@pytest.mark.parametrize(
    ("leak", "place"),
    [("log", "file: "), ("arguments", "child: "), ("variables", "child: "), ("cdn", "server")],
)
def test_a_planted_leak_is_found(session: Session, leak: str, place: str) -> None:
    assert session.enhance(leak=leak) == 0
    hits = session.sweep().hits
    assert hits
    assert all(hit.startswith(place) for hit in hits), hits


@pytest.mark.parametrize("encoding", forms())
def test_every_encoding_is_found_wherever_it_stands(tmp_path: Path, encoding: str) -> None:
    rows = forms()[encoding]
    if encoding == "base64":
        rows = tuple(base64.b64encode(b"x" * n + CANARY.encode() + b"y" * n) for n in range(4))
    for n, row in enumerate(rows):
        (tmp_path / f"{n}.bin").write_bytes(b"before " + row + b" after")
    found = Sweep()
    found.look_into(tmp_path)
    assert len({hit for hit in found.hits if encoding in hit}) == len(rows)


@pytest.fixture
def screen() -> Iterator[Screen]:
    on = Screen()
    yield on
    on.close()


def test_the_window_leaves_the_key_nowhere(session: Session, screen: Screen) -> None:
    [photo] = session.photos(1)
    settings = {"daily_cap": "1000", "seen_first_run": True, "consented": True}
    (session.home / "phota" / "settings.json").write_text(json.dumps(settings))
    script = session.home / "editor"
    script.write_text('#!/bin/sh\nenv > "$0.env"\n')
    script.chmod(0o700)
    pilot = Pilot(
        screen,
        session.home,
        photo,
        PHOTA_BASE_URL=session.fake.url,
        PHOTA_TEST_BESIDE="tests.faults.loud",
    )
    found = Sweep()
    traced = session.home / "children-window.txt"
    with tracing(pilot.program.pid, traced):
        _use_the_key(pilot, found)
        _meet_errors(pilot, session, found)
        _start_others(pilot, script, photo)
        for mode in ("Clipboard", "Selection"):
            kind = f"app.clipboard().Mode.{mode}"
            found.look("clipboard", str(pilot.ask(f"app.clipboard().text({kind})")))
        for title in screen.xdotool("search", "--name", ".*", check=False).split():
            found.look("title", screen.xdotool("getwindowname", title, check=False))
        screen.key("ctrl+q")
        _, said = pilot.program.communicate(timeout=30)
    assert pilot.program.returncode == 0
    assert b"Traceback" not in said
    session.said.append(said.decode())
    found.look_at_children(traced)
    children = found.looked_at["child"]
    rest = session.sweep()
    assert found.hits + rest.hits == []
    assert any(f"X-API-Key: {CANARY}" in request for request in session.ears.api)
    assert children >= 2  # the editor and a worker of the local engine
    assert found.looked_at["title"] > 1


def _use_the_key(pilot: Pilot, found: Sweep) -> None:
    pilot.screen.key("ctrl+comma")
    for button, words in (("checkKeyButton", "Key works"), ("saveKeyButton", "session only")):
        _type_key(pilot)
        # Copying what is typed must give nothing.
        pilot.screen.key("ctrl+a", "ctrl+c")
        found.look("clipboard", str(pilot.ask("app.clipboard().text()")))
        pilot.click(button)
        pilot.wait(f"{words!r} in find('keyStatus').text()", f"{button} did nothing")
        found.look("shown", pilot.text("keyStatus"))
    pilot.screen.key("Escape")
    pilot.wait("window.settings.engine.value == 'phota'", "the key is not used")


def _type_key(pilot: Pilot) -> None:
    pilot.click("apiKeyEdit")
    pilot.wait("find('apiKeyEdit').hasFocus()", "the field has no focus")
    pilot.screen.key("ctrl+a", "BackSpace")
    pilot.screen.type(CANARY)
    pilot.wait(f"find('apiKeyEdit').text() == {CANARY!r}", "the key was not typed")


_ROWS = "window.jobs.rowCount()"


def _meet_errors(pilot: Pilot, session: Session, found: Sweep) -> None:
    faults: list[Fault] = [
        Fault("submit", "status", times=1, status=422, detail=ECHO),
        Fault("poll", "status", times=1, status=404, detail=ECHO),
        Fault("submit", "status", times=1, status=401, detail=ECHO),
    ]
    for number, fault in enumerate(faults, 1):
        session.fake.set_chaos(fault, job_seconds=0.1)
        time.sleep(BURST)  # a second press within it is the first one's
        pilot.click("submitButton")
        pilot.wait(f"{_ROWS} == {number}", "no job was made")
        pilot.wait("window.studio.notices.current is not None", "nothing was said")
        details = "window.studio.details_of(window.studio.notices.current)"
        found.look("shown", str(pilot.ask(details)))
        pilot.ask("window.studio.notices.dismiss()")
    for row in range(len(faults)):
        found.look("shown", str(pilot.ask(f"window.jobs.details(window.jobs.jobs()[{row}].id)")))


def _start_others(pilot: Pilot, script: Path, photo: str) -> None:
    """Let the window start an editor and a worker of the local engine."""
    module = "__import__('phota_desktop.viewmodels.handoff', fromlist=['handoff'])"
    path = "__import__('pathlib').Path"
    call = f"{module}.start_editor({path}({str(script)!r}), [{path}({photo!r})])"
    assert pilot.ask(call) is None
    local = "type(window.settings.engine)('local')"
    pilot.ask(f"window.settings.set_engine({local})")
    before = pilot.ask(_ROWS)
    time.sleep(BURST)
    pilot.click("submitButton")
    pilot.wait(f"{_ROWS} > {before}", "no job was made")
    wait_until(
        lambda: any((script.parent / "phota" / "results").glob("*.jpg")), 40, "no local result"
    )
