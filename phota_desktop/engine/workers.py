"""The pool of worker processes: spawned when first needed, killed when their work is not wanted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import queue
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from phota_desktop.engine import worker
from phota_desktop.engine.errors import RefusalError

T = TypeVar("T")

IDLE_S = 120.0
"""A worker that was not needed for so long gives its memory back."""
_JOIN_S = 2.0
_children = threading.Lock()
"""multiprocessing looks after its children without locks: one start or end at a time."""

_log = logging.getLogger(__name__)


class WorkerLostError(Exception):
    """The process ended before it answered: killed, out of memory, or a mistake of ours."""


@dataclass(frozen=True)
class _Order:
    # Any: a call's arguments and result are the caller's affair; run() keeps the types.
    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]
    on_progress: Callable[[float], None] | None


class WorkerPool:
    """Runs functions in at most ``workers`` processes; all methods belong to one event loop.

    Functions must be importable, arguments and results small and picklable: pixels travel as
    files. Processes are spawned, never forked: a fork of a process with Qt and threads hangs.
    """

    def __init__(self, workers: int) -> None:
        self._places = asyncio.Semaphore(workers)
        self._all: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._closed = False

    async def run(
        self,
        call: Callable[..., T],
        *arguments: object,
        on_progress: Callable[[float], None] | None = None,
    ) -> T:
        """Return ``call(*arguments)`` from a worker.

        Cancelling kills that worker, so the work really stops. Raises RefusalError as the
        function did, WorkerLostError when the process ended.
        """
        async with self._places:
            if self._closed:
                raise WorkerLostError("the pool is closed")
            chosen = self._idle.pop() if self._idle else _Worker()
            self._all.add(chosen)
            healthy = False
            try:
                # Any from the order: the worker returned what the function returned.
                answer: T = await chosen.ask(call, arguments, on_progress)
                healthy = True
                return answer
            except RefusalError:
                healthy = True
                raise
            finally:
                self._put_back(chosen, healthy=healthy)

    async def close(self) -> None:
        """Kill every worker, busy or not, and wait until they are gone."""
        self._closed = True
        workers, self._all = self._all, set()
        self._idle.clear()
        for each in workers:
            each.kill()
        for each in workers:
            await asyncio.to_thread(each.join, _JOIN_S)

    def _put_back(self, used: _Worker, *, healthy: bool) -> None:
        if not healthy or self._closed:
            self._all.discard(used)
            used.kill()
            return
        self._idle.append(used)
        asyncio.get_running_loop().call_later(IDLE_S, self._retire, used, used.calls)

    def _retire(self, idle: _Worker, calls: int) -> None:
        if idle in self._idle and idle.calls == calls:
            self._idle.remove(idle)
            self._all.discard(idle)
            idle.kill()


class _Worker:
    """One process and the thread that speaks with it."""

    def __init__(self) -> None:
        self.calls = 0
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._killed = False
        self._process: multiprocessing.process.BaseProcess | None = None
        # A daemon thread: an executor's thread would hold up the exit of the program.
        self._thread = threading.Thread(target=self._serve, name="engine worker", daemon=True)
        self._thread.start()

    # Any: see _Order.
    async def ask(
        self,
        call: Callable[..., Any],
        arguments: tuple[Any, ...],
        on_progress: Callable[[float], None] | None,
    ) -> Any:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self.calls += 1
        self._orders.put(_Order(call, arguments, loop, answer, on_progress))
        return await answer

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()
        self._orders.put(None)

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _serve(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=worker.main, args=(theirs,), name="phota engine worker", daemon=True
        )
        with self._lock:
            if not self._killed:
                try:
                    with _children:
                        _start(process)
                    self._process = process
                except OSError as error:
                    # Nobody holds the other end then, so that every order meets a closed pipe.
                    _log.warning("no worker process could be started: %s", error)
        theirs.close()
        with ours:
            while (order := self._orders.get()) is not None:
                self._exchange(ours, order)
        if self._process is not None:
            process.kill()
            with self._lock, _children:
                self._process = None
                process.join()  # not closed: the exit of the program may be looking at it

    def _exchange(self, pipe: Connection, order: _Order) -> None:
        try:
            pipe.send((order.call, order.arguments))
            while True:
                kind, value = pipe.recv()
                if kind == "progress":
                    if order.on_progress is not None:
                        _tell(order.loop, order.on_progress, value)
                    continue
                error = value if kind == "refused" else None
                _tell(order.loop, _settle, order.answer, None if error else value, error)
                return
        except (EOFError, OSError):
            _log.debug("a worker ended before it answered")
            lost = WorkerLostError("the worker process ended")
            _tell(order.loop, _settle, order.answer, None, lost)


def _start(process: multiprocessing.process.BaseProcess) -> None:
    """Start a process that never meets Ctrl-C, which a terminal sends to all of its processes.

    The process ignores it, but it would meet it while it still imports.
    """
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # its start unblocks the signal in this thread
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # While another thread imports OpenCV, its own folder is first on sys.path, which the process
    # gets a copy of, and which holds a module named typing. After this import it is gone for good.
    import cv2  # noqa: F401

    process.start()


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: object) -> None:
    # The loop may have ended meanwhile; then nobody waits for the answer.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *arguments)


def _settle(answer: asyncio.Future[Any], value: object, error: Exception | None) -> None:
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(value)
