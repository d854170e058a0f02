"""Damaged and lying files end in a named refusal, or in a picture; never in another exception."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from phota_desktop.imaging import pixels, prepare, reading
from phota_desktop.imaging.problems import BadImage, BadImageError
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep

SMALL = samples.photo(64)
FILES = [
    samples.tagged_jpeg(SMALL, 6, icc_profile=samples.wide_profile()),
    samples.saved(SMALL.convert("CMYK"), "JPEG"),
    samples.saved(SMALL, "JPEG", progressive=True),
    samples.tagged_png(SMALL, 3),
    samples.saved(SMALL.quantize(), "PNG", icc_profile=samples.wide_profile()),
    samples.tagged_webp(SMALL, 5),
    samples.saved(SMALL, "WEBP", quality=60),
    samples.saved(SMALL, "TIFF", compression="tiff_lzw"),
    samples.saved(SMALL, "TIFF", compression="jpeg"),
    samples.saved(SMALL, "GIF"),
    samples.saved(SMALL, "BMP"),
]

damage = st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=5)), max_size=4)


@given(which=st.integers(0, len(FILES) - 1), changes=damage, end=st.floats(0, 1))
@example(which=0, changes=[], end=1.0)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_damaged_files_are_pictures_or_refusals(
    tmp_path: Path, which: int, changes: list[tuple[float, bytes]], end: float
) -> None:
    content = bytearray(FILES[which])
    for at, change in changes:
        # Most of what can go wrong stands at the beginning.
        place = int(at * at * len(content))
        content[place : place + len(change)] = change
    path = tmp_path / "damaged"
    path.write_bytes(content[: max(1, int(len(content) * (1 if end > 0.5 else 2 * end)))])
    acts: tuple[Callable[[], object], ...] = (
        lambda: reading.probe(path),
        lambda: reading.check_result(path),
        lambda: pixels.load_bgra(path, 2),
        lambda: pixels.embedded_preview(path),
        lambda: prepare.prepare(path, tmp_path / "out", max_side=50),
    )
    for act in acts:
        try:
            act()
        except BadImageError as error:
            assert error.reason in BadImage  # noqa: PT017 - a picture is as good an end


def test_a_polyglot_sends_its_picture_alone(keep: Keep, tmp_path: Path) -> None:
    content = samples.saved(SMALL, "JPEG") + b"%PDF-1.7 hidden document"
    ready = prepare.prepare(keep("a.jpg", content), tmp_path / "out")
    assert b"%PDF" not in ready.path.read_bytes()


@pytest.mark.parametrize("content", FILES)
def test_whole_files_are_pictures(keep: Keep, content: bytes) -> None:
    path = keep("a", content)
    assert reading.check_result(path) == reading.probe(path)
    assert pixels.load_bgra(path).pixels.any()
