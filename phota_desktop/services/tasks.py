"""Every asyncio task has an owner and a name; a failed one is always reported."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from phota_desktop.core.events import Event

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """A named coroutine that ended with an exception nobody caught."""

    name: str
    error: BaseException


class Tasks:
    """The owner of running coroutines; closing it cancels and awaits all of them."""

    def __init__(self) -> None:
        self.failed: Event[Failure] = Event()
        self._running: dict[asyncio.Task[Any], str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def spawn(
        self, coroutine: Coroutine[Any, Any, T], *, name: str, replace: bool = False
    ) -> asyncio.Task[T]:
        """Run ``coroutine`` under ``name``; with ``replace`` an older one of that name ends."""
        if replace:
            self.cancel(name)
        running = self._known_loop().create_task(coroutine, name=name)
        self._running[running] = name
        running.add_done_callback(self._ended)
        return running

    def _known_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop; the one of before where a timer of Qt comes while none runs."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.get_running_loop()
        return self._loop

    def cancel(self, name: str) -> None:
        """Cancel every running coroutine of that name."""
        for running, its_name in tuple(self._running.items()):
            if its_name == name:
                running.cancel()

    def _ended(self, ended: asyncio.Task[Any]) -> None:
        name = self._running.pop(ended, "")
        if ended.cancelled():
            return
        error = ended.exception()
        if error is not None:
            _log.error("%s failed", name, exc_info=error)
            self.failed.emit(Failure(name, error))

    async def close(self) -> None:
        """Cancel all that runs and wait until it has ended."""
        running = tuple(self._running)
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
