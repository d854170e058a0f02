"""Pictures from files, decoded off the window's thread: the newest request wins."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import QObject, QSize, QTimer, Signal, Slot

from phota_desktop.core.errors import PhotaError
from phota_desktop.viewmodels.image_cache import DEFAULT_BYTES, FileKey, ImageCache, LoadedImage
from phota_desktop.viewmodels.thumbnails import ThumbnailLoader

__all__ = ["ImageLoader", "LoadedImage", "ThumbnailLoader"]

_log = logging.getLogger(__name__)

FIRST_PANE = QSize(1920, 1200)
"""Device pixels of a pane before there is one: what the panels leave of 2560 × 1440."""

_FIRST_PAINT_MS = 40
"""How long loading the fast decoders waits after the first picture, so that it gets painted."""


class _Stage(IntEnum):
    """What has been done for a path; the next is done next."""

    CACHED = 0
    NEW = 1
    PREVIEWED = 2
    DONE = 3


class ImageLoader(QObject):
    """Gives ``preview`` and then ``ready`` for each path of the newest request, else ``failed``.

    Paths that a newer request no longer names are not begun and not told of. Signals come in the
    thread that owns the loader and carry the path as text, so that no picture is ever mistaken.
    """

    preview = Signal(object, object)
    ready = Signal(object, object)
    failed = Signal(object, str)
    _arrived = Signal(object, object, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        cache_bytes: int = DEFAULT_BYTES,
        threads: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._changed = threading.Condition()
        self._cache = ImageCache(cache_bytes)
        self._target = FIRST_PANE
        self._wanted: list[str] = []
        self._ahead: list[str] = []
        self._stages: dict[str, _Stage] = {}
        self._busy: set[str] = set()
        self._asked_again: set[str] = set()
        self._threads: list[threading.Thread] = []
        self._count = threads or max(os.cpu_count() or 1, 1)
        self._moving = False
        self._closed = False
        self._warming = False
        self._arrived.connect(self._deliver)

    @property
    def cached_bytes(self) -> int:
        """Memory that the cache holds."""
        with self._changed:
            return self._cache.size_bytes

    def set_target(self, width: int, height: int) -> None:
        """Tell the size of a pane in device pixels, for the choice of the preview's scale."""
        self._target = QSize(width, height)

    def set_moving(self, moving: bool) -> None:
        """Tell whether the person pans or zooms: then one core is left to the window."""
        with self._changed:
            self._moving = moving
            self._changed.notify_all()

    def request(self, *paths: Path) -> None:
        """Want these pictures now, in this order, and no others."""
        names = list(dict.fromkeys(os.fspath(path) for path in paths))
        known: list[tuple[str, LoadedImage]] = []
        with self._changed:
            for name in names:
                if name in self._wanted and self._stages.get(name, _Stage.NEW) < _Stage.DONE:
                    found = self._cache.find(name)
                elif (found := self._cache.find(name)) is not None:
                    # Shown at once; a worker then looks whether the file has changed since.
                    self._stages[name] = _Stage.CACHED
                else:
                    self._stages[name] = _Stage.NEW
                if name in self._busy and self._stages.get(name) is _Stage.CACHED:
                    self._asked_again.add(name)
                if found is not None:
                    known.append((name, found[1]))
            self._wanted = names
            self._forget_unwanted()
            if names:
                self._start()
        for name, image in known:
            (self.ready if image.complete else self.preview).emit(name, image)

    def prefetch(self, paths: Iterable[Path]) -> None:
        """Decode neighbours when nothing else is to be done; no signal tells of them."""
        with self._changed:
            self._ahead = [os.fspath(path) for path in paths]
            for name in self._ahead:
                if name not in self._stages:
                    cached = self._cache.find(name)
                    done = cached is not None and cached[1].complete
                    self._stages[name] = _Stage.DONE if done else _Stage.NEW
            self._forget_unwanted()
            self._start()

    def offer(self, path: Path, image: LoadedImage) -> None:
        """Keep a file's picture that was decoded elsewhere; from any thread but the window's.

        In the window's thread, freeing what has to go for it could cost a frame.
        """
        name = os.fspath(path)
        try:
            key = (name, path.stat().st_mtime_ns)
        except OSError:
            return
        with self._changed:
            if not self._closed:
                self._cache.put(key, image, pinned=self._wanted)

    def find(self, path: Path) -> LoadedImage | None:
        """Return what the cache has of a file, without reading it."""
        with self._changed:
            found = self._cache.find(os.fspath(path))
        return found[1] if found else None

    def close(self) -> None:
        """End the threads; a decode that has begun is waited for."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._cache.clear()

    def _forget_unwanted(self) -> None:
        kept = {*self._wanted, *self._ahead}
        self._stages = {name: stage for name, stage in self._stages.items() if name in kept}

    def _start(self) -> None:
        if not self._threads:
            # Only now, since an empty window is painted without these classes of Qt.
            from phota_desktop.viewmodels import decoding

            decoding.set_up()
            self._warming = not decoding.is_warm()
        while len(self._threads) < self._count and not self._closed:
            thread = threading.Thread(
                target=self._work, name=f"decoder {len(self._threads)}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        self._changed.notify_all()

    def _next(self) -> tuple[str, _Stage] | None:
        """Return the most urgent step that may begin now; the caller holds the lock."""
        limit = max(self._count - 1, 1) if self._moving else self._count
        if len(self._busy) >= limit:
            return None
        for names in (self._wanted, self._ahead):
            for last in (_Stage.NEW, _Stage.PREVIEWED):
                for name in names:
                    stage = self._stages.get(name, _Stage.DONE)
                    heavy = stage is _Stage.PREVIEWED or names is self._ahead
                    held = heavy and self._warming and bool(self._wanted)
                    if stage <= last and name not in self._busy and not held:
                        return name, stage
        return None

    def _work(self) -> None:
        from phota_desktop.viewmodels import decoding

        # At the start a person waits for the first picture and moves nothing yet.
        is_nice = False
        if decoding.is_warm():
            is_nice = _be_nice()
        while True:
            with self._changed:
                while (step := self._next()) is None and not self._closed:
                    self._changed.wait()
                if self._closed or step is None:
                    return
                name, stage = step
                self._busy.add(name)
                found = self._cache.find(name)
            outcome, value, after = self._do(name, stage, found)
            is_nice = is_nice or _be_nice()
            with self._changed:
                self._busy.discard(name)
                if self._closed:
                    return
                if name in self._asked_again:
                    # The file may have changed since this step looked at it.
                    self._asked_again.discard(name)
                elif name in self._stages:
                    self._stages[name] = after
                if isinstance(value, tuple):
                    self._cache.put(*value, pinned=self._wanted)
                if outcome and name in self._wanted:
                    told = value[1] if isinstance(value, tuple) else value
                    # Under the lock, or another worker's full picture could overtake a preview.
                    self._arrived.emit(outcome, name, told)
                self._changed.notify_all()

    def _do(
        self, name: str, stage: _Stage, found: tuple[FileKey, LoadedImage] | None
    ) -> tuple[str, tuple[FileKey, LoadedImage] | str | None, _Stage]:
        """Do one step in a worker; return what to tell, what to keep, what has been done."""
        from phota_desktop.viewmodels import decoding

        try:
            key = (name, Path(name).stat().st_mtime_ns)
            known = found[1] if found is not None and found[0] == key else None
            if stage is _Stage.CACHED and known is not None:
                return "", None, _Stage.DONE if known.complete else _Stage.PREVIEWED
            if stage is not _Stage.PREVIEWED:
                preview = self._preview(name)
                if preview is not None:
                    return "preview", (key, preview), _Stage.PREVIEWED
            return "ready", (key, decoding.decode_full(name, known)), _Stage.DONE
        except PhotaError as error:
            return "failed", error.message, _Stage.DONE
        except OSError as error:
            return "failed", error.strerror or "This picture cannot be read.", _Stage.DONE
        except Exception:  # noqa: BLE001 - a thread must not die silently; this logs and tells
            _log.exception("decoding failed")
            return "failed", "This picture cannot be read.", _Stage.DONE

    def _preview(self, name: str) -> LoadedImage | None:
        """Return a quick picture, or None where decoding all of it is as quick."""
        from phota_desktop.viewmodels import decoding

        header = decoding.read_header(name)
        if not decoding.is_warm() and header.width:
            eighths = decoding.eighths_for(header, self._target)
            return decoding.decode_with_qt(name, header, eighths)
        shrink = decoding.shrink_for(header, self._target)
        return decoding.decode_scaled(name, shrink) if shrink > 1 else None

    @Slot(object, object, object)
    def _deliver(self, outcome: str, name: str, value: LoadedImage | str) -> None:
        with self._changed:
            if self._closed:
                return
            wanted = name in self._wanted
            warming, first = self._warming, outcome == "preview"
        if warming:
            QTimer.singleShot(_FIRST_PAINT_MS if first else 0, self, self._warm)
        if not wanted:
            return
        if isinstance(value, LoadedImage):
            (self.ready if outcome == "ready" else self.preview).emit(name, value)
        elif value is not None:
            self.failed.emit(name, value)

    @Slot()
    def _warm(self) -> None:
        with self._changed:
            self._warming = False
            self._changed.notify_all()


def _be_nice() -> bool:
    from phota_desktop.services.niceness import be_nice  # not while the first picture is awaited

    be_nice()
    return True
