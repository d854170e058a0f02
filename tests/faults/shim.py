"""Preloads ``shim.c`` into the real program: what it writes is counted, killed or made to fail."""

from __future__ import annotations

import errno
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_name("shim.c")
_KINDS = ("write", "sync", "takes", "gives", "changes")


@dataclass(frozen=True)
class Call:
    """One write-type call: its number, its name, what it does to the disk, and on which path.

    ``kind`` is ``write`` (brings bytes), ``sync``, ``takes`` room otherwise, ``gives`` it back or
    ``changes`` what is there.
    """

    number: int
    name: str
    kind: str
    path: Path
    failed: bool = False


@dataclass(frozen=True)
class Shim:
    """What happens to write-type calls below ``roots``; made for one start of the program.

    ``action``: ``kill`` before call number ``at``, ``tear`` (half of that write, then the kill) or
    ``fail`` with ``error``; for ``seconds`` from then on other calls fail as well, with ENOSPC
    those that need room, with any other error all. ``without_sync`` makes every sync do nothing,
    ``slow_sync`` lets each take so many seconds. Unless ``armed``, calls count only once the
    program has called ``phota_shim_arm``.
    """

    roots: Sequence[Path] = ()
    log: Path | None = None
    action: str = ""
    at: int = 0
    error: int = 0
    seconds: float = 0.0
    without_sync: bool = False
    armed: bool = True
    slow_sync: float = 0.0

    def kill(self, at: int) -> Shim:
        """Return this with a kill before call ``at``."""
        return replace(self, action="kill", at=at)

    def tear(self, at: int) -> Shim:
        """Return this with a kill in the middle of write ``at``."""
        return replace(self, action="tear", at=at)

    def full(self, at: int, seconds: float = 0.0) -> Shim:
        """Return this with a disk that is full from call ``at``, for so many seconds."""
        return replace(self, action="fail", at=at, error=errno.ENOSPC, seconds=seconds)

    def broken(self, at: int) -> Shim:
        """Return this with call ``at`` failing with EIO."""
        return replace(self, action="fail", at=at, error=errno.EIO)

    def environ(self) -> dict[str, str]:
        """Return the variables that preload the shim; no child of the program has them."""
        lines = [
            "roots=" + ":".join(str(root.resolve()) for root in self.roots),
            f"do={self.action}",
            f"at={self.at}",
            f"errno={self.error}",
            f"for={self.seconds}",
            f"nosync={int(self.without_sync)}",
            f"slow={self.slow_sync}",
            f"armed={int(self.armed)}",
        ]
        if self.log is not None:
            lines.append(f"log={self.log}")
        return {"LD_PRELOAD": str(library()), "PHOTA_SHIM": "\n".join(lines)}


@cache
def library() -> Path:
    """Build the shim once per test session and return it; it is a small temporary file."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise RuntimeError("The shim needs a C compiler: sudo apt install gcc libc6-dev")
    built = Path(tempfile.mkdtemp(prefix="phota-shim-")) / "shim.so"
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(built), str(_SOURCE), "-ldl"], check=True)
    return built


def calls(log: Path) -> list[Call]:
    """Return the calls that a run has logged, in their order."""
    found = []
    if log.exists():
        for line in log.read_text("utf-8", "replace").splitlines():
            number, name, kind, path = line.split(" ", 3)
            failed = path.startswith("FAILED ")
            path = path.removeprefix("FAILED ")
            found.append(Call(int(number), name, _KINDS[int(kind)], Path(path), failed))
    return sorted(found, key=lambda call: call.number)
