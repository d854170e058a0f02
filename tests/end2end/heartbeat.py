"""Watches the window's loop from inside: how long it stands still, and what notices say when.

Loaded beside the program (``PHOTA_TEST_BESIDE``), read through the pilot.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time

BEAT_MS = 5

gaps: list[tuple[float, float]] = []
"""When the loop came round again, and for how many seconds it had not."""
told: list[tuple[float, str]] = []
"""When a notice was shown, and its words."""
asked: list[float] = []
"""When the keyring was asked."""


def between(start: float, end: float) -> float:
    """Return the longest stand-still in seconds that ended in that time (``time.monotonic``)."""
    return max((gap for at, gap in gaps if start <= at <= end + 0.3), default=0.0)


def _watch() -> None:
    while "qasync" not in sys.modules:  # the first paint is over, and Qt is there as a whole
        time.sleep(0.02)
    from PySide6.QtCore import QObject, Qt, QTimer, Signal
    from PySide6.QtWidgets import QApplication

    class Heart(QObject):
        wanted = Signal()

        def begin(self) -> None:
            self._last = time.monotonic()
            self._timer = QTimer(self)
            self._timer.setTimerType(Qt.TimerType.PreciseTimer)
            self._timer.timeout.connect(self._beat)
            self._timer.start(BEAT_MS)

        def _beat(self) -> None:
            now = time.monotonic()
            gaps.append((now, now - self._last - BEAT_MS / 1000))
            self._last = now

    while (application := QApplication.instance()) is None:
        time.sleep(0.02)
    heart = Heart()
    heart.moveToThread(application.thread())
    heart.wanted.connect(heart.begin, Qt.ConnectionType.QueuedConnection)
    heart.wanted.emit()
    threading.Event().wait()  # the heart lives as long as the program


def _listen() -> None:
    from phota_desktop.store.entries import Entry
    from phota_desktop.viewmodels.notices import Notice, NoticesViewModel

    find, show = Entry.find, NoticesViewModel.show

    def watched_find(self, *args, **more):  # type: ignore[no-untyped-def]
        asked.append(time.monotonic())
        return find(self, *args, **more)

    def watched_show(self: NoticesViewModel, notice: Notice) -> None:
        show(self, notice)
        told.append((time.monotonic(), notice.text))

    Entry.find = watched_find  # type: ignore[method-assign]
    NoticesViewModel.show = watched_show  # type: ignore[method-assign]


with contextlib.suppress(OSError):  # other programs' load is not what is measured
    os.nice(-10)
_listen()
threading.Thread(target=_watch, name="heartbeat", daemon=True).start()
