"""Downloads are whole or resumed: every cut, every odd answer, over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from phota_desktop.api import download as download_module
from phota_desktop.api import resume
from phota_desktop.api.client import PhotaClient
from phota_desktop.core.errors import ErrorKind, PhotaError
from tests.unit.api.conftest import LoopbackServer, Reply, Request, Reset, reply

Serve = Callable[..., LoopbackServer]
Connect = Callable[..., PhotaClient]
OLD = b"old" * 80_000
NEW = bytes(range(256)) * 900
CUTS = [
    0,
    1,
    len(NEW) // 2 - 1,
    len(NEW) // 2,
    len(NEW) // 2 + 1,
    len(NEW) * 99 // 100,
    len(NEW) - 1,
    len(NEW),
]


def quick(client: PhotaClient) -> PhotaClient:
    async def pause(_: float) -> None:
        await asyncio.sleep(0)

    client.downloads.pause = pause
    return client


class Cdn:
    """Cuts the first answer after ``cut`` bytes; the later ones behave as ``mode`` says."""

    def __init__(self, mode: str, cut: int) -> None:
        self.mode = mode
        self.cut = cut
        self.calls = 0
        self.sent = 0

    def __call__(self, request: Request) -> Reply:
        self.calls += 1
        size = str(len(NEW))
        if self.calls == 1:
            self.sent += self.cut
            first = OLD if self.mode == "changed etag" else NEW
            tag = '"old"' if self.mode == "changed etag" else '"v1"'
            return reply(200, first[: self.cut], content_length=size, etag=tag)
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        tag = '"v2"' if self.mode == "changed etag" else '"v1"'
        if asked is None:
            self.sent += len(NEW)
            return reply(200, NEW, etag=tag)
        start = int(asked[1])
        assert request.headers["if-range"] == ('"old"' if self.mode == "changed etag" else '"v1"')
        rest = NEW[start:]
        told = f"bytes {start}-{len(NEW) - 1}/{size}"
        if self.mode == "206":
            self.sent += len(rest)
            return reply(206, rest, content_range=told, etag=tag)
        if self.mode == "206 without etag":
            return reply(206, rest, content_range=told)
        if self.mode == "changed etag":
            # A careless server answers 206 although If-Range does not match.
            return reply(206, rest, content_range=told, etag=tag)
        if self.mode == "200":
            return reply(200, NEW, etag=tag)
        if self.mode == "416":
            return reply(416, content_range=f"bytes */{size}")
        if self.mode == "wrong start":
            wrong = NEW[start + 1 :] or b"x"
            return reply(206, wrong, content_range=f"bytes {start + 1}-{len(NEW)}/{len(NEW) + 1}")
        if self.mode == "no content-range":
            return reply(206, rest)
        if self.mode == "wrong total":
            return reply(206, rest, content_range=f"bytes {start}-{len(NEW) - 1}/{len(NEW) + 5}")
        if self.mode == "short" and self.calls == 2:
            half = rest[: len(rest) // 2]
            return reply(206, half, content_length=str(len(rest)), content_range=told, etag=tag)
        if self.mode == "extra":
            return reply(
                206, rest + b"more", content_length=str(len(rest)), content_range=told, etag=tag
            )
        if self.mode == "lying length":
            return reply(206, rest + b"more", content_range=told, etag=tag)
        self.sent += len(rest)
        return reply(206, rest, content_range=told, etag=tag)


MODES = [
    "206", "206 without etag", "200", "416", "wrong start", "no content-range", "wrong total",
    "changed etag", "short", "extra", "lying length",
]  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("cut", CUTS)
async def test_cut_and_resume(
    mode: str, cut: int, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    cdn = Cdn(mode, cut)
    server = serve(cdn)
    part = tmp_path / "a.part"
    got = await quick(connect(server)).downloads.fetch("/f", part)
    # When the first answer came whole, its version is the one we have.
    expected = OLD[:cut] if mode == "changed etag" and cut == len(NEW) else NEW
    assert part.read_bytes() == expected
    assert got.size == len(expected)
    assert got.sha256 == hashlib.sha256(expected).hexdigest()
    assert not (tmp_path / "a.meta").exists()
    if mode == "206":
        assert cdn.sent <= 1.1 * len(NEW)


@pytest.mark.parametrize("validator", ["none", "weak", "date"])
async def test_only_a_strong_validator_is_trusted(
    validator: str, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    headers = {
        "none": {},
        "weak": {"etag": 'W/"v1"', "last_modified": "Sat, 21 Nov 2026 10:00:00 GMT"},
        "date": {"last_modified": "Sat, 21 Nov 2026 10:00:00 GMT"},
    }[validator]
    answers = [
        reply(200, NEW[:5000], content_length=str(len(NEW)), **headers),
        reply(200, NEW, **headers),
    ]
    server = serve(lambda _: answers.pop(0))
    part = tmp_path / "a.part"
    await quick(connect(server)).downloads.fetch("/f", part)
    assert part.read_bytes() == NEW
    assert ("range" in server.requests[1].headers) == (validator == "date")


async def test_a_later_run_goes_on_but_not_after_a_power_cut(
    serve: Serve, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(Cdn("206", 1))
    client = quick(connect(server))
    for boot, expected in (("same", "bytes=100000-"), ("other", None)):
        part = tmp_path / "a.part"
        part.write_bytes(NEW[:100_000])
        kept = {"validator": '"v1"', "total": len(NEW), "boot": boot}
        (tmp_path / "a.meta").write_text(json.dumps(kept))
        monkeypatch.setattr(resume, "_boot", lambda: "same")
        await client.downloads.fetch("/f", part)
        assert part.read_bytes() == NEW
        ranges = [request.headers.get("range") for request in server.requests]
        assert (expected in ranges) if expected else (ranges[-2] is None)
        server.requests.clear()
        server.script.calls = 1 if boot == "other" else 0  # type: ignore[attr-defined]


async def test_a_complete_part_is_not_fetched_again(
    serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    server = serve(reply(500))
    part = tmp_path / "a.part"
    part.write_bytes(NEW)
    resume.keep_mark(part, resume.Mark('"v1"', len(NEW)))
    got = await connect(server).downloads.fetch("/f", part)
    assert got.sha256 == hashlib.sha256(NEW).hexdigest()
    assert server.requests == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_an_expired_link_is_gone_at_once(
    status: int, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    server = serve(reply(status, b"<html>"))
    with pytest.raises(PhotaError) as caught:
        await quick(connect(server)).downloads.fetch("/f", tmp_path / "a.part")
    assert caught.value.kind is ErrorKind.GONE
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_host_is_asked_again_but_not_for_ever(
    status: int, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    server = serve(reply(status))
    with pytest.raises(PhotaError) as caught:
        await quick(connect(server)).downloads.fetch("/f", tmp_path / "a.part")
    assert caught.value.kind is ErrorKind.BUSY
    assert len(server.requests) == 6


async def test_resets_are_survived(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    answers: list[Reply] = [Reset(), b"", b"HTTP/1.1 200", reply(200, NEW)]
    server = serve(lambda _: answers.pop(0))
    got = await quick(connect(server)).downloads.fetch("/f", tmp_path / "a.part")
    assert got.size == len(NEW)


@pytest.mark.parametrize("told", [True, False])
async def test_a_file_over_the_limit_is_cut(
    told: bool, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    server = serve(reply(200, NEW, content_length=str(len(NEW)) if told else "-"))
    part = tmp_path / "a.part"
    with pytest.raises(PhotaError) as caught:
        await quick(connect(server)).downloads.fetch("/f", part, limit=10_000)
    assert caught.value.kind is ErrorKind.INVALID
    assert resume.length(part) <= 10_000 + 65_536


async def test_compressed_pictures_are_refused(
    serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    server = serve(reply(200, b"\x1f\x8b", content_encoding="gzip"))
    with pytest.raises(PhotaError) as caught:
        await quick(connect(server)).downloads.fetch("/f", tmp_path / "a.part")
    assert caught.value.kind is ErrorKind.INVALID
    assert len(server.requests) == 1


@pytest.mark.parametrize(("hops", "arrives"), [(3, True), (4, False)])
async def test_at_most_three_redirects(
    hops: int, arrives: bool, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    def script(request: Request) -> bytes:
        n = int(request.path.removeprefix("/"))
        return reply(200, b"there") if n == 0 else reply(302, location=f"/{n - 1}")

    server = serve(script)
    fetch = quick(connect(server)).downloads.fetch(f"/{hops}", tmp_path / "a.part")
    if arrives:
        assert (await fetch).size == 5
    else:
        with pytest.raises(PhotaError):
            await fetch


async def test_a_stalled_download_is_given_up(
    serve: Serve, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_module, "STALL_S", 0.15)
    waiting = asyncio.Event()
    loop = asyncio.get_running_loop()
    calls = 0

    def script(_: Request) -> bytes:
        nonlocal calls
        calls += 1
        if calls == 1:
            asyncio.run_coroutine_threadsafe(waiting.wait(), loop).result(5)
        return reply(200, NEW)

    got = await quick(connect(serve(script))).downloads.fetch("/f", tmp_path / "a.part")
    assert got.size == len(NEW)
    waiting.set()


async def test_progress_and_rights(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    server = serve(reply(200, NEW))
    part = tmp_path / "a.part"
    await connect(server).downloads.fetch(
        "/f", part, on_progress=lambda done, total: seen.append((done, total))
    )
    await asyncio.sleep(0.01)
    assert seen[-1] == (len(NEW), len(NEW))
    assert part.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "ftp://127.0.0.1/x",
        "http://example.com/a.jpg",
        "http://user@127.0.0.1/a.jpg",
        "https://",
        "http://127.0.0.1 /x",
        "",
    ],
)
async def test_urls_that_are_never_opened(
    url: str, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    server = serve(reply(200, NEW))
    fetch = connect(server).downloads.fetch
    if url:
        with pytest.raises(PhotaError) as caught:
            await fetch(url, tmp_path / "a.part")
        assert caught.value.kind is ErrorKind.INVALID
    hop = serve(reply(302, location=url))
    with pytest.raises(PhotaError) as caught:
        await connect(hop).downloads.fetch("/f", tmp_path / "a.part")
    assert caught.value.kind is ErrorKind.INVALID
    assert server.requests == []
