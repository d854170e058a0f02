"""A delivered picture, decoded once: for the check and for the screen, a PNG while it arrives."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

import cv2
import numpy as np
from PIL import Image

from phota_desktop.imaging import apart, colour, pixels, png_chunks
from phota_desktop.imaging.colour import STRIP_ROWS, Pixels
from phota_desktop.imaging.decoding import fits
from phota_desktop.imaging.display import SRGB
from phota_desktop.imaging.formats import HEAD_BYTES, PhotoFormat, sniff
from phota_desktop.imaging.problems import MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE, BadImageError
from phota_desktop.imaging.reading import (
    PILLOW_ERRORS,
    PhotoInfo,
    check_result,
    inspect,
    load,
    opened,
)

_LOOK_S = 0.004
"""Between two looks for more bytes: 240 kB on a line of 60 MB/s."""
_PIECE = 1 << 18


@dataclass
class Checked:
    """A whole picture: what it is, and its BGRA pixels where they were made for the check.

    :func:`levels_of` takes ``image`` away, so that its memory is freed in the worker: in the
    window's thread that would cost a frame.
    """

    info: PhotoInfo
    image: Pixels | None = None


@dataclass(frozen=True)
class Arrived:
    """A PNG that was decoded while it came: its digest and header.

    ``pixels`` are HxWx4, BGRA in sRGB; None of what is not plainly shown (see ``_plain_bgra``), and
    where the file is damaged after its pixels.
    """

    sha256: str
    info: PhotoInfo
    pixels: Pixels | None


class ArrivingPicture:
    """Decodes the file of a PNG while another thread writes it.

    :meth:`decode` runs in a thread of its own and ends by itself after :meth:`end`. What it
    decoded is only believed if the SHA-256 of the bytes it read is that of the finished file.
    """

    def __init__(self, part: Path) -> None:
        self._part = part
        self._ended = threading.Event()
        self._decoded: Arrived | None = None

    def end(self) -> None:
        """Say that nothing more is written, whether the file is whole or not."""
        self._ended.set()

    def decode(self) -> None:
        """Follow the file to its end; blocks. Whatever fails here is told by the check later."""
        try:
            self._decoded = self._follow()
        except (BadImageError, *PILLOW_ERRORS):
            self._decoded = None

    def take(self, sha256: str) -> Arrived | None:
        """Give the decoded picture away, once, if it is that of the file with this digest."""
        decoded, self._decoded = self._decoded, None
        return decoded if decoded is not None and decoded.sha256 == sha256 else None

    def _follow(self) -> Arrived | None:
        while not self._part.exists():
            if self._ended.wait(_LOOK_S):
                return None
        with self._part.open("rb", buffering=0) as file:
            while (size := os.fstat(file.fileno()).st_size) < HEAD_BYTES:
                if self._ended.wait(_LOOK_S):
                    return None
            if sniff(file.read(HEAD_BYTES)) != PhotoFormat.PNG or size > MAX_FILE_BYTES:
                return None
            if apart.is_here():
                return follow(file.fileno(), lambda at: self._has_ended(file.fileno(), at))
            arrived: Arrived | None = apart.call(
                "follow",
                {},
                Arrived | None,
                file.fileno(),
                self._part,
                _can_be_true,
                news=lambda at: self._has_ended(file.fileno(), at),
            )
        return arrived

    def _has_ended(self, handle: int, at: int) -> bool:
        """Wait for bytes beyond ``at``; tell whether there will be no more."""
        while not self._ended.is_set():
            if os.fstat(handle).st_size != at:
                return False
            self._ended.wait(_LOOK_S)
        return True


def _can_be_true(told: Arrived | None) -> bool:
    if told is None or told.pixels is None:
        return True
    return fits(told.pixels, (told.info.width, told.info.height))


def follow(handle: int, has_ended: Callable[[int], bool]) -> Arrived | None:
    """Decode an open PNG that is being written; None when it is none, or turns out too large.

    ``has_ended`` waits for bytes beyond a place, and tells whether there will be none. Raises what
    Pillow does, and ``BadImageError``.
    """
    place = Path("picture")
    with _GrowingFile(handle, has_ended) as raw, io.BufferedReader(raw, _PIECE) as file:
        if sniff(file.read(HEAD_BYTES)) != PhotoFormat.PNG:
            return None
        with opened(file, PhotoFormat.PNG, place) as image:
            width, height = image.size
            if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
                return None
            load(image, place)
            while file.read(_PIECE):
                pass
            digest = raw.digest.hexdigest()
            raw.rewind()
            whole = cast(BinaryIO, raw)
            info, embedded = inspect(whole, PhotoFormat.PNG, raw.size, place)
            raw.rewind()
            if not _has_right_checksums(whole):
                return Arrived(digest, info, None)
            return Arrived(digest, info, _plain_bgra(image, info, embedded.profile or b""))


class _GrowingFile(io.RawIOBase):
    """Reads a file in the making: waits for more bytes until ``ended``; hashes each byte once."""

    def __init__(self, handle: int, has_ended: Callable[[int], bool]) -> None:
        self.digest = hashlib.sha256()
        self._handle = handle
        self._has_ended = has_ended
        self._at = self._hashed = 0
        self._is_whole = False

    @property
    def size(self) -> int:
        """Bytes that have been read."""
        return self._hashed

    def rewind(self) -> None:
        """Begin again with a file that has been read to its end."""
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            if not self._is_whole:
                raise OSError("the end is not known yet")
            offset += self._hashed
        self._at = offset + (self._at if whence == os.SEEK_CUR else 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not (found := os.pread(self._handle, len(buffer), self._at)):
            if self._is_whole or os.fstat(self._handle).st_size < self._at:
                break
            if self._has_ended(self._at):
                self._is_whole = True
                found = os.pread(self._handle, len(buffer), self._at)
                break
        if not found and not self._is_whole and os.fstat(self._handle).st_size < self._at:
            raise OSError("the file was begun anew")
        if self._at > self._hashed:
            raise OSError("bytes were skipped")
        memoryview(buffer)[: len(found)] = found
        self.digest.update(memoryview(found)[self._hashed - self._at :])
        self._at += len(found)
        self._hashed = max(self._hashed, self._at)
        return len(found)


def check(part: Path, arriving: ArrivingPicture | None, sha256: str) -> Checked:
    """Check a delivered picture as :func:`check_result` does, which decides whatever is doubtful.

    ``sha256`` is the digest of the finished file, ``arriving`` what followed it there, if
    anything did: then the picture need not be decoded again. Raises ``BadImageError``.
    """
    if arriving is None:
        arriving = ArrivingPicture(part)
        arriving.end()
        arriving.decode()
    arrived = arriving.take(sha256)
    if arrived is not None and arrived.pixels is not None:
        return Checked(replace(arrived.info, path=part), arrived.pixels)
    return Checked(check_result(part))


def levels_of(checked: Checked, path: Path) -> tuple[Pixels, ...]:
    """Return the BGRA levels of a checked picture, largest first; none if it cannot be decoded."""
    bgra, checked.image = checked.image, None
    if bgra is None:
        try:
            bgra = pixels.load_bgra(path).pixels
        except BadImageError:
            return ()
    return (bgra, *pixels.mips(bgra))


def _has_right_checksums(stream: BinaryIO) -> bool:
    try:
        png_chunks.check(stream)
    except ValueError:
        return False
    return True


def _plain_bgra(image: Image.Image, info: PhotoInfo, profile: bytes) -> Pixels | None:
    """Return the pixels of a picture that needs no turning and is opaque, in sRGB; else None."""
    plain = image.mode == "RGB" and info.orientation == 1 and info.bits == 8
    if not plain or "transparency" in image.info:
        return None
    width, height = image.size
    bgra = np.empty((height, width, 4), np.uint8)
    for top in range(0, height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, height)
        strip = np.asarray(image.crop((0, top, width, bottom)))
        cv2.cvtColor(strip, cv2.COLOR_RGB2BGRA, dst=bgra[top:bottom])
    if colour.is_needed(profile, SRGB):
        return colour.convert(bgra, "BGRA", profile, SRGB)
    return bgra
