"""Results reach a person's folder untouched, under a free name, whole or not at all."""

from __future__ import annotations

import errno
import os
import unicodedata
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import OutputFormat
from phota_desktop.imaging import files
from phota_desktop.imaging.export import CREDENTIALS_LOST, export, safe_name, write_export
from phota_desktop.imaging.jpeg_segments import replace
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_bytes_stay_untouched_and_names_count_up(keep: Keep, tmp_path: Path, kind: str) -> None:
    content = samples.saved(samples.photo(60), kind)
    variant = keep("v", content)
    target = tmp_path / "a-enhance-1"
    written = [export(variant, target) for _ in range(3)]
    suffix = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}[kind]
    assert [path.name for path in written] == [f"a-enhance-1{n}.{suffix}" for n in ("", "-2", "-3")]
    assert all(path.read_bytes() == content for path in written)
    assert not list(tmp_path.glob(".*"))


def test_nothing_is_overwritten_not_even_through_a_link(keep: Keep, tmp_path: Path) -> None:
    precious = keep("precious.jpg", b"precious")
    (tmp_path / "out.jpg").symlink_to(precious)
    variant = keep("v.jpg", samples.saved(samples.photo(60), "JPEG"))
    assert export(variant, tmp_path / "out.jpg").name == "out-2.jpg"
    assert export(variant, precious).name == "precious-2.jpg"
    dangling = tmp_path / "dangling.jpg"
    dangling.symlink_to(tmp_path / "nowhere.jpg")
    assert export(variant, dangling).name == "dangling-2.jpg"
    assert not (tmp_path / "nowhere.jpg").exists()


def test_extensions_tell_the_truth(keep: Keep, tmp_path: Path) -> None:
    variant = keep("v", samples.saved(samples.photo(60), "JPEG"))
    assert export(variant, tmp_path / "a.png").name == "a.jpg"
    assert export(variant, tmp_path / "b.JPEG").name == "b.JPEG"
    assert export(variant, tmp_path / "v1.5 final").name == "v1.5 final.jpg"


@pytest.mark.parametrize("format_", OutputFormat)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_formats_change_on_wish(
    keep: Keep, tmp_path: Path, kind: str, format_: OutputFormat
) -> None:
    profile = samples.wide_profile()
    content = samples.saved(samples.photo(200), kind, icc_profile=profile)
    written = export(keep("v", content), tmp_path / "a", format=format_)
    assert written.suffix == f".{format_.value}"
    with Image.open(written) as image, Image.open(BytesIO(content)) as before:
        assert image.info["icc_profile"] == profile
        apart = np.abs(np.asarray(image).astype(int) - np.asarray(before).astype(int))
        assert apart.max() <= (0 if format_ == OutputFormat.PNG else 40)
        assert apart.mean() < 2.5
    if kind == {"jpg": "JPEG", "png": "PNG"}[format_.value]:
        assert written.read_bytes() == content


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "I;16", "L"])
def test_any_png_becomes_a_jpeg(keep: Keep, tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((9, 9), 65535, np.uint16))
    else:
        image = samples.photo(60).convert("RGB" if mode == "P" else mode)
        image = image.quantize() if mode == "P" else image
    variant = keep("v.png", samples.saved(image, "PNG"))
    with Image.open(export(variant, tmp_path / "a", format=OutputFormat.JPG)) as written:
        assert written.size == image.size
        assert mode != "I;16" or written.getpixel((4, 4)) == 255


def test_metadata_comes_along_when_asked(keep: Keep, tmp_path: Path) -> None:
    original = keep("o.jpg", samples.tagged_jpeg(samples.photo(), 6))
    variant = keep("v.png", samples.saved(samples.photo(120), "PNG"))
    for format_ in (None, OutputFormat.JPG):
        done = write_export(variant, tmp_path / "a", original=original, format=format_)
        assert done.warnings == ()
        with Image.open(done.path) as image:
            assert image.getexif()[0x010F] == "Phota Test"
            assert image.getexif()[0x0112] == 1
            assert image.getexif().get_ifd(0x8769)[0xA002] == 120


def test_lost_credentials_and_broken_originals_are_warnings(keep: Keep, tmp_path: Path) -> None:
    content = replace(samples.saved(samples.photo(60), "JPEG"), (), [(0xEB, b"JP\x00\x01jumb")])
    done = write_export(keep("v.jpg", content), tmp_path / "a", format=OutputFormat.PNG)
    assert done.warnings == (CREDENTIALS_LOST,)
    variant = keep("w.jpg", samples.saved(samples.photo(60), "JPEG"))
    done = write_export(variant, tmp_path / "b.jpg", original=keep("o.jpg", b"no picture"))
    assert done.path.read_bytes() == variant.read_bytes()
    assert len(done.warnings) == 1


def test_a_missing_folder_is_a_disk_error(keep: Keep, tmp_path: Path) -> None:
    variant = keep("v.jpg", samples.saved(samples.photo(60), "JPEG"))
    with pytest.raises(PhotaError) as caught:
        export(variant, tmp_path / "no" / "a.jpg")
    assert caught.value.kind == ErrorKind.DISK
    assert "no" in caught.value.message


def test_without_links_it_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    assert files.write_new(tmp_path / "a.jpg", b"one").name == "a.jpg"
    assert files.write_new(tmp_path / "a.jpg", b"two").name == "a-2.jpg"
    assert (tmp_path / "a.jpg").read_bytes() == b"one"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_failing_disk_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(PhotaError):
        files.write_new(tmp_path / "a.jpg", b"one")
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_safe_names_are_safe(text: str) -> None:
    name = safe_name(text)
    assert name
    assert len(name.encode()) <= 120
    assert unicodedata.is_normalized("NFC", name)
    assert not set(name) & set('<>:"/\\|?*')
    assert all(unicodedata.category(c)[0] != "C" for c in name)
    assert name == name.strip(". ")
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "picture"),
        ("..", "picture"),
        ("CON", "_CON"),
        ("con.jpg", "_con.jpg"),
        ("com1", "_com1"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("IMG_4711.jpg", "IMG_4711.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("nul\x00l", "null"),
        ("e\u0301té.", "été"),
        ("x" * 300 + ".jpg", "x" * 116 + ".jpg"),
        ("😀" * 60, "😀" * 30),
    ],
)
def test_safe_names_by_example(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_safe_names_stay_in_the_folder(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("names")
    written = files.write_new(folder / safe_name(text), b"x")
    assert written.parent == folder
    assert list(folder.iterdir()) == [written]
