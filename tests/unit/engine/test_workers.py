"""The pool of processes: spawned lazily, killed when unwanted, gone when the parent is."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from phota_desktop.engine import workers
from phota_desktop.engine.errors import RefusalError, invalid
from phota_desktop.engine.workers import WorkerLostError, WorkerPool
from tests.unit.engine.conftest import until


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    made = WorkerPool(2)
    yield made
    await made.close()


async def gone(pid: int) -> None:
    await until(lambda: not psutil.pid_exists(pid))


async def test_calls_run_in_another_process_and_reuse_it(pool: WorkerPool) -> None:
    first = await pool.run(os.getpid)
    assert first != os.getpid()
    assert await pool.run(os.getpid) == first
    assert await pool.run(max, 3, 7) == 7
    assert await pool.run(os.nice, 0) >= 5


async def test_at_most_so_many_at_once(pool: WorkerPool) -> None:
    begin = time.monotonic()
    await asyncio.gather(*(pool.run(time.sleep, 0.3) for _ in range(4)))
    assert time.monotonic() - begin >= 0.6
    pids = {await pool.run(os.getpid) for _ in range(4)}
    assert len(pids) <= 2


async def test_a_refusal_comes_back_whole(pool: WorkerPool) -> None:
    with pytest.raises(RefusalError) as caught:
        await pool.run(raise_refusal)
    assert str(caught.value) == "400 X: No."
    assert await pool.run(max, 1, 2) == 2


def raise_refusal() -> None:
    raise invalid("No.", "X")


async def test_what_the_disk_refuses_is_no_mistake(pool: WorkerPool) -> None:
    with pytest.raises(RefusalError) as caught:
        await pool.run(os.mkdir, "/proc/impossible")
    assert caught.value.status == 503


async def test_a_lost_worker_is_replaced(pool: WorkerPool) -> None:
    first = await pool.run(os.getpid)
    with pytest.raises(WorkerLostError):
        await pool.run(os._exit, 3)
    assert await pool.run(os.getpid) != first


async def test_a_mistake_in_a_call_ends_only_its_worker(pool: WorkerPool) -> None:
    with pytest.raises(WorkerLostError):
        await pool.run(int, "no number")
    assert await pool.run(int, "7") == 7


async def test_giving_up_stops_the_work(pool: WorkerPool) -> None:
    pid = await pool.run(os.getpid)
    running = asyncio.create_task(pool.run(time.sleep, 60))
    await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await gone(pid)
    assert await pool.run(max, 1, 2) == 2


async def test_close_is_quick_and_final() -> None:
    pool = WorkerPool(1)
    pid = await pool.run(os.getpid)
    running = asyncio.create_task(pool.run(time.sleep, 60))
    waiting = asyncio.create_task(pool.run(time.sleep, 60))
    await asyncio.sleep(0.05)
    begin = time.monotonic()
    await pool.close()
    assert time.monotonic() - begin < 1
    for each in (running, waiting):
        with pytest.raises(WorkerLostError):
            await each
    await gone(pid)
    await pool.close()
    with pytest.raises(WorkerLostError):
        await pool.run(max, 1, 2)


async def test_an_idle_worker_gives_its_memory_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "IDLE_S", 0.1)
    pool = WorkerPool(1)
    pid = await pool.run(os.getpid)
    await gone(pid)
    assert await pool.run(os.getpid) != pid
    await pool.close()


PARENT = """
import asyncio, os, sys, time
from phota_desktop.engine.workers import WorkerPool

def busy(stamp):
    open(stamp, "w").write(str(os.getpid()))
    while True:
        pass

async def main():
    pool = WorkerPool(2)
    await asyncio.gather(pool.run(busy, sys.argv[1]), pool.run(busy, sys.argv[2]))

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    stamps = [tmp_path / "a", tmp_path / "b"]
    environ = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
    parent = subprocess.Popen([sys.executable, script, *stamps], env=environ)
    try:
        for _ in range(750):
            if all(stamp.exists() and stamp.read_text() for stamp in stamps):
                break
            time.sleep(0.02)
        workers_of_it = [psutil.Process(int(stamp.read_text())) for stamp in stamps]
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    _, alive = psutil.wait_procs(workers_of_it, 3)
    assert alive == []
