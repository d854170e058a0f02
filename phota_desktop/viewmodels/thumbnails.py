"""Small pictures for strips and lists, made off the window's thread and kept on disk."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal, Slot

from phota_desktop.core.errors import PhotaError

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from phota_desktop.imaging.colour import Pixels

_log = logging.getLogger(__name__)

_AFTER_START_S = 0.4
"""Rest before the first one, so that the photo being opened has the machine to itself."""


class ThumbnailLoader(QObject):
    """Gives ``ready(path, QImage)`` for each requested path once, else ``failed(path, words)``.

    ``cache`` is a folder for the files; ``side`` the longer side in pixels. Signals come in the
    thread that owns the loader.
    """

    ready = Signal(object, object)
    failed = Signal(object, str)
    _arrived = Signal(object, object, str)

    def __init__(self, cache: Path, side: int = 320, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache = cache
        self._side = side
        self._waiting: deque[str] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._arrived.connect(self._deliver)

    def request(self, path: Path) -> None:
        """Ask for the small picture of a file; asking again while it waits changes nothing."""
        name = os.fspath(path)
        with self._changed:
            if self._closing.is_set() or name in self._waiting:
                return
            self._waiting.append(name)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="thumbnails", daemon=True)
                self._thread.start()
            self._changed.notify()

    def offer(self, path: Path, levels: Sequence[Pixels]) -> None:
        """Make the small picture of a file from its levels, before it is asked for.

        For any thread but the window's. A failure is told when the picture is asked for.
        """
        from phota_desktop.imaging import thumbnails

        with contextlib.suppress(PhotaError):
            thumbnails.make_from(levels, path, self._side, self._cache)

    def take(self, path: Path, image: QImage) -> None:
        """Give the small picture of a file from one that is decoded, in about a millisecond."""
        from PySide6.QtCore import Qt  # 12 ms, which the first decode need not wait for

        name = os.fspath(path)
        with self._changed:
            if name in self._waiting:
                self._waiting.remove(name)
        aspect = Qt.AspectRatioMode.KeepAspectRatio
        # Coarsely to twice the size first: smooth scaling of all of it holds the GIL for long.
        double = QSize(2 * self._side, 2 * self._side)
        if image.width() > double.width() or image.height() > double.height():
            image = image.scaled(double, aspect)
        smooth = Qt.TransformationMode.SmoothTransformation
        self.ready.emit(name, image.scaled(double / 2, aspect, smooth))

    def close(self) -> None:
        """End the thread; one picture that has begun is waited for."""
        self._closing.set()
        with self._changed:
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        from PySide6.QtGui import QImage

        from phota_desktop.services.niceness import be_nice

        be_nice()
        self._closing.wait(_AFTER_START_S)
        while True:
            with self._changed:
                while not self._waiting and not self._closing.is_set():
                    self._changed.wait()
                if self._closing.is_set():
                    return
                name = self._waiting.popleft()
            try:
                image, problem = self._make(Path(name)), ""
            except PhotaError as error:
                image, problem = QImage(), error.message
            except OSError as error:
                image, problem = QImage(), error.strerror or "This picture cannot be read."
            except Exception:  # noqa: BLE001 - a thread must not die silently; this logs and tells
                _log.exception("thumbnail failed")
                image, problem = QImage(), "This picture cannot be read."
            if not self._closing.is_set():
                self._arrived.emit(name, image, problem)

    def _make(self, path: Path) -> QImage:
        from PySide6.QtGui import QImageReader

        from phota_desktop.imaging import thumbnails

        # A path, not bytes: Qt holds the GIL while it reads from memory.
        reader = QImageReader(str(thumbnails.make(path, self._side, self._cache)))
        image = reader.read()
        if image.isNull():
            raise OSError(0, reader.errorString())
        return image

    @Slot(object, object, str)
    def _deliver(self, name: str, image: QImage, problem: str) -> None:
        if self._closing.is_set():
            return
        if problem:
            self.failed.emit(name, problem)
        else:
            self.ready.emit(name, image)
