"""Values between this process and a decoder: plain messages, read as strictly as a stranger's."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MOST_BYTES = 1 << 16
"""Of one message; what is larger goes through shared memory."""
_MOST_DIMENSIONS = 3
_KINDS = {"u1": np.uint8, "u2": np.uint16}

# JSON's values, and what any annotation of Python may be: neither has a narrower type.
Plain = Any
Hint = Any
Array = npt.NDArray[Any]
Keep = Callable[[Array], int]
"""Puts an array where the other process sees it; returns the number of that room."""
Look = Callable[[int, int], npt.NDArray[np.uint8]]
"""Gives so many bytes of a room by its number. Raises ``LieError``."""


class LieError(Exception):
    """A message that is not what was agreed on."""


class Packer:
    """Writes values as JSON; ``blobs`` gathers the byte strings, which go beside it."""

    def __init__(self, keep: Keep | None = None) -> None:
        self.blobs: list[bytes] = []
        self._size = 0
        self._keep = keep

    def pack(self, value: object) -> Plain:
        """Return the value as JSON has it. Raises TypeError for what cannot be sent."""
        if isinstance(value, Enum):
            return value.value
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, Path):
            return None  # each side has its own name for the one file
        if isinstance(value, bytes):
            self.blobs.append(value)
            self._size += len(value)
            return [self._size - len(value), len(value)]
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, tuple | list):
            return [self.pack(one) for one in value]
        if is_dataclass(value) and not isinstance(value, type):
            return {one.name: self.pack(getattr(value, one.name)) for one in fields(value)}
        raise TypeError(f"a {type(value).__name__} cannot be sent")

    def _array(self, array: Array) -> Plain:
        kind = next((name for name, kind in _KINDS.items() if array.dtype == kind), None)
        if kind is None or self._keep is None:
            raise TypeError("these pixels cannot be sent")
        return {"room": self._keep(array), "kind": kind, "shape": list(array.shape)}


class Unpacker:
    """Reads what :class:`Packer` wrote, by the type it must be. Raises ``LieError``."""

    def __init__(self, blobs: bytes, path: Path, look: Look | None = None) -> None:
        self._blobs = blobs
        self._path = path
        self._look = look

    def unpack(self, value: Plain, hint: Hint) -> Plain:
        """Return the value, which is of type ``hint``."""
        origin: Hint = typing.get_origin(hint)
        inner = typing.get_args(hint)
        if hint is None or hint is type(None):
            return self._exact(value, type(None))
        if origin in (types.UnionType, typing.Union):
            if value is None and type(None) in inner:
                return None
            (other,) = (one for one in inner if one is not type(None))
            return self.unpack(value, other)
        if origin is typing.Literal:
            if value not in inner:
                raise LieError("not one of the agreed values")
            return value
        if origin is tuple:
            return self._tuple(value, inner)
        if origin is np.ndarray:
            return self._array(value)
        if isinstance(hint, type) and is_dataclass(hint):
            return self._dataclass(value, hint)
        if hint is Path:
            return self._path
        if hint is bytes:
            return self._bytes(value)
        if hint is float and type(value) is int:
            return float(value)
        if isinstance(hint, type) and issubclass(hint, Enum):
            try:
                return hint(value)
            except ValueError as error:
                raise LieError("not one of the agreed values") from error
        return self._exact(value, hint)

    def _exact(self, value: Plain, kind: type) -> Plain:
        if type(value) is not kind:
            raise LieError(f"a {type(value).__name__} in place of a {kind.__name__}")
        return value

    def _tuple(self, value: Plain, inner: tuple[Hint, ...]) -> Plain:
        self._exact(value, list)
        kinds: Sequence[Hint] = inner
        if len(inner) == 2 and inner[1] is Ellipsis:
            kinds = [inner[0]] * len(value)
        if len(kinds) != len(value):
            raise LieError("too many values, or too few")
        return tuple(self.unpack(one, kind) for one, kind in zip(value, kinds, strict=True))

    def _dataclass(self, value: Plain, kind: type) -> Plain:
        self._exact(value, dict)
        hints = _hints(kind)
        if set(value) != set(hints):
            raise LieError("other fields than agreed on")
        return kind(**{name: self.unpack(value[name], hint) for name, hint in hints.items()})

    def _bytes(self, value: Plain) -> bytes:
        start, size = self._tuple(value, (int, int))
        if start < 0 or size < 0 or start + size > len(self._blobs):
            raise LieError("bytes that were not sent")
        return self._blobs[start : start + size]

    def _array(self, value: Plain) -> Array:
        self._exact(value, dict)
        shape = self._tuple(value.get("shape"), (int, ...))
        kind, room = _KINDS.get(str(value.get("kind"))), value.get("room")
        if kind is None or type(room) is not int or self._look is None:
            raise LieError("pixels of no agreed kind")
        if not 1 < len(shape) <= _MOST_DIMENSIONS or any(side < 1 for side in shape):
            raise LieError("pixels of no shape")
        size = int(np.dtype(kind).itemsize)
        for side in shape:
            size *= side
        return self._look(room, size).view(kind).reshape(shape)


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Hint]:
    hints = typing.get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def write(message: Plain) -> bytes:
    """Return a message's bytes. Raises ValueError when it is too large."""
    told = json.dumps(message, separators=(",", ":")).encode()
    if len(told) > MOST_BYTES:
        raise ValueError("a message that is too large")
    return told


def read(told: bytes) -> dict[str, Plain]:
    """Return a message. Raises ``LieError``."""
    try:
        message = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise LieError("no message") from error
    if not isinstance(message, dict):
        raise LieError("no message")
    return message
