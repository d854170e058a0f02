"""The original's metadata comes home into results, true to the new picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.imaging import exif, jpeg_segments, metadata, metadata_blocks, png_chunks
from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.embedded import read_embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.xmp import Packet
from tests.unit.imaging import outside, samples
from tests.unit.imaging.conftest import Keep, carried_home
from tests.unit.imaging.test_segments import coded

RESULTS = {
    PhotoFormat.JPEG: samples.saved(samples.photo(300), "JPEG", icc_profile=samples.srgb_profile()),
    PhotoFormat.PNG: samples.saved(samples.photo(300), "PNG"),
    PhotoFormat.WEBP: samples.saved(samples.photo(300), "WEBP"),
}
SIZE = samples.photo(300).size


@outside.needs_exiftool
@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("keep_gps", [True, False])
def test_carrying_keeps_pixels_and_tells_the_truth(
    keep: Keep,
    tmp_path: Path,
    kind: PhotoFormat,
    keep_gps: bool,
) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo(), 6))
    result = RESULTS[kind]
    carried = carried_home(original, result, SIZE, keep_gps=keep_gps)
    assert coded(carried.content, kind) == coded(result, kind)
    found = read_embedded(BytesIO(carried.content), kind)
    assert found.icc == read_embedded(BytesIO(result), kind).icc
    assert found.exif is not None
    parsed = exif.parse(found.exif)
    assert parsed.orientation == 1
    assert parsed.thumbnail == b""
    assert 0x927C not in parsed.photo
    assert (parsed.number(parsed.photo, 0xA002), parsed.number(parsed.photo, 0xA003)) == SIZE
    assert bool(parsed.gps) == keep_gps
    assert found.xmp is not None
    assert Packet(found.xmp).text((v.TIFF, "Orientation")) == "1"
    assert (b"GPSLatitude" in found.xmp) == keep_gps
    assert b"Exposure2012" not in found.xmp
    assert (found.iptc == samples.iptc_records()) == (kind != PhotoFormat.WEBP)
    assert not carried.warnings
    path = tmp_path / f"r.{kind.value}"
    path.write_bytes(carried.content)
    tags = outside.tags([path])[path]
    assert tags["IFD0:Make"] == "Phota Test"
    assert tags["ExifIFD:DateTimeOriginal"] == "2026:11:01 10:20:30"
    assert tags["XMP-dc:Title"] == "SN-4711-SECRET title"
    assert ("GPS:GPSLatitude" in tags) == keep_gps
    assert not any("Warning" in name for name in tags), tags
    assert tags["XMP-photoshop:City"] == "Berlin"  # in a WebP the only place for it
    if kind != PhotoFormat.WEBP:
        assert tags["IPTC:City"] == "Berlin"


@pytest.mark.parametrize("kind", RESULTS)
def test_carrying_twice_replaces(keep: Keep, kind: PhotoFormat) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo()))
    once = carried_home(original, RESULTS[kind], SIZE).content
    twice = carried_home(original, once, SIZE).content
    assert abs(len(twice) - len(once)) < 1200  # XMP of both is joined, nothing piles up
    thrice = carried_home(original, twice, SIZE).content
    assert len(thrice) == len(twice)


def test_metadata_of_png_webp_and_tiff_originals_is_carried(keep: Keep) -> None:
    tags = Image.Exif()
    tags[0x010F] = "Phota Test"
    originals = (
        keep("o.png", samples.tagged_png(samples.photo(50))),
        keep("o.webp", samples.tagged_webp(samples.photo(50))),
        keep("o.tif", samples.saved(samples.photo(50), "TIFF", exif=tags)),
    )
    for original in originals:
        carried = carried_home(original, RESULTS[PhotoFormat.JPEG], SIZE)
        with Image.open(BytesIO(carried.content)) as image:
            assert image.getexif()[0x010F] == "Phota Test"
            assert 0x0111 not in image.getexif()  # strip offsets of a TIFF make no sense here


def test_the_results_own_words_win(keep: Keep) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo(50)))
    own = samples.XMP.replace(b"SN-4711-SECRET title", b"Composite").replace(
        b' crs:Exposure2012="+2.00"', b""
    )
    plain = RESULTS[PhotoFormat.JPEG]
    result = jpeg_segments.replace(plain, (), [(0xE1, jpeg_segments.XMP_ID + own)])
    found = read_embedded(BytesIO(carried_home(original, result, SIZE).content), PhotoFormat.JPEG)
    assert found.xmp is not None
    assert b"Composite" in found.xmp
    assert b"SECRET title" not in found.xmp


def test_content_credentials_are_not_broken(keep: Keep) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo(50)))
    signed = jpeg_segments.replace(RESULTS[PhotoFormat.JPEG], (), [(0xEB, b"JP\x00\x01jumb")])
    carried = carried_home(original, signed, SIZE)
    assert carried == metadata.Carried(signed, (metadata.CREDENTIALS,))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing",
        b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00",
        b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00",
    ],
)
def test_a_broken_original_is_a_warning_or_nothing(keep: Keep, content: bytes) -> None:
    result = RESULTS[PhotoFormat.JPEG]
    assert carried_home(keep("o.jpg", content), result, SIZE).content == result


def test_hostile_packets_are_not_carried(keep: Keep) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "cccc">]>' + samples.XMP[samples.XMP.index(b"<x:") :]
    chunk = (b"iTXt", png_chunks.XMP_KEYWORD + b"\x00\x00\x00\x00" + bomb)
    original = keep(
        "o.png", png_chunks.replace(samples.saved(samples.photo(50), "PNG"), (), [chunk])
    )
    carried = carried_home(original, RESULTS[PhotoFormat.JPEG], SIZE)
    assert carried == metadata.Carried(RESULTS[PhotoFormat.JPEG], (metadata_blocks.NOT_XMP,))
