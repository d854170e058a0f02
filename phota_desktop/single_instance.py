"""One window per data folder: a second start hands its photos to the first and ends."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

ANSWER_MS = 2000
"""How long a second start waits for the first one (promise P16)."""
LONGEST_MESSAGE = 4_000_000


def hand_over(address: Path, paths: Sequence[Path]) -> bool:
    """Send ``paths`` to the window that listens at ``address``; False if nobody answers."""
    socket = QLocalSocket()
    end = time.monotonic() + ANSWER_MS / 1000
    socket.connectToServer(os.fspath(address))
    while not socket.waitForConnected(ANSWER_MS):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)  # a window that has just been painted listens in a moment
        socket.connectToServer(os.fspath(address))
    message = json.dumps([os.fspath(path.absolute()) for path in paths]).encode() + b"\n"
    socket.write(message)
    heard = socket.waitForReadyRead(ANSWER_MS)
    socket.disconnectFromServer()
    return heard


class Listener(QObject):
    """Takes the photos of later starts; lives as long as the window."""

    def __init__(
        self, address: Path, on_paths: Callable[[list[Path]], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._on_paths = on_paths
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        # The lock on the data folder is ours, so a socket that is there was left by a crash.
        QLocalServer.removeServer(os.fspath(address))
        self._server.newConnection.connect(self._on_connection)
        self._server.listen(os.fspath(address))

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._on_bytes(socket))
            socket.disconnected.connect(socket.deleteLater)

    def _on_bytes(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > LONGEST_MESSAGE:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        try:
            named = json.loads(bytes(socket.readLine().data()))
        except ValueError:
            socket.abort()
            return
        socket.write(b"ok\n")
        socket.flush()
        if isinstance(named, list):
            self._on_paths([Path(name) for name in named if isinstance(name, str)])

    def close(self) -> None:
        """Stop listening and take the socket away."""
        self._server.close()
