"""What libraries compile at every start is kept, used for the same text only, and never trusted."""

from __future__ import annotations

import builtins
import dataclasses
from pathlib import Path

import pytest

from phota_desktop import bytecode
from phota_desktop.bytecode import kept_bytecode


def _value_class() -> type:
    @dataclasses.dataclass(frozen=True)
    class Point:
        x: int
        y: int = 2

    return Point


def test_the_second_start_compiles_nothing(tmp_path: Path) -> None:
    file = tmp_path / "start.bytecode"
    text = b"answer = 6 * 7"
    with kept_bytecode(file):
        first = compile(text, "module.py", "exec")
        _value_class()
    assert file.stat().st_mode & 0o777 == 0o600
    written = file.stat().st_mtime_ns
    with kept_bytecode(file):
        second = compile(text, "module.py", "exec")
        made = _value_class()
    assert second == first
    assert file.stat().st_mtime_ns == written, "nothing was new, so nothing is written"
    assert made(1) == made(1, 2)
    assert repr(made(1)).endswith("Point(x=1, y=2)")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made(1).x = 3


def test_another_text_of_the_same_name_is_compiled(tmp_path: Path) -> None:
    file = tmp_path / "start.bytecode"
    for text, expected in ((b"a = 1", 1), (b"a = 2", 2)):
        names: dict[str, int] = {}
        with kept_bytecode(file):
            exec(compile(text, "module.py", "exec"), names)  # noqa: S102 - the text is above
        assert names["a"] == expected


@pytest.mark.parametrize("content", [b"", b"\x00" * 50, bytecode._MARK, bytecode._MARK + b"\xff"])
def test_a_damaged_file_costs_only_the_time(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "start.bytecode"
    file.write_bytes(content)
    with kept_bytecode(file):
        assert _value_class()(1).y == 2


def test_a_file_that_was_written_in_part_is_never_read_as_code(tmp_path: Path) -> None:
    file = tmp_path / "start.bytecode"
    with kept_bytecode(file):
        _value_class()
    whole = file.read_bytes()
    code = len(bytecode._MARK) + 4
    assert bytecode._read(file)
    for at in range(code, len(whole), 97):
        blank = whole[:at] + bytes(len(whole) - at)  # what a power cut makes of it
        flipped = whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :]
        for damaged in (whole[:at], blank, flipped):
            if damaged != whole:
                file.write_bytes(damaged)
                assert bytecode._read(file) == {}


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    with kept_bytecode(tmp_path / "missing" / "start.bytecode"):
        assert _value_class()(1).y == 2


def test_the_built_ins_are_back_after_an_error(tmp_path: Path) -> None:
    before = builtins.compile
    with pytest.raises(RuntimeError), kept_bytecode(tmp_path / "start.bytecode"):
        raise RuntimeError
    assert builtins.compile is before
    assert "exec" not in vars(dataclasses)
