"""Opening photos: files, folders and pasted pictures become a list of readable files."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError


@dataclass(frozen=True)
class Opened:
    """What came of opening: readable photos in order, folders left out, and a sentence for each no.

    ``folders`` are the subfolders that only ``recursive`` would have entered; ``refused`` names
    the files of ``problems``, in the same order.
    """

    photos: tuple[Path, ...]
    folders: tuple[Path, ...] = ()
    problems: tuple[PhotaError, ...] = ()
    refused: tuple[str, ...] = ()


def open_paths(
    paths: Iterable[Path],
    *,
    recursive: bool = False,
    known: Iterable[Path] = (),
    unique: bool = True,
) -> Opened:
    """Return the photos among files and folders, sorted within a folder.

    With ``unique`` each content comes once, whatever its names. Files named by the person must
    be readable, else they are a problem; in a folder, what is no photo is passed over. ``known``
    are photos that are open already and are not repeated.
    """
    from phota_desktop.imaging.reading import probe

    photos: list[Path] = []
    folders: list[Path] = []
    refused: dict[Path, PhotaError] = {}
    seen = {os.path.realpath(path) for path in known}
    contents: dict[tuple[int, str], Path] = {}
    for path, named in _walk(paths, recursive, folders):
        try:
            real = os.path.realpath(path)
            if real in seen:
                continue
            info = probe(path)
            digest = _quick_digest(path)
        except PhotaError as problem:
            if named:
                refused[path] = problem
            continue
        except (OSError, ValueError) as problem:
            if named:
                reason = getattr(problem, "strerror", None) or "it cannot be opened"
                refused[path] = PhotaError(ErrorKind.BAD_IMAGE, f"{path.name}: {reason}.")
            continue
        seen.add(real)
        if not unique or (info.bytes, digest) not in contents:
            contents[info.bytes, digest] = path
            photos.append(path)
    return Opened(tuple(photos), tuple(folders), tuple(refused.values()), tuple(map(str, refused)))


def _walk(
    paths: Iterable[Path], recursive: bool, folders: list[Path]
) -> Iterator[tuple[Path, bool]]:
    """Yield files, and whether each must be readable: named ones, and folders that stay shut."""
    for path in paths:
        if not _is_folder(path):
            yield path, True
            continue
        # A stack instead of recursion: folders may lie deeper than Python's calls may.
        stack = [iter([path])]
        while stack:
            inner = next(stack[-1], None)
            if inner is None:
                stack.pop()
            elif _is_folder(inner):
                deeper = len(stack) > 1
                if deeper and inner.is_symlink():
                    continue  # a loop of links would never end
                if deeper and not recursive:
                    if not inner.name.startswith("."):
                        folders.append(inner)
                    continue
                try:
                    stack.append(iter(sorted(inner.iterdir(), key=lambda p: p.name.casefold())))
                except OSError:
                    yield inner, True  # a folder that nobody may look into is said
            elif not inner.name.startswith(".") and _is_regular(inner):
                yield inner, False


def _is_folder(path: Path) -> bool:
    mode = _mode(path)
    return mode is not None and stat.S_ISDIR(mode)


def _is_regular(path: Path) -> bool:
    mode = _mode(path)
    return mode is not None and stat.S_ISREG(mode)


def _mode(path: Path) -> int | None:
    """Return what a path leads to; None for a link into nowhere, a loop or an impossible name."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return None


def _quick_digest(path: Path, size: int = 65536) -> str:
    """Hash the first and last 64 KiB: with the length, enough to tell two photos apart."""
    digest = hashlib.sha256()
    with path.open("rb") as photo:
        digest.update(photo.read(size))
        length = photo.seek(0, 2)
        photo.seek(max(0, length - size))
        digest.update(photo.read(size))
    return digest.hexdigest()


def keep_pasted(picture: bytes, folder: Path) -> Path:
    """Save a pasted PNG under a readable name and return it; the clipboard will not last."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = time.strftime("%Y-%m-%d %H.%M.%S")
    digest = hashlib.sha256(picture).hexdigest()[:6]
    path = folder / f"Pasted {stamp} {digest}.png"
    path.write_bytes(picture)
    return path
