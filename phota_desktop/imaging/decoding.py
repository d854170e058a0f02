"""A picture's bytes into upright arrays of the screen's colours: by libjpeg-turbo and Pillow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg

from phota_desktop.imaging import apart, raw, shared
from phota_desktop.imaging.colour import STRIP_ROWS, Pixels
from phota_desktop.imaging.display import SRGB, DisplayTarget
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.raw import Preview
from phota_desktop.imaging.reading import PhotoInfo, inspect
from phota_desktop.imaging.stored import Stored, by_pillow

Take = Callable[[int], Pixels]
"""Gives that many bytes, as an array of one dimension, that nobody else uses."""
FACTORS = (8, 4, 2)
"""Reductions that libjpeg-turbo does fast while decoding (performance.md §3)."""


@dataclass(frozen=True)
class Decoded:
    """An upright picture: ``pixels`` HxWx3 BGR, or HxWx4 BGRA; uint8, C-contiguous.

    ``has_alpha`` tells that the fourth channel holds real transparency. ``converted`` tells that
    the colours were converted, ``narrowed`` that the file had more than 8 bits a sample. ``note``
    tells in words why the colours may be wrong.
    """

    pixels: Pixels
    has_alpha: bool = False
    converted: bool = False
    narrowed: bool = False
    note: str = ""

    def opaque(self) -> Pixels:
        """Return HxWx3 BGR with what is transparent put on white; ``pixels`` are used up."""
        if not self.has_alpha:
            return self.pixels
        on_white(self.pixels)
        return _recoloured(self.pixels, cv2.COLOR_BGRA2BGR)


def factor_for(long_side: int, wanted: int) -> int:
    """Largest of 8, 4, 2, 1 that leaves at least ``wanted`` pixels on the long side."""
    return next((f for f in FACTORS if -(-long_side // f) >= wanted), 1)


def fitted(width: int, height: int, max_side: int) -> tuple[int, int]:
    """Size with the long side at most ``max_side``, aspect kept, nothing enlarged."""
    long_side = max(width, height)
    if long_side <= max_side:
        return width, height
    return (
        max(1, (width * max_side + long_side // 2) // long_side),
        max(1, (height * max_side + long_side // 2) // long_side),
    )


def decode(
    data: bytes,
    info: PhotoInfo,
    embedded: Embedded,
    *,
    max_side: int | None = None,
    factor: int = 1,
    layout: Literal["BGR", "BGRA"] = "BGR",
    buffer: Pixels | Take | None = None,
    screen: DisplayTarget = SRGB,
) -> Decoded:
    """Decode, reduce, convert to the screen's colours, turn upright; so that less is converted.

    ``factor`` 1, 2, 4 or 8 divides the size (rounded up); ``max_side`` limits the long side
    instead. With ``layout`` "BGRA" four channels come back in any case; "BGR" gives four only for
    real transparency. ``buffer``, or what gives one of that many bytes, is used for a JPEG's pixels
    when it is large enough and the picture needs no turning. The file is decoded in another
    process, see apart.py. Raises ``BadImageError``.
    """
    if not apart.is_here():
        asked = {"info": info, "embedded": _needed(embedded), "max_side": max_side}
        asked |= {"factor": factor, "layout": layout, "screen": screen}
        most = (info.width, info.height)
        done: Decoded = apart.call(
            *("decode", asked, Decoded, data, info.path),
            lambda told: fits(told.pixels, most),
            taking(buffer),
        )
        return done
    if info.format == PhotoFormat.RAW:
        return _of_raw(data, info, embedded, _target(info, max_side, factor), layout, screen)
    if max_side is not None:
        factor = factor_for(max(info.width, info.height), max_side)
    orientation = info.orientation
    pixels: Pixels | None = None
    stored = Stored(info, embedded, screen)
    if info.format == PhotoFormat.JPEG and info.mode != "CMYK":
        pixels = _jpeg(data, stored, factor, layout, buffer)
    if pixels is None:
        pixels = by_pillow(data, stored, factor)
        if info.format in (PhotoFormat.TIFF, PhotoFormat.HEIC):
            orientation = 1  # these decoders turn the picture themselves
    target = _target(info, max_side, factor)
    # The target is as displayed; pixels that are still to be turned lie on their side.
    pixels = resized(pixels, target[::-1] if orientation >= 5 else target)
    pixels = stored.coloured(pixels)
    pixels = turned(pixels, orientation)
    has_alpha = info.format != PhotoFormat.JPEG and pixels.ndim == 3 and pixels.shape[2] == 4
    if has_alpha and pixels[..., 3].min() == 255:
        has_alpha = False
        if layout == "BGR":
            pixels = _recoloured(pixels, cv2.COLOR_BGRA2BGR)
    if pixels.ndim == 2:
        gray = {"BGR": cv2.COLOR_GRAY2BGR, "BGRA": cv2.COLOR_GRAY2BGRA}
        pixels = _recoloured(pixels, gray[layout])
    elif layout == "BGRA" and pixels.shape[2] == 3:
        pixels = _recoloured(pixels, cv2.COLOR_BGR2BGRA)
    return Decoded(pixels, has_alpha, stored.converted, stored.narrowed, stored.note)


def taking(buffer: Pixels | Take | None) -> Take | None:
    """Return what gives memory for pixels, of one buffer as well."""
    if buffer is None or callable(buffer):
        return buffer
    spare = [buffer]
    return lambda size: (
        spare.pop()[:size] if spare and spare[0].nbytes >= size else shared.allocate(size)
    )


def fits(pixels: Pixels, most: tuple[int, int]) -> bool:
    """Tell whether pixels are a picture of BGR or BGRA, of at most that width and height."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        return False
    height, width = pixels.shape[:2]
    return bool(width <= most[0] and height <= most[1])


def _needed(embedded: Embedded) -> Embedded:
    """Return what decoding needs of a file's blocks: its colours, and a RAW's preview."""
    return Embedded(icc=embedded.icc, implied=embedded.implied, preview=embedded.preview)


def _target(info: PhotoInfo, max_side: int | None, factor: int) -> tuple[int, int]:
    """Size as displayed that a picture is decoded to."""
    if max_side is not None:
        return fitted(info.width, info.height, max_side)
    return (-(-info.width // factor), -(-info.height // factor))


def _of_raw(
    data: bytes,
    info: PhotoInfo,
    embedded: Embedded,
    target: tuple[int, int],
    layout: Literal["BGR", "BGRA"],
    screen: DisplayTarget,
) -> Decoded:
    """Decode a RAW's preview where it is large enough for ``target``, else develop the sensor."""
    preview = preview_for(info, embedded, max(target))
    if preview is not None:
        content = preview.content
        within, blocks = inspect(BytesIO(content), PhotoFormat.JPEG, len(content), info.path)
        width, height = preview.width, preview.height
        if preview.orientation >= 5:
            width, height = height, width
        within = replace(within, width=width, height=height, orientation=preview.orientation)
        decoded = decode(
            content, within, blocks, max_side=max(target), layout=layout, screen=screen
        )
        return replace(decoded, pixels=resized(decoded.pixels, target))
    pixels = raw.develop(data, info.path, max(target))
    turns = info.orientation >= 5
    pixels = resized(pixels, target[::-1] if turns else target)
    if not screen.is_srgb:
        pixels = Stored(info, Embedded(), screen).coloured(pixels)
    pixels = turned(pixels, info.orientation)
    if layout == "BGRA":
        pixels = _recoloured(pixels, cv2.COLOR_BGR2BGRA)
    return Decoded(pixels)


def preview_for(info: PhotoInfo, embedded: Embedded, side: int) -> Preview | None:
    """Return a RAW's preview where it shows the same picture with ``side`` pixels or more."""
    preview = embedded.preview
    if preview is None or max(preview.width, preview.height) < side:
        return None
    stands_for_it = (preview.width, preview.height) == info.stored_size
    return preview if stands_for_it or preview.is_whole else None


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Reduce to (width, height): by area, or cubic where it is nearly that size already."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    near = size[0] / width > 0.8
    return _pixels(
        cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC if near else cv2.INTER_AREA)
    )


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Apply an EXIF orientation (1 to 8), so that the picture stands upright."""
    if orientation == 2:
        return _pixels(cv2.flip(pixels, 1))
    if orientation == 3:
        return _pixels(cv2.flip(pixels, -1))
    if orientation == 4:
        return _pixels(cv2.flip(pixels, 0))
    if orientation == 5:
        return _pixels(cv2.transpose(pixels))
    if orientation == 6:
        return _pixels(cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE))
    if orientation == 7:
        return _pixels(cv2.flip(cv2.transpose(pixels), -1))
    if orientation == 8:
        return _pixels(cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE))
    return pixels


def on_white(bgra: Pixels) -> None:
    """Put a transparent BGRA picture on white, in place; alpha becomes 255."""
    for top in range(0, len(bgra), STRIP_ROWS):
        rows = bgra[top : top + STRIP_ROWS]
        # 255 - (255 - colour) * alpha / 255, in OpenCV's saturating bytes.
        distance = cv2.bitwise_not(cv2.cvtColor(rows, cv2.COLOR_BGRA2BGR))
        alpha = cv2.cvtColor(cv2.extractChannel(rows, 3), cv2.COLOR_GRAY2BGR)
        mixed = cv2.bitwise_not(cv2.multiply(distance, alpha, scale=1 / 255))
        cv2.cvtColor(mixed, cv2.COLOR_BGR2BGRA, dst=rows)


def premultiply(bgra: Pixels) -> None:
    """Multiply a transparent picture's colours by its alpha, in place."""
    for top in range(0, len(bgra), STRIP_ROWS):
        rows = bgra[top : top + STRIP_ROWS]
        alpha = cv2.cvtColor(cv2.extractChannel(rows, 3), cv2.COLOR_GRAY2BGR)
        mixed = cv2.multiply(cv2.cvtColor(rows, cv2.COLOR_BGRA2BGR), alpha, scale=1 / 255)
        cv2.mixChannels([mixed], [rows], [0, 0, 1, 1, 2, 2])


def _jpeg(
    data: bytes,
    stored: Stored,
    factor: int,
    layout: str,
    buffer: Pixels | Take | None,
) -> Pixels | None:
    """Decode with libjpeg-turbo; None when only the lenient decoder can tell what is wrong."""
    info = stored.info
    width, height = info.stored_size
    if info.mode == "L" and stored.is_to_convert:
        layout = "GRAY"
    out_width, out_height = -(-width // factor), -(-height // factor)
    channels = {"GRAY": 1, "BGR": 3, "BGRA": 4}[layout]
    size = out_width * out_height * channels
    if info.orientation != 1:
        buffer = None
    elif callable(buffer):
        buffer = buffer(size)
    elif buffer is not None and buffer.nbytes < size:
        buffer = None
    try:
        pixels = simplejpeg.decode_jpeg(
            data, layout, min_width=out_width, min_height=out_height, buffer=buffer
        )
    except ValueError:
        return None
    return _pixels(pixels[..., 0] if layout == "GRAY" else pixels)


def _recoloured(pixels: Pixels, code: int) -> Pixels:
    return _pixels(cv2.cvtColor(pixels, code))


def _pixels(array: npt.NDArray[Any]) -> Pixels:
    """Make what NumPy, OpenCV or Pillow gave C-contiguous bytes, as callers and QImage need it."""
    return np.ascontiguousarray(array, dtype=np.uint8)
