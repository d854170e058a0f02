"""Starts the real program on the X display at hand, waits for its window, and closes it.

Usage: python3 packaging/smoke.py COMMAND [ARGUMENT ...]     (the program and its photos)

Exit 0 when a window titled "... Phota Desktop" came up, was painted with more than one colour,
went away when asked to, and the program ended by itself with exit 0 and nothing on standard error.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TITLE = "Phota Desktop"
START_SECONDS = 60
"""Generous: a cold machine reads 300 MB of Qt from disk first."""
SETTLE_SECONDS = 3
CLOSE_SECONDS = 20


def main(command: list[str]) -> int:
    """Run the check with ``command`` as the program; say what went wrong on standard error."""
    with tempfile.TemporaryDirectory(prefix="phota-smoke-") as home:
        log = Path(home) / "stderr.txt"
        environ = {**os.environ, "HOME": home, "PHOTA_DESKTOP_HOME": f"{home}/phota"}
        environ["QT_QPA_PLATFORM"] = "xcb"
        for name in ("PHOTA_API_KEY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
            environ.pop(name, None)
        began = time.monotonic()
        with log.open("wb") as errors:
            program = subprocess.Popen(command, env=environ, stderr=errors)
        try:
            problem = _look(program)
        finally:
            program.kill()
            program.wait()
        said = log.read_text("utf-8", "replace").strip()
        if problem or said:
            print(
                problem or "The program wrote on standard error.", said, sep="\n", file=sys.stderr
            )
            return 1
    print(f"The window came, was painted and went in {time.monotonic() - began:.1f} s.")
    return 0


def _look(program: subprocess.Popen[bytes]) -> str:
    window = _wait_for_window(program)
    if not window:
        return f"No window titled {TITLE!r} in {START_SECONDS} s (exit code {program.poll()})."
    time.sleep(SETTLE_SECONDS)
    if program.poll() is not None:
        return f"The program ended by itself with {program.returncode}."
    colours = _out("sh", "-c", f"import -window {window} png:- | identify -format %k png:-")
    if not colours.isdigit() or int(colours) < 2:
        return f"The window is blank ({colours or 'no'} colours)."
    # A polite WM_DELETE_WINDOW, as a window manager's close button sends it.
    subprocess.run([sys.executable, __file__, "--close", window], check=True)
    try:
        code = program.wait(CLOSE_SECONDS)
    except subprocess.TimeoutExpired:
        return f"The program did not end within {CLOSE_SECONDS} s of its window's close."
    return f"The program ended with {code}." if code else ""


def _wait_for_window(program: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and program.poll() is None:
        found = _out("xdotool", "search", "--onlyvisible", "--name", f"{TITLE}$")
        if found:
            return found.splitlines()[0]
        time.sleep(0.1)
    return ""


def _out(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout.strip()


def close(window: int) -> int:
    """Send WM_DELETE_WINDOW to ``window``; Xvfb has no window manager that would."""
    import ctypes

    class ClientMessage(ctypes.Structure):
        _fields_ = (
            ("type", ctypes.c_int),
            ("serial", ctypes.c_ulong),
            ("send_event", ctypes.c_int),
            ("display", ctypes.c_void_p),
            ("window", ctypes.c_ulong),
            ("message_type", ctypes.c_ulong),
            ("format", ctypes.c_int),
            ("words", ctypes.c_long * 5),
            ("rest", ctypes.c_long * 24),  # XEvent is a union of 24 longs
        )

    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x11.XSendEvent.argtypes = [
        *(ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p)
    ]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    event = ClientMessage(type=33, window=window, format=32)
    event.message_type = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
    event.words[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(display, window, 0, 0, ctypes.byref(event))
    x11.XCloseDisplay(display)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--close"]:
        sys.exit(close(int(sys.argv[2])))
    sys.exit(main(sys.argv[1:]))
