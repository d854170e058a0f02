"""Starts the program or its tests from a checkout: makes .venv, installs what the lock names, runs.

Usage: python3 packaging/dev.py run [FILE or verb ...]
       python3 packaging/dev.py test [pytest options ...]
       python3 packaging/dev.py install [--test]
       python3 packaging/dev.py lock [--upgrade]
       python3 packaging/dev.py sbom [--test] [FILE]   (a CycloneDX bill of what is installed)

Standard library only, and in the grammar of old Pythons, so that those get a sentence too.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
LOCKS = {
    "run": ROOT / "packaging" / "requirements.lock",
    "test": ROOT / "packaging" / "requirements-test.lock",
}
"""The lock of ``test`` holds everything that ``run`` needs, in the same versions."""

LOCK_HEADER = """\
# Versions and hashes of what {name} installs, for Python 3.11 and newer; no addresses.
# Written by: python3 packaging/dev.py lock
"""
ENVIRONMENT = 3


def main(arguments: list[str]) -> int:
    """Do what ``arguments`` ask and return the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036  (an old Python is told, not traced back)
        return _stop(
            f"Phota Desktop needs Python 3.11 or newer; this is {platform.python_version()}."
        )
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if verb == "run":
        return run(rest)
    if verb == "test":
        return test(rest)
    if verb == "install":
        return prepare("test" if "--test" in rest else "run")
    if verb == "lock":
        return lock(rest)
    if verb == "sbom":
        return sbom(rest)
    print((__doc__ or "").strip())
    return 0 if verb in ("-h", "--help") else 2


def run(arguments: list[str]) -> int:
    """Start the program; a path in ``arguments`` is relative to the person's own folder."""
    sys.path.insert(0, str(ROOT))
    from phota_desktop.__main__ import for_command_line

    code = prepare("run", window=not for_command_line(arguments))
    if code:
        return code
    # -P: a file named like a module in the person's folder is not imported.
    command = [str(_python()), "-P", "-m", "phota_desktop", *arguments]
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606  (no shell is wanted)
    return subprocess.run(command, check=False).returncode


def test(arguments: list[str]) -> int:
    """Run the tests without a screen; pyproject.toml says which wait for .ci/run."""
    code = prepare("test")
    if code:
        return code
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    # All of them on every core; one file's tests stay together, in their order.
    options = arguments or ["-n", "auto", "--dist", "loadfile"]
    command = [str(_python()), "-m", "pytest", *options]
    return subprocess.run(command, check=False, cwd=ROOT, env=environ).returncode


def prepare(wanted: str, *, window: bool = False) -> int:
    """Make ``.venv`` hold what the lock of ``wanted`` names; quiet and quick if it does."""
    code = _system_libraries("xcb" if window else "offscreen")
    if code or _is_installed(wanted):
        return code
    code = _make_venv()
    if code:
        return code
    lock_file = LOCKS[wanted]
    print(f"Installing what {lock_file.relative_to(ROOT)} names into {VENV.name} ...", flush=True)
    STAMP.unlink(missing_ok=True)
    installed = _pip("install", "--require-hashes", "--only-binary=:all:", "-r", str(lock_file))
    if installed:
        return _stop("The packages could not be installed; pip says why above.")
    # The checkout is found by its address, so that changes count at once and offline.
    (_site_packages() / "phota_desktop_checkout.pth").write_text(f"{ROOT}\n", "utf-8")
    _write_stamp(wanted)
    return 0


def lock(arguments: list[str]) -> int:
    """Write both locks anew; versions stay where they fit unless ``--upgrade`` is given."""
    code = _check_venv_module()
    if code:
        return code
    folder = ROOT / ".venv-lock"
    uv = folder / ("Scripts/uv.exe" if os.name == "nt" else "bin/uv")
    if not uv.exists():
        python = uv.with_name("python.exe" if os.name == "nt" else "python")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "uv"], check=True)
    for name, lock_file in LOCKS.items():
        options = ["--universal", "--python-version=3.11", "--generate-hashes", "--quiet"]
        options += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        # The program that is started from a checkout opens every photo.
        options += ["--extra=heif", "--extra=raw"]
        if name == "test":
            options += ["--extra=c2pa", "--group=test", f"--constraints={LOCKS['run']}"]
        command = [str(uv), "pip", "compile", "pyproject.toml", *options, *arguments]
        command += [f"--output-file={lock_file}"]
        subprocess.run(command, check=True, cwd=ROOT)
        text = LOCK_HEADER.format(name=f"`dev.py {name}`") + lock_file.read_text("utf-8")
        lock_file.write_text(text, "utf-8")
    return 0


def sbom(arguments: list[str]) -> int:
    """Write the bill of materials to a file, or to standard output."""
    wanted = "test" if "--test" in arguments else "run"
    files = [one for one in arguments if not one.startswith("-")]
    if len(files) > 1 or set(arguments) - {"--test", *files}:
        _stop("Usage: python3 packaging/dev.py sbom [--test] [FILE]")
        return 2
    # Licences are what the installed packages say: what the tests need holds all of both locks.
    stream, sys.stdout = sys.stdout, sys.stderr  # what is told on the way is no part of the bill
    try:
        code = 0 if _is_installed("test") else prepare(wanted)
    finally:
        sys.stdout = stream
    if code:
        return code
    for place in (str(ROOT), str(ROOT / "packaging")):
        if place not in sys.path:
            sys.path.insert(0, place)
    import sbom as bills

    from phota_desktop import __version__

    try:
        made = bills.bill(LOCKS[wanted], _site_packages(), __version__, "MIT")
    except ValueError as problem:
        return _stop(f"The lock is not complete: {problem}.")
    text = bills.written(made)
    if files:
        Path(files[0]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _system_libraries(qt_platform: str) -> int:
    """Look for Qt's system libraries; as root on Debian or Ubuntu install what is missing."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from phota_desktop import preflight

    missing = preflight.missing_libraries(qt_platform)
    if not missing:
        return 0
    packages = preflight.packages(missing)
    if not (os.geteuid() == 0 and shutil.which("apt-get")):
        return _stop(
            f"System libraries that Qt needs are missing: {', '.join(missing)}.\n"
            f"On Debian or Ubuntu: {preflight.apt_line(missing)}"
        )
    print(f"Installing system libraries that Qt needs: {' '.join(packages)}", flush=True)
    if not _apt("install", *packages) and not (_apt("update") and _apt("install", *packages)):
        return _stop(f"They could not be installed. Try: {preflight.apt_line(missing)}")
    left = preflight.missing_libraries(qt_platform)
    return _stop(f"These are still missing: {', '.join(left)}") if left else 0


def _apt(verb: str, *packages: str) -> bool:
    options = ["-y", "--no-install-recommends"] if verb == "install" else []
    command = ["apt-get", "-qq", verb, *options, *packages]
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, check=False, env=environ, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def _is_installed(wanted: str) -> bool:
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    wished = {"python": _version(_python()), wanted: _hash(wanted)}
    return bool(wished == {name: stamp.get(name) for name in wished})


def _write_stamp(wanted: str) -> None:
    names = ("run", "test") if wanted == "test" else ("run",)
    stamp = {"python": _version(_python()), **{name: _hash(name) for name in names}}
    STAMP.write_text(json.dumps(stamp, indent=1) + "\n", "utf-8")


def _hash(name: str) -> str:
    return hashlib.sha256(LOCKS[name].read_bytes()).hexdigest()


def _make_venv() -> int:
    """Make ``.venv``, or make it anew if its Python is gone or another than this one."""
    if _version(_python()) == platform.python_version() and _pip("--version", quiet=True) == 0:
        return 0
    code = _check_venv_module()
    if code:
        return code
    print(f"Making {VENV.name} with Python {platform.python_version()} ...", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, check=False).returncode:
        return _stop("The virtual environment could not be made; Python says why above.")
    return 0


def _check_venv_module() -> int:
    """Debian and Ubuntu ship Python without the part that venv needs to bring pip."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return 0
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    return _stop(
        "This Python cannot make virtual environments.\n"
        f"On Debian or Ubuntu: sudo apt install {package}"
    )


def _python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _site_packages() -> Path:
    if os.name == "nt":
        return VENV / "Lib" / "site-packages"
    return VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def _version(python: Path) -> str:
    """Return the version of ``python`` as it answers itself; empty if it does not start."""
    code = "import platform; print(platform.python_version())"
    try:
        asked = subprocess.run(
            [str(python), "-I", "-c", code], check=False, capture_output=True, text=True
        )
    except OSError:
        return ""
    return asked.stdout.strip()


def _pip(*arguments: str, quiet: bool = False) -> int:
    environ = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [str(_python()), "-m", "pip", *([] if quiet else ["--quiet"]), *arguments]
    out = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, check=False, env=environ, stdout=out, stderr=out).returncode


def _stop(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return ENVIRONMENT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
