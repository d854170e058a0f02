"""Receiving a request body: small ones in memory, large ones straight into a file."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from phota_desktop.engine.errors import Problem, RefusalError, unprocessable
from phota_desktop.engine.files import EngineFiles

SMALL = 65_536
"""Bytes that are parsed on the loop, in less than a millisecond."""
LARGEST = 500_000_000
"""Bytes of the largest body: ten pictures of what a camera makes."""


@dataclass
class Parcel:
    """A received body and the folder for what comes out of it.

    ``small`` tells that ``body`` is bytes. Whoever takes the folder over sets ``keep``.
    """

    body: bytes | Path
    folder: Path
    keep: bool = False


@contextlib.asynccontextmanager
async def received(request: Request, files: EngineFiles) -> AsyncIterator[Parcel]:
    """Read the body of ``request``; the folder goes at the end unless it was taken over.

    RefusalError 413 for a body over the limit, 422 for one that is not said to be JSON.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        # Also what keeps web pages out: a form of theirs needs no leave, JSON does.
        said = "The Content-Type must be application/json."
        raise unprocessable([Problem(("header", "content-type"), "value_error", said)])
    told = request.headers.get("content-length", "")
    if told.isdecimal() and len(told) < 16 and int(told) > LARGEST:
        raise _too_large()
    folder = files.spool()
    parcel = Parcel(b"", folder)
    try:
        parcel.body = await _body(request, folder / "body.json")
        yield parcel
    finally:
        if not parcel.keep:
            await asyncio.shield(asyncio.to_thread(files.drop, folder))


async def _body(request: Request, path: Path) -> bytes | Path:
    small = bytearray()
    size = 0
    with contextlib.ExitStack() as stack:
        file = None
        async for piece in request.stream():
            size += len(piece)
            if size > LARGEST:
                raise _too_large()
            if file is None and size > SMALL:
                file = stack.enter_context(path.open("wb"))
                file.write(small)
            if file is None:
                small += piece
            else:
                # Into the page cache, piece by piece: 0.05 ms each.
                file.write(piece)
    return bytes(small) if file is None else path


def _too_large() -> RefusalError:
    said = f"The body is larger than {LARGEST // 1_000_000} MB."
    return RefusalError(413, "TOO_LARGE", said)
