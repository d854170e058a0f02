"""Locks that a killed process leaves behind open: one instance, and one runner per job."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError

_TAKEN = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def _lock(fd: int) -> bool:
    """Take the whole file without waiting; False when another open file has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno in _TAKEN:
            return False
        raise PhotaError(ErrorKind.DISK, f"The folder cannot hold locks: {exc.strerror}.") from exc
    return True


def _take(path: Path) -> int | None:
    """Return the descriptor of ``path``, locked, or None; survives a holder deleting the file."""
    while True:
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError as exc:
            raise PhotaError(ErrorKind.DISK, f"{path}: {exc.strerror}.") from exc
        taken = False
        try:
            taken = _lock(fd)
            if not taken:
                return None
            # The last holder may have deleted the name between our open and our lock.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(fd), path.stat()):
                    return fd
            taken = False
        finally:
            if not taken:
                os.close(fd)


def boot_id() -> str:
    """Return what tells one run of the system from the next, where the system says it."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


class InstanceLock:
    """The right to be the one window on a data folder; ends with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; True when this object holds it afterwards."""
        if self._fd is None:
            self._fd = _take(self._path)
            if self._fd is not None:
                with contextlib.suppress(
                    OSError
                ):  # a full disk: who holds it is not said, it is held
                    os.ftruncate(self._fd, 0)
                    os.write(self._fd, f"{os.getpid()}\n{boot_id()}\n".encode())
        return self._fd is not None

    def holder(self) -> int | None:
        """Return the process id written by the last holder, or None; it may have ended since."""
        try:
            lines = self._path.read_text(encoding="ascii").splitlines()
            return int(lines[0]) if lines[1:] == [boot_id()] else None
        except (OSError, ValueError, IndexError):
            return None

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class JobClaim:
    """Who runs which job: one lock file per claimed job, so that two processes never share one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}
        self._guard = threading.Lock()

    def _path(self, job_id: str) -> Path:
        if not _JOB_ID.fullmatch(job_id):
            raise ValueError(f"Not a job id: {job_id!r}")
        return self._folder / f"{job_id}.lock"

    def claim(self, job_id: str) -> bool:
        """Take the job; False when it is claimed already, be it by this very object."""
        path = self._path(job_id)
        with self._guard:
            if job_id in self._held:
                return False
            fd = _take(path)
            if fd is None:
                return False
            self._held[job_id] = fd
            return True

    def release(self, job_id: str) -> None:
        """Give the job back; harmless when it is not held."""
        with self._guard:
            fd = self._held.pop(job_id, None)
            if fd is None:
                return
            if os.name == "nt":
                os.close(fd)
            self._path(job_id).unlink(missing_ok=True)
            if os.name != "nt":
                os.close(fd)


@contextlib.contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of ``path`` for a short piece of work; PhotaError DISK after ``seconds``."""
    lock = InstanceLock(path)
    end = time.monotonic() + seconds
    while not lock.acquire():
        if time.monotonic() > end:
            raise PhotaError(ErrorKind.DISK, f"{path} is held by another program.")
        time.sleep(0.01)
    try:
        yield
    finally:
        lock.release()
