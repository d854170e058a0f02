"""Every format takes every picture: its pixels where none is to change, its colours else."""

from __future__ import annotations

import json
import subprocess
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from phota_desktop.core.exporting import (
    ColourSpace,
    ExportFormat,
    ExportSettings,
    Subsampling,
)
from phota_desktop.imaging import icc_profiles, jpeg_quality, raster
from phota_desktop.imaging.encoding import FLATTENED, NARROWED
from phota_desktop.imaging.export import export_picture
from phota_desktop.imaging.export_plan import NO_ORIGINAL
from tests.unit.imaging import icc_samples, samples
from tests.unit.imaging.conftest import Keep

LOSSLESS = {
    ExportFormat.PNG: {},
    ExportFormat.WEBP: {"lossless": True},
    ExportFormat.TIFF: {},
}
SPACES = {
    ColourSpace.SRGB: (icc_samples.SRGB, icc_profiles.srgb()),
    ColourSpace.DISPLAY_P3: (icc_samples.DISPLAY_P3, icc_profiles.display_p3()),
    ColourSpace.ADOBE_RGB: (icc_samples.ADOBE_RGB, icc_profiles.adobe_rgb()),
}
MODES = ["RGB", "RGBA", "L", "LA", "P", "1", "RGB;16", "RGBA;16", "L;16"]


def picture(mode: str) -> bytes:
    """Write a PNG of this mode, with all its bits and half transparent where it can be."""
    if not mode.endswith(";16"):
        image = Image.fromarray(np.asarray(samples.photo(60)))  # without its profile
        if mode in ("RGBA", "LA"):
            image = image.convert(mode)
            image.putalpha(Image.linear_gradient("L").resize(image.size))
        return samples.saved(image.convert(mode), "PNG")
    rng = np.random.default_rng(1)
    shape = (40, 60, *{"L": (), "R": (3,)}.get(mode[0], ()))
    if mode.startswith("RGBA"):
        shape = (40, 60, 4)
    done, content = cv2.imencode(".png", rng.integers(0, 65536, shape, np.uint16))
    assert done
    return content.tobytes()


def as_arrays(path: Path) -> np.ndarray:
    """Read with another reader than ours; 16 bits where there are, R G B (A) or gray."""
    if path.suffix == ".tif":
        import tifffile

        with tifffile.TiffFile(path) as tiff:
            return np.asarray(tiff.pages[0].asarray())
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.suffix == ".png" else None
    if found is not None and found.dtype == np.uint16:
        if found.ndim == 2:
            return found
        return cv2.cvtColor(found, cv2.COLOR_BGR2RGB if found.shape[2] == 3 else 4 + 1)
    with Image.open(path) as image:
        return np.asarray(image)


def expected(content: bytes, mode: str) -> np.ndarray:
    if mode.endswith(";16"):
        found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
        if found.ndim == 3:
            return found[..., [2, 1, 0, 3][: found.shape[2]]]
        return found
    with Image.open(BytesIO(content)) as image:
        wanted = {"P": "RGB", "1": "L", "LA": "RGBA"}.get(mode, mode)
        return np.asarray(image.convert(wanted))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("format_", LOSSLESS)
def test_lossless_formats_keep_every_sample(
    keep: Keep, tmp_path: Path, format_: ExportFormat, mode: str
) -> None:
    content = picture(mode)
    settings = ExportSettings(format=format_, **LOSSLESS[format_])
    done = export_picture(keep("v.png", content), tmp_path, "a", settings)
    before = expected(content, mode)
    after = as_arrays(done.path)
    if format_ == ExportFormat.PNG:
        assert done.copied_as_is
        return
    if format_ == ExportFormat.WEBP:
        assert (NARROWED in done.warnings) == mode.endswith(";16")
        if before.dtype == np.uint16:
            before = np.round(before / 257).astype(np.uint8)
        if before.ndim == 2:
            before = np.repeat(before[..., None], 3, 2)
    assert after.dtype == before.dtype
    assert after.shape == before.shape
    assert np.array_equal(after, before)


@pytest.mark.parametrize("mode", MODES)
def test_jpeg_takes_all_and_says_what_it_cannot_hold(keep: Keep, tmp_path: Path, mode: str) -> None:
    content = picture(mode)
    settings = ExportSettings(format=ExportFormat.JPEG, quality=98)
    done = export_picture(keep("v.png", content), tmp_path, "a", settings)
    assert (FLATTENED in done.warnings) == (mode in ("RGBA", "LA", "RGBA;16"))
    assert (NARROWED in done.warnings) == mode.endswith(";16")
    with Image.open(done.path) as image:
        assert image.mode == ("L" if mode in ("L", "1", "L;16") else "RGB")
        if mode == "RGBA":
            with Image.open(BytesIO(content)) as before:
                white = Image.new("RGBA", before.size, "white")
                white.alpha_composite(before)
            apart = np.abs(np.asarray(white.convert("RGB")).astype(int) - np.asarray(image))
            assert apart.mean() < 2


@pytest.mark.parametrize("subsampling", Subsampling)
@pytest.mark.parametrize("quality", [20, 75, 95, 100])
def test_jpeg_is_as_asked(
    keep: Keep, tmp_path: Path, quality: int, subsampling: Subsampling
) -> None:
    settings = ExportSettings(format=ExportFormat.JPEG, quality=quality, subsampling=subsampling)
    variant = keep("v.png", samples.saved(samples.photo(90), "PNG"))
    content = export_picture(variant, tmp_path, "a", settings).path.read_bytes()
    assert jpeg_quality.subsampling_of(content) == subsampling
    assert abs((jpeg_quality.quality_of(content) or 0) - quality) <= 1


@pytest.mark.parametrize("source", [*SPACES, ColourSpace.AS_IS])
@pytest.mark.parametrize("target", SPACES)
@pytest.mark.parametrize("format_", LOSSLESS)
def test_colours_are_littlecms_own(
    keep: Keep, tmp_path: Path, format_: ExportFormat, source: ColourSpace, target: ColourSpace
) -> None:
    rows = icc_samples.patches()
    own = SPACES[source][1] if source in SPACES else b""
    options = {"icc_profile": own} if own else {}
    variant = keep("v.png", samples.saved(Image.fromarray(rows), "PNG", **options))
    settings = ExportSettings(format=format_, colour=target, **LOSSLESS[format_])
    done = export_picture(variant, tmp_path, "a", settings)
    space, icc = SPACES[target]
    with Image.open(done.path) as image:
        assert image.info["icc_profile"] == icc
        after = np.asarray(image).reshape(-1, 3)
    if source == target or (source, target) == (ColourSpace.AS_IS, ColourSpace.SRGB):
        assert np.array_equal(after, rows.reshape(-1, 3))
        return
    wanted = icc_samples.by_littlecms(rows, own, icc).reshape(-1, 3)
    assert icc_samples.far(after, wanted, space).max() <= 1


@pytest.mark.parametrize("table", [False, True])
def test_sixteen_bits_are_converted_with_all_of_them(
    keep: Keep, tmp_path: Path, table: bool
) -> None:
    profile = icc_samples.PROPHOTO.profile()
    if table:
        profile = icc_samples.table_profile(icc_samples.DISPLAY_P3, 9)
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    gray = np.stack([ramp] * 3, -1)
    done, content = cv2.imencode(".png", gray)
    assert done
    import zlib

    from phota_desktop.imaging import png_chunks

    content = png_chunks.replace(
        content.tobytes(), (), [(b"iCCP", b"x\0\0" + zlib.compress(profile))]
    )
    settings = ExportSettings(format=ExportFormat.TIFF, colour=ColourSpace.ADOBE_RGB)
    made = export_picture(keep("v.png", content), tmp_path, "a", settings)
    after = as_arrays(made.path)
    if table:
        assert after.dtype == np.uint8
        assert any("8 bits" in warning for warning in made.warnings)
        return
    assert after.dtype == np.uint16
    assert len(np.unique(after)) > 3900
    # Greys stay grey, and where the formulas put them.
    assert int(np.ptp(after.astype(int), axis=2).max()) <= 2
    light = icc_samples.PROPHOTO.light(ramp / 65535)
    wanted = icc_samples.ADOBE_RGB.values(light) * 65535
    bright = ramp > 2000
    assert np.abs(after[..., 1] - wanted)[bright].max() < 24
    lightness = np.abs(
        icc_samples.ADOBE_RGB.lab(after / 65535.0)[..., 0]
        - icc_samples.PROPHOTO.lab(gray / 65535.0)[..., 0]
    )
    assert lightness.max() < 0.1


def test_eight_bits_on_wish(keep: Keep, tmp_path: Path) -> None:
    content = picture("RGB;16")
    done = export_picture(keep("v.png", content), tmp_path, "a", ExportSettings(bits=8))
    after = as_arrays(done.path)
    assert after.dtype == np.uint8
    assert np.array_equal(after, np.round(expected(content, "RGB;16") / 257))
    assert not done.warnings


def test_colours_of_the_original(keep: Keep, tmp_path: Path) -> None:
    profile = icc_samples.PROPHOTO.profile()
    photo = samples.photo(60)
    original = keep("o.jpg", samples.saved(photo, "JPEG", icc_profile=profile))
    variant = keep("v.png", samples.saved(Image.fromarray(np.asarray(photo)), "PNG"))
    settings = ExportSettings(format=ExportFormat.TIFF, colour=ColourSpace.ORIGINAL)
    done = export_picture(variant, tmp_path, "a", settings, original=original)
    with Image.open(done.path) as image:
        assert image.info["icc_profile"] == profile
        wanted = icc_samples.by_littlecms(np.asarray(photo), b"", profile)
        # One byte of so wide a space may be two ΔE: neither of both can be nearer.
        assert np.abs(np.asarray(image).astype(int) - wanted).max() <= 1
    gray = samples.saved(photo.convert("L"), "JPEG", icc_profile=icc_samples.gray_profile())
    for lost in (None, keep("no.jpg", b"no picture"), keep("g.jpg", gray)):
        done = export_picture(variant, tmp_path, "b", settings, original=lost)
        assert NO_ORIGINAL in done.warnings


def test_inks_and_grays_become_colours_when_they_must(keep: Keep, tmp_path: Path) -> None:
    profile = icc_samples.cmyk_profile()
    photo = samples.photo(60)
    content = samples.saved(photo.convert("CMYK"), "JPEG", quality=98, icc_profile=profile)
    inks = keep("c.jpg", content)
    assert export_picture(inks, tmp_path, "a", ExportSettings()).path.read_bytes() == content
    done = export_picture(inks, tmp_path, "a", ExportSettings(format=ExportFormat.PNG))
    assert raster.INKS in done.warnings
    with Image.open(done.path) as image, Image.open(inks) as before:
        wanted = icc_samples.by_littlecms(np.asarray(before), profile)
        apart = icc_samples.far(np.asarray(image).reshape(-1, 3), wanted.reshape(-1, 3))
        assert apart.max() <= 1
    gray = samples.saved(photo.convert("L"), "PNG", icc_profile=icc_samples.gray_profile(1.8))
    settings = ExportSettings(format=ExportFormat.JPEG, quality=100, colour=ColourSpace.SRGB)
    done = export_picture(keep("g.png", gray), tmp_path, "g", settings)
    with Image.open(done.path) as image:
        assert image.mode == "RGB"
        wanted = (np.asarray(photo.convert("L")) / 255) ** 1.8
        shown = icc_samples.SRGB.values(wanted) * 255
        assert np.abs(np.asarray(image)[..., 1] - shown).mean() < 1
    kept = export_picture(keep("h.png", gray), tmp_path, "h", ExportSettings(format="tiff"))
    with Image.open(kept.path) as image:
        assert image.mode == "L"
        assert image.info["icc_profile"] == icc_samples.gray_profile(1.8)


def test_a_broken_profile_is_left_out_and_told(keep: Keep, tmp_path: Path) -> None:
    content = samples.saved(samples.quarters(), "PNG", icc_profile=b"nothing" * 40)
    settings = ExportSettings(format=ExportFormat.TIFF)
    done = export_picture(keep("v.png", content), tmp_path, "a", settings)
    assert raster.BAD_PROFILE in done.warnings
    with Image.open(done.path) as image:
        assert not image.info.get("icc_profile")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_new_pixels_stand_upright(keep: Keep, tmp_path: Path, kind: str, orientation: int) -> None:
    make = {
        "JPEG": samples.tagged_jpeg,
        "PNG": samples.tagged_png,
        "WEBP": samples.tagged_webp,
        "TIFF": samples.tagged_tiff,
    }[kind]
    photo = keep("v", make(samples.quarters(), orientation))
    other = ExportFormat.PNG if kind == "TIFF" else ExportFormat.TIFF
    done = export_picture(photo, tmp_path, "a", ExportSettings(format=other))
    from PIL import ImageOps

    with Image.open(photo) as image, Image.open(done.path) as after:
        upright = np.asarray(ImageOps.exif_transpose(image).convert("RGB")).astype(int)
        assert after.getexif().get(0x0112, 1) == 1
        assert np.abs(upright - np.asarray(after.convert("RGB"))).mean() < 1


def test_exiftool_finds_names_sizes_and_nothing_wrong(keep: Keep, tmp_path: Path) -> None:
    variant = keep("v.png", picture("RGB"))
    folder = tmp_path / "out"
    folder.mkdir()
    for format_ in FORMATS_WRITTEN:
        for colour in SPACES:
            settings = ExportSettings(format=format_, colour=colour)
            export_picture(variant, folder, f"{format_}-{colour}", settings)
    names = {
        ColourSpace.SRGB: icc_profiles.SRGB_NAME,
        ColourSpace.DISPLAY_P3: icc_profiles.P3_NAME,
        ColourSpace.ADOBE_RGB: icc_profiles.ADOBE_NAME,
    }
    tags = ["-ProfileDescription", "-ImageSize", "-Validate", "-Warning", "-Error"]
    command = ["exiftool", "-json", "-validate", *tags, str(folder)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert len(told) == len(FORMATS_WRITTEN) * len(SPACES)
    for one in told:
        colour = ColourSpace(Path(one["SourceFile"]).stem.partition("-")[2])
        assert one["ProfileDescription"] == names[colour]
        assert one["ImageSize"] == "60x40"
        assert "Error" not in one
        # Deflate came to TIFF after exiftool's list of EXIF's own.
        odd = one.get("Warning", "") == "Invalid value for IFD0 tag 0x0103 Compression"
        assert one["Validate"] == ("1 Warning" if odd else "OK"), one


FORMATS_WRITTEN = (ExportFormat.JPEG, ExportFormat.PNG, ExportFormat.WEBP, ExportFormat.TIFF)


@pytest.mark.parametrize("space", SPACES)
def test_our_profiles_are_the_published_spaces(space: ColourSpace) -> None:
    published, icc = SPACES[space]
    profile = ImageCms.ImageCmsProfile(BytesIO(icc))
    assert profile.profile.version == pytest.approx(2.4)
    assert len(icc) < 2600
    rows = icc_samples.patches()
    ours, theirs = (
        icc_samples.by_littlecms(rows, one).reshape(-1, 3) for one in (icc, published.profile())
    )
    assert icc_samples.far(ours, theirs).max() < 0.6
    # There and back is the same byte.
    back = icc_samples.by_littlecms(rows, icc, icc)
    assert np.abs(back.astype(int) - rows).max() <= 1
