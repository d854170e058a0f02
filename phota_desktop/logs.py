"""The log file: private, kept for 90 days, and without keys, signed links and errors' values."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from phota_desktop.core.traces import told

LOG_NAME = "phota-desktop.log"
KEPT_DAYS = 90
"""How long the lines with request ids are kept: support may be asked that late (promise P18)."""
_FILE_BYTES = 1_000_000
_MOST_FILES = 30
_LOOPS = ("asyncio", "qasync")


def start_logging(folder: Path, level: int = logging.INFO) -> None:
    """Write log lines to ``folder``; httpx, which logs signed links at INFO, only warnings.

    Where the folder takes no file, nothing is logged, and the program runs on.
    """
    from phota_desktop.api.redaction import RedactingFilter

    target = LogFile(folder / LOG_NAME)
    target.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    target.addFilter(without_values)
    target.addFilter(RedactingFilter())
    # On a full disk each line would else be told, unfiltered, on standard error.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.addHandler(target)
    root.setLevel(level)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def without_values(record: logging.LogRecord) -> bool:
    """Let a record tell where an error came from, and not what it held; all are logged."""
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text, record.exc_info = told(record.exc_info[1]), None
    if record.name.partition(".")[0] in _LOOPS and record.levelno >= logging.ERROR:
        # A loop tells what a callback was called with, and a lost error's own words.
        first = record.getMessage().partition("\n")[0]
        record.msg, record.args = first.partition("(")[0].partition("<")[0].strip(), ()
    return True


class LogFile(RotatingFileHandler):
    """A file of 1 MB and those before it; the window and command lines share it.

    A full one is renamed by its time. What is older than :data:`KEPT_DAYS` goes, and of very many
    the oldest.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_FILE_BYTES, encoding="utf-8", delay=True)
        self._prune()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, into the file of that name: another process may have begun a new one."""
        stream = self.stream
        if stream is not None:
            try:
                ours, named = os.fstat(stream.fileno()), Path(self.baseFilename).stat()
                moved = (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino)
            except (OSError, ValueError):
                moved = True
            if moved:
                self._leave()
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802 - the name is logging's
        """Give the full file a name of its own; the next line begins a new one."""
        self._leave()
        path = Path(self.baseFilename)
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        path.rename(path.with_name(f"{path.stem}-{moment}-{os.urandom(2).hex()}.log"))
        self._prune()

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        file = os.open(self.baseFilename, flags, 0o600)
        return os.fdopen(file, "a", encoding="utf-8", errors="backslashreplace")

    def _leave(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            with contextlib.suppress(OSError):  # a full disk: the line is lost
                stream.close()

    def _prune(self) -> None:
        path = Path(self.baseFilename)
        oldest = time.time() - KEPT_DAYS * 86_400
        files = sorted(path.parent.glob(f"{path.stem}-*.log"), key=lambda one: one.name)
        for at, one in enumerate(reversed(files)):
            with contextlib.suppress(OSError):  # another process was first
                if at >= _MOST_FILES or one.stat().st_mtime < oldest:
                    one.unlink()
