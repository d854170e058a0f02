"""One background event loop for all network work, so that TLS never sits on the window's loop."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_STOP_S = 5.0
_ROUNDS = 10
"""How often what was begun while the loop ends is ended in turn."""


class NetworkThread:
    """A daemon thread named ``network`` with its own asyncio loop, started at the first use.

    ``ca_file`` is a PEM file of certificates to trust besides the shipped ones.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        self._closed = False

    # Any: what a coroutine yields and takes is the event loop's affair.
    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run ``coroutine`` on the network loop and return what it returns.

        Cancelling the await cancels the coroutine there. RuntimeError after :meth:`close`.
        """
        try:
            with self._lock:  # what is asked for is in the loop before it is told to stop
                loop = self._started()
                future: Future[T] | None = None
                if asyncio.get_running_loop() is not loop:
                    future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        except RuntimeError:
            coroutine.close()
            raise
        return await coroutine if future is None else await asyncio.wrap_future(future)

    def tls(self) -> ssl.SSLContext:
        """Return the one TLS context; made at the first call, which takes some 20 ms."""
        with self._lock:
            if self._tls is None:
                self._tls = _tls_context(self._ca_file)
            return self._tls

    def close(self) -> None:
        """Cancel what runs, end the loop and its thread; safe to call twice."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        if thread is not threading.current_thread():
            thread.join(_STOP_S)

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._closed:
            raise RuntimeError("the network thread is closed")
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=_serve, args=(self._loop,), name="network", daemon=True
            )
            self._thread.start()
        return self._loop


def progress_to(
    loop: asyncio.AbstractEventLoop, report: Callable[[int, int], None] | None
) -> Callable[[int, int], None]:
    """Return a function for the network loop that calls ``report`` in the loop that asked."""
    if report is None:
        return lambda done, total: None
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = loop.time()
        if done < total and now - last < 0.05:
            return
        last = now
        # The asking loop may have ended meanwhile; then nobody wants to know.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(report, done, total)

    return tell


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        # What is cancelled may begin something as it ends: that has to end as well.
        for _ in range(_ROUNDS):
            loop.run_until_complete(asyncio.sleep(0))
            pending = asyncio.all_tasks(loop)
            if not pending:
                break
            for running in pending:
                running.cancel()
            loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    import certifi

    # Not create_default_context(): that one obeys SSLKEYLOGFILE, and the default paths obey
    # SSL_CERT_FILE; neither may open our traffic by an environment variable (threat T21).
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=certifi.where())
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
