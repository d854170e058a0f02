"""Profiles that are broken, hostile or not a screen's: sRGB with a note, never a crash."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.imaging import colour
from phota_desktop.imaging.display import SRGB, DisplayTarget, Intent
from phota_desktop.imaging.pixels import load_bgra
from phota_desktop.imaging.stored import NO_INKS, UNUSABLE
from tests.unit.imaging import icc_samples as made
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep

P3 = made.DISPLAY_P3.profile()
CHART = made.patches()


def changed(icc: bytes, at: int, new: bytes) -> bytes:
    return icc[:at] + new + icc[at + len(new) :]


def with_tag(icc: bytes, tag: bytes, content: bytes) -> bytes:
    """Point a tag at other contents, appended."""
    at = icc.index(tag, 132)
    icc = changed(icc, at + 4, struct.pack(">2I", len(icc), len(content))) + content
    return len(icc).to_bytes(4, "big") + icc[4:]


def para(kind: int, *numbers: float) -> bytes:
    values = (round(n * 65536) for n in numbers)
    return b"para\0\0\0\0" + struct.pack(f">HH{len(numbers)}i", kind, 0, *values)


NOTHING = b"XYZ \0\0\0\0" + bytes(12)
BROKEN = {
    "noise": os.urandom(700),
    "short": P3[:131],
    "cut": P3[:300],
    "no magic": changed(P3, 36, b"nope"),
    "device link": changed(P3, 12, b"link"),
    "named colours": changed(P3, 12, b"nmcl"),
    "Lab": changed(P3, 16, b"Lab "),
    "CMYK without tables": changed(P3, 16, b"CMYK"),
    "grey without a curve": changed(P3, 16, b"GRAY"),
    "a table without end": with_tag(P3, b"rTRC", b"curv\0\0\0\0\xff\xff\xff\xff\0\0"),
    "no such curve": with_tag(P3, b"gTRC", para(9)),
    "colours without light": with_tag(with_tag(P3, b"gXYZ", NOTHING), b"bXYZ", NOTHING),
    "all tags at nothing": changed(P3, 128, b"\xff\xff\xff\xff"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_profile_is_srgb_with_a_note(keep: Keep, name: str) -> None:
    content = samples.saved(Image.fromarray(CHART), "PNG", icc_profile=BROKEN[name])
    raster = load_bgra(keep("broken.png", content))
    assert (raster.pixels[..., 2::-1] == CHART).all()
    assert raster.note == UNUSABLE
    monitor = DisplayTarget(made.MONITOR.profile())
    expected = made.by_littlecms(CHART, b"", monitor.icc)
    found = load_bgra(keep("again.png", content), 1, monitor).pixels[..., 2::-1]
    assert made.far(found, expected, made.MONITOR).max() < 1


def test_inks_without_a_profile_are_shown_with_a_note(keep: Keep) -> None:
    inks = Image.fromarray(np.dstack([CHART, CHART[..., 0] // 4]), "CMYK")
    for name, icc in (("none", None), ("wrong", P3), ("broken", b"x" * 400)):
        raster = load_bgra(keep(f"{name}.tif", samples.saved(inks, "TIFF", icc_profile=icc)))
        assert raster.note == NO_INKS
        assert raster.pixels[..., :3].std() > 20
    monitor = DisplayTarget(made.MONITOR.profile())
    other = load_bgra(keep("other.tif", samples.saved(inks, "TIFF")), 1, monitor)
    assert (other.pixels != raster.pixels).any()


def test_a_good_profile_has_no_note(keep: Keep) -> None:
    content = samples.saved(Image.fromarray(CHART), "PNG", icc_profile=P3)
    assert load_bgra(keep("good.png", content)).note == ""


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    base=st.sampled_from(
        [
            *(P3, made.PROPHOTO.profile(), with_tag(P3, b"rTRC", para(0, -5.0))),
            *(made.gray_profile(), made.cmyk_profile(3), made.table_profile(made.SRGB, 3)),
        ]
    ),
    hits=st.lists(st.tuples(st.integers(0, 700), st.binary(min_size=1, max_size=4)), max_size=6),
    end=st.integers(100, 4000),
)
def test_no_profile_does_harm(base: bytes, hits: list[tuple[int, bytes]], end: int) -> None:
    for at, new in hits:
        base = changed(base, at % len(base), new)
    base = base[:end]
    gray = np.arange(64, dtype=np.uint8).reshape(4, 16)
    three = np.dstack([gray, gray, 255 - gray])
    four = np.dstack([three, gray])
    for target in (SRGB, DisplayTarget(made.MONITOR.profile(), Intent.PERCEPTUAL)):
        for pixels, layout in ((gray, "L"), (three, "BGR"), (four, "BGRA"), (four, "CMYK")):
            done = colour.convert(pixels.copy(), layout, base, target)  # type: ignore[arg-type]
            assert done is None or (done.shape[:2] == (4, 16) and done.dtype == np.uint8)
        screen = DisplayTarget(base)
        done = colour.convert(three.copy(), "BGR", b"", screen)
        assert done is None or done.shape == three.shape


def test_a_huge_profile_costs_no_time() -> None:
    table = b"curv\0\0\0\0" + struct.pack(">I", 4_000_000) + bytes(8_000_000)
    huge = with_tag(P3, b"rTRC", table)
    began = time.perf_counter()
    assert colour.convert(CHART.copy(), "BGR", huge + bytes(17_000_000), SRGB) is None
    colour.convert(CHART.copy(), "BGR", huge, SRGB)
    assert time.perf_counter() - began < 2


def test_a_monitor_profile_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "monitor.icc"
    file.write_bytes(made.MONITOR.profile())
    target = DisplayTarget.from_file(file, Intent.PERCEPTUAL)
    assert target == DisplayTarget(made.MONITOR.profile(), Intent.PERCEPTUAL, "A")
    assert not target.is_srgb
    file.write_bytes(made.table_profile(made.MONITOR, 9))
    assert not DisplayTarget.from_file(file).is_srgb


def test_a_monitor_that_is_srgb_costs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "srgb.icc"
    file.write_bytes(made.SRGB.profile())
    assert DisplayTarget.from_file(file).is_srgb
    file.write_bytes(made.GAMMA_22.profile())
    assert not DisplayTarget.from_file(file).is_srgb


@pytest.mark.parametrize("name", [*BROKEN, "empty", "grey", "inks", "missing", "folder", "pipe"])
def test_what_cannot_be_a_monitor_is_refused_by_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / "my\nmonitor.icc"
    others = {"empty": b"", "grey": made.gray_profile(), "inks": made.cmyk_profile(3)}
    if name == "folder":
        file.mkdir()
    elif name == "pipe":
        os.mkfifo(file)
    elif name != "missing":
        file.write_bytes(BROKEN.get(name) or others[name])
    with pytest.raises(PhotaError) as told:
        DisplayTarget.from_file(file)
    assert told.value.kind is ErrorKind.INVALID
    assert "monitor.icc” cannot be the monitor's profile: " in told.value.message
    assert "\n" not in told.value.message
    assert told.value.hint
