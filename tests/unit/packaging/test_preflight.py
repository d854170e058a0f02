"""A machine that cannot open a window is told so in one sentence, with what to do."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from phota_desktop import preflight

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Qt's wheels are whole elsewhere")


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set of library names that the loader pretends not to have."""
    names: set[str] = set()
    real = ctypes.CDLL

    def load(name: str, *arguments: object) -> ctypes.CDLL:
        if name in names:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return real(name)

    monkeypatch.setattr(ctypes, "CDLL", load)
    return names


def test_this_machine_lacks_nothing() -> None:
    assert preflight.missing_libraries() == ()
    assert preflight.problem({"QT_QPA_PLATFORM": "offscreen"}) == ""


def test_the_sentence_names_library_and_package(lacking: set[str]) -> None:
    lacking |= {"libxcb-cursor.so.0", "libEGL.so.1"}
    said = preflight.problem({"DISPLAY": ":1"})
    assert "\n" not in said
    assert "libEGL.so.1, libxcb-cursor.so.0" in said
    assert said.endswith("sudo apt install libegl1 libxcb-cursor0")


def test_x11_libraries_matter_only_on_x11(lacking: set[str]) -> None:
    lacking |= set(preflight.X11_PACKAGES)
    assert preflight.missing_libraries() == tuple(preflight.X11_PACKAGES)
    assert preflight.missing_libraries("offscreen") == ()
    assert preflight.problem({"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert preflight.problem({"WAYLAND_DISPLAY": "wayland-0"}) == ""


def test_a_bare_machine_gets_every_package_of_the_documents(lacking: set[str]) -> None:
    lacking |= {*preflight.QT_PACKAGES, *preflight.X11_PACKAGES}
    documented = (
        "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libbrotli1 libxkbcommon-x11-0 "
        "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-image0 "
        "libxcb-render-util0"
    )
    named = preflight.apt_line(preflight.missing_libraries()).removeprefix("sudo apt install ")
    assert set(documented.split()) <= set(named.split())


@pytest.mark.parametrize("environ", [{}, {"QT_QPA_PLATFORM": "xcb"}, {"DISPLAY": ""}])
def test_no_display(environ: dict[str, str]) -> None:
    assert preflight.problem(environ).startswith("There is no display")


def test_a_display_that_does_not_answer() -> None:
    assert preflight.problem({"DISPLAY": ":4711"}).startswith("The display :4711 does not answer")


@pytest.mark.parametrize("wish", ["offscreen", "minimal:x", "vnc:size=10x10"])
def test_platforms_without_a_display(wish: str) -> None:
    assert preflight.problem({"QT_QPA_PLATFORM": wish}) == ""


def test_the_program_ends_with_exit_3_and_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "phota_desktop", "photo.jpg"],
        cwd=ROOT,
        env={"PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1


def test_every_library_of_qts_own_wheel_is_looked_for() -> None:
    """Read what the libraries and the X11 plug-in link to, so that a new Qt cannot surprise."""
    import PySide6

    folder = Path(PySide6.__file__).parent / "Qt"
    files = [folder / "lib" / f"libQt6{name}.so.6" for name in ("Core", "Gui", "Widgets")]
    files += [folder / "lib" / f"libQt6{name}.so.6" for name in ("Network", "DBus", "XcbQpa")]
    files += [folder / "plugins" / "platforms" / "libqxcb.so"]
    known = {*preflight.QT_PACKAGES, *preflight.X11_PACKAGES}
    # What comes with every C++ system, or as a dependency of a package that is looked for.
    implied = {"libxcb.so.1", "libxcb-util.so.1", "libxcb-render.so.0", "libxcb-shm.so.0"}
    implied |= {"libxcb-sync.so.1", "libxcb-xfixes.so.0", "libgthread-2.0.so.0"}
    implied |= {"libz.so.1", "libzstd.so.1", "libbrotlicommon.so.1", "libresolv.so.2"}
    implied |= {"libstdc++.so.6", "libgcc_s.so.1", "libc.so.6", "libm.so.6", "libpthread.so.0"}
    for path in files:
        linked = {name for name in known | implied if name.encode() + b"\0" in path.read_bytes()}
        assert linked
        assert needed(path) - implied - known == set(), path.name


def needed(path: Path) -> set[str]:
    """Return the outside libraries in the string table of a 64-bit shared object."""
    import re

    content = path.read_bytes()
    names = {match.decode() for match in re.findall(rb"\0(lib[\w.+-]+\.so\.\d+)(?=\0)", content)}
    return {name for name in names if not name.startswith(("libQt6", "libicu"))}
