"""EXIF blocks: a tolerant reader and a writer of what is safe to keep, pure Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

ByteOrder = Literal["little", "big"]

MAX_ENTRIES = 1000
"""Entries read of one directory; more than any camera writes, few enough for hostile files."""
MAX_VALUE = 32_768
"""Largest value in bytes that is carried; larger ones are previews and private blocks."""

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_POINTING = frozenset((0x927C, 0xA005))
_ASCII, _SHORT, _LONG, _UNDEFINED = 2, 3, 4, 7
_ORDERS: dict[bytes, ByteOrder] = {b"II*\x00": "little", b"MM\x00*": "big"}

ORIENTATION, EXIF_POINTER, GPS_POINTER = 0x0112, 0x8769, 0x8825
_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH = 0x0201, 0x0202
_COLOR_SPACE, _WIDTH, _HEIGHT = 0xA001, 0xA002, 0xA003

_IMAGE_KEPT = frozenset(
    (
        *(0x010E, 0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x013C),
        *(0x8298, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F),
    )
)
"""Description, camera, resolution, software, time, artist, copyright, title and keywords.

A list of what is kept, because the first directory of a TIFF also describes its pixels.
"""
_EXIF_DROPPED = frozenset(
    (
        *(0x927C, 0xA004, 0xA005, 0xA20C, 0xA420, 0xEA1C, 0xEA1D),
        *(0x9101, 0x9102, _COLOR_SPACE, _WIDTH, _HEIGHT),
    )
)
"""MakerNote (its offsets would point nowhere), sound file, interoperability, the picture's unique
id, padding, how its components were coded, and what is set anew.
"""
_MODIFIED, _MODIFIED_OFFSET, _MODIFIED_FRACTION = 0x0132, 0x9010, 0x9290
_VERSION, _FLASHPIX, _CHROMA_PLACE, _COMPONENTS, _COMMENT = 0x9000, 0xA000, 0x0213, 0x9101, 0x9286
_WIDE = b"UNICODE\x00"


@dataclass(frozen=True)
class Entry:
    """One value: TIFF type, count, and its bytes in the block's byte order."""

    kind: int
    count: int
    raw: bytes


Directory = Mapping[int, Entry]


@dataclass(frozen=True)
class Exif:
    """The directories of a block; ``order`` is "little" or "big", ``thumbnail`` a small JPEG."""

    order: ByteOrder
    image: Directory
    photo: Directory = field(default_factory=dict)
    gps: Directory = field(default_factory=dict)
    thumbnail: bytes = b""

    def number(self, directory: Directory, tag: int) -> int | None:
        """Return the first number of an integer entry."""
        entry = directory.get(tag)
        if entry is None or entry.kind not in (_SHORT, _LONG) or not entry.count:
            return None
        size = SIZES[entry.kind]
        return _integer(entry.raw[:size], self.order)

    @property
    def orientation(self) -> int:
        """Orientation 1 to 8; 1 when absent or out of range."""
        value = self.number(self.image, ORIENTATION)
        return value if value is not None and 1 <= value <= 8 else 1


def parse(block: bytes) -> Exif:
    """Read a block that starts with the TIFF header; raise ValueError when it is none.

    Broken entries are left out one by one. Directories are visited by name, never in a chain,
    so that loops in a hostile block lead nowhere.
    """
    order = _ORDERS.get(block[:4])
    if order is None:
        raise ValueError("no TIFF header")
    first = _integer(block[4:8], order)
    image, following = _directory(block, first, order)
    exif = Exif(order, image)
    photo = _pointed(block, exif, EXIF_POINTER)
    gps = _pointed(block, exif, GPS_POINTER)
    thumbnail = b""
    if following and following != first:
        small, _ = _directory(block, following, order)
        offset = exif.number(small, _THUMBNAIL_OFFSET)
        length = exif.number(small, _THUMBNAIL_LENGTH)
        if offset and length:
            thumbnail = block[offset : offset + length]
    return Exif(order, image, photo, gps, thumbnail)


def is_block(block: bytes) -> bool:
    """Tell whether this begins as a block does."""
    return block[:4] in _ORDERS


def directory(block: bytes, at: int, order: ByteOrder) -> Directory:
    """Read the directory at an offset of the block; empty where there is none."""
    return _directory(block, at, order)[0]


def orientation(block: bytes | None) -> int:
    """Orientation of a block; 1 when there is none or it cannot be read."""
    if not block:
        return 1
    try:
        return parse(block).orientation
    except ValueError:
        return 1


@dataclass(frozen=True)
class Told:
    """What a block says of the new picture.

    ``size`` is (width, height) in pixels as stored. ``modified`` is local time as EXIF writes it
    ("2026:11:21 20:00:00") with its distance from UTC ("+01:00"), None to keep what was there.
    ``compressed`` is False in a TIFF, whose own directory tells the size; ``chroma`` tells that a
    JPEG's components are Y, Cb and Cr.
    """

    size: tuple[int, int]
    gps: bool = True
    srgb: bool = True
    orientation: int = 1
    modified: tuple[str, str] | None = None
    compressed: bool = True
    chroma: bool = False


def for_result(exif: Exif, told: Told) -> Exif:
    """Return what a picture may say that was made from the one that ``exif`` describes.

    Thumbnail, MakerNote, unique id and rating are dropped.
    """
    order = exif.order

    def numbered(kind: int, value: int) -> Entry:
        return Entry(kind, 1, value.to_bytes(SIZES[kind], order))

    def text(value: str) -> Entry:
        raw = value.encode("ascii") + b"\x00"
        return Entry(_ASCII, len(raw), raw)

    image = {tag: entry for tag, entry in exif.image.items() if tag in _IMAGE_KEPT}
    image[ORIENTATION] = numbered(_SHORT, told.orientation)
    photo = {tag: entry for tag, entry in exif.photo.items() if tag not in _EXIF_DROPPED}
    photo.setdefault(_VERSION, Entry(_UNDEFINED, 4, b"0232"))
    photo.setdefault(_FLASHPIX, Entry(_UNDEFINED, 4, b"0100"))
    photo[_COLOR_SPACE] = numbered(_SHORT, 1 if told.srgb else 0xFFFF)
    if told.compressed:
        photo[_WIDTH] = numbered(_LONG, told.size[0])
        photo[_HEIGHT] = numbered(_LONG, told.size[1])
    if told.chroma:
        image[_CHROMA_PLACE] = numbered(_SHORT, 1)
        photo[_COMPONENTS] = Entry(_UNDEFINED, 4, bytes((1, 2, 3, 0)))
    if told.modified:
        image[_MODIFIED], photo[_MODIFIED_OFFSET] = map(text, told.modified)
        photo.pop(_MODIFIED_FRACTION, None)
    return Exif(order, image, photo, exif.gps if told.gps else {})


def without_place(exif: Exif) -> Exif:
    """Return what a photo says itself but for its coordinates.

    MakerNote and interoperability go too: their offsets would point nowhere in a new block.
    """
    photo = {tag: entry for tag, entry in exif.photo.items() if tag not in _POINTING}
    return replace(exif, photo=photo, gps={})


def reordered(exif: Exif, order: ByteOrder) -> Exif:
    """Return the same directories in the other byte order."""
    if exif.order == order:
        return exif

    def turned(directory: Directory) -> Directory:
        return {tag: _turned(tag, entry) for tag, entry in directory.items()}

    return Exif(order, turned(exif.image), turned(exif.photo), turned(exif.gps), exif.thumbnail)


def _turned(tag: int, entry: Entry) -> Entry:
    if tag == _COMMENT and entry.raw.startswith(_WIDE) and not len(entry.raw) & 1:
        words = entry.raw[len(_WIDE) :]
        swapped = b"".join(words[i : i + 2][::-1] for i in range(0, len(words), 2))
        return replace(entry, raw=_WIDE + swapped)
    # A rational is two numbers; bytes of no type are left alone.
    size = 4 if entry.kind in (5, 10) else SIZES[entry.kind]
    if size == 1:
        return entry
    raw = entry.raw
    return replace(entry, raw=b"".join(raw[i : i + size][::-1] for i in range(0, len(raw), size)))


def write(exif: Exif) -> bytes:
    """Serialize the three directories (no thumbnail), values over 32 KB left out."""
    order = exif.order
    image = {tag: e for tag, e in exif.image.items() if tag not in (EXIF_POINTER, GPS_POINTER)}
    block = (b"II*\x00" if order == "little" else b"MM\x00*") + (8).to_bytes(4, order)
    children = [(EXIF_POINTER, exif.photo), (GPS_POINTER, exif.gps)]
    pointers = {tag: Entry(_LONG, 1, bytes(4)) for tag, child in children if child}
    at = len(block) + len(written({**image, **pointers}, 8, order))
    tail = b""
    for tag, child in children:
        if child:
            pointers[tag] = Entry(_LONG, 1, at.to_bytes(4, order))
            tail += written(child, at, order)
            at = 8 + len(written({**image, **pointers}, 8, order)) + len(tail)
    return block + written({**image, **pointers}, 8, order) + tail


def written(directory: Directory, at: int, order: ByteOrder) -> bytes:
    """Serialize one directory to stand at an offset, with its values behind it."""
    entries = sorted((t, e) for t, e in directory.items() if len(e.raw) <= MAX_VALUE)
    values_at = at + 2 + 12 * len(entries) + 4
    head = len(entries).to_bytes(2, order)
    values = b""
    for tag, entry in entries:
        head += tag.to_bytes(2, order) + entry.kind.to_bytes(2, order)
        head += entry.count.to_bytes(4, order)
        if len(entry.raw) <= 4:
            head += entry.raw.ljust(4, b"\x00")
        else:
            head += (values_at + len(values)).to_bytes(4, order)
            values += entry.raw + b"\x00" * (len(entry.raw) & 1)
    return head + bytes(4) + values


def _pointed(block: bytes, exif: Exif, tag: int) -> Directory:
    offset = exif.number(exif.image, tag)
    return _directory(block, offset, exif.order)[0] if offset else {}


def _directory(block: bytes, at: int, order: ByteOrder) -> tuple[dict[int, Entry], int]:
    """Read one directory and the offset of the next (0 when there is none)."""
    entries: dict[int, Entry] = {}
    if at < 8 or at + 2 > len(block):
        return entries, 0
    count = _integer(block[at : at + 2], order)
    for n in range(min(count, MAX_ENTRIES)):
        place = at + 2 + 12 * n
        row = block[place : place + 12]
        if len(row) < 12:
            return entries, 0
        kind = _integer(row[2:4], order)
        amount = _integer(row[4:8], order)
        length = amount * SIZES.get(kind, 0)
        if not length:
            continue
        raw = row[8 : 8 + length]
        if length > 4:
            offset = _integer(row[8:12], order)
            raw = block[offset : offset + length]
        if len(raw) == length:
            entries.setdefault(_integer(row[:2], order), Entry(kind, amount, raw))
    end = at + 2 + 12 * count
    return entries, _integer(block[end : end + 4], order)


def _integer(raw: bytes, order: ByteOrder) -> int:
    return int.from_bytes(raw, order)
