"""Goal 12: what is uploaded is a picture and nothing else, by exiftool's judgement."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from phota_desktop.imaging.prepare import prepare
from tests.end2end.command_line import environ
from tests.end2end.screen import ROOT
from tests.fake_phota.api import Api
from tests.fake_phota.running import FakePhotaThread
from tests.unit.imaging import samples
from tests.unit.imaging.test_training_photo import judged, tagged_by_exiftool, with_previews

pytestmark = pytest.mark.timeout(300)

PLAIN = {
    "ExifTool",
    "File",
    "JFIF",
    "APP14",
    "RIFF",
    "PNG",
    "ICC_Profile",
    "Composite",
    "SourceFile",
}
"""Groups that tell of the picture's coding; none for EXIF, XMP, IPTC, MPF, maker notes, GPS."""
CODING = {
    "PNG": {
        *("BitDepth", "ColorType", "Compression", "Filter", "Interlace", "ImageWidth"),
        *("ImageHeight", "ProfileName"),
    },
    "Composite": {"ImageSize", "Megapixels"},
}


def private(told: dict[str, object]) -> list[str]:
    """Return the tags that say more than how the pixels are coded."""
    found = []
    for tag in told:
        group, _, name = tag.partition(":")
        if group not in PLAIN or name not in CODING.get(group, {name}) or tag == "File:Comment":
            found.append(tag)
    return found


def _look(sources: list[Path], sent: list[Path]) -> None:
    for path, told in zip(sources, judged(sources), strict=True):
        assert private(told), f"{path.name} has nothing to lose"
    for path, told in zip(sent, judged(sent), strict=True):
        assert private(told) == [], path.name
        assert samples.SECRET not in path.read_bytes(), path.name


def _prepared(folder: Path, orientations: tuple[int, ...]) -> int:
    inputs, outputs = folder / "in", folder / "out"
    inputs.mkdir()
    outputs.mkdir()
    sources = with_previews(inputs)
    if orientations:
        sources += tagged_by_exiftool(inputs, orientations)
    sent = [prepare(path, outputs / path.name.replace(".", "-")).path for path in sources]
    _look(sources, sent)
    for path, ready in zip(sources, sent, strict=True):
        if path.stem[-1].isdigit():  # the others are odd, and Pillow cannot judge them all
            _same_pixels(path, ready)
    return len(sources)


def _same_pixels(source: Path, sent: Path) -> None:
    with Image.open(source) as image:
        if image.info.get("icc_profile") or image.mode not in ("RGB", "L"):
            return  # its colours become sRGB; other tests look at that
        image.load()  # Pillow turns a TIFF while loading
        before = np.asarray(ImageOps.exif_transpose(image).convert("RGB")).astype(int)
    with Image.open(sent) as image:
        assert image.getexif().get(0x0112, 1) == 1
        after = np.asarray(image.convert("RGB")).astype(int)
    assert after.shape == before.shape
    assert np.abs(after - before).mean() < 4, source.name  # JPEG's own; a wrong turn is 50


@pytest.mark.faults
def test_nothing_private_is_uploaded(tmp_path: Path) -> None:
    assert _prepared(tmp_path, ()) >= 40


@pytest.mark.slow
def test_nothing_private_of_hundreds_is_uploaded(tmp_path: Path) -> None:
    assert _prepared(tmp_path, (1, 2, 3, 6, 8)) >= 250


@pytest.mark.faults
def test_what_reaches_the_server_is_bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same through the real program: the pictures are taken out of the requests."""
    bodies: list[bytes] = []
    submit = Api._submit

    def keep(self: Api, operation: str, raw: bytes, account: str) -> None:
        bodies.append(raw)
        submit(self, operation, raw, account)

    monkeypatch.setattr(Api, "_submit", keep)
    inputs = tmp_path / "in"
    inputs.mkdir()
    sources = [path for path in with_previews(inputs) if path.suffix in (".jpg", ".heic", ".png")]
    sources = sources[:10]
    words = ["--prompt", "warmer", "--together", "--engine", "phota", "--yes", "--out"]
    with FakePhotaThread(tmp_path / "ledger", job_seconds=0.1) as fake:
        done = subprocess.run(
            [sys.executable, "-m", "phota_desktop", "edit", *map(str, sources), *words, tmp_path],
            cwd=ROOT,
            env=environ(tmp_path, **fake.environ()),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    [body] = bodies
    for word in (str(tmp_path), *(path.name for path in sources)):
        assert word.encode() not in body
    pictures = json.loads(body)["images"]
    sent = []
    for number, picture in enumerate(pictures):
        text = picture.partition("base64,")[2] or picture
        sent.append(tmp_path / f"sent-{number}.jpg")
        sent[-1].write_bytes(base64.b64decode(text))
    assert len(sent) == len(sources)
    _look(sources, sent)


def test_a_private_tag_is_found() -> None:
    found = {"File:FileType": "JPEG", "EXIF:GPSLatitude": 1, "PNG:Comment": "a", "File:Comment": ""}
    assert private(found) == ["EXIF:GPSLatitude", "PNG:Comment", "File:Comment"]
