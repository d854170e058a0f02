"""One window per data folder: a second start hands its photos to the first and ends."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from phota_desktop.store.files import open_new

CONNECT_S = 1.0
ANSWER_MS = 700
"""How long a second start waits for the first one: 2 s with its own start (promise P16)."""
CLOSING_S = 20.0
"""How long it waits for a window that is being closed, to take its place."""
LONGEST_MESSAGE = 4_000_000
FRESH_S = 60.0
"""An older letter is thrown away: who wrote it has long looked elsewhere."""
_LETTERS = "handed-*.json"


def hand_over(address: Path, paths: Sequence[Path], is_ours: Callable[[], bool]) -> bool:
    """Give ``paths`` to the window that listens at ``address``, or will in a moment.

    A window that does not answer yet, since it is starting or busy, finds them in a letter. False
    when there is no window any more and ``is_ours()`` has given its place to us. Raises OSError
    when nobody answers and no letter can be written.
    """
    named = [os.fspath(path.absolute()) for path in paths]
    until = time.monotonic() + CONNECT_S
    if _tell(address, named, until):
        return True
    until = time.monotonic() + CLOSING_S
    while True:
        if is_ours():
            return False
        if not _closing(address).exists() or time.monotonic() > until:
            break
        time.sleep(0.05)
    letter = _write_letter(address, named)
    # A window that began to listen before the letter was there is told; one after it looks.
    if _tell(address, named, time.monotonic()):
        letter.unlink(missing_ok=True)
    return True


def _tell(address: Path, named: list[str], until: float) -> bool:
    """Send the names to a window that listens, once it does; False if it does not answer."""
    socket = QLocalSocket()
    socket.connectToServer(os.fspath(address))
    while not socket.waitForConnected(ANSWER_MS):
        if time.monotonic() > until or _closing(address).exists():
            return False
        time.sleep(0.02)  # a window that has just been painted listens in a moment
        socket.connectToServer(os.fspath(address))
    socket.write(json.dumps(named).encode() + b"\n")
    heard = socket.waitForReadyRead(ANSWER_MS)
    socket.disconnectFromServer()
    return heard


def _closing(address: Path) -> Path:
    return address.with_suffix(".closing")


def _write_letter(address: Path, named: list[str]) -> Path:
    letter = address.with_name(f"handed-{os.getpid()}.json")
    part = letter.with_suffix(".part")
    part.unlink(missing_ok=True)
    with open_new(part) as file:
        file.write(json.dumps(named).encode())
    part.replace(letter)
    return letter


def _letters(folder: Path) -> list[list[Path]]:
    """Take the letters out of the folder and return what each names."""
    found = []
    for letter in sorted(folder.glob(_LETTERS)):
        try:
            is_fresh = abs(time.time() - letter.stat().st_mtime) < FRESH_S
            content = letter.read_bytes() if letter.stat().st_size <= LONGEST_MESSAGE else b""
            letter.unlink()
        except OSError:
            continue
        named = _names(content)
        if is_fresh and named is not None:
            found.append(named)
    return found


def _names(content: bytes) -> list[Path] | None:
    """Return the paths of a message, None when it is none."""
    try:
        named = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return [Path(name) for name in named if isinstance(name, str)] if type(named) is list else None


class Listener(QObject):
    """Takes the photos of later starts; lives as long as the window."""

    def __init__(
        self, address: Path, on_paths: Callable[[list[Path]], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._on_paths = on_paths
        self._address = address
        _closing(address).unlink(missing_ok=True)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        # The lock on the data folder is ours, so a socket that is there was left by a crash.
        QLocalServer.removeServer(os.fspath(address))
        self._server.newConnection.connect(self._on_connection)
        self._server.listen(os.fspath(address))
        self._look()

    def _look(self) -> None:
        """Open what starts named while nobody listened."""
        for named in _letters(self._address.parent):
            self._on_paths(named)

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._on_bytes(socket))
            socket.disconnected.connect(socket.deleteLater)
        # Whoever was not answered in time has written, and did not wait.
        self._look()

    def _on_bytes(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > LONGEST_MESSAGE:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        named = _names(bytes(socket.readLine().data()))
        if named is None:
            socket.abort()
            return
        socket.write(b"ok\n")
        socket.flush()
        self._on_paths(named)

    def close(self) -> None:
        """Stop listening; a start from now on waits for our end and takes our place."""
        with suppress(OSError):
            _closing(self._address).touch(0o600)
        self._server.close()
