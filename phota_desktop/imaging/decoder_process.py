"""One decoder: its process, what it is lent, and how much of what it says is believed."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from phota_desktop.imaging import cage, shared
from phota_desktop.imaging.packing import MOST_BYTES, Hint, LieError, Plain, Unpacker, read, write
from phota_desktop.imaging.problems import MAX_PIXELS, BadImage, BadImageError
from phota_desktop.imaging.shared import Pixels

_log = logging.getLogger(__name__)

WALL_S = 12.0
"""Seconds until an answer; a decoder that gets no turn on a busy machine has :data:`STARVED_S`."""
STARVED_S = 60.0
START_S = 60.0
MOST_LENT = 10 * MAX_PIXELS
"""Bytes of one answer: 150 MP of four 16-bit samples, and what a file carries beside them."""
_MOST_MESSAGES = 64
_CREDENTIALS = struct.Struct("3i")

Take = Callable[[int], Pixels]
News = Callable[[int], bool]
"""Waits for bytes of a growing file beyond a place; tells whether there will be none."""


class DecoderError(Exception):
    """No decoder could be started."""


class GoneError(Exception):
    """The decoder ended; ``reason`` tells what of the file is to blame."""

    def __init__(
        self, reason: BadImage, *, may_be_old: bool = False, is_late: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_late = is_late
        self.may_be_old = may_be_old
        """Whether it may have ended before it looked at the file."""


@dataclass(frozen=True)
class Call:
    """What a decoder is asked, what its answer must be, and what it may use. See ``apart.call``."""

    verb: str
    given: Mapping[str, object]
    returns: Hint
    path: Path
    accept: Callable[[Plain], bool]
    take: Take | None = None
    news: News | None = None


class Worker:
    """One decoder: its process, the line to it, and its number as this process sees it."""

    def __init__(self, niceness: int, sandbox: str | None) -> None:
        self.niceness = niceness
        self.rested = 0.0
        self.knows: set[int] = set()
        """Blocks that it may still have mapped."""
        self.process, self._line = cage.start(niceness, sandbox)
        try:
            self._line.settimeout(START_S)
            told, extra, _, _ = self._line.recvmsg(MOST_BYTES, socket.CMSG_SPACE(12))
            message = read(told)
            self.number: int = _CREDENTIALS.unpack(extra[0][2])[0]
            self.is_filtered: bool = message["filtered"] is True
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
            self._line.settimeout(None)
        except (OSError, LieError, LookupError, struct.error) as error:
            self.end()
            raise DecoderError("a decoder does not start") from error

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked; what a decoder says unasked is no good sign."""
        return self.process.poll() is None and not self._can_read(0.0)

    def end(self) -> None:
        """End the process at once."""
        self.process.kill()
        self._line.close()
        self.process.wait()

    def ask(self, request: bytes, handles: list[int]) -> None:
        """Send a request and its files. Raises OSError."""
        socket.send_fds(self._line, [request], handles)

    def say(self, message: Plain) -> None:
        """Answer a question. Raises ``GoneError``."""
        try:
            self._line.send(write(message))
        except OSError as error:
            raise GoneError(BadImage.DAMAGED) from error

    def drop_gone(self) -> None:
        """Have it let go of blocks that are no more here. Raises OSError."""
        gone = self.knows & shared.gone()
        if gone:
            self.knows -= gone
            self._line.send(write({"gone": sorted(gone)}))

    def hear(self, wall: float, spent: float) -> dict[str, Plain]:
        """Wait for the next message. Raises ``GoneError``, ``LieError``."""
        began = time.monotonic()
        while not self._can_read(max(began + wall - time.monotonic(), 0.1)):
            waited = time.monotonic() - began
            if waited < wall or (waited < STARVED_S and self._is_starved(spent)):
                continue
            raise GoneError(BadImage.TOO_COSTLY, is_late=True)
        try:
            told = self._line.recv(MOST_BYTES)
        except OSError:
            told = b""
        if not told:
            raise GoneError(self._why())
        return read(told)

    def spent(self) -> float:
        """Seconds of a core that it has used since its start."""
        user, system, _ = self._facts()
        return (user + system) / os.sysconf("SC_CLK_TCK")

    def _is_starved(self, spent: float) -> bool:
        """Tell whether it would go on if it got its turn."""
        return self._facts()[2] in "RD" and self.spent() - spent < WALL_S

    def _facts(self) -> tuple[int, int, str]:
        try:
            told = Path(f"/proc/{self.number}/stat").read_text("ascii", "replace")
        except OSError:
            return 0, 0, "X"
        fields = told.rpartition(")")[2].split()
        return int(fields[11]), int(fields[12]), fields[0]

    def _can_read(self, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self._line, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def _why(self) -> BadImage:
        """Sort an end: out of time or memory, or a crash in a decoder."""
        try:
            code = self.process.wait(2)
        except subprocess.TimeoutExpired:
            code = 0
        # Bubblewrap tells a signal as a shell does.
        number = -code if code < 0 else code - 128
        costly = (signal.SIGPROF, signal.SIGKILL, signal.SIGXCPU)
        return BadImage.TOO_COSTLY if number in costly else BadImage.DAMAGED


class Conversation:
    """One request, from the asking to the answer: what is lent, and what is believed."""

    def __init__(self, worker: Worker, call: Call) -> None:
        self._worker = worker
        self._call = call
        self._at = -1
        self._lent: list[Pixels] = []
        self._wanted: list[Pixels] = []
        self._left = MOST_LENT

    def until_the_end(self) -> Plain:
        """Serve the decoder until it answers; return what it says, checked."""
        try:
            value = self._until_the_end()
        except GoneError as error:
            silent = not self._lent and self._at < 0
            again = silent and self._worker.rested > 0 and not error.is_late
            raise GoneError(error.reason, may_be_old=again) from None
        if not self._call.accept(value):
            raise LieError("an answer that cannot be true")
        return value

    def _until_the_end(self) -> Plain:
        spent = self._worker.spent()
        left = _MOST_MESSAGES
        while left:
            message = self._worker.hear(WALL_S, spent)
            if "beyond" in message:
                self._wait(message["beyond"])
                continue
            left -= 1
            if "room" in message:
                self._lend(message["room"], message.get("own") is True)
            elif "bad" in message:
                try:
                    reason = BadImage(message["bad"])
                except ValueError as error:
                    raise LieError("no known reason") from error
                raise BadImageError(reason, self._call.path)
            elif "bug" in message:
                _log.error("A decoder failed: %s", str(message["bug"])[:500])
                raise BadImageError(BadImage.DAMAGED, self._call.path)
            elif set(message) == {"value", "blobs"}:
                return self._read(message)
            else:
                raise LieError("no known message")
        raise LieError("too many messages")

    def _wait(self, at: Plain) -> None:
        """Answer when the file has grown; a decoder that asks again for the same is none."""
        if self._call.news is None or type(at) is not int or at <= self._at:
            raise LieError("no such question")
        self._at = at
        self._worker.say({"ended": self._call.news(at)})

    def _lend(self, size: Plain, is_own: bool) -> None:
        if type(size) is not int or not 0 < size <= self._left:
            raise LieError("more memory than a picture takes")
        self._left -= size
        wanted = None if is_own or self._call.take is None else self._call.take(size)
        lent = wanted if wanted is not None and shared.block_of(wanted) else None
        try:
            room = shared.allocate(size) if lent is None else lent
            block = shared.block_of(room)
            if block is None:
                raise OSError("memory that cannot be lent")
        except (OSError, MemoryError) as error:
            raise GoneError(BadImage.TOO_COSTLY) from error
        self._lent.append(room)
        self._wanted.append(room if wanted is None else wanted)
        again = lent is not None
        told = write(
            {
                "room": len(self._lent) - 1,
                "size": len(block) if again else size,
                "block": block.number if again else 0,
            }
        )
        if again:
            self._worker.knows.add(block.number)
        try:
            self._worker.ask(told, [block.handle])
        except OSError as error:
            raise GoneError(BadImage.DAMAGED) from error

    def _read(self, message: dict[str, Plain]) -> Plain:
        blobs = b""
        if message["blobs"] is not None:
            number = message["blobs"]
            if type(number) is not int or not 0 <= number < len(self._lent):
                raise LieError("a room that was not lent")
            blobs = self._lent[number].tobytes()
        return Unpacker(blobs, self._call.path, self._look).unpack(
            message["value"], self._call.returns
        )

    def _look(self, number: int, size: int) -> Pixels:
        if not 0 <= number < len(self._lent) or size > len(self._lent[number]):
            raise LieError("pixels that do not fit where they are said to be")
        lent, wanted = self._lent[number], self._wanted[number]
        if wanted is not lent:
            # The caller's own memory, which no other process can see.
            np.copyto(wanted[:size], lent[:size])
        return wanted[:size]
