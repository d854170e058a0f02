"""Threads that decode: as many as there are cores, and others in place of those kept busy."""

from __future__ import annotations

import threading
from collections.abc import Callable

_MOST_STALE = 4
"""Threads that may be busy with what is not wanted any more, beside those that are."""
_REST_S = 2.0
"""How long a thread waits to be of use again: beginning a new one costs the window some ms."""


class Crew:
    """``count`` threads that serve, some that end stale work, and some that rest.

    All methods are to be called with ``lock`` held.
    """

    def __init__(self, lock: threading.RLock, count: int, work: Callable[[], None]) -> None:
        self.count = count
        self._called = threading.Condition(lock)
        self._work = work
        self._threads: dict[int, threading.Thread] = {}
        self._stale: set[int] = set()
        self._serving = self._resting = self._calls = 0
        self._closed = False

    @property
    def has_begun(self) -> bool:
        """Whether there is or was any thread."""
        return bool(self._threads)

    def is_stale(self, thread: int) -> bool:
        """Tell whether a thread is busy with what is not wanted any more."""
        return thread in self._stale

    def make_stale(self, thread: int) -> None:
        """Let another one serve in its place, unless there are too many of them."""
        if thread not in self._stale and len(self._stale) < _MOST_STALE:
            self._stale.add(thread)
            self._serving -= 1

    def fill(self) -> None:
        """Have ``count`` threads serve: those that rest, then new ones."""
        while self._serving < self.count and not self._closed:
            self._serving += 1
            if self._resting:
                self._resting -= 1
                self._calls += 1
                self._called.notify()
                continue
            thread = threading.Thread(target=self._work, name="decoder", daemon=True)
            # A thread has no number before it runs; it needs the lock to do anything.
            thread.start()
            self._threads[thread.native_id or 0] = thread

    def goes_on(self) -> bool:
        """Tell the calling thread whether to serve; where its work was stale, wait until it is."""
        me = threading.get_native_id()
        if not self._closed and me in self._stale:
            self._stale.discard(me)
            self._resting += 1
            if self._called.wait_for(lambda: self._calls > 0 or self._closed, _REST_S):
                self._calls -= 1
            else:
                self._resting -= 1
                del self._threads[me]
                return False
        return not self._closed

    def close(self) -> list[threading.Thread]:
        """Have all threads end, and return them."""
        self._closed = True
        self._called.notify_all()
        return list(self._threads.values())
