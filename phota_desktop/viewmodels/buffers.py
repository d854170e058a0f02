"""Memory for pixels that is used again: giving it back and taking it anew costs the window."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phota_desktop.imaging.colour import Pixels

_STEP = 1 << 20
"""Buffers are whole numbers of these, and smaller ones are left to the heap."""


class Buffers:
    """Gives buffers that come back by themselves when nothing shows their pixels any more.

    The system hands out memory page by page and has to clear each: of a 45 MP picture that takes
    30 to 280 ms of a core, in which the other threads of the program, the window's too, run up to
    ten times slower. A buffer comes back in whichever thread let the picture go, at no cost there.
    """

    def __init__(self) -> None:
        self.limit = 0
        """Bytes that may lie unused; more go with the next ``take`` or ``trim``."""
        self._lock = threading.Lock()
        self._spare: list[Pixels] = []
        # Pixels are let go in any thread and at any moment, so that nothing may be waited for.
        self._returned: deque[Pixels] = deque()

    @property
    def spare_bytes(self) -> int:
        """Memory that lies unused."""
        return sum(len(spare) for spare in (*self._spare, *self._returned))

    def take(self, size: int) -> Pixels:
        """Return ``size`` bytes of any content; not for the window's thread."""
        import ctypes  # with NumPy in workers only: the first paint needs neither

        import numpy as np

        from phota_desktop.imaging import shared

        if size < _STEP:
            return np.empty(size, np.uint8)
        whole = -(-size // _STEP) * _STEP
        with self._lock:
            self._sort()
            found = next((n for n, spare in enumerate(self._spare) if len(spare) == whole), None)
            buffer = None if found is None else self._spare.pop(found)
            surplus = [] if buffer is not None else self._surplus()
        surplus.clear()  # before there is a new one, and without the lock
        if buffer is None:
            # Decoders, which are processes of their own, write into it.
            buffer = shared.allocate(whole) if shared.is_possible() else np.empty(whole, np.uint8)
        # What lives as long as the last array, image or view of it; an array itself would not.
        lease = (ctypes.c_ubyte * whole).from_buffer(buffer.data)
        weakref.finalize(lease, self._returned.append, buffer).atexit = False
        pixels: Pixels = np.frombuffer(memoryview(lease), np.uint8)
        return pixels[:size]

    def trim(self) -> None:
        """Let go what lies unused beyond the limit; not for the window's thread."""
        with self._lock:
            self._sort()
            surplus = self._surplus()
        surplus.clear()

    def _sort(self) -> None:
        while self._returned:
            self._spare.append(self._returned.popleft())

    def _surplus(self) -> list[Pixels]:
        """Take out the oldest beyond the limit."""
        surplus = []
        while self._spare and sum(map(len, self._spare)) > self.limit:
            surplus.append(self._spare.pop(0))
        return surplus
