"""Files on their way to the system's trash and back: on record before they are moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phota_desktop.core.library import Picture, PictureKind
from phota_desktop.store.journal import Journal
from phota_desktop.store.picture_index import path_of, storable, stored
from phota_desktop.store.picture_rows import COLUMNS, picture_of

_COLUMNS = "d.number, p.key, d.path, d.is_vault, d.sha256, d.moved, d.lies"


@dataclass(frozen=True)
class Disposed:
    """One file of a deleted picture: where it was, what it held, where it lies (None: unknown)."""

    number: int
    key: str
    path: Path
    is_vault: bool
    sha256: str
    is_moved: bool = False
    lies: Path | None = None


class Disposals:
    """Reads and writes what was deleted; every call may block and raise PhotaError DISK."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def results(self, keys: Sequence[str]) -> list[tuple[Picture, Path]]:
        """Return the results among ``keys`` that are not deleted, each with its vault file."""
        found = []
        for key in dict.fromkeys(keys):
            for row in self._journal.read(
                f"SELECT {COLUMNS}, vault FROM pictures"  # noqa: S608  (ours)
                " WHERE key = ? AND deleted IS NULL AND kind = ?",
                storable(key),
                PictureKind.RESULT.value,
            ):
                found.append((picture_of(row[:-1]), path_of(row[-1])))
        return found

    def is_anothers(self, picture: Picture, path: Path, sha256: str) -> bool:
        """Tell whether what lies at ``path`` with this SHA-256 is another picture's file.

        Of two that had one place, it is the later one's.
        """
        other = "" if sha256 == picture.sha256 else sha256
        return bool(
            self._journal.read(
                "SELECT 1 FROM pictures WHERE key != ? AND deleted IS NULL"
                " AND ((path = ? AND number > ?) OR (sha256 = ? AND sha256 != '')) LIMIT 1",
                *(storable(picture.key), stored(path), picture.number, other),
            )
        )

    def deleted(self) -> list[tuple[Picture, list[Disposed]]]:
        """Return every deleted picture with its files that were moved."""
        found = []
        for row in self._journal.read(
            f"SELECT {COLUMNS} FROM pictures WHERE deleted IS NOT NULL"  # noqa: S608  (ours)
        ):
            picture = picture_of(row)
            found.append((picture, self.of(picture.key)))
        return found

    def intend(self, files: Sequence[tuple[str, Path, bool, str]]) -> list[Disposed]:
        """Commit which files (key, path, is_vault, SHA-256) are to be moved, before any is."""
        with self._journal.transaction() as database:
            return [
                Disposed(_insert(database, *file), file[0], file[1], file[2], file[3])
                for file in files
            ]

    def conclude(
        self, moved: Sequence[tuple[Disposed, Path | None]], deleted: Sequence[str], now: float
    ) -> None:
        """Commit what was moved and where it lies, and which pictures so are deleted.

        What was intended for these and other pictures, and is not in ``moved``, is forgotten.
        """
        with self._journal.transaction() as database:
            database.executemany(
                "UPDATE disposals SET moved = 1, lies = ? WHERE number = ?",
                [(None if lies is None else stored(lies), one.number) for one, lies in moved],
            )
            database.executemany(
                "UPDATE pictures SET deleted = ? WHERE key = ?",
                [(now, storable(key)) for key in deleted],
            )
            database.execute("DELETE FROM disposals WHERE moved = 0")

    def of(self, key: str) -> list[Disposed]:
        """Return the files of a deleted picture that were moved, the vault's first."""
        return self._read("WHERE p.key = ? AND d.moved ORDER BY d.is_vault DESC", storable(key))

    def unfinished(self) -> list[Disposed]:
        """Return what was intended and neither done nor given up: the program was stopped."""
        return self._read("WHERE NOT d.moved ORDER BY d.number")

    def restored(self, key: str, path: Path | None) -> None:
        """Commit that a picture is there again, with the file ``path`` to be shown (None: as was).

        Nothing of it is in the trash any more, as far as we are concerned.
        """
        with self._journal.transaction() as database:
            database.execute(
                "DELETE FROM disposals WHERE picture = (SELECT number FROM pictures WHERE key = ?)",
                (storable(key),),
            )
            database.execute("UPDATE pictures SET deleted = NULL WHERE key = ?", (storable(key),))
            if path is not None:
                database.execute(
                    "UPDATE pictures SET path = ? WHERE key = ?", (stored(path), storable(key))
                )

    def vault_of(self, key: str) -> Path | None:
        """Return where a result's own copy belongs."""
        rows = self._journal.read("SELECT vault FROM pictures WHERE key = ?", storable(key))
        return path_of(rows[0][0]) if rows and rows[0][0] else None

    def _read(self, which: str, *values: object) -> list[Disposed]:
        rows: list[tuple[Any, ...]] = self._journal.read(
            f"SELECT {_COLUMNS} FROM disposals AS d"  # noqa: S608  (ours)
            f" JOIN pictures AS p ON p.number = d.picture {which}",
            *values,
        )
        return [
            Disposed(
                number,
                key,
                path_of(path),
                bool(is_vault),
                sha256,
                bool(moved),
                None if lies is None else path_of(lies),
            )
            for number, key, path, is_vault, sha256, moved, lies in rows
        ]


def _insert(database: sqlite3.Connection, key: str, path: Path, is_vault: bool, sha256: str) -> int:
    row = database.execute(
        "INSERT INTO disposals (picture, path, is_vault, sha256)"
        " SELECT number, ?, ?, ? FROM pictures WHERE key = ?",
        (stored(path), int(is_vault), sha256, storable(key)),
    )
    return row.lastrowid or 0
