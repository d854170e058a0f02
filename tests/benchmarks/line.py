"""A Phota of one answer at the end of one shared line, in a process of its own."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence

_PIECE = 65_536


class Times:
    """When things left the server, in seconds of the clock that all processes share."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._rest = b""

    def take(self) -> dict[str, float]:
        """Return what has been told since the last call: ``answer``, ``last 0`` and so on."""
        found: dict[str, float] = {}
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._pipe, 65_536):
                self._rest += piece
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            name, _, when = line.decode().rpartition(" ")
            found[name] = float(when)
        return found


@contextlib.contextmanager
def phota_on_a_line(pictures: Sequence[bytes], rate: float) -> Iterator[tuple[str, Times]]:
    """Yield the origin and its times; ``rate`` is of the line, in bytes per second.

    ``/v1/phota/enhance`` accepts a job whose pictures are files at this origin; below
    ``/bytes/v1/phota`` the same answers at once, with the pictures in base64. The server is a
    forked child that is killed at the end; begin this block before threads are started.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    child = os.fork()
    if child == 0:
        try:
            _Server(listener, pictures, rate, writer).serve()
        finally:
            os._exit(0)
    os.close(writer)
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    try:
        yield origin, Times(reader)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)


class _Server:
    def __init__(
        self, listener: socket.socket, pictures: Sequence[bytes], rate: float, pipe: int
    ) -> None:
        self._listener = listener
        self._pictures = pictures
        self._rate = rate
        self._pipe = pipe
        self._line = threading.Lock()
        self._free_at = 0.0
        self._codes = [base64.b64encode(picture) for picture in pictures]
        self._origin = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # What lies in a buffer has not arrived: a large one would flatter the ratio.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * _PIECE)
            threading.Thread(target=self._connection, args=(connection,), daemon=True).start()

    def _connection(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while (asked := _request(connection)) is not None:
                self._answer(connection, *asked)

    def _answer(self, connection: socket.socket, method: str, path: str) -> None:
        name = path.rsplit("/", 1)[-1]
        if path.startswith("/file/"):
            self._send(connection, [(self._pictures[int(name)], f"last {name}")], "image/png")
        elif path.startswith("/bytes/"):
            self._tell("answer")
            parts = [(b'{"known_subjects":{"counts":{}},"images":[', "")]
            for n, code in enumerate(self._codes):
                parts += [(b'"' if n == 0 else b',"', ""), (code, ""), (b'"', f"last {n}")]
            self._send(connection, [*parts, (b'],"download_urls":[]}', "")])
        elif method == "POST":
            self._json(connection, 202, {"job_id": "job_1", "poll_url": "/v1/phota/jobs/job_1"})
        else:
            links = [f"{self._origin}/file/{n}" for n in range(len(self._pictures))]
            self._tell("answer")
            done = {"job_id": "job_1", "status": "COMPLETED", "known_subjects": {"counts": {}}}
            self._json(connection, 200, {**done, "download_urls": links})

    def _json(self, connection: socket.socket, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\n"
        connection.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)

    def _send(
        self,
        connection: socket.socket,
        parts: Sequence[tuple[bytes, str]],
        kind: str = "application/json",
    ) -> None:
        size = sum(len(part) for part, _ in parts)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {size}\r\n\r\n"
        connection.sendall(head.encode())
        for part, mark in parts:
            view = memoryview(part)
            for start in range(0, len(part), _PIECE):
                piece = view[start : start + _PIECE]
                self._wait_for_line(len(piece))
                connection.sendall(piece)
            if mark:
                self._tell(mark)

    def _wait_for_line(self, size: int) -> None:
        """Let ``size`` bytes pass when everything before them has."""
        with self._line:
            # A line that lay idle has not saved anything up, but for one short burst.
            self._free_at = max(self._free_at, time.monotonic() - 0.005) + size / self._rate
            ahead = self._free_at - time.monotonic()
        if ahead > 0.001:
            time.sleep(ahead)

    def _tell(self, mark: str) -> None:
        os.write(self._pipe, f"{mark} {time.monotonic()}\n".encode())


def _request(connection: socket.socket) -> tuple[str, str] | None:
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65_536)
        if not piece:
            return None
        got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    missing = -len(rest)
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            missing += int(line.split(b":")[1])
    while missing > 0:
        missing -= len(connection.recv(min(missing, 1 << 20)))
    method, path, _ = head.split(b" ", 2)
    return method.decode(), path.decode()
