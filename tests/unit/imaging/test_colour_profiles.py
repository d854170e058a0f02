"""Charts in many profiles come out of the loader as LittleCMS itself converts them: ΔE below 1."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
import simplejpeg
from PIL import Image

from phota_desktop.imaging import apart, colour, png_chunks, thumbnails
from phota_desktop.imaging import icc as profiles
from phota_desktop.imaging.display import SRGB, DisplayTarget, Intent
from phota_desktop.imaging.pixels import load_bgra
from phota_desktop.imaging.prepare import prepare
from tests.unit.imaging import icc_samples as made
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep

RGB = {
    "Display P3": made.DISPLAY_P3.profile(),
    "Adobe RGB": made.ADOBE_RGB.profile(),
    "ProPhoto RGB": made.PROPHOTO.profile(),
    "gamma 2.2": made.GAMMA_22.profile(),
    "linear P3": made.LINEAR.profile(),
    "tables": made.table_profile(made.PROPHOTO),
}
SCREENS = {
    "sRGB": (b"", made.SRGB),
    "wide monitor": (made.MONITOR.profile(), made.MONITOR),
    "monitor with tables": (made.table_profile(made.MONITOR), made.MONITOR),
}
BOUND = {"sRGB": 1.0, "wide monitor": 1.05, "monitor with tables": 1.0}
"""ΔE. LittleCMS gives one grey of Adobe RGB a tint there: a byte of green, which is 1.02."""
CHART = made.patches()


def shown(path: Path, target: DisplayTarget = SRGB) -> np.ndarray:
    """Load as the canvas does: R G B."""
    raster = load_bgra(path, 1, target)
    assert (raster.pixels[..., 3] == 255).all()
    return raster.pixels[..., 2::-1]


def png(values: np.ndarray, icc: bytes | None) -> bytes:
    return samples.saved(Image.fromarray(values), "PNG", icc_profile=icc)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", [*RGB, "none"])
@pytest.mark.parametrize("perceptual", [False, True])
def test_patches_are_as_littlecms_has_them(
    keep: Keep, name: str, screen: str, perceptual: bool
) -> None:
    icc = RGB.get(name, b"")
    monitor, space = SCREENS[screen]
    expected = made.by_littlecms(CHART, icc, monitor, perceptual=perceptual)
    intent = Intent.PERCEPTUAL if perceptual else Intent.RELATIVE
    target = DisplayTarget(monitor, intent)
    found = shown(keep("chart.png", png(CHART, icc or None)), target)
    far = made.far(found, expected, space)
    print(f"{name} → {screen}, {intent}: ΔE mean {far.mean():.3f}, most {far.max():.3f}")  # noqa: T201
    assert far.max() < BOUND[screen]


@pytest.mark.parametrize("name", ["Display P3", "Adobe RGB", "ProPhoto RGB"])
def test_a_jpeg_is_converted_as_well(keep: Keep, name: str) -> None:
    big = np.kron(CHART, np.ones((8, 8, 1), np.uint8))
    data = samples.saved(
        Image.fromarray(big), "JPEG", quality=95, subsampling=0, icc_profile=RGB[name]
    )
    path = keep("chart.jpg", data)
    for screen, (monitor, space) in SCREENS.items():
        expected = made.by_littlecms(simplejpeg.decode_jpeg(data, "RGB"), RGB[name], monitor)
        far = made.far(shown(path, DisplayTarget(monitor)), expected, space)
        assert far.max() < BOUND[screen]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("perceptual", [False, True])
def test_inks_are_as_littlecms_has_them(keep: Keep, screen: str, perceptual: bool) -> None:
    inks = np.concatenate([CHART, CHART[::-1, :, :1] // 2], axis=2)
    icc = made.cmyk_profile()
    path = keep("inks.tif", samples.saved(Image.fromarray(inks, "CMYK"), "TIFF", icc_profile=icc))
    monitor, space = SCREENS[screen]
    expected = made.by_littlecms(inks, icc, monitor, perceptual=perceptual)
    intent = Intent.PERCEPTUAL if perceptual else Intent.RELATIVE
    assert made.far(shown(path, DisplayTarget(monitor, intent)), expected, space).max() < 1


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("gamma", [1.8, 2.2])
def test_greys_are_as_littlecms_has_them(keep: Keep, screen: str, gamma: float) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(8, 32)
    icc = made.gray_profile(gamma)
    monitor, space = SCREENS[screen]
    path = keep("grey.png", png(ramp, icc))
    found = shown(path, DisplayTarget(monitor))
    assert made.far(found, made.by_littlecms(ramp, icc, monitor), space).max() < 1
    if screen != "monitor with tables":
        assert (found == found[..., :1]).all()


@pytest.mark.parametrize("screen", ["sRGB", "wide monitor"])
@pytest.mark.parametrize("space", ["DISPLAY_P3", "ADOBE_RGB", "PROPHOTO", "LINEAR"])
@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_all_of_16_bits_counts(keep: Keep, space: str, screen: str, suffix: str) -> None:
    """LittleCMS has only 8 bits here, so that the reference is the formulas themselves."""
    source: made.Space = getattr(made, space)
    monitor, target = SCREENS[screen]
    fine = np.random.default_rng(2).random((40, 50, 3)) ** 2
    values = np.round(fine * 65535).astype(np.uint16)
    path = keep(f"chart.{suffix}", wide_file(values, source.profile(), suffix))
    matrix = np.linalg.inv(target.to_xyz()) @ source.to_xyz()
    exact = target.values(np.clip(source.light(values / 65535) @ matrix.T, 0, 1)) * 255
    far = made.far(shown(path, DisplayTarget(monitor)), exact, target)
    assert far.max() < 1
    assert far.mean() < 0.25


def wide_file(values: np.ndarray, icc: bytes, suffix: str) -> bytes:
    """Write 16 bits a colour with a profile; Pillow itself cannot."""
    done, coded = cv2.imencode(f".{suffix}", values[..., ::-1])
    assert done
    if suffix == "png":
        chunk = b"A\0\0" + zlib.compress(icc)
        plain = coded.tobytes()
        return png_chunks.replace(plain, (), [(b"iCCP", chunk)])
    return with_tiff_profile(coded.tobytes(), icc)


def with_tiff_profile(data: bytes, icc: bytes) -> bytes:
    """Append a copy of the first directory that has the profile as well."""
    assert data[:4] == b"II*\0"
    at = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[at : at + 2], "little")
    rows = [data[at + 2 + 12 * n : at + 14 + 12 * n] for n in range(count)]
    data += bytes(len(data) & 1)
    place = len(data)
    rows.append(struct.pack("<HHII", 34675, 7, len(icc), place))
    rows.sort(key=lambda row: int.from_bytes(row[:2], "little"))
    data += icc + bytes(len(icc) & 1)
    directory = struct.pack("<H", len(rows)) + b"".join(rows) + bytes(4)
    return data[:4] + struct.pack("<I", len(data)) + data[8:] + directory


def test_grey_of_16_bits_keeps_its_shadows(keep: Keep) -> None:
    values = np.arange(0, 4096, 8, dtype=np.uint16).reshape(16, 32)
    image = Image.fromarray(values)
    path = keep("grey.tif", samples.saved(image, "TIFF", icc_profile=made.gray_profile(1.0)))
    expected = made.SRGB.values(values / 65535) * 255
    assert np.abs(shown(path)[..., 0] - expected).max() < 0.75


def test_greys_get_no_tint() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, 2)
    for name, icc in RGB.items():
        for screen in ("sRGB", "wide monitor"):
            done = colour.convert(ramp.copy(), "BGR", icc, DisplayTarget(SCREENS[screen][0]))
            assert done is not None
            assert name == "tables" or (done == done[..., :1]).all()


def test_a_wide_screen_shows_what_a_wide_photo_has(keep: Keep) -> None:
    """One step: by way of sRGB the green of Display P3 would be cut off."""
    green = np.full((4, 4, 3), (0, 255, 0), np.uint8)
    path = keep("green.png", png(green, made.DISPLAY_P3.profile()))
    same = shown(path, DisplayTarget(made.DISPLAY_P3.profile()))
    assert (same == green).all()
    to_monitor = shown(path, DisplayTarget(made.MONITOR.profile()))
    srgb = np.ascontiguousarray(shown(path)[..., ::-1])
    by_way = colour.convert(srgb, "BGR", b"", DisplayTarget(made.MONITOR.profile()))
    assert by_way is not None
    lost = made.far(to_monitor[:1, :1], by_way[:1, :1, ::-1], made.MONITOR)
    assert lost.min() > 2


def test_nothing_is_converted_where_both_are_srgb(
    keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(apart, "_is_here", True)
    monkeypatch.setattr(colour, "convert", never)
    for icc in (None, samples.srgb_profile(), made.SRGB.profile()):
        assert (shown(keep(f"{bool(icc)}.png", png(CHART, icc))) == CHART).all()


def test_transparency_stays_as_it_is(keep: Keep) -> None:
    alpha = np.arange(CHART[..., 0].size, dtype=np.uint32).reshape(CHART.shape[:2]) % 256
    four = np.dstack([CHART, alpha.astype(np.uint8)])
    path = keep("clear.png", png(four, made.DISPLAY_P3.profile()))
    raster = load_bgra(path, 1, DisplayTarget(made.MONITOR.profile()), keep_alpha=True)
    assert raster.has_alpha
    assert (raster.pixels[..., 3] == alpha).all()
    expected = made.by_littlecms(CHART, made.DISPLAY_P3.profile(), made.MONITOR.profile())
    premultiplied = np.round(expected * (alpha / 255)[..., None])
    assert np.abs(raster.pixels[..., 2::-1] - premultiplied).max() <= 2
    assert (raster.pixels[..., :3] <= raster.pixels[..., 3:]).all()


def test_uploads_and_thumbnails_go_to_srgb(keep: Keep, tmp_path: Path) -> None:
    green = np.full((64, 64, 3), (60, 200, 60), np.uint8)
    icc = made.ADOBE_RGB.profile()
    path = keep("green.png", png(green, icc))
    expected = made.by_littlecms(green, icc)
    sent = prepare(path, tmp_path / "sent").path
    small = keep("small.jpg", thumbnails.make(path, 64))
    for file in (sent, small):
        with Image.open(file) as image:
            apart = made.far(np.asarray(image.convert("RGB")), expected)
            assert apart.max() < 1.5  # JPEG


def test_profiles_know_their_names() -> None:
    assert profiles.name_of(made.SRGB.profile()) == "A"
    assert "sRGB" in profiles.name_of(samples.srgb_profile())
    with Image.open(BytesIO(png(CHART, made.SRGB.profile()))) as image:
        assert image.info["icc_profile"] == made.SRGB.profile()
    assert profiles.name_of(b"") == ""


@pytest.mark.parametrize("shrink", [1, 2, 4, 8])
def test_inks_of_a_jpeg_come_at_their_scale(keep: Keep, shrink: int) -> None:
    inks = np.kron(np.dstack([CHART, CHART[..., 0] // 3]), np.ones((16, 16, 1), np.uint8))
    icc = made.cmyk_profile()
    data = samples.saved(Image.fromarray(inks, "CMYK"), "JPEG", quality=95, icc_profile=icc)
    path = keep("inks.jpg", data)
    raster = load_bgra(path, shrink)  # type: ignore[arg-type]
    height, width = inks.shape[:2]
    assert (raster.height, raster.width) == (-(-height // shrink), -(-width // shrink))
    with Image.open(BytesIO(data)) as image:
        whole = made.by_littlecms(np.asarray(image), icc)
    step = 16 // shrink
    found = raster.pixels[step // 2 :: step, step // 2 :: step, 2::-1]
    assert np.median(made.far(found, whole[8::16, 8::16])) < 1
