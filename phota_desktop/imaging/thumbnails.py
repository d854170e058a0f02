"""Small JPEG copies of pictures, kept on disk and named by what they were made from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import simplejpeg

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.decoding import decode, fitted, resized
from phota_desktop.imaging.files import replace_file
from phota_desktop.imaging.problems import BadImage, BadImageError
from phota_desktop.imaging.reading import read_whole

QUALITY = 85


def place(path: Path, side: int, cache: Path) -> Path:
    """Where the thumbnail of a file in its present state lies, whether it is there or not.

    The name is a digest of path, modification time, size and side. Raises ``BadImageError`` when
    the file cannot be found.
    """
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise BadImageError(BadImage.MISSING, path) from error
    told = f"{path.absolute()}\0{facts.st_mtime_ns}\0{facts.st_size}\0{side}"
    name = hashlib.sha1(told.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
    return cache / name[:2] / f"{name}.jpg"


def make(path: Path, side: int, cache: Path) -> Path:
    """Return a JPEG file of the picture, upright, sRGB, at most ``side`` pixels on its long side.

    Made once and found again while the picture does not change. The embedded EXIF thumbnail is
    not used, since editors leave stale ones. Raises ``BadImageError``; ``PhotaError`` DISK when
    the cache cannot be written.
    """
    target = place(path, side, cache)
    if target.is_file():
        return target
    data, info, embedded = read_whole(path)
    pixels = decode(data, info, embedded, max_side=side).opaque()
    return _written(target, simplejpeg.encode_jpeg(pixels, QUALITY, "BGR", "420"))


def make_from(levels: Sequence[Pixels], path: Path, side: int, cache: Path) -> Path:
    """Do as :func:`make` with a picture's BGRA levels, largest first, instead of decoding it."""
    target = place(path, side, cache)
    if target.is_file():
        return target
    height, width = levels[0].shape[:2]
    wanted = fitted(width, height, side)
    level = next(level for level in reversed(levels) if level.shape[1] >= wanted[0])
    small = np.ascontiguousarray(resized(level, wanted))
    return _written(target, simplejpeg.encode_jpeg(small, QUALITY, "BGRA", "420"))


def _written(target: Path, small: bytes) -> Path:
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PhotaError(ErrorKind.DISK, f"Cannot write to “{target.parent}”.") from error
    replace_file(target, small)
    return target
