"""A key that is looked for in six encodings, wherever a session of the program left something."""

from __future__ import annotations

import base64
import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

CANARY = "canary/Key+with=odd%chars~0123456789"


def forms(key: str = CANARY) -> dict[str, tuple[bytes, ...]]:
    """Return the bytes that give a key away, by encoding; any of a row is a hit."""
    plain = key.encode()
    return {
        "plain": (plain,),
        "base64": tuple(_base64(plain)),
        "hex": (plain.hex().encode(), plain.hex().upper().encode(), plain.hex(" ").encode()),
        "url": (
            quote(key).encode(),
            quote(key, safe="").encode(),
            quote(key, safe="").lower().encode(),
        ),
        "utf-16": (key.encode("utf-16-le"), key.encode("utf-16-be")),
        "reversed": (plain[::-1],),
    }


def _base64(plain: bytes) -> Iterator[bytes]:
    # Within a longer text the bytes begin at any of three places; the ends depend on neighbours.
    for ahead in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(ahead) + plain)[4 if ahead else 0 : -4]


_FORMS = forms()


class Sweep:
    """Collects what a session left, and tells where the key is in it."""

    def __init__(self) -> None:
        self.looked_at: dict[str, int] = {}
        self.hits: list[str] = []

    def look(self, place: str, content: bytes | str) -> None:
        """Look through one thing; strings as UTF-8."""
        found = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        kind = place.partition(":")[0]
        self.looked_at[kind] = self.looked_at.get(kind, 0) + 1
        for name, rows in _FORMS.items():
            if any(row in found for row in rows):
                self.hits.append(f"{place} ({name})")

    def look_into(self, folder: Path) -> None:
        """Look through every file of a folder, and at its names."""
        for path in sorted(folder.rglob("*")):
            self.look(f"name: {path}", str(path))
            if path.is_file():
                self.look(f"file: {path}", path.read_bytes())

    def look_at_children(self, traced: Path) -> None:
        """Look at the arguments and variables of every program that was started (``tracing``)."""
        for line in _executed(traced):
            self.look(f"child: {line[:300]}", line)


def _executed(traced: Path) -> Iterable[str]:
    lines = traced.read_text(errors="replace").splitlines() if traced.exists() else []
    return (line for line in lines if "execve(" in line and not line.endswith("ENOENT"))


_PROGRAM = ("-o", "{to}", "-f", "-qq", "-v", "-s", "65536", "-e", "trace=execve,execveat")


def tracer(to: Path) -> list[str]:
    """Return the words before a command that write down every program it starts."""
    return ["strace", "--seccomp-bpf", *(word.format(to=to) for word in _PROGRAM)]


@contextmanager
def tracing(process: int, to: Path) -> Iterator[None]:
    """Write down every program that a running process starts from now on."""
    # Attached from outside there is no filter in the kernel.
    command = [word for word in tracer(to) if word != "--seccomp-bpf"] + ["-p", str(process)]
    watcher = subprocess.Popen(command, stderr=subprocess.PIPE)
    status = Path(f"/proc/{process}/status")
    end = time.monotonic() + 10
    while not re.search(r"TracerPid:\t[1-9]", status.read_text()):
        assert time.monotonic() < end, "strace did not attach"
        time.sleep(0.02)
    try:
        yield
    finally:
        watcher.terminate()
        watcher.communicate()
