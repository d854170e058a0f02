"""A gate before a server: writes down what passes, and holds one request, so that a kill is exact.

Without a gate a kill between the tenth upload and the eleventh is a matter of luck.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HELD_S = 30.0
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Passed:
    """One request that came, without the query that signs it; ``forwarded`` reached the server."""

    method: str
    path: str
    at: float
    forwarded: bool
    status: int = 0


@dataclass
class Hold:
    """Holds request ``number`` (from 1) of those that match, before or after it takes effect.

    ``lets_go`` says what comes of one held before: sent on once the gate opens, or dropped.
    """

    method: str
    path: str = ""
    number: int = 1
    after: bool = False
    lets_go: bool = False
    seen: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Count a request; True for the one that is meant."""
        if method != self.method or not re.search(self.path, path):
            return False
        self.seen += 1
        return self.seen == self.number


class Gate:
    """Forwards to ``upstream`` (an origin) from a port of its own; a context manager."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._lock = threading.Lock()
        self._hold: Hold | None = None
        self.reached = threading.Event()
        self._open = threading.Event()
        self._closing = threading.Event()
        self.passed: list[Passed] = []
        self._server = _Server(("127.0.0.1", 0), _Passage)
        self._server.gate = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:<port>``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Gate:
        self._thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self._closing.set()
        self._open.set()
        self._server.shutdown()
        self._server.hang_up_all()
        self._server.server_close()
        self._thread.join()

    def hold(self, hold: Hold) -> None:
        """Hold one request from now on; ``reached`` is set when it is there."""
        with self._lock:
            self._hold = hold
            self.reached.clear()
            self._open.clear()

    def open(self) -> None:
        """Let everything pass, and what is held go where its hold says."""
        with self._lock:
            self._hold = None
            self._open.set()

    def count(self, method: str, path: str = "") -> int:
        """Return how many requests of this kind took effect."""
        return sum(
            row.method == method and 200 <= row.status < 300 and bool(re.search(path, row.path))
            for row in tuple(self.passed)
        )

    def serve(self, passage: _Passage, body: bytes) -> None:
        """Pass one request on, or hold it."""
        method, path = passage.command, passage.path
        bare = _bare(path)
        with self._lock:
            hold = self._hold if self._hold and self._hold.strikes(method, bare) else None
        if hold and not hold.after:
            self._wait()
            if not hold.lets_go or self._closing.is_set():
                self.passed.append(Passed(method, bare, time.time(), forwarded=False))
                passage.hang_up()
                return
        status, headers, content = self._forward(passage, body)
        self.passed.append(Passed(method, bare, time.time(), forwarded=True, status=status))
        if hold and hold.after:
            self._wait()
            passage.hang_up()
            return
        passage.give(status, headers, content)

    def _wait(self) -> None:
        self.reached.set()
        self._open.wait(HELD_S)

    def _forward(self, passage: _Passage, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=HELD_S)
        headers = {
            name: value for name, value in passage.headers.items() if name.lower() not in _HOP
        }
        with contextlib.closing(connection):
            # The host stays the gate's own: signatures hold for what the client asked.
            connection.request(passage.command, passage.path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()


def _bare(path: str) -> str:
    """Return a path with the names of its query and none of the values."""
    parts = urlsplit(path)
    names = sorted({pair.split("=")[0] for pair in parts.query.split("&") if pair})
    signed = any(name.lower().startswith("x-amz") for name in names)
    kept = ["signed"] if signed else names
    return f"{parts.path}?{','.join(kept)}" if kept else parts.path


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    gate: Gate

    def __init__(self, address: tuple[str, int], handler: Callable[..., _Passage]) -> None:
        self._sockets: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request, client_address):  # type: ignore[no-untyped-def]
        self._sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):  # type: ignore[no-untyped-def]
        self._sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):  # type: ignore[no-untyped-def]
        """Say nothing: killed clients leave broken connections behind."""

    def hang_up_all(self) -> None:
        for sock in tuple(self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Passage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _pass(self) -> None:
        with contextlib.suppress(ConnectionError):
            self.server.gate.serve(self, self._body())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass  # noqa: N815  (http.server asks)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def give(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        """Send the server's answer on."""
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        length = len(content)
        if self.command == "HEAD":
            known = [value for name, value in headers if name.lower() == "content-length"]
            length = int(known[0]) if known else 0
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def hang_up(self) -> None:
        """Close without an answer."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_args: object) -> None:
        """Say nothing on the terminal."""
