"""A delivered picture, decoded once: for the check and for the screen, a PNG while it arrives."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

from phota_desktop.imaging import colour, pixels, png_chunks
from phota_desktop.imaging.colour import STRIP_ROWS, Pixels
from phota_desktop.imaging.display import SRGB, DisplayTarget
from phota_desktop.imaging.formats import HEAD_BYTES, PhotoFormat, sniff
from phota_desktop.imaging.problems import MAX_PIXELS, MAX_SIDE, BadImageError
from phota_desktop.imaging.reading import (
    PILLOW_ERRORS,
    PhotoInfo,
    check_result,
    inspect,
    load,
    open_photo,
    opened,
)

_LOOK_S = 0.004
"""Between two looks for more bytes: 240 kB on a line of 60 MB/s."""
_PIECE = 1 << 18


@dataclass
class Checked:
    """A whole picture: what it is, and the decoded picture where one was made for the check.

    :func:`levels_of` takes ``image`` away, so that its memory is freed in the worker: in the
    window's thread that would cost a frame.
    """

    info: PhotoInfo
    image: Image.Image | None = None
    profile: bytes = b""


class ArrivingPicture:
    """Decodes the file of a PNG while another thread writes it.

    :meth:`decode` runs in a thread of its own and ends by itself after :meth:`end`. What it
    decoded is only believed if the SHA-256 of the bytes it read is that of the finished file.
    """

    def __init__(self, part: Path) -> None:
        self._part = part
        self._ended = threading.Event()
        self._decoded: tuple[Image.Image, str] | None = None

    def end(self) -> None:
        """Say that nothing more is written, whether the file is whole or not."""
        self._ended.set()

    def decode(self) -> None:
        """Follow the file to its end; blocks. Whatever fails here is told by the check later."""
        try:
            self._decoded = self._follow()
        except (BadImageError, *PILLOW_ERRORS):
            self._decoded = None

    def take(self, sha256: str) -> Image.Image | None:
        """Give the decoded picture away, once, if it is that of the file with this digest."""
        decoded, self._decoded = self._decoded, None
        return decoded[0] if decoded is not None and decoded[1] == sha256 else None

    def _follow(self) -> tuple[Image.Image, str] | None:
        while not self._part.exists():
            if self._ended.wait(_LOOK_S):
                return None
        with _GrowingFile(self._part, self._ended) as raw, io.BufferedReader(raw, _PIECE) as file:
            if sniff(file.read(HEAD_BYTES)) != PhotoFormat.PNG:
                return None
            with opened(file, PhotoFormat.PNG, self._part) as image:
                width, height = image.size
                if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
                    return None
                load(image, self._part)
                while file.read(_PIECE):
                    pass
                return image, raw.digest.hexdigest()


class _GrowingFile(io.RawIOBase):
    """Reads a file in the making: waits for more bytes until ``ended``; hashes each byte once."""

    def __init__(self, path: Path, ended: threading.Event) -> None:
        self.digest = hashlib.sha256()
        self._file = path.open("rb", buffering=0)
        self._ended = ended
        self._at = self._hashed = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            raise OSError("the end is not known yet")
        self._at = self._file.seek(offset, whence)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while True:
            over = self._ended.is_set()
            count = self._file.readinto(buffer) or 0
            if count or over:
                break
            if os.fstat(self._file.fileno()).st_size < self._at:
                raise OSError("the file was begun anew")
            self._ended.wait(_LOOK_S)
        if self._at > self._hashed:
            raise OSError("bytes were skipped")
        self.digest.update(memoryview(buffer)[self._hashed - self._at : count])
        self._at += count
        self._hashed = max(self._hashed, self._at)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def check(part: Path, arriving: ArrivingPicture | None, sha256: str) -> Checked:
    """Check a delivered picture as :func:`check_result` does, which decides whatever is doubtful.

    ``sha256`` is the digest of the finished file, ``arriving`` what followed it there, if
    anything did: then the picture need not be decoded again. Raises ``BadImageError``.
    """
    if arriving is None:
        arriving = ArrivingPicture(part)
        arriving.end()
        arriving.decode()
    image = arriving.take(sha256)
    if image is not None:
        with open_photo(part) as (stream, kind, size):
            if _has_right_checksums(stream):
                info, embedded = inspect(stream, kind, size, part)
                return Checked(info, image, embedded.profile or b"")
    return Checked(check_result(part))


def levels_of(checked: Checked, path: Path, target: DisplayTarget = SRGB) -> tuple[Pixels, ...]:
    """Return the BGRA levels of a checked picture, largest first; none if it cannot be decoded."""
    image, checked.image = checked.image, None
    bgra = _plain_bgra(image, checked, target) if image is not None else None
    if bgra is None:
        try:
            bgra = pixels.load_bgra(path, 1, target).pixels
        except BadImageError:
            return ()
    return (bgra, *pixels.mips(bgra))


def _has_right_checksums(stream: BinaryIO) -> bool:
    try:
        png_chunks.check(stream)
    except ValueError:
        return False
    return True


def _plain_bgra(image: Image.Image, checked: Checked, target: DisplayTarget) -> Pixels | None:
    """Return the pixels of a picture that needs no turning and no change of colours, else None."""
    info = checked.info
    plain = image.mode == "RGB" and info.orientation == 1 and info.bits == 8
    if not plain or "transparency" in image.info:
        return None
    width, height = image.size
    bgra = np.empty((height, width, 4), np.uint8)
    for top in range(0, height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, height)
        strip = np.asarray(image.crop((0, top, width, bottom)))
        cv2.cvtColor(strip, cv2.COLOR_RGB2BGRA, dst=bgra[top:bottom])
    if colour.is_needed(checked.profile, target):
        return colour.convert(bgra, "BGRA", checked.profile, target)
    return bgra
