"""Every group of tags is kept, changed or dropped as the README's table says, says exiftool."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.jobs import Engine
from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import (
    MetadataChoice,
    Provenance,
    SourceType,
    document_id,
)
from phota_desktop.imaging import metadata
from tests.unit.imaging import outside, samples, tagged
from tests.unit.imaging.tagged import CHANGED, DROPPED, KEPT, PLACE

pytestmark = outside.needs_exiftool

NOW = 1_795_000_000.0
_JPEG_ONLY = frozenset(f"phone{n}.jpg" for n in (2, 3, 4, 5, 7, 8))
"""Originals that differ from another in their orientation alone."""
RESULT = samples.photo(240)
TARGETS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "tiff": "TIFF"}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, outside.Tags]:
    return tagged.originals(tmp_path_factory.mktemp("originals"))


@pytest.fixture(scope="module")
def finished(
    originals: dict[Path, outside.Tags], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str, bool], tuple[outside.Tags, list[str], tuple[str, ...]]]:
    """Finish results of every format with the words of every original, with place and without."""
    folder = tmp_path_factory.mktemp("finished")
    results = {end: samples.saved(RESULT, kind) for end, kind in TARGETS.items()}
    made: dict[Path, tuple[str, str, bool]] = {}
    warned = {}
    for original in originals:
        for end, content in results.items():
            for gps in (True, False):
                if end != "jpg" and original.name in _JPEG_ONLY:
                    continue
                if not gps and original.name not in ("phone6.jpg", "scan.tif", "web.webp"):
                    continue
                done = metadata.finish(
                    content,
                    RESULT.size,
                    original=original,
                    provenance=_provenance(),
                    choice=MetadataChoice(gps=gps, people=True),
                    marks=Marks(2, Flag.NONE, Label.GREEN),
                    people=["Zoë"],
                    now=NOW,
                )
                path = folder / f"{original.name}-{gps}.{end}"
                path.write_bytes(done.content)
                made[path] = (original.name, end, gps)
                warned[path] = done.warnings
    told = outside.judged(made)
    return {key: (*told[path], warned[path]) for path, key in made.items()}


def _provenance() -> Provenance:
    return Provenance(
        Operation.EDIT,
        Engine.PHOTA,
        "nb2",
        "a hat",
        NOW - 100,
        "IMG_1.JPG",
        "ab" * 32,
        (document_id("ab" * 32),),
        sha256="cd" * 32,
    )


def test_originals_carry_what_they_should(originals: dict[Path, outside.Tags]) -> None:
    """Guard against a table that tests nothing: exiftool wrote nearly all of it."""
    for path, told in originals.items():
        table = {**KEPT, **PLACE, **CHANGED, **DROPPED}
        absent = {name for name in table if name not in told}
        allowed = {name for name in table if name.startswith("IPTC:")}
        if path.suffix in (".jpg", ".tif", ".png"):
            allowed = set()
        if path.suffix == ".tif":
            allowed = {"IFD0:ModifyDate"} & absent
        assert absent <= allowed, path


def test_what_is_kept_is_kept(originals: dict[Path, outside.Tags], finished: dict) -> None:  # type: ignore[type-arg]
    by_name = {path.name: told for path, told in originals.items()}
    for (name, end, gps), (told, _, warnings) in finished.items():
        assert not warnings, (name, end)
        before = by_name[name]
        for tag, value in KEPT.items():
            if tag not in before or (end == "webp" and tag.startswith("IPTC:")):
                continue
            assert told.get(tag) == before[tag], (name, end, tag)
            if isinstance(value, str) and "20" not in value:
                assert told[tag] == value, (name, end, tag)
        for tag in PLACE:
            if tag in before:
                assert told.get(tag) == (before[tag] if gps else None), (name, end, tag)
        if not gps:
            assert not [tag for tag in told if "GPS" in tag or "Altitude" in tag], (name, end)


def test_what_changes_is_true(finished: dict) -> None:  # type: ignore[type-arg]
    moment = datetime.fromtimestamp(NOW).astimezone()
    written = moment.strftime("%Y:%m:%d %H:%M:%S")
    zoned = written + moment.strftime("%z")[:3] + ":" + moment.strftime("%z")[3:]
    document = document_id("cd" * 32)
    always = {
        "IFD0:ModifyDate": written,
        "XMP-tiff:Orientation": 1,
        "XMP-tiff:ImageWidth": RESULT.width,
        "XMP-exif:ExifImageWidth": RESULT.width,
        "XMP-xmp:CreatorTool": "Phota Desktop 0.1.0",
        "XMP-xmp:ModifyDate": zoned,
        "XMP-xmp:Rating": 2,
        "XMP-xmp:Label": "Green",
        "XMP-digiKam:ColorLabel": 4,
        "XMP-dc:Subject": ["market", "Zoë"],
        "XMP-xmpMM:DocumentID": document,
        "XMP-xmpMM:OriginalDocumentID": "xmp.did:first",
        "XMP-xmpMM:DerivedFromDocumentID": "xmp.did:orig",
        "XMP-xmpMM:DerivedFromInstanceID": "xmp.iid:orig",
        "XMP-xmpMM:HistoryAction": ["saved", "edited", "saved"],
        "XMP-xmpMM:HistorySoftwareAgent": ["Phota", "Phota Desktop 0.1.0"],
        "XMP-iptcExt:DigitalSourceType": SourceType.COMPOSITE_TRAINED.value,
        "XMP-iptcExt:PersonInImage": ["Ann", "Zoë"],
        "XMP-iptcExt:AISystemUsed": "Phota",
        "XMP-iptcExt:AISystemVersionUsed": "nb2",
    }
    kinds = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "tiff": "image/tiff"}
    for (name, end, _), (told, _, _) in finished.items():
        expected: dict[str, object] = {**always, "XMP-dc:Format": kinds[end]}
        if end != "tiff":
            expected["IFD0:Orientation"] = 1
            expected["ExifIFD:ExifImageWidth"] = RESULT.width
            expected["ExifIFD:ExifImageHeight"] = RESULT.height
        if end != "webp" and not name.endswith((".webp", ".heic")):
            expected["IPTC:Keywords"] = ["market", "Zoë"]
            if end == "jpg":
                assert told["Photoshop:IPTCDigest"] == told["File:CurrentIPTCDigest"]
        if name.endswith(".heic"):
            del expected["XMP-tiff:Orientation"]  # its library took it out already
        for tag, value in expected.items():
            assert told.get(tag) == value, (name, end, tag)
        assert told["XMP-xmpMM:InstanceID"] != "xmp.iid:orig"
        assert "XMP-iptcExt:AIPromptInformation" not in told
        assert not [tag for tag in told if tag.startswith("XMP-photaRecipe")]


def test_what_is_stale_is_gone(finished: dict) -> None:  # type: ignore[type-arg]
    for (name, end, _), (told, _, _) in finished.items():
        for tag in DROPPED:
            if tag != "XMP-digiKam:ColorLabel":
                assert tag not in told, (name, end, tag)
        assert not [tag for tag in told if tag.startswith(("IFD1:", "XMP-crs:", "XMP-GPano:"))]


def test_exiftool_has_nothing_against_what_is_written(finished: dict) -> None:  # type: ignore[type-arg]
    known = (
        "IPTC-NAA",  # TIFF lets it be bytes; exiftool itself writes longs, which readers swap
        "GPS tag",  # the original lacks them as well
        "ResolutionUnit",
        "Resolution",
    )
    for key, (_, complaints, _) in finished.items():
        serious = [
            one
            for one in complaints
            if "minor" not in one and not any(word in one for word in known)
        ]
        assert not [one for one in serious if one != "OK"], key


def test_pixels_and_profile_are_the_same_bytes(finished: dict, tmp_path: Path) -> None:  # type: ignore[type-arg]
    assert finished
    for end, kind in TARGETS.items():
        profile = samples.adobe_profile()
        content = samples.saved(RESULT, kind, icc_profile=profile)
        original = tmp_path / "o.jpg"
        original.write_bytes(samples.tagged_jpeg(samples.photo(80), 3))
        done = metadata.finish(
            content,
            RESULT.size,
            original=original,
            provenance=_provenance(),
            choice=MetadataChoice(),
        )
        path = tmp_path / f"p.{end}"
        path.write_bytes(done.content)
        with Image.open(path) as after, Image.open(_kept(tmp_path, content)) as before:
            assert after.tobytes() == before.tobytes()
            assert after.info["icc_profile"] == profile


def _kept(folder: Path, content: bytes) -> Path:
    path = folder / "before"
    path.write_bytes(content)
    return path
