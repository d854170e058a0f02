"""A virtual screen with a window manager, a real program on it, real mouse and key events."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).parents[2]
Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]
PATIENCE = 45.0
"""Seconds that a loaded machine may take for what a quiet one does at once."""


class Screen:
    """Xvfb and openbox on a display of their own; coordinates are device pixels."""

    def __init__(self, width: int = 1440, height: int = 900) -> None:
        read, write = os.pipe()
        self._server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(write), "-nolisten", "tcp"),
                *("-screen", "0", f"{width}x{height}x24"),
            ],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"
        self.environ = {**os.environ, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}
        self.environ.pop("WAYLAND_DISPLAY", None)
        self._manager = subprocess.Popen(
            ["openbox"], env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.programs: list[subprocess.Popen[bytes]] = []
        # A window that is there before the manager gets no focus from it.
        wait_until(lambda: self._desktops() > 0, PATIENCE, "no window manager")

    def _desktops(self) -> int:
        return int(self.xdotool("get_num_desktops", check=False) or 0)

    def start(self, *command: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start a program on this screen."""
        program = subprocess.Popen(
            command, cwd=ROOT, env={**self.environ, **environ}, stderr=subprocess.PIPE
        )
        self.programs.append(program)
        return program

    def start_window(self, home: Path, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start Phota Desktop with a home of its own and wait for its window."""
        program = self.start(
            *(sys.executable, "-m", "phota_desktop", *arguments),
            **{"HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota"), **environ},
        )
        self.window("Phota Desktop")
        return program

    def window(self, name: str, seconds: float = PATIENCE) -> str:
        """Wait for a visible window whose title holds ``name``; return its id."""
        found: list[str] = []

        def there() -> bool:
            found[:] = self.xdotool("search", "--onlyvisible", "--name", name, check=False).split()
            return bool(found)

        wait_until(there, seconds, f"no window named {name}")
        return found[-1]

    def active(self, name: str, seconds: float = PATIENCE) -> None:
        """Wait until a window whose title holds ``name`` has the keys."""

        def has_keys() -> bool:
            return name in self.xdotool("getactivewindow", "getwindowname", check=False)

        wait_until(has_keys, seconds, f"no window named {name} has the keys")

    def xdotool(self, *arguments: str, check: bool = True) -> str:
        """Run xdotool and return what it prints."""
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environ, capture_output=True, text=True, check=check
        )
        return done.stdout

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Move the mouse there and click.

        One connection, so the server keeps the order; ``--sync`` would wait 15 s for a mouse that
        is there already.
        """
        self.xdotool("mousemove", str(x), str(y), "click", str(button))

    def key(self, *keys: str) -> None:
        """Press keys, such as ``ctrl+s``."""
        self.xdotool("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type text into what has the focus."""
        self.xdotool("type", "--delay", "5", text)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag with the left button, slowly enough for a real drag and drop."""
        self.xdotool("mousemove", "--sync", str(start[0]), str(start[1]), "mousedown", "1")
        for step in range(1, 13):
            x = start[0] + (end[0] - start[0]) * step // 12
            y = start[1] + (end[1] - start[1]) * step // 12
            self.xdotool("mousemove", "--sync", str(x), str(y))
            time.sleep(0.04)
        time.sleep(0.3)
        self.xdotool("mouseup", "1")

    def shot(self, path: Path | None = None) -> Pixels:
        """Return the screen as pixels, height × width × 3; also written to ``path``."""
        png = subprocess.run(
            ["import", "-window", "root", "png:-"],
            env=self.environ,
            capture_output=True,
            check=True,
        ).stdout
        if path is not None:
            path.write_bytes(png)
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))

    def find(self, colour: Sequence[int], box: Box | None = None) -> tuple[int, int]:
        """Return the centre of what has ``colour`` (± 6 a channel), within left, top, w, h."""
        pixels = self.shot().astype(np.int16)
        left, top, width, height = box or (0, 0, pixels.shape[1], pixels.shape[0])
        part = pixels[top : top + height, left : left + width]
        close = (np.abs(part - np.array(colour)) <= 6).all(axis=2)
        ys, xs = np.nonzero(close)
        assert len(ys) > 50, f"nothing of colour {colour} in {box}"
        return left + int(np.median(xs)), top + int(np.median(ys))

    def close(self) -> None:
        """End everything on the screen."""
        for program in self.programs:
            if program.poll() is None:
                program.terminate()
        for program in self.programs:
            try:
                program.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                program.kill()
                program.communicate()
        for process in (self._manager, self._server):
            process.terminate()
            process.wait()


def wait_until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something holds; AssertionError that says what did not."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, what
        time.sleep(0.05)
