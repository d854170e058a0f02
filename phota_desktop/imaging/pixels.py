"""Pictures as the canvas wants them: upright, the screen's colours, BGRA, and halved. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Literal

import cv2

from phota_desktop.imaging import apart, exif
from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.decoding import (
    Take,
    decode,
    fits,
    on_white,
    premultiply,
    preview_for,
    taking,
)
from phota_desktop.imaging.display import SRGB, DisplayTarget
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.problems import MAX_PIXELS, MAX_SIDE, BadImageError
from phota_desktop.imaging.reading import PhotoInfo, inspect, open_photo, read_whole

SMALLEST_LEVEL = 256
"""Halving stops when the long side is this small."""
FIRST_LOOK_SIDE = 1024
"""Long side of a RAW's first look; its preview may be as large as the picture."""


@dataclass(frozen=True)
class Raster:
    """Pixels HxWx4 uint8, C-contiguous, in B G R A order, alpha 255: QImage's Format_RGB32.

    ``width`` and ``height`` are of ``pixels``; ``full_width`` and ``full_height`` of the whole
    picture as displayed. With ``has_alpha`` the colours are multiplied by their alpha: QImage's
    Format_ARGB32_Premultiplied. ``note`` tells in words what could not be shown as it should be.
    """

    pixels: Pixels
    width: int
    height: int
    full_width: int
    full_height: int
    has_alpha: bool = False
    note: str = ""


def load_bgra(
    path: Path,
    shrink: Literal[1, 2, 4, 8] = 1,
    target: DisplayTarget = SRGB,
    *,
    keep_alpha: bool = False,
    buffer: Pixels | Take | None = None,
) -> Raster:
    """Decode a picture at 1/``shrink`` of its sides (rounded up), upright, for this screen.

    What is transparent comes on white, or with ``keep_alpha`` as it is, premultiplied. ``buffer``
    (uint8, writable), or what gives one, is filled instead of new memory when it is large enough
    and the file is a JPEG that needs no turning; the raster's pixels are then a view of it.
    Colours are converted once, from the file's profile to the target's, and not at all where both
    are sRGB. Raises ``BadImageError``.
    """
    if not apart.is_here():
        with open_photo(path) as (stream, _, _):
            asked = {"shrink": shrink, "target": target, "keep_alpha": keep_alpha}
            raster: Raster = apart.call(
                *("load", asked, Raster, apart.source_of(stream), path),
                _can_be_true,
                taking(buffer),
            )
        return raster
    return load_read(read_whole(path), shrink, target, keep_alpha=keep_alpha, buffer=buffer)


def load_read(
    read: tuple[bytes, PhotoInfo, Embedded],
    shrink: Literal[1, 2, 4, 8],
    target: DisplayTarget,
    *,
    keep_alpha: bool,
    buffer: Pixels | Take | None,
) -> Raster:
    """Do :func:`load_bgra` with a file that has been read."""
    data, info, embedded = read
    decoded = decode(
        data, info, embedded, factor=shrink, layout="BGRA", buffer=buffer, screen=target
    )
    has_alpha = decoded.has_alpha and keep_alpha
    if has_alpha:
        premultiply(decoded.pixels)
    elif decoded.has_alpha:
        on_white(decoded.pixels)
    height, width = decoded.pixels.shape[:2]
    return Raster(decoded.pixels, width, height, info.width, info.height, has_alpha, decoded.note)


def _can_be_true(raster: Raster) -> bool:
    full = (raster.full_width, raster.full_height)
    if min(full) < 1 or max(full) > MAX_SIDE or full[0] * full[1] > MAX_PIXELS:
        return False
    return raster.pixels.shape == (raster.height, raster.width, 4) and fits(raster.pixels, full)


def embedded_preview(path: Path, target: DisplayTarget = SRGB) -> Raster | None:
    """Decode the small picture in a JPEG's EXIF or a RAW file, upright; None when there is none.

    A first glance within a millisecond (some ten for a RAW): not proof that the file decodes, and
    not for keeping. A preview of another shape than the picture (stale, or with black bars) counts
    as none.
    Raises ``BadImageError`` when the file cannot be a picture at all.
    """
    with open_photo(path) as (stream, kind, size):
        if kind not in (PhotoFormat.JPEG, PhotoFormat.RAW):
            return None
        info, embedded = inspect(stream, kind, size, path)
    if kind == PhotoFormat.RAW:
        return _raw_preview(info, embedded, target)
    if not embedded.exif:
        return None
    try:
        small = exif.parse(embedded.exif).thumbnail
        within, _ = inspect(BytesIO(small), PhotoFormat.JPEG, len(small), path)
        within = replace(within, orientation=1)
        stored_width, stored_height = info.stored_size
        if abs(within.width * stored_height - within.height * stored_width) > (
            max(stored_width, stored_height) * 2
        ):
            return None
        within = replace(within, orientation=info.orientation, is_srgb=info.is_srgb)
        if info.orientation >= 5:
            within = replace(within, width=within.height, height=within.width)
        decoded = decode(
            small, within, Embedded(icc=embedded.profile), layout="BGRA", screen=target
        )
    except (ValueError, BadImageError):
        return None
    height, width = decoded.pixels.shape[:2]
    return Raster(decoded.pixels, width, height, info.width, info.height)


def _raw_preview(info: PhotoInfo, embedded: Embedded, target: DisplayTarget) -> Raster | None:
    if embedded.preview is None:
        return None
    side = min(FIRST_LOOK_SIDE, max(embedded.preview.width, embedded.preview.height))
    if preview_for(info, embedded, side) is None:
        return None
    try:
        pixels = decode(b"", info, embedded, max_side=side, layout="BGRA", screen=target).pixels
    except BadImageError:
        return None
    return Raster(pixels, pixels.shape[1], pixels.shape[0], info.width, info.height)


def mips(bgra: Pixels, take: Take | None = None) -> list[Pixels]:
    """Return the picture's halved levels, largest first, without the picture itself.

    The mean of four pixels is right for premultiplied alpha as well. ``take`` gives the memory.
    """
    levels: list[Pixels] = []
    level = bgra
    while max(level.shape[:2]) > SMALLEST_LEVEL:
        height, width = level.shape[:2]
        size = (max(1, width // 2), max(1, height // 2))
        room = take(size[0] * size[1] * 4).reshape(size[1], size[0], 4) if take else None
        half = cv2.resize(level, size, room, interpolation=cv2.INTER_AREA)
        level = half.astype("uint8", copy=False)
        levels.append(level)
    return levels
