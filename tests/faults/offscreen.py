"""The real program on Qt's offscreen screen, in a process of its own, with a way to ask it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.end2end.pilot import Pilot
from tests.end2end.screen import ROOT, wait_until


def build_foul(folder: Path) -> Path:
    """Compile what is preloaded into the program."""
    library = folder / "foul.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]
    source = Path(__file__).with_name("foul.c")
    subprocess.run([*command, str(library), str(source), "-ldl"], check=True)
    return library


def environ_of(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a program with a home of its own, and no screen."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own = {"HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota")}
    own |= {"XDG_RUNTIME_DIR": str(home), "QT_QPA_PLATFORM": "offscreen"}
    return {**kept, **own, "PHOTA_DESKTOP_QT_DIALOGS": "1", **more}


def settings(home: Path, **values: object) -> None:
    """Write settings of a person who has agreed to costs and has been here before."""
    folder = home / "phota"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {"consented": True, "seen_first_run": True, "daily_cap": "1000", **values}
    (folder / "settings.json").write_text(json.dumps(known))


class Offscreen(Pilot):
    """A running program; ``ask`` and ``wait`` are the pilot's."""

    def __init__(self, home: Path, *arguments: str, **environ: str) -> None:
        self._address = home / "pilot.socket"
        self._address.unlink(missing_ok=True)
        self.errors = (home / "errors.txt").open("w+")
        self.program = subprocess.Popen(
            [
                *(sys.executable, str(ROOT / "tests" / "end2end" / "piloted.py")),
                *(str(self._address), *arguments),
            ],
            cwd=ROOT,
            env=environ_of(home, **environ),
            stdout=subprocess.DEVNULL,
            stderr=self.errors,
        )
        try:
            wait_until(self._address.exists, 60, "the program does not answer")
            self.wait("window.parts is not None", "the window was not finished", 60)
        except BaseException:
            self.close()
            raise

    def close(self) -> str:
        """End the program, by force if need be; return what it wrote to standard error."""
        if self.program.poll() is None:
            self.program.terminate()
            try:
                self.program.wait(10)
            except subprocess.TimeoutExpired:
                self.program.kill()
                self.program.wait()
        with self.errors:
            self.errors.seek(0)
            return self.errors.read()
