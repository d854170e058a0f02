"""Content credentials: never broken silently, signed anew where the person asks for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from phota_desktop.core.jobs import Engine
from phota_desktop.core.library import Marks
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import MetadataChoice, Provenance, SourceType
from phota_desktop.imaging import credentials, metadata, metadata_files, webp_chunks
from phota_desktop.imaging import jpeg_segments as jpeg
from phota_desktop.imaging import png_chunks as png
from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.credentials import State
from phota_desktop.imaging.embedded import read_embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.xmp import Packet
from phota_desktop.imaging.xmp_carrying import SOURCE_TYPE
from tests.unit.imaging import samples
from tests.unit.imaging.test_segments import coded

PHOTO = samples.photo(80)
PLAIN = {
    kind: samples.saved(PHOTO, name)
    for kind, name in {
        PhotoFormat.JPEG: "JPEG",
        PhotoFormat.PNG: "PNG",
        PhotoFormat.WEBP: "WEBP",
        PhotoFormat.TIFF: "TIFF",
    }.items()
}
SEALED = {
    PhotoFormat.JPEG: jpeg.replace(PLAIN[PhotoFormat.JPEG], (), [(0xEB, b"JP\x00\x01jumb")]),
    PhotoFormat.PNG: png.replace(PLAIN[PhotoFormat.PNG], (), [(b"caBX", b"jumb")]),
    PhotoFormat.WEBP: webp_chunks.replace(PLAIN[PhotoFormat.WEBP], {b"C2PA": b"jumb"}, PHOTO.size),
}
MADE = Provenance(Operation.EDIT, Engine.PHOTA, "nb2", "a hat", 1.79e9, "o.jpg", "ab" * 32)
with_extra = pytest.mark.skipif(
    not credentials.is_available(), reason="the optional c2pa extra is not installed"
)


def finished(content: bytes, signing: Path | None = None, **choice: bool) -> metadata.Carried:
    original = None
    if signing is not None:
        original = signing.parent / "o.jpg"
        original.write_bytes(samples.tagged_jpeg(PHOTO, 6))
    return metadata.finish(
        content,
        PHOTO.size,
        original=original,
        provenance=MADE,
        choice=MetadataChoice(**choice),
        marks=Marks(4),
        signing=signing,
    )


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "keys"
    folder.mkdir()
    yield folder
    if os.name != "nt":
        assert all(one.stat().st_mode & 0o077 == 0 for one in folder.iterdir())


@pytest.mark.parametrize("kind", SEALED)
def test_a_sealed_file_is_left_alone_and_it_is_said(kind: PhotoFormat) -> None:
    assert finished(SEALED[kind]) == metadata.Carried(SEALED[kind], (metadata.CREDENTIALS,))


@pytest.mark.parametrize("kind", SEALED)
def test_a_seal_is_given_up_by_choice_and_it_is_said(kind: PhotoFormat) -> None:
    done = finished(SEALED[kind], keep_credentials=False)
    assert done.warnings == (metadata.CREDENTIALS_DROPPED,)
    found = read_embedded(BytesIO(done.content), kind)
    assert not found.has_credentials
    assert Packet(found.xmp or b"").text(SOURCE_TYPE) == SourceType.COMPOSITE_TRAINED
    assert coded(done.content, kind) == coded(PLAIN[kind], kind)


def test_without_the_extra_it_says_so(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)  # as if it were not installed
    done = finished(PLAIN[PhotoFormat.JPEG], keys, sign=True)
    assert len(done.warnings) == 1
    assert "c2pa extra" in done.warnings[0]
    assert read_embedded(BytesIO(done.content), PhotoFormat.JPEG).xmp


@with_extra
@pytest.mark.parametrize("kind", PLAIN)
def test_what_is_signed_is_whole_and_says_that_nobody_vouches(
    kind: PhotoFormat, keys: Path
) -> None:
    done = finished(PLAIN[kind], keys, sign=True)
    assert not done.warnings
    told = credentials.read(done.content)
    assert told.state is State.UNTRUSTED
    assert told.generator == "Phota Desktop"
    assert (told.actions, told.parents) == (("c2pa.opened", "c2pa.edited"), 1)
    found = read_embedded(BytesIO(done.content), kind)
    assert found.has_credentials
    assert Packet(found.xmp or b"").text(SOURCE_TYPE) == SourceType.COMPOSITE_TRAINED
    changed = done.content.replace(b"compositeWithTrained", b"compositeWithtrained", 1)
    assert credentials.read(changed).state is State.BROKEN
    assert credentials.read(PLAIN[kind]).state is State.NONE


@with_extra
@pytest.mark.parametrize("kind", PLAIN)
def test_the_old_seal_becomes_the_parent(kind: PhotoFormat, keys: Path) -> None:
    first = finished(PLAIN[kind], keys, sign=True).content
    again = finished(first, keys, sign=True)
    assert not again.warnings
    told = credentials.read(again.content)
    assert (told.state, told.parents) == (State.UNTRUSTED, 1)
    assert told.actions == ("c2pa.opened", "c2pa.edited")
    # Without the wish to sign, it is left as it is.
    assert finished(again.content).content == again.content


@with_extra
def test_an_edit_is_not_signed_without_what_was_edited(keys: Path) -> None:
    with pytest.raises(credentials.SigningError, match="made from"):
        credentials.sign(PLAIN[PhotoFormat.JPEG], MADE, keys)


@with_extra
def test_seal_and_xmp_say_the_same_source_type(keys: Path, tmp_path: Path) -> None:
    original = tmp_path / "made-by-a-model.jpg"
    packet = Packet.empty().adding(v.block("", {SOURCE_TYPE: SourceType.TRAINED.value}))
    insert = [(jpeg.APP1, jpeg.XMP_ID + packet.wrapped)]
    original.write_bytes(jpeg.replace(PLAIN[PhotoFormat.JPEG], (), insert))
    content = metadata.finish(
        PLAIN[PhotoFormat.JPEG],
        PHOTO.size,
        original=original,
        provenance=MADE,
        choice=MetadataChoice(sign=True),
        signing=keys,
    ).content
    assert credentials.read(content).state is State.UNTRUSTED
    assert content.count(SourceType.TRAINED.value.encode()) == 2
    assert b"compositeWith" not in content


@with_extra
def test_a_phones_heic_can_be_the_parent(keys: Path) -> None:
    heic = (Path(__file__).parent / "heic" / "1.heic").read_bytes()
    content = credentials.sign(PLAIN[PhotoFormat.JPEG], MADE, keys, parent=heic)
    assert credentials.read(content).parents == 1


@with_extra
def test_a_generated_picture_was_created(keys: Path) -> None:
    made = Provenance(Operation.GENERATE, Engine.PHOTA, "nb2", made=1.79e9)
    content = credentials.sign(PLAIN[PhotoFormat.PNG], made, keys)
    assert credentials.read(content).actions == ("c2pa.created",)


@with_extra
def test_one_key_is_kept_and_a_damaged_one_said(keys: Path) -> None:
    from phota_desktop.imaging.signing_key import signing_key

    first = signing_key(keys)
    assert signing_key(keys) == first
    assert "PRIVATE" not in repr(first)
    (place,) = keys.iterdir()
    place.chmod(0o644)
    assert signing_key(keys) == first
    assert place.stat().st_mode & 0o777 == 0o600 or os.name == "nt"
    place.write_bytes(b"rubbish")
    done = finished(PLAIN[PhotoFormat.JPEG], keys, sign=True)
    assert done.warnings == (metadata.NOT_SIGNED.format(why="The picture could not be signed."),)
    assert place.read_bytes() == b"rubbish"


def test_every_format_that_is_written_can_be_signed() -> None:
    assert credentials.MEDIA == metadata_files.FORMATS
