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


def split(packet: Packet) -> tuple[bytes, list[bytes]]:
    """Return the main packet for one segment and the pieces of what does not fit into it.

    The largest properties go first. Raises ValueError when that is not enough.
    """
    main, moved = packet, set[Name]()
    while len(main.wrapped) > MAX_MAIN:
        largest = main.largest()
        if largest is None:
            raise ValueError("XMP packet too large")
        moved.add(largest[0])
        rest = packet.without(moved.__contains__)
        # The pointer always has 32 digits, so the size is known before they are.
        main = _pointing(rest, "0" * 32)
    if not moved:
        return main.wrapped, []
    content = packet.without(lambda name: name not in moved).bare
    guid = hashlib.md5(content, usedforsecurity=False).hexdigest().upper()
    whole = len(content).to_bytes(4, "big")
    pieces = [
        guid.encode() + whole + at.to_bytes(4, "big") + content[at : at + _PIECE]
        for at in range(0, len(content), _PIECE)
    ]
    return _pointing(packet.without(moved.__contains__), guid).wrapped, pieces


def _pointing(packet: Packet, guid: str) -> Packet:
    return packet.adding(v.block(packet.about, {POINTER: guid}))
