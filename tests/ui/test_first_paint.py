"""The first paint shows the whole window, and makes nothing of Qt that it does not need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from phota_desktop.viewmodels import roles

ROOT = Path(__file__).resolve().parents[2]

# The program's own steps up to the moment after its first paint.
_START = """
import json, os, sys
from PySide6 import QtCore, QtWidgets
from phota_desktop import app
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore
from phota_desktop.viewmodels.images import ImageLoader

folders = AppFolders.find()
folders.create()
store = SettingsStore(folders.settings_file)
program = app._build(folders, store, store.load(), ImageLoader(), None)
window = program.window
complete = type(window).complete

def painted(self):
    made = [name for name in ("Qt", "QStyle") if name in vars(QtCore) | vars(QtWidgets)]
    modules = [name for name in sys.modules if name.startswith("phota_desktop")]
    print(json.dumps({"made": made, "modules": modules}), flush=True)
    self.grab().save(os.environ["SHOTS"] + "/first.png")
    complete(self)
    QtCore.QTimer.singleShot(50, end)

def end():
    window.grab().save(os.environ["SHOTS"] + "/complete.png")
    os._exit(0)

type(window).complete = painted
window.show()
program.application.exec()
"""


def test_the_first_paint_is_whole_and_spares_what_is_not_seen(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SHOTS": str(tmp_path)}
    environ |= {"PHOTA_DESKTOP_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _START],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    said = json.loads(done.stdout)
    # Qt's namespace makes 120 enums in 14 ms, QStyle takes 9 (see phota_desktop/ui/controls.py).
    assert said["made"] == []
    late = {"image_canvas", "canvas_paint", "compare_view", "window_commands", "shortcuts"}
    assert not {f"phota_desktop.ui.{name}" for name in late} & set(said["modules"])
    first, complete = (QImage(str(tmp_path / f"{name}.png")) for name in ("first", "complete"))
    assert first.size() == complete.size()
    points = [
        (x, y)
        for x in range(0, first.width(), 3)
        for y in range(0, first.height(), 3)
        if first.pixel(x, y) != complete.pixel(x, y)
    ]
    assert len(points) < 40, points[:10]  # the words of the empty canvas may move by a pixel


def test_the_roles_are_qts() -> None:
    role = Qt.ItemDataRole
    assert role.DisplayRole == roles.DISPLAY_ROLE
    assert role.ToolTipRole == roles.TOOL_TIP_ROLE
    assert role.AccessibleTextRole == roles.ACCESSIBLE_TEXT_ROLE
    assert role.UserRole == roles.USER_ROLE
