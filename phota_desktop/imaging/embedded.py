"""What a file carries beside its pixels: EXIF, XMP, IPTC, ICC profile, content credentials."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from phota_desktop.imaging import (
    exif,
    jpeg_segments,
    png_chunks,
    tiff_tags,
    webp_chunks,
)
from phota_desktop.imaging.chunks import payload
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.raw import Preview

_IPTC_RESOURCE, _IPTC_DIGEST = 0x0404, 0x0425
_RESOURCES_KEPT = (0x040A, 0x040B)
"""Whether there is a copyright, and its address."""
_MAX_ICC = 16_000_000
_RAW_HEAD = 1 << 20
"""Bytes of a RAW that are read for its EXIF; previews and the sensor's values lie behind it."""


@dataclass(frozen=True)
class Embedded:
    """Raw blocks as found: EXIF from its TIFF header on, the XMP packet, the IPTC records."""

    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    icc: bytes | None = None
    has_credentials: bool = False
    """A C2PA manifest."""
    more_xmp: bytes | None = None
    """The XMP of a JPEG that did not fit into its first packet."""
    resources: bytes | None = None
    """The Photoshop resources around the IPTC records."""
    preview: Preview | None = None
    """The largest preview of a RAW file."""
    implied: bytes | None = None
    """A profile made from what the file says of its colours without one; never written out."""

    @property
    def profile(self) -> bytes | None:
        """The ICC profile that the colours are to be read by."""
        return self.icc or self.implied

    @property
    def orientation(self) -> int:
        """EXIF orientation 1 to 8; 1 when there is none."""
        return exif.orientation(self.exif)


def read_embedded(stream: BinaryIO, kind: PhotoFormat) -> Embedded:
    """Read the blocks of a JPEG, PNG, WebP, TIFF or RAW; nothing of other formats.

    Never raises for broken contents: what cannot be read counts as absent.
    """
    reader = _READERS.get(kind)
    if reader is None:
        return Embedded()
    try:
        return reader(stream)
    except ValueError:
        return Embedded()


def jpeg_head(stream: BinaryIO) -> bytes:
    """Read a JPEG up to its first scan, in growing pieces, without the entropy-coded bytes."""
    data = b""
    size = 1 << 18
    while True:
        stream.seek(0)
        data = stream.read(size)
        try:
            for _ in jpeg_segments.walk_head(data):
                pass
        except ValueError:
            if len(data) == size:
                size *= 4
                continue
        return data


def _of_jpeg(stream: BinaryIO) -> Embedded:
    data = jpeg_head(stream)

    def first(marker: int, prefix: bytes) -> bytes | None:
        return next(jpeg_segments.payloads(data, marker, prefix), None)

    # Resources of more than 64 KB go on in the next segment.
    irb = b"".join(jpeg_segments.payloads(data, jpeg_segments.APP13, jpeg_segments.PHOTOSHOP_ID))
    xmp = first(jpeg_segments.APP1, jpeg_segments.XMP_ID)
    return Embedded(
        exif=first(jpeg_segments.APP1, jpeg_segments.EXIF_ID),
        xmp=xmp,
        more_xmp=jpeg_segments.extended_xmp(data, xmp) if xmp else None,
        resources=irb or None,
        iptc=_iptc_of_resources(irb) if irb else None,
        icc=jpeg_segments.icc_profile(data),
        has_credentials=next(jpeg_segments.payloads(data, *jpeg_segments.CREDENTIALS), None)
        is not None,
    )


def _of_png(stream: BinaryIO) -> Embedded:
    found: dict[str, bytes | None] = {}
    credentials = False
    for chunk in png_chunks.walk(stream):
        credentials = credentials or chunk.kind == b"caBX"
        if chunk.kind not in (b"eXIf", b"iTXt", b"zTXt", b"tEXt", b"iCCP"):
            continue
        body = payload(stream, chunk)
        if chunk.kind == b"eXIf":
            found.setdefault("exif", body.removeprefix(jpeg_segments.EXIF_ID))
        elif chunk.kind == b"iCCP":
            found.setdefault("icc", _icc_of_png(body))
        elif xmp := png_chunks.text(chunk.kind, body, png_chunks.XMP_KEYWORD):
            found.setdefault("xmp", xmp)
        elif profile := png_chunks.text(chunk.kind, body, png_chunks.IPTC_KEYWORD):
            found.setdefault("iptc", _iptc_of_png(profile))
        elif any(body.startswith(keyword) for keyword in png_chunks.EXIF_KEYWORDS):
            old = _raw_profile(
                png_chunks.text(chunk.kind, body, body.partition(b"\x00")[0] + b"\x00")
            )
            if old and exif.is_block(block := old.removeprefix(jpeg_segments.EXIF_ID)):
                found.setdefault("exif", block)
    return Embedded(
        found.get("exif"), found.get("xmp"), found.get("iptc"), found.get("icc"), credentials
    )


def _of_webp(stream: BinaryIO) -> Embedded:
    wanted = (b"EXIF", b"XMP ", b"ICCP")
    found: dict[bytes, bytes] = {}
    credentials = False
    for chunk in webp_chunks.walk(stream):
        credentials = credentials or chunk.kind == b"C2PA"
        if chunk.kind in wanted:
            found.setdefault(chunk.kind, payload(stream, chunk))
    block = found.get(b"EXIF")
    return Embedded(
        exif=block.removeprefix(jpeg_segments.EXIF_ID) if block else None,
        xmp=found.get(b"XMP "),
        icc=found.get(b"ICCP"),
        has_credentials=credentials,
    )


def _of_tiff(stream: BinaryIO) -> Embedded:
    """Read a TIFF, which is one EXIF block itself (at most its 100 MB are read)."""
    stream.seek(0)
    data = stream.read()
    image = exif.parse(data).image

    def raw(tag: int) -> bytes | None:
        return image[tag].raw if tag in image else None

    return Embedded(
        data,
        raw(tiff_tags.XMP),
        raw(tiff_tags.IPTC),
        raw(tiff_tags.ICC),
        has_credentials=tiff_tags.CREDENTIALS in image,
    )


def _of_raw(stream: BinaryIO) -> Embedded:
    """Read what lies at the beginning of a RAW: a TIFF's directories, or Fuji's whole preview."""
    stream.seek(0)
    data = stream.read(_RAW_HEAD)
    if data.startswith(b"FUJIFILM"):
        at = int.from_bytes(data[84:88], "big")
        stream.seek(at)
        return _of_jpeg(BytesIO(stream.read(int.from_bytes(data[88:92], "big"))))
    # Olympus and Panasonic have magic numbers of their own before a TIFF's directory.
    magic = {b"II": b"II*\x00", b"MM": b"MM\x00*"}.get(data[:2], b"")
    image = exif.parse(magic + data[4:]).image
    return Embedded(magic + data[4:], image[tiff_tags.XMP].raw if tiff_tags.XMP in image else None)


_READERS = {
    PhotoFormat.JPEG: _of_jpeg,
    PhotoFormat.PNG: _of_png,
    PhotoFormat.WEBP: _of_webp,
    PhotoFormat.TIFF: _of_tiff,
    PhotoFormat.RAW: _of_raw,
}


def _icc_of_png(body: bytes) -> bytes | None:
    """Inflate an iCCP payload (name, NUL, method, zlib stream), at most 16 MB."""
    _, separator, rest = body.partition(b"\x00")
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(rest[1:], _MAX_ICC)
    except zlib.error:
        return None
    return profile if separator and inflater.eof else None


def _resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of Photoshop's image resources, up to the first broken one."""
    stream = BytesIO(block)
    while stream.read(4) == b"8BIM":
        number = int.from_bytes(stream.read(2), "big")
        name = stream.read(1)
        # A Pascal string padded to an even length, the length byte included.
        stream.seek((name[0] if name else 0) | 1, 1)
        length = int.from_bytes(stream.read(4), "big")
        body = stream.read(length)
        if len(body) != length:
            return
        yield number, body
        stream.seek(length & 1, 1)


def _iptc_of_resources(resources: bytes) -> bytes | None:
    """Find the IPTC records among Photoshop image resources."""
    return next((body for number, body in _resources(resources) if number == _IPTC_RESOURCE), None)


def iptc_resource(records: bytes, around: bytes | None = None) -> bytes:
    """Wrap IPTC records as Photoshop image resources, with the digest that says they are in step.

    Of the resources ``around`` them before, copyright flag and address are kept.
    """
    written = [(_IPTC_RESOURCE, records)]
    written += [one for one in _resources(around or b"") if one[0] in _RESOURCES_KEPT]
    digest = hashlib.md5(records, usedforsecurity=False).digest()
    written.append((_IPTC_DIGEST, digest))
    return b"".join(
        b"8BIM"
        + number.to_bytes(2, "big")
        + b"\x00\x00"
        + len(body).to_bytes(4, "big")
        + body
        + b"\x00" * (len(body) & 1)
        for number, body in sorted(written)
    )


def _iptc_of_png(profile: bytes) -> bytes | None:
    raw = _raw_profile(profile)
    if raw is None:
        return None
    return _iptc_of_resources(raw) or (raw if raw[:1] == b"\x1c" else None)


def _raw_profile(profile: bytes | None) -> bytes | None:
    """Read the hexadecimal "raw profile" text: name, length, digits on lines."""
    parts = (profile or b"").lstrip().split(b"\n", 2)
    if len(parts) < 3:
        return None
    try:
        return bytes.fromhex(parts[2].decode("ascii"))
    except ValueError:
        return None


def iptc_png_text(records: bytes) -> bytes:
    """Write IPTC records as the payload of a zTXt "raw profile" chunk."""
    raw = iptc_resource(records)
    digits = raw.hex()
    lines = "\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
    text = f"\niptc\n{len(raw):8d}\n{lines}\n"
    return png_chunks.IPTC_KEYWORD + b"\x00" + zlib.compress(text.encode("ascii"))
