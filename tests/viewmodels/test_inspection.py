"""Facts, tones and readings: off the window's thread, of the pictures shown, exact to the pixel."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.requests import EditRequest
from phota_desktop.imaging import camera
from phota_desktop.viewmodels.comparison import Shown
from phota_desktop.viewmodels.images import ImageLoader
from phota_desktop.viewmodels.inspection import Inspector, Reading, size_words


def picture(path: Path, width: int = 40, height: int = 30) -> Path:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    for x in range(width):
        for y in range(height):
            image.setPixelColor(x, y, QColor(x * 5 % 256, y * 7 % 256, (x + y) % 256))
    assert image.save(str(path))
    return path


@pytest.fixture
def inspector(loader: ImageLoader) -> Iterator[Inspector]:
    made = Inspector(loader)
    yield made
    made.close()


def loaded(qtbot: QtBot, loader: ImageLoader, *paths: Path) -> tuple[Shown, ...]:
    loader.request(*paths)
    qtbot.waitUntil(lambda: all((i := loader.find(p)) is not None and i.complete for p in paths))
    return tuple(Shown(str(path), path.stem) for path in paths)


def test_nothing_is_read_while_nobody_looks(
    qtbot: QtBot, loader: ImageLoader, inspector: Inspector, tmp_path: Path
) -> None:
    shown = loaded(qtbot, loader, picture(tmp_path / "a.png"))
    inspector.show(shown)
    assert inspector._worker.is_idle
    assert inspector.tones is None
    inspector.set_on(True)
    qtbot.waitUntil(lambda: inspector.tones is not None)
    assert ("Pixels", "40 × 30 · 0.0 MP") in inspector.lines()


def test_a_reading_is_the_pixel_itself_in_every_picture(
    qtbot: QtBot, loader: ImageLoader, inspector: Inspector, tmp_path: Path
) -> None:
    one, two = picture(tmp_path / "a.png"), picture(tmp_path / "b.png", 80, 60)
    shown = loaded(qtbot, loader, one, two)
    inspector.set_on(True)
    inspector.show(shown)
    images = QImage(str(one)), QImage(str(two))
    for u, v in ((0.0, 0.0), (0.51, 0.27), (0.999, 0.999)):
        inspector.point({slot.path: (u, v) for slot in shown})
        readings = inspector.readings()
        assert [reading.label for reading in readings] == ["a", "b"]
        for reading, image in zip(readings, images, strict=True):
            colour = image.pixelColor(int(u * image.width()), int(v * image.height()))
            assert (reading.red, reading.green, reading.blue) == colour.getRgb()[:3]
            assert reading.is_exact
    inspector.point({one.as_posix(): (1.0, 0.5), str(two): (-0.01, 0.5)})
    assert inspector.readings() == ()


def test_transparent_pixels_read_as_what_they_are(
    qtbot: QtBot, loader: ImageLoader, inspector: Inspector, tmp_path: Path
) -> None:
    image = QImage(20, 10, QImage.Format.Format_ARGB32)
    image.fill(QColor(200, 100, 50, 128))
    image.setPixelColor(0, 0, QColor(0, 0, 0, 0))
    path = tmp_path / "a.png"
    assert image.save(str(path))
    inspector.set_on(True)
    [shown] = loaded(qtbot, loader, path)
    inspector.show([shown])
    inspector.point({shown.path: (0.5, 0.5)})
    [half] = inspector.readings()
    assert (half.red, half.green, half.blue) == pytest.approx((200, 100, 50), abs=2)
    inspector.point({shown.path: (0.0, 0.0)})
    assert inspector.readings()[0].words() == "transparent"
    qtbot.waitUntil(lambda: inspector.tones is not None)
    assert inspector.tones is not None
    assert inspector.tones.total == 0


def test_facts_and_tones_come_from_a_thread_of_their_own(
    qtbot: QtBot,
    loader: ImageLoader,
    inspector: Inspector,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = []
    real = camera.read_facts

    def noted(path: Path) -> camera.PhotoFacts:
        threads.append(threading.current_thread().name)
        return real(path)

    monkeypatch.setattr(camera, "read_facts", noted)
    inspector.set_on(True)
    inspector.show(loaded(qtbot, loader, picture(tmp_path / "a.png")))
    qtbot.waitUntil(lambda: inspector.tones is not None)
    assert threads == ["inspection"]


def test_of_a_fast_finger_the_last_picture_is_told(
    qtbot: QtBot,
    loader: ImageLoader,
    inspector: Inspector,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paths = [picture(tmp_path / f"{n}.png") for n in range(12)]
    real = camera.read_facts
    read = []

    def slow(path: Path) -> camera.PhotoFacts:
        time.sleep(0.03)
        read.append(path)
        return real(path)

    monkeypatch.setattr(camera, "read_facts", slow)
    shown = loaded(qtbot, loader, *paths)
    inspector.set_on(True)
    for one in shown:
        inspector.show((one,))
        assert inspector.lines()[0] == ("File", Path(one.path).name)
    qtbot.waitUntil(lambda: inspector.tones is not None)
    assert len(read) <= 2
    assert read[-1] == paths[-1]


def test_another_picture_than_the_last_can_be_spoken_of(
    qtbot: QtBot, loader: ImageLoader, inspector: Inspector, tmp_path: Path
) -> None:
    shown = loaded(qtbot, loader, *(picture(tmp_path / f"{n}.png") for n in range(3)))
    inspector.set_on(True)
    inspector.show(shown, Shown(shown[1].path, "as it is called elsewhere"))
    assert inspector.subject == shown[1]
    qtbot.waitUntil(lambda: inspector.tones is not None)
    inspector.show(shown, Shown("gone.png"))
    assert inspector.subject == shown[2]
    inspector.show(())
    assert inspector.subject is None


def test_a_file_that_cannot_be_read_says_why(
    qtbot: QtBot, inspector: Inspector, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"no picture at all")
    inspector.set_on(True)
    inspector.show((Shown(str(path), "Original"),))
    qtbot.waitUntil(lambda: inspector.lines()[1][1] != "Reading…")
    assert inspector.lines()[1][0] == ""


def test_a_variant_tells_what_it_was_made_by(
    qtbot: QtBot, loader: ImageLoader, tmp_path: Path
) -> None:
    path = picture(tmp_path / "v.png")
    job = Job(
        id="a" * 32,
        client_request_id="c",
        engine=Engine.PHOTA,
        request=EditRequest((tmp_path / "o.jpg",), "much\nwarmer", base_model="reve"),
        created=0,
        state=JobState.DONE,
        variants=(Variant(1, path, "0" * 64, 40, 30, "png"),),
        cost=Decimal("0.12"),
    )
    inspector = Inspector(loader, lambda: [job])
    inspector.set_on(True)
    inspector.show(loaded(qtbot, loader, path))
    qtbot.waitUntil(lambda: inspector.tones is not None)
    lines = dict(inspector.lines())
    assert lines["Made by"] == "Edit · reve · 1K"
    assert lines["Prompt"] == "much warmer"
    assert lines["Cost"] == "$0.12"
    assert "Prompt: much warmer" in inspector.text()
    inspector.close()


def test_what_is_told_stays_srgb_on_a_wide_monitor(
    qtbot: QtBot, loader: ImageLoader, inspector: Inspector, tmp_path: Path
) -> None:
    """The picture's pixels are in the monitor's space; in sRGB's they read otherwise."""
    from PIL import ImageCms

    path = picture(tmp_path / "a.png")
    inspector.set_on(True)
    [shown] = loaded(qtbot, loader, path)
    inspector.show([shown])
    inspector.point({shown.path: (0.5, 0.5)})
    [plain] = inspector.readings()
    inspector.set_screen(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    [again] = inspector.readings()
    assert (again.red, again.green, again.blue) == pytest.approx(
        (plain.red, plain.green, plain.blue), abs=1
    )


def test_readings_and_sizes_in_words() -> None:
    assert Reading("a", 118, 7, 120).words() == "118 7 120  #760778"
    assert Reading("a", 118, 7, 120, is_exact=False).words().startswith("≈ ")
    assert Reading("a", 0, 0, 0, alpha=0).words() == "transparent"
    assert Reading("a", 128, 128, 128).words(lab=True).endswith("L 53.6  a 0.0  b 0.0")
    assert [size_words(n) for n in (1, 999, 12_345, 5_240_000, 2_000_000_000)] == [
        *("1 byte", "999 bytes", "12 kB", "5.2 MB", "2.0 GB"),
    ]
