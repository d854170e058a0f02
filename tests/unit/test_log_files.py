"""How long lines are kept, who may read them, and how two programs share one file."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from phota_desktop.logs import KEPT_DAYS, LOG_NAME, LogFile, without_values

DAY = 86_400
WISH = "a wish at the lake"


@pytest.fixture
def opened() -> Iterator[list[LogFile]]:
    files: list[LogFile] = []
    yield files
    for one in files:
        with contextlib.suppress(OSError):
            one.close()


def record(words: str, name: str = "phota_desktop.test", error: bool = False) -> logging.LogRecord:
    exc_info = None
    if error:
        try:
            raise ValueError(WISH)
        except ValueError:
            exc_info = sys.exc_info()
    level = logging.ERROR if error else logging.INFO
    return logging.LogRecord(name, level, "file.py", 1, words, (), exc_info)


def log(folder: Path, opened: list[LogFile]) -> LogFile:
    made = LogFile(folder / LOG_NAME)
    opened.append(made)
    return made


def lines(folder: Path) -> list[str]:
    texts = [path.read_text("utf-8") for path in folder.glob("*.log")]
    return "".join(texts).splitlines()


def test_a_full_file_gets_a_name_of_its_own_and_no_line_is_lost(
    tmp_path: Path, opened: list[LogFile]
) -> None:
    made = log(tmp_path, opened)
    made.maxBytes = 10_000
    for number in range(400):
        made.handle(record(f"line {number:04} " + "x" * 90))
    assert len(lines(tmp_path)) == 400
    files = list(tmp_path.glob("*.log"))
    assert len(files) == 5
    assert all(path.stat().st_size <= 10_000 for path in files)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)


def test_two_programs_share_the_file_and_turn_it_over_once(
    tmp_path: Path, opened: list[LogFile]
) -> None:
    both = log(tmp_path, opened), log(tmp_path, opened)
    for one in both:
        one.maxBytes = 10_000
    for number in range(150):
        for one in both:
            one.handle(record(f"line {number:04} " + "x" * 50))
    assert len(lines(tmp_path)) == 300
    assert len(list(tmp_path.glob("*.log"))) <= 3


def test_ninety_days_are_kept_and_no_more(tmp_path: Path, opened: list[LogFile]) -> None:
    now = time.time()
    for days in (1, KEPT_DAYS - 1, KEPT_DAYS + 1):
        old = tmp_path / f"phota-desktop-{days:03}.log"
        old.write_text("old\n", "utf-8")
        os.utime(old, (now - days * DAY, now - days * DAY))
    log(tmp_path, opened)
    left = {path.name for path in tmp_path.glob("phota-desktop-*.log")}
    assert left == {"phota-desktop-001.log", "phota-desktop-089.log"}


def test_very_many_files_do_not_fill_the_disk(tmp_path: Path, opened: list[LogFile]) -> None:
    for number in range(60):
        (tmp_path / f"phota-desktop-{number:03}.log").write_text("x\n", "utf-8")
    log(tmp_path, opened)
    left = sorted(path.name for path in tmp_path.glob("phota-desktop-*.log"))
    assert len(left) == 30
    assert left[-1] == "phota-desktop-059.log"


def test_a_folder_that_is_gone_stops_nothing(
    tmp_path: Path,
    opened: list[LogFile],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    made = log(tmp_path / "gone", opened)
    made.handle(record("nobody hears"))
    (tmp_path / "gone").mkdir()
    made.handle(record("somebody hears"))
    assert lines(tmp_path / "gone") == ["somebody hears"]
    assert capsys.readouterr().err == ""


def test_an_error_is_logged_without_what_it_holds(tmp_path: Path, opened: list[LogFile]) -> None:
    made = log(tmp_path, opened)
    made.addFilter(without_values)
    made.handle(record("a loop failed", "asyncio", error=True))
    odd = record("Exception in callback run('a wish') at file.py:3\nhandle: <a wish>", "qasync.X")
    odd.levelno = logging.ERROR
    made.handle(odd)
    text = "\n".join(lines(tmp_path))
    assert "ValueError" in text
    assert "in record" in text
    assert "Exception in callback run" in text
    assert "('a wish')" not in text
    assert "<a wish>" not in text
    assert WISH not in text
