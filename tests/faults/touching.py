"""Reads from strace which system calls could change files that nobody may change."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CALLS = (
    "open,openat,openat2,creat,truncate,ftruncate,fallocate,"
    "rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,"
    "chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utime,utimes,utimensat,futimesat,"
    "setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,mknod,mknodat,"
    "copy_file_range,sendfile,splice,ioctl"
)
_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")
_CALL = re.compile(r"^(?:\d+ +)?(?:<\.\.\. )?(\w+)")
_HARMLESS_IOCTL = re.compile(r"TCGETS|FIONREAD|BLKGETSIZE|FS_IOC_FIEMAP")


def command(to: Path) -> list[str]:
    """Return the words before a command that write down what it does to files.

    Plain writes are left out: what is written to was opened for that.
    """
    return [
        "strace",
        "--seccomp-bpf",
        "-f",
        "-qq",
        "-y",
        "-s",
        "0",
        "-o",
        str(to),
        "-e",
        f"trace={CALLS}",
    ]


@contextmanager
def tracing(process: int, to: Path) -> Iterator[None]:
    """Write down what a running process does to files from now on."""
    words = [word for word in command(to) if word != "--seccomp-bpf"]  # only from the start on
    watcher = subprocess.Popen([*words, "-p", str(process)], stderr=subprocess.PIPE)
    status = Path(f"/proc/{process}/status")
    end = time.monotonic() + 10
    while "TracerPid:\t0" in status.read_text():
        assert time.monotonic() < end, "strace did not attach"
        time.sleep(0.02)
    try:
        yield
    finally:
        watcher.terminate()
        watcher.communicate()


def touched(traced: Path, inputs: Sequence[Path]) -> tuple[list[str], int]:
    """Return the calls that could change an input or did, and how often one was opened to read.

    An input is known by its name, which must be one that nothing else has.
    """
    names = "|".join(re.escape(path.name) for path in inputs)
    # As a whole path or the end of one, quoted, or behind a descriptor.
    named = re.compile(rf'(?:["/])(?:{names})["<>]')
    bad, reads = [], 0
    for line in traced.read_text(errors="replace").splitlines():
        if not named.search(line):
            continue
        found = _CALL.match(line)
        call = found[1] if found else ""
        if call.startswith("open") and not _WRITING.search(line):
            reads += "ENOENT" not in line
        elif not _is_harmless(call, line, names):
            bad.append(line[:300])
    return bad, reads


def _is_harmless(call: str, line: str, names: str) -> bool:
    if call == "ioctl":
        return bool(_HARMLESS_IOCTL.search(line))
    if call.startswith("link") or "O_EXCL" in line:
        return " EEXIST " in line  # a name that was tried, and that nobody else may take
    # What is written to comes last among the descriptors, or first: an input may be the other.
    to = {"copy_file_range": 1, "splice": 1, "sendfile": 0}.get(call)
    if to is None:
        return False
    descriptors = re.findall(r"\d+<([^>]*)>", line)
    return len(descriptors) == 2 and not re.search(f"(?:{names})$", descriptors[to])
