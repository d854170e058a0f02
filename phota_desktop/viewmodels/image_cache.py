"""Decoded pictures as mip levels, and a cache of them bounded in bytes."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

DEFAULT_BYTES = 768 * 1024 * 1024
"""Two photos of 45 MP with their levels are 478 MB, turning one of them takes 119 more."""

FileKey = tuple[str, int]
"""A file by its path and its time of change in nanoseconds, never by a row."""


@dataclass(frozen=True)
class LoadedImage:
    """One picture, upright, in RGB32: ``levels`` from the largest to the smallest.

    With transparency the levels are ARGB32_Premultiplied. ``full_width`` and ``full_height`` are
    the file's own pixels; ``complete`` says that the first level has that size. An incomplete one
    is a preview, good for small scales. ``note`` says what a person should know about what is
    shown, such as “first of 24 frames”.
    """

    levels: tuple[QImage, ...]
    full_width: int
    full_height: int
    complete: bool
    note: str = ""
    provisional: bool = False
    """Whether the full picture may look otherwise, so that no level of this one is kept."""

    @property
    def has_alpha(self) -> bool:
        """Whether something has to be painted below it."""
        return self.levels[0].hasAlphaChannel()

    @property
    def size_bytes(self) -> int:
        """Memory held by all levels."""
        return sum(level.sizeInBytes() for level in self.levels)

    def level_for(self, scale: float, share: float = 1.0) -> QImage:
        """Return the smallest level with every pixel that ``scale`` shows, else the largest.

        A ``share`` below 1 is content with that part of the pixels across.
        """
        needed = self.full_width * scale * share
        for level in reversed(self.levels):
            # Half a percent short is invisible, and spares twice the work at sizes that just miss.
            if level.width() >= needed * 0.995:
                return level
        return self.levels[0]


Found = tuple[FileKey, LoadedImage]
"""A version of a file, and its picture."""


class Stage(IntEnum):
    """What has been done for a path; the next is done next."""

    CACHED = 0
    NEW = 1
    MEASURED = 2
    PREVIEWED = 3
    DONE = 4


class ImageCache:
    """Least recently used pictures go first; not safe between threads without a lock.

    An eighth of ``limit`` is left for what is not counted: files being read, first looks in the
    making, what a heap does not give back.
    """

    def __init__(self, limit: int = DEFAULT_BYTES) -> None:
        self._limit = limit - limit // 8
        self._images: OrderedDict[FileKey, LoadedImage] = OrderedDict()
        self._dropped: list[tuple[weakref.ref[LoadedImage], int]] = []

    @property
    def size_bytes(self) -> int:
        """Memory held by all pictures in the cache."""
        return sum(image.size_bytes for image in self._images.values())

    @property
    def dropped_bytes(self) -> int:
        """Memory of pictures that the cache let go while somebody, as the canvas, has them yet."""
        self._dropped = [entry for entry in self._dropped if entry[0]() is not None]
        return sum(size for _, size in self._dropped)

    def find(self, path: str) -> Found | None:
        """Return the newest known version of a file, which becomes the most recently used."""
        found = [key for key in self._images if key[0] == path]
        if not found:
            return None
        self._images.move_to_end(found[-1])
        return found[-1], self._images[found[-1]]

    def put(self, key: FileKey, image: LoadedImage, pinned: Collection[str] = ()) -> None:
        """Keep a picture and let older ones go; those of the ``pinned`` paths always stay."""
        self.drop(key[0])
        self._images[key] = image
        self.make_room(0, pinned)

    def make_room(self, needed: int, pinned: Collection[str] = ()) -> bool:
        """Let pictures go until ``needed`` more bytes fit below the limit; tell whether they do.

        Those of the ``pinned`` paths stay.
        """
        room = self._limit - needed
        for key in [known for known in self._images if known[0] not in pinned]:
            if self.size_bytes <= room:
                break
            self._let_go(key)
        # What has been let go may be on the screen for a moment yet.
        return self.size_bytes + self.dropped_bytes <= room

    def could_hold(self, needed: int, pinned: Collection[str]) -> bool:
        """Tell whether ``needed`` more bytes would fit beside the ``pinned`` paths' pictures."""
        held = [image.size_bytes for key, image in self._images.items() if key[0] in pinned]
        return needed + sum(held) + self.dropped_bytes <= self._limit

    def spare_room(self, flying: int) -> int:
        """Return the bytes that may lie unused while so many are being decoded into.

        A seventh of the limit stays free of them, for what is not counted.
        """
        held = self.size_bytes + self.dropped_bytes + flying
        return max(self._limit - self._limit // 7 - held, 0)

    def drop(self, path: str) -> None:
        """Forget every version of a file."""
        for key in [known for known in self._images if known[0] == path]:
            self._let_go(key)

    def clear(self) -> None:
        """Forget everything."""
        for key in list(self._images):
            self._let_go(key)

    def _let_go(self, key: FileKey) -> None:
        image = self._images.pop(key)
        self._dropped.append((weakref.ref(image), image.size_bytes))
