"""A lean asyncio network backend for httpcore: whole socket reads, no splitting, no copies."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

import httpcore

_MOST_WAITING = 1 << 20
"""Bytes that may lie unread before the socket is paused."""


class _Connection(asyncio.Protocol):
    """Keeps what has arrived, and lets one reader and one writer wait."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.pieces: deque[bytes] = deque()
        self.waiting = 0
        self.ended = False
        self.failure: Exception | None = None
        self.arrived = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.waiting += len(data)
        if self.waiting > _MOST_WAITING and not self._paused and self.transport is not None:
            self._paused = True
            self.transport.pause_reading()
        self.arrived.set()

    def eof_received(self) -> bool:
        self.ended = True
        self.arrived.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self.failure = exc
        self.arrived.set()
        self.writable.set()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def take(self) -> bytes:
        """Return the oldest piece; only when there is one."""
        piece = self.pieces.popleft()
        self.waiting -= len(piece)
        if self._paused and self.waiting < _MOST_WAITING // 2 and self.transport is not None:
            self._paused = False
            self.transport.resume_reading()
        return piece


Line = tuple[asyncio.Transport, _Connection]
"""One connected socket: what is written to, and what has arrived."""


class _Stream(httpcore.AsyncNetworkStream):
    """One connection, plain or TLS."""

    def __init__(self, transport: asyncio.Transport, connection: _Connection) -> None:
        self._transport = transport
        self._connection = connection

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> bytes:
        """Return what the socket gave at once, empty at the end.

        It may be more than ``max_bytes``: httpcore takes any amount, and cutting means copying.
        """
        connection = self._connection
        if not connection.pieces:
            if not connection.ended:
                connection.arrived.clear()
                try:
                    async with asyncio.timeout(timeout):
                        await connection.arrived.wait()
                except TimeoutError as error:
                    raise httpcore.ReadTimeout("nothing came") from error
            if not connection.pieces:
                if connection.failure is not None:
                    raise httpcore.ReadError(str(connection.failure)) from connection.failure
                return b""
        return connection.take()

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> None:
        """Hand ``buffer`` over and wait while the socket takes no more."""
        connection = self._connection
        if connection.ended and self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        self._transport.write(buffer)
        if connection.writable.is_set():
            # Nobody else would get a turn while the socket takes everything at once.
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(timeout):
                await connection.writable.wait()
        except TimeoutError as error:
            raise httpcore.WriteTimeout("nothing was taken") from error

    async def aclose(self) -> None:
        """Close; what was not sent is thrown away."""
        self._transport.abort()
        # The transport closes its socket in the loop's next round.
        await asyncio.sleep(0)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """Return the stream inside TLS; ConnectError when the certificate is not good."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                inner = await loop.start_tls(
                    self._transport,
                    self._connection,
                    ssl_context,
                    server_hostname=server_hostname,
                )
        except TimeoutError as error:
            self._transport.abort()
            raise httpcore.ConnectTimeout("the TLS greeting took too long") from error
        except (OSError, ssl.CertificateError) as error:
            self._transport.abort()
            raise httpcore.ConnectError(str(error)) from error
        assert inner is not None  # noqa: S101 - only when closing; then it has raised
        self._connection.transport = inner
        return _Stream(inner, self._connection)

    # Any: httpcore's own signature.
    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks of a stream."""
        if info == "is_readable":
            return self._connection.ended or bool(self._connection.pieces)
        if info == "ssl_object":
            return self._transport.get_extra_info("ssl_object")
        names = {"client_addr": "sockname", "server_addr": "peername", "socket": "socket"}
        return self._transport.get_extra_info(names[info]) if info in names else None


class AsyncioNetwork(httpcore.AsyncNetworkBackend):
    """Connects with asyncio's own transports."""

    def __init__(self) -> None:
        self._lines: WeakSet[asyncio.Transport] = WeakSet()
        self._is_closed = False

    def close(self) -> None:
        """Cut every connection, also one that is being made: httpcore forgets those in use."""
        self._is_closed = True
        for transport in tuple(self._lines):
            transport.abort()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection; ConnectError or ConnectTimeout otherwise."""
        try:
            async with asyncio.timeout(timeout):
                transport, connection = await self.dial(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("connecting took too long") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        if self._is_closed:
            transport.abort()
            raise httpcore.ConnectError("the client was closed meanwhile")
        self._lines.add(transport)
        socket = transport.get_extra_info("socket")
        for option in socket_options or ():
            socket.setsockopt(*option)
        return _Stream(transport, connection)

    async def dial(self, host: str, port: int) -> Line:
        """Connect to a name or an address; OSError when nobody answers there."""
        loop = asyncio.get_running_loop()
        return await loop.create_connection(_Connection, host, port, happy_eyeballs_delay=0.25)

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks for it between its own tries, of which there are none."""
        await asyncio.sleep(seconds)
