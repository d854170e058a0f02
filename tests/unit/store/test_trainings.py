"""Records of trainings: whole, private, and gone with their profile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.store.trainings import Training, TrainingLog, TrainingState

TAG = "pd-12345678-1234-4234-8234-123456789abc"
TRAINING = Training(
    tag=TAG,
    engine=Engine.PHOTA,
    base_url="https://api.example/v1",
    account="0011",
    name="Änne\n[[x]]",
    tier=TrainingTier.FAST,
    sources=("https://a.example/1.jpg?token=x",),
    created=1_800_000_000.25,
)


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    log = TrainingLog(tmp_path / "trainings")
    assert log.all() == []
    log.save(TRAINING)
    assert TrainingLog(tmp_path / "trainings").all() == [TRAINING]
    known = replace(TRAINING, state=TrainingState.KNOWN, profile_id="p1", sources=())
    log.save(known)
    log.save(replace(TRAINING, tag=TAG[:-1] + "d", created=1.0))
    assert [each.state for each in log.all()] == [TrainingState.SENT, TrainingState.KNOWN]
    log.forget("p1")
    assert [each.created for each in log.all()] == [1.0]


def test_records_are_private(tmp_path: Path) -> None:
    TrainingLog(tmp_path / "trainings").save(TRAINING)
    [record] = (tmp_path / "trainings").iterdir()
    assert record.stat().st_mode & 0o077 == 0
    assert record.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"tag": 1, "engine": "x"}', b"[" * 100_000]
)
def test_a_damaged_record_hides_no_other(tmp_path: Path, content: bytes) -> None:
    log = TrainingLog(tmp_path)
    log.save(TRAINING)
    (tmp_path / f"{TAG[:-1]}e.json").write_bytes(content)
    assert log.all() == [TRAINING]


def test_only_our_tags_become_file_names(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no tag of ours"):
        TrainingLog(tmp_path).save(replace(TRAINING, tag="../pd"))


def test_a_folder_that_takes_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PhotaError) as caught:
        TrainingLog(tmp_path / "file" / "trainings").save(TRAINING)
    assert caught.value.kind is ErrorKind.DISK
