"""Trainings on record: whole, forward only, and in one commit with what they may cost."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState, Provider
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import Kind, Training, TrainingOrder, TrainingState
from phota_desktop.store.charges import Charge, Charges
from phota_desktop.store.journal import IllegalMoveError, Journal
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.trainings import Trainings

TAG = "pd-12345678-1234-4234-8234-123456789abc"
ORDER = TrainingOrder(
    "Änne\n[[x]]",
    TrainingTier.FAST,
    ("/photos/1.jpg", "https://a.example/1.jpg?token=x"),
    Kind.CAT,
    "Änne agrees.",
)
TRAINING = Training(TAG, Engine.PHOTA, "https://api.example/v1", "0011", ORDER, 1_800_000_000.25)
BUCKET = BucketAddress(Provider.S3, "photos", "eu-central-1", "http://127.0.0.1:1")
PHOTO = HostedPhoto("p/a/b.jpg", TAG, BUCKET, "/photos/1.jpg", size=3, sha256="ab")


@pytest.fixture
def trainings(journal: Journal) -> Trainings:
    return Trainings(journal)


def test_what_is_saved_is_read_again(journal: Journal, folders: AppFolders) -> None:
    trainings = Trainings(journal)
    assert trainings.all() == []
    assert trainings.get(TAG) is None
    trainings.save(TRAINING)
    ended = replace(
        TRAINING,
        tag=TAG[:-1] + "d",
        created=1.0,
        state=TrainingState.ENDED,
        profile_id="p1",
        sent=2.0,
        ended=3.5,
        links_until=4.0,
        outcome=ProfileStatus.ERROR,
        message="No subject detected.",
    )
    trainings.save(ended)
    journal.close()
    again = Journal(folders.journal_file)
    try:
        trainings = Trainings(again)
        assert trainings.all() == [ended, TRAINING]
        assert trainings.get(TAG) == TRAINING
        assert trainings.of_profile("p1") == [ended]
    finally:
        again.close()


STATES = list(TrainingState)
FORWARD = {
    ("recorded", "uploading"), ("recorded", "sent"), ("recorded", "failed"),
    ("recorded", "canceled"), ("uploading", "recorded"), ("uploading", "sent"),
    ("uploading", "failed"), ("uploading", "canceled"), ("sent", "training"), ("sent", "failed"),
    ("sent", "given up"), ("sent", "canceled"), ("training", "ended"), ("given up", "training"),
}  # fmt: skip


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_states_move_only_forward(
    trainings: Trainings, before: TrainingState, after: TrainingState
) -> None:
    trainings.save(replace(TRAINING, state=before))
    if before is after or (before, after) in FORWARD:
        trainings.save(replace(TRAINING, state=after))
    else:
        with pytest.raises(IllegalMoveError):
            trainings.save(replace(TRAINING, state=after), charge=Charge(TAG, 1.0))
    found = trainings.get(TAG)
    assert found is not None
    assert found.state is (after if (before, after) in FORWARD else before)


def test_a_charge_is_in_the_same_commit(trainings: Trainings, journal: Journal) -> None:
    charges = Charges(journal)
    sent = replace(TRAINING, state=TrainingState.SENT)
    with (
        pytest.raises(sqlite3.Error, match="full"),
        _failing(journal, "charges"),
    ):
        trainings.save(sent, charge=Charge(TAG, 5.0, amount=Decimal("1.49")))
    assert trainings.all() == []
    trainings.save(sent, charge=Charge(TAG, 5.0, amount=Decimal("1.49")))
    assert [one.certain for one in charges.of_training(TAG)] == [False]
    trainings.save(sent, charge=Charge(f"{TAG}~2", 6.0, amount=Decimal("1.49")))
    trainings.save(sent, charge=Charge(f"{TAG}~3", 7.0, amount=Decimal("1.49")))
    trainings.save(sent, dropped=f"{TAG}~3")
    known = replace(sent, state=TrainingState.TRAINING, profile_id="p1")
    trainings.save(known, settled=["p1"])
    told = [(one.tag, one.profile_id, one.certain) for one in charges.of_training(TAG)]
    assert told == [(TAG, "", False), (f"{TAG}~2", "p1", True)]
    assert charges.of_training("pd-other") == []


class _failing:  # noqa: N801  (read as a verb)
    """Make writes to a table fail within the block, as a full disk would."""

    def __init__(self, journal: Journal, table: str) -> None:
        self._journal = journal
        self._table = table

    def __enter__(self) -> None:
        with self._journal.transaction() as database:
            database.execute(
                f"CREATE TEMP TRIGGER full BEFORE INSERT ON {self._table}"
                " BEGIN SELECT RAISE(ABORT, 'full'); END"
            )

    def __exit__(self, *found: object) -> None:
        with self._journal.transaction() as database:
            database.execute("DROP TRIGGER full")
        error = found[1]
        cause = getattr(error, "__cause__", None)
        if cause is not None:
            raise cause


def test_hosted_photos_are_left_until_they_are_deleted(trainings: Trainings) -> None:
    trainings.save(TRAINING)
    other = replace(PHOTO, name="p/a/c.jpg")
    foreign = replace(PHOTO, name="p/x/d.jpg", tag=TAG[:-1] + "d")
    for photo in (PHOTO, other, foreign):
        trainings.save_photo(photo)
    up = replace(PHOTO, state=HostedState.UPLOADED, uploaded=2.0)
    trainings.save_photo(up)
    assert trainings.photos(TAG) == [up, other]
    gone = replace(up, state=HostedState.DELETED, deleted=3.0)
    trainings.save_photo(gone)
    assert trainings.photos(TAG) == [gone, other]
    assert trainings.left() == [other, foreign]


def test_what_is_forgotten_leaves_its_charge_and_what_still_lies_in_the_bucket(
    trainings: Trainings, journal: Journal
) -> None:
    for state in (TrainingState.SENT, TrainingState.TRAINING):
        trainings.save(
            replace(TRAINING, state=state), charge=Charge(TAG, 1.0, amount=Decimal("1.49"))
        )
        with pytest.raises(IllegalMoveError):
            trainings.forget(TAG)
    trainings.save(replace(TRAINING, state=TrainingState.ENDED))
    gone = replace(PHOTO, name="p/a/c.jpg", state=HostedState.DELETED)
    trainings.save_photo(PHOTO)
    trainings.save_photo(gone)
    trainings.forget(TAG)
    assert trainings.all() == []
    assert trainings.photos(TAG) == [PHOTO]
    assert len(Charges(journal).of_training(TAG)) == 1
    trainings.save_photo(replace(PHOTO, state=HostedState.DELETED))
    assert trainings.photos(TAG) == []
    trainings.forget(TAG)  # twice is once


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"tag": 1, "engine": "x"}', "[" * 100_000])
def test_a_damaged_record_hides_no_other(
    trainings: Trainings, journal: Journal, document: str
) -> None:
    trainings.save(TRAINING)
    trainings.save_photo(PHOTO)
    with journal.transaction() as database:
        database.execute("INSERT INTO trainings VALUES ('pd-x', 'sent', '', 0, ?)", (document,))
        database.execute(
            "INSERT INTO hosted_photos (name, tag, state, document) VALUES ('y', ?, 'planned', ?)",
            (TAG, document),
        )
    assert trainings.all() == trainings.all() == [TRAINING]
    assert trainings.left() == [PHOTO]
    assert len(trainings.problems) == 2


def test_only_our_tags_are_kept(trainings: Trainings) -> None:
    with pytest.raises(ValueError, match="no tag of ours"):
        trainings.save(replace(TRAINING, tag="../pd"))


def test_a_journal_of_an_older_version_gets_the_tables(folders: AppFolders, tmp_path: Path) -> None:
    from phota_desktop.store import schema

    older = tmp_path / "older"
    older.mkdir()
    for script in sorted(schema.MIGRATIONS.glob("00[1-4]_*.sql")):
        (older / script.name).write_bytes(script.read_bytes())
    journal = Journal(folders.journal_file, migrations=older)
    Charges(journal).save(Charge(TAG, 1.0))
    journal.close()
    journal = Journal(folders.journal_file)
    try:
        assert Trainings(journal).all() == []
        assert len(Charges(journal).of_training(TAG)) == 1
    finally:
        journal.close()
