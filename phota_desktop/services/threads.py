"""Two small thread pools: one thread that owns the journal, some for files and pixels."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from phota_desktop.services.niceness import be_nice

P = ParamSpec("P")
T = TypeVar("T")

_FOLLOWED = 2
"""Pictures that are decoded while they arrive: one for each of two jobs at work."""


class Threads:
    """Where blocking work runs, so that the loop (and with it the window) never waits.

    Journal calls share one thread: they stay in order, and a slow disk delays only them.
    """

    def __init__(self) -> None:
        self._journal = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._files = ThreadPoolExecutor(max(2, os.cpu_count() or 2), thread_name_prefix="files")
        self._followers = ThreadPoolExecutor(
            _FOLLOWED, thread_name_prefix="arriving", initializer=be_nice
        )

    async def journal(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one journal call in its thread; it is finished even if the caller is cancelled."""
        return await _run(self._journal, call, *args, **kwargs)

    async def files(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run file or pixel work in a thread."""
        return await _run(self._files, call, *args, **kwargs)

    def follow(self, call: Callable[[], None]) -> Future[None]:
        """Run work that waits for a download in a thread that nothing else waits for."""
        return self._followers.submit(call)

    def close(self) -> None:
        """Wait for what runs and end the threads."""
        self._journal.shutdown(wait=True)
        self._followers.shutdown(wait=True)
        self._files.shutdown(wait=True, cancel_futures=True)


async def _run(
    pool: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    future = asyncio.wrap_future(pool.submit(call, *args, **kwargs))
    # Without the shield a cancel would drop a call that already waits in the pool.
    return await asyncio.shield(future)
