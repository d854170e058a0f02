"""Locks hold between processes and end with them, even by kill -9."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from phota_desktop.core.errors import PhotaError
from phota_desktop.store.lock import InstanceLock, JobClaim, locked

_HOLD = """
import sys
from pathlib import Path
from phota_desktop.store.lock import InstanceLock, JobClaim
kind, path = sys.argv[1], Path(sys.argv[2])
lock = InstanceLock(path)
held = lock.acquire() if kind == "instance" else (claim := JobClaim(path)).claim("job-1")
print(held, flush=True)
sys.stdin.read()
"""


def hold(kind: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _HOLD, kind, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


@pytest.fixture(params=["instance", "claim"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple]:
    kind = request.param
    path = tmp_path / "lock" if kind == "instance" else tmp_path
    process = hold(kind, path)
    assert process.stdout.readline() == "True\n"
    if kind == "instance":
        take, give = (lock := InstanceLock(path)).acquire, lock.release
    else:
        claim = JobClaim(path)
        take, give = (lambda: claim.claim("job-1")), (lambda: claim.release("job-1"))
    yield process, take, give
    give()
    process.communicate()


def test_a_killed_holder_is_followed_at_once(other: tuple) -> None:
    process, take, _ = other
    assert not take()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert take()


def test_the_holder_is_named(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path / "lock")
    assert lock.holder() is None
    process = hold("instance", tmp_path / "lock")
    process.stdout.readline()
    assert not lock.acquire()
    assert lock.holder() == process.pid
    process.communicate()
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    lock.release()


def test_claims_are_single_even_within_one_process(tmp_path: Path) -> None:
    one, two = JobClaim(tmp_path), JobClaim(tmp_path)
    assert one.claim("a")
    assert not one.claim("a")
    assert not two.claim("a")
    assert two.claim("b")
    one.release("a")
    assert two.claim("a")
    two.release("a")
    two.release("b")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError):
        one.claim("../x")


def test_many_threads_never_hold_one_claim_together(tmp_path: Path) -> None:
    inside, worst = [0], [0]

    def work() -> None:
        claim = JobClaim(tmp_path)
        for _ in range(100):
            if claim.claim("a"):
                inside[0] += 1
                worst[0] = max(worst[0], inside[0])
                inside[0] -= 1
                claim.release("a")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worst[0] == 1


def test_a_short_lock_gives_up(tmp_path: Path) -> None:
    with locked(tmp_path / "x", 1), pytest.raises(PhotaError), locked(tmp_path / "x", 0.05):
        pass
    with locked(tmp_path / "x", 0):
        pass
