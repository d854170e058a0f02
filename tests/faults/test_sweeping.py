"""The sweeps themselves: the shim sees what the kernel sees, and planted faults are caught."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.shim import Shim
from tests.faults.sweeping import Life, fake
from tests.faults.test_every_write import survey

TRACED = (
    *("write", "pwrite64", "writev", "pwritev", "pwritev2", "fsync", "fdatasync", "ftruncate"),
    *("fallocate", "sendfile", "copy_file_range", "truncate", "rename", "renameat", "renameat2"),
    *("link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"),
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "open", "openat", "creat"),
)
_SAME = {"pwrite64": "pwrite", "linkat": "link", "renameat2": "rename", "renameat": "rename"}
_SAME |= {"openat": "open", "creat": "open", "unlinkat": "unlink", "mkdirat": "mkdir"}
_SAME |= {"fchmod": "chmod", "fchmodat": "chmod", "fchmodat2": "chmod", "rmdir": "unlink"}


def _of_the_kernel(trace: Path, life: Life) -> Counter[str]:
    """Return how often the kernel saw each write-type call below the folders of a life."""
    below = re.compile(rf"[<\"]({re.escape(str(life.home))}|{re.escape(str(life.out))})[/\">]")
    counts: Counter[str] = Counter()
    for line in trace.read_text("utf-8", "replace").splitlines():
        found = re.match(r"\d+ +(\w+)\((.*)", line)
        if found is None or not below.search(found[2]):
            continue
        name = found[1]
        if name in ("open", "openat") and not re.search("O_CREAT|O_TRUNC|O_TMPFILE", found[2]):
            continue
        counts[_SAME.get(name, name)] += 1
    return counts


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "has_window",
    [
        pytest.param(False, id="command line", marks=pytest.mark.faults),
        pytest.param(True, id="window", marks=pytest.mark.slow),
    ],
)
def test_the_shim_sees_what_the_kernel_sees(tmp_path: Path, has_window: bool) -> None:
    with fake(tmp_path) as server:
        life = Life(tmp_path / "life", server, has_window)
        trace = tmp_path / "trace"
        shim = Shim((life.home, life.out), life.log)
        given = [
            word for name, value in shim.environ().items() for word in ("-E", f"{name}={value}")
        ]
        strace = ["strace", "-f", "-y", "-s", "4096", "-o", str(trace), *given]
        strace += ["-e", "trace=" + ",".join(f"?{name}" for name in TRACED), "--"]
        life.through = strace
        ended = life.job(seconds=90.0)
        assert ended.code == 0, ended.said
        seen = Counter(_SAME.get(call.name, call.name) for call in life.calls())
        assert sum(seen.values()) > 200
        # Children do not inherit the shim, and must not write there either.
        assert seen == _of_the_kernel(trace, life)


def _caught(folder: Path, module: str, name: str, below: str, strike: Shim) -> list[str]:
    """Return what a planted fault was caught at; calls count ``below`` a path of the life alone.

    What several threads do elsewhere moves no number then.
    """
    with fake(folder) as server:
        life = Life(folder / name, server, mutant=(module, name))
        ended = life.job(replace(strike, roots=(life.folder / below,)))
        assert ended.killed, ended.said
        life.restart()
        return life.check()


def _has(caught: list[str], words: str) -> bool:
    return any(words in one for one in caught)


@pytest.mark.faults
@pytest.mark.timeout(120)
def test_planted_faults_are_caught(tmp_path: Path) -> None:
    mutants = "tests.faults.disk_mutants"
    folders = [tmp_path / str(n) for n in range(3)]
    for folder in folders:
        folder.mkdir()
    # Folder, file, its content again, the write.
    caught = _caught(folders[0], mutants, "in-place", "out", Shim().tear(4))
    assert _has(caught, "no whole picture"), caught
    # Folder, old part, part, write, sync, link, sync: the picture is there and not journalled.
    caught = _caught(folders[1], mutants, "delivers-anew", "out", Shim().kill(8))
    assert _has(caught, "delivered twice"), caught
    # Between the money and its answer: a request is added, sent, and then accepted.
    calls = survey(tmp_path, has_window=False)
    claimed = next(call.number for call in calls if call.path.suffix == ".lock")
    journal = [call for call in calls if call.path.name == "journal.sqlite3-journal"]
    commits = [n for n, call in enumerate(journal, 1) if call.name == "open"]
    added = sum(call.number < claimed for call in journal if call.name == "open")
    kill = Shim().kill(commits[added + 1] + 3)
    where = "home/journal.sqlite3-journal"
    caught = _caught(folders[2], "tests.faults.mutant", "fresh-id", where, kill)
    assert _has(caught, "double charges"), caught
