"""Goal 1: from the start of the process to the painted window, beside an empty PySide6 window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.desktop import Desktop
from tests.benchmarks.measure import interleaved, median, ratio, table

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

ROUNDS = 15
GOAL = 1.35
ROOT = Path(__file__).resolve().parents[2]
EMPTY, OURS, COMPLETE = "empty QMainWindow", "Phota Desktop", "the same, with its hidden lists"

_EMPTY = """
import os
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

class Window(QMainWindow):
    def paintEvent(self, event):
        QTimer.singleShot(0, lambda: os._exit(0))
        super().paintEvent(event)

application = QApplication(["empty"])
window = Window()
window.resize(1440, 900)
window.show()
application.exec()
"""

# The program as it starts itself, but that its window's class is changed once it is loaded.
_OURS = """
import os, runpy, sys

class Hook:
    def find_spec(self, name, path=None, target=None):
        if name != "phota_desktop.ui.main_window":
            return None
        sys.meta_path.remove(self)
        import importlib.util
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (load(module), change(module.MainWindow))
        return spec

def change(window):
    from PySide6.QtCore import QTimer
    METHOD = window.METHOD
    def method(self, *arguments):
        BEFORE
        METHOD(self, *arguments)
        AFTER
    window.METHOD = method

def end():
    os._exit(0)

sys.meta_path.insert(0, Hook())
sys.argv = ["phota-desktop"]
runpy.run_module("phota_desktop", run_name="__main__", alter_sys=True)
"""
_END = "QTimer.singleShot(0, end)"


def _ours(method: str, before: str, after: str) -> str:
    text = _OURS.replace("METHOD", method)
    return text.replace("BEFORE", before).replace("AFTER", after)


def _run(script: Path, environ: dict[str, str]) -> None:
    subprocess.run([sys.executable, str(script)], env=environ, cwd=ROOT, check=True)


def _measure(folder: Path, environ: dict[str, str], title: str) -> None:
    # An installed program has its bytecode; every round but the first is a second start.
    kept = {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept |= {"PYTHONPATH": str(ROOT), "PHOTA_DESKTOP_HOME": str(folder / "home")}
    scripts: dict[str, Path] = {}
    # A timer that is set in a paint event fires when all of that paint is on the screen. The lists
    # that an empty window does not show are made right after.
    painted, completed = _ours("paintEvent", _END, "pass"), _ours("complete", "pass", _END)
    for name, text in ((EMPTY, _EMPTY), (OURS, painted), (COMPLETE, completed)):
        scripts[name] = folder / f"{len(scripts)}.py"
        scripts[name].write_text(text)

    def runner(name: str) -> object:
        return _run(scripts[name], kept)

    times = interleaved(
        {name: lambda name=name: runner(name) for name in scripts}, repeats=ROUNDS, warmup=2
    )
    rows: list[tuple[object, ...]] = [("window", "ms", "× empty")]
    rows += [(name, median(spent), ratio(spent, times[EMPTY])) for name, spent in times.items()]
    table(f"Start to first paint, {title} (medians of {ROUNDS})", rows)
    assert ratio(times[OURS], times[EMPTY]) <= GOAL


def test_start_offscreen(tmp_path: Path) -> None:
    """The whole window is painted in little more than an empty one takes, without a screen."""
    _measure(tmp_path, {**os.environ, "QT_QPA_PLATFORM": "offscreen"}, "offscreen")


def test_start_on_x11(tmp_path: Path) -> None:
    """The same on an X server with a window manager."""
    if not shutil.which("Xvfb") or not shutil.which("openbox"):
        pytest.skip("Xvfb or openbox is not here")
    desktop = Desktop(tmp_path / "desktop")
    try:
        _measure(tmp_path, desktop.environ, "Xvfb")
    finally:
        desktop.close()
