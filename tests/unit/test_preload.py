"""The thread that loads Qt's libraries: it does, Qt takes them as they are, others go without."""

from __future__ import annotations

import subprocess
import sys

import pytest

from phota_desktop.preload import preload

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")

_SCRIPT = """
import sys, time
from phota_desktop.preload import preload
{prepare}
preload()
end = time.monotonic() + 20
while time.monotonic() < end:
    if "libQt6Widgets" in open("/proc/self/maps").read():
        break
    time.sleep(0.01)
print("libQt6Widgets" in open("/proc/self/maps").read(), "PySide6" in sys.modules)
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
print(application.thread().isMainThread(), QLabel("Phota").sizeHint().height() > 0)
"""


def _run(prepare: str = "") -> subprocess.CompletedProcess[str]:
    script = _SCRIPT.format(prepare=prepare)
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )


def test_loads_qt_without_python_and_qt_still_knows_its_main_thread() -> None:
    done = _run()
    assert done.stderr == ""
    assert done.stdout.split() == ["True", "False", "True", "True"]


def test_without_fontconfig_the_rest_is_loaded() -> None:
    lacking = """
import ctypes
whole = ctypes.CDLL
def lacks(name):
    if name:
        raise OSError(name)
    return whole(name)
ctypes.CDLL = lacks
"""
    done = _run(lacking)
    assert done.stderr == ""
    assert done.stdout.split() == ["True", "False", "True", "True"]


def test_without_qt_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    preload()
