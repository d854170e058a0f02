"""Camera RAW files told from plain TIFFs and from everything else, by what is in them."""

from __future__ import annotations

from typing import BinaryIO

from phota_desktop.imaging.exif import MAX_ENTRIES, ByteOrder

MAX_DIRECTORIES = 32
"""Directories of a file that are looked at; cameras write up to eight."""

_ORDERS: dict[bytes, ByteOrder] = {b"II*\x00": "little", b"MM\x00*": "big"}
_PHOTOMETRIC, _SUB_DIRECTORIES, _DNG_VERSION = 0x0106, 0x014A, 0xC612
_SENSOR_VALUES = frozenset((32803, 34892))
"""Photometric interpretations of DNG 1.7: colour filter array, linear raw."""
_MAGIC = (
    b"IIRO",  # Olympus and OM
    b"IIRS",
    b"MMOR",
    b"IIU\x00",  # Panasonic and Leica
    b"FUJIFILMCCD-RAW",
    b"II\x1a\x00\x00\x00HEAPCCDR",  # Canon, before 2004
    b"\x00MRM",  # Minolta
    b"FOVb",  # Sigma
)


def has_raw_magic(head: bytes) -> bool:
    """Tell a RAW that has a beginning of its own; most are TIFFs, see :func:`is_raw_tiff`."""
    if head.startswith(_MAGIC) or head[4:12] == b"ftypcrx ":
        return True
    # Canon's CR2 and Phase One's IIQ begin as a TIFF does.
    return head[:4] in _ORDERS and (head[8:10] == b"CR" or head[8:12] in (b"IIII", b"MMMM"))


def is_raw_tiff(stream: BinaryIO) -> bool:
    """Tell whether a TIFF holds a sensor's values: DNG, NEF, ARW, PEF, SRW and others.

    Reads its directories only, at most 32 of them, each once. Raises OSError.
    """
    stream.seek(0)
    head = stream.read(8)
    order = _ORDERS.get(head[:4])
    if order is None:
        return False
    waiting = [int.from_bytes(head[4:8], order)]
    seen: set[int] = set()
    while waiting and len(seen) < MAX_DIRECTORIES:
        at = waiting.pop(0)
        if at < 8 or at in seen:
            continue
        seen.add(at)
        stream.seek(at)
        count = int.from_bytes(stream.read(2), order)
        rows = stream.read(12 * count + 4)
        for n in range(min(count, MAX_ENTRIES, len(rows) // 12)):
            row = rows[12 * n : 12 * n + 12]
            tag = int.from_bytes(row[:2], order)
            if tag == _DNG_VERSION:
                return True
            if tag == _PHOTOMETRIC and int.from_bytes(row[8:10], order) in _SENSOR_VALUES:
                return True
            if tag == _SUB_DIRECTORIES:
                waiting += _offsets(stream, row, order)
        if len(rows) == 12 * count + 4:
            waiting.append(int.from_bytes(rows[-4:], order))
    return False


def _offsets(stream: BinaryIO, row: bytes, order: ByteOrder) -> list[int]:
    amount = min(int.from_bytes(row[4:8], order), MAX_DIRECTORIES)
    raw = row[8:12]
    if amount > 1:
        stream.seek(int.from_bytes(raw, order))
        raw = stream.read(4 * amount)
    return [int.from_bytes(raw[n : n + 4], order) for n in range(0, len(raw) - 3, 4)]
