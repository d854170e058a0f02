"""What a large journal is spared at its opening: it is checked and copied once a day, later."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from phota_desktop.store import schema
from phota_desktop.store.files import fsync_dir, fsync_file, open_new

LARGE = 8_000_000
"""Bytes: up to here a full check and a copy take some 30 ms and are made at every opening."""
_PAGES = 500
"""Pages that are copied at a time (2 MB); whoever wants to write waits for so many, some 5 ms."""
_PAUSE = 0.02


def is_large(path: Path) -> bool:
    """Tell whether checking and copying the journal would be felt at the start."""
    try:
        return path.stat().st_size > LARGE
    except OSError:
        return False


def is_known_sound(path: Path) -> bool:
    """Tell whether nobody wrote into the journal since it was last known to be sound.

    After a stop in the middle of anything, a power cut or another program's write, it is not.
    """
    with contextlib.suppress(OSError):
        if not path.with_name(f"{path.name}-journal").exists():
            return _seal(path).read_text(encoding="ascii") == _state(path)
    return False


def note_sound(path: Path) -> None:
    """Note the state of a journal that was sound and is closed now, if that can be noted."""
    with contextlib.suppress(OSError):
        seal = _seal(path)
        seal.unlink(missing_ok=True)
        state = _state(path)
        with open_new(seal) as file:
            file.write(state.encode("ascii"))


def forget_sound(path: Path) -> None:
    """Let the journal be checked in full at its next opening."""
    with contextlib.suppress(OSError):
        _seal(path).unlink(missing_ok=True)


def _seal(path: Path) -> Path:
    return path.with_name(f".{path.name}.sound")


def _state(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_ino} {stat.st_size} {stat.st_mtime_ns}"


class _StoppedError(Exception):
    """The program ends: the copy is made another time."""


def copy_checked(
    source: sqlite3.Connection,
    backups: Path,
    now: float,
    stopped: Callable[[], bool] = lambda: False,
) -> str:
    """Make today's copy of a journal in use, and check the copy; ``"ok"``, or what is damaged.

    The journal itself is locked for a few milliseconds at a time only. ``source`` is the
    connection that writes into it: what it writes meanwhile goes into the copy as well, where
    another one's writes would let the copying begin anew. A damaged copy is not
    kept. Does nothing if today has a copy, and gives up, ``"ok"``, when ``stopped`` says so.
    Raises OSError and sqlite3.Error.
    """

    def look(*_: int) -> None:
        if stopped():
            raise _StoppedError

    today = backups / time.strftime("journal-%Y%m%d.sqlite3", time.localtime(now))
    if today.exists():
        return "ok"
    backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = today.with_suffix(f".{os.getpid()}.tmp")
    part.unlink(missing_ok=True)
    open_new(part).close()
    try:
        with closing(sqlite3.connect(part)) as copy:
            try:
                source.backup(copy, pages=_PAGES, sleep=_PAUSE, progress=look)
                copy.set_progress_handler(stopped, 100_000)
                found = schema.check(copy)
                look()
            except sqlite3.OperationalError:
                raise  # busy or full: nothing is known
            except sqlite3.DatabaseError as exc:
                found = str(exc)
        if found == "ok":
            fsync_file(part)
            part.replace(today)
            fsync_dir(backups)
            for old in schema.daily_backups(backups)[schema.BACKUPS_KEPT :]:
                old.unlink(missing_ok=True)
    except _StoppedError:
        return "ok"
    finally:
        part.unlink(missing_ok=True)
    return found
