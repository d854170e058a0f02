"""A picture decoded for export: upright, in its own colours, with all its bits and its alpha."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image

from phota_desktop.imaging import apart, colour, exif, icc, png_chunks
from phota_desktop.imaging.decoding import decode
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.problems import BadImage, BadImageError
from phota_desktop.imaging.reading import PILLOW_ERRORS, PhotoInfo, load, opened
from phota_desktop.imaging.stored import sixteen_bits

Samples = npt.NDArray[Any]
"""uint8 or uint16, C-contiguous: HxW gray, HxWx3 B G R, HxWx4 B G R and alpha."""

ANIMATED = "The picture is an animation; its first picture was taken."
SEVERAL = "The file holds several pictures; the first one was taken."
DEVELOPED = "The RAW was developed, or its preview taken, in sRGB with 8 bits."
BAD_PROFILE = "The colour profile cannot be used; the colours were taken as sRGB."
INKS = "The picture was in CMYK and became RGB."
INKS_UNKNOWN = "The picture was in CMYK without a usable profile; its colours are a guess."
_BITS_PER_SAMPLE = 0x0102
_TURNED_BY_DECODER = (PhotoFormat.TIFF, PhotoFormat.HEIC)


@dataclass(frozen=True)
class Raster:
    """Pixels, the profile that they are to be read by (empty: sRGB), and what to tell of them."""

    pixels: Samples
    icc: bytes = b""
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def is_wide(self) -> bool:
        """Whether the samples have 16 bits."""
        return self.pixels.dtype == np.uint16

    @property
    def has_alpha(self) -> bool:
        """Whether there is a fourth channel."""
        return self.pixels.ndim == 3 and self.pixels.shape[2] == 4


def read_raster(data: bytes, info: PhotoInfo, embedded: Embedded) -> Raster:
    """Decode a whole picture and turn it upright. Raises ``BadImageError``.

    Inks become sRGB at once: no format but print's own keeps them. A profile that cannot be used
    is left out and told.
    """
    if not apart.is_here():
        asked = {"info": info, "embedded": embedded}
        done: Raster = apart.call(
            *("read_raster", asked, Raster, data, info.path),
            lambda told: told.size[0] <= info.width and told.size[1] <= info.height,
        )
        return done
    moves = info.format not in (PhotoFormat.TIFF, PhotoFormat.HEIC, PhotoFormat.JPEG)
    notes = [ANIMATED if moves else SEVERAL] if info.frames > 1 else []
    if info.format == PhotoFormat.RAW:
        decoded = decode(data, info, embedded)
        return Raster(decoded.pixels, b"", (*notes, DEVELOPED))
    profile = embedded.profile or b""
    if info.mode == "CMYK":
        pixels, note = _inks(data, info, profile)
        profile, notes = b"", [*notes, note]
    else:
        found = _jpeg(data, info) if info.format == PhotoFormat.JPEG else None
        pixels = _by_pillow(data, info) if found is None else found
    orientation = 1 if info.format in _TURNED_BY_DECODER else info.orientation
    pixels = _turned(pixels, orientation)
    if profile and not _fits(profile, pixels):
        profile, notes = b"", [*notes, BAD_PROFILE]
    if pixels.ndim == 2 and profile and profile[16:20] == b"RGB ":
        # A gray picture must not have such a profile, and some programs give it one.
        if icc.looks_as_srgb(profile):
            profile = b""
        else:
            pixels = np.ascontiguousarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR))
    return Raster(pixels, profile, tuple(notes))


def narrowed(pixels: Samples) -> Samples:
    """Round 16 bits to 8; bytes are returned as they are."""
    if pixels.dtype == np.uint8:
        return pixels
    return np.asarray(cv2.convertScaleAbs(pixels, alpha=1 / 257))


def opaque(pixels: Samples) -> Samples:
    """Return BGR with what is transparent put on white, strip by strip."""
    height, width = pixels.shape[:2]
    most = 255 if pixels.dtype == np.uint8 else 65535
    out = np.empty((height, width, 3), pixels.dtype)
    for top in range(0, height, colour.STRIP_ROWS):
        rows = pixels[top : top + colour.STRIP_ROWS]
        cover = rows[..., 3:].astype(np.float32) / most
        mixed = rows[..., :3] * cover + (1 - cover) * most
        out[top : top + colour.STRIP_ROWS] = np.round(mixed)
    return out


def is_opaque(pixels: Samples) -> bool:
    """Tell whether an alpha channel hides nothing."""
    return int(pixels[..., 3].min()) == (255 if pixels.dtype == np.uint8 else 65535)


def _fits(profile: bytes, pixels: Samples) -> bool:
    if icc.problem(profile):
        return False
    space = profile[16:20]
    return space == b"RGB " or (space == b"GRAY" and pixels.ndim == 2)


def _jpeg(data: bytes, info: PhotoInfo) -> Samples | None:
    """Decode with libjpeg-turbo; None when only the lenient decoder can tell what is wrong."""
    try:
        pixels = simplejpeg.decode_jpeg(data, "GRAY" if info.mode == "L" else "BGR")
    except ValueError:
        return None
    return np.ascontiguousarray(pixels[..., 0] if info.mode == "L" else pixels)


def _by_pillow(data: bytes, info: PhotoInfo) -> Samples:
    with opened(BytesIO(data), info.format, info.path) as image:
        load(image, info.path)
        try:
            narrow = _samples(image)
        except PILLOW_ERRORS as error:
            raise BadImageError(BadImage.UNSUPPORTED, info.path) from error
    wide = _wide(data, info, narrow)
    return narrow if wide is None else wide


def _samples(image: Image.Image) -> Samples:
    mode = image.mode
    if mode == "F" or mode.startswith("I"):
        return sixteen_bits(image)
    if mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif mode == "1":
        image = image.convert("L")
    elif mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGB")
    if image.mode == "L":
        return np.array(image)
    code = cv2.COLOR_RGBA2BGRA if image.mode == "RGBA" else cv2.COLOR_RGB2BGR
    return np.asarray(cv2.cvtColor(np.asarray(image), code))


def _wide(data: bytes, info: PhotoInfo, narrow: Samples) -> Samples | None:
    """Return all 16 bits of colours, of which Pillow keeps the upper 8 (``narrow``).

    None where there are not 16, or OpenCV's picture is not Pillow's.
    """
    if narrow.ndim != 3 or not has_16_bits(data, info):
        return None
    try:
        wide: Samples | None = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if wide is None or wide.dtype != np.uint16 or wide.shape != narrow.shape:
        return None
    rows = slice(None, None, max(1, len(wide) // 64))
    if not np.array_equal(np.right_shift(wide[rows], 8, dtype=np.uint16), narrow[rows]):
        return None
    return wide


def has_16_bits(data: bytes, info: PhotoInfo) -> bool:
    """Tell whether the samples of a sound PNG or TIFF have 16 bits."""
    try:
        if info.format == PhotoFormat.PNG:
            png_chunks.check(BytesIO(data))
            return info.bits == 16
        found = exif.parse(data) if info.format == PhotoFormat.TIFF else None
    except ValueError:
        return False
    return found is not None and found.number(found.image, _BITS_PER_SAMPLE) == 16


def _inks(data: bytes, info: PhotoInfo, profile: bytes) -> tuple[Samples, str]:
    with opened(BytesIO(data), info.format, info.path) as image:
        load(image, info.path)
        if image.mode == "CMYK":
            done = colour.convert(np.asarray(image), "CMYK", profile) if profile else None
            if done is not None:
                return done, INKS
        try:
            guess = np.asarray(image.convert("RGB"))
        except PILLOW_ERRORS as error:
            raise BadImageError(BadImage.UNSUPPORTED, info.path) from error
    return np.asarray(cv2.cvtColor(guess, cv2.COLOR_RGB2BGR)), INKS_UNKNOWN


_TURNS = {6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}


def _turned(pixels: Samples, orientation: int) -> Samples:
    """Apply an EXIF orientation (1 to 8), so that the picture stands upright."""
    if orientation in _TURNS:
        done = cv2.rotate(pixels, _TURNS[orientation])
    elif orientation in (2, 3, 4):
        done = cv2.flip(pixels, {2: 1, 3: -1, 4: 0}[orientation])
    elif orientation == 5:
        done = cv2.transpose(pixels)
    elif orientation == 7:
        done = cv2.flip(cv2.transpose(pixels), -1)
    else:
        return pixels
    return np.ascontiguousarray(done)
