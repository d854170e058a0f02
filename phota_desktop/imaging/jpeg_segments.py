"""JPEG files as segments: walked, read, stripped and replaced without recompression."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
APP0, APP1, APP2, APP11, APP13, APP14, COM = 0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xEE, 0xFE

EXIF_ID = b"Exif\x00\x00"
XMP_ID = b"http://ns.adobe.com/xap/1.0/\x00"
XMP_EXTENSION_ID = b"http://ns.adobe.com/xmp/extension/\x00"
ICC_ID = b"ICC_PROFILE\x00"
PHOTOSHOP_ID = b"Photoshop 3.0\x00"
CREDENTIALS = (APP11, b"JP")
"""Boxes of JUMBF, in which C2PA keeps its manifests."""
MAX_PAYLOAD = 65_533

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DECODING = frozenset((*range(0xC0, 0xD0), *range(0xD8, 0xE0)))
"""Markers that a decoder needs: frames, tables, scans, restart interval."""
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PIECE = 1 << 20
_EXTENDED = re.compile(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-F]{32})")
_MAX_EXTENDED = 4_000_000


@dataclass(frozen=True)
class Segment:
    """One marker: bytes ``start:end`` of the file, its payload at ``body:end``.

    For SOS, ``end`` is behind the entropy-coded bytes that follow the header.
    """

    marker: int
    start: int
    body: int
    end: int


@dataclass(frozen=True)
class Frame:
    """What the frame header says: size as stored (before orientation), planes, bits a sample."""

    width: int
    height: int
    components: int
    precision: int


def walk(data: bytes) -> Iterator[Segment]:
    """Yield every segment from SOI to EOI; raise ValueError where the file breaks or ends."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no JPEG start marker")
    yield Segment(SOI, 0, 2, 2)
    at = 2
    while True:
        segment = _segment_at(data, at)
        if segment.marker == SOS:
            segment = Segment(SOS, at, segment.body, _scan_end(data, segment.end))
        yield segment
        if segment.marker == EOI:
            return
        at = segment.end


def walk_head(data: bytes) -> Iterator[Segment]:
    """Yield the segments before the first scan; never reads entropy-coded bytes."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no JPEG start marker")
    at = 2
    while True:
        segment = _segment_at(data, at)
        if segment.marker in (SOS, EOI):
            return
        yield segment
        at = segment.end


def _segment_at(data: bytes, at: int) -> Segment:
    if at + 2 > len(data):
        raise ValueError("JPEG ends between segments")
    if data[at] != 0xFF:
        raise ValueError("JPEG marker expected")
    code = at + 1
    while code < len(data) and data[code] == 0xFF:  # fill bytes are allowed before any marker
        code += 1
    if code >= len(data):
        raise ValueError("JPEG ends in fill bytes")
    marker = data[code]
    body = code + 1
    if marker in (SOI, EOI, 0x01) or 0xD0 <= marker <= 0xD7:
        return Segment(marker, at, body, body)
    if marker == 0x00:
        raise ValueError("JPEG marker expected")
    length = int.from_bytes(data[body : body + 2], "big")
    end = body + length
    if length < 2 or end > len(data):
        raise ValueError("JPEG segment runs past the end")
    return Segment(marker, at, body + 2, end)


def _scan_end(data: bytes, at: int) -> int:
    """Offset of the marker that ends the scan; in pieces, since ``re`` keeps the GIL."""
    while at < len(data):
        found = _MARKER_IN_SCAN.search(data, at, min(at + _PIECE + 1, len(data)))
        if found:
            return found.start()
        at += _PIECE
    raise ValueError("JPEG ends within a scan")


def frame(data: bytes) -> Frame | None:
    """Read the first frame header of a file (or of its beginning)."""
    for segment in walk_head(data):
        if segment.marker in _FRAMES and segment.end - segment.body >= 6:
            body = segment.body
            return Frame(
                width=int.from_bytes(data[body + 3 : body + 5], "big"),
                height=int.from_bytes(data[body + 1 : body + 3], "big"),
                components=data[body + 5],
                precision=data[body],
            )
    return None


def payloads(data: bytes, marker: int, prefix: bytes) -> Iterator[bytes]:
    """Yield what follows ``prefix`` in each segment of that kind before the first scan."""
    for segment in walk_head(data):
        if segment.marker == marker and data.startswith(prefix, segment.body, segment.end):
            yield data[segment.body + len(prefix) : segment.end]


def icc_profile(data: bytes) -> bytes | None:
    """Join the ICC profile from its numbered pieces; None when absent or incomplete."""
    pieces: dict[int, bytes] = {}
    total = 0
    for payload in payloads(data, APP2, ICC_ID):
        if len(payload) > 2:
            pieces.setdefault(payload[0], payload[2:])
            total = payload[1]
    if not pieces or sorted(pieces) != list(range(1, total + 1)):
        return None
    return b"".join(pieces[n] for n in sorted(pieces))


def extended_xmp(data: bytes, main: bytes) -> bytes | None:
    """Join the pieces of XMP (GUID, whole length, offset, bytes) that the ``main`` packet names."""
    found = _EXTENDED.search(main)
    if found is None:
        return None
    parts: dict[int, bytes] = {}
    whole = -1
    for piece in payloads(data, APP1, XMP_EXTENSION_ID):
        if piece[:32] == found[1] and len(piece) > 40:
            whole = int.from_bytes(piece[32:36], "big")
            parts.setdefault(int.from_bytes(piece[36:40], "big"), piece[40:])
    if not 0 < whole <= _MAX_EXTENDED:
        return None
    content = b""
    for at in sorted(parts):
        if at != len(content):
            return None
        content += parts[at]
    return content if len(content) == whole else None


def strip(data: bytes, *, keep_profile: bool = True) -> bytes:
    """Drop all but what decoding and colour need; the coded pixels stay the same bytes.

    Kept are tables, frames, scans, the JFIF header without its thumbnail, the Adobe colour marker
    and, if ``keep_profile``, the ICC profile. EXIF, XMP, IPTC, previews, comments and bytes behind
    the end go. Returns the very same object when nothing was to be dropped. Raises ValueError on a
    broken file.
    """
    pieces: list[bytes | memoryview] = []
    view = memoryview(data)
    changed = False
    end = 0
    for segment in walk(data):
        kept = _kept(data, segment, keep_profile=keep_profile)
        if kept is None:
            pieces.append(view[segment.start : segment.end])
        else:
            changed = True
            pieces.append(kept)
        end = segment.end
    if not changed and end == len(data):
        return data
    return b"".join(pieces)


def _kept(data: bytes, segment: Segment, *, keep_profile: bool) -> bytes | None:
    """Return the bytes to put in place of a segment, or None to keep it as it is."""
    if segment.marker in _DECODING or 0xD0 <= segment.marker <= 0xD7:
        return None
    size = segment.end - segment.body
    if segment.marker == APP2 and data.startswith(ICC_ID, segment.body, segment.end):
        return None if keep_profile else b""
    if segment.marker == APP0 and data.startswith(b"JFIF\x00", segment.body, segment.end):
        if size == 14 and data[segment.end - 2 : segment.end] == b"\x00\x00":
            return None
        if size >= 14:
            return encode(APP0, data[segment.body : segment.body + 12] + b"\x00\x00")
    if segment.marker == APP14 and data.startswith(b"Adobe", segment.body, segment.end):
        if size == 12:
            return None
        if size > 12:
            return encode(APP14, data[segment.body : segment.body + 12])
    return b""


def encode(marker: int, payload: bytes) -> bytes:
    """One segment as bytes; ValueError when the payload is over 65,533 bytes."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError("JPEG segment too large")
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def replace(
    data: bytes, drop: Iterable[tuple[int, bytes]], insert: Iterable[tuple[int, bytes]]
) -> bytes:
    """Drop segments by (marker, prefix) and insert others behind the JFIF header.

    Only the part before the first scan is touched. Raises ValueError on a broken file.
    """
    dropped = tuple(drop)
    new = b"".join(encode(marker, payload) for marker, payload in insert)
    kept: list[bytes | memoryview] = [b"\xff\xd8"]
    view = memoryview(data)
    at = 2
    place = 1
    for segment in walk_head(data):
        at = segment.end
        if any(
            segment.marker == marker and data.startswith(prefix, segment.body, segment.end)
            for marker, prefix in dropped
        ):
            continue
        kept.append(view[segment.start : segment.end])
        if segment.marker == APP0 and place == len(kept) - 1:
            place = len(kept)
    kept.insert(place, new)
    kept.append(view[at:])
    return b"".join(kept)


def without_followers(data: bytes) -> bytes:
    """Cut the pictures behind the first one (previews, gain maps) and the index of them."""
    end = 0
    for segment in walk(data):
        end = segment.end
    if end == len(data):
        return data
    return replace(data[:end], [(APP2, b"MPF\x00")], [])


def has(data: bytes, marker: int) -> bool:
    """Tell whether a segment of this kind stands before the first scan."""
    return any(segment.marker == marker for segment in walk_head(data))
