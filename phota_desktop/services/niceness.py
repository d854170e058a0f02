"""Priority of worker threads below that of the window's thread."""

from __future__ import annotations

import contextlib
import os
import sys
import threading


def be_nice() -> None:
    """Let the window's thread go first; Linux counts niceness by thread, others are left alone."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
