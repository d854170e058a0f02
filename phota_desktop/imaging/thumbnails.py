"""Small JPEG copies of pictures, how they are named, and their pixels at any smaller size."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import simplejpeg

from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.decoding import decode, fitted, resized
from phota_desktop.imaging.problems import BadImage, BadImageError
from phota_desktop.imaging.reading import read_whole

QUALITY = 88
SIDES = (320, 800)
"""Long sides that are made: for lists and usual grids, and for large ones on dense screens."""


def side_for(wanted: int) -> int:
    """Return the smallest of the sides that are made which shows ``wanted`` pixels sharply."""
    return next((side for side in SIDES if side >= wanted), SIDES[-1])


def content_key(sha256: str, side: int) -> str:
    """Name the thumbnail of a file by its content: it may be moved, renamed or copied."""
    return f"{sha256}/{side}"


def path_key(path: Path, side: int) -> str:
    """Name the thumbnail of a file in its present state: path, modification time and size.

    Raises ``BadImageError`` when the file cannot be found.
    """
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise BadImageError(BadImage.MISSING, path) from error
    told = f"{path.absolute()}\0{facts.st_mtime_ns}\0{facts.st_size}"
    digest = hashlib.sha1(told.encode("utf-8", "surrogateescape"), usedforsecurity=False)
    return f"{digest.hexdigest()}/{side}"


def make(path: Path, side: int) -> bytes:
    """Return a JPEG of the picture, upright, sRGB, at most ``side`` pixels on its long side.

    The embedded EXIF thumbnail is not used, since editors leave stale ones. Raises
    ``BadImageError``.
    """
    data, info, embedded = read_whole(path)
    pixels = decode(data, info, embedded, max_side=side).opaque()
    return bytes(simplejpeg.encode_jpeg(pixels, QUALITY, "BGR", "420"))


def make_from(levels: Sequence[Pixels], side: int) -> bytes:
    """Do as :func:`make` with a picture's BGRA levels, largest first, instead of decoding it."""
    height, width = levels[0].shape[:2]
    wanted = fitted(width, height, side)
    level = next(level for level in reversed(levels) if level.shape[1] >= wanted[0])
    small = np.ascontiguousarray(resized(level, wanted))
    return bytes(simplejpeg.encode_jpeg(small, QUALITY, "BGRA", "420"))


def pixels_of(jpeg: bytes, side: int) -> Pixels:
    """Decode what :func:`make` gave to BGRA with at most ``side`` pixels; ValueError if damaged."""
    height, width = simplejpeg.decode_jpeg_header(jpeg)[:2]
    wanted = fitted(width, height, side)
    pixels = simplejpeg.decode_jpeg(jpeg, "BGRA", min_width=wanted[0], min_height=wanted[1])
    return np.ascontiguousarray(resized(pixels, wanted))
