"""Chunks of PNG and WebP files: where the payload lies, and reading a small one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

MAX_PAYLOAD = 64_000_000


@dataclass(frozen=True)
class Chunk:
    """One chunk: its payload lies at offset ``body`` and has ``length`` bytes."""

    kind: bytes
    body: int
    length: int


def payload(stream: BinaryIO, chunk: Chunk) -> bytes:
    """Read a chunk's payload; ValueError above 64 MB, which no metadata needs."""
    if chunk.length > MAX_PAYLOAD:
        raise ValueError("chunk too large")
    stream.seek(chunk.body)
    return stream.read(chunk.length)
