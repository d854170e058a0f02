"""Breaks the real window in one way, or looks at what it says: ``python -m tests.faults.crashing``.

Its only argument is the way. ``look`` prints what the window says and what "Copy details" copies,
as JSON. A prompt stands in the form meanwhile, and a key is held.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phota_desktop.app import Program
    from phota_desktop.services.composition import Services
    from phota_desktop.store.paths import AppFolders
    from phota_desktop.store.settings import Settings

PROMPT = "a very private wish: make Grandma Ilse smile"
BREAKS_AT_START = "start"
_PATIENCE_S = 20.0


def _fail(prompt: str = PROMPT) -> None:
    raise ValueError(f"cannot take {prompt!r}")


def _in_slot() -> None:
    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, _fail)


def _in_qt() -> None:
    from PySide6.QtCore import qFatal

    qFatal("Qt has had enough")


LIVED: dict[str, Callable[[], object]] = {
    "slot": _in_slot,
    "thread": lambda: threading.Thread(target=_fail, name="decoder").start(),
    "callback": lambda: asyncio.get_running_loop().call_soon(_fail),
}
DEADLY: dict[str, Callable[[], object]] = {
    "segfault": faulthandler._sigsegv,  # type: ignore[attr-defined]
    "abort": os.abort,
    "qt": _in_qt,
}


async def _said(program: Program) -> dict[str, object]:
    """Return the shown notice, and what its button copies."""
    from PySide6.QtGui import QGuiApplication

    notice = program.studio.notices.current
    if notice is None:
        return {"notice": "", "copied": ""}
    QGuiApplication.clipboard().setText("")
    program.studio.notices.act()
    await asyncio.sleep(0.05)
    copied = QGuiApplication.clipboard().text()
    return {"notice": notice.text, "action": notice.action_text, "copied": copied}


async def _do(way: str, program: Program, ready: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(ready.wait(), _PATIENCE_S)
        program.studio.form.set_prompt(PROMPT)
        if way in DEADLY:
            DEADLY[way]()
        if way in LIVED:
            LIVED[way]()
            for _ in range(100):
                await asyncio.sleep(0.05)
                if program.studio.notices.current is not None:
                    break
        sys.stdout.write(json.dumps(await _said(program)) + "\n")
        sys.stdout.flush()
    finally:
        program.window.close()


def main(way: str) -> int:
    """Run the window with its break planted."""
    from phota_desktop import app
    from phota_desktop.__main__ import main as program_main

    ready: list[asyncio.Event] = []
    real_live, real_start = app._live, app._start

    async def live(
        program: Program, folders: AppFolders, settings: Settings, paths: list[Path]
    ) -> None:
        ready.append(asyncio.Event())
        doing = asyncio.create_task(_do(way, program, ready[0]), name="the test's")
        await real_live(program, folders, settings, paths)
        await doing

    async def start(program: Program, services: Services, paths: list[Path]) -> None:
        await real_start(program, services, paths)
        ready[0].set()

    app._live, app._start = live, start
    if way == BREAKS_AT_START:
        app._build = lambda *_: _fail()  # type: ignore[assignment, return-value]
    return program_main([])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
