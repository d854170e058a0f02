"""Pictures reach a folder untouched where nothing asks for a change, whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.exporting import ColourSpace, ExportFormat, ExportSettings, Resize
from phota_desktop.core.provenance import MetadataChoice
from phota_desktop.imaging import files, icc_profiles
from phota_desktop.imaging.export import CREDENTIALS_LOST, export_picture, extension_of
from phota_desktop.imaging.jpeg_segments import replace
from tests.unit.imaging import icc_samples, samples
from tests.unit.imaging.conftest import Keep

AS_IS = ExportSettings()
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "TIFF": "tif"}
FORMATS = {
    "JPEG": ExportFormat.JPEG,
    "PNG": ExportFormat.PNG,
    "WEBP": ExportFormat.WEBP,
    "TIFF": ExportFormat.TIFF,
}


@pytest.mark.parametrize("kind", SUFFIXES)
def test_bytes_stay_untouched_and_names_count_up(keep: Keep, tmp_path: Path, kind: str) -> None:
    content = samples.saved(samples.photo(60), kind)
    picture = keep("v", content)
    done = [export_picture(picture, tmp_path, "a-enhance-1", AS_IS) for _ in range(3)]
    named = [f"a-enhance-1{n}.{SUFFIXES[kind]}" for n in ("", "-2", "-3")]
    assert [one.path.name for one in done] == named
    assert all(one.path.read_bytes() == content for one in done)
    assert all(one.copied_as_is and one.same_pixels and not one.warnings for one in done)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("kind", SUFFIXES)
def test_asking_for_what_is_there_changes_nothing(keep: Keep, tmp_path: Path, kind: str) -> None:
    profile = icc_samples.DISPLAY_P3.profile()
    content = samples.saved(samples.photo(60), kind, quality=90, icc_profile=profile)
    settings = ExportSettings(
        format=FORMATS[kind],
        quality=90,
        resize=Resize(long_side=60),
        colour=ColourSpace.DISPLAY_P3,
        target_bytes=1_000_000 if kind in ("JPEG", "WEBP") else None,
    )
    done = export_picture(keep("v", content), tmp_path, "a", settings)
    assert done.copied_as_is
    assert done.path.read_bytes() == content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_only_the_profile_is_added_where_the_colours_are_right(
    keep: Keep, tmp_path: Path, kind: str
) -> None:
    content = samples.saved(samples.quarters(), kind)
    settings = ExportSettings(colour=ColourSpace.SRGB)
    done = export_picture(keep("v", content), tmp_path, "a", settings)
    assert done.same_pixels
    assert not done.copied_as_is
    with Image.open(done.path) as image, Image.open(BytesIO(content)) as before:
        assert image.info["icc_profile"] == icc_profiles.srgb()
        assert np.array_equal(np.asarray(image), np.asarray(before))


def test_a_lower_quality_or_fewer_colours_is_a_change(keep: Keep, tmp_path: Path) -> None:
    picture = keep("v.jpg", samples.saved(samples.photo(200), "JPEG", quality=92, subsampling=0))
    lower = ExportSettings(format=ExportFormat.JPEG, quality=80)
    assert export_picture(picture, tmp_path, "a", lower).bytes < picture.stat().st_size
    same = ExportSettings(format=ExportFormat.JPEG, quality=95)
    assert export_picture(picture, tmp_path, "b", same).copied_as_is
    # As it is: quality is for what must be coded anyway.
    kept = ExportSettings(format=ExportFormat.AS_IS, quality=50)
    assert export_picture(picture, tmp_path, "c", kept).copied_as_is


def test_an_animation_is_copied_whole_and_told_where_it_cannot_be(
    keep: Keep, tmp_path: Path
) -> None:
    frames = [samples.quarters(), samples.photo(64).resize((64, 48))]
    content = samples.saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    picture = keep("v.webp", content)
    assert export_picture(picture, tmp_path, "a", AS_IS).path.read_bytes() == content
    done = export_picture(picture, tmp_path, "b", ExportSettings(format=ExportFormat.PNG))
    assert any("animation" in warning for warning in done.warnings)


def test_nothing_is_overwritten_not_even_through_a_link(keep: Keep, tmp_path: Path) -> None:
    precious = keep("precious.jpg", b"precious")
    (tmp_path / "out.jpg").symlink_to(precious)
    picture = keep("v.jpg", samples.saved(samples.photo(60), "JPEG"))
    assert export_picture(picture, tmp_path, "out.jpg", AS_IS).path.name == "out-2.jpg"
    beside = export_picture(picture, precious.parent, precious.name, AS_IS)
    assert beside.path.name == "precious-2.jpg"
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert export_picture(picture, tmp_path, "dangling.jpg", AS_IS).path.name == "dangling-2.jpg"
    assert not (tmp_path / "nowhere.jpg").exists()


def test_extensions_tell_the_truth(keep: Keep, tmp_path: Path) -> None:
    picture = keep("v", samples.saved(samples.photo(60), "JPEG"))
    assert export_picture(picture, tmp_path, "a.png", AS_IS).path.name == "a.jpg"
    assert export_picture(picture, tmp_path, "b.JPEG", AS_IS).path.name == "b.JPEG"
    assert export_picture(picture, tmp_path, "v1.5 final", AS_IS).path.name == "v1.5 final.jpg"
    assert extension_of(picture, AS_IS) == "jpg"
    assert extension_of(picture, ExportSettings(format=ExportFormat.TIFF)) == "tif"
    small = ExportSettings(resize=Resize(long_side=10))
    gif = keep("v.gif", samples.saved(samples.photo(60), "GIF"))
    assert extension_of(gif, AS_IS) == "gif"
    assert extension_of(gif, small) == "png"
    assert export_picture(gif, tmp_path, "g", small).path.name == "g.png"


def test_metadata_come_along_when_asked(keep: Keep, tmp_path: Path) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo(), 6))
    picture = keep("v.png", samples.saved(samples.photo(120), "PNG"))
    for format_ in ExportFormat:
        settings = ExportSettings(format=format_)
        done = export_picture(picture, tmp_path, "a", settings, original=original)
        with Image.open(done.path) as image:
            assert image.getexif()[0x010F] == "Phota Test"
            assert image.getexif().get(0x0112, 1) == 1
            if image.format != "TIFF":  # whose own directory tells the size
                assert image.getexif().get_ifd(0x8769)[0xA002] == 120
            image.load()
        assert done.same_pixels == (format_ in (ExportFormat.AS_IS, ExportFormat.PNG))


def test_metadata_stay_behind_when_not_wanted(keep: Keep, tmp_path: Path) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo()))
    picture = keep("v.png", samples.saved(samples.photo(120), "PNG"))
    none = MetadataChoice(carry=False, gps=False, provenance=False, marks=False)
    settings = ExportSettings(format=ExportFormat.JPEG, metadata=none)
    done = export_picture(picture, tmp_path, "a", settings, original=original)
    assert samples.SECRET not in done.path.read_bytes()
    with Image.open(done.path) as image:
        assert not image.getexif()


def test_a_photo_made_anew_keeps_its_own_metadata_and_stands_upright(
    keep: Keep, tmp_path: Path
) -> None:
    photo = keep("o.jpg", samples.tagged_jpeg(samples.photo(), 6))
    settings = ExportSettings(format=ExportFormat.PNG, resize=Resize(long_side=90))
    done = export_picture(photo, tmp_path, "a", settings)
    with Image.open(done.path) as image:
        assert image.height == 90 > image.width
        assert image.getexif()[0x010F] == "Phota Test"
        assert image.getexif().get(0x0112, 1) == 1


def test_lost_credentials_and_broken_originals_are_warnings(keep: Keep, tmp_path: Path) -> None:
    content = replace(samples.saved(samples.photo(60), "JPEG"), (), [(0xEB, b"JP\x00\x01jumb")])
    signed = keep("v.jpg", content)
    done = export_picture(signed, tmp_path, "a", ExportSettings(format=ExportFormat.PNG))
    assert CREDENTIALS_LOST in done.warnings
    assert export_picture(signed, tmp_path, "c", AS_IS).path.read_bytes() == content
    picture = keep("w.jpg", samples.saved(samples.photo(60), "JPEG"))
    done = export_picture(picture, tmp_path, "b", AS_IS, original=keep("o.jpg", b"no picture"))
    assert done.same_pixels
    assert done.warnings


@pytest.mark.parametrize(
    "content", [b"", b"no picture", samples.saved(samples.photo(90), "PNG")[:900]]
)
def test_what_cannot_be_read_is_said_and_nothing_is_written(
    keep: Keep, tmp_path: Path, content: bytes
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(PhotaError) as caught:
        export_picture(keep("v", content), folder, "a", ExportSettings(format=ExportFormat.TIFF))
    assert caught.value.kind == ErrorKind.BAD_IMAGE
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("stops", range(1, 9))
def test_cancelling_leaves_nothing(keep: Keep, tmp_path: Path, stops: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked >= stops

    folder = tmp_path / "out"
    folder.mkdir()
    picture = keep("v.png", samples.saved(samples.photo(300), "PNG"))
    settings = ExportSettings(
        format=ExportFormat.JPEG,
        target_bytes=8_000,
        resize=Resize(long_side=250),
        colour=ColourSpace.DISPLAY_P3,
    )
    with pytest.raises(PhotaError) as caught:
        export_picture(picture, folder, "a", settings, cancelled=cancelled)
    assert caught.value.kind == ErrorKind.CANCELED
    assert list(folder.iterdir()) == []


def test_a_missing_folder_is_a_disk_error(keep: Keep, tmp_path: Path) -> None:
    picture = keep("v.jpg", samples.saved(samples.photo(60), "JPEG"))
    with pytest.raises(PhotaError) as caught:
        export_picture(picture, tmp_path / "no", "a.jpg", AS_IS)
    assert caught.value.kind == ErrorKind.DISK
    assert "no" in caught.value.message


def test_without_links_it_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    assert files.write_new(tmp_path / "a.jpg", b"one").name == "a.jpg"
    assert files.write_new(tmp_path / "a.jpg", b"two").name == "a-2.jpg"
    assert (tmp_path / "a.jpg").read_bytes() == b"one"


@contextmanager
def failing_sync(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[None]:
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fails)
        yield


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_failing_disk_leaves_nothing_behind(
    keep: Keep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    picture = keep("v.jpg", samples.saved(samples.photo(60), "JPEG"))
    with failing_sync(monkeypatch, number), pytest.raises(PhotaError) as caught:
        export_picture(picture, folder, "a", ExportSettings(format=ExportFormat.PNG))
    assert caught.value.kind == ErrorKind.DISK
    assert os.strerror(number) in caught.value.message
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif"])
def test_a_photo_goes_out_without_what_a_person_keeps_back(
    keep: Keep, tmp_path: Path, kind: str
) -> None:
    make = {
        "jpg": samples.tagged_jpeg,
        "png": samples.tagged_png,
        "webp": samples.tagged_webp,
        "tif": samples.tagged_tiff,
    }[kind]
    photo = keep(f"o.{kind}", make(samples.photo(90), 1))
    before = np.asarray(Image.open(photo))
    silent = ExportSettings(metadata=MetadataChoice(carry=False, marks=False))
    done = export_picture(photo, tmp_path, "silent", silent)
    assert samples.SECRET not in done.path.read_bytes()
    placeless = ExportSettings(metadata=MetadataChoice(gps=False))
    without = export_picture(photo, tmp_path, "placeless", placeless)
    assert without.same_pixels
    with Image.open(without.path) as image:
        assert not image.getexif().get_ifd(0x8825)
        assert image.getexif()[0x010F] == "Phota Test"
    assert b"GPSLatitude" not in without.path.read_bytes()
    for one in (done, without):
        with Image.open(one.path) as image:
            assert np.array_equal(np.asarray(image), before)
