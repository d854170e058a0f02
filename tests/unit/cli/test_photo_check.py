"""What the command line says of training photos before anything is paid."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.cli.output import Output
from phota_desktop.cli.photo_check import check
from phota_desktop.core.profiles import TrainingTier


@pytest.fixture
def output() -> Output:
    return Output(out=io.StringIO(), err=io.StringIO())


def said(output: Output) -> str:
    assert isinstance(output.err, io.StringIO)
    return output.err.getvalue()


def photo(folder: Path, name: str, side: int, contrast: int = 60) -> Path:
    path = folder / name
    Image.effect_noise((side, side), contrast).convert("RGB").save(path, quality=90)
    return path


async def test_a_line_for_each_photo_with_a_finding_and_none_for_the_others(
    tmp_path: Path, output: Output
) -> None:
    good = photo(tmp_path, "good.jpg", 1100)
    small = photo(tmp_path, "small.jpg", 300, 90)
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(good.read_bytes())
    assert await check([good, small, copy], TrainingTier.FAST, output)
    lines = said(output).splitlines()
    assert [line for line in lines if line.startswith(f"{good}:")] == []
    assert any(line.startswith(f"{small}: Too small: 300 × 300") for line in lines)
    assert any(line.startswith(f"{copy}: The same picture as “good.jpg”") for line in lines)
    assert "2 photos are better left out; all that you named will be used." in lines


async def test_a_photo_that_cannot_be_read_is_refused_even_if_quiet(tmp_path: Path) -> None:
    quiet = Output(quiet=True, out=io.StringIO(), err=io.StringIO())
    small = photo(tmp_path, "small.jpg", 300)
    broken = tmp_path / "line\nbreak.jpg"
    broken.write_bytes(photo(tmp_path, "whole.jpg", 400).read_bytes()[:900])
    assert not await check([small, broken], TrainingTier.FAST, quiet)
    assert len(said(quiet).splitlines()) == 1
    assert "line?break.jpg" in said(quiet)


async def test_photos_without_findings_say_nothing(tmp_path: Path, output: Output) -> None:
    photos = [photo(tmp_path, f"{n}.jpg", 1100, 40 + 40 * n) for n in range(2)]
    assert await check(photos, TrainingTier.FAST, output, pet=True)
    assert said(output) == ""
