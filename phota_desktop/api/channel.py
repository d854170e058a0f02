"""Requests to the API itself: the key, the deadlines and the mapping of every failure."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx

from phota_desktop.api import errors
from phota_desktop.api.address import ServerAddress
from phota_desktop.api.body import FileBody
from phota_desktop.api.dialing import CONNECT_S
from phota_desktop.api.network import NetworkThread
from phota_desktop.api.spill import MAX_JSON_BYTES, UnreadableAnswerError
from phota_desktop.api.transport import ASGIApp, open_client
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.secrets import ApiKey, masked

T = TypeVar("T")

SLOWEST = 32_000
"""Bytes per second: a slower transfer is given up (reliability.md §2, limits)."""
MAX_ERROR_BYTES = 65_536


@dataclass(frozen=True)
class Answer:
    """A small answer that was read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str:
        """Phota's ``X-Request-Id``, empty when there is none."""
        return masked(self.headers.get("x-request-id", ""))[:200]


class Deadline:
    """A time limit that grows with the bytes that have come, at 32 kB/s."""

    def __init__(self, limit: asyncio.Timeout, end: float) -> None:
        self._limit = limit
        self._end = end
        self._received = 0

    def received(self, count: int) -> None:
        """Count bytes that have arrived."""
        self._received += count
        self._limit.reschedule(self._end + self._received / SLOWEST)


Reader = Callable[[httpx.Response, Deadline], Awaitable[T]]


class ApiChannel:
    """The API's own client. Every coroutine of it runs on the network loop."""

    def __init__(
        self,
        address: ServerAddress,
        key: ApiKey | None,
        network: NetworkThread,
        app: ASGIApp | None,
    ) -> None:
        self.address = address
        self.network = network
        self._key = key
        self._app = app
        self._client: httpx.AsyncClient | None = None

    async def exchange(
        self,
        method: str,
        url: httpx.URL,
        read: Reader[T],
        *,
        posted: bool,
        budget: float,
        body: FileBody | bytes | None = None,
    ) -> T:
        """Send one request and return what ``read`` makes of the answer.

        ``budget`` is in seconds for the whole exchange, at 32 kB/s of answer on top. ``posted``
        is true for calls that cost money. Raises PhotaError.
        """
        started = False
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(budget) as limit:
                request = self._request(method, url, body, budget)
                started = not isinstance(body, FileBody)
                response = await self._http().send(request, stream=True)
                try:
                    end = limit.when()
                    return await read(response, Deadline(limit, end or loop.time() + budget))
                finally:
                    await response.aclose()
        except TimeoutError as error:
            sent = started or (isinstance(body, FileBody) and body.started)
            if posted and sent:
                raise errors.lost_answer() from error
            raise PhotaError(ErrorKind.OFFLINE, retryable=True, surely_not_charged=True) from error
        except httpx.HTTPError as error:
            raise errors.from_transport(error, posted=posted) from error
        except OSError as error:
            if posted and started:
                raise errors.lost_answer() from error
            raise PhotaError(
                ErrorKind.DISK,
                hint=error.strerror or "",
                surely_not_charged=not (isinstance(body, FileBody) and body.started),
            ) from error

    async def read_small(
        self,
        method: str,
        path: str,
        *,
        posted: bool = False,
        budget: float,
        body: bytes | None = None,
        params: Mapping[str, str] | None = None,
        limit: int = MAX_JSON_BYTES,
    ) -> Answer:
        """Return a successful answer of at most ``limit`` bytes; raises PhotaError."""
        url = self.address.url(path)
        if params:
            url = url.copy_merge_params(dict(params))

        async def read(response: httpx.Response, deadline: Deadline) -> Answer:
            await self.refuse(response, deadline, posted=posted)
            try:
                content = await collect(response, deadline, limit)
            except UnreadableAnswerError as error:
                raise errors.unreadable(str(error), posted=posted) from error
            return Answer(response.status_code, response.headers, content)

        return await self.exchange(method, url, read, posted=posted, budget=budget, body=body)

    async def refuse(self, response: httpx.Response, deadline: Deadline, *, posted: bool) -> None:
        """Raise the PhotaError of an answer that is no success."""
        if 200 <= response.status_code < 300:
            return
        try:
            content = await collect(response, deadline, MAX_ERROR_BYTES)
        except (UnreadableAnswerError, httpx.HTTPError):
            # The status has arrived and says enough; its words are a luxury.
            content = b""
        raise errors.from_response(response.status_code, response.headers, content, posted=posted)

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _request(
        self, method: str, url: httpx.URL, body: FileBody | bytes | None, budget: float
    ) -> httpx.Request:
        if not self.address.owns(url):
            raise PhotaError(ErrorKind.INVALID, "This address is not the server's own.")
        headers = {"Accept": "application/json"}
        if self._key is not None:
            headers["X-API-Key"] = self._key.reveal()
        if body is not None:
            headers["Content-Type"] = "application/json"
        if isinstance(body, FileBody):
            headers["Content-Length"] = str(body.size)
        timeout = httpx.Timeout(budget, connect=CONNECT_S, pool=CONNECT_S, read=None)
        return self._http().build_request(
            method, url, headers=headers, content=body, timeout=timeout
        )

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = open_client(self.network, self._app, checked=False)
        return self._client


async def pieces(response: httpx.Response, deadline: Deadline) -> AsyncIterator[bytes]:
    """Yield the answer's bytes as they come.

    Compression was not asked for; a small gzip answer (some proxies insist) is inflated up to
    the size of a small JSON, and may be no larger packed. UnreadableAnswerError for all else.
    """
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("", "identity"):
        async for piece in response.aiter_raw():
            deadline.received(len(piece))
            yield piece
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise UnreadableAnswerError("it is compressed")
    inflater = zlib.decompressobj(wbits=47 if "gzip" in coding else zlib.MAX_WBITS)
    room = packed = MAX_JSON_BYTES
    async for piece in response.aiter_raw():
        deadline.received(len(piece))
        packed -= len(piece)
        if packed < 0:
            # Empty blocks give no content, but would go on for as long as they come.
            raise UnreadableAnswerError("it is compressed, and large")
        if inflater.eof:
            # zlib would keep what follows, and copy all of it at each piece.
            raise UnreadableAnswerError("it is compressed, and damaged")
        try:
            inflated = inflater.decompress(piece, room + 1)
        except zlib.error as error:
            raise UnreadableAnswerError("it is compressed, and damaged") from error
        room -= len(inflated)
        if room < 0:
            raise UnreadableAnswerError("it is compressed, and large")
        yield inflated


async def collect(response: httpx.Response, deadline: Deadline, limit: int) -> bytes:
    """Return the whole answer; UnreadableAnswerError when it is longer than ``limit`` bytes."""
    content = bytearray()
    async for piece in pieces(response, deadline):
        if len(content) + len(piece) > limit:
            raise UnreadableAnswerError("it is larger than any true answer")
        content += piece
    return bytes(content)
