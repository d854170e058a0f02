"""Fixtures of the imaging tests: inputs that must stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phota_desktop.core.provenance import MetadataChoice
from phota_desktop.imaging import metadata

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


def carried_home(
    original: Path, result: bytes, size: tuple[int, int], *, keep_gps: bool = True
) -> metadata.Carried:
    """Give a result the original's words, and none of ours."""
    choice = MetadataChoice(gps=keep_gps, provenance=False)
    return metadata.finish(result, size, original=original, provenance=None, choice=choice)
