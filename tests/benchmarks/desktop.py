"""A private X display for benchmarks, watched from outside: the pixels that change on it."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 2560, 1440
ROWS = 24
"""Rows of the screen that are looked at, spread over its height."""
STEP = 4
SETTLE_S = 1.2
"""A picture is final when nothing in it has changed for so long."""
LIMIT_S = 25.0
QUADRANT_SHARE = 0.006
"""Each tint must fill this part of the sampled pixels."""

Pixels = NDArray[np.int16]
_Z_PIXMAP = 2
_ALL_PLANES = 0xFFFFFFFF
_MAXIMIZED = (
    '<?xml version="1.0"?><openbox_config xmlns="http://openbox.org/3.4/rc"><applications>'
    '<application class="*" type="normal"><maximized>yes</maximized><decor>no</decor>'
    "</application></applications></openbox_config>"
)


@dataclass(frozen=True)
class Launch:
    """Milliseconds from just before the fork to the first tinted picture and to its last change."""

    picture: float
    final: float
    area: float


class _Image(ctypes.Structure):
    """The head of Xlib's XImage, as far as its pixels."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("width", "height", "xoffset", "format")),
        ("data", ctypes.POINTER(ctypes.c_ubyte)),
    ]


def _xlib() -> ctypes.CDLL:
    library = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    library.XOpenDisplay.restype = ctypes.c_void_p
    library.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    library.XDefaultRootWindow.restype = ctypes.c_ulong
    library.XGetImage.restype = ctypes.POINTER(_Image)
    library.XGetImage.argtypes = [
        *(ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int),
        *(ctypes.c_uint, ctypes.c_uint, ctypes.c_ulong, ctypes.c_int),
    ]
    library.XDestroyImage.argtypes = [ctypes.POINTER(_Image)]
    library.XCloseDisplay.argtypes = [ctypes.c_void_p]
    return library


@dataclass
class Desktop:
    """Xvfb, openbox that maximises every window, a session bus and an empty home."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        read, write = os.pipe()
        size = f"{WIDTH}x{HEIGHT}x24"
        server = ("Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-screen", "0", size)
        self._running.append(subprocess.Popen(server, pass_fds=(write,), stderr=subprocess.DEVNULL))
        os.close(write)
        with os.fdopen(read) as told:
            display = f":{told.readline().strip()}"
        self.home.mkdir(mode=0o700, exist_ok=True)
        self.environ = {
            **os.environ,
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home),
            "PHOTA_DESKTOP_HOME": str(self.home / "phota"),
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "GTK_A11Y": "none",
        }
        # An installed program has its bytecode, and no name must lead out of this home.
        for name in ("PYTHONDONTWRITEBYTECODE", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
            self.environ.pop(name, None)
        for name in [name for name in self.environ if name.endswith("_HOME") and "XDG" in name]:
            del self.environ[name]
        self._start_services()
        self._library = _xlib()
        self._display = self._library.XOpenDisplay(display.encode())
        self._root = self._library.XDefaultRootWindow(self._display)
        time.sleep(1)

    def _start_services(self) -> None:
        rules = self.home / "openbox.xml"
        rules.write_text(_MAXIMIZED)
        if shutil.which("openbox"):
            command = ("openbox", "--config-file", str(rules))
            self._running.append(
                subprocess.Popen(command, env=self.environ, stderr=subprocess.DEVNULL)
            )
        if shutil.which("dbus-daemon"):
            bus = subprocess.Popen(
                ("dbus-daemon", "--session", "--print-address", "--nofork"),
                env=self.environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._running.append(bus)
            assert bus.stdout is not None
            with bus.stdout as told:
                self.environ["DBUS_SESSION_BUS_ADDRESS"] = told.readline().decode().strip()

    def sample(self) -> Pixels:
        """Return sampled pixels of the screen, rows × columns × blue, green, red."""
        seen = np.empty((ROWS, WIDTH // STEP, 3), np.int16)
        for row in range(ROWS):
            y = int((row + 0.5) * HEIGHT / ROWS)
            image = self._library.XGetImage(
                self._display, self._root, 0, y, WIDTH, 1, _ALL_PLANES, _Z_PIXMAP
            )
            line = np.ctypeslib.as_array(image.contents.data, shape=(WIDTH * 4,))
            seen[row] = line.reshape(WIDTH, 4)[::STEP, :3]
            self._library.XDestroyImage(image)
        return seen

    def launch(self, command: Sequence[str]) -> Launch:
        """Start a program, wait for its final picture of four tints, and end it.

        Raises AssertionError when no picture comes.
        """
        assert quadrants(self.sample()) is None, "a picture of the last program is still there"
        with (self.home / "output.log").open("ab") as log:
            began = time.perf_counter()
            process = subprocess.Popen(
                command,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            return self._watch(began, process)
        finally:
            _end(process)
            while quadrants(self.sample()) is not None and time.perf_counter() - began < LIMIT_S:
                time.sleep(0.05)
            time.sleep(0.2)

    def _watch(self, began: float, process: subprocess.Popen[bytes]) -> Launch:
        picture = final = area = 0.0
        last: Pixels | None = None
        while True:
            pixels = self.sample()
            now = time.perf_counter() - began
            mask = quadrants(pixels)
            if mask is not None:
                shown = np.where(mask[..., None], pixels, 0).astype(np.int16)
                if last is None:
                    picture = final = now
                elif float((np.abs(shown - last) > 6).mean()) > 0.001:
                    final = now
                last, area = shown, float(mask.mean())
                if now - final > SETTLE_S:
                    return Launch(picture * 1000, final * 1000, area)
            elif process.poll() not in (None, 0) or now > LIMIT_S:
                raise AssertionError(f"no picture after {now:.1f} s (exit {process.returncode})")
            time.sleep(0.003)

    def close(self) -> None:
        """End the display and what runs on it."""
        self._library.XCloseDisplay(self._display)
        for process in reversed(self._running):
            process.terminate()
            process.wait()


def quadrants(pixels: Pixels) -> NDArray[np.bool_] | None:
    """Return where the picture is, if red and green lie over blue and yellow; else None."""
    blue, green, red = (pixels[..., n] for n in range(3))
    tints = (
        red - np.maximum(green, blue) > 90,
        green - np.maximum(red, blue) > 90,
        blue - np.maximum(red, green) > 90,
        (np.minimum(red, green) - blue > 90) & (np.abs(red - green) < 90),
    )
    centres = []
    for tint in tints:
        if tint.mean() < QUADRANT_SHARE:
            return None
        ys, xs = np.nonzero(tint)
        centres.append((float(np.median(ys)), float(np.median(xs))))
    reds, greens, blues, yellows = centres
    in_order = (reds[1] < greens[1] and blues[1] < yellows[1] and reds[0] < blues[0]) and greens[
        0
    ] < yellows[0]
    found: NDArray[np.bool_] = tints[0] | tints[1] | tints[2] | tints[3]
    return found if in_order else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process group that :meth:`Desktop.launch` began."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
