"""Loopback HTTP with full power over the socket: whole answers, cut ones, lost ones, resets."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import struct
import sys
import traceback
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.fake_phota.chaos import Fault
from tests.fake_phota.memory import Memory

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
GARBAGE = b'{"download_urls": [NaN, {"job_id": \xff\xfe'


@dataclass
class Answer:
    """A status, a body and headers on their way out."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, value: object) -> Answer:
        """Return a JSON answer."""
        return cls(status, json.dumps(value).encode())


class IncompleteError(Exception):
    """The client went away before its request was whole."""


class Listener(socketserver.ThreadingTCPServer):
    """One origin of the fake on a port of its own."""

    allow_reuse_address = True
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, port: int, memory: Memory, handler: type[Wire]) -> None:
        self.memory = memory
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), handler)

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:<port>``."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request, client_address):  # type: ignore[no-untyped-def]
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):  # type: ignore[no-untyped-def]
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):  # type: ignore[no-untyped-def]
        """Write a crash of the fake itself to the ledger, where the tests' end looks."""
        if isinstance(sys.exc_info()[1], ConnectionError):
            return  # the client was killed, which is no fault of the fake
        self.memory.ledger.write("crash", text=traceback.format_exc())

    def hang_up_all(self) -> None:
        """Cut every open connection, so that no handler thread outlives the server."""
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class Wire(BaseHTTPRequestHandler):
    """Reads requests whole and answers them as the chaos wants; subclasses are the origins."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> None:
        """Serve one request."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_HEAD(self) -> None:
        self._serve("HEAD")

    def log_message(self, *_args: object) -> None:
        """Say nothing on the terminal."""

    def _serve(self, method: str) -> None:
        self.request_id = f"req_{uuid.uuid4().hex[:16]}"
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        try:
            self.answer(method, parts.path, query, self._body())
        except IncompleteError:
            self.server.memory.ledger.write("incomplete", path=parts.path)
            self.close_connection = True
        except ConnectionError:
            self.close_connection = True

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return b"".join(iter(self._chunk, b""))
        return self._read(int(self.headers.get("Content-Length") or 0))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0] or b"0", 16)
        chunk = self._read(size)
        self.rfile.readline()
        return chunk

    def _read(self, size: int) -> bytes:
        try:
            body = self.rfile.read(size)
        except ConnectionError:
            body = b""
        if len(body) < size:
            raise IncompleteError
        return body

    def send(self, answer: Answer, *, cut_at: int | None = None) -> None:
        """Send an answer; with ``cut_at`` only so many bytes of its body, then hang up."""
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("X-Request-Id", self.request_id)
        answer.headers.setdefault("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body if cut_at is None else answer.body[:cut_at])
        if cut_at is not None:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection in order, whatever was promised."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Close the connection with RST."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        self.server.memory.closing.wait(seconds)

    def strike_early(self, fault: Fault | None) -> bool:
        """Do what a fault does before the request takes effect; True when it is answered by that.

        Waits the fault's ``seconds`` first, unless it is a ``hang`` or ``stall``.
        """
        if fault is None:
            return False
        if fault.do not in ("hang", "stall"):
            self.pause(fault.seconds)
        if fault.do == "drop":
            self.hang_up()
        elif fault.do == "moderation":
            text = {"code": "CONTENT_MODERATION", "detail": "Declined by content moderation."}
            self.send_error_body(400, text)
        elif fault.do == "redirect":
            self._redirect(fault)
        elif fault.do == "status" and not fault.charged:
            self._status(fault)
        else:
            return False
        return True

    def strike_late(self, fault: Fault | None, answer: Answer) -> None:
        """Send the answer, or what a fault makes of it, now that the request took effect."""
        do = fault.do if fault else ""
        if fault is None or do == "delay":
            self.send(answer)
        elif do == "lose_answer":
            self.hang_up()
        elif do == "reset":
            self.reset()
        elif do == "hang":
            self.pause(fault.seconds)
            self.hang_up()
        elif do == "truncate":
            self.send(answer, cut_at=fault.cut_at(len(answer.body)))
        elif do == "garbage":
            self.send(Answer(200, HTML, "text/html"))
        elif do == "status":
            self._status(fault)
        else:
            self.send(answer)

    def send_error_body(self, status: int, body: dict[str, object]) -> None:
        """Send an error in the documented shape, with its request id."""
        where = self.server.memory.chaos.traits.error_key
        if "code" in body and where == "type":
            body["type"] = body.pop("code")
        elif "code" in body and where == "error":
            body["error"] = {"type": body.pop("code"), "message": body.get("detail")}
        self.send(Answer.json(status, {**body, "request_id": self.request_id}))

    def _status(self, fault: Fault) -> None:
        bodies = {"html": (HTML, "text/html"), "empty": (b"", "text/plain")}
        bodies["garbage"] = (GARBAGE, "application/json")
        extra = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        if fault.body == "json":
            place = ["body", fault.field]
            said = [{"loc": place, "msg": fault.detail, "type": "chaos"}]
            text = {
                "code": f"HTTP_{fault.status}",
                "detail": said if fault.field else fault.detail,
                "request_id": self.request_id,
            }
            answer = Answer.json(fault.status, text)
        else:
            answer = Answer(fault.status, *bodies[fault.body])
        answer.headers.update(extra)
        self.send(answer)

    def _redirect(self, fault: Fault) -> None:
        origins = self.server.memory.origins
        to = {"stranger": f"{origins['stranger']}{self.path}", "same": self.path}
        location = to.get(fault.to, fault.to)
        status = fault.status if 300 <= fault.status < 400 else 307
        self.send(Answer(status, headers={"Location": location}))
