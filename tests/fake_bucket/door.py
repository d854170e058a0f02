"""The door before moto: checks who asks, keeps a ledger, and can be slow, shut or broken."""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import socket
import socketserver
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from tests.fake_bucket import signatures
from tests.fake_bucket.signatures import Refusal

OWNER = (
    "AWS4-HMAC-SHA256 Credential=owner/20260101/us-east-1/s3/aws4_request,"
    " SignedHeaders=host, Signature=0"
)
"""What moto takes for the bucket's owner: it looks who asks, and checks no signature."""

_HOP = frozenset(
    {"connection", "date", "keep-alive", "server", "transfer-encoding", "content-length"}
)


@dataclass(frozen=True)
class Entry:
    """One request: what was asked, how it was signed (query, header, none), what came of it."""

    method: str
    key: str
    signed: str
    status: int
    size: int
    at: float


@dataclass
class Rules:
    """How the door behaves now; tests change it while it runs.

    ``denied`` holds acts that a policy forbids (put, get, list, delete). ``faults`` strike the
    next requests of an act, in turn: a status, ``drop`` (hang up before it takes effect),
    ``lose`` (take effect, then hang up), ``reset``. ``ahead`` is the server's clock in seconds
    before ours. ``versioned`` makes deleted objects live on, as far as the answers tell.
    """

    keys: dict[str, str] = field(default_factory=dict)
    region: str = "eu-central-1"
    is_public: bool = False
    versioned: bool = False
    ahead: float = 0.0
    delay: float = 0.0
    denied: set[str] = field(default_factory=set)
    faults: list[tuple[str, int | str]] = field(default_factory=list)


class Door(socketserver.ThreadingTCPServer):
    """Listens on loopback and hands on what is allowed to the server on ``port``."""

    allow_reuse_address = True
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, port: int, rules: Rules) -> None:
        self.inner = port
        self.rules = rules
        self.ledger: list[Entry] = []
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Visitor)

    def process_request(self, request, client_address):  # type: ignore[no-untyped-def]
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):  # type: ignore[no-untyped-def]
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):  # type: ignore[no-untyped-def]
        """Hang up; a client that went away is no fault of the door."""

    def hang_up_all(self) -> None:
        """Cut every open connection."""
        self.closing.set()
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Visitor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Door

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_args: object) -> None:
        """Say nothing on the terminal."""

    def _serve(self) -> None:
        rules = self.server.rules
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        signed = signatures.how(self.path, headers)
        act = _act(self.command, self.path)
        fault = self._fault(act)
        self.server.closing.wait(rules.delay)
        if fault == "drop":
            self._note(signed, 0, len(body))
            self._hang_up()
            return
        refusal = self._refusal(act, signed, headers)
        if isinstance(fault, int):
            refusal = Refusal(fault, "SlowDown" if fault == 503 else "Chaos")
        if refusal is not None:
            text = f"<Error><Code>{refusal.code}</Code>{refusal.more}</Error>".encode()
            self._note(signed, refusal.status, len(body))
            self._answer(refusal.status, text, {"Content-Type": "application/xml"})
            return
        status, answer, found = self._hand_on(body, headers)
        if rules.versioned and act == "put":
            found["x-amz-version-id"] = "v-1"
        self._note(signed, status, len(body))
        if fault in ("lose", "reset"):
            self._hang_up(hard=fault == "reset")
            return
        self._answer(status, answer, found)

    def _refusal(self, act: str, signed: str, headers: dict[str, str]) -> Refusal | None:
        rules = self.server.rules
        if signed == "none":
            if rules.is_public and self.command in ("GET", "HEAD"):
                return None
            return Refusal(403, "AccessDenied")
        wrong = signatures.check(
            self.command, self.path, headers, rules.keys, rules.region, time.time() + rules.ahead
        )
        if wrong is None and act in rules.denied:
            return Refusal(403, "AccessDenied")
        return wrong

    def _fault(self, act: str) -> int | str | None:
        with self.server.lock:
            for one in self.server.rules.faults:
                if one[0] in (act, "any"):
                    self.server.rules.faults.remove(one)
                    return one[1]
        return None

    def _hand_on(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        kept = {name: headers[name] for name in ("content-type", "content-md5") if name in headers}
        path = self.path
        if "X-Amz-Signature=" in path:  # moto would look at the time of the link itself
            path = path.partition("?")[0]
        inner = http.client.HTTPConnection("127.0.0.1", self.server.inner, timeout=30)
        try:
            inner.request(self.command, path, body, {**kept, "Authorization": OWNER})
            response = inner.getresponse()
            found = {n: v for n, v in response.getheaders() if n.lower() not in _HOP}
            if self.command == "HEAD":
                found["Content-Length"] = response.getheader("Content-Length", "0")
            return response.status, response.read(), found
        finally:
            inner.close()

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        now = time.time() + self.server.rules.ahead
        self.send_header("Date", email.utils.formatdate(now, usegmt=True))
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _note(self, signed: str, status: int, size: int) -> None:
        key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]
        with self.server.lock:
            self.server.ledger.append(Entry(self.command, key, signed, status, size, time.time()))

    def _hang_up(self, *, hard: bool = False) -> None:
        self.close_connection = True
        if hard:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            return
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _act(method: str, path: str) -> str:
    if method in ("PUT", "DELETE"):
        return method.lower()
    key = urlsplit(path).path.strip("/").partition("/")[2]
    return "get" if key else "list"
