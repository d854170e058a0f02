"""The window's kind of loop for tests, in which a late callback still finds its loop."""

from __future__ import annotations

import asyncio
from asyncio import events
from collections.abc import Callable
from contextvars import Context
from typing import Any

from PySide6.QtWidgets import QApplication  # before qasync, which takes the Qt that is loaded

import qasync  # isort: skip

_used: list[asyncio.AbstractEventLoop] = []
"""Kept to the end: a qasync loop holds a QTimer, and Python may collect it in any thread."""


class WindowLoop(qasync.QEventLoop):
    """A qasync loop that a test leaves and enters often: once for each fixture and for itself.

    Qt's events are handled in between as well (by qasync itself and by pytest-qt), and with them
    the loop's callbacks. Without a running loop a job still at work would fail there.
    """

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Call ``callback`` after ``delay`` seconds, within this loop wherever that is."""
        handle: asyncio.Handle = super().call_later(
            delay, self._within, callback, *args, context=context
        )
        return handle

    def _within(self, callback: Callable[..., object], *args: Any) -> None:
        if events._get_running_loop() is not None:
            callback(*args)
            return
        events._set_running_loop(self)
        try:
            callback(*args)
        finally:
            events._set_running_loop(None)


def window_loop() -> asyncio.AbstractEventLoop:
    """Return a new loop of the application, which outlives its windows."""
    application = QApplication.instance() or QApplication(["tests"])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    loop = WindowLoop(application, already_running=False)
    _used.append(loop)
    return loop
