"""What runs in a worker process: calls come through a pipe, results go back."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait

from phota_desktop.engine.errors import RefusalError

NICENESS = 5
"""The window goes first when both want the processor."""

_progress: Callable[[float], None] | None = None


def report(fraction: float) -> None:
    """Tell the asking side how far the present call is, 0 to 1; does nothing in a test's process.

    Called by the functions that run in a worker.
    """
    if _progress is not None:
        _progress(fraction)


def main(pipe: Connection) -> None:
    """Serve calls until the pipe closes or the parent dies.

    A RefusalError goes back as the answer, and so does what the disk refuses. Any other
    exception is a mistake of ours: it ends this process with its traceback, and the asking side
    sees the pipe close.
    """
    global _progress
    # Ctrl-C on a terminal reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, name="parent watch", daemon=True).start()
    _progress = lambda fraction: pipe.send(("progress", fraction))  # noqa: E731
    try:
        while True:
            call, arguments = pipe.recv()
            try:
                answer = ("done", call(*arguments))
            except RefusalError as refusal:
                answer = ("refused", refusal)
            except OSError as error:
                said = f"The disk refused: {error.strerror}."
                answer = ("refused", RefusalError(503, "UNAVAILABLE", said))
            pipe.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _end_with_parent() -> None:
    """Exit at once when the parent is gone, also when it was killed and we are computing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
