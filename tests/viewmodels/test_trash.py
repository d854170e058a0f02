"""The real trash of the system (freedesktop.org's here), and the way back from it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.viewmodels.trash import SystemTrash

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the layout of freedesktop.org's trash"),
    pytest.mark.usefixtures("qapp"),
]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    made = tmp_path / "Übung ‮ 1.jpg"
    made.write_bytes(b"first")
    made.chmod(0o400)
    return made


def test_a_file_goes_and_comes_back_with_all_that_it_was(kept: Path) -> None:
    stamp = kept.stat().st_mtime_ns
    where = SystemTrash().trash(kept)
    assert where is not None
    assert not kept.exists()
    assert where.read_bytes() == b"first"
    note = where.parent.parent / "info" / f"{where.name}.trashinfo"
    assert note.is_file()
    SystemTrash().restore(where, kept)
    assert kept.read_bytes() == b"first"
    assert (kept.stat().st_mtime_ns, kept.stat().st_mode & 0o777) == (stamp, 0o400)
    assert not where.exists()
    assert not note.exists()


def test_two_of_one_name_lie_side_by_side(kept: Path) -> None:
    one = SystemTrash().trash(kept)
    kept.write_bytes(b"second")
    two = SystemTrash().trash(kept)
    assert one is not None
    assert two is not None
    SystemTrash().restore(one, kept)
    assert kept.read_bytes() == b"first"
    assert two.read_bytes() == b"second"


def test_nothing_is_ever_written_over(kept: Path) -> None:
    where = SystemTrash().trash(kept)
    assert where is not None
    kept.write_bytes(b"someone else's")
    with pytest.raises(PhotaError, match="another file") as caught:
        SystemTrash().restore(where, kept)
    assert caught.value.kind is ErrorKind.DISK
    assert kept.read_bytes() == b"someone else's"
    assert where.read_bytes() == b"first"


def test_what_left_the_trash_is_said_to_be_gone(kept: Path) -> None:
    where = SystemTrash().trash(kept)
    assert where is not None
    where.unlink()
    with pytest.raises(PhotaError, match="no longer in the trash"):
        SystemTrash().restore(where, kept)
    with pytest.raises(PhotaError, match="not there any more"):
        SystemTrash().trash(kept)


def test_a_folder_that_is_gone_is_made_again(kept: Path) -> None:
    there = kept.parent / "deep" / kept.name
    there.parent.mkdir()
    kept.rename(there)
    where = SystemTrash().trash(there)
    assert where is not None
    there.parent.rmdir()
    SystemTrash().restore(where, there)
    assert there.read_bytes() == b"first"


def test_another_disk_gets_a_whole_copy_or_nothing(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = SystemTrash().trash(kept)
    assert where is not None

    def refuse(*_: object) -> None:
        raise OSError(18, os.strerror(18))  # EXDEV, as between two disks

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    SystemTrash().restore(where, kept)
    assert kept.read_bytes() == b"first"
    assert sorted(path.name for path in kept.parent.iterdir()) == [kept.name]


def test_no_trash_leaves_the_file_alone() -> None:
    there = Path("/proc/version")  # where nobody can make a trash, or move anything away
    with pytest.raises(PhotaError, match="no trash") as caught:
        SystemTrash().trash(there)
    assert caught.value.kind is ErrorKind.DISK
    assert "/proc" in caught.value.hint
    assert there.is_file()
