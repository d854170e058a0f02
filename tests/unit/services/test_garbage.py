"""Garbage is collected in the loop's own thread and in no other."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from phota_desktop.services import garbage
from tests.unit.services.conftest import Open


class _Cycle:
    """Garbage that only the collector finds; tells in which thread it went."""

    def __init__(self, gone_in: list[int]) -> None:
        self.me = self
        self.gone_in = gone_in

    def __del__(self) -> None:
        self.gone_in.append(threading.get_ident())


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


async def test_cycles_of_any_thread_go_in_the_thread_of_the_loop(
    open_real_services: Open, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "PAUSE", 0.01)
    gone_in: list[int] = []
    async with open_real_services() as services:
        garbage.collect_here(services.queue)
        assert not gc.isenabled()

        def work() -> None:
            for _ in range(5000):  # far beyond the collector's own thresholds
                _Cycle(gone_in)

        await services.threads.files(work)
        async with asyncio.timeout(10):
            while len(gone_in) < 5000:
                await asyncio.sleep(0.01)
    assert set(gone_in) == {threading.get_ident()}
