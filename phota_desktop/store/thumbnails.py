"""Small pictures in one SQLite file: a cache that may be lost at any time and never grows on."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

LIMIT = 1 << 30
"""Bytes of pictures that are kept: some 60,000 of 320 pixels."""
ROOM = 0.9
"""What is left of the limit after the oldest have gone, so that they do not go one by one."""

_BUSY_MS = 200
_USES_KEPT_BACK = 500
"""Uses that are written at once: each alone would be a write for every read."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS thumbnails (
    key TEXT PRIMARY KEY, content BLOB NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS by_use ON thumbnails (used, size);
PRAGMA user_version = 1;
"""
_log = logging.getLogger(__name__)


class ThumbnailStore:
    """Bytes by key, for any thread; what was not used for longest goes when the limit is reached.

    Nothing raises: a damaged file is made anew, and where there is no writing (full disk, another
    program holds it) nothing is kept and what is not found is made again.
    """

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self._path = path
        self._limit = limit
        self._lock = threading.Lock()
        self._uses: dict[str, int] = {}
        self._size = 0
        self._connection: sqlite3.Connection | None = None
        self._was_rebuilt = False
        with self._lock:
            self._open()

    @property
    def size(self) -> int:
        """Bytes of the pictures that are kept."""
        return self._size

    def find(self, key: str) -> bytes | None:
        """Return what was kept under this key."""
        with self._lock:
            if self._connection is None:
                return None
            try:
                row = self._connection.execute(
                    "SELECT content FROM thumbnails WHERE key = ?", (key,)
                ).fetchone()
                if row is None:
                    return None
                self._uses[key] = int(time.time())
                if len(self._uses) >= _USES_KEPT_BACK:
                    self._write_uses(self._connection)
            except sqlite3.Error as error:
                self._mend(error)
                return None
            return bytes(row[0])

    def keep(self, key: str, content: bytes) -> None:
        """Keep this under the key, in place of what was there."""
        with self._lock:
            if self._connection is None:
                return
            try:
                old = self._connection.execute(
                    "SELECT size FROM thumbnails WHERE key = ?", (key,)
                ).fetchone()
                self._connection.execute(
                    "INSERT OR REPLACE INTO thumbnails VALUES (?, ?, ?, ?)",
                    (key, content, len(content), int(time.time())),
                )
                self._size += len(content) - (old[0] if old else 0)
                if self._size > self._limit:
                    self._drop_oldest(self._connection)
            except sqlite3.Error as error:
                self._mend(error)

    def close(self) -> None:
        """Write what is kept back and close; nothing is found or kept after it."""
        with self._lock:
            if self._connection is not None:
                with suppress(sqlite3.Error):
                    self._write_uses(self._connection)
                self._shut()

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_new = not self._path.exists()
            self._connection = self._connected()
            if is_new:
                self._path.chmod(0o600)
                # Where earlier versions kept them, a file for each.
                shutil.rmtree(self._path.with_suffix(""), ignore_errors=True)
            row = self._connection.execute("SELECT sum(size) FROM thumbnails").fetchone()
            self._size = int(row[0] or 0)
        except OSError as error:
            _log.warning("no thumbnails can be kept: %s", error)
        except sqlite3.Error as error:
            self._mend(error)

    def _connected(self) -> sqlite3.Connection:
        made = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            made.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            made.execute("PRAGMA page_size = 8192")
            # A cache may lose its last writes, or all of them: it need not wait for the disk.
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("PRAGMA synchronous = OFF")
            made.executescript(_SCHEMA)
        except sqlite3.Error:
            made.close()
            raise
        return made

    def _mend(self, error: sqlite3.Error) -> None:
        """Make a damaged file anew, once; leave one alone that is merely held or full."""
        _log.warning("thumbnails: %s", error)
        if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
            return
        self._shut()
        if self._was_rebuilt:
            return
        self._was_rebuilt = True
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{self._path}{ending}").unlink()
        self._open()

    def _shut(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection, self._size = None, 0
        self._uses.clear()

    def _write_uses(self, connection: sqlite3.Connection) -> None:
        uses = [(used, key) for key, used in self._uses.items()]
        self._uses.clear()
        connection.execute("BEGIN")
        connection.executemany("UPDATE thumbnails SET used = ? WHERE key = ?", uses)
        connection.execute("COMMIT")

    def _drop_oldest(self, connection: sqlite3.Connection) -> None:
        self._write_uses(connection)
        to_go = self._size - int(self._limit * ROOM)
        gone: list[tuple[int]] = []
        for number, size in connection.execute(
            "SELECT rowid, size FROM thumbnails ORDER BY used, rowid"
        ):
            if to_go <= 0:
                break
            gone.append((number,))
            to_go -= size
            self._size -= size
        connection.execute("BEGIN")
        connection.executemany("DELETE FROM thumbnails WHERE rowid = ?", gone)
        connection.execute("COMMIT")
