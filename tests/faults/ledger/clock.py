"""Time that passes as fast as the work allows: pauses are skipped, and clocks can be set wrong."""

from __future__ import annotations

import asyncio
import selectors
import sys
import time as real
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any  # what stands in for a module has whatever the module has

LONGEST_LOOK = 0.05
"""Seconds that a loop with work in other threads waits before it looks around again."""


class FakeTime:
    """Stands in for the module ``time`` inside the program.

    ``skipped`` seconds were not waited for; the wall clock alone is wrong by ``wall`` seconds.
    """

    def __init__(self) -> None:
        self.skipped = 0.0
        self.wall = 0.0

    def time(self) -> float:
        """Return what a clock on the wall shows."""
        return real.time() + self.skipped + self.wall

    def monotonic(self) -> float:
        """Return seconds that only go forward."""
        return real.monotonic() + self.skipped

    def __getattr__(self, name: str) -> Any:
        return getattr(real, name)

    @contextmanager
    def in_the_program(self) -> Iterator[None]:
        """Let every module of the program that is loaded read this clock."""
        patched = [
            module
            for name, module in tuple(sys.modules.items())
            if name.startswith("phota_desktop.") and vars(module).get("time") is real
        ]
        for module in patched:
            module.time = self  # type: ignore[attr-defined]
        try:
            yield
        finally:
            for module in patched:
                module.time = real  # type: ignore[attr-defined]


class Away:
    """Counts the calls that a loop awaits of other threads: while there are any, no time passes.

    Entered and left in the loop's own thread.
    """

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> None:
        self.count += 1

    def __exit__(self, *_: object) -> None:
        self.count -= 1


class SkippingLoop(asyncio.SelectorEventLoop):
    """Jumps over pauses while nothing is under way; calls ``on_idle`` when nothing more will come.

    It is called as well when the time is ``latest``: not all that waits comes to rest.
    Sockets and threads keep their real time: only what this loop itself waits for is skipped.
    """

    def __init__(self, clock: FakeTime, away: Away) -> None:
        self.clock = clock
        self.away = away
        self.on_idle: Callable[[], None] = lambda: None
        self.latest = float("inf")
        skipper = _Skipper()
        super().__init__(skipper)
        skipper.loop = self

    def time(self) -> float:
        """Return the program's monotonic time."""
        return self.clock.monotonic()


class _Skipper(selectors.EpollSelector):
    loop: SkippingLoop

    def select(self, timeout: float | None = None) -> Any:
        loop = self.loop
        if loop.away.count:
            longest = LONGEST_LOOK if timeout is None else min(timeout, LONGEST_LOOK)
            return super().select(longest)
        events = super().select(0)
        if not events and timeout is None:
            loop.call_soon(loop.on_idle)
        elif not events and timeout is not None and timeout > 0:
            loop.clock.skipped += timeout
            if loop.time() > loop.latest:
                loop.call_soon(loop.on_idle)
        return events
