"""Keeps the bytecode of program text that libraries compile anew at every start.

PySide6 carries 14 modules as text, and ``dataclasses`` writes six functions for each value class:
together 25 of the 177 ms to the first paint without it (medians of 11 interleaved starts,
2026-11-21). A kept code object is used only for the very
same text and only by the Python that made it, as Python's own ``.pyc`` files are.
"""

from __future__ import annotations

import builtins
import dataclasses
import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from zlib import crc32

_MARK = f"{sys.implementation.cache_tag} {sys.version}\n".encode()
_LIMIT_BYTES = 8_000_000

_Key = tuple[str, str | bytes]
"""The file name and the text that were compiled."""


@contextmanager
def kept_bytecode(file: Path) -> Iterator[None]:
    """Compile nothing in this block that ``file`` has from an earlier start; keep what is new.

    A missing, damaged or old file, or one that cannot be written, costs only the time.
    """
    known = _read(file)
    used: dict[_Key, CodeType] = {}
    compile_anew = builtins.compile
    execute = builtins.exec

    def code_of(text: str | bytes, name: str) -> CodeType:
        key = name, text
        used[key] = known.get(key) or compile_anew(text, name, "exec", dont_inherit=True)
        return used[key]

    def compile_once(source: object, name: object, mode: str, *rest: object, **more: object):  # type: ignore[no-untyped-def]
        if isinstance(source, bytes) and mode == "exec" and not rest and not more:
            return code_of(source, str(name))
        return compile_anew(source, name, mode, *rest, **more)  # type: ignore[call-overload]

    def execute_kept(text: str, *names: dict[str, object]) -> None:
        execute(code_of(text, "<string>"), *names)

    vars(builtins)["compile"] = compile_once
    # A name in the module's own globals stands before the built-in of that name.
    vars(dataclasses)["exec"] = execute_kept
    try:
        yield
    finally:
        vars(builtins)["compile"] = compile_anew
        del vars(dataclasses)["exec"]
    if used.keys() - known.keys():
        _write(file, used)


def _read(file: Path) -> dict[_Key, CodeType]:
    try:
        raw = file.read_bytes()
        if len(raw) > _LIMIT_BYTES or not raw.startswith(_MARK):
            return {}
        code = memoryview(raw)[len(_MARK) + 4 :]
        if crc32(code) != int.from_bytes(raw[len(_MARK) : len(_MARK) + 4]):
            return {}  # cut short by a power cut, say: marshal may crash on that
        kept = marshal.loads(code)  # noqa: S302 - our own file, as a .pyc is
    except (OSError, ValueError, TypeError, EOFError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(file: Path, kept: dict[_Key, CodeType]) -> None:
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        code = marshal.dumps(kept)
        fresh.write_bytes(_MARK + crc32(code).to_bytes(4) + code)
        fresh.chmod(0o600)
        fresh.replace(file)
    except OSError:
        fresh.unlink(missing_ok=True)
