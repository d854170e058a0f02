"""Fixtures of the imaging tests: inputs that must stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Keep = Callable[[str, bytes], Path]


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Keep]:
    """Write an input file; at the end its bytes and times must be what they were."""
    written: dict[Path, tuple[bytes, int, int]] = {}

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / "inputs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o400)
        facts = path.stat()
        written[path] = (content, facts.st_mtime_ns, facts.st_ino)
        return path

    yield write
    for path, (content, mtime, inode) in written.items():
        facts = path.stat()
        assert path.read_bytes() == content
        assert (facts.st_mtime_ns, facts.st_ino) == (mtime, inode)
