"""Files that tell their colours without a profile: R03 of cameras, PNG's own chunks."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phota_desktop.imaging import jpeg_segments, png_chunks
from phota_desktop.imaging.pixels import load_bgra
from phota_desktop.imaging.prepare import prepare
from phota_desktop.imaging.reading import probe
from tests.unit.imaging import icc_samples as made
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep

CHART = made.patches()
SMALL = np.kron(CHART, np.ones((8, 8, 1), np.uint8))


def shown(path: Path) -> np.ndarray:
    return load_bgra(path).pixels[..., 2::-1]


def chunks(*extra: tuple[bytes, bytes]) -> bytes:
    return png_chunks.replace(samples.saved(Image.fromarray(CHART), "PNG"), (), list(extra))


def points(space: made.Space) -> bytes:
    values = [*space.white, *(v for point in space.primaries for v in point)]
    return struct.pack(">8I", *(round(v * 100000) for v in values))


def gamma(value: float) -> bytes:
    return struct.pack(">I", round(value * 100000))


def exif(index: bytes) -> bytes:
    """Write an EXIF block of a camera that says R98 (sRGB) or R03 (Adobe RGB)."""
    block = b"II*\0" + struct.pack("<I", 8)
    block += struct.pack("<HHHIII", 1, 0x8769, 4, 1, 26, 0)
    block += struct.pack("<HHHIII", 1, 0xA005, 4, 1, 44, 0)
    return block + struct.pack("<HHHI4sI", 1, 1, 2, 4, index + b"\0", 0)


def camera_jpeg(index: bytes) -> bytes:
    plain = samples.saved(Image.fromarray(SMALL), "JPEG", quality=95, subsampling=0)
    segment = (jpeg_segments.APP1, jpeg_segments.EXIF_ID + exif(index))
    return jpeg_segments.replace(plain, (), [segment])


def test_r03_of_a_camera_is_adobe_rgb(keep: Keep, tmp_path: Path) -> None:
    plain = shown(keep("r98.jpg", camera_jpeg(b"R98")))
    path = keep("r03.jpg", camera_jpeg(b"R03"))
    expected = made.by_littlecms(plain, made.ADOBE_RGB.profile())
    assert made.far(shown(path), expected).max() < 1.05
    assert not probe(path).is_srgb
    assert not probe(path).has_icc
    sent = prepare(path, tmp_path / "sent")
    assert "converted to sRGB" in sent.notes
    apart = made.far(shown(sent.path)[4::8, 4::8], expected[4::8, 4::8])
    assert np.median(apart) < 1


@pytest.mark.parametrize("damage", [lambda b: b[:50], lambda b: b[:30] + b"\xff" * 20 + b[50:]])
def test_a_broken_interoperability_says_nothing(
    keep: Keep, damage: Callable[[bytes], bytes]
) -> None:
    plain = samples.saved(Image.fromarray(SMALL), "JPEG", quality=95, subsampling=0)
    segment = (jpeg_segments.APP1, jpeg_segments.EXIF_ID + damage(exif(b"R03")))
    path = keep("broken.jpg", jpeg_segments.replace(plain, (), [segment]))
    assert (shown(path) == shown(keep("plain.jpg", plain))).all()


def test_png_tells_primaries_and_gamma(keep: Keep) -> None:
    wide = chunks((b"gAMA", gamma(256 / 563)), (b"cHRM", points(made.ADOBE_RGB)))
    expected = made.by_littlecms(CHART, made.ADOBE_RGB.profile())
    assert made.far(shown(keep("adobe.png", wide)), expected).max() < 1.05
    linear = made.Space(made.SRGB.primaries, made.D65, (0, 1.0))
    expected = made.by_littlecms(CHART, linear.profile())
    assert made.far(shown(keep("linear.png", chunks((b"gAMA", gamma(1))))), expected).max() < 1.05


def test_png_tells_coded_points(keep: Keep) -> None:
    path = keep("p3.png", chunks((b"cICP", b"\x0c\x0d\0\1")))
    expected = made.by_littlecms(CHART, made.DISPLAY_P3.profile())
    assert made.far(shown(path), expected).max() < 1


@pytest.mark.parametrize(
    "extra",
    [
        [(b"sRGB", b"\0"), (b"gAMA", gamma(1))],
        [(b"gAMA", gamma(0.45455))],
        [(b"gAMA", gamma(0.45455)), (b"cHRM", points(made.SRGB))],
        [(b"cICP", b"\x01\x0d\0\1")],
        [(b"cICP", b"\x09\x10\0\1")],
        [(b"cICP", b"\x09")],
        [(b"gAMA", bytes(4))],
        [(b"cHRM", bytes(32))],
        [(b"cHRM", points(made.SRGB)[:8] * 4)],
    ],
)
def test_what_means_srgb_or_nothing_changes_nothing(
    keep: Keep, extra: list[tuple[bytes, bytes]]
) -> None:
    path = keep("same.png", chunks(*extra))
    assert (shown(path) == CHART).all()
