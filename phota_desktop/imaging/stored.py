"""A picture's pixels as its file has them, by Pillow, and their way to the screen's colours."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from phota_desktop.imaging import colour, exif, png_chunks
from phota_desktop.imaging.colour import Layout, Pixels
from phota_desktop.imaging.display import DisplayTarget
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.problems import BadImage, BadImageError
from phota_desktop.imaging.reading import PILLOW_ERRORS, PhotoInfo, load, opened

UNUSABLE = "colour profile not usable, taken as sRGB"
NO_INKS = "CMYK without a usable colour profile"
_BITS_PER_SAMPLE = 0x0102


class Stored:
    """One decoding: what the file says of its colours, and what became of them on the way."""

    def __init__(self, info: PhotoInfo, embedded: Embedded, screen: DisplayTarget) -> None:
        self.info = info
        self.embedded = embedded
        self.profile = embedded.profile or b""
        self.screen = screen
        self.converted = False
        self.narrowed = False
        self.note = ""
        self.is_to_convert = colour.is_needed(self.profile, screen)

    def coloured(self, pixels: npt.NDArray[Any]) -> Pixels:
        """Convert gray, BGR or BGRA to the screen's colours, once; bytes, in place if BGR(A)."""
        if not self.is_to_convert:
            return pixels
        self.is_to_convert = False
        layout: Layout = "L"
        if pixels.ndim == 3:
            layout = "BGR" if pixels.shape[2] == 3 else "BGRA"
        opaque = self.info.format in (PhotoFormat.JPEG, PhotoFormat.RAW)
        done = colour.convert(pixels, layout, self.profile, self.screen, opaque=opaque)
        if done is None and self.profile:
            self.note = UNUSABLE
            if self.screen.is_srgb:
                return pixels
            done = colour.convert(pixels, layout, b"", self.screen, opaque=opaque)
        elif done is not None:
            self.converted = True
        return pixels if done is None else done

    def of_inks(self, pixels: Pixels) -> Pixels | None:
        """Convert CMYK by the file's profile; None, and a note, where there is none of use."""
        done = None
        if self.profile:
            done = colour.convert(pixels, "CMYK", self.profile, self.screen)
        self.converted = True
        if done is None:
            self.note = NO_INKS
            self.profile = b""
            self.is_to_convert = not self.screen.is_srgb
        else:
            self.is_to_convert = False
        return done


def by_pillow(data: bytes, stored: Stored, factor: int = 1) -> Pixels:
    """Decode anything by Pillow: gray HxW, BGR or BGRA. Raises ``BadImageError``.

    A JPEG comes at 1/``factor`` of its sides, which spares inks their slow conversion.
    """
    info = stored.info
    with opened(BytesIO(data), info.format, info.path) as image:
        if factor > 1 and info.format == PhotoFormat.JPEG:
            width, height = image.size
            image.draft(None, (-(-width // factor), -(-height // factor)))
        load(image, info.path)
        try:
            return _array(image, stored, data)
        except PILLOW_ERRORS as error:
            raise BadImageError(BadImage.UNSUPPORTED, info.path) from error


def _array(image: Image.Image, stored: Stored, data: bytes) -> Pixels:
    mode = image.mode
    if mode == "CMYK":
        done = stored.of_inks(_pixels(np.asarray(image)))
        return _bgr(image.convert("RGB")) if done is None else done
    stored.narrowed = stored.info.bits > 8
    if mode == "F" or mode.startswith("I"):
        stored.narrowed = True
        if stored.is_to_convert:
            return stored.coloured(sixteen_bits(image))
        return eight_bits(image)
    if mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif mode == "1":
        image = image.convert("L")
    elif mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGB")
    if image.mode == "L":
        return _pixels(np.asarray(image))
    if image.mode == "RGBA":
        pixels = _pixels(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGBA2BGRA))
    else:
        pixels = _bgr(image)
    if stored.is_to_convert and mode in ("RGB", "RGBA"):
        wide = _wide(data, stored, pixels)
        if wide is not None:
            stored.narrowed = True
            return stored.coloured(wide)
    return pixels


def _wide(data: bytes, stored: Stored, narrow: Pixels) -> npt.NDArray[np.uint16] | None:
    """Return all 16 bits of BGR or BGRA, of which Pillow keeps the upper 8 (``narrow``).

    Cutting first would cost up to a ΔE in wide colour spaces, much more in linear ones. None where
    there are not 16, or OpenCV's picture is not Pillow's.
    """
    if stored.info.format not in (PhotoFormat.PNG, PhotoFormat.TIFF) or not _has_16_bits(
        data, stored
    ):
        return None
    try:
        wide: npt.NDArray[Any] | None = cv2.imdecode(
            np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED
        )
    except cv2.error:
        return None
    if wide is None or wide.dtype != np.uint16 or wide.shape != narrow.shape:
        return None
    rows = slice(None, None, max(1, len(wide) // 64))
    if not np.array_equal(np.right_shift(wide[rows], 8, dtype=np.uint16), narrow[rows]):
        return None
    return np.asarray(wide, np.uint16)


def _has_16_bits(data: bytes, stored: Stored) -> bool:
    if stored.info.format == PhotoFormat.PNG:
        try:
            png_chunks.check(BytesIO(data))
        except ValueError:
            return False
        return stored.info.bits == 16
    try:
        found = exif.parse(data)
    except ValueError:
        return False
    return found.number(found.image, _BITS_PER_SAMPLE) == 16


def _bgr(image: Image.Image) -> Pixels:
    """Return an RGB picture's pixels as BGR; in strips, or it would lie in memory three times."""
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, colour.STRIP_ROWS):
        bottom = min(top + colour.STRIP_ROWS, height)
        strip = np.asarray(image.crop((0, top, width, bottom)))
        cv2.cvtColor(strip, cv2.COLOR_RGB2BGR, dst=pixels[top:bottom])
    return pixels


def sixteen_bits(image: Image.Image) -> npt.NDArray[np.uint16]:
    """Scale a gray picture of 16-bit integers, or floats of 0..1 (or 0..255), to 16 bits."""
    values = np.asarray(image)
    if image.mode == "F":
        finite = np.nan_to_num(values, nan=0.0, posinf=255.0, neginf=0.0)
        scale = 65535.0 if finite.size and finite.max() <= 1.0 else 257.0
        return np.asarray(np.clip(finite * scale + 0.5, 0, 65535), np.uint16)
    return np.asarray(np.clip(values, 0, 65535), np.uint16)


def eight_bits(image: Image.Image) -> Pixels:
    """Scale a gray picture of 16-bit integers, or floats of 0..1 (or 0..255), to 8 bits."""
    values = np.asarray(image)
    if image.mode == "F":
        finite = np.nan_to_num(values, nan=0.0, posinf=255.0, neginf=0.0)
        scale = 255.0 if finite.size and finite.max() <= 1.0 else 1.0
        return _pixels(np.clip(finite * scale + 0.5, 0, 255))
    wide = np.clip(values, 0, 65535).astype(np.uint32)
    return _pixels((wide + 128) // 257)


def _pixels(array: npt.NDArray[Any]) -> Pixels:
    """Make what NumPy, OpenCV or Pillow gave C-contiguous bytes, as callers and QImage need it."""
    return np.ascontiguousarray(array, dtype=np.uint8)
