"""Checking many photos: order, progress, cancelling, memory, and what is remembered."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.services import checking
from phota_desktop.services.checking import PhotoChecker


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{n}.jpg" for n in range(8)]
    for n, path in enumerate(paths):
        Image.effect_noise((200 + n, 150), 60).convert("RGB").save(path)
    return paths


async def test_facts_come_in_order_with_progress(photos: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "notes.txt"
    bad.write_text("no photo")
    told: list[tuple[int, int]] = []
    here = threading.get_ident()

    def hear(done: int, of: int) -> None:
        assert threading.get_ident() == here
        told.append((done, of))

    facts = await PhotoChecker().measure([*photos, bad], hear)
    assert [fact.path for fact in facts] == [*photos, bad]
    assert [fact.width for fact in facts[:-1]] == list(range(200, 208))
    assert "notes.txt" in facts[-1].problem
    assert told == [(n, 9) for n in range(10)]


async def test_nothing_to_check_is_nothing() -> None:
    assert await PhotoChecker().measure([]) == ()


async def test_cancelling_begins_no_further_photo(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_WORKERS", 1)
    begun = asyncio.Event()
    told: list[int] = []

    def hear(done: int, _: int) -> None:
        told.append(done)
        if done == 1:
            begun.set()

    many = [path.with_name(f"{n}-{path.name}") for n in range(40) for path in photos]
    for n, path in enumerate(many):
        path.hardlink_to(photos[n % len(photos)])
    checker = PhotoChecker()
    work = asyncio.create_task(checker.measure(many, hear))
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    ended = time.monotonic() + 10
    while any(one.name.startswith("checking") for one in threading.enumerate()):
        assert time.monotonic() < ended
        await asyncio.sleep(0.01)
    assert max(told) < len(many)
    assert len(checker._known) < len(many)


async def test_unchanged_files_are_not_measured_again(photos: list[Path]) -> None:
    checker = PhotoChecker()
    first = await checker.measure(photos)
    again = await checker.measure(photos[::-1])
    assert all(new is old for new, old in zip(again, first[::-1], strict=True))
    Image.effect_noise((90, 80), 60).convert("RGB").save(photos[0])
    os.utime(photos[0], (1, 1))
    assert (await checker.measure(photos[:1]))[0].width == 90


async def test_photos_too_large_for_the_room_are_measured_alone(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MEMORY", 1)
    assert all(not fact.problem for fact in await PhotoChecker().measure(photos))


def test_the_room_is_never_overfull() -> None:
    room = checking._Room(100)
    inside, most, lock = 0, 0, threading.Lock()

    def work(amount: int) -> None:
        nonlocal inside, most
        with room.taken(amount):
            with lock:
                inside += amount
                most = max(most, inside)
            time.sleep(0.005)
            with lock:
                inside -= amount

    threads = [threading.Thread(target=work, args=(amount,)) for amount in (60, 50, 40, 30) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 60 <= most <= 100
    assert inside == 0
