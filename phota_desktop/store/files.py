"""Durable files: written whole or not at all, never over another file, on the disk when told so."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import BinaryIO

from phota_desktop.core.errors import ErrorKind, PhotaError

MAX_NAME_BYTES = 120
_CHUNK = 1 << 20
_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)
_NEVER_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{kind}{n}" for kind in ("COM", "LPT") for n in range(1, 10))]
)


def disk_error(exc: OSError, path: Path) -> PhotaError:
    """Return the error a person is told of: which file or folder, and why in the system's words."""
    reason = exc.strerror or str(exc)
    hint = "Make room or choose another folder." if exc.errno == errno.ENOSPC else ""
    return PhotaError(ErrorKind.DISK, f"{path}: {reason}.", hint=hint or "Choose another folder.")


def fsync_dir(folder: Path) -> None:
    """Make the names in ``folder`` durable; only a file system that cannot is let pass (EINVAL)."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(fd)
    except OSError as exc:
        if exc.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(fd)


def fsync_file(path: Path) -> None:
    """Make the content of ``path`` durable."""
    fd = os.open(path, (os.O_RDWR if os.name == "nt" else os.O_RDONLY) | _BINARY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def open_new(path: Path, mode: int = 0o600) -> BinaryIO:
    """Open a file that must not exist yet; FileExistsError if it does, symbolic links included."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NEVER_FOLLOW | _BINARY
    return os.fdopen(os.open(path, flags, mode), "wb")


def close_durably(file: BinaryIO) -> None:
    """Flush, fsync and close."""
    with file:
        file.flush()
        os.fsync(file.fileno())


def _write_beside(path: Path, content: bytes, mode: int) -> Path:
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        with open_new(temporary, mode) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def atomic_write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace ``path`` by ``content``: after any crash it holds the old bytes or the new ones."""
    temporary = _write_beside(path, content, mode)
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    fsync_dir(path.parent)


def write_new(path: Path, content: bytes, mode: int = 0o600) -> bool:
    """Write ``path`` whole unless it exists; False when somebody else was first."""
    temporary = _write_beside(path, content, mode)
    try:
        return move_new(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def move_new(source: Path, target: Path) -> bool:
    """Give ``source`` the name ``target`` in the same folder unless that is taken, durably.

    Returns False, and changes nothing, when the target exists. Without hard links (exFAT) the
    check and the rename are two steps, so two writers of one name need a lock of their own.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError as exc:
        if exc.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            return False
        source.rename(target)
    fsync_dir(target.parent)
    source.unlink(missing_ok=True)
    return True


def copy_new(source: Path, part: Path, target: Path, mode: int = 0o600) -> bool:
    """Copy ``source`` to ``part`` and from there to ``target``; False when the target exists.

    ``part`` is a name of our own beside the target: what a crash leaves under it is written anew.
    """
    part.unlink(missing_ok=True)
    try:
        with source.open("rb") as reader, open_new(part, mode) as writer:
            while chunk := reader.read(_CHUNK):
                writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())
        return move_new(part, target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex."""
    import hashlib  # 3 ms that the window's start need not pay

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same_content(one: Path, other: Path) -> bool:
    """Tell whether two paths are regular files with equal bytes; False when one cannot be read."""
    try:
        if not (one.is_file() and other.is_file()) or other.is_symlink():
            return False
        return one.stat().st_size == other.stat().st_size and sha256_of(one) == sha256_of(other)
    except OSError:
        return False


def safe_stem(text: str, max_bytes: int = MAX_NAME_BYTES - 24) -> str:
    """Return ``text`` as the stem of a file name that every system takes, at most so many bytes.

    Separators, control and direction characters become ``_``; names Windows reserves get one in
    front; nothing left reads ``photo``.
    """
    import unicodedata

    normal = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    kept = "".join(
        "_" if ch in '/\\:*?"<>|' or unicodedata.category(ch).startswith("C") else ch
        for ch in normal
    )
    kept = kept.encode()[:max_bytes].decode(errors="ignore").strip(" .")
    if not kept:
        return "photo"
    return f"_{kept}" if kept.split(".")[0].strip().upper() in _RESERVED else kept
