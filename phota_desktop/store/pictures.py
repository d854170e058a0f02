"""The library's pictures in the journal's file: rows kept up with the jobs, marks, families."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from phota_desktop.core.jobs import Job
from phota_desktop.core.library import Facets, Found, LibraryQuery, Marks, Picture, photo_key
from phota_desktop.store import picture_index, picture_search
from phota_desktop.store.codec import job_from_json
from phota_desktop.store.journal import Journal
from phota_desktop.store.picture_index import path_of, storable, stored
from phota_desktop.store.picture_rows import COLUMNS, picture_of

_AT_ONCE = 500
"""Rows that one statement asks for by key or number."""

MarkChange = tuple[str, Marks, Marks]
"""A picture's key, its marks before and its marks after."""


class Pictures:
    """Reads and writes the library over the journal's connection; every call may block.

    Every method raises PhotaError DISK when the disk does not take or give the data.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    # kept up with the jobs --------------------------------------------------------------------

    def index_some(self, limit: int) -> tuple[list[str], bool]:
        """Write the rows of the ``limit`` oldest jobs that need it.

        Returns the keys of new and changed pictures, and whether that was all. A job that cannot
        be read is passed over.
        """
        with self.journal.transaction() as database:
            rows = database.execute(
                "SELECT sequence, id, document FROM jobs WHERE indexed = 0 ORDER BY sequence"
                " LIMIT ?",
                (limit,),
            ).fetchall()
            changed: list[str] = []
            for sequence, job_id, document in rows:
                try:
                    job = replace(job_from_json(document), sequence=sequence)
                except ValueError:
                    database.execute("UPDATE jobs SET indexed = 1 WHERE id = ?", (job_id,))
                else:
                    changed += picture_index.index(database, job)
        return changed, len(rows) < limit

    def needs_index(self) -> bool:
        """Tell whether a job has pictures that may not be here yet."""
        return bool(self.journal.read("SELECT 1 FROM jobs WHERE indexed = 0 LIMIT 1"))

    def adopt(self, job: Job, place: int, path: Path, sha256: str, size: tuple[int, int]) -> bool:
        """Write the row of a file of the vault that its job does not know; False if it is here.

        That happens where the journal is an older copy: the job may have ended later.
        """
        from phota_desktop.core.jobs import Variant

        variant = Variant(place, path, sha256, *size, path.suffix.lstrip("."))
        if self.picture(f"{job.id}:{place}") is not None:
            return False
        with self.journal.transaction() as database:
            picture_index.index(database, replace(job, variants=(variant,), cost=None))
        return True

    # reading ----------------------------------------------------------------------------------

    def find(self, query: LibraryQuery) -> Found:
        """Return the numbers of the pictures that ``query`` asks for."""
        return picture_search.find(self.journal, query)

    def find_first(self, count: int, query: LibraryQuery) -> Found:
        """Return the first ``count`` numbers of a query without conditions."""
        return picture_search.find_first(self.journal, count, query)

    def facets(self) -> Facets:
        """Return what occurs in the library."""
        return picture_search.facets(self.journal)

    def pictures(self, numbers: Sequence[int]) -> list[Picture]:
        """Return the pictures of ``numbers`` in that order, unknown ones left out."""
        found = {one.number: one for one in self._among("number", numbers)}
        return [found[number] for number in numbers if number in found]

    def by_keys(self, keys: Sequence[str]) -> list[Picture]:
        """Return the pictures of ``keys`` in that order, each once, unknown ones left out."""
        found = {one.key: one for one in self._among("key", [storable(key) for key in keys])}
        return [found[key] for key in dict.fromkeys(keys) if key in found]

    def picture(self, key: str) -> Picture | None:
        """Return one picture, None if it is not there."""
        return next(iter(self._where("key = ?", storable(key))), None)

    def at(self, path: Path) -> Picture | None:
        """Return the picture that was seen last at ``path``, ours or the person's file."""
        where = stored(path)
        # Two questions: each uses its own index. The newest first, should two have one place.
        for condition in ("path = ?", "vault = ? AND vault != ''"):
            found = self._where(f"{condition} ORDER BY deleted IS NULL DESC, number DESC", where)
            if found:
                return found[0]
        return None

    def with_content(self, sha256: str) -> Picture | None:
        """Return the picture with these bytes, a result before a photo."""
        order = "ORDER BY kind = 'result' DESC, number LIMIT 1"
        return next(iter(self._where(f"sha256 = ? {order}", sha256)), None)

    def has_size(self, size: int) -> bool:
        """Tell whether any picture may have so many bytes; a result counts with its copy."""
        return bool(
            self.journal.read(
                "SELECT 1 FROM pictures WHERE kind = 'photo' AND bytes = ?1 UNION ALL"
                " SELECT 1 FROM pictures WHERE kind = 'result' AND bytes IN (?1, 2 * ?1) LIMIT 1",
                size,
            )
        )

    def vaults(self, keys: Sequence[str]) -> dict[str, Path]:
        """Return where our own files of results are, by key."""
        found = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = [storable(key) for key in keys[start : start + _AT_ONCE]]
            for key, vault in self.journal.read(
                "SELECT key, vault FROM pictures WHERE vault != ''"  # noqa: S608  (ours)
                f" AND key IN ({', '.join('?' * len(some))})",
                *some,
            ):
                found[key] = path_of(vault)
        return found

    def family(self, key: str) -> list[Picture]:
        """Return the whole tree that a picture is in, by arrival, deleted ones too."""
        return self._where(
            "root = (SELECT root FROM pictures WHERE key = ?) ORDER BY number", storable(key)
        )

    def jobs_from(self, path: Path, sha256: str = "") -> list[Job]:
        """Return every job that was given this photo, by place or content, oldest first."""
        rows = self.journal.read(
            "SELECT sequence, document FROM jobs WHERE id IN (SELECT job FROM job_inputs"
            " WHERE path = ? UNION SELECT job FROM job_inputs WHERE sha256 = ? AND sha256 != '')"
            " ORDER BY sequence",
            stored(path),
            sha256,
        )
        jobs = []
        for sequence, document in rows:
            try:
                jobs.append(replace(job_from_json(document), sequence=sequence))
            except ValueError:
                continue  # the journal says so where it lists its jobs
        return jobs

    def _among(self, column: str, values: Sequence[object]) -> Iterator[Picture]:
        for start in range(0, len(values), _AT_ONCE):
            some = values[start : start + _AT_ONCE]
            yield from self._where(f"{column} IN ({', '.join('?' * len(some))})", *some)

    def _where(self, condition: str, *values: object) -> list[Picture]:
        rows = self.journal.read(
            f"SELECT {COLUMNS} FROM pictures WHERE {condition}",  # noqa: S608  (ours)
            *values,
        )
        return [picture_of(row) for row in rows]

    # marks ------------------------------------------------------------------------------------

    def mark(self, keys: Iterable[str], change: Callable[[str, Marks], Marks]) -> list[MarkChange]:
        """Commit new marks of the pictures that are there and not deleted, all or none.

        Returns what changed; what already was so is not among it.
        """
        changes: list[MarkChange] = []
        with self.journal.transaction() as database:
            for picture in self.by_keys(list(keys)):
                after = change(picture.key, picture.marks)
                if picture.deleted is None and after != picture.marks:
                    changes.append((picture.key, picture.marks, after))
            database.executemany(
                "UPDATE pictures SET stars = ?, flag = ?, label = ? WHERE key = ?",
                [(m.stars, m.flag.value, m.label.value, storable(key)) for key, _, m in changes],
            )
        return changes

    # the person's photos ----------------------------------------------------------------------

    def remember_photo(
        self, path: Path, sha256: str, size: tuple[int, int], now: float
    ) -> tuple[Picture, bool]:
        """Return the picture with these bytes, made if it is new, and whether anything changed.

        A photo that is known from another place and is not there any more lies here now.
        """
        known = self.with_content(sha256)
        if known is not None:
            moved = known.path != path and not known.job_id and not known.path.exists()
            sized = bool(size[0]) and known.width == 0
            if moved:
                self.move(known.key, path)
            if sized:
                self.measured(known.key, size)
            return self.picture(known.key) or known, moved or sized
        with self.journal.transaction() as database:
            picture_index.add_photo(database, path, sha256, added=now, size=size)
        made = self.picture(photo_key(sha256))
        assert made is not None  # noqa: S101
        return made, True

    def move(self, key: str, path: Path) -> None:
        """Commit that the file of a picture is another path now."""
        with self.journal.transaction() as database:
            picture_index.place(database, key, path)

    def measured(self, key: str, size: tuple[int, int]) -> None:
        """Commit the size of a photo in pixels, as it is shown."""
        with self.journal.transaction() as database:
            database.execute(
                "UPDATE pictures SET width = ?, height = ? WHERE key = ?", (*size, storable(key))
            )

    def photos(self) -> list[tuple[str, Path, str, int]]:
        """Return every photo of the person as (key, path, SHA-256, bytes or 0), oldest first."""
        rows = self.journal.read(
            "SELECT key, path, sha256, bytes FROM pictures WHERE kind = 'photo' ORDER BY number"
        )
        return [(key, path_of(path), sha256, size) for key, path, sha256, size in rows]

    def unmeasured(self, limit: int) -> list[tuple[str, Path]]:
        """Return the newest photos whose size in pixels is not known."""
        rows = self.journal.read(
            "SELECT key, path FROM pictures WHERE kind = 'photo' AND width = 0"
            " ORDER BY number DESC LIMIT ?",
            limit,
        )
        return [(key, path_of(path)) for key, path in rows]
