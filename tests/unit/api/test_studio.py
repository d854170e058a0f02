"""Submit and poll over real HTTP: what is sent, what is read, how each failure is named."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from phota_desktop.api import studio as studio_module
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.studio import Accepted, Failed, Finished, Running
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import Operation
from tests.unit.api.conftest import CANARY, LoopbackServer, Reply, Reset, reply, reply_json

Serve = Callable[..., LoopbackServer]
Connect = Callable[..., PhotaClient]
PartFor = Callable[[int], Path]
FIRST_BODY = b'{"async":true,"client_request_id":"c-1","image":"AAAA"}'
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


async def submit_error(client: PhotaClient, body: Path, part_for: PartFor) -> PhotaError:
    with pytest.raises(PhotaError) as caught:
        await client.studio.submit(Operation.ENHANCE, body, part_for)
    return caught.value


async def test_an_accepted_submit(
    serve: Serve, connect: Connect, tmp_path: Path, part_for: PartFor
) -> None:
    api = serve(
        reply_json(202, {"job_id": "j-9", "poll_url": "/v1/phota/jobs/j-9"}, x_request_id="r-1")
    )
    path = tmp_path / "big.json"
    path.write_bytes(b'{"async":true,"image":"' + b"A" * 700_000 + b'"}')
    seen: list[tuple[int, int, object]] = []
    loop = asyncio.get_running_loop()

    def progress(done: int, total: int) -> None:
        seen.append((done, total, asyncio.get_running_loop() is loop))

    found = await connect(api).studio.submit(Operation.REMIX, path, part_for, progress)
    await asyncio.sleep(0.01)
    assert isinstance(found, Accepted)
    assert (found.job_id, found.poll_url, found.request_id) == ("j-9", "/v1/phota/jobs/j-9", "r-1")
    (request,) = api.requests
    assert (request.method, request.path) == ("POST", "/v1/phota/remix")
    assert request.body == path.read_bytes()
    assert request.headers["content-length"] == str(path.stat().st_size)
    assert "transfer-encoding" not in request.headers
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert seen[-1] == (path.stat().st_size, path.stat().st_size, True)


async def test_the_same_body_can_be_sent_again(
    serve: Serve, connect: Connect, body: Path, part_for: PartFor
) -> None:
    answers: list[Reply] = [Reset(), reply_json(202, {"job_id": "j"})]
    api = serve(lambda _: answers.pop(0))
    client = connect(api)
    assert (await submit_error(client, body, part_for)).kind is ErrorKind.UNKNOWN
    assert isinstance(await client.studio.submit(Operation.ENHANCE, body, part_for), Accepted)
    assert api.requests[0].body == api.requests[1].body == FIRST_BODY


async def test_pictures_in_the_answer_become_files(
    serve: Serve, connect: Connect, body: Path, part_for: PartFor
) -> None:
    blobs = [bytes([n]) * (90_000 + n) for n in range(4)]
    answer = {
        "known_subjects": {"counts": {"p": 1}},
        "images": [base64.b64encode(blob).decode() for blob in blobs],
        "download_urls": [],
    }
    found = await connect(serve(reply_json(200, answer))).studio.submit(
        Operation.EDIT, body, part_for
    )
    assert isinstance(found, Finished)
    assert [part.read_bytes() for part in found.parts] == blobs
    assert found.known_subjects == {"p": 1}
    assert len(found.raw) < 400


@pytest.mark.parametrize(
    ("status", "kind", "sure"),
    [
        (400, ErrorKind.INVALID, True),
        (401, ErrorKind.KEY_REJECTED, True),
        (402, ErrorKind.NO_CREDIT, True),
        (403, ErrorKind.KEY_REJECTED, True),
        (404, ErrorKind.GONE, True),
        (409, ErrorKind.INVALID, False),
        (413, ErrorKind.INVALID, True),
        (422, ErrorKind.INVALID, True),
        (429, ErrorKind.BUSY, True),
        (500, ErrorKind.UNKNOWN, False),
        (502, ErrorKind.UNKNOWN, False),
        (503, ErrorKind.UNKNOWN, False),
        (504, ErrorKind.UNKNOWN, False),
    ],
)
@pytest.mark.parametrize("content", [b"", HTML, b'{"detail": "Words.", "request_id": "r-b"}'])
async def test_statuses_of_a_submit(
    status: int,
    kind: ErrorKind,
    sure: bool,
    content: bytes,
    serve: Serve,
    connect: Connect,
    body: Path,
    part_for: PartFor,
) -> None:
    api = serve(reply(status, content, x_request_id="r-h", retry_after="7"))
    error = await submit_error(connect(api), body, part_for)
    assert (error.kind, error.status, error.surely_not_charged) == (kind, status, sure)
    assert error.request_id == ("r-b" if b"r-b" in content else "r-h")
    assert error.retry_after == 7
    assert "<" not in error.message + error.hint
    assert CANARY not in repr(error) + str(error.args)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ErrorKind.KEY_REJECTED),
        (402, ErrorKind.NO_CREDIT),
        (404, ErrorKind.GONE),
        (410, ErrorKind.GONE),
        (429, ErrorKind.BUSY),
        (500, ErrorKind.BUSY),
        (502, ErrorKind.BUSY),
        (503, ErrorKind.BUSY),
        (504, ErrorKind.TOO_SLOW),
    ],
)
async def test_statuses_of_a_poll(
    status: int, kind: ErrorKind, serve: Serve, connect: Connect, part_for: PartFor
) -> None:
    with pytest.raises(PhotaError) as caught:
        await connect(serve(reply(status, HTML))).studio.job("j", "", part_for)
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    "document",
    [
        {"code": "CONTENT_MODERATION", "detail": "no"},
        {"type": "CONTENT_MODERATION"},
        {"error": {"type": "CONTENT_MODERATION", "message": "no"}},
        {"error_type": "content_moderation"},
        {"detail": {"code": "CONTENT_MODERATION", "message": "no"}},
        {"detail": "CONTENT_MODERATION: the prompt was declined"},
    ],
)
async def test_moderation_is_refused_wherever_its_code_stands(
    document: object, serve: Serve, connect: Connect, body: Path, part_for: PartFor
) -> None:
    client = connect(serve(reply_json(400, document)))
    error = await submit_error(client, body, part_for)
    assert error.kind is ErrorKind.REFUSED
    assert error.surely_not_charged
    found = await client.studio.job("j", "", part_for)
    assert isinstance(found, Failed)
    assert found.error.kind is ErrorKind.REFUSED


@pytest.mark.parametrize(
    ("status", "document", "field"),
    [
        (422, {"detail": [{"loc": ["body", "async"], "msg": "Extra inputs"}]}, "async"),
        (422, {"detail": [{"loc": ["body", "client_request_id"], "msg": "x"}]}, "async"),
        (400, {"detail": "Unknown field: client_request_id"}, "async"),
        (400, {"message": "response_mode is not supported"}, "async"),
        (400, {"detail": "async is an unrecognized parameter"}, "async"),
        (422, {"detail": [{"loc": ["body", "prompt"], "msg": "too long"}]}, "prompt"),
        (422, {"detail": [{"loc": ["body", "images", 0], "msg": "bad"}]}, "images"),
        (400, {"detail": "The async job queue is full of flowers"}, ""),
        (400, {"detail": "quality is not supported by nb2"}, ""),
    ],
)
async def test_the_field_of_a_complaint(
    status: int,
    document: object,
    field: str,
    serve: Serve,
    connect: Connect,
    body: Path,
    part_for: PartFor,
) -> None:
    error = await submit_error(connect(serve(reply_json(status, document))), body, part_for)
    assert (error.kind, error.field) == (ErrorKind.INVALID, field)


ACCEPTED = json.dumps({"job_id": "j"}).encode()
LOST = {
    "nothing": b"",
    "reset": Reset(),
    "half a head": b"HTTP/1.1 202 Acc",
    "half a body": reply(202, ACCEPTED[:9], content_length=str(len(ACCEPTED))),
    "reset in the body": Reset(reply(202, ACCEPTED[:9], content_length=str(len(ACCEPTED)))),
    "no http": b"SSH-2.0-OpenSSH\r\n\r\n",
    "html": reply(200, HTML),
    "empty": reply(200),
    "half json": reply(200, ACCEPTED[:9]),
    "wrong length": reply(200, ACCEPTED, content_length="-1"),
    "odd json": reply_json(200, ["no job"]),
    "brotli": reply(200, b"\x0b\x05", content_encoding="br"),
    "bad gzip": reply(200, b"\x1f\x8b no", content_encoding="gzip"),
    "gzip bomb": reply(200, gzip.compress(b'{"a":"' + bytes(3_000_000)), content_encoding="gzip"),
    "deep": reply(200, b"[" * 200_000),
    "huge": reply(200, b'{"a":[' + b"1," * 600_000 + b"1]}"),
}


@pytest.mark.parametrize("name", LOST)
async def test_a_lost_or_unreadable_answer_is_unknown(
    name: str, serve: Serve, connect: Connect, body: Path, part_for: PartFor
) -> None:
    client = connect(serve(LOST[name]))
    error = await submit_error(client, body, part_for)
    assert error.kind is ErrorKind.UNKNOWN
    assert not error.surely_not_charged
    with pytest.raises(PhotaError) as caught:
        await client.studio.job("j", "", part_for)
    assert caught.value.kind in (ErrorKind.BUSY, ErrorKind.OFFLINE)


async def test_a_cut_picture_leaves_no_file(
    serve: Serve, connect: Connect, body: Path, part_for: PartFor
) -> None:
    whole = json.dumps({"images": [base64.b64encode(bytes(60_000)).decode()] * 2}).encode()
    api = serve(reply(200, whole[:100_000], content_length=str(len(whole))))
    assert (await submit_error(connect(api), body, part_for)).kind is ErrorKind.UNKNOWN
    assert not part_for(0).exists()
    assert not part_for(1).exists()


async def test_a_small_gzip_answer_is_read(
    serve: Serve, connect: Connect, body: Path, part_for: PartFor
) -> None:
    api = serve(reply(202, gzip.compress(ACCEPTED), content_encoding="gzip"))
    found = await connect(api).studio.submit(Operation.ENHANCE, body, part_for)
    assert isinstance(found, Accepted)


async def test_no_server_is_offline_and_free(
    connect: Connect, closed_port: int, body: Path, part_for: PartFor
) -> None:
    for base in (f"http://127.0.0.1:{closed_port}/v1", "https://no-such-host.invalid/v1"):
        error = await submit_error(connect(base), body, part_for)
        assert error.kind is ErrorKind.OFFLINE
        assert error.surely_not_charged
        assert error.retryable


async def test_an_untrusted_certificate_sends_nothing(
    serve: Serve, connect: Connect, certificate: Path, body: Path, part_for: PartFor
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    api = serve(reply_json(202, {"job_id": "j"}), tls)
    error = await submit_error(connect(api), body, part_for)
    assert error.kind is ErrorKind.OFFLINE
    assert error.surely_not_charged
    assert "certificate" in error.hint
    assert api.requests == []
    assert api.bytes_in == 0


async def test_silence_ends_at_the_deadline(
    serve: Serve,
    connect: Connect,
    body: Path,
    part_for: PartFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = asyncio.Event()
    loop = asyncio.get_running_loop()

    def script(_: object) -> bytes:
        asyncio.run_coroutine_threadsafe(waiting.wait(), loop).result(5)
        return b""

    monkeypatch.setattr(studio_module, "ACCEPT_S", 0.2)
    monkeypatch.setattr(studio_module, "POLL_S", 0.2)
    client = connect(serve(script))
    assert (await submit_error(client, body, part_for)).kind is ErrorKind.UNKNOWN
    with pytest.raises(PhotaError) as caught:
        await client.studio.job("j", "", part_for)
    assert caught.value.kind is ErrorKind.OFFLINE
    waiting.set()


async def test_a_body_that_is_not_there(
    serve: Serve, connect: Connect, tmp_path: Path, part_for: PartFor
) -> None:
    error = await submit_error(connect(serve(b"")), tmp_path / "none.json", part_for)
    assert error.kind is ErrorKind.DISK
    assert error.surely_not_charged


async def test_running(serve: Serve, connect: Connect, part_for: PartFor) -> None:
    api = serve(reply_json(200, {"status": "dreaming", "progress": 0.5}, retry_after="3"))
    found = await connect(api).studio.job("j", "", part_for)
    assert isinstance(found, Running)
    assert (found.state, found.progress, found.retry_after) == ("dreaming", 0.5, 3.0)


@pytest.mark.parametrize("status", [404, 405, 422])
async def test_a_server_without_models(status: int, serve: Serve, connect: Connect) -> None:
    assert await connect(serve(reply(status))).studio.models() is None
    assert await connect(serve(reply(200, HTML))).studio.models() is None


async def test_models(serve: Serve, connect: Connect) -> None:
    found = await connect(serve(reply_json(200, {"models": [{"id": "nb2"}]}))).studio.models()
    assert found is not None
    assert found.ids == ("nb2",)
