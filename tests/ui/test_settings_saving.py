"""Settings are written beside the window: a slow disk holds nobody up, and the newest stays."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
import traceback
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError

from .conftest import Desk, until


async def test_a_slow_disk_does_not_hold_the_window(
    live: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync
    written: list[int] = []
    of_the_window: list[str] = []

    def slow(fd: int) -> None:
        # A window of an earlier test may write its own settings late.
        is_here = Path(f"/proc/self/fd/{fd}").resolve().is_relative_to(live.folders.home)
        if is_here and threading.current_thread() is threading.main_thread():
            of_the_window.extend(traceback.format_stack())
        time.sleep(0.5)
        fsync(fd)
        written.append(fd)

    monkeypatch.setattr(os, "fsync", slow)
    live.settings.change(surround="black")
    await until(lambda: written)
    # Who waits, not how long: the machine may be late by itself.
    assert of_the_window == []
    # This one begins while the first is not over: the newest has to be what stays.
    live.settings.change(surround="white")

    def saved() -> object:
        return json.loads(live.folders.settings_file.read_bytes()).get("surround")

    await until(lambda: saved() == "white")
    live.settings.change(surround="light")
    live.settings.flush()
    assert saved() == "light"


async def test_a_disk_that_takes_nothing_is_said(
    live: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    told: list[PhotaError] = []
    live.settings.failed.connect(told.append)
    monkeypatch.setattr(os, "fsync", full)
    live.settings.change(surround="black")
    await until(lambda: told)
    assert told[0].kind is ErrorKind.DISK
    monkeypatch.undo()
    live.settings.flush()
    assert json.loads(live.folders.settings_file.read_bytes())["surround"] == "black"
