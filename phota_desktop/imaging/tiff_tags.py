"""Tags written into a TIFF file behind its end: strips and tiles stay where they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from phota_desktop.imaging.exif import EXIF_POINTER, GPS_POINTER, Directory, Entry, Exif, written

ByteOrder = Literal["little", "big"]
XMP, IPTC, RESOURCES, ICC, CREDENTIALS = 0x02BC, 0x83BB, 0x8649, 0x8773, 0xCD41
_BYTE, _LONG, _UNDEFINED = 1, 4, 7
_ROW = 12
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
    head = data[:4] + base.to_bytes(4, order)
    pad = b"\x00" * (base - len(data))
    return b"".join((head, memoryview(data)[8:], pad, directory, following, values))


def byte_order(data: bytes) -> ByteOrder:
    """Return the byte order of a TIFF file; ValueError for BigTIFF and what is none."""
    if data[:4] == b"II*\x00":
        return "little"
    if data[:4] == b"MM\x00*":
        return "big"
    raise ValueError("no TIFF file that can be written into")
