"""Tags written into a TIFF file behind its end: strips and tiles stay where they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from phota_desktop.imaging import exif
from phota_desktop.imaging.exif import EXIF_POINTER, GPS_POINTER, Directory, Entry, Exif, written

ByteOrder = Literal["little", "big"]
XMP, IPTC, RESOURCES, ICC, CREDENTIALS = 0x02BC, 0x83BB, 0x8649, 0x8773, 0xCD41
_BYTE, _LONG, _UNDEFINED = 1, 4, 7
_ROW = 12
_INLINE = 4
_PIXELS = ((0x0111, 0x0117), (0x0144, 0x0145))
"""Offsets and lengths of strips and of tiles."""
_OWN = frozenset((0x0112, 0x011A, 0x011B, 0x0128))
"""Orientation and resolution: the file's own are of its own pixels."""


def replace(
    data: bytes,
    told: Exif | None,
    blocks: Mapping[int, bytes],
) -> bytes:
    """Put what ``told`` says and further ``blocks`` (tag: bytes; empty drops) into the first page.

    ``told`` has the file's byte order. A new directory stands behind the end and takes over the
    rows of the old one as they are; nothing else moves. Raises ValueError for a BigTIFF or a
    broken file, or when it would pass 4 GB.
    """
    order = byte_order(data)
    at = int.from_bytes(data[4:8], order)
    count = int.from_bytes(data[at : at + 2], order)
    end = at + 2 + _ROW * count
    if at < 8 or not count or end + 4 > len(data):
        raise ValueError("TIFF without a directory")
    rows: dict[int, bytes] = {}
    for place in range(at + 2, end, _ROW):
        row = data[place : place + _ROW]
        rows.setdefault(int.from_bytes(row[:2], order), row)
    before_rows = dict(rows)
    children_gone = (EXIF_POINTER, GPS_POINTER) if told is not None else ()
    following = data[end : end + 4]
    new: dict[int, Entry] = {}
    children: list[tuple[int, Directory]] = []
    if told is not None:
        new.update({tag: one for tag, one in told.image.items() if tag not in _OWN})
        children = [(EXIF_POINTER, told.photo), (GPS_POINTER, told.gps)]
        for tag, child in children:
            rows.pop(tag, None)
            if child:
                new[tag] = Entry(_LONG, 1, bytes(4))
    for tag, raw in blocks.items():
        rows.pop(tag, None)
        if raw:
            new[tag] = Entry(_BYTE if tag == XMP else _UNDEFINED, len(raw), raw)
    rows = {tag: row for tag, row in rows.items() if tag not in new}
    base = len(data) + (len(data) & 1)
    values_at = base + 2 + _ROW * (len(rows) + len(new)) + 4
    values = b""
    for tag, child in children:
        if child:
            place = values_at + len(values)
            new[tag] = Entry(_LONG, 1, place.to_bytes(4, order))
            values += written(child, place, order)
            values += b"\x00" * (len(values) & 1)
    for tag, one in new.items():
        if len(one.raw) <= 4:
            raw = one.raw.ljust(4, b"\x00")
        else:
            raw = (values_at + len(values)).to_bytes(4, order)
            values += one.raw + b"\x00" * (len(one.raw) & 1)
        rows[tag] = (
            tag.to_bytes(2, order) + one.kind.to_bytes(2, order) + one.count.to_bytes(4, order)
        ) + raw
    if values_at + len(values) > 0xFFFF_FFFF:
        raise ValueError("TIFF too large")
    directory = len(rows).to_bytes(2, order) + b"".join(rows[tag] for tag in sorted(rows))
    gone = {one for one in (*children_gone, *blocks) if one in before_rows}
    cleared = _cleared(data, before_rows, gone, order)
    head = data[:4] + base.to_bytes(4, order)
    pad = b"\x00" * (base - len(data))
    return b"".join((head, memoryview(cleared)[8:], pad, directory, following, values))


def _cleared(
    data: bytes, rows: Mapping[int, bytes], gone: Iterable[int], order: ByteOrder
) -> bytes:
    """Overwrite what the rows in ``gone`` point to: nobody reads it, but it would be in the file.

    What anything else of the first page points to is left as it is.
    """
    spans: list[tuple[int, int]] = []
    for tag in gone:
        start, length = _place(rows[tag], order)
        if tag in (EXIF_POINTER, GPS_POINTER):
            start = int.from_bytes(rows[tag][8:12], order)
            spans += _directory_spans(data, start, order)
        elif length > _INLINE:
            spans.append((start, start + length))
    if not spans:
        return data
    kept = [_place(row, order) for tag, row in rows.items() if tag not in gone]
    used = [(start, start + length) for start, length in kept if length > _INLINE]
    image = exif.parse(data).image
    for places, lengths in _PIXELS:
        if places in image and lengths in image:
            starts, sizes = (_numbers(image[tag], order) for tag in (places, lengths))
            used += [(a, a + n) for a, n in zip(starts, sizes, strict=False)]
    table = int.from_bytes(data[4:8], order)
    used.append((0, 8))
    used.append((table, table + 6 + _ROW * len(rows)))
    out = bytearray(data)
    for start, end in spans:
        if 8 <= start < end <= len(data) and not any(a < end and start < b for a, b in used):
            out[start:end] = bytes(end - start)
    return bytes(out)


def _directory_spans(data: bytes, at: int, order: ByteOrder) -> list[tuple[int, int]]:
    count = int.from_bytes(data[at : at + 2], order)
    end = at + 2 + _ROW * count
    if at < 8 or end > len(data) or count > exif.MAX_ENTRIES:
        return []
    spans = [(at, end)]
    for row in range(at + 2, end, _ROW):
        start, length = _place(data[row : row + _ROW], order)
        if length > _INLINE:
            spans.append((start, start + length))
    return spans


def _place(row: bytes, order: ByteOrder) -> tuple[int, int]:
    """Return where a row's value lies, if not in itself, and its length in bytes."""
    size = exif.SIZES.get(int.from_bytes(row[2:4], order), 0)
    return int.from_bytes(row[8:12], order), size * int.from_bytes(row[4:8], order)


def _numbers(entry: Entry, order: ByteOrder) -> list[int]:
    size = exif.SIZES[entry.kind]
    raw = entry.raw
    return [int.from_bytes(raw[i : i + size], order) for i in range(0, len(raw), size)]


def byte_order(data: bytes) -> ByteOrder:
    """Return the byte order of a TIFF file; ValueError for BigTIFF and what is none."""
    if data[:4] == b"II*\x00":
        return "little"
    if data[:4] == b"MM\x00*":
        return "big"
    raise ValueError("no TIFF file that can be written into")
