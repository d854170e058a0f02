"""Goals 3 and 4: what opening a JPEG costs beyond the bare libjpeg-turbo decode."""

from __future__ import annotations

import ctypes
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import simplejpeg
from PIL import Image

from phota_desktop.imaging import pixels, shared
from phota_desktop.imaging.jpeg_segments import APP1, EXIF_ID, replace
from phota_desktop.imaging.reading import check_result
from tests.benchmarks.measure import interleaved, median, peak_rss_mb, ratio, table
from tests.benchmarks.pictures import SIZES, camera_jpeg

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="phota-bench-"))
    yield path
    shutil.rmtree(path)


def bare(path: Path, shrink: int, buffer: np.ndarray | None = None) -> Callable[[], object]:
    """Return the reference: read the file, one call into libjpeg-turbo."""
    height, width = simplejpeg.decode_jpeg_header(path.read_bytes())[:2]

    def run() -> object:
        return simplejpeg.decode_jpeg(
            path.read_bytes(),
            "BGRA",
            min_height=-(-height // shrink),
            min_width=-(-width // shrink),
            buffer=buffer,
        )

    return run


@pytest.mark.parametrize("name", SIZES)
def test_fit_preview(folder: Path, name: str) -> None:
    path = camera_jpeg(folder, name)
    shrink = 4 if name == "100 MP" else 2
    with_preview = folder / "preview.jpg"
    raster = pixels.load_bgra(path, 8)
    shape = (160, round(160 * raster.full_height / raster.full_width))
    small = simplejpeg.encode_jpeg(cv2.resize(raster.pixels, shape), 85, "BGRA", "420")
    with_preview.write_bytes(replace(path.read_bytes(), (), [(APP1, EXIF_ID + exif_with(small))]))
    # As the canvas does it: into memory that is used again (viewmodels/buffers.py).
    buffer = shared.allocate(raster.full_width * raster.full_height * 4)
    times = interleaved(
        {
            "bare": bare(path, shrink),
            "ours": lambda: pixels.load_bgra(path, shrink, buffer=buffer),  # type: ignore[arg-type]
            "embedded": lambda: pixels.embedded_preview(with_preview),
        },
        repeats=9,
    )
    assert pixels.embedded_preview(with_preview) is not None
    share = ratio(times["ours"], times["bare"])
    glance = ratio(times["embedded"], times["bare"])
    table(
        f"fit preview of {name} at 1/{shrink}",
        [
            ("way", "ms", "× bare"),
            ("bare libjpeg-turbo", median(times["bare"]), 1.0),
            ("ours", median(times["ours"]), share),
            ("embedded preview", median(times["embedded"]), glance),
        ],
    )
    assert share <= 1.10
    assert glance <= 0.1


def exif_with(thumbnail: bytes) -> bytes:
    """Write the smallest EXIF block that holds a thumbnail."""
    head = b"II*\x00\x08\x00\x00\x00" + b"\x00\x00" + (14).to_bytes(4, "little")
    rows = (2).to_bytes(2, "little")
    for tag, value in ((0x0201, 14 + 2 + 24 + 4), (0x0202, len(thumbnail))):
        rows += (
            tag.to_bytes(2, "little") + b"\x04\x00\x01\x00\x00\x00" + value.to_bytes(4, "little")
        )
    return head + rows + bytes(4) + thumbnail


@pytest.mark.parametrize("name", SIZES)
def test_full_resolution(folder: Path, name: str) -> None:
    path = camera_jpeg(folder, name)
    width, height = SIZES[name]
    small = folder / "small.jpg"
    small.write_bytes(simplejpeg.encode_jpeg(np.zeros((400, 600, 3), np.uint8), 90))

    def warm() -> None:
        pixels.load_bgra(small)
        # Freed memory that the heap still holds would hide what is used.
        ctypes.CDLL(None).malloc_trim(0)

    memory = peak_rss_mb(lambda: pixels.load_bgra(path), warm)
    # Both fill the same memory, already there: the canvas keeps its largest buffer.
    buffer = shared.allocate(width * height * 4)
    buffer[:] = 1
    times = interleaved(
        {
            "bare": bare(path, 1, buffer),
            "ours": lambda: pixels.load_bgra(path, buffer=buffer),
        },
        repeats=9,
    )
    share = ratio(times["ours"], times["bare"])
    raster = width * height * 4 / 1e6
    table(
        f"full resolution of {name}",
        [
            ("way", "ms", "× bare", "peak MB", "× raster"),
            ("bare libjpeg-turbo", median(times["bare"]), 1.0),
            ("ours", median(times["ours"]), share, memory, memory / raster),
        ],
    )
    assert share <= 1.05
    assert memory <= 1.1 * raster


def test_checking_a_delivered_4k_jpeg(folder: Path) -> None:
    path = folder / "4k.jpg"
    with Image.open(camera_jpeg(folder, "24 MP")) as image:
        image.resize((4096, 4096)).save(path, "JPEG", quality=92)
    times = interleaved({"check_result": lambda: check_result(path)}, repeats=5)
    size = path.stat().st_size / 1e6
    table(
        f"check of a 4096² JPEG ({size:.1f} MB)",
        [("", "ms"), *((k, median(v)) for k, v in times.items())],
    )
    assert median(times["check_result"]) < 120


if __name__ == "__main__":
    raise SystemExit(pytest.main([__file__, "-q", "-s", "-m", "benchmark"]))
