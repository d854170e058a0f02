"""The network thread runs coroutines elsewhere, passes cancels on and ends cleanly."""

from __future__ import annotations

import asyncio
import threading

import pytest

from phota_desktop.api.network import NetworkThread


async def test_work_runs_in_a_daemon_thread_of_its_own(network: NetworkThread) -> None:
    async def where() -> threading.Thread:
        return threading.current_thread()

    async def nested() -> bool:
        return await network.run(where()) is threading.current_thread()

    thread = await network.run(where())
    assert thread is not threading.current_thread()
    assert (thread.name, thread.daemon) == ("network", True)
    assert await network.run(nested())


async def test_errors_come_back(network: NetworkThread) -> None:
    async def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await network.run(fail())


async def test_cancelling_the_await_cancels_the_work(network: NetworkThread) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    async def long() -> None:
        begun.set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiting = asyncio.ensure_future(network.run(long()))
    await asyncio.to_thread(begun.wait, 5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.to_thread(cancelled.wait, 5)


async def test_close_ends_what_runs_and_refuses_more() -> None:
    network = NetworkThread()

    async def long() -> None:
        await asyncio.sleep(30)

    waiting = asyncio.ensure_future(network.run(long()))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(network.close)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 5)
    network.close()
    with pytest.raises(RuntimeError):
        await network.run(long())


async def test_what_begins_while_the_loop_ends_is_ended_too() -> None:
    network = NetworkThread()
    begun, ended = threading.Event(), []

    async def late() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.append("late")
            raise

    async def long() -> None:
        begun.set()
        try:
            await asyncio.sleep(30)
        finally:
            kept.append(asyncio.ensure_future(late()))

    kept: list[asyncio.Future[None]] = []
    waiting = asyncio.ensure_future(network.run(long()))
    await asyncio.to_thread(begun.wait, 5)
    await asyncio.to_thread(network.close)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == ["late"]  # else: "coroutine 'late' was never awaited"
    assert kept[0].cancelled()


def test_the_tls_context_is_made_once_and_obeys_no_variable(
    network: NetworkThread, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", f"{tmp_path}/keys.log")
    context = network.tls()
    assert context is network.tls()
    assert context.keylog_filename is None
    assert context.check_hostname
