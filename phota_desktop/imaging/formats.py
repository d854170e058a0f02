"""Photograph formats told apart by their first bytes; names and extensions are never believed."""

from __future__ import annotations

from enum import StrEnum
from typing import BinaryIO

from phota_desktop.imaging.raw_signs import has_raw_magic, is_raw_tiff

HEAD_BYTES = 32
"""How many first bytes ``sniff`` needs."""


class PhotoFormat(StrEnum):
    """Formats that we open; the value is the extension we give to files of it (never to a RAW)."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    TIFF = "tif"
    GIF = "gif"
    BMP = "bmp"
    HEIC = "heic"
    RAW = "raw"


PILLOW_NAMES: dict[PhotoFormat, str] = {
    PhotoFormat.JPEG: "JPEG",
    PhotoFormat.PNG: "PNG",
    PhotoFormat.WEBP: "WEBP",
    PhotoFormat.TIFF: "TIFF",
    PhotoFormat.GIF: "GIF",
    PhotoFormat.BMP: "BMP",
    PhotoFormat.HEIC: "HEIF",
}

_HEIC_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif")
)
_BMP_HEADER_SIZES = frozenset((12, 40, 52, 56, 64, 108, 124))


def sniff(head: bytes) -> PhotoFormat | None:
    """Tell the format by magic bytes (at least ``HEAD_BYTES`` of the file), or None.

    A RAW that begins as a plain TIFF does counts as TIFF here: :func:`format_of` looks further.
    An allow-list: EPS, PDF, SVG, WMF and everything else unknown is None, whatever its name.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return PhotoFormat.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoFormat.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return PhotoFormat.WEBP
    if has_raw_magic(head):
        return PhotoFormat.RAW
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return PhotoFormat.TIFF
    if head.startswith((b"GIF87a", b"GIF89a")):
        return PhotoFormat.GIF
    # "BM" alone is ordinary text too, so the header's own length must be one that exists.
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return PhotoFormat.BMP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return PhotoFormat.HEIC
    return None


def format_of(stream: BinaryIO) -> PhotoFormat | None:
    """Tell the format of an open file as ``sniff`` does, and RAW files from TIFFs.

    The stream is left at its beginning. Raises OSError.
    """
    stream.seek(0)
    kind = sniff(stream.read(HEAD_BYTES))
    if kind == PhotoFormat.TIFF and is_raw_tiff(stream):
        kind = PhotoFormat.RAW
    stream.seek(0)
    return kind
