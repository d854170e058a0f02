"""Opening picture files safely: allow-list, limits, named refusals, header facts, full checks."""

from __future__ import annotations

import os
import stat
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import simplejpeg
from PIL import Image, UnidentifiedImageError

from phota_desktop.imaging import apart, heif_boxes, jpeg_segments, png_chunks, raw
from phota_desktop.imaging.embedded import Embedded, jpeg_head, read_embedded
from phota_desktop.imaging.formats import PILLOW_NAMES, PhotoFormat, format_of
from phota_desktop.imaging.icc import is_srgb
from phota_desktop.imaging.implied import with_implied
from phota_desktop.imaging.problems import (
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    BadImage,
    BadImageError,
)

# Pillow's own guard, set on purpose: a warning above the limit, made an error here, and an error
# above twice the limit. Our check of the header comes first; this one sees inner frames too.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Remarks about odd tags of somebody's file are nothing that our own reader or user could act on.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

PILLOW_ERRORS = (
    *(OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError),
    *(
        RuntimeError,
        ArithmeticError,
        AssertionError,
        MemoryError,
        struct.error,
        zlib.error,
        Warning,
    ),
    Image.DecompressionBombError,
)
"""What Pillow's decoders are known to raise on broken files."""


@dataclass(frozen=True)
class PhotoInfo:
    """What the header of a picture says.

    ``width`` and ``height`` are as displayed, after orientation. ``mode`` is Pillow's name of the
    pixel layout. ``bytes`` is the file's size. ``frames`` is 1, or 2 for more than one.
    ``bits`` are the bits of one sample.
    """

    path: Path
    format: PhotoFormat
    width: int
    height: int
    orientation: int
    mode: str
    has_icc: bool
    is_srgb: bool
    bytes: int
    frames: int
    bits: int = 8

    @property
    def stored_size(self) -> tuple[int, int]:
        """Width and height as stored, before orientation."""
        turned = self.orientation >= 5
        return (self.height, self.width) if turned else (self.width, self.height)


_READ_HERE = (PhotoFormat.JPEG, PhotoFormat.PNG)
_TOLD = tuple[PhotoInfo, Embedded]


@contextmanager
def open_photo(path: Path) -> Iterator[tuple[BinaryIO, PhotoFormat, int]]:
    """Open a picture for reading: the stream, its format by magic bytes, its size in bytes.

    Only regular files up to 100 MB; a FIFO or device neither blocks nor is read. Raises
    ``BadImageError``.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        reason = BadImage.NOT_A_FILE if isinstance(error, IsADirectoryError) else BadImage.MISSING
        raise BadImageError(reason, path) from error
    try:
        facts = os.fstat(handle)
    except OSError as error:
        os.close(handle)
        raise BadImageError(BadImage.MISSING, path) from error
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)
        raise BadImageError(BadImage.NOT_A_FILE, path)
    with os.fdopen(handle, "rb") as stream:
        if facts.st_size == 0:
            raise BadImageError(BadImage.TRUNCATED, path)
        if facts.st_size > MAX_FILE_BYTES:
            raise BadImageError(BadImage.TOO_LARGE, path)
        try:
            kind = format_of(stream)
        except OSError as error:
            raise BadImageError(BadImage.MISSING, path) from error
        if kind is None:
            raise BadImageError(BadImage.NOT_A_PHOTO, path)
        yield stream, kind, facts.st_size


def read_photo(path: Path) -> bytes:
    """Read a whole picture file (at most 100 MB). Raises ``BadImageError``."""
    with open_photo(path) as (stream, _, size):
        try:
            # One byte more than there was tells a file that is being written to.
            data = stream.read(size + 1)
        except OSError as error:
            raise BadImageError(BadImage.MISSING, path) from error
    if len(data) != size:
        raise BadImageError(BadImage.TRUNCATED, path)
    return data


def read_whole(path: Path) -> tuple[bytes, PhotoInfo, Embedded]:
    """Read a whole picture file, what its header says and what it carries.

    The pixels are not decoded yet. Raises ``BadImageError``.
    """
    data = read_photo(path)
    stream = BytesIO(data)
    kind = format_of(stream)
    if kind is None:
        raise BadImageError(BadImage.NOT_A_PHOTO, path)
    return (data, *inspect(stream, kind, len(data), path))


def probe(path: Path) -> PhotoInfo:
    """Read a picture's header. Raises ``BadImageError`` with one of the ten reasons."""
    with open_photo(path) as (stream, kind, size):
        info, _ = inspect(stream, kind, size, path)
        return info


def inspect(
    stream: BinaryIO, kind: PhotoFormat, size: int, path: Path
) -> tuple[PhotoInfo, Embedded]:
    """Read the header of an open picture and the blocks it carries. Raises ``BadImageError``.

    Only the headers of JPEG and PNG are read in this process, by Python alone.
    """
    if kind not in _READ_HERE and not apart.is_here():
        told: tuple[PhotoInfo, Embedded] = apart.call(
            *("inspect", {"kind": kind}, _TOLD, apart.source_of(stream), path),
            lambda told: told[0].format == kind and _is_allowed(told[0].width, told[0].height),
        )
        return replace(told[0], bytes=size), told[1]
    embedded = read_embedded(stream, kind)
    orientation = embedded.orientation
    if kind == PhotoFormat.JPEG:
        mode, width, height, bits = _jpeg_facts(stream, path)
        frames = 1
    elif kind == PhotoFormat.RAW:
        photo = raw.read(stream, path)
        mode, width, height, bits, frames = "RGB", photo.width, photo.height, 8, 1
        orientation = photo.orientation
        embedded = _with_preview(embedded, photo)
    else:
        with opened(stream, kind, path) as image:
            try:
                mode, (width, height) = image.mode, image.size
                frames = 2 if getattr(image, "is_animated", False) else 1
                embedded = _with_info(embedded, image.info)
            except PILLOW_ERRORS as error:
                raise BadImageError(BadImage.DAMAGED, path) from error
        bits = _bits(stream, kind, mode)
        if kind == PhotoFormat.TIFF and orientation >= 5:
            width, height = height, width  # Pillow tells a TIFF's size as displayed
        if kind == PhotoFormat.HEIC:
            orientation = 1  # the decoder turns it
    _check_size(width, height, path)
    if orientation >= 5:
        width, height = height, width
    embedded = with_implied(embedded, stream, kind)
    profile = embedded.profile
    info = PhotoInfo(
        path=path,
        format=kind,
        width=width,
        height=height,
        orientation=orientation,
        mode=mode,
        has_icc=embedded.icc is not None,
        is_srgb=profile is None or is_srgb(profile),
        bytes=size,
        frames=frames,
        bits=bits,
    )
    return info, embedded


def _with_info(embedded: Embedded, info: dict[str | tuple[int, int], Any]) -> Embedded:
    """Add what only Pillow found, all of it for HEIC."""
    block, packet = info.get("exif"), info.get("xmp")
    return replace(
        embedded,
        exif=embedded.exif or (block.removeprefix(b"Exif\x00\x00") if block else None),
        xmp=embedded.xmp or (packet if isinstance(packet, bytes) else None),
        icc=info.get("icc_profile") or embedded.icc,
    )


def _with_preview(embedded: Embedded, photo: raw.RawPhoto) -> Embedded:
    """Add a RAW's preview, with the colours and, if there is no other, the EXIF block of it."""
    if photo.preview is None:
        return embedded
    within = read_embedded(BytesIO(photo.preview.content), PhotoFormat.JPEG)
    return replace(
        embedded,
        exif=embedded.exif or within.exif,
        icc=None if photo.is_developed else within.icc,
        preview=photo.preview,
    )


@contextmanager
def opened(stream: BinaryIO, kind: PhotoFormat, path: Path) -> Iterator[Image.Image]:
    """Open with Pillow, held to the one format that the magic bytes say."""
    if kind == PhotoFormat.HEIC:
        _register_heif(path)
        _check_heif(stream, path)
    if kind not in PILLOW_NAMES:
        raise BadImageError(BadImage.UNSUPPORTED, path)
    stream.seek(0)
    try:
        image = Image.open(stream, formats=[PILLOW_NAMES[kind]])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImageError(BadImage.TOO_LARGE, path) from error
    except UnidentifiedImageError as error:
        raise BadImageError(BadImage.DAMAGED, path) from error
    except PILLOW_ERRORS as error:
        raise BadImageError(_told(error), path) from error
    # Closing the image would close the caller's stream.
    yield image


def load(image: Image.Image, path: Path) -> None:
    """Decode the first frame fully. Raises ``BadImageError`` when truncated or damaged."""
    try:
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImageError(BadImage.TOO_LARGE, path) from error
    except PILLOW_ERRORS as error:
        raise BadImageError(_told(error), path) from error


def check_result(path: Path) -> PhotoInfo:
    """Decode a delivered picture fully and tell what it is.

    A JPEG is entropy-decoded strictly, at one eighth of its size; a PNG must also have right
    checksums to its end. Raises ``BadImageError`` when it is truncated, damaged or no picture.
    """
    data, info, _ = read_whole(path)
    check_pixels(data, info)
    return info


def check_pixels(data: bytes, info: PhotoInfo) -> None:
    """Decode the whole file once to see that nothing is missing. Raises ``BadImageError``."""
    if not apart.is_here():
        apart.call("check", {"info": info}, None, data, info.path, lambda _: True)
        return
    if info.format == PhotoFormat.JPEG:
        width, height = info.stored_size
        try:
            simplejpeg.decode_jpeg(
                data, "GRAY", min_height=-(-height // 8), min_width=-(-width // 8)
            )
        except ValueError:
            pass  # Pillow decides: the strict reader also stumbles over harmless oddities
        else:
            return
    if info.format == PhotoFormat.PNG:
        try:
            png_chunks.check(BytesIO(data))
        except ValueError as error:
            ended = isinstance(error, png_chunks.EndsEarly)
            reason = BadImage.TRUNCATED if ended else BadImage.DAMAGED
            raise BadImageError(reason, info.path) from error
    with opened(BytesIO(data), info.format, info.path) as image:
        load(image, info.path)


def _jpeg_facts(stream: BinaryIO, path: Path) -> tuple[str, int, int, int]:
    """Mode, stored width and height, bits, from the frame header alone."""
    try:
        frame = jpeg_segments.frame(jpeg_head(stream))
    except ValueError as error:
        raise BadImageError(BadImage.TRUNCATED, path) from error
    modes = {1: "L", 3: "RGB", 4: "CMYK"}
    if frame is None or not frame.width or not frame.height:
        raise BadImageError(BadImage.DAMAGED, path)
    if frame.precision != 8 or frame.components not in modes:
        raise BadImageError(BadImage.UNSUPPORTED, path)
    return modes[frame.components], frame.width, frame.height, frame.precision


def _bits(stream: BinaryIO, kind: PhotoFormat, mode: str) -> int:
    if kind == PhotoFormat.PNG:
        stream.seek(24)
        return (stream.read(1) or b"\x08")[0]
    return {"I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32}.get(mode, 8)


def _check_size(width: int, height: int, path: Path) -> None:
    if width < 1 or height < 1:
        raise BadImageError(BadImage.DAMAGED, path)
    if not _is_allowed(width, height):
        raise BadImageError(BadImage.TOO_LARGE, path)


def _is_allowed(width: int, height: int) -> bool:
    return (
        min(width, height) > 0 and max(width, height) <= MAX_SIDE and width * height <= MAX_PIXELS
    )


def _told(error: BaseException) -> BadImage:
    """Sort a decoder's failure by what it says; the words are Pillow's."""
    words = str(error).lower()
    if isinstance(error, MemoryError):
        return BadImage.TOO_COSTLY
    if "trunc" in words or "unexpected end" in words or "not enough" in words:
        return BadImage.TRUNCATED
    if "unsupported" in words or "cannot handle" in words or isinstance(error, KeyError):
        return BadImage.UNSUPPORTED
    return BadImage.DAMAGED


def _register_heif(path: Path) -> None:
    """Let Pillow read HEIC when the optional extra is installed."""
    try:
        import pi_heif
    except ImportError as error:
        raise BadImageError(BadImage.NEEDS_HEIF, path) from error
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def _check_heif(stream: BinaryIO, path: Path) -> None:
    """Refuse what would end the program within the library, or take all memory."""
    try:
        told = heif_boxes.sizes(stream)
    except (OSError, ValueError) as error:
        raise BadImageError(BadImage.DAMAGED, path) from error
    for width, height in told:
        _check_size(width, height, path)
