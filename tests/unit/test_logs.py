"""The log file: what becomes of a line that cannot be written."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from phota_desktop import logs


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.raiseExceptions)
    yield root
    for added in set(root.handlers) - set(before[1]):
        root.removeHandler(added)
        with contextlib.suppress(OSError):
            added.close()
    root.setLevel(before[0])
    logging.raiseExceptions = before[2]


def test_a_full_disk_does_not_bring_lines_to_standard_error(
    tmp_path: Path, root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / logs.LOG_NAME).symlink_to("/dev/full")
    logs.start_logging(tmp_path)
    logging.getLogger("phota_desktop.test").warning("a line that nobody may see")
    assert os.path.lexists(tmp_path / logs.LOG_NAME)
    assert capsys.readouterr().err == ""
