"""Trainings and their hosted photos on record, in the journal: each change before what follows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from phota_desktop.core.hosting import HostedPhoto, HostedState
from phota_desktop.core.training import Training, TrainingState, is_our_tag
from phota_desktop.store.charges import Charge, drop, settle, write
from phota_desktop.store.journal import IllegalMoveError, Journal
from phota_desktop.store.training_codec import photo_from_json, to_json, training_from_json

T = TypeVar("T")
_S = TrainingState
_MOVES: dict[TrainingState, tuple[TrainingState, ...]] = {
    _S.RECORDED: (_S.UPLOADING, _S.SENT, _S.FAILED, _S.CANCELED),
    _S.UPLOADING: (_S.RECORDED, _S.SENT, _S.FAILED, _S.CANCELED),
    # CANCELED: stopped between this commit and the request.
    _S.SENT: (_S.TRAINING, _S.FAILED, _S.GIVEN_UP, _S.CANCELED),
    _S.TRAINING: (_S.ENDED,),
    _S.GIVEN_UP: (_S.TRAINING,),
}
"""What may follow a state besides itself."""


class Trainings:
    """Reads and writes trainings; every method blocks and raises PhotaError DISK.

    ``problems`` are sentences about rows that cannot be read; they hide no others.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.problems: list[str] = []

    def save(
        self,
        training: Training,
        *,
        charge: Charge | None = None,
        dropped: str = "",
        settled: Sequence[str] = (),
        alone: bool = False,
    ) -> None:
        """Commit a training, new or changed, and in the same commit what it did to the ledger.

        ``charge`` may be made from now on; ``dropped`` is the tag of a charge that certainly was
        not made; ``settled`` are the profiles that were found to have begun, and ``alone`` says
        that there are no others. ValueError for a tag that is not one of ours, IllegalMoveError
        for a state that cannot follow: another process may have moved on.
        """
        if not is_our_tag(training.tag):
            raise ValueError(f"This is no tag of ours: {training.tag!r}")
        with self._journal.transaction() as database:
            before = _state(database, training.tag)
            if before not in (None, training.state) and training.state not in _MOVES.get(
                TrainingState(before), ()
            ):
                raise IllegalMoveError(
                    f"Training {training.tag}: {before} cannot become {training.state}."
                )
            database.execute(
                "INSERT INTO trainings (tag, state, profile, created, document)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (tag) DO UPDATE SET state = excluded.state,"
                " profile = excluded.profile, document = excluded.document",
                (
                    *(training.tag, training.state, training.profile_id, training.created),
                    to_json(training),
                ),
            )
            if charge is not None:
                write(database, charge)
            if dropped:
                drop(database, dropped)
            if settled:
                settle(database, training.tag, settled, alone=alone)

    def get(self, tag: str) -> Training | None:
        """Return one training, None if it is not there."""
        return next(iter(self._trainings("WHERE tag = ?", tag)), None)

    def all(self) -> list[Training]:
        """Return every training that can be read, oldest first."""
        return self._trainings("ORDER BY created, tag")

    def of_profile(self, profile_id: str) -> list[Training]:
        """Return the trainings of one profile, oldest first."""
        return self._trainings("WHERE profile = ? ORDER BY created, tag", profile_id)

    def forget(self, tag: str) -> None:
        """Erase a training that is over: names, photos and consent; its charge stays.

        Photos that still lie in a bucket stay on record until they are deleted there.
        IllegalMoveError for a training that is not over.
        """
        with self._journal.transaction() as database:
            before = _state(database, tag)
            if before is not None and not TrainingState(before).is_over:
                raise IllegalMoveError(f"Training {tag} is {before}: it is not over.")
            database.execute("DELETE FROM trainings WHERE tag = ?", (tag,))
            database.execute(
                "DELETE FROM hosted_photos WHERE tag = ? AND state = ?", (tag, HostedState.DELETED)
            )

    def save_photo(self, photo: HostedPhoto) -> None:
        """Commit a hosted photo, new or changed; a deleted one of a forgotten training goes."""
        with self._journal.transaction() as database:
            if photo.state is HostedState.DELETED and _state(database, photo.tag) is None:
                database.execute("DELETE FROM hosted_photos WHERE name = ?", (photo.name,))
                return
            database.execute(
                "INSERT INTO hosted_photos (name, tag, state, document) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET state = excluded.state,"
                " document = excluded.document",
                (photo.name, photo.tag, photo.state, to_json(photo)),
            )

    def photos(self, tag: str) -> list[HostedPhoto]:
        """Return the hosted photos of a training, deleted ones too, in the order of recording."""
        return self._photos("WHERE tag = ? ORDER BY number", tag)

    def left(self) -> list[HostedPhoto]:
        """Return the photos of all trainings that are not known to be gone."""
        return self._photos("WHERE state != ? ORDER BY number", HostedState.DELETED)

    def _trainings(self, where: str, *values: object) -> list[Training]:
        rows = self._journal.read(f"SELECT tag, document FROM trainings {where}", *values)  # noqa: S608  (ours)
        return self._readable(rows, training_from_json, "Training")

    def _photos(self, where: str, *values: object) -> list[HostedPhoto]:
        rows = self._journal.read(f"SELECT name, document FROM hosted_photos {where}", *values)  # noqa: S608  (ours)
        return self._readable(rows, photo_from_json, "Hosted photo")

    def _readable(
        self, rows: Iterable[tuple[str, str]], parse: Callable[[str], T], what: str
    ) -> list[T]:
        found = []
        for key, document in rows:
            try:
                found.append(parse(document))
            except ValueError as exc:
                problem = f"{what} {key} of the journal cannot be read: {exc}"
                if problem not in self.problems:
                    self.problems.append(problem)
        return found


def _state(database: sqlite3.Connection, tag: str) -> str | None:
    row = database.execute("SELECT state FROM trainings WHERE tag = ?", (tag,)).fetchone()
    return None if row is None else str(row[0])
