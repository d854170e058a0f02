"""The size of a JPEG or PNG by its first bytes, read by Python alone and with nothing imported."""

from __future__ import annotations

_FRAMES = frozenset(
    (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
)
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_ORIENTATION = 0x0112


def read(head: bytes) -> tuple[str, int, int, bool] | None:
    """Return Qt's name of the format, width and height as displayed, and whether it is turned.

    None of other formats, of a PNG whose orientation Qt would not see, and where ``head`` ends
    before it tells.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg(head)
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        before, ends, _ = head.partition(b"IDAT")
        if not ends or b"eXIf" in before:
            return None
        return "png", int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"), False
    return None


def _jpeg(head: bytes) -> tuple[str, int, int, bool] | None:
    at, orientation = 2, 1
    while at + 10 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            height = int.from_bytes(head[at + 5 : at + 7], "big")
            width = int.from_bytes(head[at + 7 : at + 9], "big")
            turned = orientation >= 5
            return ("jpeg", height, width, True) if turned else ("jpeg", width, height, False)
        if marker == 0xDA:
            return None
        end = at + 2 + int.from_bytes(head[at + 2 : at + 4], "big")
        if marker == 0xE1 and orientation == 1 and head[at + 4 : at + 10] == b"Exif\x00\x00":
            orientation = _orientation(head[at + 10 : end])
        at = end
    return None


def _orientation(block: bytes) -> int:
    """Return an EXIF block's orientation 1 to 8; 1 where it cannot be read."""
    if block[:4] == b"II*\x00":
        order = "little"
    elif block[:4] == b"MM\x00*":
        order = "big"
    else:
        return 1

    def number(start: int, size: int) -> int:
        return int.from_bytes(block[start : start + size], order)  # type: ignore[arg-type]

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * number(first, 2), 12):
        if entry + 12 > len(block):
            break
        if number(entry, 2) == _ORIENTATION:
            told = number(entry + 8, 2)
            return told if 1 <= told <= 8 and number(entry + 2, 2) == 3 else 1
    return 1
