"""Small pictures for strips, lists and the library, made off the window's thread and kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from phota_desktop.imaging.colour import Pixels
    from phota_desktop.viewmodels.thumbnail_work import ThumbnailWork, Wanted


class ThumbnailLoader(QObject):
    """Gives ``ready(path, QImage)`` for each requested path once, else ``failed(path, words)``.

    Views of many pictures say with :meth:`want` which they want now; these come as
    ``fitted(Wanted, QImage)``: a null image for what cannot be read, a coarser one first where
    that is sooner. ``seen`` tells which of their files are there (path to bool). ``cache`` names
    the cache's file, ``.sqlite3`` put to its end; ``side`` is of plain requests. Signals come in
    the thread that owns the loader.
    """

    ready = Signal(object, object)
    failed = Signal(object, str)
    fitted = Signal(object, object)
    seen = Signal(object)
    _arrived = Signal(object, object, str)
    _looked = Signal(object)

    def __init__(self, cache: Path, side: int = 320, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._is_closed = False
        self._plain: set[Wanted] = set()
        self._cache = cache.with_suffix(".sqlite3")
        self._arrived.connect(self._deliver)
        self._looked.connect(self._deliver_seen)

    @cached_property
    def _work(self) -> ThumbnailWork:
        """The threads; their code can wait until a picture is asked for."""
        from phota_desktop.viewmodels.thumbnail_work import ThumbnailWork

        return ThumbnailWork(self._cache, self._arrived.emit, self._looked.emit)

    def request(self, path: Path) -> None:
        """Ask for the small picture of a file; asking again while it waits changes nothing."""
        from phota_desktop.viewmodels.thumbnail_work import Wanted

        wanted = Wanted(os.fspath(path), side=self._side)
        if not self._is_closed:
            self._plain.add(wanted)
            self._work.add(wanted)

    def want(self, owner: str, wanted: Sequence[Wanted], *, look_for: Sequence[str] = ()) -> None:
        """Ask for these, in this order; what ``owner`` asked for before and waits is dropped.

        Afterwards it is looked whether the files ``look_for`` are there.
        """
        if not self._is_closed:
            self._work.set_wanted(owner, wanted, look_for)

    def offer(self, path: Path, levels: Sequence[Pixels]) -> None:
        """Make the small picture of a file from its levels, before it is asked for.

        For any thread but the window's. A failure is told when the picture is asked for.
        """
        self._work.keep_made(path, levels)

    def take(self, path: Path, image: QImage) -> None:
        """Give the small picture of a file from one that is decoded, in about a millisecond."""
        from PySide6.QtCore import Qt  # 12 ms, which the first decode need not wait for

        name = os.fspath(path)
        self._work.drop(name)
        aspect = Qt.AspectRatioMode.KeepAspectRatio
        # Coarsely to twice the size first: smooth scaling of all of it holds the GIL for long.
        double = QSize(2 * self._side, 2 * self._side)
        if image.width() > double.width() or image.height() > double.height():
            image = image.scaled(double, aspect)
        smooth = Qt.TransformationMode.SmoothTransformation
        self.ready.emit(name, image.scaled(double / 2, aspect, smooth))

    def close(self) -> None:
        """End the threads; pictures that have begun are waited for."""
        self._is_closed = True
        if "_work" in self.__dict__:
            self._work.close()

    @Slot(object, object, str)
    def _deliver(self, wanted: Wanted, image: QImage, problem: str) -> None:
        if self._is_closed:
            return
        if wanted not in self._plain:
            self.fitted.emit(wanted, image)
            return
        self._plain.discard(wanted)
        if problem:
            self.failed.emit(wanted.path, problem)
        else:
            self.ready.emit(wanted.path, image)

    @Slot(object)
    def _deliver_seen(self, found: dict[str, bool]) -> None:
        if not self._is_closed:
            self.seen.emit(found)
