"""What lies beside a half-fetched file, so that a later try can go on where it ended."""

from __future__ import annotations

import functools
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Mark:
    """Which version of the file the part is the beginning of.

    ``validator`` is a strong ETag or a Last-Modified date, ``total`` the whole length in bytes
    where it was told.
    """

    validator: str
    total: int | None

    @classmethod
    def of(cls, headers: Mapping[str, str], total: int | None) -> Mark | None:
        """Return the mark of an answer, None when it names no version to go on with."""
        etag = headers.get("etag", "")
        if etag.startswith('"') and len(etag) <= 512:
            return cls(etag, total)
        modified = headers.get("last-modified", "")
        return cls(modified, total) if 0 < len(modified) <= 64 and not etag else None


def mark_of(part: Path) -> Mark | None:
    """Return the mark kept beside ``part``; None when there is none of this system start.

    The bytes of a part are not synced: a kill leaves them whole, a power cut may not.
    """
    try:
        kept = json.loads(_beside(part).read_text())
    except (OSError, ValueError):
        return None
    if not isinstance(kept, dict) or kept.get("boot") != _boot():
        return None
    validator, total = kept.get("validator"), kept.get("total")
    if not isinstance(validator, str) or not (total is None or isinstance(total, int)):
        return None
    return Mark(validator, total)


def keep_mark(part: Path, mark: Mark | None) -> None:
    """Write the mark beside ``part``, or remove it."""
    beside = _beside(part)
    if mark is None:
        beside.unlink(missing_ok=True)
        return
    kept = {"validator": mark.validator, "total": mark.total, "boot": _boot()}
    with _open(beside, os.O_TRUNC) as file:
        file.write(json.dumps(kept).encode())


def open_part(part: Path, start: int) -> BinaryIO:
    """Open ``part`` for writing behind its first ``start`` bytes; 0 empties it."""
    return _open(part, os.O_APPEND if start else os.O_TRUNC)


def discard(part: Path) -> None:
    """Remove a part and its mark."""
    _beside(part).unlink(missing_ok=True)
    part.unlink(missing_ok=True)


def length(part: Path) -> int:
    """Return the size of ``part`` in bytes, 0 when it does not exist."""
    try:
        return part.stat().st_size
    except OSError:
        return 0


def _beside(part: Path) -> Path:
    return part.with_suffix(".meta")


def _open(path: Path, flags: int) -> BinaryIO:
    flags |= os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


@functools.cache
def _boot() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        # Systems that do not tell: parts are then good for this run of the program only.
        return uuid.uuid4().hex
