"""Decoding a file into mip levels: by a process apart, and by Qt for a start's very first picture.

Qt gets one JPEG or PNG whose header keeps the limits, and no other file: a decoder apart is there
half a second later, and nobody should look at an empty window for so long. What was chosen on a
command line or with two clicks is the person's own; what servers send comes later.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QByteArray, QLoggingCategory, QSize
from PySide6.QtGui import QColorSpace, QImage, QImageReader

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.viewmodels.image_cache import Found, LoadedImage, Stage

if TYPE_CHECKING:
    from phota_desktop.imaging.colour import Pixels
    from phota_desktop.imaging.decoding import Take
    from phota_desktop.imaging.display import DisplayTarget
    from phota_desktop.imaging.pixels import Raster

_log = logging.getLogger(__name__)

ALLOCATION_LIMIT_MB = 1024
"""100 MP at 16 bits and four channels is 800 MB; Qt's own 256 MB refuses 100 MP at 8 bits."""

Shrink = Literal[1, 2, 4, 8]
_M_MMAP_THRESHOLD = -3
_LARGE_BLOCK = 4 << 20
_HEAD_BYTES = 64 * 1024
_LONG_HEAD_BYTES = 4 << 20
# As imaging/problems.py has them, which would be loaded before the first picture.
MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE = 100_000_000, 150_000_000, 32_767
_SHRINKS: tuple[Shrink, ...] = (8, 4, 2)


def set_up() -> None:
    """Raise Qt's limit on the size of pictures, and keep its complaints of broken files silent.

    Such a file is told of by the loader, under its name and in our words.
    """
    QImageReader.setAllocationLimit(ALLOCATION_LIMIT_MB)
    QLoggingCategory.setFilterRules("qt.gui.imageio*.warning=false\nqt.gui.icc.warning=false")


@dataclass(frozen=True)
class Header:
    """What the first bytes say; ``width`` and ``height`` are upright, 0 where Qt cannot tell."""

    qt_format: str
    width: int
    height: int
    turned: bool
    size: int = 0
    """Bytes of the file."""


def do_step(
    name: str,
    stage: Stage,
    found: Found | None,
    pane: QSize,
    display: DisplayTarget | None,
    take: Take | None = None,
) -> tuple[str, Found | str | None, Stage, int]:
    """Do one step in a worker: what to tell, what to keep, what has been done, what is next.

    The last is the memory in bytes that decoding all of the picture takes. ``take`` gives memory
    for pixels. Never raises.
    """
    try:
        key = (name, Path(name).stat().st_mtime_ns)
        known = found[1] if found is not None and found[0] == key else None
        if stage is Stage.CACHED and known is not None:
            if known.complete:
                return "", None, Stage.DONE, 0
            return "", None, Stage.PREVIEWED, full_cost(name, read_header(name))
        if stage <= Stage.NEW:
            header = read_header(name)
            cost = full_cost(name, header)
            preview = _preview(name, header, pane, display, take)
            if preview is None:
                return "", None, Stage.MEASURED, cost
            return "preview", (key, preview), Stage.PREVIEWED, cost
        return "ready", (key, decode_full(name, known, display, take)), Stage.DONE, 0
    except PhotaError as error:
        return "failed", error.message, Stage.DONE, 0
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return "failed", "This file is not where it was.", Stage.DONE, 0
        return "failed", error.strerror or "This picture cannot be read.", Stage.DONE, 0
    except Exception:  # noqa: BLE001 - a thread must not die silently; this logs and tells
        _log.exception("decoding failed")
        return "failed", "This picture cannot be read.", Stage.DONE, 0


def _preview(
    name: str, header: Header, pane: QSize, display: DisplayTarget | None, take: Take | None
) -> LoadedImage | None:
    """Return a quick picture, or None where decoding all of it is as quick."""
    if not header.width:
        return decode_first_look(name, pane, display)
    if not is_warm() and _is_first():
        return decode_with_qt(name, header, eighths_for(header, pane), display)
    shrink = shrink_for(header, pane)
    return decode_scaled(name, shrink, display, take) if shrink > 1 else None


@functools.cache
def give_memory_back() -> None:
    """Have freed pictures leave the process: glibc else learns to keep blocks of up to 32 MB.

    Every thread's own heap then held some, 90 MB after a hundred photos of 45 MP.
    """
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)


def read_header(path: str) -> Header:
    """Read format and size of a JPEG or PNG; other files are left to imaging, apart.

    So are files above its limits. Raises OSError when the file cannot be opened.
    """
    from phota_desktop.viewmodels import headers

    nothing = Header("", 0, 0, turned=False)
    if not Path(path).is_file():
        return nothing  # a pipe would wait; imaging says what it is
    with Path(path).open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = os.fstat(file.fileno()).st_size
        found = headers.read(head)
        if found is None and head.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            found = headers.read(head + file.read(_LONG_HEAD_BYTES))
    if found is None:
        return nothing
    header = Header(*found, size=size)
    sides = (header.width, header.height)
    if min(sides) < 1 or max(sides) > MAX_SIDE or sides[0] * sides[1] > MAX_PIXELS:
        return nothing
    return header if size <= MAX_FILE_BYTES else nothing


def full_cost(path: str, header: Header) -> int:
    """Return the bytes that decoding all of a picture takes; raises PhotaError.

    A JPEG is decoded into place, where turning needs a second one; others lie there twice.
    """
    if header.width:
        pixels = header.width * header.height
        twice = header.turned or header.qt_format != "jpeg"
        return pixels * 4 + pixels * 4 // (1 if twice else 3) + header.size
    from phota_desktop.imaging import showing

    facts = showing.facts(Path(path))
    return facts.width * facts.height * 16 // 3 + facts.working


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


def start_decoders() -> None:
    """Have a process apart ready soon; this thread goes on meanwhile."""
    from phota_desktop.imaging import apart

    apart.warm_soon()


def _is_first() -> bool:
    """Tell whether no picture has been decoded in this process yet; only the first caller is."""
    try:
        return _not_yet.pop()
    except IndexError:
        return False


_not_yet = [True]


def whole_picture(path: Path) -> QImage:
    """Decode all of a picture for another program; one without pixels if that cannot be done."""
    try:
        return decode_full(str(path), None).levels[0]
    except PhotaError:
        return QImage()


def decode_with_qt(
    path: str, header: Header, eighths: int, display: DisplayTarget | None = None
) -> LoadedImage:
    """Decode a preview of a JPEG, PNG or WebP, loading nothing; raises PhotaError BAD_IMAGE.

    The preview has ``eighths`` / 8 of the file's width and height, rounded up. It is provisional
    where Qt converted its colours.
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
    screen = srgb
    if display is not None and not display.is_srgb:
        own = QColorSpace.fromIccProfile(QByteArray(display.icc))
        screen = own if own.isValid() else srgb
    converted = image.format() is QImage.Format.Format_CMYK8888
    if (space if space.isValid() else srgb) != screen:
        if not space.isValid() and not converted:
            image.setColorSpace(srgb)
        image = image.convertedToColorSpace(screen)
        converted = True
    wanted = (
        QImage.Format.Format_ARGB32_Premultiplied
        if image.hasAlphaChannel()
        else QImage.Format.Format_RGB32
    )
    if image.format() is not wanted:
        image = image.convertToFormat(wanted)
    return LoadedImage((image,), header.width, header.height, complete=False, provisional=converted)


def decode_scaled(
    path: str, shrink: Shrink, display: DisplayTarget | None = None, take: Take | None = None
) -> LoadedImage:
    """Decode a preview at 1/``shrink``; raises PhotaError."""
    from phota_desktop.imaging import display as screens
    from phota_desktop.imaging import pixels

    raster = pixels.load_bgra(Path(path), shrink, display or screens.SRGB, buffer=take)
    return _preview_of(raster, provisional=False)


def decode_first_look(
    path: str, target: QSize, display: DisplayTarget | None = None
) -> LoadedImage | None:
    """Decode a RAW's embedded preview, None of other files and without one; raises PhotaError."""
    from phota_desktop.imaging import display as screens
    from phota_desktop.imaging import showing

    pane = (target.width(), target.height())
    raster = showing.quick(Path(path), pane, display or screens.SRGB)
    # It is the camera's picture: what is developed never looks quite the same.
    return _preview_of(raster, provisional=True) if raster is not None else None


def decode_full(
    path: str,
    preview: LoadedImage | None,
    display: DisplayTarget | None = None,
    take: Take | None = None,
) -> LoadedImage:
    """Decode all levels; raises PhotaError.

    A preview takes the place of the level of its size, or its own place between two, so that
    nothing changes on the screen.
    """
    start_decoders()
    from phota_desktop.imaging import display as screens
    from phota_desktop.imaging import pixels, showing

    give_memory_back()
    raster = showing.full(Path(path), display or screens.SRGB, take)
    whole = (raster.pixels, *pixels.mips(raster.pixels, take))
    levels = list(wrap_levels(whole, has_alpha=raster.has_alpha))
    if preview is not None and not preview.provisional and preview.has_alpha == raster.has_alpha:
        ready = preview.levels[0]
        levels = [kept for kept in levels if abs(ready.width() - kept.width()) > 1] + [ready]
        levels.sort(key=QImage.width, reverse=True)
    size = (raster.full_width, raster.full_height)
    return LoadedImage(tuple(levels), *size, complete=True, note=raster.note)


def _preview_of(raster: Raster, *, provisional: bool) -> LoadedImage:
    level = _wrap(raster.pixels, has_alpha=raster.has_alpha)
    size = (raster.full_width, raster.full_height)
    return LoadedImage((level,), *size, complete=False, note=raster.note, provisional=provisional)


def wrap_levels(levels: Sequence[Pixels], *, has_alpha: bool = False) -> tuple[QImage, ...]:
    """Return BGRA pixels (premultiplied) as images for the canvas, without copying them."""
    return tuple(_wrap(level, has_alpha=has_alpha) for level in levels)


def _wrap(bgra: Pixels, *, has_alpha: bool) -> QImage:
    # Qt keeps the buffer alive until the last copy of the image has gone (checked in a test).
    height, width = bgra.shape[:2]
    kind = QImage.Format.Format_ARGB32_Premultiplied if has_alpha else QImage.Format.Format_RGB32
    return QImage(bgra.data, width, height, bgra.strides[0], kind)


def _reader(path: str, qt_format: str) -> QImageReader:
    reader = QImageReader(path)
    reader.setAutoDetectImageFormat(False)
    reader.setFormat(qt_format.encode())
    return reader
