"""Opening photos: files, folders and pasted pictures become a list of readable files."""

from __future__ import annotations

import hashlib
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
    seen = {path.resolve() for path in known}
    contents: dict[tuple[int, str], Path] = {}
    for path, named in _walk(paths, recursive, folders):
        if path.resolve() in seen:
            continue
        try:
            info = probe(path)
            digest = _quick_digest(path)
        except PhotaError as problem:
            if named:
                refused[path] = problem
            continue
        except OSError as problem:
            if named:
                reason = problem.strerror or "it cannot be opened"
                refused[path] = PhotaError(ErrorKind.BAD_IMAGE, f"{path.name}: {reason}.")
            continue
        seen.add(path.resolve())
        if not unique or (info.bytes, digest) not in contents:
            contents[info.bytes, digest] = path
            photos.append(path)
    return Opened(tuple(photos), tuple(folders), tuple(refused.values()), tuple(map(str, refused)))


def _walk(
    paths: Iterable[Path], recursive: bool, folders: list[Path]
) -> Iterator[tuple[Path, bool]]:
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        for inner in sorted(path.iterdir(), key=lambda p: p.name.casefold()):
            if inner.is_symlink() and inner.is_dir():
                continue  # a loop of links would never end
            if inner.is_dir():
                if recursive:
                    yield from ((p, False) for p, _ in _walk([inner], True, folders))
                elif not inner.name.startswith("."):
                    folders.append(inner)
            elif not inner.name.startswith(".") and stat.S_ISREG(inner.stat().st_mode):
                yield inner, False


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
