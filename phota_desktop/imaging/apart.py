"""Calls of decoders: processes that look into foreign files, so that a crash is a sentence here.

Each calling thread has a decoder to itself; decoders that rest are few. See reliability.md, P12.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from phota_desktop.imaging import cage, shared
from phota_desktop.imaging.decoder_process import (
    Call,
    Conversation,
    DecoderError,
    GoneError,
    News,
    Take,
    Worker,
)
from phota_desktop.imaging.packing import Hint, LieError, Packer, Plain, write
from phota_desktop.imaging.problems import BadImage, BadImageError

_log = logging.getLogger(__name__)

MOST_RESTING = 2
"""Decoders of one niceness that wait for the next file; others end when they are done."""
REST_S = 30.0
"""After so long without a file, all decoders but one end."""
_Order = tuple[int, "SimpleQueue[Worker | BaseException] | None", bool]


class Pool:
    """Starts decoders when they are needed, and keeps some for the next file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting: list[Worker] = []
        self._wanted: SimpleQueue[_Order | None] = SimpleQueue()
        self._starter: threading.Thread | None = None
        self._sandbox = cage.bwrap()
        self._ordered: set[int] = set()
        self._closed = False
        shared.on_gone.append(lambda: self._wanted.put(None))

    @property
    def sandbox(self) -> str:
        """What decoders are held by, in a word."""
        return "bubblewrap" if self._sandbox else "limits"

    def warm(self) -> None:
        """Have a decoder ready; returns when it is."""
        self._give_back(self._free())

    def warm_soon(self) -> None:
        """Have a decoder for the calling thread's niceness started, and wait for nothing."""
        niceness = _niceness()
        with self._lock:
            if self._closed or niceness in self._ordered:
                return
            self._ordered.add(niceness)
        self._order(niceness, None)

    def has_warm(self) -> bool:
        """Tell whether a decoder is ready."""
        return bool(self._resting)

    def close(self) -> None:
        """End all decoders that rest."""
        with self._lock:
            self._closed = True
            resting, self._resting = self._resting, []
        for worker in resting:
            worker.end()

    def call(self, call: Call, source: int) -> Plain:
        """Have a decoder do what ``call`` says with the open file ``source``.

        Raises ``BadImageError``.
        """
        packer = Packer()
        given = {name: packer.pack(one) for name, one in call.given.items()}
        message = {"verb": call.verb, "given": given}
        beside = shared.filled(b"".join(packer.blobs)) if packer.blobs else None
        block = shared.block_of(beside) if beside is not None else None
        handles = [source] if block is None else [source, block.handle]
        request = write(message)
        try:
            try:
                return self._told(request, handles, call)
            except GoneError as error:
                if not error.may_be_old:
                    raise
            # It had done its work before: what has befallen it need not be this file's doing.
            return self._told(request, handles, call, fresh=True)
        except GoneError as error:
            _log.warning("A decoder ended: %s", error.reason.value)
            raise BadImageError(error.reason, call.path) from None
        except LieError as error:
            _log.warning("A decoder is not to be believed: %s", error)
            raise BadImageError(BadImage.DAMAGED, call.path) from None

    def _told(
        self, request: bytes, handles: list[int], call: Call, *, fresh: bool = False
    ) -> Plain:
        worker = self._asked(request, handles, fresh=fresh)
        kept = False
        try:
            value = Conversation(worker, call).until_the_end()
            kept = True
        except BadImageError:
            kept = True
            raise
        finally:
            if kept:
                self._give_back(worker)
            else:
                worker.end()
        return value

    def _asked(self, request: bytes, handles: list[int], *, fresh: bool) -> Worker:
        """Find a decoder that takes the request; one may have ended while it rested."""
        for _ in range(3):
            worker = self._started(_niceness(), fresh=True) if fresh else self._free()
            try:
                worker.drop_gone()
                worker.ask(request, handles)
            except OSError:
                worker.end()
                continue
            return worker
        raise DecoderError("decoders end at once")

    def _free(self) -> Worker:
        niceness = _niceness()
        return self._rested(niceness) or self._started(niceness)

    def _rested(self, niceness: int) -> Worker | None:
        """Take one that rests and lives."""
        while True:
            with self._lock:
                found = next((one for one in self._resting if one.niceness == niceness), None)
                if found is None:
                    return None
                self._resting.remove(found)
            if found.is_alive:
                return found
            found.end()

    def _give_back(self, worker: Worker) -> None:
        now = worker.rested = time.monotonic()
        with self._lock:
            alike = [one for one in self._resting if one.niceness == worker.niceness]
            surplus = [one for one in self._resting if now - one.rested > REST_S]
            if self._closed or len(alike) >= MOST_RESTING:
                surplus.append(worker)
            else:
                self._resting.insert(0, worker)
            self._resting = [one for one in self._resting if one not in surplus]
        for one in surplus:
            one.end()

    def _started(self, niceness: int, *, fresh: bool = False) -> Worker:
        """Start one in a thread that never ends: Linux ends a child with the thread it is of."""
        answer: SimpleQueue[Worker | BaseException] = SimpleQueue()
        self._order(niceness, answer, fresh=fresh)
        worker = answer.get()
        if isinstance(worker, BaseException):
            raise worker
        return worker

    def _order(
        self,
        niceness: int,
        answer: SimpleQueue[Worker | BaseException] | None,
        *,
        fresh: bool = False,
    ) -> None:
        with self._lock:
            self._ordered.add(niceness)
            if self._starter is None:
                self._starter = threading.Thread(
                    target=self._start_all, name="decoders", daemon=True
                )
                self._starter.start()
        self._wanted.put((niceness, answer, fresh))

    def _start_all(self) -> None:
        while True:
            order = self._wanted.get()
            if order is None:
                self._drop_gone()
                continue
            niceness, answer, fresh = order
            try:
                found = None if fresh else self._rested(niceness)
                found = found or self._start(niceness)
            except (OSError, DecoderError) as error:
                if answer is not None:
                    answer.put(error)
                continue
            if answer is None:
                self._give_back(found)
            else:
                answer.put(found)

    def _drop_gone(self) -> None:
        gone = shared.gone()
        with self._lock:
            knowing = [one for one in self._resting if one.knows & gone]
            self._resting = [one for one in self._resting if one not in knowing]
        for worker in knowing:
            try:
                worker.drop_gone()
            except OSError:
                worker.end()
            else:
                self._give_back(worker)

    def _start(self, niceness: int) -> Worker:
        if self._sandbox is not None:
            try:
                return Worker(niceness, self._sandbox)
            except (OSError, DecoderError):
                _log.warning("bubblewrap makes no sandbox here; decoders hold their own limits")
                self._sandbox = None
        return Worker(niceness, None)


def _niceness() -> int:
    """Return the calling thread's: its decoder is to be as patient as it is."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


_is_here = not shared.is_possible() or getattr(sys, "frozen", False)
_pool: Pool | None = None
_pool_lock = threading.Lock()


def is_here() -> bool:
    """Tell whether this process decodes by itself: it is a decoder, or the system has none."""
    return _is_here


def stay_here() -> None:
    """Decode in this process from now on."""
    global _is_here
    _is_here = True


def pool() -> Pool:
    """Return this process's decoders."""
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = Pool()
            atexit.register(_pool.close)
        return _pool


def warm_soon() -> None:
    """Have a decoder ready before the first file needs it; waits for nothing."""
    if not _is_here:
        pool().warm_soon()


def source_of(stream: BinaryIO) -> bytes | int:
    """Return what a decoder is to be given of an open file: itself, or its bytes."""
    return stream.getvalue() if isinstance(stream, BytesIO) else stream.fileno()


def call(
    verb: str,
    given: Mapping[str, object],
    returns: Hint,
    source: bytes | int,
    path: Path,
    accept: Callable[[Any], bool],
    take: Take | None = None,
    news: News | None = None,
) -> Any:
    """Have a decoder do ``verb`` with a file's bytes, or with an open file.

    ``take`` gives memory for pixels, ``news`` tells of a file that still grows. The outcome is of
    type ``returns``, and ``accept`` tells whether it can be true; its pixels lie in shared memory.
    Raises ``BadImageError`` with what the decoder found, TOO_COSTLY when it needed too much time
    or memory, DAMAGED when it crashed or lied.
    """
    asked = Call(verb, given, returns, path, accept, take, news)
    if isinstance(source, int):
        return pool().call(asked, source)
    held = shared.filled(source)
    block = shared.block_of(held)
    if block is None:
        raise DecoderError("memory that cannot be shared")
    return pool().call(asked, block.handle)
