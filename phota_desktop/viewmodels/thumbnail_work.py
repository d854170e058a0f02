"""What the threads of the thumbnail loader do: look up, make, and tell whether files are there."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.errors import PhotaError

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from phota_desktop.imaging.colour import Pixels
    from phota_desktop.store.thumbnails import ThumbnailStore

_log = logging.getLogger(__name__)

_AFTER_START_S = 0.4
"""Rest before the first one, so that the photo being opened has the machine to itself."""
_FINDERS = 2
"""Threads that answer from the cache: a screen full of pictures is decoded by both."""
_UNREADABLE = "This picture cannot be read."
PLAIN = ""
"""The owner of what is asked for without one: it is never dropped."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A small picture: of which file, of which content where that is known, and how large.

    ``side`` is the longer side in pixels of the screen.
    """

    path: str
    sha256: str = ""
    side: int = 320


Tell = Callable[[Wanted, "QImage", str], None]
"""Takes what was wanted, the picture (null if there is none), and words of what was wrong."""


class ThumbnailWork:
    """Two threads answer from the cache, others make what is not there: none waits for a slow one.

    ``tell`` and ``tell_seen`` are called in those threads.
    """

    def __init__(self, cache: Path, tell: Tell, tell_seen: Callable[[dict[str, bool]], None]):
        self._cache = cache
        self._tell = tell
        self._tell_seen = tell_seen
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._to_find: dict[str, deque[Wanted]] = {}
        self._to_make: dict[str, deque[Wanted]] = {}
        self._wish: dict[str, int] = {}
        """Which wish of an owner counts: what was looked up for an older one is not made."""
        self._to_see: dict[str, tuple[str, ...]] = {}
        self._making: set[Wanted] = set()
        self._threads: list[threading.Thread] = []
        self._store_lock = threading.Lock()
        self._store: ThumbnailStore | None = None

    def add(self, wanted: Wanted) -> None:
        """Look for this one, unless it waits already."""
        with self._changed:
            if any(wanted in queue.get(PLAIN, ()) for queue in (self._to_find, self._to_make)):
                return
            self._to_find.setdefault(PLAIN, deque()).append(wanted)
            self._wake()

    def set_wanted(self, owner: str, wanted: Sequence[Wanted], seen: Sequence[str]) -> None:
        """Look for these alone of all that ``owner`` asked for; then whether ``seen`` are there."""
        with self._changed:
            self._wish[owner] = self._wish.get(owner, 0) + 1
            self._to_find[owner] = deque(wanted)
            self._to_make.pop(owner, None)
            self._to_see[owner] = tuple(seen)
            self._wake()

    def drop(self, path: str) -> None:
        """Forget a file that was asked for without an owner."""
        with self._changed:
            for queue in (self._to_find, self._to_make):
                if PLAIN in queue:
                    queue[PLAIN] = deque(one for one in queue[PLAIN] if one.path != path)

    def keep_made(self, path: Path, levels: Sequence[Pixels]) -> None:
        """Keep the small pictures of a decoded one; for any thread but the window's."""
        from phota_desktop.imaging import thumbnails

        if self._closing.is_set():
            return
        with suppress(PhotaError):
            store = self.store()
            for side in thumbnails.SIDES[:1]:
                store.keep(thumbnails.path_key(path, side), thumbnails.make_from(levels, side))

    def store(self) -> ThumbnailStore:
        """Return the cache's file, opened when first needed."""
        with self._store_lock:
            if self._store is None:
                from phota_desktop.store.thumbnails import ThumbnailStore

                self._store = ThumbnailStore(self._cache)
            return self._store

    def close(self) -> None:
        """End the threads; pictures that have begun are waited for."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        with self._store_lock:
            if self._store is not None:
                self._store.close()

    def _wake(self) -> None:
        if not self._threads and not self._closing.is_set():
            makers = max(1, (os.cpu_count() or 2) - 1)
            runs = [self._find_all] * _FINDERS + [self._make_all] * makers
            for number, run in enumerate(runs):
                name = f"thumbnails {number}"
                self._threads.append(threading.Thread(target=run, name=name, daemon=True))
                self._threads[-1].start()
        self._changed.notify_all()

    def _next(self, queues: dict[str, deque[Wanted]]) -> tuple[str, Wanted] | None:
        for owner, queue in queues.items():
            if queue:
                return owner, queue.popleft()
        return None

    # -- from the cache -------------------------------------------------------------------

    def _find_all(self) -> None:
        self._closing.wait(_AFTER_START_S)
        while True:
            with self._changed:
                while (found := self._next(self._to_find)) is None and not self._closing.is_set():
                    self._changed.wait()
                if self._closing.is_set() or found is None:
                    return
                owner, wanted = found
                wish = self._wish.get(owner)
            is_found = False
            try:
                is_found = self._find(wanted)
            except Exception:  # noqa: BLE001 - a thread must not die silently; this logs and tells
                _log.exception("thumbnail failed")
            if not is_found:
                with self._changed:
                    if wish == self._wish.get(owner):
                        self._to_make.setdefault(owner, deque()).append(wanted)
                        self._changed.notify_all()

    def _find(self, wanted: Wanted) -> bool:
        """Tell of what is kept; a smaller one first where only that is there. False to make it."""
        from phota_desktop.imaging import thumbnails

        best = thumbnails.side_for(wanted.side)
        for side in sorted({best, *thumbnails.SIDES}, key=lambda side: (side != best, -side)):
            jpeg = self._kept(wanted, side)
            if jpeg is None:
                continue
            got = wanted if side >= best else replace(wanted, side=side)
            with suppress(ValueError):  # damaged: it is made anew
                self._tell(got, _image(thumbnails.pixels_of(jpeg, got.side)), "")
                return side >= best
        return False

    def _kept(self, wanted: Wanted, side: int) -> bytes | None:
        from phota_desktop.imaging import thumbnails

        store = self.store()
        if wanted.sha256:
            jpeg = store.find(thumbnails.content_key(wanted.sha256, side))
            if jpeg is not None:
                return jpeg
        try:
            jpeg = store.find(thumbnails.path_key(Path(wanted.path), side))
        except PhotaError:
            return None  # the file has gone
        if jpeg is not None and wanted.sha256:
            store.keep(thumbnails.content_key(wanted.sha256, side), jpeg)
        return jpeg

    # -- from the file --------------------------------------------------------------------

    def _make_all(self) -> None:
        from phota_desktop.services.niceness import be_nice

        be_nice()
        while True:
            with self._changed:
                while True:
                    if self._closing.is_set():
                        return
                    found = self._next(self._to_make)
                    if found is not None and found[1] in self._making:
                        continue  # asked for again while it is made
                    looked = self._next_to_see() if found is None else ()
                    if found is not None or looked:
                        break
                    self._changed.wait()
                if found is not None:
                    self._making.add(found[1])
            if found is None:
                self._tell_seen({name: Path(name).exists() for name in looked})
                continue
            self._make_one(found[1])
            with self._changed:
                self._making.discard(found[1])

    def _next_to_see(self) -> tuple[str, ...]:
        if any(self._to_find.values()):
            return ()
        owner = next((owner for owner, names in self._to_see.items() if names), None)
        return self._to_see.pop(owner) if owner is not None else ()

    def _make_one(self, wanted: Wanted) -> None:
        from PySide6.QtGui import QImage

        try:
            self._tell(wanted, self._made(wanted), "")
        except PhotaError as error:
            self._tell(wanted, QImage(), error.message)
        except OSError as error:
            self._tell(wanted, QImage(), error.strerror or _UNREADABLE)
        except Exception:  # noqa: BLE001 - a thread must not die silently; this logs and tells
            _log.exception("thumbnail failed")
            self._tell(wanted, QImage(), _UNREADABLE)

    def _made(self, wanted: Wanted) -> QImage:
        from phota_desktop.imaging import thumbnails

        path = Path(wanted.path)
        side = thumbnails.side_for(wanted.side)
        key = thumbnails.path_key(path, side)  # before: a file may change while it is read
        jpeg = thumbnails.make(path, side)
        store = self.store()
        store.keep(thumbnails.content_key(wanted.sha256, side) if wanted.sha256 else key, jpeg)
        return _image(thumbnails.pixels_of(jpeg, wanted.side))


def _image(pixels: Pixels) -> QImage:
    from phota_desktop.viewmodels.decoding import wrap_levels

    return wrap_levels([pixels])[0]
