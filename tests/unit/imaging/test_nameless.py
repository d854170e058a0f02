"""A person's folder never shows a file that is half-written, nor keeps one after a kill."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from phota_desktop.imaging import files
from phota_desktop.imaging.files import OLD_SECONDS, clear_parts, write_new, write_pieces


def test_while_it_is_written_there_is_nothing_to_see(tmp_path: Path) -> None:
    seen: list[list[Path]] = []

    def pieces() -> Iterator[bytes]:
        for piece in (b"one ", b"two"):
            seen.append(list(tmp_path.iterdir()))
            yield piece

    written = write_pieces(tmp_path / "a.txt", pieces())
    assert seen == [[], []]
    assert written.read_bytes() == b"one two"
    assert list(tmp_path.iterdir()) == [written]


def test_names_go_on_and_rights_are_the_persons(tmp_path: Path) -> None:
    names = [write_new(tmp_path / "a.txt", bytes([n])).name for n in range(3)]
    assert names == ["a.txt", "a-2.txt", "a-3.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"\0"
    named = files.move_to_free_name(_part(tmp_path), tmp_path / "b.txt")
    assert named.stat().st_mode == (tmp_path / "a.txt").stat().st_mode


def _part(folder: Path) -> Path:
    part = folder / "part"
    part.write_bytes(b"x")
    return part


def test_where_no_file_can_be_nameless_a_part_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def without(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", without)
    for name in ("a.txt", "a-2.txt"):
        assert write_new(tmp_path / "a.txt", b"x") == tmp_path / name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.txt", "a.txt"]


def test_old_halves_go_and_nothing_else(tmp_path: Path) -> None:
    ours = tmp_path / ".phota-ab12_cd9.part"
    young = tmp_path / ".phota-ab12_cd8.part"
    not_ours = [tmp_path / ".phota-notes.part", tmp_path / "phota-ab12_cd9.part"]
    for path in (ours, young, *not_ours):
        path.write_bytes(b"x")
        if path != young:
            os.utime(path, (1, 1))
    clear_parts(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([young, *not_ours])
    assert OLD_SECONDS >= 60
