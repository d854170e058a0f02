"""Outside judges of what we write: exiftool, which knows every tag."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

EXIFTOOL = shutil.which("exiftool")
Tags = dict[str, object]
needs_exiftool = pytest.mark.skipif(
    EXIFTOOL is None, reason="exiftool is not installed, so there is no outside judge"
)


def tags(paths: Iterable[Path]) -> dict[Path, Tags]:
    """Ask for every tag of some files at once, as "group:name", numbers as numbers."""
    return _asked(paths)


def judged(paths: Iterable[Path]) -> dict[Path, tuple[Tags, list[str]]]:
    """Ask for every tag, and for what exiftool's validation says against each file."""
    found: dict[Path, tuple[Tags, list[str]]] = {}
    for path, told in _asked(paths, "-validate", "-warning", "-error", "-all").items():
        words = [told[name] for name in told if name.endswith((":Warning", ":Error"))]
        found[path] = (told, [str(one) for word in words for one in _listed(word)])
    return found


def _asked(paths: Iterable[Path], *options: str) -> dict[Path, Tags]:
    done = subprocess.run(
        ["exiftool", "-j", "-G1", "-a", "-n", *options, *map(str, paths)],
        capture_output=True,
        check=False,
    )
    return {Path(one["SourceFile"]): one for one in json.loads(done.stdout)}


def write(arguments: Mapping[Path, Sequence[str]]) -> None:
    """Write tags into files with one exiftool; what a format has no place for is passed over."""
    lines: list[str] = []
    for path, given in arguments.items():
        lines += ["-q", "-m", "-overwrite_original", *given, str(path), "-execute"]
    done = subprocess.run(
        ["exiftool", "-charset", "utf8", "-@", "-"],
        input="\n".join(lines).encode(),
        capture_output=True,
        check=False,
    )
    assert not done.stderr, done.stderr.decode()


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]
