"""The engine's folder: results behind signed links that end, spooled bodies, and sweeping."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from phota_desktop.engine.errors import RefusalError, not_found

LINK_S = 24 * 3600
"""Seconds that a link lives: 24 h, as the documents say."""
_SPOOL_S = 3600
"""Age in seconds of spooled input that a killed process left behind; its work takes seconds."""
_NAME = re.compile(r"[0-9a-f]{32}-[0-9]\.(jpg|png)", re.ASCII)
_SHORT = 32
"""Bytes of a secret."""


class EngineFiles:
    """Everything under ``folder`` but the profiles; two engines may share one folder."""

    def __init__(self, folder: Path, base_url: str, clock: Callable[[], float] = time.time) -> None:
        self.results = folder / "results"
        self._folder = folder
        self._spool = folder / "spool"
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._key: bytes | None = None

    def open(self) -> None:
        """Make the folders (0700) and remove what has run out; raises OSError."""
        for each in (self._folder, self.results, self._spool):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._key = _lasting_secret(self._folder / "link.key")
        self.sweep()

    def webhook_secret(self) -> str:
        """Return the lasting secret of this engine's one account, as hex digits."""
        return _lasting_secret(self._folder / "webhook.key").hex()

    def sweep(self) -> None:
        """Remove results whose links have ended, and input left by a killed process."""
        now = self._clock()
        for path in self.results.iterdir():
            if _age(path, now) > LINK_S:
                path.unlink(missing_ok=True)
        for path in self._spool.iterdir():
            if _age(path, now) > _SPOOL_S:
                shutil.rmtree(path, ignore_errors=True)

    def spool(self) -> Path:
        """Return a new empty folder (0700) for one request's input."""
        folder = self._spool / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        return folder

    def drop(self, spooled: Path) -> None:
        """Remove a spool folder; a missing one is fine."""
        shutil.rmtree(spooled, ignore_errors=True)

    def link(self, name: str, expires: int) -> str:
        """Return the address of result ``name`` that works until ``expires`` (Unix seconds)."""
        token = self._token(name, str(expires))
        return f"{self._base_url}/files/{name}?token={token}&expires={expires}"

    def opened(self, name: str, token: str, expires: str) -> Path:
        """Return the file of a link; RefusalError 403 or 404."""
        if not hmac.compare_digest(token.encode(), self._token(name, expires).encode()):
            raise RefusalError(403, "LINK_INVALID", "This link is not signed by this engine.")
        if self._clock() >= int(expires):
            raise RefusalError(403, "LINK_EXPIRED", "This link has expired; links live 24 hours.")
        path = self.results / name
        if not _NAME.fullmatch(name) or not path.is_file():
            raise not_found("This file is gone.")
        return path

    def forget(self, names: tuple[str, ...]) -> None:
        """Remove results."""
        for name in names:
            (self.results / name).unlink(missing_ok=True)

    def _token(self, name: str, expires: str) -> str:
        if self._key is None:
            raise RuntimeError("the engine's folder is not open")
        message = f"{name}\n{expires}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, message, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def write_atomically(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file (0600) that is there whole or not at all; raises OSError.

    ``lasting`` also waits until it is on the disk, for what must outlive a power cut.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _lasting_secret(path: Path) -> bytes:
    """Return the secret in ``path``; made once, also when two processes ask at the same time."""
    with contextlib.suppress(FileNotFoundError):
        kept = path.read_bytes()
        if len(kept) == _SHORT:
            return kept
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    write_atomically(fresh, secrets.token_bytes(_SHORT))
    try:
        os.link(fresh, path)
    except FileExistsError:
        if path.stat().st_size != _SHORT:
            fresh.replace(path)
    except OSError:
        # A file system without hard links.
        fresh.replace(path)
    fresh.unlink(missing_ok=True)
    return path.read_bytes()


def _age(path: Path, now: float) -> float:
    try:
        return now - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
