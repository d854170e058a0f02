"""What a decoder can be asked for: the functions of imaging that look into foreign files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

from phota_desktop.decoder.rooms import Line
from phota_desktop.imaging import arriving, decoding, pixels, raster, raw, reading, showing
from phota_desktop.imaging.decoding import Decoded, Take
from phota_desktop.imaging.display import DisplayTarget
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.formats import PhotoFormat, format_of
from phota_desktop.imaging.problems import MAX_FILE_BYTES, BadImage, BadImageError
from phota_desktop.imaging.reading import PhotoInfo

PATH = Path("picture")
"""What a file is called here; the program puts its own name in."""


@dataclass
class Source:
    """The file of one request, and where to write pixels."""

    handle: int
    take: Take
    line: Line

    def read(self) -> bytes:
        """Return the whole file. Raises ``BadImageError``."""
        size = os.fstat(self.handle).st_size
        if size > MAX_FILE_BYTES:
            raise BadImageError(BadImage.TOO_LARGE, PATH)
        pieces, at = [], 0
        while at < size:
            piece = os.pread(self.handle, size - at, at)
            if not piece:
                raise BadImageError(BadImage.TRUNCATED, PATH)
            pieces.append(piece)
            at += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def inspect(source: Source, kind: PhotoFormat) -> tuple[PhotoInfo, Embedded]:
    """See ``reading.inspect``."""
    data = source.read()
    stream = BytesIO(data)
    if format_of(stream) != kind:
        raise BadImageError(BadImage.NOT_A_PHOTO, PATH)
    return reading.inspect(stream, kind, len(data), PATH)


def check(source: Source, info: PhotoInfo) -> None:
    """See ``reading.check_pixels``."""
    reading.check_pixels(source.read(), info)


def decode(
    source: Source,
    info: PhotoInfo,
    embedded: Embedded,
    max_side: int | None,
    factor: int,
    layout: Literal["BGR", "BGRA"],
    screen: DisplayTarget,
) -> Decoded:
    """See ``decoding.decode``."""
    return decoding.decode(
        source.read(),
        info,
        embedded,
        max_side=max_side,
        factor=factor,
        layout=layout,
        buffer=source.take,
        screen=screen,
    )


def load(
    source: Source, shrink: Literal[1, 2, 4, 8], target: DisplayTarget, keep_alpha: bool
) -> pixels.Raster:
    """See ``pixels.load_bgra``."""
    data = source.read()
    stream = BytesIO(data)
    kind = format_of(stream)
    if kind is None:
        raise BadImageError(BadImage.NOT_A_PHOTO, PATH)
    facts = reading.inspect(stream, kind, len(data), PATH)
    return pixels.load_read(
        (data, *facts), shrink, target, keep_alpha=keep_alpha, buffer=source.take
    )


def follow(source: Source) -> arriving.Arrived | None:
    """See ``arriving.follow``."""

    def has_ended(at: int) -> bool:
        source.line.tell({"beyond": at})
        return source.line.hear()[0]["ended"] is True

    return arriving.follow(source.handle, has_ended)


def read_raster(source: Source, info: PhotoInfo, embedded: Embedded) -> raster.Raster:
    """See ``raster.read_raster``."""
    return raster.read_raster(source.read(), info, embedded)


def sensor(source: Source) -> tuple[int, int, int]:
    """See ``raw.sensor``."""
    return raw.sensor(BytesIO(source.read()), PATH)


def frames(source: Source, kind: PhotoFormat) -> int:
    """See ``showing.count_frames``."""
    return showing.count_frames(BytesIO(source.read()), kind, PATH)


VERBS: dict[str, Callable[..., object]] = {
    one.__name__: one for one in (inspect, check, decode, load, follow, read_raster, sensor, frames)
}
