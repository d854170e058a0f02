"""Settings are written beside the window: a slow disk holds nobody up, and the newest stays."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import time

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError

from .conftest import Desk, until


async def test_a_slow_disk_does_not_hold_the_window(
    live: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync
    written: list[int] = []

    def slow(fd: int) -> None:
        time.sleep(0.5)
        fsync(fd)
        written.append(fd)

    monkeypatch.setattr(os, "fsync", slow)
    live.settings.change(surround="black")
    late, last = 0.0, time.monotonic()
    while not written:
        await asyncio.sleep(0.01)
        late, last = max(late, time.monotonic() - last), time.monotonic()
    assert late < 0.4
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
