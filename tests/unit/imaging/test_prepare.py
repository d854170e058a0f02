"""What is sent: untouched where possible, never private, never larger, close to the original."""

from __future__ import annotations

import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.prepare import prepare
from phota_desktop.imaging.problems import BadImage, BadImageError
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep

PRIVATE = ("GPS", "Serial", "Owner", "Artist", "Region", "Thumbnail", "XMP", "IPTC", "Maker", "MPF")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_allowed_file_goes_as_it_is(keep: Keep, tmp_path: Path, kind: str) -> None:
    content = samples.saved(samples.photo(), kind, icc_profile=samples.srgb_profile())
    ready = prepare(keep("photo", content), tmp_path / "job.1-0")
    assert ready.identical
    assert ready.notes == ()
    assert ready.path.name == f"job.1-0.{ready.format.value}"
    assert ready.path.read_bytes() == content
    assert ready.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("make", [samples.tagged_jpeg, samples.tagged_png, samples.tagged_webp])
def test_private_metadata_is_cut_and_pixels_stay(keep: Keep, tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    content = make(samples.photo())
    ready = prepare(keep("photo", content), tmp_path / "out")
    assert not ready.identical
    assert ready.notes == ("metadata removed",)
    sent = ready.path.read_bytes()
    assert samples.SECRET not in sent
    with Image.open(BytesIO(content)) as before, Image.open(BytesIO(sent)) as after:
        assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("make", [samples.tagged_jpeg, samples.tagged_png, samples.tagged_webp])
@pytest.mark.parametrize("orientation", [1, 8])
def test_exiftool_finds_nothing_private(
    keep: Keep,
    tmp_path: Path,
    make,
    orientation: int,  # type: ignore[no-untyped-def]
) -> None:
    judge = shutil.which("exiftool")
    if judge is None:
        pytest.skip("exiftool is not installed, so there is no outside judge")
    ready = prepare(keep("photo", make(samples.photo(), orientation)), tmp_path / "out")
    told = subprocess.run(
        [judge, "-j", "-G1", "-a", "-u", str(ready.path)], capture_output=True, check=True
    )
    tags = json.loads(told.stdout)[0]
    assert not [tag for tag in tags if any(word in tag for word in PRIVATE)], tags
    assert not [tag for tag in tags if tag.startswith(("IFD", "ExifIFD"))], tags


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    error = ((a.astype(float) - b.astype(float)) ** 2).mean()
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


@pytest.mark.parametrize("size", [(1000, 700), (700, 1000), (641, 333)])
def test_large_photos_are_reduced_well(keep: Keep, tmp_path: Path, size: tuple[int, int]) -> None:
    image = samples.photo(640).resize(size, Image.Resampling.BICUBIC)
    content = samples.saved(image, "JPEG", quality=95)
    ready = prepare(keep("photo.jpg", content), tmp_path / "out", max_side=400)
    assert max(ready.width, ready.height) == 400
    assert f"reduced to {ready.width} × {ready.height}" in ready.notes
    with Image.open(BytesIO(content)) as full, Image.open(ready.path) as sent:
        exact = full.resize(sent.size, Image.Resampling.LANCZOS)
        assert psnr(np.asarray(exact), np.asarray(sent)) > 30


def test_wide_colours_become_srgb(keep: Keep, tmp_path: Path) -> None:
    profile = samples.wide_profile()
    content = samples.saved(samples.quarters(), "PNG", icc_profile=profile)
    ready = prepare(keep("a.png", content), tmp_path / "out")
    assert "converted to sRGB" in ready.notes
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        "RGB",
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    expected = np.asarray(transform.apply(samples.quarters()))
    with Image.open(ready.path) as image:
        assert image.info.get("icc_profile") is None
        got = np.asarray(image.convert("RGB"))
    assert np.abs(got.astype(int) - expected).max() <= 12
    assert np.abs(got.astype(int) - np.asarray(samples.quarters())).max() > 8


def sixteen_bits() -> bytes:
    gray = np.asarray(samples.photo(80).convert("L")).astype(np.uint16) * 257
    return samples.saved(Image.fromarray(gray), "PNG")


ODD = {
    "cmyk.jpg": lambda: samples.saved(samples.photo(80).convert("CMYK"), "JPEG"),
    "rgb.tif": lambda: samples.saved(samples.photo(80), "TIFF", compression="tiff_lzw"),
    "gray16.png": sixteen_bits,
    "bilevel.bmp": lambda: samples.saved(samples.photo(80).convert("1"), "BMP"),
    "palette.gif": lambda: samples.saved(
        samples.photo(80), "GIF", save_all=True, append_images=[samples.quarters(80, 53)]
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_other_kinds_become_jpeg(keep: Keep, tmp_path: Path, name: str) -> None:
    ready = prepare(keep(name, ODD[name]()), tmp_path / "out")
    assert ready.format == PhotoFormat.JPEG
    assert (ready.width, ready.height) == samples.photo(80).size
    expected = samples.photo(80)
    if name.startswith(("gray", "bilevel")):
        expected = expected.convert("L" if name.startswith("gray") else "1").convert("RGB")
    with Image.open(ready.path) as image:
        assert psnr(np.asarray(image.convert("RGB")), np.asarray(expected)) > 24
    if name == "palette.gif":
        assert "first frame only" in ready.notes


@pytest.mark.parametrize("mode", ["L", "P", "LA", "1"])
def test_gray_and_palette_pngs_pass(keep: Keep, tmp_path: Path, mode: str) -> None:
    content = samples.saved(samples.photo(80).convert(mode), "PNG")
    assert prepare(keep("a.png", content), tmp_path / "out").identical


def test_gray_jpeg_is_reduced_too(keep: Keep, tmp_path: Path) -> None:
    content = samples.saved(samples.photo(300).convert("L"), "JPEG")
    ready = prepare(keep("a.jpg", content), tmp_path / "out", max_side=150)
    with Image.open(ready.path) as image:
        assert image.size == (150, 100)


def see_through(side: int) -> Image.Image:
    image = samples.photo(side).convert("RGBA")
    image.paste((10, 20, 30, 0), (0, 0, side // 2, side // 2))
    return image


def test_transparency_stays_or_goes_on_white(keep: Keep, tmp_path: Path) -> None:
    small = samples.saved(see_through(100), "TIFF")
    ready = prepare(keep("a.tif", small), tmp_path / "a")
    assert ready.format == PhotoFormat.PNG
    with Image.open(ready.path) as image:
        assert image.tobytes() == see_through(100).tobytes()
    large = samples.saved(see_through(100), "PNG")
    ready = prepare(keep("b.png", large), tmp_path / "b", max_side=64)
    assert ready.format == PhotoFormat.JPEG
    assert "transparency put on white" in ready.notes
    with Image.open(ready.path) as image:
        assert min(image.getpixel((4, 4))) > 245  # type: ignore[type-var, arg-type]


def test_a_broken_photo_is_found_before_it_is_paid_for(keep: Keep, tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        content = samples.saved(samples.photo(), kind)
        with pytest.raises(BadImageError) as caught:
            prepare(keep(f"cut.{kind}", content[: len(content) // 2]), tmp_path / "out")
        assert caught.value.reason in (BadImage.TRUNCATED, BadImage.DAMAGED)
    assert not list(tmp_path.glob("out*"))


def test_a_broken_profile_is_no_hindrance(keep: Keep, tmp_path: Path) -> None:
    content = samples.saved(samples.photo(), "JPEG", icc_profile=b"rubbish" * 40)
    ready = prepare(keep("a.jpg", content), tmp_path / "out")
    assert "colour profile not usable, taken as sRGB" in ready.notes


def test_a_folder_that_cannot_be_written_is_a_disk_error(keep: Keep, tmp_path: Path) -> None:
    path = keep("a.jpg", samples.saved(samples.photo(50), "JPEG"))
    with pytest.raises(PhotaError) as caught:
        prepare(path, tmp_path / "missing" / "out")
    assert caught.value.kind == ErrorKind.DISK
