"""Photos made ready for training: upright sRGB JPEGs of at most 4096 pixels that tell nothing else.

They are put where a stranger's server fetches them, so they hold less than what is sent to be
edited: no colour profile either, since those of cameras and screens name their device.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import simplejpeg

from phota_desktop.core.options import MAX_INPUT_SIDE
from phota_desktop.imaging import jpeg_segments
from phota_desktop.imaging.decoding import decode
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.prepare import stripped
from phota_desktop.imaging.reading import read_whole

QUALITY = 95


@dataclass(frozen=True)
class TrainingPhoto:
    """A JPEG ready to be hosted: its bytes, its size in pixels, its SHA-256 as hex digits."""

    content: bytes
    width: int
    height: int
    sha256: str


def prepare_training_photo(source: Path) -> TrainingPhoto:
    """Make a training photo of a picture file, in memory; the file is only ever read.

    An upright sRGB JPEG within 4096 pixels keeps its coded pixels. Everything else is decoded,
    reduced, converted to sRGB, turned upright, put on white and written at quality 95. Takes a
    moment of one core and up to about 10 bytes a pixel. Raises ``BadImageError``.
    """
    data, info, embedded = read_whole(source)
    if info.format == PhotoFormat.JPEG:
        kept = stripped(data, info, MAX_INPUT_SIDE)
        if kept is not None:
            content = jpeg_segments.strip(kept, keep_profile=False)
            return _told(content, info.width, info.height)
    pixels = decode(data, info, embedded, max_side=MAX_INPUT_SIDE).opaque()
    height, width = pixels.shape[:2]
    return _told(simplejpeg.encode_jpeg(pixels, QUALITY, "BGR", "444"), width, height)


def _told(content: bytes, width: int, height: int) -> TrainingPhoto:
    return TrainingPhoto(content, width, height, hashlib.sha256(content).hexdigest())
