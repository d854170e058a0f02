"""XMP that is too large for one JPEG segment: taken apart into pieces."""

from __future__ import annotations

import hashlib

from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.xmp import Packet
from phota_desktop.imaging.xmp_values import Name

POINTER: Name = (v.NOTE, "HasExtendedXMP")
MAX_MAIN = 65_502
"""Most bytes of the packet in the first segment (XMP specification part 3, 1.1.3.1)."""
_PIECE = 65_400
_NOBODY = "0" * 32
"""Stands for the pointer, which always has as many digits."""


def split(packet: Packet) -> tuple[bytes, list[bytes]]:
    """Return the main packet for one segment and the pieces of what does not fit into it.

    The largest properties go first. Raises ValueError when that is not enough.
    """
    excess = len(packet.wrapped) - MAX_MAIN
    if excess <= 0:
        return packet.wrapped, []
    excess += len(_pointing(packet, _NOBODY).wrapped) - len(packet.wrapped)
    moved: set[Name] = set()
    for size, name in packet.sizes():
        if excess <= 0:
            break
        moved.add(name)
        excess -= size
    content = packet.without(lambda name: name not in moved).bare
    guid = hashlib.md5(content, usedforsecurity=False).hexdigest().upper()
    whole = len(content).to_bytes(4, "big")
    pieces = [
        guid.encode() + whole + at.to_bytes(4, "big") + content[at : at + _PIECE]
        for at in range(0, len(content), _PIECE)
    ]
    main = _pointing(packet.without(moved.__contains__), guid).wrapped
    if len(main) > MAX_MAIN:
        raise ValueError("XMP packet too large")
    return main, pieces


def _pointing(packet: Packet, guid: str) -> Packet:
    return packet.adding(v.block(packet.about, {POINTER: guid}))
