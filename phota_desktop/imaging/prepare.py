"""Photos made ready for upload: untouched if they may go as they are, else stripped or reduced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import simplejpeg

from phota_desktop.core.options import MAX_INPUT_SIDE
from phota_desktop.imaging import metadata
from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.decoding import Decoded, decode
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.files import replace_file
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.reading import PhotoInfo, check_pixels, read_whole

QUALITY = 92
_SENT_AS_THEY_ARE = (PhotoFormat.JPEG, PhotoFormat.PNG, PhotoFormat.WEBP)


@dataclass(frozen=True)
class Prepared:
    """A file ready to be sent; ``notes`` say in words what was changed, in order.

    ``identical`` means the very bytes of the source. ``width`` and ``height`` are in pixels.
    """

    path: Path
    identical: bool
    width: int
    height: int
    format: PhotoFormat
    notes: tuple[str, ...] = ()


def prepare(source: Path, out_stem: Path, *, max_side: int = MAX_INPUT_SIDE) -> Prepared:
    """Write what is sent for ``source`` to ``out_stem`` plus the extension of its format.

    A JPEG, PNG or WebP within ``max_side``, upright, sRGB, 8 bits and free of private metadata
    goes byte for byte; if only metadata stands in the way it is cut out and the coded pixels stay.
    Anything else is decoded, reduced, converted to sRGB, turned upright and written as JPEG
    (PNG if transparent and within ``max_side``). The source is only ever read. Raises
    ``BadImageError``; ``PhotaError`` DISK.
    """
    data, info, embedded = read_whole(source)
    kept = stripped(data, info, max_side)
    if kept is not None:
        notes = () if kept is data else ("metadata removed",)
        path = _write(out_stem, info.format, kept)
        return Prepared(path, kept is data, info.width, info.height, info.format, notes)
    decoded = decode(data, info, embedded, max_side=max_side)
    return _encoded(decoded, info, embedded, out_stem, max_side)


def stripped(data: bytes, info: PhotoInfo, max_side: int) -> bytes | None:
    """Return the file without its private parts, or None when its pixels must be changed.

    Pixels are decoded once all the same: a broken file is found before it is paid for.
    """
    if info.format not in _SENT_AS_THEY_ARE or max(info.width, info.height) > max_side:
        return None
    if info.orientation != 1 or not info.is_srgb or info.bits > 8 or info.mode == "CMYK":
        return None
    if info.format == PhotoFormat.WEBP and info.frames > 1:
        return None
    try:
        kept = metadata.strip_private(data)
    except ValueError:
        return None  # an odd file: let a decoder tell whether it is usable
    check_pixels(data, info)
    return kept


def _encoded(
    decoded: Decoded, info: PhotoInfo, embedded: Embedded, out_stem: Path, max_side: int
) -> Prepared:
    height, width = decoded.pixels.shape[:2]
    notes = []
    if info.format == PhotoFormat.RAW:
        preview = embedded.preview
        stands = preview is not None and (preview.width, preview.height) == info.stored_size
        notes.append("the camera's preview of the RAW" if stands else "developed from RAW")
    reduced = max(info.width, info.height) > max_side
    if info.frames > 1:
        notes.append("first frame only")
    if reduced:
        notes.append(f"reduced to {width} × {height}")
    if info.orientation != 1:
        notes.append("turned upright")
    if decoded.converted:
        notes.append("converted to sRGB")
    elif info.has_icc and not info.is_srgb:
        notes.append("colour profile not usable, taken as sRGB")
    if decoded.narrowed:
        notes.append("reduced to 8 bits a colour")
    pixels = decoded.pixels
    if decoded.has_alpha and not reduced:
        kind, content = PhotoFormat.PNG, _png(pixels)
    else:
        if decoded.has_alpha:
            pixels = decoded.opaque()
            notes.append("transparency put on white")
        kind, content = PhotoFormat.JPEG, simplejpeg.encode_jpeg(pixels, QUALITY, "BGR", "444")
    if kind != info.format:
        notes.append(f"written as {kind.name}")
    notes.append("metadata removed")
    return Prepared(_write(out_stem, kind, content), False, width, height, kind, tuple(notes))


def _png(pixels: Pixels) -> bytes:
    done, content = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not done:
        raise ValueError("PNG encoder failed")
    return content.tobytes()


def _write(out_stem: Path, kind: PhotoFormat, content: bytes) -> Path:
    # Not with_suffix(): a stem may hold dots of its own.
    path = out_stem.with_name(f"{out_stem.name}.{kind.value}")
    replace_file(path, content)
    return path
