"""Pictures from files, decoded off the window's thread: the newest request wins."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, QTimer, Signal, Slot

from phota_desktop.viewmodels.buffers import Buffers
from phota_desktop.viewmodels.crew import Crew
from phota_desktop.viewmodels.image_cache import (
    DEFAULT_BYTES,
    Found,
    ImageCache,
    LoadedImage,
    Stage,
)
from phota_desktop.viewmodels.thumbnails import ThumbnailLoader

if TYPE_CHECKING:
    from phota_desktop.imaging.display import DisplayTarget

__all__ = ["ImageLoader", "LoadedImage", "ThumbnailLoader"]

FIRST_PANE = QSize(1920, 1200)
"""Device pixels of a pane before there is one: what the panels leave of 2560 × 1440."""

_FIRST_PAINT_MS = 40
"""How long loading the fast decoders waits after the first picture, so that it gets painted."""


_FAST_STEP_S = 0.3
"""Steps closer to each other than this are on the way to somewhere else."""
_ACTIVE_S = 0.5  # after a step, full decodes leave one core to the window
_SETTLE_S = 0.12
"""How long a picture that was stepped to so fast is wanted before all of it is decoded."""
_SMALL_BYTES = 48 << 20
"""What is decoded at once all the same: about nine megapixels."""
_PATIENCE_S = 1.0
"""How long a decode waits for memory that the canvas or a comparison still has."""
_LOOK_AGAIN_S = 0.02


class ImageLoader(QObject):
    """Gives ``preview`` and then ``ready`` for each path of the newest request, else ``failed``.

    Paths that a newer request no longer names are not begun and not told of. Signals come in the
    thread that owns the loader and carry the path as text, so that no picture is ever mistaken.

    A decode that is no longer wanted cannot be stopped within the libraries: it goes on, a fresh
    thread does what is wanted, and while steps are fast nothing is decoded in full.
    The cache, what is being decoded, and what others still have of either stay below
    ``cache_bytes`` together, unless the pictures of the newest request alone need more.
    """

    preview = Signal(object, object)
    ready = Signal(object, object)
    failed = Signal(object, str)
    _arrived = Signal(object, object, object, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        cache_bytes: int = DEFAULT_BYTES,
        threads: int | None = None,
    ) -> None:
        super().__init__(parent)
        lock = threading.RLock()
        self._changed = threading.Condition(lock)
        self._cache = ImageCache(cache_bytes)
        self._buffers = Buffers()
        self._target = FIRST_PANE
        self._wanted: list[str] = []
        self._ahead: list[str] = []
        self._stages: dict[str, Stage] = {}
        self._busy: dict[str, int] = {}
        self._costs: dict[str, int] = {}
        self._in_flight: dict[str, int] = {}
        self._asked_again: set[str] = set()
        self._crew = Crew(lock, threads or max(os.cpu_count() or 1, 1), self._work)
        self._display: DisplayTarget | None = None
        self._epoch = 0
        self._stepped = self._full_from = 0.0
        self._pause: float | None = None
        self._moving = False
        self._closed = False
        self._warming = False
        self._arrived.connect(self._deliver)

    @property
    def cached_bytes(self) -> int:
        """Memory that the cache holds."""
        with self._changed:
            return self._cache.size_bytes

    @property
    def memory_bytes(self) -> int:
        """Memory of the cache, of what is being decoded, and of what others still have of both.

        What lies unused is decoded into, and counts only where it is more.
        """
        with self._changed:
            flying = sum(self._in_flight.values())
            held = self._cache.size_bytes + self._cache.dropped_bytes
            return held + max(flying, self._buffers.spare_bytes)

    def set_display(self, display: DisplayTarget) -> None:
        """Decode for this screen from now on; what is wanted is told of again in its colours."""
        from phota_desktop.imaging.display import SRGB

        with self._changed:
            if display == (self._display or SRGB):
                return
            self._display = display
            self._epoch += 1
            self._cache.clear()
            self._asked_again.clear()
            self._stages = dict.fromkeys(self._stages, Stage.NEW)
            self._changed.notify_all()

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
                if name in self._wanted and self._stages.get(name, Stage.NEW) < Stage.DONE:
                    found = self._cache.find(name)
                elif (found := self._cache.find(name)) is not None:
                    # Shown at once; a worker then looks whether the file has changed since.
                    self._stages[name] = Stage.CACHED
                else:
                    self._stages[name] = Stage.NEW
                if name in self._busy and self._stages.get(name) is Stage.CACHED:
                    self._asked_again.add(name)
                if found is not None:
                    known.append((name, found[1]))
            self._time_step(names)
            self._wanted = names
            self._forget_unwanted()
            if names:
                self._make_way()
                self._start()
            warming = self._warming
        if warming and known:
            # Its preview came while something else was wanted: nothing will be told of it.
            QTimer.singleShot(_FIRST_PAINT_MS, self, self._warm)
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
                    self._stages[name] = Stage.DONE if done else Stage.NEW
            self._forget_unwanted()
            self._start()

    def offer(self, path: Path, image: LoadedImage) -> None:
        """Keep a file's picture in sRGB decoded elsewhere; from any thread but the window's.

        In the window's thread, freeing what has to go for it could cost a frame.
        """
        name = os.fspath(path)
        try:
            key = (name, path.stat().st_mtime_ns)
        except OSError:
            return
        with self._changed:
            plain = self._display is None or self._display.is_srgb
            if plain and not self._closed:
                self._keep((key, image))

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
            threads = self._crew.close()
        for thread in threads:
            thread.join()
        self._cache.clear()
        self._buffers.limit = 0
        self._buffers.trim()

    def _forget_unwanted(self) -> None:
        kept = {*self._wanted, *self._ahead}
        self._stages = {name: stage for name, stage in self._stages.items() if name in kept}
        self._costs = {name: cost for name, cost in self._costs.items() if name in kept}

    def _time_step(self, names: list[str]) -> None:
        """Put off decoding in full while steps follow each other fast."""
        if set(names) == set(self._wanted):
            return
        now = time.monotonic()
        self._full_from = now + _SETTLE_S if now - self._stepped < _FAST_STEP_S else now
        self._stepped = now

    def _make_way(self) -> None:
        """Let what is no longer wanted end in threads that count no more, and end with it.

        At a lower priority, one of them could keep the interpreter's lock from the window's thread.
        """
        if all(self._stages.get(name) in (Stage.CACHED, Stage.DONE) for name in self._wanted):
            return
        for name, thread in self._busy.items():
            if name not in self._wanted:
                self._crew.make_stale(thread)

    def _start(self) -> None:
        if not self._crew.has_begun:
            # Only now, since an empty window is painted without these classes of Qt.
            from phota_desktop.viewmodels import decoding

            decoding.set_up()
            self._warming = not decoding.is_warm()
        self._crew.fill()
        self._changed.notify_all()

    def _next(self) -> tuple[str, Stage] | None:
        """Return the most urgent step that may begin now; the caller holds the lock."""
        limit = self._crew.count
        if self._moving:
            limit = max(limit - 1, 1)
        self._pause = None
        for names in (self._wanted, self._ahead):
            ahead = names is self._ahead
            stale = self._crew.is_stale
            active = [n for n, thread in self._busy.items() if ahead or not stale(thread)]
            if len(active) >= limit:
                return None
            for last in (Stage.NEW, Stage.PREVIEWED):
                for name in names:
                    stage = self._stages.get(name, Stage.DONE)
                    if stage > last or name in self._busy:
                        continue
                    if stage <= Stage.NEW:
                        if not (ahead and self._warming and self._wanted):
                            return name, stage
                    elif self._may_decode(name, stage, ahead=ahead):
                        self._in_flight[name] = self._costs.get(name, 0)
                        return name, stage
        return None

    def _may_decode(self, name: str, stage: Stage, *, ahead: bool) -> bool:
        """Tell whether all of a picture may be decoded now, and make room for it."""
        cost = self._costs.get(name, 0)
        flying = sum(self._in_flight.values())
        now = time.monotonic()
        if now < self._stepped + _ACTIVE_S and len(self._in_flight) >= max(self._crew.count - 1, 1):
            return self._later(_LOOK_AGAIN_S)
        if ahead:
            if now < self._full_from:
                return self._later(self._full_from - now)
            open_ = [one for one in self._wanted if self._stages.get(one) is not Stage.DONE]
            if open_ and self._warming:
                return False
            found = self._cache.find(name)
            if found is not None and found[1].provisional:
                return False  # a RAW's preview: developing one takes a second, and 14 bytes a pixel
            later = sum(self._costs.get(one, 0) for one in open_ if one not in self._in_flight)
            needed = cost + flying + later
            pinned = {*self._wanted, *self._ahead}
            could = self._cache.could_hold(needed, pinned)
            return could and self._cache.make_room(needed, pinned)
        if self._warming and stage is Stage.PREVIEWED:
            return False
        if now < self._full_from and cost > _SMALL_BYTES:
            return self._later(self._full_from - now)
        needed = cost + flying
        for pinned in ({*self._wanted, *self._ahead}, {*self._wanted}):
            if self._cache.make_room(needed, pinned):
                return True
        # What is on the screen is decoded even if it alone needs more, but one by one. Where
        # previews came, what was there before them is about to be let go.
        waits = stage is Stage.PREVIEWED and self._cache.dropped_bytes > 0
        waits = waits and now < self._stepped + _PATIENCE_S
        return self._later(_LOOK_AGAIN_S) if flying or waits else True

    def _later(self, seconds: float) -> bool:
        self._pause = min(seconds, self._pause or seconds)
        return False

    def _work(self) -> None:
        from phota_desktop.viewmodels import decoding

        me = threading.get_native_id()
        # At the start a person waits for the first picture and moves nothing yet.
        is_nice = False
        if decoding.is_warm():
            is_nice = _be_nice()
        while True:
            with self._changed:
                while (going := self._crew.goes_on()) and (step := self._next()) is None:
                    self._changed.wait(self._pause)
                if not going or step is None:
                    return
                name, stage = step
                self._busy[name] = me
                found, epoch, display = self._cache.find(name), self._epoch, self._display
                self._buffers.limit = self._cache.spare_room(sum(self._in_flight.values()))
            take = self._buffers.take
            done = decoding.do_step(name, stage, found, self._target, display, take)
            del found
            self._buffers.trim()
            is_nice = is_nice or _be_nice()
            with self._changed:
                del self._busy[name]
                self._in_flight.pop(name, None)
                if self._closed:
                    return
                if epoch == self._epoch:
                    self._end_step(name, *done)
                del done
                self._changed.notify_all()

    def _end_step(
        self, name: str, outcome: str, value: Found | str | None, after: Stage, cost: int
    ) -> None:
        """Keep and tell what a step gave; the caller holds the lock."""
        if name in self._asked_again:
            # The file may have changed since this step looked at it.
            self._asked_again.discard(name)
        elif name in self._stages:
            kept = self._cache.find(name)
            is_gone = after is Stage.DONE and not outcome and kept is None
            self._stages[name] = Stage.NEW if is_gone else after
        if cost and name in self._stages:
            self._costs[name] = cost
        if isinstance(value, tuple):
            self._keep(value)
        if outcome and name in self._wanted:
            told = value[1] if isinstance(value, tuple) else value
            # Under the lock, or another worker's full picture could overtake a preview.
            self._arrived.emit(self._epoch, outcome, name, told)

    def _keep(self, found: Found) -> None:
        flying = sum(self._in_flight.values())
        self._cache.put(*found, pinned={*self._wanted, *self._ahead})
        self._cache.make_room(flying, {*self._wanted, *self._ahead})
        self._cache.make_room(flying, self._wanted)

    @Slot(object, object, object, object)
    def _deliver(self, epoch: int, outcome: str, name: str, value: LoadedImage | str) -> None:
        with self._changed:
            if self._closed:
                return
            wanted = name in self._wanted and epoch == self._epoch
            found = self._cache.find(name)
            if wanted and outcome == "preview" and found is not None and found[1].complete:
                # Told of on a second request, while this was on its way.
                outcome, value = "ready", found[1]
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
