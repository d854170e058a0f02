"""The heat picture of what changed between two pictures, made off the window's thread."""

from __future__ import annotations

import logging
import math
import os
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from phota_desktop.core.alignment import Alignment
from phota_desktop.viewmodels.aligning import Pair, Place
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.levels import level_of, pixels_of
from phota_desktop.viewmodels.newest import IsCancelled, NewestWorker

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from phota_desktop.imaging.delta_e import Floats
    from phota_desktop.viewmodels.images import ImageLoader

_log = logging.getLogger(__name__)

GAINS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0)
"""Half stops; at 1, ΔE of 32 is brightest."""
FIRST_GAIN = 2.0
"""At 4 a picture with its tone changed is all yellow, at 1 a retouched face is all black."""
FIRST_SIDE = 1024
"""Pixels of the long side of a first look, whose words hold at every zoom."""
_SIDES = (FIRST_SIDE, 1536, 2048, 3072, 4096)
MOST_PIXELS = 12_000_000
"""Of a heat picture: with what it is made from 16 bytes each, so 190 MB at most."""
_SETTLE_MS = 120
"""How long a growing zoom must rest before a sharper heat picture is made."""


class _Aim:
    """From which pictures a heat picture is made, and how large; compared by identity."""

    def __init__(self, images: tuple[LoadedImage, LoadedImage], side: int) -> None:
        self.images, self.side = images, side

    def is_for(self, images: tuple[LoadedImage, LoadedImage], side: int) -> bool:
        return self.side == side and all(
            one is other for one, other in zip(self.images, images, strict=True)
        )


@dataclass(eq=False)
class _Wish:
    """What is to be shown of a pair; made anew for each, so that answers to others are known."""

    pair: Pair
    alignment: Alignment | None
    side: int
    gain: float
    aim: _Aim | None = None
    is_made: bool = False
    words: str = ""
    heat: QImage | None = None
    shown_gain: float = 0.0


@dataclass(frozen=True)
class _Answer:
    aim: _Aim
    heat: QImage
    gain: float
    words: str
    is_last: bool


@dataclass
class _Scratch:
    """What the worker keeps, so that another gain costs colours alone. Only its thread looks."""

    aim: _Aim | None = None
    delta: Floats | None = None
    words: str = ""


class Differ(QObject):
    """Tells ``heated`` with a picture of ΔE over the variant's frame, and ``told`` with its words.

    A first look comes soon, sharper ones follow as the zoom asks (``set_side``). It loads nothing:
    somebody asks the loader for both pictures. Signals come in the thread that owns the differ and
    name both paths; after ``want`` for another pair none comes of the one before.
    """

    heated = Signal(object, object, object)
    told = Signal(object, object, str)
    failed = Signal(object, object, str)
    gain_changed = Signal(float)
    _arrived = Signal(object, object)

    def __init__(self, loader: ImageLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._worker = NewestWorker("differ")
        self._wish: _Wish | None = None
        self._scratch = _Scratch()
        self._side, self._gain = FIRST_SIDE, FIRST_GAIN
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._go_on)
        self._arrived.connect(self._deliver)
        loader.preview.connect(self._on_image)
        loader.ready.connect(self._on_image)
        loader.failed.connect(self._on_lost)

    @property
    def gain(self) -> float:
        """How much the colours exaggerate."""
        return self._gain

    @property
    def words(self) -> str:
        """“changed 34 % of the frame”, empty until it is known."""
        return self._wish.words if self._wish else ""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being made or waits for the zoom to rest."""
        return self._worker.is_idle and not self._settle.isActive()

    def want(self, reference: Place, variant: Place, alignment: Alignment | None = None) -> None:
        """Show what changed from the reference to the variant; no alignment: frame on frame.

        What is known already is told again at once.
        """
        pair = (os.fspath(reference), os.fspath(variant))
        wish = self._wish
        if wish is not None and (wish.pair, wish.alignment) == (pair, alignment):
            if wish.heat is not None:
                self.heated.emit(*pair, wish.heat)
            return
        self._let_go()
        self._wish = _Wish(pair, alignment, self._side, self._gain)
        self._go_on()

    def stop(self) -> None:
        """Want nothing any more, and let the pictures go."""
        if self._wish is not None:
            self._let_go()

    def _let_go(self) -> None:
        self._wish = None
        self._settle.stop()
        # Not in this thread: to free them here could cost a frame.
        self._worker.start(lambda _is_cancelled: self._clear())

    def _clear(self) -> None:
        self._scratch = _Scratch()

    def set_side(self, pixels: float) -> None:
        """Tell how long the variant's long side is on the screen, in device pixels."""
        side = next((one for one in _SIDES if one >= pixels), _SIDES[-1])
        self._side = side
        if self._wish is not None and side > self._wish.side:
            self._wish.side = side
            self._settle.start()

    def set_gain(self, gain: float) -> None:
        """Exaggerate more or less, between the ends of ``GAINS``."""
        gain = min(max(gain, GAINS[0]), GAINS[-1])
        if gain == self._gain:
            return
        self._gain = gain
        self.gain_changed.emit(gain)
        if self._wish is not None:
            self._wish.gain = gain
            self._go_on()

    def step_gain(self, steps: int) -> None:
        """Go to the next larger (+1) or smaller (−1) gain."""
        nearest = min(range(len(GAINS)), key=lambda n: abs(GAINS[n] - self._gain))
        self.set_gain(GAINS[min(max(nearest + steps, 0), len(GAINS) - 1)])

    def close(self) -> None:
        """End the thread; at most one tile of a comparison is waited for."""
        self._wish = None
        self._settle.stop()
        self._worker.close()
        self._clear()

    @Slot()
    def _go_on(self) -> None:
        """Begin what is not made yet; what is being made from less is given up."""
        wish = self._wish
        if wish is None or (found := self._pictures(wish)) is None:
            return
        if wish.aim is None or not wish.aim.is_for(*found):
            wish.aim = _Aim(*found)
        elif not wish.is_made or wish.shown_gain == wish.gain:
            return
        wish.is_made = False
        aim = wish.aim

        def work(is_cancelled: IsCancelled) -> None:
            self._make(wish, aim, is_cancelled)

        self._worker.start(work)

    def _pictures(self, wish: _Wish) -> tuple[tuple[LoadedImage, LoadedImage], int] | None:
        """Return what to compare and how large, as far as it is loaded."""
        first, second = (self._loader.find(Path(name)) for name in wish.pair)
        if first is None or second is None:
            return None
        for side in dict.fromkeys((_bounded(wish.side, second), FIRST_SIDE)):
            if all(_levels(first, second, wish.alignment, side)):
                return (first, second), side
        return None

    def _make(self, wish: _Wish, aim: _Aim, is_cancelled: IsCancelled) -> None:
        """Work in the worker's thread; what comes of it is told by ``_arrived``."""
        try:
            if self._scratch.aim is not aim:
                self._clear()
                if aim.side > FIRST_SIDE:
                    self._compare(wish, aim, FIRST_SIDE, is_cancelled)
                    self._colour(wish, aim, is_cancelled, is_last=False)
                self._compare(wish, aim, aim.side, is_cancelled)
                self._scratch.aim = aim
            self._colour(wish, aim, is_cancelled, is_last=True)
        except CancelledError:
            raise
        except Exception:  # noqa: BLE001 - OpenCV has errors of its own; this logs and tells
            _log.exception("comparing failed")
            if not is_cancelled():
                self._arrived.emit(wish, "These pictures cannot be compared.")

    def _compare(self, wish: _Wish, aim: _Aim, side: int, is_cancelled: IsCancelled) -> None:
        from phota_desktop.imaging.difference import difference

        first, second = _levels(*aim.images, wish.alignment, side)
        if first is None or second is None:
            raise ValueError("a preview is not enough")
        found = difference(
            pixels_of(first),
            pixels_of(second),
            wish.alignment,
            max_side=side,
            is_cancelled=is_cancelled,
        )
        self._scratch.delta = found.delta
        self._scratch.words = self._scratch.words or found.words()

    def _colour(self, wish: _Wish, aim: _Aim, is_cancelled: IsCancelled, *, is_last: bool) -> None:
        from phota_desktop.imaging.difference import heat
        from phota_desktop.viewmodels.decoding import wrap_levels

        if self._scratch.delta is None:
            return
        gain = wish.gain  # the newest: a slider that is dragged does not begin anything anew
        (image,) = wrap_levels((heat(self._scratch.delta, gain),))
        if not is_cancelled():
            answer = _Answer(aim, image, gain, self._scratch.words, is_last)
            self._arrived.emit(wish, answer)

    @Slot(object, object)
    def _deliver(self, wish: _Wish, answer: _Answer | str) -> None:
        if wish is not self._wish:
            return  # the finger was faster
        if isinstance(answer, str):
            self.failed.emit(*wish.pair, answer)
            return
        if answer.aim is not wish.aim:
            return
        wish.heat, wish.shown_gain = answer.heat, answer.gain
        wish.is_made = answer.is_last
        self.heated.emit(*wish.pair, answer.heat)
        if wish is self._wish and answer.words != wish.words:
            wish.words = answer.words
            self.told.emit(*wish.pair, answer.words)
        if answer.is_last:
            self._go_on()

    @Slot(object, object)
    def _on_image(self, name: str, _image: LoadedImage) -> None:
        if self._wish is not None and name in self._wish.pair:
            self._go_on()

    @Slot(object, str)
    def _on_lost(self, name: str, words: str) -> None:
        if self._wish is not None and name in self._wish.pair:
            self.failed.emit(*self._wish.pair, words)


def _bounded(side: int, variant: LoadedImage) -> int:
    """Return the long side of a heat picture: not beyond the variant, nor ``MOST_PIXELS``."""
    long, short = sorted((variant.full_width, variant.full_height), reverse=True)
    return min(side, long, math.isqrt(MOST_PIXELS * long // max(short, 1)))


def _levels(
    reference: LoadedImage, variant: LoadedImage, alignment: Alignment | None, side: int
) -> tuple[QImage | None, QImage | None]:
    """Return levels with every pixel that a heat picture with that long side can tell."""
    part = 1.0
    if alignment is not None:  # of the reference the variant may show but a part
        part = max(1.0, abs(alignment.frames.xx), abs(alignment.frames.yy))
    return level_of(reference, math.ceil(side * part)), level_of(variant, side)
