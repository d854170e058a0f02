"""Small camera RAW files made from pictures: DNGs that LibRaw opens, with and without previews."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np
from PIL import Image

from tests.unit.imaging import samples

Tag = tuple[int, int, object]
"""Number, TIFF type, value: bytes, a number, numbers, or pairs of numbers."""

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 1, 2, 3, 4, 5, 7, 10
_CODES = {SHORT: "H", LONG: "I", RATIONAL: "I", SRATIONAL: "i"}

# Linear sRGB by CIE XYZ (IEC 61966-2-1), so that this camera sees as a screen shows.
_COLOR_MATRIX = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)


def dng(
    image: Image.Image,
    orientation: int = 1,
    preview: bytes = b"",
    *,
    order: str = "<",
    claimed: tuple[int, int] | None = None,
    is_dng: bool = True,
) -> bytes:
    """Write a DNG whose sensor saw ``image``; ``preview`` is a JPEG put before it.

    ``claimed`` is another size to tell than the sensor's; without ``is_dng`` it tells no version.
    """
    strip = _mosaic(image).astype(order + "u2").tobytes()
    width, height = claimed or image.size
    matrix = tuple((round(value * 10000), 10000) for value in _COLOR_MATRIX)
    camera: list[Tag] = [
        (0x010F, ASCII, b"Phota Test\0"),
        (0x0110, ASCII, b"Model 1\0"),
        (0x0112, SHORT, orientation),
        (0x013B, ASCII, samples.SECRET + b"\0"),
        (0x02BC, BYTE, samples.XMP),
        (0xC614, ASCII, b"Phota Test Model 1\0"),
        (0xC621, SRATIONAL, matrix),
        (0xC628, RATIONAL, ((1, 1), (1, 1), (1, 1))),
        (0xC62F, ASCII, samples.SECRET + b"\0"),
        (0xC65A, SHORT, 21),
    ]
    if is_dng:
        camera += [(0xC612, BYTE, b"\1\4\0\0"), (0xC613, BYTE, b"\1\1\0\0")]
    sensor: list[Tag] = [
        (0x00FE, LONG, 0),
        (0x0100, LONG, width),
        (0x0101, LONG, height),
        (0x0102, SHORT, 16),
        (0x0103, SHORT, 1),
        (0x0106, SHORT, 32803),
        (0x0111, LONG, 8),
        (0x0115, SHORT, 1),
        (0x0116, LONG, height),
        (0x0117, LONG, len(strip)),
        (0x011C, SHORT, 1),
        (0x828D, SHORT, (2, 2)),
        (0x828E, BYTE, b"\0\1\1\2"),
        (0xC61D, LONG, 65535),
    ]
    photo: list[Tag] = [
        (0x9003, ASCII, b"2026:11:01 10:20:30\0"),
        (0xA431, ASCII, samples.SECRET + b"\0"),
    ]
    place: list[Tag] = [(1, ASCII, b"N\0"), (2, RATIONAL, ((52, 1), (30, 1), (0, 1)))]
    content = (b"II*\0" if order == "<" else b"MM\0*") + bytes(4) + strip
    content, photo_at = _appended(content, photo, order)
    content, place_at = _appended(content, place, order)
    camera += [(0x8769, LONG, photo_at), (0x8825, LONG, place_at)]
    if preview:
        content, sensor_at = _appended(content, sensor, order)
        content += bytes(len(content) & 1)
        preview_at = len(content)
        size = jpeg_size(preview)
        content += preview
        camera += [
            (0x00FE, LONG, 1),
            (0x0100, LONG, size[0]),
            (0x0101, LONG, size[1]),
            (0x0102, SHORT, (8, 8, 8)),
            (0x0103, SHORT, 7),
            (0x0106, SHORT, 6),
            (0x0111, LONG, preview_at),
            (0x0115, SHORT, 3),
            (0x0116, LONG, size[1]),
            (0x0117, LONG, len(preview)),
            (0x014A, LONG, sensor_at),
        ]
    else:
        camera += sensor
    content, first = _appended(content, camera, order)
    return content[:4] + struct.pack(order + "I", first) + content[8:]


def jpeg_size(content: bytes) -> tuple[int, int]:
    from phota_desktop.imaging import jpeg_segments

    frame = jpeg_segments.frame(content)
    assert frame is not None
    return frame.width, frame.height


def _mosaic(image: Image.Image) -> np.ndarray:
    """Return what a sensor behind red, green, green and blue filters measures, 16 bits."""
    coded = np.asarray(image.convert("RGB")) / 255
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    values = np.round(light * 65535).astype(np.uint16)
    mosaic = values[..., 1].copy()
    mosaic[::2, ::2] = values[::2, ::2, 0]
    mosaic[1::2, 1::2] = values[1::2, 1::2, 2]
    return mosaic


def _appended(content: bytes, tags: Iterable[Tag], order: str) -> tuple[bytes, int]:
    """Append a directory and its values; return the content and where the directory begins."""
    content += bytes(len(content) & 1)
    at = len(content)
    rows = sorted(tags, key=lambda tag: tag[0])
    values_at = at + 2 + 12 * len(rows) + 4
    directory = struct.pack(order + "H", len(rows))
    values = b""
    for number, kind, value in rows:
        raw, count = _encoded(kind, value, order)
        directory += struct.pack(order + "HHI", number, kind, count)
        if len(raw) <= 4:
            directory += raw.ljust(4, b"\0")
        else:
            directory += struct.pack(order + "I", values_at + len(values))
            values += raw + bytes(len(raw) & 1)
    return content + directory + bytes(4) + values, at


def _encoded(kind: int, value: object, order: str) -> tuple[bytes, int]:
    if isinstance(value, bytes):
        return value, len(value)
    items = value if isinstance(value, tuple) else (value,)
    flat = [n for item in items for n in (item if isinstance(item, tuple) else (item,))]
    return struct.pack(f"{order}{len(flat)}{_CODES[kind]}", *flat), len(items)
