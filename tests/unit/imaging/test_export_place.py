"""A photo that goes out without its place says it nowhere: exiftool looks, and so do we."""

from __future__ import annotations

import binascii
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phota_desktop.core.exporting import ExportFormat, ExportSettings
from phota_desktop.core.provenance import MetadataChoice
from phota_desktop.imaging import jpeg_segments, png_chunks
from phota_desktop.imaging.export import export_picture
from tests.unit.imaging import outside, samples

PLACE = (
    *("-GPSLatitude=52.5", "-GPSLatitudeRef=N", "-GPSLongitude=13.5", "-GPSLongitudeRef=E"),
    *("-XMP-exif:GPSLatitude=52.5", "-XMP-iptcExt:LocationShownGPSLatitude=52.5"),
)
WITHOUT = ExportSettings(metadata=MetadataChoice(gps=False))
HEIC = Path(__file__).parent / "heic" / "1.heic"


def plain(path: Path) -> Path:
    samples.photo(40).save(path)
    return path


def told(path: Path) -> Path:
    outside.write({path: PLACE})
    return path


def exif_of(path: Path) -> bytes:
    content = path.read_bytes()
    (block,) = jpeg_segments.payloads(content, jpeg_segments.APP1, jpeg_segments.EXIF_ID)
    return block


def old_png(path: Path, prefix: bytes) -> Path:
    """Make a PNG as programs wrote it before there was a chunk for EXIF."""
    block = prefix + exif_of(told(plain(path.with_suffix(".jpg"))))
    text = b"\nexif\n%8d\n%s\n" % (len(block), binascii.hexlify(block))
    chunk = (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text))
    path.write_bytes(png_chunks.replace(plain(path).read_bytes(), (), [chunk]))
    return path


def with_preview(path: Path) -> Path:
    """Make a JPEG with a second, smaller one behind it, as cameras do."""
    small = told(plain(path.with_name("small.jpg"))).read_bytes()
    first = jpeg_segments.replace(
        plain(path).read_bytes(), (), [(jpeg_segments.APP2, b"MPF\0" + bytes(40))]
    )
    path.write_bytes(first + small)
    return path


def heic(path: Path) -> Path:
    shutil.copy(HEIC, path)
    return told(path)


@outside.needs_exiftool
@pytest.mark.parametrize(
    ("name", "make"),
    [
        *((f"a.{ending}", lambda path: told(plain(path))) for ending in ("jpg", "png", "webp")),
        ("a.tif", lambda path: told(plain(path))),
        ("a.gif", lambda path: told(plain(path))),
        ("a.heic", heic),
        ("old.png", lambda path: old_png(path, b"Exif\0\0")),
        ("older.png", lambda path: old_png(path, b"")),
        ("preview.jpg", with_preview),
    ],
)
def test_no_file_tells_the_place(tmp_path: Path, name: str, make: Callable[[Path], Path]) -> None:
    if name.endswith("heic"):
        pytest.importorskip("pi_heif")
    photo = make(tmp_path / name)
    before = photo.read_bytes()
    done = export_picture(photo, tmp_path, "out", WITHOUT)
    whole = done.path.read_bytes()
    tags = outside.tags([done.path])[done.path]
    done.path.unlink()
    places = [tag for tag in tags if "gps" in tag.lower() or "itude" in tag.lower()]
    assert places == []
    assert b"GPSL" not in whole
    assert photo.read_bytes() == before
    if name in ("a.gif", "a.heic"):
        # Their metadata cannot be written; that another format was taken is said.
        assert any("cannot be cut out" in one for one in done.warnings)
    else:
        assert done.same_pixels
        assert done.path.suffix == photo.suffix


def test_a_file_that_says_no_place_stays_as_it_is(tmp_path: Path) -> None:
    for name in ("a.bmp", "a.gif"):
        photo = plain(tmp_path / name)
        done = export_picture(photo, tmp_path, "out", WITHOUT)
        assert (done.copied_as_is, done.warnings) == (True, ())
    # Without a place in it, what follows the picture may stay.
    preview = plain(tmp_path / "p.jpg")
    whole = preview.read_bytes() + plain(tmp_path / "s.jpg").read_bytes()
    preview.write_bytes(whole)
    done = export_picture(preview, tmp_path, "p", WITHOUT)
    assert done.path.read_bytes() == whole


@outside.needs_exiftool
def test_an_old_png_has_one_exif_block_when_it_is_written_anew(tmp_path: Path) -> None:
    original = old_png(tmp_path / "old.png", b"Exif\0\0")
    done = export_picture(original, tmp_path, "new", WITHOUT)
    assert b"Raw profile" not in done.path.read_bytes()
    again = export_picture(original, tmp_path, "jpeg", ExportSettings(format=ExportFormat.JPEG))
    assert outside.tags([again.path])[again.path]["GPS:GPSLatitude"] == 52.5
    with Image.open(done.path) as image, Image.open(original) as before:
        assert np.array_equal(np.asarray(image), np.asarray(before))
