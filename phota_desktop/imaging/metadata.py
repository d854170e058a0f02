"""Metadata on its way out and back: private parts cut from uploads, the original's carried home."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from phota_desktop.core.errors import PhotaError
from phota_desktop.imaging import exif, jpeg_segments, png_chunks, webp_chunks, xmp
from phota_desktop.imaging.embedded import (
    Embedded,
    iptc_png_text,
    iptc_resource,
    read_embedded,
)
from phota_desktop.imaging.formats import HEAD_BYTES, PhotoFormat, sniff
from phota_desktop.imaging.icc import is_srgb
from phota_desktop.imaging.reading import inspect, open_photo

CREDENTIALS = "The picture carries content credentials, which added metadata would break."
NOT_READ = "The original's metadata could not be read and was not copied."
NOT_XMP = "The original's XMP could not be copied."
NOT_IPTC = "IPTC cannot be written into this format and was not copied."
NOT_FORMAT = "Metadata cannot be written into this format."


@dataclass(frozen=True)
class Carried:
    """A file's bytes with metadata in them, and sentences about what could not be carried."""

    content: bytes
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Blocks:
    """What goes into the result, each ready to be written."""

    exif: bytes | None
    xmp: bytes | None
    iptc: bytes | None


def strip_private(data: bytes) -> bytes:
    """Cut everything but pixels and colour out of a JPEG, PNG or WebP, without recompression.

    Returns the very same object when there was nothing to cut. Raises ValueError on a broken file
    or another format.
    """
    match sniff(data[:HEAD_BYTES]):
        case PhotoFormat.JPEG:
            return jpeg_segments.strip(data)
        case PhotoFormat.PNG:
            return png_chunks.strip(data)
        case PhotoFormat.WEBP:
            return webp_chunks.strip(data)
    raise ValueError("metadata cannot be cut from this format")


def carry(
    original: Path, result: bytes, size: tuple[int, int], *, keep_gps: bool = True
) -> Carried:
    """Put the original's EXIF, XMP and IPTC into a JPEG, PNG or WebP, without recompression.

    ``size`` is the result's (width, height). EXIF gets orientation 1 and the new size and loses
    thumbnail and MakerNote; the result keeps its own colour profile, and its content credentials:
    a file that has them comes back untouched, with a warning. Never raises for what is in the
    files: whatever cannot be carried becomes a warning.
    """
    kind = sniff(result[:HEAD_BYTES])
    if kind not in (PhotoFormat.JPEG, PhotoFormat.PNG, PhotoFormat.WEBP):
        return Carried(result, (NOT_FORMAT,))
    own = read_embedded(BytesIO(result), kind)
    if own.has_credentials:
        return Carried(result, (CREDENTIALS,))
    try:
        with open_photo(original) as (stream, original_kind, length):
            # In a HEIC or RAW only their libraries find it.
            _, source = inspect(stream, original_kind, length, original)
    except (PhotaError, OSError):
        return Carried(result, (NOT_READ,))
    blocks, warnings = _blocks(source, own, size, keep_gps=keep_gps)
    if blocks == _Blocks(None, None, None):
        return Carried(result, tuple(warnings))
    try:
        match kind:
            case PhotoFormat.JPEG:
                content = _into_jpeg(result, blocks)
            case PhotoFormat.PNG:
                content = _into_png(result, blocks)
            case _:
                content = _into_webp(result, blocks, size)
                if blocks.iptc:
                    warnings.append(NOT_IPTC)
    except ValueError:
        return Carried(result, (*warnings, NOT_READ))
    return Carried(content, tuple(warnings))


def _blocks(
    source: Embedded, own: Embedded, size: tuple[int, int], *, keep_gps: bool
) -> tuple[_Blocks, list[str]]:
    warnings: list[str] = []
    block = packet = None
    if source.exif:
        try:
            srgb = own.icc is None or is_srgb(own.icc)
            parsed = exif.parse(source.exif)
            block = exif.for_result(parsed, size, keep_gps=keep_gps, srgb=srgb)
            if len(block) + len(jpeg_segments.EXIF_ID) > jpeg_segments.MAX_PAYLOAD:
                raise ValueError("EXIF block too large")
        except ValueError:
            block = None
            warnings.append(NOT_READ)
    if source.xmp:
        try:
            packet = xmp.for_result(
                source.xmp, own.xmp, size, keep_gps=keep_gps, turned=source.orientation != 1
            )
        except ValueError:
            warnings.append(NOT_XMP)
    records = source.iptc
    if records and len(records) > jpeg_segments.MAX_PAYLOAD - 40:
        records = None
        warnings.append(NOT_READ)
    return _Blocks(block, packet, records), warnings


def _into_jpeg(result: bytes, blocks: _Blocks) -> bytes:
    drop: list[tuple[int, bytes]] = []
    insert: list[tuple[int, bytes]] = []
    if blocks.exif:
        drop.append((jpeg_segments.APP1, jpeg_segments.EXIF_ID))
        insert.append((jpeg_segments.APP1, jpeg_segments.EXIF_ID + blocks.exif))
    if blocks.xmp:
        drop.append((jpeg_segments.APP1, jpeg_segments.XMP_ID))
        insert.append((jpeg_segments.APP1, jpeg_segments.XMP_ID + blocks.xmp))
    if blocks.iptc:
        drop.append((jpeg_segments.APP13, jpeg_segments.PHOTOSHOP_ID))
        resource = jpeg_segments.PHOTOSHOP_ID + iptc_resource(blocks.iptc)
        insert.append((jpeg_segments.APP13, resource))
    return jpeg_segments.replace(result, drop, insert)


def _into_png(result: bytes, blocks: _Blocks) -> bytes:
    drop: list[tuple[bytes, bytes]] = []
    insert: list[tuple[bytes, bytes]] = []
    if blocks.exif:
        drop.append((b"eXIf", b""))
        insert.append((b"eXIf", blocks.exif))
    if blocks.xmp:
        drop.append((b"iTXt", png_chunks.XMP_KEYWORD))
        insert.append((b"iTXt", png_chunks.XMP_KEYWORD + b"\x00\x00\x00\x00" + blocks.xmp))
    if blocks.iptc:
        drop.append((b"zTXt", png_chunks.IPTC_KEYWORD))
        insert.append((b"zTXt", iptc_png_text(blocks.iptc)))
    return png_chunks.replace(result, drop, insert)


def _into_webp(result: bytes, blocks: _Blocks, size: tuple[int, int]) -> bytes:
    insert = {}
    if blocks.exif:
        insert[b"EXIF"] = blocks.exif
    if blocks.xmp:
        insert[b"XMP "] = blocks.xmp
    return webp_chunks.replace(result, insert, size) if insert else result
