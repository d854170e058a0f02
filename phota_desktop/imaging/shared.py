"""Memory for pixels that another process fills: sealed, so that nobody can make it smaller."""

from __future__ import annotations

import fcntl
import itertools
import mmap
import os
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

_lock = threading.Lock()
_numbers = itertools.count(1)
_gone: deque[int] = deque(maxlen=1000)
_blocks: dict[int, weakref.ref[Block]] = {}
"""The block at an address, for as long as there is any view of it."""


class Block(mmap.mmap):
    """Memory with a file descriptor; it lives as long as the last array over it."""

    handle: int
    """The file descriptor; it can be sent to another process."""
    address: int
    number: int
    """No other block ever has the same."""


def is_possible() -> bool:
    """Tell whether this system can share memory so; only Linux can."""
    return sys.platform == "linux" and hasattr(os, "memfd_create")


def allocate(size: int) -> Pixels:
    """Return ``size`` bytes of zeros that can be sent to another process. Raises OSError."""
    if sys.platform != "linux":
        raise OSError("no shared memory of this kind")
    whole = max(size, 1)
    handle = os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.ftruncate(handle, whole)
        # A process that shrank it would have ours killed at its next look at the pixels.
        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(handle, fcntl.F_ADD_SEALS, seals)
        block = Block(handle, whole)
    except OSError:
        os.close(handle)
        raise
    pixels: Pixels = np.frombuffer(block, np.uint8)
    block.handle = handle
    block.address = address = address_of(pixels)
    block.number = number = next(_numbers)
    weakref.finalize(block, _forget, address, handle, number).atexit = False
    with _lock:
        _blocks[address] = weakref.ref(block)
    return pixels[:size]


def filled(content: bytes) -> Pixels:
    """Return shared memory that holds ``content``. Raises OSError."""
    pixels = allocate(len(content))
    pixels[:] = np.frombuffer(content, np.uint8)
    return pixels


def block_of(pixels: Pixels) -> Block | None:
    """Return the block that an array begins with, None of other memory."""
    with _lock:
        known = _blocks.get(address_of(pixels))
    return known() if known is not None else None


def address_of(pixels: Pixels) -> int:
    """Return where an array lies."""
    address: int = pixels.__array_interface__["data"][0]
    return address


on_gone: list[Callable[[], None]] = []
"""Called, in any thread, when a block has gone."""


def gone() -> frozenset[int]:
    """Return the numbers of blocks that have gone of late."""
    return frozenset(_gone)


def _forget(address: int, handle: int, number: int) -> None:
    # Runs in whichever thread lets the last array go: a plain dict needs no lock for this.
    found = _blocks.get(address)
    if found is not None and found() is None:
        _blocks.pop(address, None)
    os.close(handle)
    _gone.append(number)
    for tell in on_gone:
        tell()
