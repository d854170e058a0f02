"""The profile endpoints over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from phota_desktop.api.client import PhotaClient
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.profiles import Profile, ProfileStatus, TrainingTier
from tests.unit.api.conftest import CANARY, LoopbackServer, Reset, reply, reply_json

Serve = Callable[..., LoopbackServer]
Connect = Callable[..., PhotaClient]


async def test_add(serve: Serve, connect: Connect) -> None:
    api = serve(reply_json(200, {"profile_id": "p-1"}))
    urls = [f"https://h.example/{n}.jpg" for n in range(5)]
    assert await connect(api).profiles.add(urls, "pd-1", TrainingTier.FAST) == "p-1"
    (request,) = api.requests
    assert (request.method, request.path) == ("POST", "/v1/phota/profiles/add")
    assert json.loads(request.body) == {
        "image_urls": urls,
        "training_tier": "fast",
        "tag": "pd-1",
    }
    assert request.headers["x-api-key"] == CANARY


@pytest.mark.parametrize("answer", [Reset(), reply(500), reply(200, b"{}"), reply(200, b"<html>")])
async def test_a_lost_training_answer_is_unknown(
    answer: bytes | Reset, serve: Serve, connect: Connect
) -> None:
    with pytest.raises(PhotaError) as caught:
        await connect(serve(answer)).profiles.add(["https://h.example/1"], "t")
    assert caught.value.kind is ErrorKind.UNKNOWN


async def test_ids_by_tag(serve: Serve, connect: Connect) -> None:
    api = serve(reply_json(200, {"profiles": [{"profile_id": "a", "status": "READY"}]}))
    found = await connect(api).profiles.ids("my tag&x=1")
    assert found == (Profile("a", ProfileStatus.READY),)
    assert api.requests[0].path in (
        "/v1/phota/profiles/ids?tag=my%20tag%26x%3D1",
        "/v1/phota/profiles/ids?tag=my+tag%26x%3D1",
    )


async def test_status(serve: Serve, connect: Connect) -> None:
    api = serve(reply_json(200, {"profile_id": "a/b", "status": "ERROR", "message": "Too dark."}))
    found = await connect(api).profiles.status("a/b")
    assert found == Profile("a/b", ProfileStatus.ERROR, "Too dark.")
    assert api.requests[0].path == "/v1/phota/profiles/a%2Fb/status"


@pytest.mark.parametrize("profile_id", ["", ".", "..", "x" * 201])
async def test_odd_ids_are_not_sent(profile_id: str, serve: Serve, connect: Connect) -> None:
    api = serve(reply_json(200, {}))
    with pytest.raises(PhotaError):
        await connect(api).profiles.delete(profile_id)
    assert api.requests == []


async def test_picture_and_delete(serve: Serve, connect: Connect) -> None:
    api = serve(lambda r: reply(200, b"\xff\xd8x" if r.method == "GET" else b'{"status":"ok"}'))
    client = connect(api)
    assert await client.profiles.picture("p") == b"\xff\xd8x"
    await client.profiles.delete("p")
    assert [request.method for request in api.requests] == ["GET", "DELETE"]
    with pytest.raises(PhotaError) as caught:
        await connect(serve(reply(404))).profiles.delete("p")
    assert caught.value.kind is ErrorKind.GONE
    assert caught.value.message == "This profile no longer exists at Phota."


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply_json(401, {"detail": "X-API-Key"}), ErrorKind.KEY_REJECTED),
        (reply(403), ErrorKind.KEY_REJECTED),
        (reply(200, b"<html>login</html>"), ErrorKind.BUSY),
        (reply(502, b"<html>"), ErrorKind.BUSY),
    ],
)
async def test_check_key(answer: bytes, kind: ErrorKind, serve: Serve, connect: Connect) -> None:
    with pytest.raises(PhotaError) as caught:
        await connect(serve(answer)).check_key()
    assert caught.value.kind is kind
    assert await connect(serve(reply_json(200, {"profiles": []}))).check_key() == 0


async def test_an_error_of_the_system_while_training_is_asked_for_may_have_cost(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("httpx.AsyncClient.send", send)
    api = connect(serve(reply(200))).profiles
    with pytest.raises(PhotaError) as caught:
        await api.add(["https://h.example/1"], "t")
    assert caught.value.kind is ErrorKind.UNKNOWN
    assert not caught.value.surely_not_charged
    with pytest.raises(PhotaError) as caught:
        await api.status("p")
    assert caught.value.surely_not_charged
