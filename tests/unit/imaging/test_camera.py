"""What a file says of itself, and nothing where it says nothing or nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

from phota_desktop.imaging.camera import read_facts
from phota_desktop.imaging.formats import PhotoFormat


def taken(path: Path, **tags: object) -> Path:
    """Write a JPEG with these tags; those of the camera's own directory begin with ``x``."""
    block = Image.Exif()
    photo = block.get_ifd(0x8769)
    for name, value in tags.items():
        (photo if name.startswith("x") else block)[int(name[1:], 16)] = value
    Image.new("RGB", (60, 40), "grey").save(path, exif=block)
    return path


def ratio(above: int, below: int) -> IFDRational:
    return IFDRational(above, below)


def test_a_cameras_photo_tells_how_it_was_taken(tmp_path: Path) -> None:
    facts = read_facts(
        taken(
            tmp_path / "a.jpg",
            i010f="NIKON CORPORATION",
            i0110="NIKON Z 6_2",
            x829a=ratio(1, 250),
            x829d=ratio(28, 10),
            x8827=400,
            x9003="2024:05:17 14:03:22",
            x920a=ratio(85, 1),
            x9204=ratio(-1, 3),
            xa434="NIKKOR Z 85mm f/1.8 S",
            xa001=1,
        )
    )
    assert facts.camera == "NIKON Z 6_2"
    assert facts.lens == "NIKKOR Z 85mm f/1.8 S"
    assert facts.exposure == "1/250 s · f/2.8 · ISO 400 · 85 mm · −0.3 EV"
    assert facts.taken == "2024-05-17 14:03:22"
    assert (facts.width, facts.height, facts.bits) == (60, 40, 8)
    assert facts.format is PhotoFormat.JPEG
    assert facts.profile == "sRGB"
    assert facts.bytes == (tmp_path / "a.jpg").stat().st_size


def test_maker_and_model_are_said_once_each(tmp_path: Path) -> None:
    facts = read_facts(taken(tmp_path / "a.jpg", i010f="Panasonic", i0110="DC-S5"))
    assert facts.camera == "Panasonic DC-S5"
    assert read_facts(taken(tmp_path / "b.jpg", i010f="Panasonic")).camera == "Panasonic"


@pytest.mark.parametrize(
    ("tags", "exposure"),
    [
        ({"x829a": ratio(2, 1)}, "2 s"),
        ({"x829a": ratio(10, 25)}, "0.4 s"),
        ({"x829a": ratio(1, 3)}, "1/3 s"),
        ({"x829d": ratio(8, 1)}, "f/8"),
        ({"x920a": ratio(57, 10), "xa405": 26}, "5.7 mm (26 mm)"),
        ({"x9204": ratio(0, 1), "x8827": 100}, "ISO 100"),
        ({"x829a": ratio(0, 1), "x829d": ratio(0, 1)}, ""),
    ],
)
def test_exposures_read_as_photographers_write_them(
    tmp_path: Path, tags: dict[str, object], exposure: str
) -> None:
    assert read_facts(taken(tmp_path / "a.jpg", **tags)).exposure == exposure


def test_a_clock_that_was_never_set_tells_no_time(tmp_path: Path) -> None:
    assert read_facts(taken(tmp_path / "a.jpg", x9003="0000:00:00 00:00:00")).taken == ""
    assert read_facts(taken(tmp_path / "b.jpg", x9003="    :  :     :  :  ")).taken == ""


def test_a_profile_goes_by_its_own_name(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    path = tmp_path / "a.png"
    Image.new("RGB", (4, 4)).save(path, icc_profile=profile.tobytes())
    assert "sRGB" in read_facts(path).profile
    Image.new("RGB", (4, 4)).save(path)
    assert read_facts(path).profile == "None; taken as sRGB"


def test_broken_blocks_say_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (4, 4)).save(path, exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f")
    facts = read_facts(path)
    assert (facts.camera, facts.lens, facts.exposure, facts.taken) == ("", "", "", "")
