"""The gate passes what it should, and holds exactly the request that is meant."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from tests.faults.gate import Gate, Hold


class Echo(BaseHTTPRequestHandler):
    """Answers with what came."""

    seen: list[str]

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append(self.path)
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Host", self.headers["Host"])
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT  # noqa: N815  (http.server asks)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def gate() -> Iterator[Gate]:
    Echo.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    with Gate(f"http://127.0.0.1:{server.server_address[1]}") as made:
        yield made
    server.shutdown()
    thread.join()
    server.server_close()


def put(gate: Gate, path: str, content: bytes = b"photo") -> httpx.Response:
    return httpx.put(gate.origin + path, content=content, trust_env=False)


def test_requests_pass_whole(gate: Gate) -> None:
    answer = put(gate, "/a?x=1")
    assert (answer.status_code, answer.content) == (201, b"photo")
    assert answer.headers["X-Host"] == gate.origin.removeprefix("http://")
    chunks = httpx.put(gate.origin + "/b", content=iter([b"ph", b"oto"]), trust_env=False)
    assert chunks.content == b"photo"
    assert httpx.head(gate.origin + "/c", trust_env=False).status_code == 201
    assert Echo.seen == ["/a?x=1", "/b", "/c"]
    assert [row.path for row in gate.passed] == ["/a?x", "/b", "/c"]
    assert gate.count("PUT", "^/a") == 1
    put(gate, "/d.jpg?X-Amz-Date=1&X-Amz-Signature=2")
    assert gate.passed[-1].path == "/d.jpg?signed"


@pytest.mark.parametrize(
    ("hold", "reached"),
    [
        (Hold("PUT", "/p", 2), ["/p1"]),
        (Hold("PUT", "/p", 2, lets_go=True), ["/p1", "/p2"]),
        (Hold("PUT", "/p", 2, after=True), ["/p1", "/p2"]),
    ],
    ids=["dropped", "late", "answer lost"],
)
def test_one_request_is_held(gate: Gate, hold: Hold, reached: list[str]) -> None:
    gate.hold(hold)
    assert put(gate, "/p1").status_code == 201
    assert put(gate, "/other").status_code == 201
    with ThreadPoolExecutor(1) as pool:
        held: Future[httpx.Response] = pool.submit(put, gate, "/p2")
        assert gate.reached.wait(5)
        assert ("/p2" in Echo.seen) is hold.after
        gate.open()
        if hold.lets_go:
            assert held.result(5).status_code == 201
        else:
            with pytest.raises(httpx.TransportError):
                held.result(5)
    assert [path for path in Echo.seen if path != "/other"] == reached
    assert put(gate, "/p3").status_code == 201
