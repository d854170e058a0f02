"""Real pictures and files made from them, for the tests of pixels and metadata."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from phota_desktop.imaging import jpeg_segments, png_chunks
from phota_desktop.imaging.embedded import iptc_resource

SECRET = b"SN-4711-SECRET"
"""Stands in every private field, so that one search finds any leak."""

XMP = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 tiff:Orientation="6" exif:GPSLatitude="52,30.0N" crs:Exposure2012="+2.00">
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">SN-4711-SECRET title</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def photo(side: int = 400) -> Image.Image:
    """Return a real photograph, at most ``side`` pixels wide."""
    import sklearn.datasets

    path = Path(sklearn.datasets.__file__).parent / "images" / "china.jpg"
    with Image.open(path) as image:
        copy = image.convert("RGB")
    copy.thumbnail((side, side))
    return copy


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Return four flat quarters of different colours; JPEG keeps them nearly as they are."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (220, 30, 30)
    pixels[: height // 2, width // 2 :] = (30, 200, 40)
    pixels[height // 2 :, : width // 2] = (40, 60, 220)
    pixels[height // 2 :, width // 2 :] = (230, 220, 60)
    return Image.fromarray(pixels)


def exif_block(orientation: int = 1, thumbnail: bytes = b"") -> bytes:
    """Write an EXIF block with camera, owner, serial, place, MakerNote and a small picture."""
    exif = Image.Exif()
    exif[0x010F] = "Phota Test"
    exif[0x0110] = "Model 1"
    exif[0x0112] = orientation
    exif[0x013B] = SECRET.decode()
    exif[0x0132] = "2026:11:01 10:20:30"
    photo_ifd = exif.get_ifd(0x8769)
    photo_ifd[0x9003] = "2026:11:01 10:20:30"
    photo_ifd[0x829A] = 0.01
    photo_ifd[0x927C] = b"MakerNote " + SECRET * 4
    photo_ifd[0xA002] = 1
    photo_ifd[0xA431] = SECRET.decode()
    gps = exif.get_ifd(0x8825)
    gps[1] = "N"
    gps[2] = (52.0, 30.0, 0.0)
    block = exif.tobytes().removeprefix(b"Exif\x00\x00")
    return _with_thumbnail(block, thumbnail) if thumbnail else block


def _with_thumbnail(block: bytes, thumbnail: bytes) -> bytes:
    """Append a second directory that points to a small JPEG."""
    order = "<" if block[:2] == b"II" else ">"
    first = struct.unpack(order + "I", block[4:8])[0]
    count = struct.unpack(order + "H", block[first : first + 2])[0]
    link = first + 2 + 12 * count
    at = len(block)
    rows = struct.pack(order + "HHHII", 2, 0x0201, 4, 1, at + 30)
    rows += struct.pack(order + "HHII", 0x0202, 4, 1, len(thumbnail)) + bytes(4)
    return block[:link] + struct.pack(order + "I", at) + block[link + 4 :] + rows + thumbnail


def iptc_records() -> bytes:
    """IPTC records: one city and one caption."""
    return b"".join(
        b"\x1c\x02" + bytes((kind,)) + len(text).to_bytes(2, "big") + text
        for kind, text in ((90, b"Berlin"), (120, SECRET))
    )


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode with Pillow."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tagged_jpeg(image: Image.Image, orientation: int = 1, **options: object) -> bytes:
    """Encode a JPEG with everything private that we know of, also behind its end."""
    plain = saved(image, "JPEG", **{"quality": 95, "subsampling": 0, **options})
    small = image.copy()
    small.thumbnail((160, 160))
    block = exif_block(orientation, saved(small, "JPEG"))
    insert = [
        (jpeg_segments.APP1, jpeg_segments.EXIF_ID + block),
        (jpeg_segments.APP1, jpeg_segments.XMP_ID + XMP),
        (jpeg_segments.APP13, jpeg_segments.PHOTOSHOP_ID + iptc_resource(iptc_records())),
        (0xE5, b"Samsung\x00" + SECRET),
        (jpeg_segments.COM, SECRET),
    ]
    return jpeg_segments.replace(plain, (), insert) + b"\xff\xd8\xff trailing " + SECRET


def tagged_png(image: Image.Image, orientation: int = 1) -> bytes:
    """Encode a PNG with EXIF, XMP and a comment."""
    plain = saved(image, "PNG")
    insert = [
        (b"eXIf", exif_block(orientation)),
        (b"iTXt", png_chunks.XMP_KEYWORD + b"\x00\x00\x00\x00" + XMP),
        (b"tEXt", b"Author\x00" + SECRET),
    ]
    return png_chunks.replace(plain, (), insert) + SECRET


def tagged_webp(image: Image.Image, orientation: int = 1, *, lossless: bool = True) -> bytes:
    """Encode a WebP with EXIF and XMP."""
    block = b"Exif\x00\x00" + exif_block(orientation)
    return saved(image, "WEBP", lossless=lossless, quality=90, exif=block, xmp=XMP)


def tagged_tiff(image: Image.Image, orientation: int = 1) -> bytes:
    """Encode a TIFF with owner, serial, place, XMP and IPTC."""
    tags = Image.Exif()
    tags.load(exif_block(orientation))
    tags[0x02BC] = XMP
    tags[0x83BB] = iptc_records()
    return saved(image, "TIFF", exif=tags)


def wide_profile() -> bytes:
    """Return a Display P3 profile: sRGB's with other colorants (SMPTE EG 432-1, D50-adapted)."""
    return _profile((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189))


def adobe_profile() -> bytes:
    """Return a profile with Adobe RGB's red and green (Adobe RGB (1998) 4.3.1, D50-adapted)."""
    return _profile((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087))


def _profile(red: tuple[float, ...], green: tuple[float, ...]) -> bytes:
    """Write sRGB's profile with another red and green, and the blue that is left to white."""
    raw = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    white = (0.96420, 1.0, 0.82491)
    blue = tuple(w - r - g for w, r, g in zip(white, red, green, strict=True))
    colorants = {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue}
    for n in range(struct.unpack(">I", raw[128:132])[0]):
        name, offset, _ = struct.unpack(">4sII", raw[132 + 12 * n : 144 + 12 * n])
        if name in colorants:
            values = (round(v * 65536) for v in colorants[name])
            raw[offset + 8 : offset + 20] = struct.pack(">3i", *values)
    return bytes(raw)


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
