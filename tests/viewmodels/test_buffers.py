"""Memory for pixels comes back with the last image of it, and lies unused up to a limit."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from phota_desktop.imaging import pixels  # noqa: F401 - the program is warm
from phota_desktop.viewmodels import decoding
from phota_desktop.viewmodels.buffers import Buffers
from phota_desktop.viewmodels.images import ImageLoader
from tests.viewmodels.seen import photo

_MIB = 1 << 20


def _place(array: np.ndarray) -> int:
    place: int = array.__array_interface__["data"][0]
    return place


def test_a_buffer_is_used_again_when_the_last_image_of_it_has_gone(qapp: object) -> None:
    buffers = Buffers()
    buffers.limit = 8 * _MIB
    taken = buffers.take(4 * _MIB - 100)
    assert taken.size == 4 * _MIB - 100
    place = _place(taken)
    (image,) = decoding.wrap_levels((taken[: 1000 * 900 * 4].reshape(900, 1000, 4),))
    kept = QImage(image)
    del taken, image
    assert buffers.spare_bytes == 0
    assert _place(other := buffers.take(4 * _MIB)) != place
    del kept
    assert buffers.spare_bytes == 4 * _MIB
    assert _place(buffers.take(4 * _MIB)) == place
    assert other.size == 4 * _MIB


def test_no_more_lies_unused_than_may() -> None:
    buffers = Buffers()
    buffers.limit = 3 * _MIB
    taken = [buffers.take(2 * _MIB) for _ in range(3)]
    taken.clear()
    assert buffers.spare_bytes == 6 * _MIB
    buffers.trim()
    assert buffers.spare_bytes == 2 * _MIB
    buffers.limit = 0
    again = buffers.take(2 * _MIB)  # what fits is used, whatever the limit
    assert buffers.spare_bytes == 0
    del again
    other = buffers.take(5 * _MIB)  # what does not fit goes first
    assert buffers.spare_bytes == 0
    assert other.size == 5 * _MIB


def test_small_ones_are_left_to_the_heap() -> None:
    buffers = Buffers()
    taken = buffers.take(1000)
    assert taken.size == 1000
    del taken
    assert buffers.spare_bytes == 0


def test_buffers_may_be_let_go_in_any_thread() -> None:
    buffers = Buffers()
    buffers.limit = 100 * _MIB
    wrong: list[int] = []

    def work(mark: int) -> None:
        for _ in range(200):
            taken = buffers.take(_MIB)
            taken[::4096] = mark
            if (taken[::4096] != mark).any():
                wrong.append(mark)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert buffers.spare_bytes <= 4 * _MIB


def test_steps_through_photos_of_one_size_take_no_new_memory(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [photo(tmp_path, f"{n}.jpg", 20 * n, (1600, 1200)) for n in range(6)]
    loader = ImageLoader(cache_bytes=40 * _MIB, threads=1)
    new: set[int] = set()
    take = loader._buffers.take

    def watched(size: int) -> np.ndarray:
        taken = take(size)
        if size > 4 * _MIB:
            new.add(_place(taken))
        return taken

    loader._buffers.take = watched  # type: ignore[method-assign]
    for path in paths * 2:
        loader.request(path)

        def is_ready(path: Path = path) -> bool:
            found = loader.find(path)
            return found is not None and found.complete

        qtbot.waitUntil(is_ready)
    # Three lie in the cache, one is on its way.
    assert 1 < len(new) <= 5
    loader.close()
    assert loader._buffers.spare_bytes == 0
