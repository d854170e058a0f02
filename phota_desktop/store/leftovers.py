"""Half-written files of our own folders that nobody finishes: what a kill left is cleared."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from phota_desktop.store.paths import AppFolders

# Files beside the one that they become, copies of the journal, and the window's kept drawings.
_HALF = re.compile(r"\..+\.(tmp|part)|\.key-.+|journal-.+\.tmp(-journal)?|.+\.(bytecode|png)\.\d+")


def clear_leftovers(folders: AppFolders, before: float) -> int:
    """Delete what was half-written ``before`` a time of the wall clock; returns how many files.

    Vault and spool have rules of their own, see ``Vault.sweep``. What cannot be deleted stays.
    """
    ours = (
        folders.home,
        folders.settings_file.parent,
        folders.home / "backups",
        folders.cache,
        folders.cache / "icons",
    )
    return sum(_clear(folder, before) for folder in dict.fromkeys(ours))


def _clear(folder: Path, before: float) -> int:
    gone = 0
    with suppress(OSError):
        for path in folder.iterdir():
            if _HALF.fullmatch(path.name):
                with suppress(OSError):
                    if path.lstat().st_mtime < before and not path.is_dir():
                        path.unlink()
                        gone += 1
    return gone
