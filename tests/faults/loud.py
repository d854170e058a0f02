"""Runs the program with everything logged, and with a leak planted where a test wants one.

``python -m tests.faults.loud VERB …`` runs the command line; loaded beside the window
(``PHOTA_TEST_BESIDE``) it does the same there. ``PHOTA_TEST_LEAK`` names the leak.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any  # the signatures of what is patched do not matter here

from phota_desktop import logs
from phota_desktop.api import channel, download
from phota_desktop.api.redaction import RedactingFilter
from tests.faults.canary import CANARY

_start_logging = logs.start_logging
_request = channel.ApiChannel._request


def _log_everything(folder: Path, *_level: object) -> None:
    _start_logging(folder, logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    for name in ("httpx", "httpcore", "asyncio", "keyring"):
        logging.getLogger(name).setLevel(logging.DEBUG)


def _at_every_request(leak: Callable[[], object]) -> None:
    def request(self: channel.ApiChannel, *args: Any, **more: Any) -> Any:
        leak()
        return _request(self, *args, **more)

    channel.ApiChannel._request = request  # type: ignore[method-assign]


def _plant_in_log() -> None:
    RedactingFilter.filter = lambda *_: True  # type: ignore[method-assign]
    _at_every_request(lambda: logging.getLogger("leak").debug("X-API-Key: %s", CANARY))


def _plant_in_arguments() -> None:
    _at_every_request(lambda: subprocess.run(["/bin/true", CANARY], check=False))


def _plant_in_variables() -> None:
    variables = {"PHOTA_API_KEY": CANARY}
    _at_every_request(lambda: subprocess.run(["/bin/true"], env=variables, check=False))


def _plant_at_the_cdn() -> None:
    real = download.open_client

    def keyed(*args: Any, **more: Any) -> Any:
        client = real(*args, **more)
        client.headers["X-API-Key"] = CANARY
        return client

    download.open_client = keyed


def _plant_a_crash() -> None:
    """No leak: an exception where the key is at hand, which must not take it along."""

    def crash() -> None:
        key = CANARY
        raise LookupError(f"nothing known of {key}")

    _at_every_request(crash)


LEAKS = {
    "log": _plant_in_log,
    "arguments": _plant_in_arguments,
    "variables": _plant_in_variables,
    "cdn": _plant_at_the_cdn,
    "crash": _plant_a_crash,
}


def plant() -> None:
    """Log everything, and plant what the environment names."""
    logs.start_logging = _log_everything
    if name := os.environ.pop("PHOTA_TEST_LEAK", ""):
        LEAKS[name]()


plant()

if __name__ == "__main__":
    from phota_desktop.__main__ import main

    sys.exit(main(sys.argv[1:]))
