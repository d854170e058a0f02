"""Writes and sends the exact body of a submit: a file, never a whole body in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx
import pybase64

from phota_desktop.core.options import BASE_MODELS, Operation
from phota_desktop.core.requests import EditRequest, GenerateRequest, StudioRequest

PIECE = 131_072
"""Bytes handed to the socket at a time."""

_SOURCE_PIECE = 3 * 65_536
"""Bytes of a picture encoded at a time: a multiple of 3, so that no padding falls inside."""

_ASYNC_MARK = b'{"async":true,'


@dataclass(frozen=True)
class BodyInfo:
    """The written body: its SHA-256 in hex digits and its size in bytes."""

    sha256: str
    size: int


def write_body(
    request: StudioRequest,
    images: Sequence[Path | str],
    out: BinaryIO,
    *,
    client_request_id: str,
    async_mode: bool,
    response_mode: str = "urls",
) -> BodyInfo:
    """Write the JSON body of ``request`` to ``out``; equal arguments give equal bytes.

    ``images`` are the prepared files, or public addresses, in the order of ``request.images``.
    Async mode is always ``response_mode: urls``; without it there is no ``client_request_id``,
    which old servers do not know. Validates nothing, and syncs nothing: the caller does. Raises
    OSError when a file cannot be read or written.
    """
    writer = _Writer(out)
    fields = _fields(request, client_request_id, async_mode, response_mode)
    writer.text(json.dumps(fields, ensure_ascii=True, separators=(",", ":"))[:-1])
    if request.operation is Operation.EDIT:
        writer.text(',"images":[')
        for place, image in enumerate(images):
            writer.text("," if place else "")
            writer.image(image)
        writer.text("]")
    else:
        for name, image in zip(_IMAGE_FIELDS[request.operation], images, strict=True):
            writer.text(f',"{name}":')
            writer.image(image)
    writer.text("}")
    return BodyInfo(writer.digest.hexdigest(), writer.size)


def is_async(body: Path) -> bool:
    """Tell whether a written body asks for the async mode: it is its first field."""
    with body.open("rb") as file:
        return file.read(len(_ASYNC_MARK)) == _ASYNC_MARK


class FileBody(httpx.AsyncByteStream):
    """A request body read from a file in pieces; can be iterated again for a second try.

    ``started`` tells whether any of it was asked for, that is whether the request went out.
    """

    def __init__(self, path: Path, report: Callable[[int, int], None]) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.started = False
        self._report = report

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.started = True
        sent = 0
        with self.path.open("rb", buffering=0) as file:
            while piece := file.read(PIECE):
                yield piece
                sent += len(piece)
                self._report(sent, self.size)


_IMAGE_FIELDS: dict[Operation, tuple[str, ...]] = {
    Operation.ENHANCE: ("image",),
    Operation.GENERATE: (),
    Operation.REMIX: ("input_image", "reference_image"),
}


def _fields(
    request: StudioRequest, client_request_id: str, async_mode: bool, response_mode: str
) -> dict[str, object]:
    fields: dict[str, object] = {}
    if async_mode:
        fields |= {"async": True, "client_request_id": client_request_id}
        response_mode = "urls"
    fields["response_mode"] = response_mode
    fields["output_format"] = request.output_format.value
    fields["num_output_images"] = request.variants
    if request.prompt or request.operation in (Operation.EDIT, Operation.GENERATE):
        fields["prompt"] = request.prompt
    if request.profile_ids and request.operation is not Operation.GENERATE:
        fields["profile_ids"] = list(request.profile_ids)
    if isinstance(request, (EditRequest, GenerateRequest)):
        fields["base_model"] = request.base_model
        fields["aspect_ratio"] = request.aspect_ratio.value
        fields["resolution"] = request.resolution.value
        model = BASE_MODELS.get(request.base_model)
        if request.quality is not None and model is not None and model.qualities:
            fields["quality"] = request.quality.value
    return fields


class _Writer:
    """Writes to ``out`` and keeps the sum and the size of all that was written."""

    def __init__(self, out: BinaryIO) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self._out = out

    def bytes(self, piece: bytes) -> None:
        self._out.write(piece)
        self.digest.update(piece)
        self.size += len(piece)

    def text(self, words: str) -> None:
        self.bytes(words.encode())

    def image(self, image: Path | str) -> None:
        if isinstance(image, str):
            self.text(json.dumps(image))
            return
        self.text('"')
        with image.open("rb", buffering=0) as file:
            # Raw reads may be short; short of the end they would put padding inside.
            while piece := _read_full(file, _SOURCE_PIECE):
                self.bytes(pybase64.b64encode(piece))
        self.text('"')


def _read_full(file: BinaryIO, size: int) -> bytes:
    piece = file.read(size)
    while piece and len(piece) < size:
        more = file.read(size - len(piece))
        if not more:
            break
        piece += more
    return piece
