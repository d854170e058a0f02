"""Decoding a file into mip levels: by Qt for the very first picture, by imaging once warm."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QLoggingCategory, QSize
from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader, QPainter

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.viewmodels.image_cache import LoadedImage

if TYPE_CHECKING:
    from phota_desktop.imaging.colour import Pixels

ALLOCATION_LIMIT_MB = 1024
"""100 MP at 16 bits and four channels is 800 MB; Qt's own 256 MB refuses 100 MP at 8 bits."""

Shrink = Literal[1, 2, 4, 8]
_HEAD_BYTES = 64 * 1024
_SHRINKS: tuple[Shrink, ...] = (8, 4, 2)


def set_up() -> None:
    """Raise Qt's limit on the size of pictures, and keep its complaints of broken files silent.

    Such a file is told of by the loader, under its name and in our words.
    """
    QImageReader.setAllocationLimit(ALLOCATION_LIMIT_MB)
    QLoggingCategory.setFilterRules("qt.gui.imageio*.warning=false")


@dataclass(frozen=True)
class Header:
    """What the first bytes say; ``width`` and ``height`` are upright, 0 where Qt cannot tell."""

    qt_format: str
    width: int
    height: int
    turned: bool


def read_header(path: str) -> Header:
    """Read format and size by magic bytes; JPEG, PNG and WebP only, others are imaging's.

    Raises OSError when the file cannot be opened.
    """
    with Path(path).open("rb") as file:
        head = file.read(_HEAD_BYTES)
    qt_format = _qt_format(head)
    if not qt_format or _hides_orientation(qt_format, head):
        return Header("", 0, 0, turned=False)
    reader = _reader(path, qt_format)
    size = reader.size()
    turned = bool(
        reader.transformation().value & QImageIOHandler.Transformation.TransformationRotate90.value
    )
    upright = size.transposed() if turned else size
    return Header(qt_format, max(upright.width(), 0), max(upright.height(), 0), turned)


def shrink_for(header: Header, target: QSize) -> Shrink:
    """Return the strongest of 8, 4, 2 that keeps every pixel a fit to ``target`` shows; else 1.

    Only JPEG gains from a scaled decode, and only by these powers of two.
    """
    if header.qt_format != "jpeg" or not header.width or not header.height:
        return 1
    return next((shrink for shrink in _SHRINKS if _suffices(1 / shrink, header, target)), 1)


def _suffices(scale: float, header: Header, target: QSize) -> bool:
    fit = min(target.width() / header.width, target.height() / header.height)
    return scale >= fit * 0.995


def eighths_for(header: Header, target: QSize) -> int:
    """Return of how many eighths Qt's decoder makes a preview that fits ``target`` sharply.

    Three eighths cost 115 ms of a 24 MP photo's 160 at one half: Qt spends more on pixels than
    libjpeg-turbo saves with its fast inverse transform for powers of two.
    """
    shrink = shrink_for(header, target)
    if shrink == 2 and _suffices(3 / 8, header, target):
        return 3
    return 8 // shrink


def is_warm() -> bool:
    """Tell whether the fast decoders are loaded; importing them would delay the first picture."""
    return "phota_desktop.imaging.pixels" in sys.modules


def decode_with_qt(path: str, header: Header, eighths: int) -> LoadedImage:
    """Decode a preview of a JPEG, PNG or WebP, loading nothing; raises PhotaError BAD_IMAGE.

    The preview has ``eighths`` / 8 of the file's width and height, rounded up.
    """
    reader = _reader(path, header.qt_format)
    reader.setAutoTransform(True)
    if eighths < 8:
        size = reader.size()
        reader.setScaledSize(
            QSize(-(-size.width() * eighths // 8), -(-size.height() * eighths // 8))
        )
    image = reader.read()
    if image.isNull():
        raise PhotaError(ErrorKind.BAD_IMAGE, hint=reader.errorString())
    space = image.colorSpace()
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if space.isValid() and space != srgb:
        image = image.convertedToColorSpace(srgb)
    if image.hasAlphaChannel():
        image = _on_white(image)
    elif image.format() is not QImage.Format.Format_RGB32:
        image = image.convertToFormat(QImage.Format.Format_RGB32)
    return LoadedImage((image,), header.width, header.height, complete=False)


def decode_scaled(path: str, shrink: Shrink) -> LoadedImage:
    """Decode a preview at 1/``shrink``; raises PhotaError."""
    from phota_desktop.imaging import pixels

    raster = pixels.load_bgra(Path(path), shrink)
    return LoadedImage(
        (_wrap(raster.pixels),), raster.full_width, raster.full_height, complete=False
    )


def decode_full(path: str, preview: LoadedImage | None) -> LoadedImage:
    """Decode all levels; raises PhotaError.

    A preview takes the place of the level of its size, or its own place between two, so that
    nothing changes on the screen.
    """
    from phota_desktop.imaging import pixels

    raster = pixels.load_bgra(Path(path), 1)
    levels = list(wrap_levels((raster.pixels, *pixels.mips(raster.pixels))))
    if preview is not None:
        ready = preview.levels[0]
        levels = [kept for kept in levels if abs(ready.width() - kept.width()) > 1] + [ready]
        levels.sort(key=QImage.width, reverse=True)
    return LoadedImage(tuple(levels), raster.full_width, raster.full_height, complete=True)


def wrap_levels(levels: Sequence[Pixels]) -> tuple[QImage, ...]:
    """Return BGRA pixels as images for the canvas, without copying them."""
    return tuple(_wrap(level) for level in levels)


def _wrap(bgra: Pixels) -> QImage:
    # Qt keeps the buffer alive until the last copy of the image has gone (checked in a test).
    height, width = bgra.shape[:2]
    return QImage(bgra.data, width, height, bgra.strides[0], QImage.Format.Format_RGB32)


def _on_white(image: QImage) -> QImage:
    """Put a transparent picture on white, as imaging does."""
    base = QImage(image.size(), QImage.Format.Format_RGB32)
    base.fill(0xFFFFFFFF)
    painter = QPainter(base)
    painter.drawImage(0, 0, image)
    painter.end()
    return base


def _reader(path: str, qt_format: str) -> QImageReader:
    reader = QImageReader(path)
    reader.setAutoDetectImageFormat(False)
    reader.setFormat(qt_format.encode())
    return reader


def _hides_orientation(qt_format: str, head: bytes) -> bool:
    """Tell whether a PNG or WebP carries EXIF, which Qt reads in JPEG only."""
    if qt_format == "webp":
        return head[12:16] == b"VP8X" and bool(head[20] & 0x08)
    return qt_format == "png" and b"eXIf" in head.partition(b"IDAT")[0]


def _qt_format(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""
