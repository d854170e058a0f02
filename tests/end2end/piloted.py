"""Runs the real program and answers, over a socket, where its widgets are and what they say.

The answers only tell a test where to put the mouse and what to read: everything that is done, is
done by real events of the X server.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path


def _serve(address: str) -> None:
    while "PySide6.QtWidgets" not in sys.modules:  # the program loads Qt in its own order
        time.sleep(0.02)
    from PySide6.QtCore import QObject, QRect, Qt, Signal
    from PySide6.QtWidgets import QApplication, QWidget

    class Answerer(QObject):
        asked = Signal(str)

        def __init__(self) -> None:
            super().__init__()
            self.done = threading.Event()
            self.answer: object = None

        def reply(self, expression: str) -> None:
            def window() -> QWidget:
                tops = QApplication.topLevelWidgets()
                return next(top for top in tops if top.objectName() == "mainWindow")

            def find(name: str) -> QWidget:
                shown = [
                    widget
                    for top in QApplication.topLevelWidgets()
                    for widget in (top, *top.findChildren(QWidget))
                    if widget.objectName() == name and widget.isVisible()
                ]
                if not shown:
                    raise LookupError(f"no visible widget is named {name}")
                return shown[-1]

            def box(widget: QWidget, rect: QRect | None = None) -> list[int]:
                place = rect if rect is not None else widget.rect()
                corner = widget.mapToGlobal(place.topLeft())
                ratio = widget.devicePixelRatioF()
                return [
                    round(v * ratio)
                    for v in (corner.x(), corner.y(), place.width(), place.height())
                ]

            try:
                names = {
                    "window": window(),
                    "find": find,
                    "box": box,
                    "app": application,
                }
                self.answer = {"value": eval(expression, names)}  # noqa: S307 - a test's own words
                json.dumps(self.answer)
            except Exception as problem:  # noqa: BLE001 - told to the test
                self.answer = {"problem": f"{type(problem).__name__}: {problem}"}
            self.done.set()

    while (application := QApplication.instance()) is None:
        time.sleep(0.02)
    answerer = Answerer()
    answerer.moveToThread(application.thread())
    answerer.asked.connect(answerer.reply, Qt.ConnectionType.QueuedConnection)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    while True:
        connection, _ = listening.accept()
        with connection, connection.makefile("rw") as stream:
            answerer.done.clear()
            answerer.asked.emit(json.loads(stream.readline()))
            answerer.done.wait(20)
            stream.write(json.dumps(answerer.answer) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    if beside := os.environ.pop("PHOTA_TEST_BESIDE", ""):
        importlib.import_module(beside)  # what a test wants to watch or to plant
    threading.Thread(target=_serve, args=(sys.argv[1],), daemon=True).start()
    from phota_desktop.__main__ import main

    sys.exit(main(sys.argv[2:]))
