"""A picture that is decoded while it is written is believed only if it is the finished file's."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phota_desktop.imaging import pixels
from phota_desktop.imaging.arriving import ArrivingPicture, check, levels_of
from phota_desktop.imaging.problems import BadImageError


def _noise(path: Path, mode: str = "RGB", extension: str = ".png") -> bytes:
    shape = (300, 400, len(mode)) if len(mode) > 1 else (300, 400)
    values = np.random.default_rng(3).integers(0, 255, shape, dtype=np.uint8)
    whole = path.with_suffix(extension)
    Image.fromarray(values, mode).save(whole)
    content = whole.read_bytes()
    whole.unlink()
    return content


def _arrive(part: Path, content: bytes, first: bytes = b"") -> ArrivingPicture:
    """Write ``first``, begin anew, and write ``content`` in pieces, while it is followed."""
    arriving = ArrivingPicture(part)
    thread = threading.Thread(target=arriving.decode)
    thread.start()
    if first:
        part.write_bytes(first)
        time.sleep(0.02)
    with part.open("wb", buffering=0) as file:
        for start in range(0, len(content), 50_000):
            file.write(content[start : start + 50_000])
            time.sleep(0.002)
    arriving.end()
    thread.join(10)
    assert not thread.is_alive()
    return arriving


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("mode", "extension"), [("RGB", ".png"), ("RGBA", ".png"), ("L", ".png"), ("RGB", ".jpg")]
)
def test_levels_are_those_of_the_file(tmp_path: Path, mode: str, extension: str) -> None:
    part = tmp_path / "a.part"
    content = _noise(tmp_path / "a", mode, extension)
    checked = check(part, _arrive(part, content), _sha(content))
    assert (checked.info.width, checked.info.height) == (400, 300)
    whole = pixels.load_bgra(part).pixels
    found = levels_of(checked, part)
    assert [level.shape for level in found] == [(300, 400, 4), (150, 200, 4)]
    assert np.array_equal(found[0], whole)


def test_a_plain_png_is_not_decoded_again(tmp_path: Path) -> None:
    part = tmp_path / "a.part"
    content = _noise(tmp_path / "a")
    assert _arrive(part, content).take(_sha(content)) is not None


def test_another_file_under_the_same_name_is_not_believed(tmp_path: Path) -> None:
    part = tmp_path / "a.part"
    content = _noise(tmp_path / "a")
    assert _arrive(part, content).take(_sha(b"another")) is None


def test_a_download_begun_anew_gives_the_new_pixels(tmp_path: Path) -> None:
    part = tmp_path / "a.part"
    content = _noise(tmp_path / "a")
    other = content[:200_000]
    checked = check(part, _arrive(part, content, first=other[::-1]), _sha(content))
    found = levels_of(checked, part)
    assert np.array_equal(found[0], pixels.load_bgra(part).pixels)


@pytest.mark.parametrize("damage", ["cut", "checksum", "tail"])
def test_what_is_damaged_is_refused(tmp_path: Path, damage: str) -> None:
    part = tmp_path / "a.part"
    content = _noise(tmp_path / "a")
    broken = {
        "cut": content[: len(content) // 2],
        "checksum": content[:200_000] + bytes([content[200_000] ^ 1]) + content[200_001:],
        "tail": content[:-12],
    }[damage]
    with pytest.raises(BadImageError):
        check(part, _arrive(part, broken), _sha(broken))


def test_following_ends_where_no_file_comes(tmp_path: Path) -> None:
    arriving = ArrivingPicture(tmp_path / "none.part")
    thread = threading.Thread(target=arriving.decode)
    thread.start()
    arriving.end()
    thread.join(5)
    assert not thread.is_alive()
    assert arriving.take("") is None
