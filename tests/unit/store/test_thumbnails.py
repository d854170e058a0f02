"""The cache of small pictures: bounded, shared by threads, and never a reason to fail."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from phota_desktop.store import thumbnails
from phota_desktop.store.thumbnails import ThumbnailStore


def test_what_is_kept_is_found_again_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "thumbnails.sqlite3"
    store = ThumbnailStore(path)
    assert store.find("a/320") is None
    store.keep("a/320", b"first")
    store.keep("a/320", b"second one")
    store.keep("a/800", b"large")
    assert (store.find("a/320"), store.find("a/800")) == (b"second one", b"large")
    assert store.size == 15
    store.close()
    assert path.stat().st_mode & 0o077 == 0
    again = ThumbnailStore(path)
    assert (again.find("a/320"), again.size) == (b"second one", 15)
    again.close()
    assert again.find("a/320") is None


def test_the_oldest_use_goes_first_and_the_size_stays_bounded(
    tmp_path: Path, monkeypatch: object
) -> None:
    clock = [1000]

    class Clock:
        @staticmethod
        def time() -> float:
            clock[0] += 1
            return clock[0]

    monkeypatch.setattr(thumbnails, "time", Clock)  # type: ignore[attr-defined]
    store = ThumbnailStore(tmp_path / "t.sqlite3", limit=10_000)
    for n in range(300):
        store.keep(f"{n}", bytes(100))
        assert store.find("0") is not None, n
        assert store.size <= 10_000
    kept = [n for n in range(300) if store.find(f"{n}") is not None]
    assert kept == [0, *range(kept[1], 300)]
    assert len(kept) > 80
    store.close()
    again = ThumbnailStore(tmp_path / "t.sqlite3")
    assert again.size == 100 * len(kept)
    again.close()


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite3"
    path.write_bytes(b"this is no database at all" * 400)
    store = ThumbnailStore(path)
    store.keep("a", b"x")
    assert store.find("a") == b"x"
    store.close()


def test_damage_in_the_middle_is_found_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite3"
    store = ThumbnailStore(path)
    for n in range(200):
        store.keep(f"{n}", bytes([n]) * 5000)
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:200_000] = b"\xff" * (200_000 - 8192)
    path.write_bytes(content)
    store = ThumbnailStore(path)
    found = [store.find(f"{n}") for n in range(200)]
    assert all(one in (None, bytes([n]) * 5000) for n, one in enumerate(found))
    store.keep("new", b"y")
    assert store.find("new") == b"y"
    store.close()


def test_a_file_that_another_program_holds_costs_nothing_but_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite3"
    store = ThumbnailStore(path)
    store.keep("a", b"x")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store.keep("b", b"y")
    assert store.find("a") == b"x"
    other.execute("ROLLBACK")
    other.close()
    store.keep("b", b"z")
    assert store.find("b") == b"z"
    store.close()


def test_a_folder_that_cannot_be_written_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = ThumbnailStore(tmp_path / "file" / "t.sqlite3")
    store.keep("a", b"x")
    assert store.find("a") is None
    store.close()


def test_the_files_of_earlier_versions_go(tmp_path: Path) -> None:
    old = tmp_path / "thumbnails" / "ab"
    old.mkdir(parents=True)
    (old / "abcd.jpg").write_bytes(b"x")
    ThumbnailStore(tmp_path / "thumbnails.sqlite3").close()
    assert not old.parent.exists()


def test_threads_share_it(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path / "t.sqlite3", limit=50_000)
    wrong: list[str] = []

    def work(seed: int) -> None:
        for n in range(200):
            key = f"{(n * 7 + seed) % 50}"
            store.keep(key, key.encode() * 20)
            found = store.find(key)
            if found not in (None, key.encode() * 20):
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    assert wrong == []
