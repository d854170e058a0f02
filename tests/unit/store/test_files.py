"""Durable files: whole or not at all, no overwrite, names for every system."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phota_desktop.store import files


def test_atomic_write_replaces_whole_and_is_private(tmp_path: Path) -> None:
    target = tmp_path / "settings"
    files.atomic_write(target, b"one")
    files.atomic_write(target, b"two")
    assert target.read_bytes() == b"two"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_fsync_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "settings"
    files.atomic_write(target, b"old")
    monkeypatch.setattr(os, "fsync", _fail(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        files.atomic_write(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(("code", "passes"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_only_a_folder_that_cannot_fsync_is_let_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, passes: bool
) -> None:
    monkeypatch.setattr(os, "fsync", _fail(code))
    if passes:
        files.fsync_dir(tmp_path)
    else:
        with pytest.raises(OSError, match="Input/output"):
            files.fsync_dir(tmp_path)


@pytest.mark.parametrize("links", [True, False])
def test_nothing_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _fail(errno.EPERM))
    taken, source, free = (tmp_path / name for name in ("taken", "source", "free"))
    taken.write_bytes(b"theirs")
    source.write_bytes(b"ours")
    assert not files.move_new(source, taken)
    assert (taken.read_bytes(), source.read_bytes()) == (b"theirs", b"ours")
    assert files.move_new(source, free)
    assert free.read_bytes() == b"ours"
    assert not source.exists()
    assert not files.copy_new(free, tmp_path / "part", taken)
    assert taken.read_bytes() == b"theirs"
    assert not (tmp_path / "part").exists()


def test_a_symbolic_link_is_never_written_through(tmp_path: Path) -> None:
    victim, trap = tmp_path / "victim", tmp_path / "trap"
    trap.symlink_to(victim)
    with pytest.raises(FileExistsError):
        files.open_new(trap)
    assert not files.write_new(trap, b"x")
    assert not victim.exists()


@given(st.text(max_size=300))
def test_stems_are_safe_everywhere(text: str) -> None:
    stem = files.safe_stem(text)
    assert stem.strip(" .") == stem != ""
    assert len(stem.encode()) <= files.MAX_NAME_BYTES - 23
    assert not set(stem) & set('/\\:*?"<>|\0\n\u202e')
    assert stem.split(".")[0].upper() not in files._RESERVED
    assert files.safe_stem(stem) == stem


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("IMG_4711", "IMG_4711"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("con", "_con"),
        ("a.", "a"),
        ("", "photo"),
        ("\udcff", "_"),
        ("Ünïcödé 写真", "Ünïcödé 写真"),
    ],
)
def test_stems(text: str, stem: str) -> None:
    assert files.safe_stem(text) == stem


def _fail(code: int):
    def call(*_args: object, **_kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return call
