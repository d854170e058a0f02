"""Ctrl-C and SIGTERM on the command line: the first closes in order, the second ends at once.

Both are safe at any moment, for every job is taken up again from the journal.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, TypeVar

from phota_desktop.cli.exits import Exit

T = TypeVar("T")

PATIENCE_S = 10.0
"""Seconds that closing in order may take before the process simply ends."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(verb: Coroutine[Any, Any, T]) -> T:
    """Run ``verb`` in a loop of its own; KeyboardInterrupt when it was stopped and has closed."""
    stopping = threading.Event()
    try:
        with asyncio.Runner() as runner:
            return runner.run(_stoppable(verb, stopping))
    except (Exception, asyncio.CancelledError):
        if stopping.is_set():
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # what is left ends by itself
            raise KeyboardInterrupt from None
        raise


async def _stoppable(verb: Coroutine[Any, Any, T], stopping: threading.Event) -> T:
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None  # noqa: S101

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(int(Exit.OPEN))
        stopping.set()
        loop.call_soon_threadsafe(main.cancel)
        late = threading.Timer(PATIENCE_S, os._exit, (int(Exit.OPEN),))
        late.daemon = True
        late.start()

    for number in _SIGNALS:
        signal.signal(number, stop)
    return await verb


def answer(question: Callable[[], object]) -> str:
    """Ask, and read the line that the person types; Ctrl-C ends the question at once.

    Its own handler stands before the question does: the loop's would wait for the line.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        question()
        return sys.stdin.readline()
    finally:
        signal.signal(signal.SIGINT, before)
