"""Blocks of metadata put into files of each format, without touching their pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from phota_desktop.imaging import (
    exif,
    jpeg_segments,
    png_chunks,
    tiff_tags,
    webp_chunks,
    xmp_extended,
)
from phota_desktop.imaging.embedded import iptc_png_text, iptc_resource
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.xmp import Packet

FORMATS: Mapping[PhotoFormat, str] = {
    PhotoFormat.JPEG: "image/jpeg",
    PhotoFormat.PNG: "image/png",
    PhotoFormat.WEBP: "image/webp",
    PhotoFormat.TIFF: "image/tiff",
}
"""What can be written into, with its media type."""
PNG_CREDENTIALS = (b"caBX", b"")
_PNG_TEXTS = (b"iTXt", b"zTXt", b"tEXt")


@dataclass(frozen=True)
class Blocks:
    """What is to stand in a file; None leaves what is there."""

    exif: exif.Exif | None = None
    xmp: Packet | None = None
    iptc: bytes | None = None
    resources: bytes | None = None
    """Photoshop resources of which some are kept around the IPTC records."""
    drop_credentials: bool = False


def write(kind: PhotoFormat, content: bytes, blocks: Blocks, size: tuple[int, int]) -> bytes:
    """Return the file with the blocks in it; ``size`` is its (width, height) as stored.

    Returns the very same object when there is nothing to write. Raises ValueError where the file
    is broken or a block is too large for it.
    """
    if not (blocks.exif or blocks.xmp or blocks.iptc or blocks.drop_credentials):
        return content
    match kind:
        case PhotoFormat.JPEG:
            return _into_jpeg(content, blocks)
        case PhotoFormat.PNG:
            return _into_png(content, blocks)
        case PhotoFormat.WEBP:
            return _into_webp(content, blocks, size)
        case PhotoFormat.TIFF:
            return _into_tiff(content, blocks)
    raise ValueError("metadata cannot be written into this format")


def _into_jpeg(content: bytes, blocks: Blocks) -> bytes:
    app1, app13 = jpeg_segments.APP1, jpeg_segments.APP13
    drop = [jpeg_segments.CREDENTIALS] if blocks.drop_credentials else []
    insert: list[tuple[int, bytes]] = []
    if blocks.exif:
        drop.append((app1, jpeg_segments.EXIF_ID))
        insert.append((app1, jpeg_segments.EXIF_ID + exif.write(blocks.exif)))
    if blocks.xmp:
        main, pieces = xmp_extended.split(blocks.xmp)
        drop += [(app1, jpeg_segments.XMP_ID), (app1, jpeg_segments.XMP_EXTENSION_ID)]
        insert.append((app1, jpeg_segments.XMP_ID + main))
        insert += [(app1, jpeg_segments.XMP_EXTENSION_ID + piece) for piece in pieces]
    if blocks.iptc:
        drop.append((app13, jpeg_segments.PHOTOSHOP_ID))
        resources = iptc_resource(blocks.iptc, blocks.resources)
        most = jpeg_segments.MAX_PAYLOAD - len(jpeg_segments.PHOTOSHOP_ID)
        for at in range(0, len(resources), most):
            piece = resources[at : at + most]
            insert.append((app13, jpeg_segments.PHOTOSHOP_ID + piece))
    return jpeg_segments.replace(content, drop, insert)


def _into_png(content: bytes, blocks: Blocks) -> bytes:
    drop = [PNG_CREDENTIALS] if blocks.drop_credentials else []
    insert: list[tuple[bytes, bytes]] = []
    if blocks.exif:
        drop.append((b"eXIf", b""))
        # Else it would stand there a second time, with what was taken out.
        drop += [
            (k, word) for k in (b"zTXt", b"tEXt", b"iTXt") for word in png_chunks.EXIF_KEYWORDS
        ]
        insert.append((b"eXIf", exif.write(blocks.exif)))
    if blocks.xmp:
        drop += [(kind, png_chunks.XMP_KEYWORD) for kind in _PNG_TEXTS]
        packet = png_chunks.XMP_KEYWORD + b"\x00\x00\x00\x00" + blocks.xmp.wrapped
        insert.append((b"iTXt", packet))
    if blocks.iptc:
        drop += [(kind, png_chunks.IPTC_KEYWORD) for kind in (b"zTXt", b"tEXt")]
        insert.append((b"zTXt", iptc_png_text(blocks.iptc)))
    return png_chunks.replace(content, drop, insert)


def _into_webp(content: bytes, blocks: Blocks, size: tuple[int, int]) -> bytes:
    # There is no place for IPTC's records: what they say is in the XMP.
    chunks: dict[bytes, bytes] = {b"C2PA": b""} if blocks.drop_credentials else {}
    if blocks.exif:
        chunks[b"EXIF"] = exif.write(blocks.exif)
    if blocks.xmp:
        chunks[b"XMP "] = blocks.xmp.wrapped
    return webp_chunks.replace(content, chunks, size) if chunks else content


def _into_tiff(content: bytes, blocks: Blocks) -> bytes:
    told = blocks.exif
    if told is not None:
        told = exif.reordered(told, tiff_tags.byte_order(content))
    tags: dict[int, bytes] = {}
    if blocks.xmp:
        tags[tiff_tags.XMP] = blocks.xmp.wrapped
    if blocks.iptc:
        tags[tiff_tags.IPTC] = blocks.iptc
        # It holds the same records once more.
        tags[tiff_tags.RESOURCES] = b""
    if blocks.drop_credentials:
        tags[tiff_tags.CREDENTIALS] = b""
    return tiff_tags.replace(content, told, tags)
