"""Copies of results that other programs may change: the vault's own file is never given away."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.file_names import DEFAULT_TEMPLATE, distinct, expand, file_name, numbered

if TYPE_CHECKING:
    from phota_desktop.viewmodels.export_subjects import Subject

EDITED = "edited"
"""Ends the name of a copy to work on, so that programs that stack by name keep it beside."""
DRAGGED_SECONDS = 24 * 3600
"""After so long nobody reads a file any more that was dragged out."""


def working_copy(subject: Subject, folder: Path) -> Path:
    """Return a copy of a result that may be changed, named after it; blocking.

    ``IMG-enhance-1-edited.jpg``, the next free number if that is taken. A copy that nobody has
    changed is used again. Raises ``PhotaError`` DISK.
    """
    from phota_desktop.imaging.files import disk_error, write_new

    stem = expand(f"{DEFAULT_TEMPLATE}-{EDITED}", subject.tokens)
    target = folder / file_name(stem, subject.extension)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = subject.path.read_bytes()
        for number in range(1, 100):
            there = target.with_name(numbered(target.name, number))
            if not there.is_file():
                break
            if there.stat().st_size == len(content) and there.read_bytes() == content:
                return there
    except OSError as error:
        raise disk_error(folder, error) from error
    return write_new(target, content)


def dragged_copies(files: Sequence[tuple[Path, str]], folder: Path) -> dict[Path, Path]:
    """Copy each (file, name) under its name, for a drag out of the window; blocking.

    Returns the copies by file; one that cannot be made is left out. Old ones are deleted.
    """
    _drop_old(folder)
    found: dict[Path, Path] = {}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=folder))
    except OSError:
        return found
    names = distinct(name for _, name in files)
    for (path, _), name in zip(files, names, strict=True):
        with suppress(OSError):
            found[path] = Path(shutil.copyfile(path, place / name))
    return found


def _drop_old(folder: Path) -> None:
    """Delete what was dragged out long ago; it may lie there in hundreds of megabytes."""
    before = time.time() - DRAGGED_SECONDS
    with suppress(OSError), os.scandir(folder) as there:
        for one in there:
            with suppress(OSError):
                if one.stat(follow_symlinks=False).st_mtime < before:
                    if one.is_dir(follow_symlinks=False):
                        shutil.rmtree(one.path, ignore_errors=True)
                    else:
                        Path(one.path).unlink(missing_ok=True)
