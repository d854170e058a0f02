"""The journal: every job, each change committed to the disk before anything follows from it."""

from __future__ import annotations

import datetime
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Job, JobState
from phota_desktop.store import schema, upkeep
from phota_desktop.store.codec import job_from_json, job_to_json
from phota_desktop.store.files import disk_error
from phota_desktop.store.lock import locked

_log = logging.getLogger(__name__)
_OPEN = tuple(state.value for state in JobState if not state.is_final)
_COLUMNS = "sequence, document"


class IllegalMoveError(ValueError):
    """A change that would break the life of a paid request; a mistake of the program."""


class Journal:
    """Jobs in SQLite: one connection under a lock, shared by threads; processes may share a file.

    ``problems`` are sentences for the person. ``restored`` is true when a damaged journal was
    replaced by a backup or a new one: then nothing may be sent again before the person says so.
    Every method raises PhotaError DISK when the disk does not take or give the data.
    """

    def __init__(self, path: Path, *, migrations: Path = schema.MIGRATIONS) -> None:
        self._path = path
        self._backups = path.parent / "backups"
        self._lock = threading.RLock()
        self.problems: list[str] = []
        self.restored = False
        self._is_sound = True
        self._is_closing = False
        self._copying = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Two programs that start at once must not both repair, migrate or back up.
            with locked(path.with_name(f".{path.name}.opening"), schema.BUSY_SECONDS):
                self._database = self._open(migrations)
        except OSError as exc:
            raise disk_error(exc, path) from exc

    def _open(self, migrations: Path) -> sqlite3.Connection:
        database = self._sound()
        if database is None:
            self._repair()
            database = schema.connect(self._path)
        try:
            schema.migrate(database, self._backups, migrations)
            if not upkeep.is_large(self._path):
                self._back_up(database)
        except sqlite3.Error as exc:
            database.close()
            raise _error(exc, self._path) from exc
        except BaseException:
            database.close()
            raise
        return database

    def _back_up(self, database: sqlite3.Connection) -> None:
        """Make today's copy; where there is no room for it, what was paid can come all the same."""
        try:
            schema.back_up(database, self._backups, time.time())
        except (sqlite3.OperationalError, OSError) as exc:
            reason = getattr(exc, "strerror", None) or exc
            self.problems.append(f"No copy of the journal could be made today: {reason}.")

    def _sound(self) -> sqlite3.Connection | None:
        """Return a connection to an undamaged file, None for a damaged one."""
        try:
            database = schema.connect(self._path)
        except sqlite3.OperationalError as exc:
            raise _error(exc, self._path) from exc  # busy, full or not readable: not damaged
        except sqlite3.DatabaseError:
            return None
        spared = upkeep.is_large(self._path) and upkeep.is_known_sound(self._path)
        if spared or schema.check(database) == "ok":
            return database
        database.close()
        return None

    def _repair(self) -> None:
        aside = schema.set_aside(self._path)
        backup = schema.restore(self._path, self._backups)
        found = f"a copy of {backup.stem[8:]} is used" if backup else "a new one was begun"
        self.problems.append(f"The journal was damaged; it is kept as {aside.name}, {found}.")
        self.restored = True

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the lock for a change that is committed as a whole, or not at all.

        PhotaError DISK when the disk does not take it.
        """
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield self._database
                    self._database.execute("COMMIT")
                except BaseException:
                    if self._database.in_transaction:
                        self._database.execute("ROLLBACK")
                    raise
            except sqlite3.Error as exc:
                raise _error(exc, self._path) from exc

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:  # SQLite's own
        """Return all rows that the query ``sql`` gives for ``values``; PhotaError DISK."""
        with self._lock:
            try:
                return self._database.execute(sql, values).fetchall()
            except sqlite3.Error as exc:
                raise _error(exc, self._path) from exc

    def _rows(self, where: str, *values: object) -> list[Job]:
        rows = self.read(f"SELECT {_COLUMNS} FROM jobs {where}", *values)  # noqa: S608  (ours)
        return [job for row in rows if (job := self._job(*row)) is not None]

    def _job(self, sequence: int, document: str) -> Job | None:
        try:
            return replace(job_from_json(document), sequence=sequence)
        except ValueError as exc:
            problem = f"Job {sequence} of the journal cannot be read: {exc}"
            if problem not in self.problems:
                self.problems.append(problem)
            return None

    def add(self, job: Job) -> Job:
        """Commit a new job and return it with its ``sequence``; ValueError if its id is taken."""
        with self.transaction() as database:
            try:
                row = database.execute(
                    "INSERT INTO jobs (id, client_request_id, state, sent, document)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (job.id, job.client_request_id, job.state, job.sent, job_to_json(job)),
                )
            except sqlite3.IntegrityError as exc:
                raise ValueError(f"This job is in the journal already: {job.id}") from exc
            return replace(job, sequence=row.lastrowid or 0)

    def save(self, job: Job) -> None:
        """Commit a job's change; IllegalMoveError, and no change, for one that is not legal.

        The present state is read in the same transaction: another process may have moved on.
        """
        with self.transaction() as database:
            row = database.execute(
                "SELECT state, client_request_id FROM jobs WHERE id = ?", (job.id,)
            ).fetchone()
            if row is None:
                raise IllegalMoveError(f"Not in the journal: {job.id}")
            state, client_request_id = JobState(row[0]), row[1]
            if client_request_id != job.client_request_id:
                raise IllegalMoveError("The client_request_id of an intent never changes.")
            if state is not job.state and not state.can_become(job.state):
                raise IllegalMoveError(f"Job {job.id}: {state} cannot become {job.state}.")
            # A job with pictures is to be looked at by the library, which may stop before it does.
            database.execute(
                "UPDATE jobs SET state = ?, sent = ?, document = ?,"
                " indexed = CASE WHEN ? THEN 0 ELSE indexed END WHERE id = ?",
                (job.state, job.sent, job_to_json(job), bool(job.variants), job.id),
            )

    def job(self, job_id: str) -> Job | None:
        """Return one job, None if it is not there."""
        return next(iter(self._rows("WHERE id = ?", job_id)), None)

    def open_jobs(self) -> list[Job]:
        """Return the jobs that are not in a final state, oldest first."""
        marks = ", ".join("?" * len(_OPEN))
        return self._rows(f"WHERE state IN ({marks}) ORDER BY sequence", *_OPEN)

    def jobs(
        self, limit: int = 200, before_sequence: int | None = None, *, removed: bool = False
    ) -> list[Job]:
        """Return up to ``limit`` jobs, newest first, older than ``before_sequence`` if given.

        Those that were removed come only where ``removed`` asks for them.
        """
        before = before_sequence if before_sequence is not None else 1 << 62
        which = "WHERE sequence < ? AND removed <= ? ORDER BY sequence DESC LIMIT ?"
        return self._rows(which, before, int(removed), limit)

    def remove(self, job_id: str) -> None:
        """Take an ended job out of the list; IllegalMoveError for an open one, it may be paid.

        Its row stays where it cost or may have cost something, for the ledger and the daily cap,
        where it was sent with somebody's profile, for the report of what was sent, and where it
        brought pictures, for the library.
        """
        from phota_desktop.core.ledger import entry_of
        from phota_desktop.core.requests import mentions

        with self.transaction() as database:
            row = database.execute(
                "SELECT state, document FROM jobs WHERE id = ?", (job_id,)
            ).fetchone()
            if row is None:
                return
            if not JobState(row[0]).is_final:
                raise IllegalMoveError(f"Job {job_id} is {row[0]}: cancel it first.")
            job = self._job(0, row[1])
            is_kept = job is None or bool(job.variants) or entry_of(job) is not None
            if job is not None and job.sent is not None:
                request = job.request
                is_kept |= bool(request.profile_ids or mentions(request.prompt))
            if is_kept:
                database.execute("UPDATE jobs SET removed = 1 WHERE id = ?", (job_id,))
            else:
                database.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
                database.execute("DELETE FROM job_inputs WHERE job = ?", (job_id,))

    def spent_today(self, now: float) -> Decimal:
        """Return the US dollars sent to Phota on the local day of ``now``, doubts included.

        A job without a known cost counts with the upper end of its estimate, once it was sent
        and unless it certainly cost nothing; one without a published price counts as nothing.
        Trainings count as well.
        """
        day = datetime.datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0)
        start = day.replace(microsecond=0)
        end = start + datetime.timedelta(days=1)
        sent = self._rows("WHERE sent >= ? AND sent < ?", start.timestamp(), end.timestamp())
        from phota_desktop.core.ledger import entry_of, total  # not needed for the first window

        trained = self.read(
            "SELECT amount FROM charges WHERE sent >= ? AND sent < ? AND amount IS NOT NULL",
            *(start.timestamp(), end.timestamp()),
        )
        of_jobs = total(entry for job in sent if (entry := entry_of(job)) is not None)
        return of_jobs + sum((Decimal(amount) for (amount,) in trained), Decimal(0))

    def check(self) -> str:
        """Return ``"ok"``, or what is damaged."""
        with self._lock:
            return schema.check(self._database)

    def maintain(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Check and copy a large journal, once a day, while it is in use; others wait for nothing.

        Blocking, in any thread, until it is done or ``stopped`` says so. What is found damaged is
        in ``problems``, and mended from a copy at the next opening.
        """
        try:
            with self._copying:
                if self._is_closing:
                    return
                found = upkeep.copy_checked(
                    self._database,
                    self._backups,
                    time.time(),
                    lambda: self._is_closing or stopped(),
                )
        except (sqlite3.OperationalError, OSError) as exc:
            # No room, say: it is tried at the next start, and what is paid comes all the same.
            _log.warning("The journal was not copied: %s", exc)
            return
        except sqlite3.Error as exc:
            raise _error(exc, self._path) from exc
        if found != "ok":
            self._is_sound = False
            upkeep.forget_sound(self._path)
            self.problems.append(
                "The journal is damaged. Start Phota Desktop again: a copy of it will be used."
            )

    def close(self) -> None:
        """Close the connection; further calls raise PhotaError."""
        self._is_closing = True
        with self._copying, self._lock:
            self._database.close()
            if self._is_sound and upkeep.is_large(self._path):
                upkeep.note_sound(self._path)


def _error(exc: sqlite3.Error, path: Path) -> PhotaError:
    return PhotaError(
        ErrorKind.DISK,
        f"The journal {path} cannot be used: {exc}.",
        hint="Make room on its disk, or start again.",
    )
