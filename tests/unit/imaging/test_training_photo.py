"""Training photos: upright, small enough, sRGB, and nothing but a picture in them."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from phota_desktop.imaging.training_photo import TrainingPhoto, prepare_training_photo
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep

MAKERS = {
    "jpg": samples.tagged_jpeg,
    "png": samples.tagged_png,
    "webp": samples.tagged_webp,
    "tif": samples.tagged_tiff,
}


def opened(photo: TrainingPhoto) -> np.ndarray:
    """Decode what was made, having seen that it is a bare JPEG and what is told of it is true."""
    assert hashlib.sha256(photo.content).hexdigest() == photo.sha256
    assert samples.SECRET not in photo.content
    with Image.open(BytesIO(photo.content)) as image:
        assert (image.format, image.mode) in (("JPEG", "RGB"), ("JPEG", "L"))
        assert image.size == (photo.width, photo.height)
        assert set(image.info) <= {
            *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"),
            *("progressive", "progression", "adobe", "adobe_transform"),
        }
        return np.asarray(image.convert("RGB")).astype(int)


def furthest(a: np.ndarray, b: np.ndarray) -> int:
    assert a.shape == b.shape
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_stands_upright(keep: Keep, kind: str, orientation: int) -> None:
    content = MAKERS[kind](samples.quarters(160, 120), orientation)
    with Image.open(BytesIO(content)) as image:
        image.load()  # Pillow turns a TIFF while loading
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    made = opened(prepare_training_photo(keep(f"a.{kind}", content)))
    assert furthest(made, expected) <= 8


def test_a_jpeg_that_may_stay_keeps_its_coded_pixels(keep: Keep) -> None:
    plain = samples.saved(samples.photo(), "JPEG", quality=88)
    profile = samples.srgb_profile()
    tagged = samples.tagged_jpeg(samples.photo(), quality=88, subsampling=2, icc_profile=profile)
    scan = plain[plain.index(b"\xff\xda") :]
    for n, content in enumerate((plain, tagged)):
        photo = prepare_training_photo(keep(f"{n}.jpg", content))
        opened(photo)
        assert photo.content.endswith(scan)
        assert b"ICC_PROFILE" not in photo.content


@pytest.mark.parametrize("size", [(5000, 3000), (3000, 5000), (4097, 10)])
def test_the_long_side_is_at_most_4096(keep: Keep, size: tuple[int, int]) -> None:
    content = samples.saved(samples.photo(640).resize(size), "JPEG")
    photo = prepare_training_photo(keep("a.jpg", content))
    assert max(photo.width, photo.height) == 4096
    assert abs(photo.width * size[1] - photo.height * size[0]) <= max(size)
    opened(photo)


def by_profile(image: Image.Image, profile: bytes) -> np.ndarray:
    """Convert with LittleCMS, as the reference."""
    done = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert done is not None
    return np.asarray(done)


@pytest.mark.parametrize("profile", [samples.wide_profile(), samples.adobe_profile()])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_wide_colours_become_srgb(keep: Keep, profile: bytes, kind: str) -> None:
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    content = samples.saved(samples.quarters(), kind, icc_profile=profile, **options)
    made = opened(prepare_training_photo(keep("a", content)))
    expected = by_profile(samples.quarters(), profile)
    assert furthest(made[4:20, 4:20], expected[4:20, 4:20]) <= 4
    assert furthest(expected, np.asarray(samples.quarters())) > 8


def test_cmyk_gray_and_sixteen_bits_become_what_they_look_like(keep: Keep) -> None:
    colours, gray = samples.quarters(), samples.quarters().convert("L")
    wide = Image.fromarray(np.asarray(gray).astype(np.uint16) * 257)
    expected = {
        "cmyk.jpg": (samples.saved(colours.convert("CMYK"), "JPEG", quality=98), colours),
        "gray.jpg": (samples.saved(gray, "JPEG", quality=98), gray),
        "gray.tif": (samples.saved(gray, "TIFF"), gray),
        "wide.png": (samples.saved(wide, "PNG"), gray),
        "wide.tif": (samples.saved(wide, "TIFF"), gray),
        "palette.gif": (samples.saved(colours, "GIF"), colours),
    }
    for name, (content, image) in expected.items():
        made = opened(prepare_training_photo(keep(name, content)))
        flat = np.asarray(image.convert("RGB"))
        for y, x in ((8, 8), (8, 50), (40, 8), (40, 50)):
            assert furthest(made[y, x], flat[y, x]) <= 6, name


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_what_is_transparent_becomes_white(keep: Keep, kind: str) -> None:
    image = samples.quarters().convert("RGBA")
    image.paste((10, 20, 30, 0), (0, 0, 32, 24))
    image.paste((255, 0, 0, 128), (32, 24, 64, 48))
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    made = opened(prepare_training_photo(keep("a", samples.saved(image, kind, **options))))
    assert made[4:20, 4:28].min() >= 252
    assert furthest(made[36, 48], np.array((255, 127, 127))) <= 4


def test_the_same_photo_gives_the_same_bytes(keep: Keep, tmp_path: Path) -> None:
    path = keep("a.png", samples.tagged_png(samples.photo(), 6))
    assert prepare_training_photo(path) == prepare_training_photo(path)
