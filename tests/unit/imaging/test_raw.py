"""RAW files: told from TIFFs, their preview where it serves, developed where not, upright once."""

from __future__ import annotations

import itertools
import struct
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from phota_desktop.imaging import checking, pixels, thumbnails
from phota_desktop.imaging.formats import PhotoFormat, format_of, sniff
from phota_desktop.imaging.prepare import prepare
from phota_desktop.imaging.problems import BadImage, BadImageError
from phota_desktop.imaging.raw_signs import is_raw_tiff
from phota_desktop.imaging.reading import check_result, probe
from phota_desktop.imaging.training_photo import prepare_training_photo
from tests.unit.imaging import raw_samples, samples
from tests.unit.imaging.conftest import Keep, carried_home

SENSOR = (320, 240)
LARGE = (2400, 1800)


def jpeg(size: tuple[int, int]) -> bytes:
    """Encode a preview of other colours than the sensor's, so that it shows which was read."""
    return samples.saved(ImageOps.mirror(samples.quarters(*size)), "JPEG", quality=95)


def turned(image: Image.Image, orientation: int) -> Image.Image:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = samples.saved(image, "PNG", exif=exif)
    with Image.open(BytesIO(content)) as tagged:
        return ImageOps.exif_transpose(tagged)


def corners(bgr: np.ndarray) -> list[np.ndarray]:
    """Return the mean colours (R, G, B) around the middles of the four quarters."""
    height, width = bgr.shape[:2]
    found = []
    for y, x in itertools.product((0.25, 0.75), repeat=2):
        top, left = int(y * height), int(x * width)
        patch = bgr[top - 4 : top + 4, left - 4 : left + 4, :3]
        found.append(patch.reshape(-1, 3).mean(axis=0)[::-1])
    return found


def same_corners(bgr: np.ndarray, expected: Image.Image, tolerance: float) -> bool:
    wanted = corners(np.asarray(expected.convert("RGB"))[..., ::-1])
    return all(np.abs(a - b).max() <= tolerance for a, b in zip(corners(bgr), wanted, strict=True))


def decoded(content: bytes) -> np.ndarray:
    with Image.open(BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))[..., ::-1]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_without_preview_the_sensor_is_developed_upright(
    keep: Keep, orientation: int, order: str
) -> None:
    image = samples.quarters(*SENSOR)
    path = keep("a.dng", raw_samples.dng(image, orientation, order=order))
    expected = turned(image, orientation)
    info = probe(path)
    assert (info.format, info.width, info.height) == (PhotoFormat.RAW, *expected.size)
    photo = prepare_training_photo(path)
    assert (photo.width, photo.height) == expected.size
    # LibRaw brightens, so the colours are near, and far from any other corner's.
    assert same_corners(decoded(photo.content), expected, 45)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_preview_stands_for_the_photo_upright(keep: Keep, orientation: int) -> None:
    preview = jpeg(LARGE)
    path = keep("a.nef", raw_samples.dng(samples.quarters(*SENSOR), orientation, preview))
    expected = turned(ImageOps.mirror(samples.quarters(*LARGE)), orientation)
    info = probe(path)
    assert (info.format, info.width, info.height) == (PhotoFormat.RAW, *expected.size)
    photo = prepare_training_photo(path)
    assert (photo.width, photo.height) == expected.size
    assert same_corners(decoded(photo.content), expected, 8)
    raster = pixels.load_bgra(path, 4)
    assert (raster.full_width, raster.full_height) == expected.size
    assert (raster.width, raster.height) == (expected.width // 4, expected.height // 4)
    assert same_corners(raster.pixels, expected, 8)


def test_a_small_preview_is_for_small_pictures_only(keep: Keep, tmp_path: Path) -> None:
    sensor = samples.quarters(1600, 1200)
    path = keep("a.dng", raw_samples.dng(sensor, 6, jpeg((640, 480))))
    preview, upright = turned(ImageOps.mirror(sensor), 6), turned(sensor, 6)
    assert (probe(path).width, probe(path).height) == (1200, 1600)
    small = pixels.load_bgra(keep("small.jpg", thumbnails.make(path, 320)))
    assert (small.width, small.height) == (240, 320)
    assert same_corners(small.pixels, preview, 8)
    assert same_corners(decoded(prepare_training_photo(path).content), upright, 45)
    assert same_corners(pixels.load_bgra(path).pixels, upright, 45)
    first = pixels.embedded_preview(path)
    assert first is not None
    assert (first.width, first.height) == (480, 640)
    assert (first.full_width, first.full_height) == (1200, 1600)
    assert same_corners(first.pixels, preview, 8)


def test_a_preview_of_another_shape_is_not_shown_as_the_picture(keep: Keep, tmp_path: Path) -> None:
    sensor = samples.quarters(1600, 1200)
    path = keep("a.dng", raw_samples.dng(sensor, 1, jpeg((640, 360))))
    small = pixels.load_bgra(keep("small.jpg", thumbnails.make(path, 320)))
    assert same_corners(small.pixels, sensor, 45)
    assert pixels.embedded_preview(path) is None


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_preview_that_was_turned_already_is_not_turned_again(
    keep: Keep, orientation: int
) -> None:
    upright = turned(samples.quarters(*LARGE), orientation)
    preview = samples.saved(upright, "JPEG", quality=95)
    path = keep("a.dng", raw_samples.dng(samples.quarters(*SENSOR), orientation, preview))
    photo = prepare_training_photo(path)
    assert (photo.width, photo.height) == upright.size
    assert same_corners(decoded(photo.content), upright, 8)


@pytest.mark.parametrize("preview", [b"", jpeg(LARGE)], ids=["sensor", "preview"])
def test_a_raw_goes_to_be_edited_and_is_checked(keep: Keep, tmp_path: Path, preview: bytes) -> None:
    path = keep("a.dng", raw_samples.dng(samples.photo(640), 8, preview))
    ready = prepare(path, tmp_path / "out")
    assert ready.format == PhotoFormat.JPEG
    assert not ready.identical
    assert ready.notes == (
        "the camera's preview of the RAW" if preview else "developed from RAW",
        "turned upright",
        "written as JPEG",
        "metadata removed",
    )
    assert samples.SECRET not in ready.path.read_bytes()
    facts = checking.measure(path)
    assert facts.problem == ""
    assert (facts.width, facts.height) == (ready.width, ready.height)
    assert facts.taken is not None
    assert (facts.taken.year, facts.taken.month) == (2026, 11)
    assert facts.blur is not None
    assert checking.memory_needed(path) > 0


def test_the_raws_own_metadata_comes_home_with_the_result(keep: Keep) -> None:
    path = keep("a.dng", raw_samples.dng(samples.photo(640), 6, jpeg(LARGE)))
    result = samples.saved(samples.photo(), "JPEG")
    carried = carried_home(path, result, samples.photo().size)
    assert not carried.warnings
    with Image.open(BytesIO(carried.content)) as image:
        tags = image.getexif()
        assert tags[0x010F] == "Phota Test"
        assert tags[0x0112] == 1
        assert tags.get_ifd(0x8825)[1] == "N"


HEADS = {
    "cr2": b"II*\x00\x10\x00\x00\x00CR\x02\x00",
    "cr3": b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom",
    "crw": b"II\x1a\x00\x00\x00HEAPCCDR",
    "raf": b"FUJIFILMCCD-RAW 0201FF389501X-T4",
    "orf": b"IIRO\x08\x00\x00\x00",
    "ori": b"IIRS\x08\x00\x00\x00",
    "mmor": b"MMOR\x00\x00\x00\x08",
    "rw2": b"IIU\x00\x18\x00\x00\x00",
    "iiq": b"II*\x00\x08\x00\x00\x00IIII",
    "mrw": b"\x00MRM\x00\x00",
    "x3f": b"FOVb\x00\x00",
}


@pytest.mark.parametrize("name", HEADS)
def test_raws_are_told_by_their_beginning_and_refused_by_name(keep: Keep, name: str) -> None:
    assert sniff(HEADS[name].ljust(32, b"\0")) == PhotoFormat.RAW
    for length in (len(HEADS[name]), 64, 5000):
        refused(keep(f"{length}.{name}", HEADS[name].ljust(length, b"\0")[:length]))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("preview", [b"", jpeg((160, 120))], ids=["plain", "preview"])
@pytest.mark.parametrize("is_dng", [True, False])
def test_a_raw_within_a_tiff_is_never_a_tiff(order: str, preview: bytes, is_dng: bool) -> None:
    content = raw_samples.dng(samples.quarters(), 1, preview, order=order, is_dng=is_dng)
    assert format_of(BytesIO(content)) == PhotoFormat.RAW


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "jpeg", "tiff_deflate"])
def test_a_tiff_is_never_a_raw(compression: str) -> None:
    content = samples.saved(samples.photo(), "TIFF", compression=compression)
    assert format_of(BytesIO(content)) == PhotoFormat.TIFF
    pages = samples.saved(
        samples.quarters(), "TIFF", save_all=True, append_images=[samples.quarters()] * 40
    )
    assert format_of(BytesIO(pages)) == PhotoFormat.TIFF


def test_directories_in_a_ring_end() -> None:
    row = struct.pack("<HHII", 0x014A, 4, 1, 8)
    ring = b"II*\0" + struct.pack("<IH", 8, 1) + row + struct.pack("<I", 8)
    assert not is_raw_tiff(BytesIO(ring))
    assert not is_raw_tiff(BytesIO(b"II*\0\xff\xff\xff\xff"))
    many = struct.pack("<HHII", 0x014A, 4, 0xFFFFFFFF, 8)
    assert not is_raw_tiff(BytesIO(ring[:10] + many + ring[22:]))


def refused(path: Path) -> BadImage:
    """Every way of reading gives the same kind of refusal; nothing else is raised."""
    reasons = set()
    for look in (probe, check_result, prepare_training_photo, pixels.load_bgra):
        with pytest.raises(BadImageError) as caught:
            look(path)
        assert caught.value.hint
        reasons.add(caught.value.reason)
    assert checking.measure(path).problem
    return reasons.pop()


@pytest.mark.parametrize("preview", [b"", jpeg(LARGE)], ids=["sensor", "preview"])
def test_a_raw_that_ends_early_is_refused_by_name_or_read_whole(keep: Keep, preview: bytes) -> None:
    content = raw_samples.dng(samples.quarters(*SENSOR), 1, preview)
    for n, part in enumerate((0.02, 0.3, 0.6, 0.9, 0.99)):
        path = keep(f"{n}.dng", content[: int(len(content) * part)])
        began = time.perf_counter()
        with pytest.raises(BadImageError):
            prepare_training_photo(path)
        assert time.perf_counter() - began < 5


@pytest.mark.parametrize("claimed", [(40_000, 40_000), (20_000, 20_000), (40_000, 100), (0, 240)])
def test_a_raw_that_claims_too_much_is_refused_by_its_header(
    keep: Keep, claimed: tuple[int, int]
) -> None:
    content = raw_samples.dng(samples.quarters(*SENSOR), claimed=claimed)
    reason = refused(keep("bomb.dng", content))
    assert reason in (BadImage.TOO_LARGE, BadImage.DAMAGED, BadImage.UNSUPPORTED)


HOSTILE = """
import random, resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from phota_desktop.imaging.problems import BadImageError
from phota_desktop.imaging.training_photo import prepare_training_photo
content = Path(sys.argv[1]).read_bytes()
chance = random.Random(4)
path = Path(sys.argv[1]).with_name("hostile.dng")
tail = len(content) - 2600
longest = 0.0
read = 0
for n in range(150):
    broken = bytearray(content)
    # The directories lie at the end; half of the changes hit them.
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(tail if n % 2 else 0, len(broken))
        broken[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
    path.write_bytes(broken)
    began = time.perf_counter()
    try:
        prepare_training_photo(path)
        read += 1
    except BadImageError:
        pass
    longest = max(longest, time.perf_counter() - began)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{read} {longest:.2f} {peak}")
"""


def test_hostile_raws_are_refused_without_a_crash_a_hang_or_much_memory(tmp_path: Path) -> None:
    """150 files with changed bytes in a process of their own: a crash would end it."""
    path = tmp_path / "good.dng"
    path.write_bytes(raw_samples.dng(samples.quarters(160, 120), 6, jpeg((320, 240))))
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", HOSTILE, str(path), str(root)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=100, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    read, longest, peak = done.stdout.split()
    assert int(read) > 20
    assert float(longest) < 5
    assert int(peak) < 1500
