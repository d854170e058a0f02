"""Real HTTP servers on loopback, scripted byte by byte, and clients that talk to them."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import json
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from phota_desktop.api.address import ServerAddress
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.network import NetworkThread
from phota_desktop.core.secrets import ApiKey

CANARY = "pk-canary-6f1d2b7c"


@dataclass(frozen=True)
class Request:
    """One request as it came in, header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reset:
    """Send ``first`` and then break the connection instead of closing it."""

    first: bytes = b""


Reply = bytes | Reset
Script = Callable[[Request], Reply]


def reply(status: int, body: bytes = b"", /, **headers: str) -> bytes:
    """Return a whole answer; ``content_length="…"`` and the like replace or add headers."""
    named = {"content-length": str(len(body)), "connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Whatever"]
    lines += [f"{name}: {value}" for name, value in named.items() if value != "-"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def reply_json(status: int, document: object, /, **headers: str) -> bytes:
    return reply(status, json.dumps(document).encode(), content_type="application/json", **headers)


@dataclass
class LoopbackServer:
    """A server in threads; ``script`` makes the answers, ``requests`` keeps what came."""

    script: Script
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    bytes_in: int = 0

    def start(self) -> None:
        outer = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    outer._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Connection)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return f"{self.origin}/v1/phota"

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True)
        with connection:
            request = self._read(connection)
            if request is None:
                return
            self.requests.append(request)
            answer = self.script(request)
            if isinstance(answer, Reset):
                connection.sendall(answer.first)
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            connection.sendall(answer)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)

    def _read(self, connection: socket.socket) -> Request | None:
        got = b""
        while b"\r\n\r\n" not in got:
            piece = connection.recv(65536)
            if not piece:
                return None
            got += piece
            if got[:1] == b"\x16":
                return None  # a TLS greeting
        self.bytes_in += len(got)
        head, _, body = got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        parts, missing = [body], int(headers.get("content-length", "0")) - len(body)
        while missing > 0:
            piece = connection.recv(1 << 18)
            if not piece:
                return None
            parts.append(piece)
            missing -= len(piece)
        return Request(method, path, headers, b"".join(parts))


@pytest.fixture
def serve() -> Iterator[Callable[..., LoopbackServer]]:
    """Return a function that starts a server for a script (or for one fixed answer)."""
    running: list[LoopbackServer] = []

    def start(script: Script | Reply, tls: ssl.SSLContext | None = None) -> LoopbackServer:
        chosen = script if callable(script) else lambda _: script
        server = LoopbackServer(chosen, tls)
        server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def network() -> Iterator[NetworkThread]:
    thread = NetworkThread()
    yield thread
    thread.close()


@pytest.fixture
async def connect(network: NetworkThread) -> AsyncIterator[Callable[..., PhotaClient]]:
    """Return a function that makes a client with the canary key, closed after the test."""
    made: list[PhotaClient] = []

    def new(address: str | LoopbackServer, key: str | None = CANARY) -> PhotaClient:
        base = address if isinstance(address, str) else address.base
        client = PhotaClient(ServerAddress.parse(base), ApiKey(key) if key else None, network)
        made.append(client)
        return client

    yield new
    for client in made:
        await client.close()


@pytest.fixture
def body(tmp_path: Path) -> Path:
    """Write a small async submit body."""
    path = tmp_path / "body.json"
    path.write_bytes(b'{"async":true,"client_request_id":"c-1","image":"AAAA"}')
    return path


@pytest.fixture
def part_for(tmp_path: Path) -> Callable[[int], Path]:
    return lambda n: tmp_path / f"job-{n}.part"


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a PEM file with a fresh key and a self-signed certificate for 127.0.0.1."""
    now = datetime.datetime.now(datetime.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
