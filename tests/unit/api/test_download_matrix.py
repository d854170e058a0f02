"""The matrix of goal 5: every place of a cut by every way in which a server goes on."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from phota_desktop.api.client import PhotaClient
from tests.unit.api.conftest import LoopbackServer, Request, reply

Serve = Callable[..., LoopbackServer]
Connect = Callable[..., PhotaClient]
WHOLE = bytes(range(256)) * 400
OLD = b"old" * (len(WHOLE) // 3) + b"!"
SIZE = len(WHOLE)
BLOCK = 65_536
"""What may lie in the sockets on both sides when a connection breaks."""

CUTS = sorted(
    {
        min(max(SIZE * percent // 100 + byte, 0), SIZE)
        for percent in (0, 1, 50, 99, 100)
        for byte in (-1, 0, 1)
    }
)
WAYS = ["206", "200-ignored", "416", "wrong Content-Range", "changed ETag", "short", "extra"]
assert len(CUTS) * len(WAYS) >= 35


class Cdn:
    """Breaks off after ``cut`` bytes once; then goes on in one of the seven ways, then well."""

    def __init__(self, way: str, cut: int) -> None:
        self.way = way
        self.cut = cut
        self.sent: list[int] = []

    def __call__(self, request: Request) -> bytes:
        answer, body = self._answer(request)
        self.sent.append(body)
        return answer

    def _answer(self, request: Request) -> tuple[bytes, int]:
        first = not self.sent
        changed = self.way == "changed ETag"
        if first:
            content, tag = (OLD, '"old"') if changed else (WHOLE, '"new"')
            cut = content[: self.cut]
            return reply(200, cut, content_length=str(SIZE), etag=tag), len(cut)
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        matches = request.headers.get("if-range") == '"new"'
        if asked is None or (not matches and not changed):
            return reply(200, WHOLE, etag='"new"'), SIZE
        start = int(asked[1])
        rest, told = WHOLE[start:], f"bytes {start}-{SIZE - 1}/{SIZE}"
        second = len(self.sent) == 1
        if second and self.way == "200-ignored":
            return reply(200, WHOLE, etag='"new"'), SIZE
        if second and self.way == "416":
            return reply(416, content_range=f"bytes */{SIZE + 1}"), 0
        if second and self.way == "wrong Content-Range":
            odd = f"bytes {start + 1}-{SIZE - 1}/{SIZE}"
            return reply(206, rest[1:], content_range=odd, etag='"new"'), len(rest) - 1
        if changed:  # a careless server: 206 although If-Range does not match
            return reply(206, rest, content_range=told, etag='"new"'), len(rest)
        if second and self.way == "short":
            part, size = rest[: len(rest) // 2], str(len(rest))
            return reply(206, part, content_length=size, content_range=told, etag='"new"'), len(
                part
            )
        more = b"more bytes" if second and self.way == "extra" else b""
        return reply(206, rest + more, content_range=told, etag='"new"'), len(rest + more)


async def fetch(client: PhotaClient, part: Path) -> str:
    async def pause(_: float) -> None:
        await asyncio.sleep(0)

    client.downloads.pause = pause
    return (await client.downloads.fetch("/f", part)).sha256


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cut", CUTS)
async def test_the_bytes_are_the_servers(
    way: str, cut: int, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    cdn = Cdn(way, cut)
    part = tmp_path / "a.part"
    digest = await fetch(connect(serve(cdn)), part)
    # What came whole at once is what the server had then.
    right = OLD if way == "changed ETag" and cut == SIZE else WHOLE
    assert part.read_bytes() == right
    assert digest == hashlib.sha256(right).hexdigest()
    assert list(tmp_path.iterdir()) == [part]
    if way in ("206", "short"):  # where ranges work
        assert sum(cdn.sent) <= 1.1 * SIZE
    assert len(cdn.sent) <= 4


@pytest.mark.parametrize("cut", CUTS)
async def test_a_kill_at_any_byte_fetches_only_the_rest(
    cut: int, serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    """As after a kill -9: the part has what was written, its mark is as at the first byte."""
    from phota_desktop.api.resume import Mark, keep_mark

    cdn = Cdn("206", 0)
    cdn.sent.append(0)
    part = tmp_path / "a.part"
    part.write_bytes(WHOLE[:cut])
    keep_mark(part, Mark('"new"', SIZE))
    assert await fetch(connect(serve(cdn)), part) == hashlib.sha256(WHOLE).hexdigest()
    assert part.read_bytes() == WHOLE
    assert sum(cdn.sent) == SIZE - cut or cut == 0
