"""On the real canvas a moved variant lies exactly over its original, measured in its pixels."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phota_desktop.imaging import pixels  # noqa: F401 - the program is warm
from phota_desktop.imaging.registration import register
from phota_desktop.ui.compare_bar import CompareBar
from phota_desktop.ui.compare_link import CompareLink
from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.ui.theme import apply_theme
from phota_desktop.viewmodels.aligning import Aligner
from phota_desktop.viewmodels.comparison import Comparison, Shown, View
from phota_desktop.viewmodels.difference import Differ
from phota_desktop.viewmodels.images import ImageLoader
from tests.viewmodels.pairs import Gaps, moved, photo, save

Grey = npt.NDArray[np.uint8]
Point = tuple[float, float]


@dataclass
class Bench:
    """Everything that the window joins."""

    loader: ImageLoader
    canvas: ImageCanvas
    comparison: Comparison
    aligner: Aligner
    differ: Differ
    bar: CompareBar
    link: CompareLink
    qtbot: QtBot

    def show(self, original: Path, variant: Path, view: View) -> None:
        self.comparison.set_view(view)
        self.comparison.set_pair(Shown(str(original), "Original"), Shown(str(variant), "v1"))
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(self.canvas.is_settled, timeout=20_000)
        self.qtbot.waitUntil(lambda: self.aligner.is_idle and self.differ.is_idle, timeout=20_000)
        self.qtbot.wait(30)

    def sides(self) -> tuple[Grey, Grey]:
        """Return what the original's half and what the variant's half of a swipe show."""
        return self._only(1.0), self._only(0.0)

    def _only(self, position: float) -> Grey:
        """Return the canvas with the line at one end, without labels and bar."""
        compare = self.canvas.compare
        compare.set_divider(type(compare.divider)(position))
        compare.hide()
        self.bar.hide()
        image = self.canvas.grab().toImage().convertToFormat(self._format)
        compare.show()
        flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
        # Nothing but the picture, and of it not the edge, where the moved one has none.
        placed = self.canvas.viewport.place(self.canvas.viewport.leader)
        across = round(min(placed.width * 0.84, image.width() - 8)) // 2
        down = round(min(placed.height * 0.84, image.height() - 120)) // 2
        x, y = image.width() // 2, image.height() // 2
        return flat[y - down : y + down, x - across : x + across].copy()

    @property
    def _format(self) -> object:
        from PySide6.QtGui import QImage

        return QImage.Format.Format_Grayscale8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    coffee = photo("coffee", 3000)
    save(folder / "photo.png", coffee)
    save(folder / "same.png", coffee)
    half = cv2.resize(coffee, (1500, 1000), interpolation=cv2.INTER_AREA)
    save(folder / "moved.png", moved(np.asarray(half, np.uint8), (12, 0), 1.01))
    save(folder / "crop.jpg", coffee[:, 700:2200])
    save(folder / "other.jpg", photo("astronaut", 2000))
    for shift in (3, 9, 15, 21):
        save(folder / f"{shift}.jpg", moved(np.asarray(half, np.uint8), (shift, 0)))
    return folder


@pytest.fixture
def bench(qapp: QApplication, qtbot: QtBot) -> Iterator[Bench]:
    apply_theme(qapp, "dark")
    loader = ImageLoader(threads=2)
    comparison = Comparison()
    canvas = ImageCanvas(loader, comparison=comparison)
    qtbot.addWidget(canvas)
    canvas.resize(1200, 800)
    with qtbot.waitExposed(canvas):
        canvas.show()
    aligner, differ, bar = Aligner(loader), Differ(loader), CompareBar()
    bar.dock(canvas)
    link = CompareLink(canvas, comparison, aligner, differ, bar)
    yield Bench(loader, canvas, comparison, aligner, differ, bar, link, qtbot)
    aligner.close()
    differ.close()
    loader.close()


def offsets(one: Grey, two: Grey) -> list[Point]:
    """Return by how many pixels parts of the second picture lie beside the first."""
    found = []
    for y in range(0, one.shape[0] - 139, 140):
        for x in range(0, one.shape[1] - 159, 160):
            part = (slice(y, y + 140), slice(x, x + 160))
            window = cv2.createHanningWindow((160, 140), cv2.CV_32F)
            first, second = one[part].astype(np.float32), two[part].astype(np.float32)
            if first.std() < 12:
                continue
            (dx, dy), response = cv2.phaseCorrelate(first, second, window)
            if response > 0.3:
                found.append((dx, dy))
    assert len(found) >= 6
    return found


def median(found: list[Point]) -> float:
    return float(np.median([np.hypot(*one) for one in found]))


def assert_over_each_other(one: Grey, two: Grey, scale: float) -> None:
    """Measure twice: part by part by phases, and as one map over all parts.

    ``scale`` is how many pixels of the screen one of the variant takes.
    """
    found = offsets(one, two)
    assert median(found) < 0.15, found
    assert max(float(np.hypot(*part)) for part in found) < 0.5, found
    over_all = register(one, two)
    assert over_all.is_sure
    assert over_all.displacement < 0.25 * max(scale, 1.0)


@pytest.mark.parametrize("percent", [0, 50, 100, 200])
def test_a_moved_and_enlarged_variant_lies_over_its_original(
    bench: Bench, folder: Path, percent: int
) -> None:
    bench.show(folder / "photo.png", folder / "moved.png", View.SWIPE)
    if percent:
        bench.canvas.viewport.set_percent(percent)
    assert bench.bar.align_label.text() == "shifted 12 px, 1.0 % larger"
    scale = bench.canvas.viewport.scale()
    assert_over_each_other(*bench.sides(), scale)
    bench.bar.show()
    bench.link.toggle_alignment()
    QApplication.processEvents()
    assert median(offsets(*bench.sides())) > 8 * scale
    bench.bar.show()
    bench.link.toggle_alignment()
    assert_over_each_other(*bench.sides(), scale)


def test_another_crop_lies_over_its_original(bench: Bench, folder: Path) -> None:
    bench.show(folder / "photo.png", folder / "crop.jpg", View.SWIPE)
    assert bench.bar.align_label.text().startswith("another crop")
    one, two = bench.sides()
    inside = slice(round(one.shape[1] * 0.25), round(one.shape[1] * 0.7))
    close = np.abs(one[:, inside].astype(int) - two[:, inside]) <= 12
    assert close.mean() > 0.98


def test_unrelated_pictures_are_left_as_they_are(bench: Bench, folder: Path) -> None:
    bench.show(folder / "photo.png", folder / "other.jpg", View.SWIPE)
    assert bench.bar.align_label.text() == "not aligned"
    assert not bench.bar.align_box.isEnabled()


def test_the_difference_of_an_unchanged_picture_is_black(bench: Bench, folder: Path) -> None:
    bench.show(folder / "photo.png", folder / "same.png", View.DIFFERENCE)
    assert bench.bar.isVisible()
    assert bench.bar.changed_label.text() == "nothing changed that can be seen"
    assert bench.bar.align_label.text() == "in place"
    bench.bar.hide()
    shown = bench.canvas.grab().toImage()
    for x in range(100, 1100, 50):
        for y in range(80, 700, 50):
            assert shown.pixelColor(x, y).name() == "#000000"


def test_the_difference_heeds_the_tick_and_the_gain(bench: Bench, folder: Path) -> None:
    def lightness() -> float:
        image = bench.canvas.grab().toImage().scaled(12, 8)
        return sum(image.pixelColor(x, y).lightness() for x in range(3, 9) for y in range(2, 6))

    bench.show(folder / "photo.png", folder / "moved.png", View.DIFFERENCE)
    assert bench.bar.changed_label.text() == "nothing changed that can be seen"
    aligned = lightness()
    QTest.keyClick(bench.bar.align_box, Qt.Key.Key_Space)
    bench.settle()
    assert bench.bar.changed_label.text().startswith("changed")
    assert lightness() > 1.5 * aligned
    before = lightness()
    bench.canvas.turn_or_gain(1)
    bench.settle()
    assert bench.bar.gain_label.text() == "2.8×"
    assert lightness() > before
    bench.comparison.set_showing_original(True)
    bench.comparison.set_showing_original(False)
    QApplication.processEvents()
    assert lightness() > before


def test_pinning_and_unpinning_by_the_bar(bench: Bench, folder: Path) -> None:
    bench.show(folder / "photo.png", folder / "3.jpg", View.SWIPE)
    QTest.keyClick(bench.bar.pin_button, Qt.Key.Key_Space)
    assert bench.comparison.pinned == Shown(str(folder / "3.jpg"), "v1")
    assert bench.bar.isVisible()
    bench.comparison.set_pair(bench.comparison.original, Shown(str(folder / "15.jpg"), "v2"))
    bench.settle()
    assert bench.bar.align_label.text() == "shifted 12 px"
    QTest.keyClick(bench.bar.pin_button, Qt.Key.Key_Space)
    bench.settle()
    assert bench.comparison.pinned is None
    assert bench.bar.align_label.text() == "shifted 15 px"


def test_every_picture_of_a_survey_is_aligned(bench: Bench, folder: Path) -> None:
    names = ("photo.png", "3.jpg", "9.jpg", "15.jpg")
    bench.show(folder / "photo.png", folder / "15.jpg", View.SURVEY)
    bench.comparison.set_selection([Shown(str(folder / name), name) for name in names])
    bench.settle()
    found = [bench.aligner.find(*pair) for pair in bench.comparison.pairs()]
    assert [round(one.shift_px[0]) for one in found if one] == [3, 9, 15]


def test_random_steps_end_with_the_right_words(bench: Bench, folder: Path) -> None:
    """Words and pixels are those of the pair on the canvas, however quickly it changes."""
    chance = random.Random(3)  # noqa: S311 - not for secrets
    drawn: list[tuple[tuple[str, str], float]] = []
    lay = bench.canvas.set_alignment

    def spy(pair: tuple[str, str], alignment: object) -> None:
        if alignment is not None:
            drawn.append((pair, alignment.shift_px[0]))  # type: ignore[attr-defined]
        lay(pair, alignment)  # type: ignore[arg-type]

    bench.canvas.set_alignment = spy  # type: ignore[method-assign]
    bench.show(folder / "photo.png", folder / "9.jpg", View.SWIPE)
    original = bench.comparison.original
    gaps = Gaps()
    for _ in range(80):
        name = chance.choice((3, 9, 15, 21))
        bench.comparison.set_pair(original, Shown(str(folder / f"{name}.jpg"), str(name)))
        bench.comparison.set_view(chance.choice((View.SWIPE, View.SIDE, View.DIFFERENCE)))
        if chance.random() < 0.4:
            bench.qtbot.wait(chance.choice((1, 10, 50, 200)))
    longest = gaps.stop()
    bench.comparison.set_pair(original, Shown(str(folder / "21.jpg"), "21"))
    bench.settle()
    assert bench.bar.align_label.text() == "shifted 21 px"
    assert {round(shift) for _, shift in drawn} <= {3, 9, 15, 21}
    for pair, shift in drawn:
        assert shift == pytest.approx(int(Path(pair[1]).stem), abs=0.25)
    # Frames of the whole canvas are among these, and others use the machine.
    assert longest[len(longest) // 50] < 100, longest[:9]
