"""Finds off the window's thread how variants lie over what they are compared with."""

from __future__ import annotations

import logging
import os
import weakref
from collections import OrderedDict
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from phota_desktop.core.alignment import Alignment, Size
from phota_desktop.viewmodels.image_cache import FileKey, LoadedImage
from phota_desktop.viewmodels.levels import level_of, pixels_of
from phota_desktop.viewmodels.newest import IsCancelled, NewestWorker

if TYPE_CHECKING:
    from phota_desktop.viewmodels.images import ImageLoader

_log = logging.getLogger(__name__)

SIDE = 1024
"""Pixels of the long side that aligning takes (imaging.registration.FINE_SIDE)."""
KEPT = 64
"""Pairs whose alignment is remembered; one takes some hundred bytes."""

Pair = tuple[str, str]
"""The paths of a reference and of a variant."""
Place = Path | str


@dataclass(frozen=True)
class _Known:
    """An alignment and the versions of the files that it is of."""

    keys: tuple[FileKey, FileKey]
    alignment: Alignment


class _Use:
    """Which pictures an alignment is made from, without keeping them in memory."""

    def __init__(self, images: tuple[LoadedImage, LoadedImage]) -> None:
        self._images = tuple((weakref.ref(image), image.complete) for image in images)

    def is_outdated_by(self, image: LoadedImage, place: int) -> bool:
        """Tell whether the loader has read a changed file anew; a preview's pixels are as good."""
        used, was_complete = self._images[place]
        return was_complete and used() is not image


class Aligner(QObject):
    """Tells ``aligned`` for each pair of the newest ``want``, once its pictures are loaded.

    It loads nothing: it listens to the loader, which somebody asks for the same pictures. Signals
    come in the thread that owns the aligner and name both paths, so that no alignment is taken
    for another pair's. A pair is told of again when one of its files has changed.
    """

    aligned = Signal(object, object, object)
    failed = Signal(object, object, str)
    _arrived = Signal(object, object, object)

    def __init__(self, loader: ImageLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._worker = NewestWorker("aligner")
        self._wanted: list[Pair] = []
        self._uses: dict[Pair, _Use] = {}
        self._running: Pair | None = None
        self._kept: OrderedDict[Pair, _Known] = OrderedDict()
        self._arrived.connect(self._deliver)
        loader.preview.connect(self._on_image)
        loader.ready.connect(self._on_image)
        loader.failed.connect(self._on_lost)

    @property
    def wanted(self) -> tuple[Pair, ...]:
        """The pairs that are told of."""
        return tuple(self._wanted)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being aligned."""
        return self._running is None and self._worker.is_idle

    def find(self, reference: Place, variant: Place) -> Alignment | None:
        """Return what is known of a pair, without waiting; what ``want`` tells may be newer."""
        known = self._kept.get((os.fspath(reference), os.fspath(variant)))
        return known.alignment if known else None

    def want(self, reference: Place, *variants: Place) -> None:
        """Align these variants with the reference, in this order, and no other pair."""
        name = os.fspath(reference)
        pairs = [(name, os.fspath(variant)) for variant in variants]
        wanted = [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._uses = {pair: use for pair, use in self._uses.items() if pair in wanted}
        if self._running not in wanted:
            self._give_up()
        for pair in wanted:
            known = self._kept.get(pair)
            if known is not None:
                self._kept.move_to_end(pair)
                self.aligned.emit(*pair, known.alignment)
        self._go_on()

    def stop(self) -> None:
        """Want nothing any more."""
        self._wanted, self._uses = [], {}
        if self._running is not None:
            self._give_up()

    def close(self) -> None:
        """End the thread; at most one step of an alignment is waited for."""
        self._wanted, self._uses, self._running = [], {}, None
        self._worker.close()

    def _give_up(self) -> None:
        self._worker.cancel()
        self._running = None

    def _go_on(self) -> None:
        """Begin with the first pair that is not done and whose pictures are there."""
        if self._running is not None:
            return
        for pair in self._wanted:
            images = None if pair in self._uses else self._images(pair)
            if images is not None:
                self._begin(pair, images)
                return

    def _images(self, pair: Pair) -> tuple[LoadedImage, LoadedImage] | None:
        first, second = (self._loader.find(Path(name)) for name in pair)
        if first is None or second is None:
            return None
        enough = all(level_of(image, SIDE) is not None for image in (first, second))
        return (first, second) if enough else None

    def _begin(self, pair: Pair, images: tuple[LoadedImage, LoadedImage]) -> None:
        use = _Use(images)
        self._running, self._uses[pair] = pair, use
        known = self._kept.get(pair)

        def work(is_cancelled: IsCancelled) -> None:
            outcome = _outcome(pair, images, known, is_cancelled)
            if not is_cancelled():
                self._arrived.emit(pair, use, outcome)

        self._worker.start(work)

    @Slot(object, object, object)
    def _deliver(self, pair: Pair, use: _Use, outcome: _Known | str) -> None:
        if self._uses.get(pair) is not use:
            return  # the finger was faster, or a file has changed meanwhile
        self._running = None
        if isinstance(outcome, str):
            self.failed.emit(*pair, outcome)
        else:
            known = self._kept.pop(pair, None)
            self._kept[pair] = outcome
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            if known is None or known.alignment != outcome.alignment:
                self.aligned.emit(*pair, outcome.alignment)
        self._go_on()

    @Slot(object, object)
    def _on_image(self, name: str, image: LoadedImage) -> None:
        for pair in self._wanted:
            if name not in pair or pair not in self._uses:
                continue
            if self._uses[pair].is_outdated_by(image, pair.index(name)):
                del self._uses[pair]
                self._kept.pop(pair, None)
                if self._running == pair:
                    self._give_up()
        self._go_on()

    @Slot(object, str)
    def _on_lost(self, name: str, words: str) -> None:
        for pair in self._wanted:
            if name in pair:
                self.failed.emit(*pair, words)


def _outcome(
    pair: Pair,
    images: tuple[LoadedImage, LoadedImage],
    known: _Known | None,
    is_cancelled: IsCancelled,
) -> _Known | str:
    """Work in the worker's thread; a text says what went wrong."""
    try:
        keys = _key(pair[0]), _key(pair[1])
        if known is not None and known.keys == keys:
            return known
        return _Known(keys, _registered(images, is_cancelled))
    except CancelledError:
        raise
    except OSError as error:
        return error.strerror or "This picture cannot be read."
    except Exception:  # noqa: BLE001 - OpenCV has errors of its own; this logs and tells
        _log.exception("aligning failed")
        return "These pictures cannot be aligned."


def _registered(images: tuple[LoadedImage, LoadedImage], is_cancelled: IsCancelled) -> Alignment:
    from phota_desktop.imaging.registration import register

    first, second = (level_of(image, SIDE) for image in images)
    if first is None or second is None:
        raise ValueError("a preview is not enough")
    found = register(pixels_of(first), pixels_of(second), is_cancelled)
    return found.of_sizes(_size(images[0]), _size(images[1]))


def _key(name: str) -> FileKey:
    return name, Path(name).stat().st_mtime_ns


def _size(image: LoadedImage) -> Size:
    return image.full_width, image.full_height
