"""Bytes to upright sRGB pixels and back, for JPEG, PNG and WebP."""

from __future__ import annotations

import functools
import io
import struct
import warnings
from dataclasses import dataclass

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, PngImagePlugin, UnidentifiedImageError

MOST_PIXELS = 100_000_000
"""Largest picture in pixels."""
QUALITY = 95
_FORMATS = ("JPEG", "PNG", "WEBP")
_DAMAGE = (OSError, ValueError, SyntaxError, struct.error, EOFError, IndexError, MemoryError)
"""What Pillow raises on damaged files."""


class UndecodableError(ValueError):
    """The bytes are no picture that we read; the text is a sentence for the person."""


@dataclass(frozen=True)
class Decoded:
    """``rgb`` is height × width × 3, upright, sRGB; ``had_profile`` tells of an ICC profile."""

    rgb: NDArray[np.uint8]
    had_profile: bool


def decode(data: bytes) -> Decoded:
    """Decode ``data``, turn it upright, convert its colours to sRGB and lay alpha on white.

    Of an animation, the first picture counts. Raises UndecodableError, a ValueError.
    """
    # Pillow warns from 89 MP on; our own limit decides.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    most = MOST_PIXELS // 1_000_000
                    raise UndecodableError(f"The picture has more than {most} megapixels.")
                picture.load()
                profile = picture.info.get("icc_profile")
                upright = ImageOps.exif_transpose(picture)
        except UndecodableError:
            raise
        except UnidentifiedImageError:
            raise UndecodableError("The picture is no JPEG, PNG or WebP.") from None
        except Image.DecompressionBombError:
            raise UndecodableError("The picture has too many megapixels.") from None
        except _DAMAGE:
            raise UndecodableError("The picture is damaged or cut off.") from None
        rgb = _srgb(_flat(upright), profile)
        return Decoded(np.array(rgb, np.uint8), bool(profile))


def encode(rgb: NDArray[np.uint8], output_format: str) -> bytes:
    """Return ``rgb`` as ``jpg`` (quality 95, colours at full resolution) or ``png``, tagged sRGB.

    Raises ValueError for another format.
    """
    pixels = np.ascontiguousarray(rgb)
    if output_format == "jpg":
        data = simplejpeg.encode_jpeg(
            pixels, quality=QUALITY, colorspace="RGB", colorsubsampling="444"
        )
        segment = b"ICC_PROFILE\0\x01\x01" + _srgb_profile()
        head = 4 + struct.unpack(">H", data[4:6])[0]
        marker = b"\xff\xe2" + struct.pack(">H", len(segment) + 2) + segment
        return bytes(data[:head] + marker + data[head:])
    if output_format == "png":
        chunks = PngImagePlugin.PngInfo()
        chunks.add(b"sRGB", b"\0")
        out = io.BytesIO()
        # Level 1 takes a third of the time of the default for some percent more bytes.
        Image.fromarray(pixels).save(out, "PNG", compress_level=1, pnginfo=chunks)
        return out.getvalue()
    raise ValueError(f"The format {output_format!r} is not jpg or png.")


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        deep = np.asarray(picture).astype(np.float32)
        scale = 257.0 if deep.size and deep.max() > 255 else 1.0
        return Image.fromarray((deep / scale).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, layered).convert("RGB")
    if picture.mode in ("RGB", "CMYK", "L"):
        return picture
    return picture.convert("RGB")


def _srgb(picture: Image.Image, profile: object) -> Image.Image:
    if isinstance(profile, bytes) and profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
            black = ImageCms.Flags.BLACKPOINTCOMPENSATION
            converted = ImageCms.profileToProfile(
                picture, source, target, intent, "RGB", flags=black
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A broken profile, or one for another kind of pixels: the numbers are all we have.
            return picture.convert("RGB")
    return picture.convert("RGB")


@functools.cache
def _srgb_profile() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The date of making (bytes 24 to 35) would make equal pictures differ.
    return profile[:24] + bytes(12) + profile[36:]
