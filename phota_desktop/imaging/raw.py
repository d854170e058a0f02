"""Camera RAW files by LibRaw (the optional raw extra): their preview, or their pixels developed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import cv2
import numpy as np

from phota_desktop.imaging import apart, jpeg_segments
from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.problems import MAX_PIXELS, MAX_SIDE, BadImage, BadImageError

if TYPE_CHECKING:
    import rawpy

PREVIEW_SIDE = 2048
"""A preview with this long side stands for the picture; with less, the sensor is developed."""
HALF_SIDE = 8192
"""From this long side on a picture is developed at half its size: 4096 are sent at most."""

_ORIENTATIONS = {0: 1, 1: 2, 2: 4, 3: 3, 4: 5, 5: 8, 6: 6, 7: 7}
"""LibRaw's flip (bit 0 mirrors, 1 turns upside down, 2 swaps axes) as EXIF orientation."""
_SHAPE_TOLERANCE = 0.02


@dataclass(frozen=True)
class Preview:
    """A JPEG that the camera put into the file; the size is as stored, before ``orientation``."""

    content: bytes
    width: int
    height: int
    orientation: int
    is_whole: bool
    """Whether it shows the sensor's picture in its shape: neither cropped nor with bars."""


@dataclass(frozen=True)
class RawPhoto:
    """A RAW as it will be read: the size as stored, and the largest preview, of any size."""

    width: int
    height: int
    orientation: int
    preview: Preview | None
    is_developed: bool


def read(stream: BinaryIO, path: Path) -> RawPhoto:
    """Read header and preview of an open RAW file. Raises ``BadImageError``."""
    with _opened(stream, path) as raw:
        sizes = raw.sizes
        flip = _ORIENTATIONS.get(sizes.flip, 1)
        for width, height in ((sizes.raw_width, sizes.raw_height), (sizes.width, sizes.height)):
            if width < 1 or height < 1:
                raise BadImageError(BadImage.DAMAGED, path)
            if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
                raise BadImageError(BadImage.TOO_LARGE, path)
        preview = _preview(raw, sizes.width, sizes.height, flip)
    if preview is not None and max(preview.width, preview.height) >= PREVIEW_SIDE:
        return RawPhoto(preview.width, preview.height, preview.orientation, preview, False)
    parts = 2 if _is_large(sizes.width, sizes.height) else 1
    return RawPhoto(sizes.width // parts, sizes.height // parts, flip, preview, True)


def sensor(stream: BinaryIO, path: Path) -> tuple[int, int, int]:
    """Return width and height of the developed sensor as stored, and its EXIF orientation.

    Raises ``BadImageError``.
    """
    if not apart.is_here():
        told: tuple[int, int, int] = apart.call(
            *("sensor", {}, tuple[int, int, int], apart.source_of(stream), path),
            lambda told: all(0 < side <= MAX_SIDE for side in told[:2]),
        )
        return told
    with _opened(stream, path) as raw:
        width, height = raw.sizes.width, raw.sizes.height
        parts = 2 if _is_large(width, height) else 1
        return width // parts, height // parts, _ORIENTATIONS.get(raw.sizes.flip, 1)


def develop(data: bytes, path: Path, side: int) -> Pixels:
    """Develop a RAW by the camera's white balance: BGR, sRGB, 8 bits, as stored (not turned).

    The long side has at least ``side`` pixels if the sensor has. Takes about a second for 24
    megapixels, a quarter of it at half size, and 14 bytes a pixel. Raises ``BadImageError``.
    """
    with _opened(BytesIO(data), path) as raw:
        half = max(raw.sizes.width, raw.sizes.height) // 2
        pixels = raw.postprocess(
            use_camera_wb=True,
            half_size=half >= side or _is_large(raw.sizes.width, raw.sizes.height),
            user_flip=0,
            output_bps=8,
            gamma=(2.4, 12.92),  # sRGB's curve
        )
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3) or not pixels.size:
        raise BadImageError(BadImage.UNSUPPORTED, path)
    code = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_GRAY2BGR
    return np.ascontiguousarray(cv2.cvtColor(pixels, code), dtype=np.uint8)


def _is_large(width: int, height: int) -> bool:
    return max(width, height) >= HALF_SIDE


def _preview(raw: rawpy.RawPy, width: int, height: int, orientation: int) -> Preview | None:
    """Find the largest JPEG; a preview that cannot be read counts as none."""
    import rawpy

    try:
        found = raw.extract_thumb()
    except (rawpy.LibRawError, OSError, NotImplementedError):
        return None
    content = found.data
    if found.format != rawpy.ThumbFormat.JPEG or not isinstance(content, bytes):
        return None
    try:
        frame = jpeg_segments.frame(content)
    except ValueError:
        return None
    if frame is None or frame.precision != 8 or frame.components not in (1, 3):
        return None
    if not frame.width or not frame.height:
        return None
    shape, own = width / height, frame.width / frame.height
    # Some programs turn the preview already: then it lies across the sensor.
    is_turned = orientation >= 5 and (shape > 1) != (own > 1) and shape != 1
    whole = 1 / own if is_turned else own
    return Preview(
        content,
        frame.width,
        frame.height,
        1 if is_turned else orientation,
        abs(whole / shape - 1) <= _SHAPE_TOLERANCE,
    )


@contextmanager
def _opened(stream: BinaryIO, path: Path) -> Iterator[rawpy.RawPy]:
    """Open by name what is a file, so that only the parts asked for are read, else from memory."""
    try:
        import rawpy
    except ImportError as error:
        raise BadImageError(BadImage.NEEDS_RAW, path) from error
    try:
        source: str | BinaryIO = stream
        if not isinstance(stream, BytesIO):
            try:
                source = str(path)
                source.encode("utf-8")
            except UnicodeEncodeError:
                source = stream
        stream.seek(0)
        with rawpy.imread(source) as raw:
            yield raw
    except BadImageError:
        raise
    except rawpy.LibRawTooBigError as error:
        raise BadImageError(BadImage.TOO_LARGE, path) from error
    except (rawpy.LibRawIOError, rawpy.LibRawDataError) as error:
        raise BadImageError(BadImage.DAMAGED, path) from error
    except (rawpy.LibRawFileUnsupportedError, rawpy.NotSupportedError) as error:
        raise BadImageError(BadImage.UNSUPPORTED, path) from error
    except (rawpy.LibRawError, OSError, ValueError, MemoryError, AssertionError) as error:
        raise BadImageError(BadImage.DAMAGED, path) from error
