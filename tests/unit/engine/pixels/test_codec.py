"""Decoding to upright sRGB and encoding with a tag, on real bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from phota_desktop.engine import codec


def written(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def picture() -> Image.Image:
    ramp = np.linspace(0, 255, 60, dtype=np.uint8)
    across, down = np.meshgrid(ramp, ramp[:40])
    return Image.fromarray(np.dstack([across, down, 255 - across]).astype(np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_reads(picture: Image.Image, kind: str) -> None:
    decoded = codec.decode(written(picture, kind))
    assert decoded.rgb.shape == (40, 60, 3)
    assert not decoded.had_profile
    assert np.abs(decoded.rgb.astype(int) - np.asarray(picture)).mean() < 12
    decoded.rgb[0, 0] = 1


def test_turns_upright(picture: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = codec.decode(written(picture, "JPEG", exif=exif, quality=95)).rgb
    assert turned.shape == (60, 40, 3)
    upright = np.rot90(np.asarray(picture), -1)
    assert np.abs(turned.astype(int) - upright).mean() < 8


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "RGBA"])
def test_other_kinds_of_pixels(picture: Image.Image, mode: str) -> None:
    if mode == "I;16":
        deep = np.asarray(picture.convert("L")).astype(np.uint16) * 257
        data = written(Image.fromarray(deep), "PNG")
    else:
        data = written(picture.convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    rgb = codec.decode(data).rgb
    assert rgb.shape == (40, 60, 3)
    assert abs(rgb.mean() - np.asarray(picture.convert("RGB")).mean()) < 25


def test_alpha_lies_on_white(picture: Image.Image) -> None:
    picture.putalpha(0)
    assert codec.decode(written(picture, "PNG")).rgb.min() == 255


def test_profiles_are_converted(picture: Image.Image) -> None:
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = codec.decode(written(picture, "PNG", icc_profile=srgb))
    assert same.had_profile
    assert np.abs(same.rgb.astype(int) - np.asarray(picture)).max() <= 2
    for profile in (swapped, b"no profile"):
        assert codec.decode(written(picture, "PNG", icc_profile=profile)).rgb.shape == (40, 60, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damage_is_a_sentence(picture: Image.Image, kind: str) -> None:
    data = written(picture, kind)
    for broken in (b"", b"hello", data[:20], data[: len(data) // 2]):
        with pytest.raises(ValueError, match=r"picture .*\.$"):
            codec.decode(broken)


def test_too_many_pixels_are_refused(picture: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MOST_PIXELS", 2000)
    with pytest.raises(codec.UndecodableError, match="megapixels"):
        codec.decode(written(picture, "PNG"))


@pytest.mark.parametrize("output_format", ["jpg", "png"])
def test_writes_tagged_pictures(picture: Image.Image, output_format: str) -> None:
    rgb = np.asarray(picture)[:, ::-1]
    data = codec.encode(rgb, output_format)
    assert data == codec.encode(rgb, output_format)
    with Image.open(io.BytesIO(data)) as again:
        assert again.format == {"jpg": "JPEG", "png": "PNG"}[output_format]
        assert "icc_profile" in again.info or again.info.get("srgb") == 0
    decoded = codec.decode(data).rgb
    assert np.abs(decoded.astype(int) - rgb).mean() < (3 if output_format == "jpg" else 0.01)


def test_other_formats_are_refused(picture: Image.Image) -> None:
    with pytest.raises(ValueError, match="tiff"):
        codec.encode(np.asarray(picture), "tiff")
