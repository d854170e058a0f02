"""Fetches result pictures without the key: whole, resumed where it can be, size-limited."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from phota_desktop.api import errors
from phota_desktop.api.address import ServerAddress, is_loopback_host, parse_url
from phota_desktop.api.dialing import CONNECT_S, ForbiddenAddressError
from phota_desktop.api.network import NetworkThread, progress_to
from phota_desktop.api.resume import Mark, discard, keep_mark, length, mark_of, open_part
from phota_desktop.api.retry import Action, Step, decide
from phota_desktop.api.transport import CONNECTIONS, ASGIApp, open_client
from phota_desktop.core.errors import ErrorKind, PhotaError

MAX_IMAGE_BYTES = 100_000_000
STALL_S = 30.0
STALL_BYTES = 30_000
"""Fewer bytes than this in 30 s is a stalled download (reliability.md §2)."""
MAX_REDIRECTS = 3
_MOST_TRIES = 60
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")
_NO_RANGE = re.compile(r"bytes \*/(\d{1,15})")


@dataclass(frozen=True)
class Downloaded:
    """A complete file: its size in bytes and its SHA-256 in hex digits."""

    size: int
    sha256: str


class _StartOverError(Exception):
    """What lies in the part is not the beginning of what the server has now."""


class Downloader:
    """Downloads for one client. ``pause`` waits between tries."""

    def __init__(
        self, address: ServerAddress, network: NetworkThread, app: ASGIApp | None = None
    ) -> None:
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._address = address
        self._network = network
        self._app = app
        self._client: httpx.AsyncClient | None = None
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._random = random.Random()  # noqa: S311 - spreads retries, protects nothing

    async def fetch(
        self,
        url: str,
        part: Path,
        *,
        limit: int = MAX_IMAGE_BYTES,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Downloaded:
        """Fetch ``url`` into ``part``, going on where an earlier try ended if the server can.

        ``url`` may be relative to the server. What is needed to go on lies in
        ``part.with_suffix(".meta")`` until the file is complete. ``on_progress(done, total)``
        is called in the loop of the caller, with a total of 0 when it is not known. Raises
        PhotaError: GONE for a link that has expired, INVALID for an address that is not
        allowed or a file over ``limit`` bytes, else what the last try met.
        """
        report = progress_to(asyncio.get_running_loop(), on_progress)
        return await self._network.run(self._fetch(url, part, limit, report))

    async def close(self) -> None:
        """Close the connections; runs on the network loop."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _fetch(
        self, text: str, part: Path, limit: int, report: Callable[[int, int], None]
    ) -> Downloaded:
        url = self._allowed(httpx.URL(self._address.base_url + "/"), text)
        attempt = 0
        for _ in range(_MOST_TRIES):
            before = length(part)
            try:
                async with self._places:
                    return await self._once(url, part, limit, report)
            except _StartOverError:
                discard(part)
                error = PhotaError(ErrorKind.BUSY, retryable=True, surely_not_charged=True)
            except PhotaError as failure:
                error = failure
            # A try that brought something begins the count anew.
            attempt = 1 if length(part) > before else attempt + 1
            decision = decide(Step.DOWNLOAD, error, attempt, 0.0, self._random)
            if decision.action is not Action.WAIT:
                raise error
            await self.pause(decision.seconds)
        raise PhotaError(ErrorKind.OFFLINE, retryable=True, surely_not_charged=True)

    async def _once(
        self, url: httpx.URL, part: Path, limit: int, report: Callable[[int, int], None]
    ) -> Downloaded:
        try:
            mark = mark_of(part)
            have = length(part) if mark else 0
            if mark and mark.total is not None and have >= mark.total:
                if have > mark.total:
                    raise _StartOverError
                return await asyncio.to_thread(_finish, part)
            async with asyncio.timeout(STALL_S) as stall:
                response = await self._open(url, mark if have else None, have)
                try:
                    return await self._receive(response, part, mark, have, limit, report, stall)
                finally:
                    await response.aclose()
        except ForbiddenAddressError as error:
            raise _not_allowed() from error
        except httpx.HTTPError as error:
            raise errors.from_transport(error, posted=False) from error
        except TimeoutError as error:
            raise PhotaError(ErrorKind.OFFLINE, retryable=True, surely_not_charged=True) from error
        except OSError as error:
            raise PhotaError(ErrorKind.DISK, hint=error.strerror or "") from error

    async def _open(self, url: httpx.URL, mark: Mark | None, have: int) -> httpx.Response:
        """Return the answer after at most three redirects, each checked like the first."""
        headers = {}
        if mark is not None:
            headers = {"Range": f"bytes={have}-", "If-Range": mark.validator}
        for _ in range(MAX_REDIRECTS + 1):
            timeout = httpx.Timeout(STALL_S, connect=CONNECT_S)
            request = self._http().build_request("GET", url, headers=headers, timeout=timeout)
            response = await self._http().send(request, stream=True)
            if response.status_code not in _REDIRECTS:
                return response
            await response.aclose()
            url = self._allowed(url, response.extensions["location"])
        raise PhotaError(ErrorKind.INVALID, "The link leads through too many redirects.")

    async def _receive(
        self,
        response: httpx.Response,
        part: Path,
        mark: Mark | None,
        have: int,
        limit: int,
        report: Callable[[int, int], None],
        stall: asyncio.Timeout,
    ) -> Downloaded:
        if response.status_code == 416 and have:
            complete = _NO_RANGE.fullmatch(response.headers.get("content-range", ""))
            if complete is None or int(complete[1]) != have:
                raise _StartOverError
            return await asyncio.to_thread(_finish, part)
        start, total = _extent(response, mark, have)
        if total is not None and total > limit:
            raise _too_large()
        digest = hashlib.sha256()
        if start:
            await asyncio.to_thread(_digest_into, digest, part)
        loop = asyncio.get_running_loop()
        done, fresh = start, 0
        with open_part(part, start) as file:
            if not start:
                keep_mark(part, Mark.of(response.headers, total))
            async for piece in response.aiter_raw():
                done += len(piece)
                if done > limit:
                    discard(part)
                    raise _too_large()
                file.write(piece)
                digest.update(piece)
                report(done, total or 0)
                fresh += len(piece)
                if fresh >= STALL_BYTES:
                    fresh = 0
                    stall.reschedule(loop.time() + STALL_S)
        if total is not None and done != total:
            raise PhotaError(ErrorKind.OFFLINE, retryable=True, surely_not_charged=True)
        keep_mark(part, None)
        return Downloaded(done, digest.hexdigest())

    def _allowed(self, base: httpx.URL, text: str) -> httpx.URL:
        """Return the URL that ``text`` means at ``base``; raises PhotaError when it is refused."""
        try:
            url = parse_url(str(base.join(text))) if text.isascii() and text else None
        except (httpx.InvalidURL, ValueError):
            url = None
        if url is None or not url.host:
            raise _not_allowed()
        if self._app is not None:
            if not self._address.owns(url):
                raise _not_allowed()
            return url
        local = self._address.is_loopback and is_loopback_host(url.host)
        if url.scheme == "https" or (url.scheme == "http" and local):
            return url
        raise _not_allowed()

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            checked = not self._address.is_loopback
            self._client = open_client(self._network, self._app, checked=checked)
        return self._client


def _extent(response: httpx.Response, mark: Mark | None, have: int) -> tuple[int, int | None]:
    """Return where the answer's bytes begin and how long the whole is, None when not told."""
    if response.status_code not in (200, 206):
        raise _refusal(response)
    if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise PhotaError(ErrorKind.INVALID, "The picture came compressed, which is not taken.")
    told = response.headers.get("content-length", "")
    size = int(told) if told.isdecimal() and len(told) < 16 else None
    if response.status_code == 200:
        return 0, size
    found = _RANGE.fullmatch(response.headers.get("content-range", ""))
    if found is None or mark is None or int(found[1]) != have:
        raise _StartOverError
    end = int(found[2])
    total = None if found[3] == "*" else int(found[3])
    now = Mark.of(response.headers, total)
    if (
        end < have
        or (size is not None and size != end - have + 1)
        or (total is not None and end >= total)
        or (mark.total is not None and total is not None and total != mark.total)
        or (now is not None and now.validator != mark.validator)
    ):
        raise _StartOverError
    return have, total or mark.total


def _refusal(response: httpx.Response) -> PhotaError:
    status = response.status_code
    request_id = response.headers.get("x-request-id", "")[:200] or None
    if status in (401, 403, 404, 410):
        return PhotaError(
            ErrorKind.GONE, "The link has expired.", status=status, request_id=request_id
        )
    return errors.from_response(status, response.headers, b"", posted=False)


def _not_allowed() -> PhotaError:
    return PhotaError(ErrorKind.INVALID, "The picture's link leads to an address not allowed.")


def _too_large() -> PhotaError:
    return PhotaError(ErrorKind.INVALID, "The picture is larger than any that is taken.")


def _digest_into(digest: hashlib._Hash, part: Path) -> None:
    with part.open("rb", buffering=0) as file:
        while piece := file.read(1 << 20):
            digest.update(piece)


def _finish(part: Path) -> Downloaded:
    digest = hashlib.sha256()
    _digest_into(digest, part)
    keep_mark(part, None)
    return Downloaded(length(part), digest.hexdigest())
