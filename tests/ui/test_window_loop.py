"""What is still at work when a test ends finds its loop, whoever handles Qt's events then."""

from __future__ import annotations

import asyncio
import time

from PySide6.QtWidgets import QApplication

from tests.window_loop import window_loop


def test_a_callback_between_two_runs_finds_its_loop(qapp: QApplication) -> None:
    loop = window_loop()
    told: list[asyncio.AbstractEventLoop] = []

    async def late() -> None:
        await asyncio.sleep(0.01)
        told.append(asyncio.get_running_loop())

    async def begin() -> asyncio.Task[None]:
        return asyncio.create_task(late(), name="late")

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        running = runner.run(begin())
        end = time.monotonic() + 5
        while not running.done() and time.monotonic() < end:
            time.sleep(0.01)
            QApplication.processEvents()
        running.result()
    assert told == [loop]
