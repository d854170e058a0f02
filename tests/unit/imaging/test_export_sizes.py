"""Sizes in pixels and bytes: light is kept, edges stay clean, no file is larger than asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.exporting import (
    ColourSpace,
    ExportFormat,
    ExportSettings,
    Resize,
    Sharpening,
)
from phota_desktop.imaging import delta_e, resizing, target_size
from phota_desktop.imaging.export import POOR, export_picture
from phota_desktop.imaging.raster import Raster
from phota_desktop.imaging.sharpening import sharpened
from tests.unit.imaging import icc_samples, samples
from tests.unit.imaging.conftest import Keep

sides = st.integers(1, 40_000)


@given(
    width=sides,
    height=sides,
    wish=st.one_of(
        st.builds(Resize, long_side=st.integers(1, 32_767), enlarge=st.booleans()),
        st.builds(Resize, width=st.integers(1, 32_767), enlarge=st.booleans()),
        st.builds(
            Resize, width=st.integers(1, 9000), height=st.integers(1, 9000), enlarge=st.booleans()
        ),
        st.builds(Resize, megapixels=st.floats(0.001, 150), enlarge=st.booleans()),
    ),
)
@settings(max_examples=200, deadline=None)
def test_sizes_are_within_what_is_asked(width: int, height: int, wish: Resize) -> None:
    assert wish.problems() == []
    new = wish.size(width, height)
    assert min(new) >= 1
    if not wish.enlarge:
        assert new[0] <= width
        assert new[1] <= height
    if new != (width, height):
        assert max(new) <= 32_767
        assert wish.long_side is None or max(new) <= max(wish.long_side, 1)
        assert wish.width is None or new[0] <= wish.width
        assert wish.height is None or new[1] <= wish.height
        if min(new) > 50:
            assert new[0] / new[1] == pytest.approx(width / height, rel=0.02)


@pytest.mark.parametrize(
    "wish",
    [
        Resize(),
        Resize(long_side=0),
        Resize(long_side=40_000),
        Resize(megapixels=0),
        Resize(megapixels=float("nan")),
        Resize(long_side=9, megapixels=1),
        Resize(long_side=9, width=9),
    ],
)
def test_sizes_that_cannot_be(wish: Resize) -> None:
    assert wish.problems()
    assert ExportSettings(resize=wish).problems()


def test_reducing_keeps_the_light_of_fine_patterns() -> None:
    board = (np.indices((128, 128)).sum(0) % 2 * 255).astype(np.uint8)
    for pixels in (board, np.stack([board] * 3, -1), np.stack([board] * 3, -1).astype(np.uint16)):
        scale = 1 if pixels.dtype == np.uint8 else 257
        made = resizing.resized(Raster(pixels * pixels.dtype.type(scale)), (32, 32)).pixels
        # Half the light: 188 in sRGB, not 128.
        assert np.abs(made[4:-4, 4:-4].astype(int) / scale - 188).max() <= 1.5


def test_reducing_a_photograph_is_near_the_mean_of_light() -> None:
    photo = np.asarray(samples.photo(640))[:424, :, ::-1]
    made = resizing.resized(Raster(np.ascontiguousarray(photo)), (160, 106)).pixels
    light = icc_samples.SRGB.light(photo / 255).reshape(106, 4, 160, 4, 3).mean((1, 3))
    truth = np.round(icc_samples.SRGB.values(light) * 255).astype(np.uint8)
    apart = delta_e.lab(made)[..., 0] - delta_e.lab(truth)[..., 0]
    assert abs(float(apart.mean())) < 0.4


def test_bands_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = np.ascontiguousarray(np.asarray(samples.photo(400))[..., ::-1])
    for size in ((133, 88), (399, 266), (900, 600)):
        monkeypatch.setattr(resizing, "_BAND_BYTES", 1 << 40)
        whole = resizing.resized(Raster(photo), size).pixels
        monkeypatch.setattr(resizing, "_BAND_BYTES", 4 * 400 * 20)
        bands = resizing.resized(Raster(photo), size).pixels
        assert np.abs(whole.astype(int) - bands).max() <= 1


def test_transparent_colours_do_not_bleed() -> None:
    pixels = np.zeros((80, 80, 4), np.uint8)
    pixels[..., 1] = 255  # green where nothing is seen
    pixels[:, 40:] = (0, 0, 255, 255)
    made = resizing.resized(Raster(pixels), (21, 21)).pixels
    seen = made[..., 3] > 8
    assert made[seen][:, 1].max() <= 12
    assert made[seen][:, 2].min() >= 243


def test_enlarging_keeps_flat_colours_and_both_ends() -> None:
    photo = np.ascontiguousarray(np.asarray(samples.quarters())[..., ::-1])
    made = resizing.resized(Raster(photo), (150, 111)).pixels
    assert made.shape == (111, 150, 3)
    assert np.array_equal(made[3, 3], photo[0, 0])
    assert np.array_equal(made[-4, -4], photo[-1, -1])


@pytest.mark.parametrize("strength", [Sharpening.LOW, Sharpening.MEDIUM, Sharpening.HIGH])
def test_sharpening_raises_contrast_without_new_hues_or_noise(strength: Sharpening) -> None:
    photo = np.ascontiguousarray(np.asarray(samples.photo(400))[..., ::-1])
    made = sharpened(Raster(photo), strength).pixels
    luma = (0.0722, 0.7152, 0.2126)
    assert np.diff(made @ luma).std() > 1.05 * np.diff(photo @ luma).std()
    inside = ((made > 0) & (made < 255)).all(-1)
    shift = (made.astype(int) - photo)[inside]
    assert np.ptp(shift, axis=1).max() <= 1
    limit = 0.19 if strength == Sharpening.HIGH else 0.13
    assert np.abs(shift).max() <= limit * 255
    # What is all but flat stays.
    quiet = np.full((64, 64, 3), 120, np.uint8)
    quiet[::2] += 1
    assert np.array_equal(sharpened(Raster(quiet), strength).pixels, quiet)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_sharpening_keeps_alpha_and_joins_its_strips(kind: type) -> None:
    photo = np.asarray(samples.photo(640).convert("RGBA"))[..., [2, 1, 0, 3]].astype(kind)
    tall = np.ascontiguousarray(np.concatenate([photo, photo]))
    tall[..., 3] = np.arange(len(tall))[:, None] % 200
    made = sharpened(Raster(tall), Sharpening.HIGH).pixels
    assert np.array_equal(made[..., 3], tall[..., 3])
    part = sharpened(Raster(np.ascontiguousarray(tall[200:400])), Sharpening.HIGH).pixels
    assert np.array_equal(made[220:380], part[20:180])
    assert sharpened(Raster(tall), Sharpening.NONE).pixels is tall


@given(
    quality=st.integers(1, 100),
    sizes=st.lists(st.integers(1, 5000), min_size=100, max_size=100).map(sorted),
    most=st.integers(1, 5000),
)
@settings(max_examples=200, deadline=None)
def test_the_best_quality_is_found_in_eight_tries(
    quality: int, sizes: list[int], most: int
) -> None:
    tries = []

    def encode(at: int) -> bytes:
        tries.append(at)
        return bytes(sizes[at - 1])

    fitting = [
        n
        for n in range(min(target_size.LEAST_QUALITY, quality), quality + 1)
        if sizes[n - 1] <= most
    ]
    if fitting:
        content, found = target_size.best_within(encode, quality, most)
        assert found == max(fitting)
        assert len(content) <= most
    else:
        with pytest.raises(PhotaError) as caught:
            target_size.best_within(encode, quality, most)
        assert caught.value.kind == ErrorKind.INVALID
    assert len(tries) <= target_size.MOST_TRIES


@pytest.mark.parametrize("format_", [ExportFormat.JPEG, ExportFormat.WEBP])
@pytest.mark.parametrize("most", [20_000, 40_000, 80_000])
def test_files_are_never_larger_than_asked(
    keep: Keep, tmp_path: Path, format_: ExportFormat, most: int
) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo()))
    picture = keep("v.png", samples.saved(samples.photo(640), "PNG"))
    asked = ExportSettings(format=format_, target_bytes=most, colour=ColourSpace.DISPLAY_P3)
    done = export_picture(picture, tmp_path, "a", asked, original=original)
    size = done.path.stat().st_size
    assert done.bytes == size <= most
    assert done.quality is not None
    # One more step of quality would be too much, or there is none.
    assert size > 0.8 * most or done.quality == asked.quality
    poor = any(warning.startswith(POOR[:18]) for warning in done.warnings)
    assert poor == (done.quality < 60)
    with Image.open(done.path) as image:
        image.load()
        assert image.getexif()[0x010F] == "Phota Test"


def test_a_file_that_fits_stays_as_it_is_and_one_too_large_is_coded_anew(
    keep: Keep, tmp_path: Path
) -> None:
    content = samples.saved(samples.photo(300), "JPEG", quality=95)
    picture = keep("v.jpg", content)
    fits = ExportSettings(target_bytes=len(content))
    assert export_picture(picture, tmp_path, "a", fits).copied_as_is
    smaller = ExportSettings(target_bytes=len(content) - 1)
    done = export_picture(picture, tmp_path, "b", smaller)
    assert not done.same_pixels
    assert done.bytes < len(content)


def test_what_cannot_fit_is_said_with_a_way_out(keep: Keep, tmp_path: Path) -> None:
    picture = keep("v.png", samples.saved(samples.photo(640), "PNG"))
    folder = tmp_path / "out"
    folder.mkdir()
    for format_ in (ExportFormat.JPEG, ExportFormat.WEBP):
        with pytest.raises(PhotaError) as caught:
            export_picture(picture, folder, "a", ExportSettings(format=format_, target_bytes=1_200))
        assert caught.value.kind == ErrorKind.INVALID
        assert caught.value.hint
    assert list(folder.iterdir()) == []
    # A PNG has no quality: it is written, and told.
    done = export_picture(picture, folder, "a", ExportSettings(target_bytes=5_000))
    assert done.copied_as_is
    assert any("PNG has no quality" in warning for warning in done.warnings)


def test_everything_at_once(keep: Keep, tmp_path: Path) -> None:
    variant = keep("v.png", samples.saved(samples.photo(640).convert("RGBA"), "PNG"))
    asked = ExportSettings(
        format=ExportFormat.JPEG,
        resize=Resize(width=300, height=150),
        colour=ColourSpace.ADOBE_RGB,
        sharpening=Sharpening.MEDIUM,
        target_bytes=30_000,
    )
    done = export_picture(variant, tmp_path, "a", asked)
    with Image.open(done.path) as image:
        assert image.size == (225, 150)
        assert done.bytes <= 30_000


def test_webp_says_when_a_side_is_too_long(keep: Keep, tmp_path: Path) -> None:
    strip = keep("v.png", samples.saved(Image.new("RGB", (17_000, 4)), "PNG"))
    with pytest.raises(PhotaError) as caught:
        export_picture(strip, tmp_path, "a", ExportSettings(format=ExportFormat.WEBP))
    assert "16,383" in caught.value.message
