"""One thread for work of which only the newest is wanted: what a fast finger left is given up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError

_log = logging.getLogger(__name__)

IsCancelled = Callable[[], bool]
Work = Callable[[IsCancelled], None]
"""Does its work and tells of it by itself; raises CancelledError when asked to end."""


class NewestWorker:
    """Runs pieces of work one at a time, off the window's thread and below its priority.

    New work takes the place of what waits, and what runs is asked to end. Nothing is told from
    here: whoever gives work must know which answer is still wanted.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._changed = threading.Condition()
        self._waiting: Work | None = None
        self._number = 0
        self._busy = False
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs or waits."""
        with self._changed:
            return not self._busy and self._waiting is None

    def start(self, work: Work) -> None:
        """Do this next, and nothing that was asked for before."""
        with self._changed:
            if self._closed:
                return
            self._number += 1
            self._waiting = work
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def cancel(self) -> None:
        """Give up what runs and what waits."""
        with self._changed:
            self._number += 1
            self._waiting = None

    def close(self) -> None:
        """End the thread; what runs is asked to end and waited for."""
        with self._changed:
            self._closed = True
            self._number += 1
            self._waiting = None
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        from phota_desktop.services.niceness import be_nice

        be_nice()
        while True:
            with self._changed:
                self._busy = False
                while self._waiting is None and not self._closed:
                    self._changed.wait()
                if self._closed or self._waiting is None:
                    return
                work, self._waiting, number = self._waiting, None, self._number
                self._busy = True
            try:
                work(lambda number=number: number != self._number)  # type: ignore[misc]
            except CancelledError:
                pass
            except Exception:  # noqa: BLE001 - a thread must not die silently; this logs
                _log.exception("%s failed", self._name)
            # Pictures that it held must not stay until the next work comes.
            del work
