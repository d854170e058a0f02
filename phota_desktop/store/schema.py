"""Opens the journal's database: durable settings asserted, checked, migrated, backed up."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.store.files import fsync_dir, fsync_file, open_new

BUSY_SECONDS = 10.0
"""How long one process waits for another one's commit."""
BACKUPS_KEPT = 7
MIGRATIONS = Path(__file__).parent / "migrations"
_EXTRA = 3
_NUMBER = re.compile(r"(\d{3})_\w+\.sql$")


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection with rollback journal and ``synchronous=EXTRA``, mode 0600.

    The WAL of the SQLite that ships with some Pythons (before 3.51.3) can lose commits. Raises
    sqlite3.DatabaseError for a damaged file, PhotaError DISK where the settings do not hold.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        mode = database.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        database.execute("PRAGMA synchronous=EXTRA")
        database.execute("PRAGMA trusted_schema=OFF")
        level = database.execute("PRAGMA synchronous").fetchone()[0]
        if (mode, level) != ("delete", _EXTRA):
            raise PhotaError(
                ErrorKind.DISK, f"The journal cannot be written safely ({mode}, {level})."
            )
    except BaseException:
        database.close()
        raise
    return database


def check(database: sqlite3.Connection) -> str:
    """Return ``"ok"`` or SQLite's first words on what is damaged."""
    try:
        return str(database.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as exc:
        return str(exc)


def migrate(database: sqlite3.Connection, backups: Path, migrations: Path = MIGRATIONS) -> None:
    """Bring the schema up to date, all steps or none; an older journal is copied first.

    Raises PhotaError DISK, and touches nothing, when the journal is of a newer program.
    """
    steps = sorted(
        (int(found[1]), script)
        for script in migrations.iterdir()
        if (found := _NUMBER.search(script.name))
    )
    newest = steps[-1][0]
    version = _version(database)
    if version > newest:
        raise PhotaError(
            ErrorKind.DISK,
            "The journal was written by a newer version of Phota Desktop.",
            hint="Start that version; this one leaves the journal as it is.",
        )
    if version == newest:
        return
    if version > 0:
        _copy(database, backups / f"schema-{version}-{int(time.time())}.sqlite3")
    database.execute("BEGIN IMMEDIATE")
    try:
        start = _version(database)  # another process may have been quicker
        for number, script in steps:
            if number > start:
                for statement in _statements(script.read_text(encoding="utf-8")):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version={number}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def back_up(database: sqlite3.Connection, backups: Path, now: float) -> None:
    """Copy the journal into ``backups`` unless today has a copy; keep the newest seven."""
    today = backups / time.strftime("journal-%Y%m%d.sqlite3", time.localtime(now))
    if today.exists():
        return
    _copy(database, today)
    for old in daily_backups(backups)[BACKUPS_KEPT:]:
        old.unlink(missing_ok=True)


def daily_backups(backups: Path) -> list[Path]:
    """Return the daily copies, newest first."""
    return sorted(backups.glob("journal-????????.sqlite3"), reverse=True)


def _copy(database: sqlite3.Connection, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(".tmp")
    part.unlink(missing_ok=True)
    # SQLite writes into an existing empty file, so the mode is ours from the first byte.
    open_new(part).close()
    try:
        database.execute("VACUUM INTO ?", (str(part),))
        fsync_file(part)
        part.replace(target)
    except (sqlite3.Error, OSError):
        with contextlib.suppress(OSError):  # on a full disk half a copy is only in the way
            part.unlink(missing_ok=True)
        raise
    fsync_dir(target.parent)


def set_aside(path: Path) -> Path:
    """Move a damaged journal, and the rollback file that belongs to it, out of the way."""
    aside = path.with_name(f"{path.name}.bad-{int(time.time())}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.bad-{int(time.time())}-{number}")
    hot = path.with_name(f"{path.name}-journal")
    if hot.exists():
        hot.replace(aside.with_name(f"{aside.name}-journal"))
    path.replace(aside)
    fsync_dir(path.parent)
    return aside


def restore(path: Path, backups: Path) -> Path | None:
    """Put the newest sound backup in the journal's place; None when there is none."""
    for backup in daily_backups(backups):
        part = path.with_name(f".{path.name}.restore.tmp")
        part.unlink(missing_ok=True)
        with open_new(part) as file:
            file.write(backup.read_bytes())
        with closing(sqlite3.connect(part)) as database:
            sound = check(database) == "ok" and _version(database) > 0
        if sound:
            fsync_file(part)
            part.replace(path)
            fsync_dir(path.parent)
            return backup
        part.unlink()
    return None
