"""Says in one sentence what the system lacks for a window, before Qt is loaded and aborts.

Standard library only, and no import at the top that costs time: it stands on the way to the window.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

QT_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libbrotlidec.so.1": "libbrotli1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""What Qt's own libraries link to on every platform, and the Debian package that holds it."""

X11_PACKAGES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What Qt's X11 plug-in links to beyond that; without one of them Qt ends in an abort."""

NO_SCREEN = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")
"""Qt platforms that need no X11 or Wayland display."""


def missing_libraries(platform: str = "xcb") -> tuple[str, ...]:
    """Return the system libraries (file names) that Qt needs on ``platform`` and cannot load.

    ``platform`` is a name as in ``QT_QPA_PLATFORM``. Always empty outside Linux, where Qt's
    wheels are complete.
    """
    if sys.platform != "linux":
        return ()
    needed = [*QT_PACKAGES, *(X11_PACKAGES if platform == "xcb" else ())]
    return tuple(name for name in needed if not _loads(name))


def packages(libraries: tuple[str, ...]) -> tuple[str, ...]:
    """Return the Debian packages that hold ``libraries``, without doubles, in the same order."""
    known = QT_PACKAGES | X11_PACKAGES
    return tuple(dict.fromkeys(known[name] for name in libraries))


def apt_line(libraries: tuple[str, ...]) -> str:
    """Return the one command that installs ``libraries`` on Debian and Ubuntu."""
    return f"sudo apt install {' '.join(packages(libraries))}"


def problem(environ: Mapping[str, str] = os.environ) -> str:
    """Return the sentence that says why no window can open here; empty if one can."""
    if sys.platform != "linux":
        return ""
    platform = _platform(environ)
    if not platform:
        return (
            "There is no display to open a window on; start Phota Desktop in a desktop session, "
            "or use its command line (phota-desktop --help)."
        )
    # Elsewhere Python cannot import Qt where a library is missing: see missing_words. On X11 Qt
    # loads a plug-in with more needs, and ends in an abort where that fails or no server answers.
    if platform == "xcb" and (words := missing_words(platform)):
        return words
    if platform == "xcb" and not _x_server_answers(environ):
        return (
            f"The display {environ['DISPLAY']} does not answer; start Phota Desktop in a desktop "
            "session, or use its command line (phota-desktop --help)."
        )
    return ""


def missing_words(platform: str = "") -> str:
    """Return the sentence for the libraries that Qt needs and cannot load; empty for none."""
    missing = missing_libraries(platform)
    if not missing:
        return ""
    return (
        f"Qt cannot open a window because these system libraries are missing: "
        f"{', '.join(missing)}. On Debian or Ubuntu: {apt_line(missing)}"
    )


def _platform(environ: Mapping[str, str]) -> str:
    """Return the Qt platform that will be used; empty if there is no display for it."""
    chosen = environ.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if chosen in NO_SCREEN:
        return chosen
    if environ.get("WAYLAND_DISPLAY") and not chosen.startswith("xcb"):
        return "wayland"
    return "xcb" if environ.get("DISPLAY") else ""


def _loads(name: str) -> bool:
    import ctypes

    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _x_server_answers(environ: Mapping[str, str]) -> bool:
    """Connect to the X server as Qt will, since Qt aborts where that fails; about 1 ms."""
    import ctypes

    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    for function in (xcb.xcb_connection_has_error, xcb.xcb_disconnect):
        function.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(os.fsencode(environ["DISPLAY"]), None)
    trouble = int(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return trouble == 0
