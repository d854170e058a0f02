"""Packed answers that never end: they are given up, whatever is or is not in them."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterable

import httpx
import pytest

from phota_desktop.api.channel import Deadline, collect
from phota_desktop.api.spill import MAX_JSON_BYTES, UnreadableAnswerError

SMALL = b'{"status":"queued"}'


class Stream(httpx.AsyncByteStream):
    """A body in pieces, counted as they are taken."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.taken += len(piece)
            yield piece


def packed(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(content) + packer.flush()


async def read(stream: Stream) -> bytes:
    response = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=stream)
    async with asyncio.timeout(20) as limit:
        return await collect(response, Deadline(limit, limit.when() or 0.0), MAX_JSON_BYTES)


async def test_empty_blocks_without_end_are_given_up() -> None:
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    empty = b"\x00\x00\x00\xff\xff" * 10_000
    stream = Stream([start, *[empty] * 200])
    with pytest.raises(UnreadableAnswerError):
        await read(stream)
    assert stream.taken <= MAX_JSON_BYTES + 2 * len(empty)


async def test_what_follows_the_end_is_not_kept() -> None:
    stream = Stream([packed(SMALL), *[b"x" * 65_536] * 100])
    with pytest.raises(UnreadableAnswerError):
        await read(stream)
    assert stream.taken <= 2 * 65_536


@pytest.mark.parametrize("size", [1, 7, 4096])
async def test_a_small_packed_answer_is_read_in_any_pieces(size: int) -> None:
    whole = packed(SMALL)
    assert await read(Stream(whole[n : n + size] for n in range(0, len(whole), size))) == SMALL
