"""Exports of a varied set of photos say what is true, and nothing else, says exiftool."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from phota_desktop.core.exporting import ColourSpace, ExportFormat, ExportSettings, Resize
from phota_desktop.core.jobs import Engine
from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import MetadataChoice, Provenance, SourceType, document_id
from phota_desktop.imaging.export import export_picture
from phota_desktop.imaging.reading import probe
from tests.unit.imaging import outside, samples, tagged

pytestmark = outside.needs_exiftool

RESULT = samples.photo(200)
MADE = Provenance(
    Operation.ENHANCE,
    Engine.PHOTA,
    made=1.79e9,
    source_sha256="ab" * 32,
    ancestors=(document_id("ab" * 32),),
    sha256="cd" * 32,
)
WRITTEN = (ExportFormat.JPEG, ExportFormat.PNG, ExportFormat.WEBP, ExportFormat.TIFF)
KEPT = (
    *("IFD0:Make", "IFD0:Artist", "IFD0:Copyright", "ExifIFD:DateTimeOriginal"),
    *("ExifIFD:LensModel", "ExifIFD:ISO", "GPS:GPSLatitude", "XMP-dc:Title"),
    *("XMP-photoshop:City", "XMP-xmpRights:UsageTerms", "XMP-iptcExt:LocationCreatedCity"),
)


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, outside.Tags]:
    return tagged.originals(tmp_path_factory.mktemp("originals"))


def test_results_go_out_with_their_originals_words(
    originals: dict[Path, outside.Tags], tmp_path: Path
) -> None:
    variant = tmp_path / "v.jpg"
    variant.write_bytes(
        samples.saved(RESULT, "JPEG", quality=95, icc_profile=samples.srgb_profile())
    )
    folder = tmp_path / "out"
    folder.mkdir()
    made: dict[Path, Path] = {}
    # Each original in a format of its own turn, so that every format meets several of them.
    wanted = (ExportFormat.AS_IS, *WRITTEN)
    for n, original in enumerate(originals):
        settings = ExportSettings(
            format=wanted[n % len(wanted)],
            colour=ColourSpace.ORIGINAL if n % 2 else ColourSpace.AS_IS,
            resize=Resize(long_side=120) if n % 3 == 2 else None,
        )
        done = export_picture(
            variant,
            folder,
            f"{original.stem}-{settings.format}-{n}",
            settings,
            original=original,
            provenance=MADE,
            marks=Marks(4, Flag.PICK, Label.BLUE),
        )
        made[done.path] = original
        size = (120, 80) if n % 3 == 2 else RESULT.size
        info = probe(done.path)
        assert (info.width, info.height) == pytest.approx(size, abs=1)
    for path, (told, complaints) in outside.judged(made).items():
        before = originals[made[path]]
        for tag in KEPT:
            if tag in before:
                assert told.get(tag) == before[tag], (path.name, tag)
        assert told.get("IFD0:Orientation", 1) == 1
        assert told["XMP-iptcExt:DigitalSourceType"] == SourceType.COMPOSITE_TRAINED
        assert told["XMP-xmpMM:DerivedFromDocumentID"] == "xmp.did:orig"
        assert told["XMP-xmp:Rating"] == 4
        assert told["XMP-xmp:Label"] == "Blue"
        assert not [tag for tag in told if tag.startswith(("IFD1:", "XMP-crs:"))]
        info = probe(path)
        if path.suffix not in (".tiff", ".tif"):
            assert (told["ExifIFD:ExifImageWidth"], told["ExifIFD:ExifImageHeight"]) == (
                info.width,
                info.height,
            )
        # 65535 is "uncalibrated": what is not sRGB is said by the profile.
        assert told["ExifIFD:ColorSpace"] == (1 if info.is_srgb else 65535), path.name
        harmless = ("minor", "esolution", "GPS tag", "IPTC-NAA", "0x0103", "OK")
        assert not [one for one in complaints if not any(word in one for word in harmless)], path


def test_photos_themselves_go_out_upright_with_their_words(
    originals: dict[Path, outside.Tags], tmp_path: Path
) -> None:
    made: dict[Path, Path] = {}
    for n, original in enumerate(originals):
        settings = ExportSettings(
            format=WRITTEN[n % len(WRITTEN)], metadata=MetadataChoice(gps=n % 2 == 0)
        )
        done = export_picture(original, tmp_path, f"{original.name}-{n}", settings)
        made[done.path] = original
    for path, told in outside.tags(made).items():
        before = originals[made[path]]
        gps = int(path.stem.rpartition("-")[2]) % 2 == 0
        for tag in KEPT:
            if tag in before:
                expected = None if tag.startswith("GPS:") and not gps else before[tag]
                assert told.get(tag) == expected, (path.name, tag)
        if not gps:
            assert not [tag for tag in told if "GPS" in tag], path.name
        if path.suffix != made[path].suffix and before.get("IFD0:Orientation", 1) != 1:
            assert told.get("IFD0:Orientation", 1) == 1, path.name


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_metadata_alone_leaves_every_pixel(
    originals: dict[Path, outside.Tags], tmp_path: Path, kind: str
) -> None:
    original = next(path for path in originals if path.name == "phone6.jpg")
    variant = tmp_path / "v"
    variant.write_bytes(samples.saved(RESULT, kind, icc_profile=samples.wide_profile()))
    done = export_picture(
        variant, tmp_path, "a", ExportSettings(), original=original, provenance=MADE
    )
    assert done.same_pixels
    with Image.open(variant) as before, Image.open(done.path) as after:
        assert np.array_equal(np.asarray(before), np.asarray(after))
        assert after.info["icc_profile"] == samples.wide_profile()
        assert ImageOps.exif_transpose(after).size == before.size
