"""How late the window's thread is, and whose fault that was; runs inside the real program.

Wall time alone cannot tell the program from the machine. Beside it stand the processor time of
the window's thread, and the time for which the kernel says that the thread could have run and
did not (``/proc/…/schedstat``). The part of that wait in which other programs had the processors
is the machine's; all else, also waits for a file or for Python's lock, is our own.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QTimer

BEAT_MS = 10


@dataclass
class Beats:
    """What was measured, in milliseconds: each beat's lateness, our own part, our processor's."""

    late: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    def report(self) -> dict[str, float]:
        """Return percentiles by name."""
        found = {"beats": float(len(self.late))}
        for name in ("late", "own", "busy"):
            ordered = sorted(getattr(self, name)) or [0.0]
            found[f"{name} p50"] = round(ordered[len(ordered) // 2], 1)
            late = min(len(ordered) - 1, len(ordered) * 99 // 100)
            found[f"{name} p99"] = round(ordered[late], 1)
            found[f"{name} max"] = round(ordered[-1], 1)
        return found


def waited_ns(thread: int) -> int:
    """Return for how long a thread of this process waited for a processor; 0 where untold."""
    try:
        told = Path(f"/proc/self/task/{thread}/schedstat").read_text(encoding="ascii")
        return int(told.split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def machine_ms(waited: float, wall: float, used: float, cores: int) -> float:
    """Return which part of a wait was other programs': none while we had all processors.

    ``used`` is the processor time of this whole process in the same ``wall`` milliseconds.
    """
    if wall <= 0:
        return 0.0
    return waited * max(0.0, 1.0 - used / (wall * cores))


def start() -> None:
    """Begin to beat in this thread, which is the window's."""
    from PySide6.QtCore import Qt, QTimer

    global _timer, _beats
    _beats = Beats()
    thread = threading.get_native_id()
    cores = os.cpu_count() or 1
    before = [time.perf_counter(), time.thread_time(), time.process_time(), waited_ns(thread)]

    def beat() -> None:
        now = [time.perf_counter(), time.thread_time(), time.process_time(), waited_ns(thread)]
        wall, busy, used = ((now[n] - before[n]) * 1000 for n in range(3))
        waited = (now[3] - before[3]) / 1e6
        before[:] = now
        late = max(0.0, wall - BEAT_MS)
        _beats.late.append(late)
        _beats.own.append(max(0.0, late - machine_ms(waited, wall, used, cores)))
        _beats.busy.append(busy)

    _timer = QTimer()
    _timer.setTimerType(Qt.TimerType.PreciseTimer)
    _timer.setInterval(BEAT_MS)
    _timer.timeout.connect(beat)
    _timer.start()


def stop() -> dict[str, float]:
    """End, and return what was measured."""
    assert _timer is not None
    _timer.stop()
    return _beats.report()


_timer: QTimer | None = None
_beats = Beats()
