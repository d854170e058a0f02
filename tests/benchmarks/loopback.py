"""A small HTTP server in a process of its own, so that it shares no GIL with what is measured."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator

_PIECE = 1 << 20


@contextlib.contextmanager
def answering(body: bytes, status: int = 200, rate: float = 0) -> Iterator[str]:
    """Yield the origin of a server that swallows every request and answers with ``body``.

    ``rate`` > 0 slows the answers down to that many bytes per second. The server is a forked
    child that is killed at the end; begin this block before threads are started.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = listener.getsockname()[1]
    child = os.fork()
    if child == 0:
        try:
            _serve(listener, body, status, rate)
        finally:
            os._exit(0)
    listener.close()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(listener: socket.socket, body: bytes, status: int, rate: float) -> None:
    head = (
        f"HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode()
    while True:
        connection, _ = listener.accept()
        threading.Thread(
            target=_connection, args=(connection, head, body, rate), daemon=True
        ).start()


def _connection(connection: socket.socket, head: bytes, body: bytes, rate: float) -> None:
    room = bytearray(_PIECE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, contextlib.suppress(OSError):
        while _swallow(connection, room):
            connection.sendall(head)
            if rate:
                _trickle(connection, body, rate)
            else:
                connection.sendall(body)


def _trickle(connection: socket.socket, body: bytes, rate: float) -> None:
    import time

    began, view = time.monotonic(), memoryview(body)
    for start in range(0, len(body), 65536):
        connection.sendall(view[start : start + 65536])
        ahead = began + (start + 65536) / rate - time.monotonic()
        if ahead > 0.002:
            time.sleep(ahead)


def _swallow(connection: socket.socket, room: bytearray) -> bool:
    """Read one request with a Content-Length (or none) and forget it; False at the end."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65536)
        if not piece:
            return False
        got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    missing = -len(rest)
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            missing += int(line.split(b":")[1])
    while missing > 0:
        count = connection.recv_into(room, min(missing, _PIECE))
        if not count:
            return False
        missing -= count
    return True
