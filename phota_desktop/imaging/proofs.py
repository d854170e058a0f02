"""Pictures for proof sheets: small JPEGs of any photo, upright, sRGB, without metadata."""

from __future__ import annotations

from pathlib import Path

import simplejpeg

from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.decoding import decode, on_white
from phota_desktop.imaging.reading import read_whole

QUALITY = 86


def proof_jpeg(path: Path, side: int) -> bytes:
    """Return a JPEG of the picture with at most ``side`` pixels on its longer side.

    It carries pixels alone: no EXIF, no place, no camera. Raises ``BadImageError``.
    """
    data, info, embedded = read_whole(path)
    pixels = decode(data, info, embedded, max_side=side).opaque()
    encoded: bytes = simplejpeg.encode_jpeg(pixels, QUALITY, "BGR", "444")
    return encoded


def proof_pixels(path: Path, side: int) -> Pixels:
    """Return HxWx4 opaque sRGB pixels, BGRA, at most ``side`` on the longer side.

    Raises ``BadImageError``.
    """
    data, info, embedded = read_whole(path)
    decoded = decode(data, info, embedded, max_side=side, layout="BGRA")
    if decoded.has_alpha:
        on_white(decoded.pixels)
    return decoded.pixels
