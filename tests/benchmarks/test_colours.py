"""What a profile costs at 45 MP beyond the sRGB path: time and memory, every kind of profile."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from phota_desktop.imaging import pixels
from phota_desktop.imaging.display import SRGB, DisplayTarget
from phota_desktop.imaging.jpeg_segments import APP2, ICC_ID, replace
from tests.benchmarks.measure import interleaved, median, peak_rss_mb, ratio, table
from tests.benchmarks.pictures import camera_jpeg
from tests.unit.imaging import icc_samples as made

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

MONITOR = DisplayTarget(made.MONITOR.profile())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="phota-bench-"))
    yield path
    shutil.rmtree(path)


def with_profile(path: Path, name: str, icc: bytes) -> Path:
    """Copy a JPEG with this profile."""
    copy = path.with_name(f"{name}.jpg")
    pieces = [icc[at : at + 65_000] for at in range(0, len(icc), 65_000)]
    segments = [
        (APP2, ICC_ID + bytes((n + 1, len(pieces))) + piece) for n, piece in enumerate(pieces)
    ]
    copy.write_bytes(replace(path.read_bytes(), (), segments))
    return copy


def inks(path: Path, icc: bytes) -> Path:
    """Write the picture again in CMYK."""
    copy = path.with_name("inks.jpg")
    rgb = simplejpeg.decode_jpeg(path.read_bytes(), "RGB")
    four = np.dstack([255 - rgb, np.zeros(rgb.shape[:2], np.uint8)])
    out = BytesIO()
    Image.fromarray(four, "CMYK").save(out, "JPEG", quality=93, icc_profile=icc)
    copy.write_bytes(out.getvalue())
    return copy


def test_profiles_at_45_mp(folder: Path) -> None:
    plain = camera_jpeg(folder, "45 MP")
    wide = with_profile(plain, "p3", made.DISPLAY_P3.profile())
    tables = with_profile(plain, "tables", made.table_profile(made.PROPHOTO, 17))
    cases = {
        "sRGB": (plain, SRGB),
        "Display P3": (wide, SRGB),
        "sRGB → monitor": (plain, MONITOR),
        "Display P3 → monitor": (wide, MONITOR),
        "tables": (tables, SRGB),
        "CMYK": (inks(plain, made.cmyk_profile()), SRGB),
    }
    rows: list[tuple[object, ...]] = [
        ("picture → screen", "full ms", "× sRGB", "1/4 ms", "MB more")
    ]
    base, memory = 0.0, 0.0
    shares = {}
    for name, (path, target) in cases.items():
        full, small = (
            interleaved(
                {
                    "sRGB": lambda shrink=shrink: pixels.load_bgra(plain, shrink),
                    "this": lambda p=path, t=target, shrink=shrink: pixels.load_bgra(p, shrink, t),
                },
                repeats=5 if path.stem in ("p3", plain.stem) else 2,
            )
            for shrink in (1, 4)
        )
        memory = peak_rss_mb(
            lambda path=path, target=target: pixels.load_bgra(path, 1, target),
            lambda path=path, target=target: pixels.load_bgra(path, 8, target),
        )
        base = base or memory
        shares[name] = ratio(full["this"], full["sRGB"])
        times = median(full["this"]), shares[name], median(small["this"])
        rows.append((name, *times, memory - base))
    data = wide.read_bytes()
    by_littlecms = interleaved(
        {
            "bare": lambda: made.by_littlecms(
                simplejpeg.decode_jpeg(data, "RGB"), made.DISPLAY_P3.profile()
            ),
            "ours": lambda: pixels.load_bgra(wide, 1),
        },
        repeats=2,
    )
    rows.append(("Display P3 by LittleCMS alone", median(by_littlecms["bare"])))
    table("45 MP JPEG with profiles", rows)
    # On two cores; by curves and a matrix it costs no more than the decode itself.
    assert shares["Display P3"] < 2
    assert shares["Display P3 → monitor"] < 2
    assert memory < 3 * base  # of inks, which are four bytes as well
    assert ratio(by_littlecms["ours"], by_littlecms["bare"]) < 0.3
