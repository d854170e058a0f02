"""HEIC photos, as phones make them: upright once, sRGB, and nothing private of them is sent.

The files of heic/ hold ``samples.quarters(96, 64)`` with EXIF, and XMP, by an encoder that the
tests do not need.
"""

from __future__ import annotations

import contextlib
import random
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from phota_desktop.imaging import checking, pixels, thumbnails
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.prepare import prepare
from phota_desktop.imaging.problems import BadImage, BadImageError
from phota_desktop.imaging.reading import check_result, probe
from phota_desktop.imaging.training_photo import prepare_training_photo
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep, carried_home

FILES = Path(__file__).parent / "heic"


def upright(orientation: int) -> np.ndarray:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = samples.saved(samples.quarters(96, 64), "PNG", exif=exif)
    with Image.open(BytesIO(content)) as image:
        return np.asarray(ImageOps.exif_transpose(image)).astype(int)


def furthest(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest mean distance over the inner parts of the four quarters."""
    assert a.shape == b.shape
    height, width = a.shape[:2]
    parts = [
        (slice(y + 6, y + height // 2 - 6), slice(x + 6, x + width // 2 - 6))
        for y in (0, height // 2)
        for x in (0, width // 2)
    ]
    return float(max(np.abs(a[part].mean((0, 1)) - b[part].mean((0, 1))).max() for part in parts))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_upright_everywhere(keep: Keep, tmp_path: Path, orientation: int) -> None:
    path = keep("phone.jpg", (FILES / f"{orientation}.heic").read_bytes())
    expected = upright(orientation)
    info = probe(path)
    assert (info.format, info.height, info.width) == (PhotoFormat.HEIC, *expected.shape[:2])
    photo = prepare_training_photo(path)
    assert samples.SECRET not in photo.content
    ready = prepare(path, tmp_path / "out")
    assert ready.format == PhotoFormat.JPEG
    assert ready.notes[-2:] == ("written as JPEG", "metadata removed")
    assert samples.SECRET not in ready.path.read_bytes()
    for content in (photo.content, ready.path.read_bytes()):
        with Image.open(BytesIO(content)) as image:
            assert furthest(np.asarray(image).astype(int), expected) <= 4
    shown = pixels.load_bgra(path).pixels[..., 2::-1].astype(int)
    assert furthest(shown, expected) <= 4
    with Image.open(BytesIO(thumbnails.make(path, 64))) as image:
        assert max(image.size) == 64


def test_it_is_measured_with_its_date(keep: Keep) -> None:
    facts = checking.measure(keep("phone.heic", (FILES / "6.heic").read_bytes()))
    assert facts.problem == ""
    assert (facts.width, facts.height) == (64, 96)
    assert facts.taken is not None
    assert facts.taken.month == 11


def test_wide_colours_become_srgb(keep: Keep) -> None:
    path = keep("wide.heic", (FILES / "wide.heic").read_bytes())
    assert not probe(path).is_srgb
    content = samples.saved(
        samples.quarters(96, 64), "JPEG", quality=98, icc_profile=samples.wide_profile()
    )
    reference = prepare_training_photo(keep("wide.jpg", content))
    made = prepare_training_photo(path)
    with Image.open(BytesIO(made.content)) as a, Image.open(BytesIO(reference.content)) as b:
        assert "icc_profile" not in a.info
        assert furthest(np.asarray(a).astype(int), np.asarray(b).astype(int)) <= 4


def test_its_metadata_comes_home_with_the_result(keep: Keep) -> None:
    path = keep("phone.heic", (FILES / "6.heic").read_bytes())
    carried = carried_home(path, samples.saved(samples.photo(), "JPEG"), samples.photo().size)
    assert not carried.warnings
    with Image.open(BytesIO(carried.content)) as image:
        tags = image.getexif()
        assert (tags[0x010F], tags[0x0112]) == ("Phota Test", 1)
        assert tags.get_ifd(0x8825)[1] == "N"


def test_broken_files_are_refused_by_name(keep: Keep) -> None:
    content = (FILES / "6.heic").read_bytes()
    chance = random.Random(4)  # noqa: S311
    cut = [content[: int(len(content) * part)] for part in (0.02, 0.2, 0.5, 0.8, 0.98)]
    changed = []
    for _ in range(100):
        broken = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(12, len(broken))] = chance.randrange(256)
        changed.append(bytes(broken))
    for n, broken in enumerate([*cut, *changed]):
        path = keep(f"{n}.heic", bytes(broken))
        assert checking.measure(path).problem or n >= len(cut)
        for look in (probe, check_result, prepare_training_photo):
            with contextlib.suppress(BadImageError):
                look(path)
                assert n >= len(cut) or look is probe


@pytest.mark.parametrize("name", [b"Exif", b"mime", b"application/rdf+xml"])
def test_names_that_are_no_text_do_not_end_the_program(keep: Keep, name: bytes) -> None:
    content = (FILES / "6.heic").read_bytes()
    path = keep("a.heic", content.replace(name, name[:-1] + b"\xff", 1))
    for look in (probe, prepare_training_photo):
        with pytest.raises(BadImageError) as caught:
            look(path)
        assert caught.value.reason == BadImage.DAMAGED


def test_a_size_out_of_reason_is_refused_by_the_header(keep: Keep) -> None:
    content = (FILES / "6.heic").read_bytes()
    at = content.index(b"ispe") + 8
    for size in (b"\x00\x00\x3f\xff" * 2, b"\xff\xff\xff\xff\x00\x00\x00\x01"):
        path = keep(f"{size[0]}.heic", content[:at] + size + content[at + 8 :])
        with pytest.raises(BadImageError) as caught:
            probe(path)
        assert caught.value.reason == BadImage.TOO_LARGE
