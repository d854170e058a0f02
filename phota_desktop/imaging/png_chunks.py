"""PNG files as chunks: walking, checking, stripping and replacing without recompression."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from phota_desktop.imaging.chunks import Chunk

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp\x00"
IPTC_KEYWORD = b"Raw profile type iptc\x00"
EXIF_KEYWORDS = (b"Raw profile type exif\x00", b"Raw profile type APP1\x00")
"""Where EXIF stood before PNG had a chunk for it; some programs write it there still."""

_DECODING = frozenset(
    (
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB"),
        *(b"iCCP", b"sBIT", b"cICP", b"mDCV", b"cLLI", b"pHYs"),
    )
)
"""Chunks that decoding and colour need; nothing in them speaks of a person or a place."""
_PIECE = 1 << 20


class EndsEarly(ValueError):  # noqa: N818 - reads as what it says
    """The file stops before IEND."""


@dataclass(frozen=True)
class PngChunk(Chunk):
    """Eight bytes of head, the payload, four of checksum."""

    @property
    def start(self) -> int:
        """Offset of the chunk's length field."""
        return self.body - 8

    @property
    def end(self) -> int:
        """Offset behind the checksum."""
        return self.body + self.length + 4


def walk(stream: BinaryIO) -> Iterator[PngChunk]:
    """Yield the chunks up to IEND by seeking; raise ValueError where the file breaks or ends."""
    size = stream.seek(0, 2)
    stream.seek(0)
    if stream.read(8) != SIGNATURE:
        raise ValueError("no PNG signature")
    at = 8
    while True:
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8:
            raise EndsEarly("PNG ends between chunks")
        chunk = PngChunk(head[4:], at + 8, int.from_bytes(head[:4], "big"))
        if chunk.end > size:
            raise EndsEarly("PNG chunk runs past the end")
        if not chunk.kind.isalpha():
            raise ValueError("PNG chunk has no name")
        yield chunk
        if chunk.kind == b"IEND":
            return
        at = chunk.end


def check(stream: BinaryIO) -> None:
    """Check every checksum up to IEND; raise ValueError at the first that is wrong."""
    for chunk in walk(stream):
        value = zlib.crc32(chunk.kind)
        stream.seek(chunk.body)
        left = chunk.length
        while left:
            piece = stream.read(min(left, _PIECE))
            value = zlib.crc32(piece, value)
            left -= len(piece)
        if stream.read(4) != value.to_bytes(4, "big"):
            raise ValueError("PNG checksum is wrong")


def text(kind: bytes, body: bytes, keyword: bytes) -> bytes | None:
    """Read the text of an iTXt, zTXt or tEXt payload with this keyword; at most 16 MB."""
    if not body.startswith(keyword):
        return None
    rest = body[len(keyword) :]
    if kind == b"iTXt":
        compressed = rest[:1] == b"\x01"
        parts = rest[2:].split(b"\x00", 2)
        if len(parts) < 3:
            return None
        rest = parts[2]
    elif kind == b"zTXt":
        compressed = True
        rest = rest[1:]
    elif kind == b"tEXt":
        compressed = False
    else:
        return None
    if not compressed:
        return rest
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(rest, 16_000_000)
    except zlib.error:
        return None
    return plain if inflater.eof else None


def strip(data: bytes) -> bytes:
    """Drop every chunk that decoding and colour do not need, and bytes behind IEND.

    An animation keeps its default picture. Returns the very same object when nothing was dropped.
    Raises ValueError on a broken file.
    """
    view = memoryview(data)
    pieces: list[bytes | memoryview] = [SIGNATURE]
    total = len(SIGNATURE)
    for chunk in walk(BytesIO(data)):
        if chunk.kind in _DECODING:
            pieces.append(view[chunk.start : chunk.end])
            total += chunk.end - chunk.start
    return data if total == len(data) else b"".join(pieces)


def encode(kind: bytes, body: bytes) -> bytes:
    """One chunk as bytes."""
    checksum = zlib.crc32(kind + body)
    return len(body).to_bytes(4, "big") + kind + body + checksum.to_bytes(4, "big")


def replace(
    data: bytes, drop: Iterable[tuple[bytes, bytes]], insert: Iterable[tuple[bytes, bytes]]
) -> bytes:
    """Drop chunks by (kind, payload prefix) and insert others before the first IDAT."""
    dropped = tuple(drop)
    new = b"".join(encode(kind, body) for kind, body in insert)
    view = memoryview(data)
    pieces: list[bytes | memoryview] = [SIGNATURE]
    end = len(SIGNATURE)
    for chunk in walk(BytesIO(data)):
        end = chunk.end
        if any(
            chunk.kind == kind and data.startswith(prefix, chunk.body, chunk.end - 4)
            for kind, prefix in dropped
        ):
            continue
        if chunk.kind == b"IDAT" and new:
            pieces.append(new)
            new = b""
        pieces.append(view[chunk.start : chunk.end])
    pieces.append(view[end:])
    return b"".join(pieces)
