"""How a decoder is started: in a sandbox of its own where the system has one, and always bare."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin")
# One thread for linear algebra, which decoding has none of: each would reserve memory.
_ENVIRON = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
_BWRAP = ("/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap")


def bwrap() -> str | None:
    """Return where bubblewrap is; not by ``PATH``, which somebody else may have set."""
    return next((place for place in _BWRAP if shutil.which(place)), None)


def start(niceness: int, sandbox: str | None) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a decoder; return its process and our end of the line. Raises OSError.

    Without ``sandbox`` it holds itself to its limits alone (decoder/limits.py).
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # With it, a message tells its sender's number as we see it, not as the sandbox does.
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    command = [sys.executable, "-I", "-m", "phota_desktop.decoder"]
    command += [str(theirs.fileno()), str(niceness)]
    if sandbox is not None:
        command = [sandbox, *_sandbox(), "--", *command]
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program, by its full name
            command,
            env=_ENVIRON,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _sandbox() -> list[str]:
    """Name all there is in the sandbox: Python, its packages and ours, to be read only."""
    found = [path for path in _SYSTEM if Path(path).is_dir()]
    links = [path for path in found if Path(path).is_symlink()]
    folders = [path for path in found if path not in links]
    own = _ROOT / "phota_desktop"
    for folder in (sys.base_prefix, sys.prefix, os.path.realpath(sys.base_prefix), str(own)):
        if not any(Path(folder).is_relative_to(known) for known in folders):
            folders.append(folder)
    rules = ["--unshare-all", "--die-with-parent", "--clearenv", "--new-session"]
    for name, value in _ENVIRON.items():
        rules += ["--setenv", name, value]
    for link in links:
        rules += ["--symlink", str(Path(link).readlink()), link]
    for folder in folders:
        rules += ["--ro-bind", folder, folder]
    return [*rules, "--chdir", "/"]
