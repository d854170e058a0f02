"""What went wrong where, without a single value: frames of code and the types of errors.

An exception's message may quote a prompt, a path, an answer or a key; a frame's line is the
program's own text. So this is what may be kept, shown and sent to support.
"""

from __future__ import annotations

import errno
import traceback
from types import TracebackType

from phota_desktop.core.errors import PhotaError

MOST_FRAMES = 40
"""Frames told of one error; of more, which only recursion has, both ends."""
_MOST_ERRORS = 12
"""Errors told of one chain or group."""


def told(error: BaseException) -> str:
    """Return the traceback of ``error`` and of what caused it, the cause first, without values."""
    return "\n".join(_chain(error, set()))


def name_of(error: BaseException) -> str:
    """Return the error's type, and its number or kind where it has one."""
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    if isinstance(error, PhotaError):
        return f"{name} {error.kind.value}" + (f" {error.status}" if error.status else "")
    if isinstance(error, OSError) and error.errno:
        return f"{name} {errno.errorcode.get(error.errno, error.errno)}"
    code = getattr(error, "sqlite_errorname", None)
    return f"{name} {code}" if isinstance(code, str) else name


def ids_of(error: PhotaError) -> str:
    """Return what the log keeps of a refusal: its kind, and what support asks for."""
    asked = error.request_id or "none"
    return f"{error.kind.value} status={error.status} request_id={asked}"


def _chain(error: BaseException, seen: set[int]) -> list[str]:
    if id(error) in seen or len(seen) >= _MOST_ERRORS:
        return []
    seen.add(id(error))
    lines: list[str] = []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and (earlier := _chain(before, seen)):
        lines += [*earlier, "", "and then:"]
    lines += [*_frames(error.__traceback__), name_of(error)]
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            lines += [f"  | {line}" for line in _chain(inner, seen)]
    return lines


def _frames(trace: TracebackType | None) -> list[str]:
    if trace is None:
        return []
    found = traceback.extract_tb(trace)
    lines = ["Traceback (most recent call last):"]
    for at, frame in enumerate(found):
        left = len(found) - MOST_FRAMES
        if left > 0 and MOST_FRAMES // 2 <= at < MOST_FRAMES // 2 + left:
            if at == MOST_FRAMES // 2:
                lines.append(f"  … {left} more")
            continue
        lines.append(f'  File "{short(frame.filename)}", line {frame.lineno}, in {frame.name}')
        if frame.line:
            lines.append(f"    {frame.line}")
    return lines


def short(file: str) -> str:
    """Return a code file's path from its package on: where it lies tells a person's name."""
    parts = file.replace("\\", "/").split("/")
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "phota_desktop":
            return "/".join(parts[at:])
        if parts[at] == "site-packages" or parts[at].startswith("python3"):
            return "/".join(parts[at + 1 :])
    return parts[-1]
