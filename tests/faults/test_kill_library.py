"""A delete, its undo and an export, killed at any write: nothing is lost, nothing is half-written.

``PHOTA_TEST_POINTS`` is how many calls of each the quick part kills at (default 1); the full part
kills at every one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.fake_phota.pictures import picture
from tests.faults.shim import Call
from tests.faults.sweeping import PICTURES, Ended, Life, fake, spread

POINTS = int(os.environ.get("PHOTA_TEST_POINTS", "1"))
WORKERS = 2
DEEDS = ("delete", "undo", "export")


class Shelf:
    """A life with two results, put back to that before each deed: its paths are in its journal."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._server = fake(folder)
        self._server.start()
        self.life = Life(folder / "life", self._server, has_window=True)
        self._kept = folder / "kept"
        ended = self.life.job()
        assert ended.code == 0, ended.said
        assert self.life.check() == []
        [charge] = self._server.ledger.charges()
        self.wanted = [picture(charge["job_id"], n) for n in range(PICTURES)]
        shutil.copytree(self.life.folder, self._kept)

    def close(self) -> None:
        """Stop the server."""
        self._server.close()

    def again(self) -> None:
        """Put everything back to how it was before the first deed."""
        shutil.rmtree(self.life.folder)
        shutil.copytree(self._kept, self.life.folder)
        self.life.trouble = []

    @property
    def exported(self) -> Path:
        """The folder of the export."""
        return self.life.folder / "exported"

    def do(self, deed: str, at: int = 0) -> Ended:
        """Do a deed, killed at call ``at`` of it; 0 lets it live."""
        self.exported.mkdir(exist_ok=True)
        shim = self.life.shim(armed=False)
        shim = type(shim)((*shim.roots, self.exported), shim.log, armed=False)
        arguments = [str(self.exported)] if deed == "export" else []
        return self.life.run(deed, *arguments, shim=shim.kill(at) if at else shim)

    def check(self) -> list[str]:
        """Return what is wrong after the next start."""
        life = self.life
        ended = life.restart()
        if ended.code != 0:
            life.trouble.append(f"the restart ended with {ended.code}: {ended.said[-500:]}")
        trash = life.folder / "data" / "Trash" / "files"
        places = (life.home / "vault", life.out, trash, self.exported)
        files = {
            path: path.read_bytes()
            for place in places
            if place.exists()
            for path in place.iterdir()
            if path.is_file()
        }
        for wanted in self.wanted:
            kept = [path for path, held in files.items() if held == wanted]
            if not any(path.parent != self.exported for path in kept):
                life.trouble.append("a paid picture is lost")
        for path, held in files.items():
            if path.suffix == ".xmp":
                whole = held.rstrip().endswith((b"?>", b"</x:xmpmeta>"))
            else:
                whole = held in self.wanted
            if not whole:
                life.trouble.append(f"{path.name} is not whole: {len(held)} bytes")
        life.trouble += self._rows()
        life.check_leftovers(life.folder / "data", self.exported)
        return life.trouble

    def _rows(self) -> Iterator[str]:
        """Tell where the library says something else than the disk."""
        with sqlite3.connect(self.life.home / "journal.sqlite3") as database:
            rows = database.execute(
                "SELECT path, vault, deleted FROM pictures WHERE kind = 'result'"
            ).fetchall()
            unfinished = database.execute(
                "SELECT count(*) FROM disposals WHERE moved = 0"
            ).fetchone()[0]
        database.close()
        if unfinished:
            yield f"{unfinished} deletes are not finished"
        if len(rows) != PICTURES:
            yield f"the library has {len(rows)} results"
        for path, vault, deleted in rows:
            there = [Path(os.fsdecode(one)).exists() for one in (path, vault)]
            if deleted is None and not there[0]:
                yield f"a picture is shown whose file is gone: {path!r}"
            if deleted is not None and any(there):
                yield f"a deleted picture is still there: {path!r}"


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Shelf]]:
    made: list[Shelf] = []
    try:
        for n in range(WORKERS):
            made.append(Shelf(tmp_path_factory.mktemp("shelf") / str(n)))
        yield made
    finally:
        for shelf in made:
            shelf.close()


def survey(shelf: Shelf, deed: str) -> list[Call]:
    """Do a deed without a fault; return its write-type calls."""
    shelf.again()
    ended = shelf.do(deed)
    assert ended.code == 0, ended.said
    calls = shelf.life.calls()
    assert shelf.check() == []
    return calls


def sweep(shelves: list[Shelf], deed: str, numbers: list[int]) -> dict[int, list[str]]:
    """Kill a deed at each of these calls; return what is wrong, by call."""
    free: SimpleQueue[Shelf] = SimpleQueue()
    for shelf in shelves:
        free.put(shelf)

    def kill(at: int) -> list[str]:
        shelf = free.get()
        try:
            shelf.again()
            shelf.do(deed, at)
            return shelf.check()
        finally:
            free.put(shelf)

    with ThreadPoolExecutor(len(shelves)) as pool:
        found = zip(numbers, pool.map(kill, numbers), strict=True)
        return {at: trouble for at, trouble in found if trouble}


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize("deed", ["undo", "export"])
def test_some_kills_of_a_deed_lose_nothing(shelves: list[Shelf], deed: str) -> None:
    calls = [call for call in survey(shelves[0], deed) if "journal" not in call.path.name]
    # The middle is where some is moved or written, and some is not.
    assert sweep(shelves, deed, spread([call.number for call in calls], POINTS + 2)[1:-1]) == {}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("deed", DEEDS)
def test_kills_at_every_write_of_a_deed_lose_nothing(shelves: list[Shelf], deed: str) -> None:
    numbers = [call.number for call in survey(shelves[0], deed)]
    assert sweep(shelves, deed, numbers) == {}
