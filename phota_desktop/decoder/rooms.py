"""The decoder's side of the conversation: messages, and memory that the program lends."""

from __future__ import annotations

import mmap
import os
import socket
from typing import Any

import numpy as np

from phota_desktop.decoder.limits import Memory
from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.packing import MOST_BYTES, Array, Plain, read, write
from phota_desktop.imaging.shared import address_of

_MOST_HANDLES = 2
MOST_KEPT = 2
"""Blocks: a picture on the screen, and the one that comes after it."""
_POPULATE = getattr(mmap, "MAP_POPULATE", 0)


class Line:
    """The socket to the program; one conversation at a time."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def tell(self, message: Plain) -> None:
        """Send a message."""
        self._line.sendall(write(message))

    def hear(self) -> tuple[dict[str, Any], list[int]]:
        """Wait for a message and the files that come with it. Raises EOFError at the end."""
        told, handles, _, _ = socket.recv_fds(self._line, MOST_BYTES, _MOST_HANDLES)
        if not told:
            raise EOFError
        return read(told), handles


class Kept:
    """Memory that the program lends again and again: mapped once, as long as it is there."""

    def __init__(self) -> None:
        self._kept: dict[int, Pixels] = {}

    @property
    def bytes(self) -> int:
        """Addresses that all of it takes."""
        return sum(one.nbytes for one in self._kept.values())

    def find(self, number: int) -> Pixels | None:
        """Return a block that has been lent before."""
        return self._kept.get(number)

    def add(self, number: int, pixels: Pixels) -> None:
        """Keep a block; the oldest ones go."""
        self._kept[number] = pixels
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]

    def drop(self, numbers: list[int]) -> None:
        """Let go what the program has no more."""
        for number in numbers:
            self._kept.pop(number, None)


class Rooms:
    """What the program lent for one answer."""

    def __init__(self, line: Line, memory: Memory, kept: Kept) -> None:
        self._line = line
        self._memory = memory
        self._kept = kept
        self._numbers: dict[int, int] = {}
        self._bytes = 0

    def take(self, size: int) -> Pixels:
        """Return ``size`` bytes of the memory that the program wants pixels in.

        Raises MemoryError.
        """
        return self._lent({"room": size, "own": False}, size)

    def _lent(self, asked: Plain, size: int) -> Pixels:
        self._line.tell(asked)
        answer, handles = self._line.hear()
        if not handles:
            raise MemoryError
        (handle,) = handles
        try:
            pixels = self._mapped(handle, int(answer["size"]), int(answer["block"]))[:size]
        except OSError as error:
            raise MemoryError from error
        finally:
            os.close(handle)
        self._numbers[address_of(pixels)] = int(answer["room"])
        return pixels

    def _mapped(self, handle: int, whole: int, block: int) -> Pixels:
        found = self._kept.find(block)
        if found is not None:
            return found
        self._bytes += whole
        self._memory.allow(self._bytes + self._kept.bytes)
        # All pages at once: each would else cost a fault of its own.
        held = mmap.mmap(handle, whole, flags=mmap.MAP_SHARED | _POPULATE)
        pixels: Pixels = np.frombuffer(held, np.uint8)
        if block:
            self._kept.add(block, pixels)
        return pixels

    def keep(self, array: Array) -> int:
        """Return the number of the room an array lies in; one that lies elsewhere is copied."""
        number = self._numbers.get(address_of(array))
        if number is not None and array.flags.c_contiguous:
            return number
        room = self._lent({"room": array.nbytes, "own": True}, array.nbytes)
        np.copyto(room.view(array.dtype).reshape(array.shape), array)
        return self._numbers[address_of(room)]

    def keep_bytes(self, content: bytes) -> int:
        """Return the number of a room that begins with ``content``."""
        return self.keep(np.frombuffer(content, np.uint8))
