"""Writing files: ours replaced in one step, a person's never overwritten."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.environment import persons_umask

_NO_SYNC = frozenset((errno.EINVAL, errno.ENOSYS, errno.ENOTSUP))
_NO_LINK = frozenset(
    (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES, errno.EXDEV)
)
_NO_NAMELESS = frozenset((errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT))
_PART = re.compile(r"\.phota-[A-Za-z0-9_]{8}\.part")
MOST_TRIES = 9999
OLD_SECONDS = 3600.0
"""A half file of this age is not being written any more."""


def replace_file(target: Path, content: bytes) -> None:
    """Write one of our own files (0600) in one step. Raises ``PhotaError`` DISK."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}.", suffix=".tmp", dir=target.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            part.replace(target)
        except OSError:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise disk_error(target.parent, error) from error


def write_new(target: Path, content: bytes) -> Path:
    """Write a person's file under the first free name: target, target-2, target-3 and so on.

    Nothing is overwritten and no half file appears under the final name: the content is written
    and fsynced in a file without a name, or one beside it, and then linked (or, where links do
    not exist, copied with O_EXCL). Returns the name used. Raises ``PhotaError`` DISK.
    """
    return write_pieces(target, (content,))


def write_pieces(target: Path, pieces: Iterable[bytes]) -> Path:
    """Do as :func:`write_new` with a content that comes in pieces, whatever its maker raises."""
    folder = target.parent
    try:
        nameless = _nameless(folder)
        if nameless is None:
            return _through_part(target, pieces)
        with os.fdopen(nameless, "wb") as stream:
            _fill(stream, pieces)
            os.fchmod(nameless, 0o666 & ~persons_umask())
            written = _under_free_name(Path(f"/proc/self/fd/{nameless}"), target, nameless)
        sync_folder(folder)
    except OSError as error:
        raise disk_error(folder, error) from error
    return written


def _nameless(folder: Path) -> int | None:
    """Open a file that has no name yet, so that a kill leaves nothing; None where there is none."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    except OSError as error:
        if error.errno in _NO_NAMELESS:
            return None
        raise


def _through_part(target: Path, pieces: Iterable[bytes]) -> Path:
    clear_parts(target.parent)
    handle, name = tempfile.mkstemp(prefix=".phota-", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            _fill(stream, pieces)
        return move_to_free_name(part, target)
    finally:
        part.unlink(missing_ok=True)


def _fill(stream: BinaryIO, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        stream.write(piece)
    stream.flush()
    sync(stream.fileno())


def clear_parts(folder: Path) -> None:
    """Delete what a kill left of our files half-written in a person's folder, an hour ago or more.

    To be called before another one is begun there; what cannot be deleted stays.
    """
    before = time.time() - OLD_SECONDS
    with contextlib.suppress(OSError):
        for part in folder.glob(".phota-*.part"):
            if _PART.fullmatch(part.name) and part.lstat().st_mtime < before:
                part.unlink()


def move_to_free_name(part: Path, target: Path) -> Path:
    """Give a finished, fsynced file beside ``target`` its name, or the next free one.

    Nothing is overwritten; where there are no links the bytes are copied with O_EXCL. The part
    stays for the caller to remove. Returns the name used; raises OSError.
    """
    part.chmod(0o666 & ~persons_umask())
    written = _under_free_name(part, target)
    sync_folder(target.parent)
    return written


def numbered(target: Path, number: int) -> Path:
    """Return the name number ``number``: the target itself, then ``stem-2.ext`` and so on."""
    return target if number == 1 else target.with_name(f"{target.stem}-{number}{target.suffix}")


def _under_free_name(part: Path, target: Path, nameless: int | None = None) -> Path:
    for number in itertools.islice(itertools.count(1), MOST_TRIES):
        place = numbered(target, number)
        try:
            if nameless is None:
                os.link(part, place, follow_symlinks=False)
            else:  # a folder's descriptor makes Python follow; of an absolute path it means nothing
                os.link(part, place, src_dir_fd=nameless, follow_symlinks=True)
        except FileExistsError:
            continue
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            if not _copied(place, part):
                continue
        return place
    raise FileExistsError(errno.EEXIST, "no free name", str(target))


def _copied(place: Path, part: Path) -> bool:
    """Write with O_EXCL where there are no links; False when the name is taken."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(place, flags | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "wb") as stream, part.open("rb") as written:
            shutil.copyfileobj(written, stream)
            stream.flush()
            sync(stream.fileno())
        with contextlib.suppress(OSError):  # where there are no links there may be no rights
            place.chmod(0o666 & ~persons_umask())
    except OSError:
        place.unlink(missing_ok=True)  # ours alone: O_EXCL made it a moment ago
        raise
    return True


def sync(handle: int) -> None:
    """Fsync; a file system that cannot is tolerated, an I/O error is not."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def sync_folder(folder: Path) -> None:
    """Fsync a folder's entries, where the system lets one open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        sync(handle)
    finally:
        os.close(handle)


def disk_error(folder: Path, error: OSError) -> PhotaError:
    """Say which folder could not be written and why."""
    why = error.strerror or "unknown reason"
    return PhotaError(
        ErrorKind.DISK, f"Cannot write to “{folder}”: {why}.", hint="Choose another folder."
    )
