"""Thousands of broken and hostile pictures: each is shown or refused by name, and nothing dies.

The fast part takes some 300 files, the slow one all: our own bombs, mutations of every format, and
the test pictures of packages that are installed (PHOTA_TEST_PICTURES names further folders).
"""

from __future__ import annotations

import io
import itertools
import os
import random
import resource
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from phota_desktop.imaging import pixels, reading, thumbnails
from phota_desktop.imaging.formats import sniff
from phota_desktop.imaging.problems import BadImage, BadImageError
from tests.unit.imaging import raw_samples

WALL_S = 12.0
MOST_BYTES = 5 << 28
"""A gibibyte, and a quarter for the bomb of 144 MP: see decoder/limits.py."""
FAST = 300

pytestmark = [pytest.mark.faults, pytest.mark.timeout(7200)]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(width: int, height: int, *more: bytes, rows: bytes = b"", bits: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), *more, _chunk(b"IDAT", zlib.compress(rows, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b"")


def _tiff(entries: list[tuple[int, int, int, int]], following: int, tail: bytes = b"") -> bytes:
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (
        b"II*\x00\x08\x00\x00\x00"
        + struct.pack("<H", len(entries))
        + rows
        + struct.pack("<I", following)
        + tail
    )


def _saved(image: Image.Image, kind: str, **how: object) -> bytes:
    held = io.BytesIO()
    image.save(held, kind, **how)
    return held.getvalue()


def _photo(side: int = 160) -> Image.Image:
    values = np.random.default_rng(5).integers(0, 256, (side // 8, side // 8, 3), np.uint8)
    return Image.fromarray(values).resize((side, side * 3 // 4))


def bombs() -> Iterator[tuple[str, bytes]]:
    """Yield small files that ask for much: pixels, text, profiles, loops, frames."""
    line = b"\x00" + bytes(3 * 12_000)
    yield "bomb-144MP.png", _png(12_000, 12_000, rows=line * 12_000)
    yield "bomb-claims-150MP.png", _png(12_247, 12_247)
    yield "bomb-200MP.png", _png(20_000, 10_000)
    yield "bomb-2G.png", _png(2**31 - 1, 2**31 - 1)
    yield "bomb-16bit.png", _png(9_000, 9_000, rows=bytes(9_000 * 54_001), bits=16)
    inflated = zlib.compress(bytes(300_000_000), 9)
    yield "bomb-ztxt.png", _png(4, 4, _chunk(b"zTXt", b"a\x00\x00" + inflated), rows=bytes(52))
    yield (
        "bomb-itxt.png",
        _png(4, 4, _chunk(b"iTXt", b"a\x00\x01\x00\x00\x00" + inflated), rows=bytes(52)),
    )
    yield "bomb-iccp.png", _png(4, 4, _chunk(b"iCCP", b"a\x00\x00" + inflated), rows=bytes(52))
    text = b"".join(_chunk(b"tEXt", b"k%d\x00" % n + b"x" * 900) for n in range(20_000))
    yield "bomb-many-texts.png", _png(4, 4, text, rows=bytes(52))
    yield "loop-ifd.tif", _tiff([(256, 3, 1, 4), (257, 3, 1, 4)], 8)
    loop = [(0x8769, 4, 1, 8), (0x014A, 4, 1, 8), (256, 3, 1, 9)]
    yield "loop-subifd.tif", _tiff(loop, 8)
    yield "tags-without-end.tif", _tiff([(700, 7, 0x7FFFFFFF, 8)] * 4000, 0)
    strips = [(256, 4, 1, 30_000), (257, 4, 1, 5_000), (258, 3, 1, 8), (259, 3, 1, 5)]
    yield "bomb-lzw.tif", _tiff([*strips, (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 9)], 0)
    first = Image.new("P", (400, 400))
    frames = [Image.new("P", (400, 400), n % 250) for n in range(600)]
    yield "frames.gif", _saved(first, "GIF", save_all=True, append_images=frames)
    few = [Image.new("RGB", (300, 300), (n, 0, 0)) for n in range(120)]
    yield "frames.webp", _saved(few[0], "WEBP", save_all=True, append_images=few[1:])
    yield "frames.tif", _saved(few[0], "TIFF", save_all=True, append_images=few[1:])
    yield "frames.png", _saved(few[0], "PNG", save_all=True, append_images=few[1:])
    yield "giant.gif", b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + bytes(200)
    head = struct.pack("<IiiHHIIiiII", 40, 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0)
    yield "giant.bmp", b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head
    whole = _saved(_photo(), "JPEG")
    at = whole.index(b"\xff\xc0")
    giant = whole[: at + 5] + struct.pack(">HH", 65_500, 65_500) + whole[at + 9 :]
    yield "giant.jpg", giant
    large = whole[: at + 5] + struct.pack(">HH", 12_000, 12_000) + whole[at + 9 :]
    yield "claims-144MP.jpg", large
    progressive = _saved(_photo(), "JPEG", progressive=True)
    scan = progressive.rindex(b"\xff\xda")
    at = progressive.index(b"\xff\xc2")
    grown = progressive[: at + 5] + struct.pack(">HH", 11_000, 11_000) + progressive[at + 9 : scan]
    yield "scans-without-end.jpg", grown + progressive[scan:-2] * 2_000
    exif = b"Exif\x00\x00" + _tiff([(0x8769, 4, 1, 8)] * 3000, 8)
    yield (
        "loop-exif.jpg",
        whole[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + whole[2:],
    )
    box = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic"
    yield "boxes.heic", box + (struct.pack(">I", 16) + b"meta" + bytes(8)) * 50_000
    yield "one-box.heic", box + struct.pack(">I", 0xFFFFFFF0) + b"meta" + bytes(200)


def never() -> Iterator[tuple[str, bytes]]:
    """Yield files that are no photos, under names of photos."""
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\nshowpage\n"
    yield "page.jpg", eps
    yield "dos.png", b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 30, len(eps)) + bytes(18) + eps
    yield "paper.jpg", _saved(_photo(), "PDF")
    yield "drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///x"/></svg>'
    yield "xml.png", b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'
    yield "placeable.bmp", b"\xd7\xcd\xc6\x9a" + bytes(100)
    yield "metafile.bmp", b"\x01\x00\x09\x00\x00\x03" + bytes(100)
    yield "enhanced.gif", struct.pack("<II", 1, 88) + bytes(32) + b" EMF" + bytes(100)
    yield "pixels.jpg", _saved(_photo(), "PPM")
    yield "icon.png", _saved(_photo(), "ICO")
    yield "jpeg2000.jpg", b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(200)
    yield "photoshop.tif", b"8BPS\x00\x01" + bytes(200)
    yield "targa.bmp", _saved(_photo(), "TGA")


def mutated(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield broken files of every format: bytes turned, cut, doubled and put in."""
    rng = random.Random(seed)  # noqa: S311 - the same files in every run
    image = _photo()
    heic = sorted((Path(__file__).parents[1] / "unit" / "imaging" / "heic").glob("*.heic"))
    whole = {
        "jpg": _saved(image, "JPEG", exif=_exif(), quality=80),
        "progressive.jpg": _saved(image, "JPEG", progressive=True),
        "cmyk.jpg": _saved(image.convert("CMYK"), "JPEG"),
        "png": _saved(image, "PNG"),
        "palette.png": _saved(image.convert("P"), "PNG"),
        "webp": _saved(image, "WEBP"),
        "lossless.webp": _saved(image, "WEBP", lossless=True, exif=_exif()),
        "deflate.tif": _saved(image, "TIFF", compression="tiff_adobe_deflate"),
        "lzw.tif": _saved(image, "TIFF", compression="tiff_lzw"),
        "jpeg.tif": _saved(image, "TIFF", compression="jpeg"),
        "plain.tif": _saved(image, "TIFF"),
        "gif": _saved(image.convert("P"), "GIF"),
        "bmp": _saved(image, "BMP"),
        "dng": raw_samples.dng(image.resize((96, 64)), 1, _saved(image, "JPEG")),
        **{f"{n}.heic": path.read_bytes() for n, path in enumerate(heic)},
    }
    names = sorted(whole)
    for number in range(count):
        name = names[number % len(names)]
        content = bytearray(whole[name])
        for _ in range(rng.choice((1, 1, 2, 5, 40))):
            at = rng.randrange(len(content)) if rng.random() < 0.5 else rng.randrange(40)
            what = rng.randrange(5)
            if what == 0:
                content[at] = rng.randrange(256)
            elif what == 1:
                content[at : at + 4] = rng.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
            elif what == 2 and len(content) > 100:
                del content[at : at + rng.randrange(1, 40)]
            elif what == 3:
                content[at:at] = content[at : at + rng.randrange(1, 200)]
            else:
                content = content[: max(at, 40)]
        yield f"mutated-{number}.{name}", bytes(content)


def _exif() -> bytes:
    return b"Exif\x00\x00" + _tiff([(0x0112, 3, 1, 6), (0x8769, 4, 1, 8)], 0)


def packaged() -> list[Path]:
    """Return the pictures that lie in installed packages and further folders."""
    import skimage
    import sklearn

    folders = [Path(str(one.__file__)).parent for one in (skimage, sklearn)]
    folders += [Path(one) for one in ("/usr/share/pixmaps", "/usr/share/icons")]
    folders += [Path(p) for p in os.environ.get("PHOTA_TEST_PICTURES", "").split(":") if p]
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and path.stat().st_size < 30_000_000:
                with path.open("rb") as stream:
                    head = stream.read(64)
                further = path.suffix.lower() in (".eps", ".pdf", ".svg", ".ps", ".wmf")
                if sniff(head) is not None or further:
                    found.append(path)
    return found


class Watch(threading.Thread):
    """The most memory that a decoder had of its own, beside what it was lent."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.05):
            for child in psutil.Process().children(recursive=True):
                self.most = max(self.most, self._private(child.pid))

    def _private(self, number: int) -> int:
        try:
            status = Path(f"/proc/{number}/status").read_text("ascii", "replace")
        except OSError:
            return 0
        told = [line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")]
        return int(told[0]) * 1024 if told else 0


def opened(path: Path) -> str:
    """Do all that the program does with a picture; return the reason for a refusal."""
    try:
        reading.probe(path)
        thumbnails.make(path, 320)
        pixels.load_bgra(path, 1, keep_alpha=True)
        reading.check_result(path)
    except BadImageError as error:
        refused = error
    else:
        return "shown"
    assert path.name[:20] in refused.message
    return refused.reason.value


def all_files(folder: Path, mutations: int, most_packaged: int) -> Iterator[Path]:
    made = itertools.chain(bombs(), mutated(mutations, 7))
    for name, content in made:
        path = folder / name
        path.write_bytes(content)
        yield path
        path.unlink()
    found = packaged()
    random.Random(3).shuffle(found)  # noqa: S311 - the same order in every run
    yield from found[:most_packaged]


def run(folder: Path, mutations: int, most_packaged: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ends, slowest, watch = Counter[str](), (0.0, ""), Watch()
    watch.start()
    for path in all_files(folder, mutations, most_packaged):
        began = time.monotonic()
        end = opened(path)
        took = time.monotonic() - began
        ends[end] += 1
        if took > 3:
            print(f"{path.name}: {end} after {took:.1f} s")  # noqa: T201 - the figures of the run
        slowest = max(slowest, (took, f"{path.name}: {end}"))
        # Four looks at one file. On a busy machine a decoder waits for its turn, see apart.py.
        assert took < 4 * WALL_S or (os.getloadavg()[0] > 4 and took < 100), path
    watch.ended.set()
    watch.join()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(  # noqa: T201 - the figures of the run
        f"\n{ends.total()} files: {dict(ends)}; slowest {slowest[0]:.1f} s ({slowest[1]}); most of"
        f" a decoder's own {watch.most / 2**20:.0f} MB; this process grew {grown // 1024} MB"
    )
    assert set(ends) <= {"shown", *(reason.value for reason in BadImage)}
    assert ends["shown"] > 0
    assert watch.most < MOST_BYTES


def test_there_are_at_most_ten_reasons() -> None:
    assert len(BadImage) <= 10


@pytest.mark.parametrize(("name", "content"), list(never()), ids=[name for name, _ in never()])
def test_what_is_no_photo_is_never_opened(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert opened(path) == BadImage.NOT_A_PHOTO.value


def test_some_hundred_files_are_shown_or_refused(tmp_path: Path) -> None:
    run(tmp_path, FAST - 100, 70)


@pytest.mark.slow
def test_all_files_that_can_be_had_are_shown_or_refused(tmp_path: Path) -> None:
    run(tmp_path, int(os.environ.get("PHOTA_TEST_MUTATIONS", "6000")), 100_000)
