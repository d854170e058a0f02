"""Whatever lies in the library can be exported, or is refused in words: HEIC, RAW, odd files."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.exporting import (
    ColourSpace,
    ExportFormat,
    ExportSettings,
    Resize,
    Sharpening,
)
from phota_desktop.imaging import icc_profiles, jpeg_segments, raster
from phota_desktop.imaging.decoding import decode
from phota_desktop.imaging.export import export_picture, extension_of
from phota_desktop.imaging.reading import read_whole
from tests.unit.imaging import icc_samples, raw_samples, samples
from tests.unit.imaging.conftest import Keep

HEIC = Path(__file__).parent / "heic"


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_heic_stands_upright_in_every_format(tmp_path: Path, orientation: int) -> None:
    pytest.importorskip("pi_heif")
    photo = HEIC / f"{orientation}.heic"
    copied = export_picture(photo, tmp_path, "c", ExportSettings())
    assert copied.path.name == "c.heic"
    assert copied.path.read_bytes() == photo.read_bytes()
    seen = decode(*read_whole(photo)).pixels
    for format_ in (ExportFormat.PNG, ExportFormat.TIFF):
        done = export_picture(photo, tmp_path, "a", ExportSettings(format=format_))
        with Image.open(done.path) as image:
            assert np.array_equal(np.asarray(image)[..., ::-1], seen)
            assert image.getexif().get(0x0112, 1) == 1
    small = ExportSettings(resize=Resize(long_side=20))
    assert extension_of(photo, small) == "jpg"
    assert export_picture(photo, tmp_path, "s.heic", small).path.name == "s.jpg"


def test_heic_keeps_or_changes_its_wide_colours(tmp_path: Path) -> None:
    pytest.importorskip("pi_heif")
    photo = HEIC / "wide.heic"
    profile = read_whole(photo)[2].icc
    assert profile
    kept = export_picture(photo, tmp_path, "a", ExportSettings(format=ExportFormat.PNG))
    asked = ExportSettings(format=ExportFormat.PNG, colour=ColourSpace.SRGB)
    changed = export_picture(photo, tmp_path, "b", asked)
    with Image.open(kept.path) as before, Image.open(changed.path) as after:
        assert before.info["icc_profile"] == profile
        assert after.info["icc_profile"] == icc_profiles.srgb()
        wanted = icc_samples.by_littlecms(np.asarray(before), profile)
        apart = icc_samples.far(np.asarray(after).reshape(-1, 3), wanted.reshape(-1, 3))
        assert apart.max() <= 1


def test_raw_is_copied_or_developed_and_told(keep: Keep, tmp_path: Path) -> None:
    pytest.importorskip("rawpy")
    content = raw_samples.dng(samples.photo(200))
    photo = keep("v.dng", content)
    copied = export_picture(photo, tmp_path, "c.dng", ExportSettings())
    assert copied.path.name == "c.dng"
    assert copied.path.read_bytes() == content
    assert extension_of(photo, ExportSettings()) == "dng"
    done = export_picture(photo, tmp_path, "a", ExportSettings(format=ExportFormat.TIFF))
    assert raster.DEVELOPED in done.warnings
    with Image.open(done.path) as image:
        assert image.mode == "RGB"


def test_a_results_own_words_survive_new_pixels(keep: Keep, tmp_path: Path) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo()))
    words = samples.XMP.replace(b"SN-4711-SECRET title", b"made by the service")
    packet = (jpeg_segments.APP1, jpeg_segments.XMP_ID + words)
    plain = samples.saved(samples.photo(120), "JPEG")
    picture = keep("v.jpg", jpeg_segments.replace(plain, (), [packet]))
    for format_ in (ExportFormat.AS_IS, ExportFormat.PNG, ExportFormat.TIFF):
        settings = ExportSettings(format=format_)
        done = export_picture(picture, tmp_path, "a", settings, original=original)
        content = done.path.read_bytes()
        assert b"made by the service" in content
        with Image.open(done.path) as image:
            assert image.getexif()[0x010F] == "Phota Test"


SOURCES = {
    "jpg": samples.tagged_jpeg(samples.photo(90), 6, icc_profile=samples.wide_profile()),
    "png": samples.tagged_png(samples.photo(90).convert("RGBA"), 3),
    "webp": samples.tagged_webp(samples.photo(90)),
    "tif": samples.tagged_tiff(samples.photo(90)),
    "gif": samples.saved(samples.photo(90).quantize(), "GIF"),
    "bmp": samples.saved(samples.photo(90), "BMP"),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_damaged_files_are_refused_in_words_or_exported_whole(tmp_path: Path, kind: str) -> None:
    dice = random.Random(kind)  # noqa: S311 - the same every time
    picture, folder = tmp_path / f"v.{kind}", tmp_path / "out"
    folder.mkdir()
    written = 0
    for turn in range(60):
        content = bytearray(SOURCES[kind])
        if turn % 3 == 0:
            content = content[: dice.randrange(20, len(content))]
        else:
            # Half of the damage in the head, where structures are.
            end = 600 if turn % 2 else len(content)
            for _ in range(dice.choice((1, 3, 20))):
                content[dice.randrange(4, min(end, len(content)))] = dice.randrange(256)
        picture.write_bytes(content)
        settings = ExportSettings(
            format=dice.choice(list(ExportFormat)),
            colour=dice.choice(list(ColourSpace)),
            resize=dice.choice((None, Resize(long_side=50))),
            sharpening=dice.choice(list(Sharpening)),
        )
        original = dice.choice((None, picture))
        try:
            done = export_picture(picture, folder, "a", settings, original=original)
        except PhotaError as error:
            assert error.message  # noqa: PT017 - either is well
            assert len(list(folder.iterdir())) == written
            continue
        written += 1
        if not done.same_pixels:
            with Image.open(BytesIO(done.path.read_bytes())) as image:
                image.load()
    assert written
