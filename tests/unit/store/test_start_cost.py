"""What the window's start imports from the store stays cheap."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = {"sqlite3", "keyring", "secretstorage", "httpx", "numpy", "PIL", "asyncio", "PySide6"}


def test_settings_and_paths_bring_nothing_heavy() -> None:
    code = (
        "import sys, phota_desktop.store.settings, phota_desktop.store.paths;"
        "import phota_desktop.store.lock, phota_desktop.store.keys;"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert not HEAVY & set(ran.stdout.split())
