"""A picture for the canvas: what showing it takes, a quick look at it, and all of it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from phota_desktop.imaging import apart, raw
from phota_desktop.imaging.decoding import FACTORS, Take, decode
from phota_desktop.imaging.display import SRGB, DisplayTarget
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.pixels import Raster, embedded_preview, load_bgra
from phota_desktop.imaging.problems import BadImageError
from phota_desktop.imaging.reading import (
    PILLOW_ERRORS,
    inspect,
    open_photo,
    opened,
    read_whole,
)

EMBEDDED_PREVIEW = "embedded preview"
"""What is said of a RAW's picture by the camera, until the sensor's values are developed."""

_RAW_BYTES = 14
_WORKING_BYTES = 4
"""A pixel's bytes as Pillow and OpenCV hold them before they lie as the screen wants them."""
_SHAPE_TOLERANCE = 0.02
_ALWAYS_ONE = frozenset({PhotoFormat.JPEG, PhotoFormat.RAW, PhotoFormat.BMP})


@dataclass(frozen=True)
class Facts:
    """A picture's size as displayed, and the bytes that decoding it takes beside its levels."""

    width: int
    height: int
    working: int


def facts(path: Path) -> Facts:
    """Read from the header what showing a picture takes. Raises ``BadImageError``."""
    with open_photo(path) as (stream, kind, size):
        info, _ = inspect(stream, kind, size, path)
        width, height = info.width, info.height
        a_pixel = _WORKING_BYTES
        if kind == PhotoFormat.RAW:
            width, height, orientation = raw.sensor(stream, path)
            width, height = (height, width) if orientation >= 5 else (width, height)
            a_pixel = _RAW_BYTES
        return Facts(width, height, width * height * a_pixel + size)


def quick(path: Path, pane: tuple[int, int], target: DisplayTarget = SRGB) -> Raster | None:
    """Return a RAW's embedded preview, sharp in a pane of that size if it can be; None of others.

    The full size told is that of the developed sensor, unless the preview has another shape.
    Raises ``BadImageError``.
    """
    with open_photo(path) as (stream, kind, size):
        if kind != PhotoFormat.RAW:
            return None
        info, embedded = inspect(stream, kind, size, path)
        width, height, orientation = raw.sensor(stream, path)
    preview = embedded.preview
    if preview is None:
        return None
    if max(preview.width, preview.height) < raw.PREVIEW_SIDE:
        raster = embedded_preview(path, target)
        return raster and replace(raster, note=EMBEDDED_PREVIEW)
    fit = min(pane[0] / info.width, pane[1] / info.height)
    shrink = next((factor for factor in FACTORS if 1 / factor >= fit * 0.995), 1)
    raster = load_bgra(path, shrink, target)  # type: ignore[arg-type]
    if orientation >= 5:
        width, height = height, width
    if abs((width / height) / (info.width / info.height) - 1) < _SHAPE_TOLERANCE:
        raster = replace(raster, full_width=width, full_height=height)
    return replace(raster, note=EMBEDDED_PREVIEW)


def full(path: Path, target: DisplayTarget = SRGB, take: Take | None = None) -> Raster:
    """Decode all of a picture, a RAW from its sensor's values; transparency stays.

    ``note`` tells when the file holds more pictures than the first. ``take`` gives a JPEG's memory.
    Raises ``BadImageError``.
    """
    with open_photo(path) as (stream, kind, _):
        if kind == PhotoFormat.RAW:
            place = raw.sensor(stream, path)
        note = _frames_note(stream, kind, path)
    if kind == PhotoFormat.RAW:
        return _developed(path, place, target)
    raster = load_bgra(path, 1, target, keep_alpha=True, buffer=take)
    return replace(raster, note=" · ".join(filter(None, (note, raster.note))))


def _developed(path: Path, place: tuple[int, int, int], target: DisplayTarget) -> Raster:
    data, info, embedded = read_whole(path)
    width, height, orientation = place
    if orientation >= 5:
        width, height = height, width
    info = replace(info, width=width, height=height, orientation=orientation)
    # Without its preview a RAW is developed, in the same way as one that never had any.
    bare = replace(embedded, preview=None, icc=None)
    plain = replace(info, has_icc=False, is_srgb=True)
    pixels = decode(data, plain, bare, layout="BGRA", screen=target).pixels
    return Raster(pixels, width, height, width, height)


def _frames_note(stream: BinaryIO, kind: PhotoFormat, path: Path) -> str:
    if kind in _ALWAYS_ONE:
        return ""
    if apart.is_here() or kind == PhotoFormat.PNG:
        count = count_frames(stream, kind, path)
    else:
        try:
            count = apart.call(
                *("frames", {"kind": kind}, int, apart.source_of(stream), path),
                lambda told: told > 0,
            )
        except BadImageError:
            return ""
    noun = "pages" if kind == PhotoFormat.TIFF else "frames"
    return f"first of {count} {noun}" if count > 1 else ""


def count_frames(stream: BinaryIO, kind: PhotoFormat, path: Path) -> int:
    """Return how many pictures a file holds, 1 where that cannot be told."""
    try:
        with opened(stream, kind, path) as image:
            return int(getattr(image, "n_frames", 1))
    except (BadImageError, *PILLOW_ERRORS):
        return 1
