"""Photos whose file is gone are found again by what they hold, wherever they were moved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.store.files import sha256_of


@dataclass(frozen=True)
class Missing:
    """A photo that is not at ``path`` any more; ``bytes`` is 0 where its length is not known."""

    key: str
    path: Path
    sha256: str
    bytes: int


def missing(photos: Iterable[tuple[str, Path, str, int]]) -> list[Missing]:
    """Return those photos (key, path, SHA-256, bytes) whose file is gone."""
    return [Missing(*photo) for photo in photos if not photo[1].is_file()]


def search(
    wanted: Iterable[Missing],
    folder: Path,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Iterator[tuple[str, Path]]:
    """Yield (key, path) of what is found below ``folder``; blocking, in a thread for files.

    A file is read only if it has the length of one that is missing, or its extension where the
    length is not known. ``progress`` is told (files looked at, photos found). Links are not
    followed; what cannot be read is passed over.
    """
    by_content = {one.sha256: one for one in wanted}
    lengths = {one.bytes for one in by_content.values() if one.bytes}
    suffixes = {one.path.suffix.lower() for one in by_content.values() if not one.bytes}
    looked = found = 0
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if cancelled() or not by_content:
                return
            path = Path(where, name)
            looked += 1
            if looked % 50 == 0:
                progress(looked, found)
            try:
                length = path.lstat().st_size
                if length not in lengths and path.suffix.lower() not in suffixes:
                    continue
                if path.is_symlink() or not path.is_file():
                    continue
                digest = sha256_of(path)
            except OSError:
                continue
            one = by_content.pop(digest, None)
            if one is not None:
                found += 1
                yield one.key, path
                progress(looked, found)
    progress(looked, found)
