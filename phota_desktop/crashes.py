"""The crash log: where the program broke, in frames and types, and never with a value in it.

It holds no prompt, pixel, key or file's content, and is never sent: the next start of the window
shows one notice, and a person may copy what it says. Three kinds of entries are in ``crash.log``:
what Python's ``faulthandler`` writes as the process dies, what ended the program, and what it
lived through. The first two make a notice; a file whose notice was shown gets a name by its time.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import platform
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from phota_desktop import __version__
from phota_desktop.core.traces import short, told

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

NAME = "crash.log"
KEPT_DAYS = 90
"""How long crash logs (and request ids in the log) are kept at least."""
_LARGEST = 512_000
"""Bytes after which a new file is begun."""
_LARGEST_OF_ALL = 50_000_000
_LONGEST = 32_000
_MOST = 20
"""Entries of one process; a fault that repeats itself tells nothing new."""
_SHOWN = 20_000
_LOOPS = ("asyncio", "qasync")
_ENDED = "ended the program"
_LIVED = "the program went on"
_DEADLY = re.compile(rf"^== .* · {_ENDED}$|^Fatal Python error|^Windows fatal", re.MULTILINE)
_FILE = re.compile(r'File "([^"\n]*)"')

Tell = Callable[[str, BaseException], object]


class Watch:
    """What catches and records in this process; ``tell`` shows a person what it lives through."""

    def __init__(self, folder: Path, where: str) -> None:
        self.tell: Tell | None = None
        self._path = folder / NAME
        self._where = where
        self._lock = threading.Lock()
        self._entries: set[str] = set()
        self._faults: int | None = None

    def start(self) -> None:
        """Take over every way by which an error may end up with nobody."""
        with contextlib.suppress(OSError):
            self._faults = _opened(self._path)
            faulthandler.enable(self._faults)
        sys.excepthook = self._on_uncaught
        sys.unraisablehook = self._on_unraisable
        threading.excepthook = self._on_thread
        logging.getLogger().addHandler(_FromLog(self))

    def record(self, name: str, error: BaseException, *, ended: bool = False) -> bool:
        """Write an entry; False if it says nothing new, or is one too many."""
        trace = told(error)
        with self._lock:
            if trace in self._entries or len(self._entries) >= _MOST:
                return False
            self._entries.add(trace)
        return write(self._path.parent, self._where, name, error, ended=ended)

    def _on_uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            return
        self._met("a call of Qt or the end of the program", error)

    def _on_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self._met(f"thread {args.thread.name if args.thread else ''}".strip(), args.exc_value)

    def _on_unraisable(self, args: UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self.record("an error that nobody could take", args.exc_value)

    def _met(self, name: str, error: BaseException) -> None:
        complain(error)
        self.meet(name, error)

    def meet(self, name: str, error: BaseException) -> None:
        """Record an error, and tell a person of it if it says something new."""
        if self.record(name, error) and self.tell is not None:
            with contextlib.suppress(RuntimeError):  # the window is closing
                self.tell(name, error)


class _FromLog(logging.Handler):
    """Takes the errors that were caught and logged, also those of asyncio's loops."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.ERROR)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        """Record an error; what it was logged with may quote a person, so only the form stays."""
        if not record.exc_info or record.exc_info[1] is None:
            return
        form = record.msg if isinstance(record.msg, str) and record.args else ""
        name, error = f"{record.name} {form}".strip(), record.exc_info[1]
        with contextlib.suppress(Exception):  # to tell of an error must not bring another
            if record.name.partition(".")[0] in _LOOPS:
                self._watch.meet(name, error)  # nobody else tells of it
            else:
                self._watch.record(name, error)


def start(folder: Path, where: str) -> Watch:
    """Watch this process from now on; ``where`` is "window" or "command line"."""
    watch = Watch(folder, where)
    watch.start()
    return watch


def write(folder: Path, where: str, name: str, error: BaseException, *, ended: bool) -> bool:
    """Append an entry to the crash log, in one write; False where the disk does not take it."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    head = f"== {moment} · Phota Desktop {__version__} · {where} · {_ENDED if ended else _LIVED}"
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    text = f"{head}\n{system}\nin {name}\n{told(error)}"[:_LONGEST] + "\n"
    try:
        file = _opened(folder / NAME)
        try:
            os.write(file, text.encode("utf-8", "replace"))
        finally:
            os.close(file)
    except OSError:
        return False
    return True


def complain(error: BaseException) -> None:
    """Say on standard error what went wrong, without values."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"Something went wrong in Phota Desktop.\n{told(error)}\n")
        sys.stderr.flush()


def look(folder: Path) -> str:
    """Return what a start before this one died of, once; empty if none did.

    Call it before :func:`start`: what was looked at gets another name, and old files go.
    """
    path = folder / NAME
    try:
        found = path.stat()
    except OSError:
        return ""
    text = newest(folder) if found.st_size else ""
    if text or found.st_size > _LARGEST:
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(found.st_mtime))
        with contextlib.suppress(OSError):
            path.rename(path.with_name(f"crash-{moment}-{os.urandom(2).hex()}.log"))
    _prune(folder)
    return text


def newest(folder: Path) -> str:
    """Return the last deadly entry that no start has shown yet, with the time it was written."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 4 * _SHOWN))
            text = file.read().decode("utf-8", "replace")
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(path.stat().st_mtime))
    except OSError:
        return ""
    deadly = list(_DEADLY.finditer(text))
    if not deadly:
        return ""
    # faulthandler writes whole paths: the folder may be a person's name.
    shown = _FILE.sub(lambda found: f'File "{short(found[1])}"', text[deadly[-1].start() :])
    return f"crash log of {moment}\n{shown[:_SHOWN].rstrip()}"


def older(folder: Path) -> list[Path]:
    """Return the crash logs that were shown, oldest first."""
    return sorted(folder.glob("crash-*.log"), key=lambda path: path.name)


def _prune(folder: Path) -> None:
    kept, oldest = 0, time.time() - KEPT_DAYS * 86_400
    for path in reversed(older(folder)):
        with contextlib.suppress(OSError):
            found = path.stat()
            kept += found.st_size
            if found.st_mtime < oldest or kept > _LARGEST_OF_ALL:
                path.unlink()


def _opened(path: Path) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, 0o600)
