"""WebP files as RIFF chunks: walking, stripping and replacing without recompression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from phota_desktop.imaging.chunks import Chunk, payload

ICC_FLAG, ALPHA_FLAG, EXIF_FLAG, XMP_FLAG, ANIMATION_FLAG = 0x20, 0x10, 0x08, 0x04, 0x02

_DECODING = frozenset((b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"))
_FLAGS = {b"EXIF": EXIF_FLAG, b"XMP ": XMP_FLAG}


@dataclass(frozen=True)
class WebpChunk(Chunk):
    """Eight bytes of head and the payload, padded to an even end."""

    @property
    def end(self) -> int:
        """Offset behind the padding."""
        return self.body + self.length + (self.length & 1)


def walk(stream: BinaryIO) -> Iterator[WebpChunk]:
    """Yield the chunks by seeking; raise ValueError where the file breaks or ends early."""
    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        raise ValueError("no WebP signature")
    end = 8 + int.from_bytes(head[4:8], "little")
    if end > size:
        raise ValueError("WebP ends too early")
    at = 12
    while at + 8 <= end:
        stream.seek(at)
        head = stream.read(8)
        chunk = WebpChunk(head[:4], at + 8, int.from_bytes(head[4:], "little"))
        if chunk.body + chunk.length > end:
            raise ValueError("WebP chunk runs past the end")
        yield chunk
        at = chunk.end


def is_animated(data: bytes) -> bool:
    """Tell whether the file holds an animation."""
    return any(chunk.kind in (b"ANIM", b"ANMF") for chunk in walk(BytesIO(data)))


def strip(data: bytes) -> bytes:
    """Drop EXIF, XMP, unknown chunks and bytes behind the end; the coded pixels stay the same.

    Returns the very same object when nothing was to be dropped. Raises ValueError on a broken file.
    """
    chunks = list(walk(BytesIO(data)))
    declared = 8 + int.from_bytes(data[4:8], "little")
    # A walk that stops short of the declared end leaves a few bytes nobody reads: drop those too.
    clean = declared == len(data) and (not chunks or chunks[-1].end == declared)
    if clean and all(chunk.kind in _DECODING for chunk in chunks) and not _stale_flags(data):
        return data
    return _join(
        [(c.kind, data[c.body : c.body + c.length]) for c in chunks if c.kind in _DECODING]
    )


def replace(data: bytes, insert: Mapping[bytes, bytes], size: tuple[int, int]) -> bytes:
    """Put EXIF and XMP chunks in (an empty value drops one); ``size`` is (width, height)."""
    stream = BytesIO(data)
    chunks = [(c.kind, payload(stream, c)) for c in walk(stream) if c.kind not in insert]
    chunks.extend((kind, body) for kind, body in insert.items() if body)
    if chunks and chunks[0][0] != b"VP8X":
        alpha = chunks[0][0] == b"VP8L" and _lossless_alpha(chunks[0][1])
        width, height = size
        head = bytes((ALPHA_FLAG if alpha else 0, 0, 0, 0))
        head += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks.insert(0, (b"VP8X", head))
    return _join(chunks)


def _lossless_alpha(body: bytes) -> bool:
    """Read the alpha hint of a lossless header: bit 28 behind the signature byte."""
    return len(body) >= 5 and bool(body[4] & 0x10)


def _stale_flags(data: bytes) -> bool:
    return data[12:16] == b"VP8X" and bool(data[20] & (EXIF_FLAG | XMP_FLAG))


def _join(chunks: list[tuple[bytes, bytes]]) -> bytes:
    flags = sum(flag for kind, flag in _FLAGS.items() if any(c[0] == kind for c in chunks))
    pieces = []
    for kind, body in chunks:
        if kind == b"VP8X" and body:
            body = bytes((body[0] & ~(EXIF_FLAG | XMP_FLAG) | flags,)) + body[1:]
        pieces.append(kind + len(body).to_bytes(4, "little") + body + b"\x00" * (len(body) & 1))
    joined = b"".join(pieces)
    return b"RIFF" + (len(joined) + 4).to_bytes(4, "little") + b"WEBP" + joined
