"""The log file: rotating, private, and without keys or signed links."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_NAME = "phota-desktop.log"


def start_logging(folder: Path, level: int = logging.INFO) -> None:
    """Write log lines to ``folder``; httpx, which logs signed links at INFO, only warnings."""
    from phota_desktop.api.redaction import RedactingFilter

    path = folder / LOG_NAME
    path.touch(mode=0o600, exist_ok=True)
    target = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    target.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    target.addFilter(RedactingFilter())
    # On a full disk each line would else be told, unfiltered, on standard error.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.addHandler(target)
    root.setLevel(level)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
