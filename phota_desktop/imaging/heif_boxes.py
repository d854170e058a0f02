"""HEIC files looked over before their library opens them: pi-heif and libheif trust too much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

MAX_META = 16_000_000
"""Largest "meta" box that is read; phones write some kilobytes."""

_MAX_BOXES = 1000
_ITEM = re.compile(rb"infe")
_SIZE = re.compile(rb"ispe")
_TYPE = re.compile(rb"[ -~]{4}")


def sizes(stream: BinaryIO) -> list[tuple[int, int]]:
    """Return every picture size (width, height) that an open file tells, its tiles' too.

    Raises ValueError where an item's type or names are no text: pi-heif 1.4 makes Python strings
    of them without looking whether it could, and the program ends. Items are searched by name
    within the box that describes them, so that no nesting hides one.
    """
    found: list[tuple[int, int]] = []
    for meta in _metas(stream):
        for match in _ITEM.finditer(meta):
            _check_item(meta[match.end() - 8 :])
        for match in _SIZE.finditer(meta):
            at = match.end() + 4
            width, height = meta[at : at + 4], meta[at + 4 : at + 8]
            found.append((int.from_bytes(width, "big"), int.from_bytes(height, "big")))
    return found


def _check_item(box: bytes) -> None:
    size = int.from_bytes(box[:4], "big")
    version = box[8] if len(box) > 8 else 0
    # Version, flags, number and protection of the item come first.
    names = box[18 if version == 3 else 16 : size]
    if version >= 2:
        if not _TYPE.match(names):
            raise ValueError("item type is no text")
        names = names[4:]
    for name in names.split(b"\0"):
        name.decode("utf-8")


def _metas(stream: BinaryIO) -> Iterator[bytes]:
    """Read the top-level boxes called meta."""
    end = stream.seek(0, 2)
    at = 0
    for _ in range(_MAX_BOXES):
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:
            return
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        size = min(size or end, end - at)
        if size < 8:
            raise ValueError("box without a size")
        if head[4:8] == b"meta":
            if size > MAX_META:
                raise ValueError("description too large")
            stream.seek(at)
            yield stream.read(size)
        at += size
    raise ValueError("too many boxes")
