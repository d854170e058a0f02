"""The library over real jobs, files and a trash: found, marked, deleted, restored, found again."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.jobs import Engine, JobState
from phota_desktop.core.library import (
    Flag,
    Label,
    LibraryChange,
    LibraryQuery,
    Marks,
    PictureKind,
    photo_key,
)
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.store.files import sha256_of
from phota_desktop.store.journal import Journal
from phota_desktop.store.paths import AppFolders
from tests.unit.services.conftest import Open
from tests.unit.services.libraries import Opened, make, with_a_trash


@pytest.fixture
def opened(open_real_services: Open, tmp_path: Path) -> Opened:
    return with_a_trash(open_real_services, tmp_path / "trash")


async def test_a_real_job_is_found_when_it_ends(opened: Opened, photo: Path, out_dir: Path) -> None:
    async with opened() as services:
        library, seen = services.library, set[str]()
        library.changed.subscribe(lambda change: seen.update(change.keys))
        job = await services.queue.submit(
            EnhanceRequest(photo, variants=2), engine=Engine.LOCAL, out_dir=out_dir
        )
        job = await services.queue.wait(job.id)
        source, first, second = await library.family(f"{job.id}:0")
        assert first.path == job.variants[0].copy_path
        assert (source.path, first.parent) == (photo, source.key)
        assert source.key == photo_key(sha256_of(photo))
        found = await library.find(LibraryQuery(text="img_1 enh"))
        assert found.numbers == (second.number, first.number)
        assert await library.pictures(found.numbers) == [second, first]
        assert await library.at(job.variants[1].vault_path) == second
        assert await library.job_of(second.key) == job
        assert await library.jobs_from(photo) == [job]
        # A copy of the photo under another name is the same photo.
        other = photo.with_name("renamed.jpg")
        other.write_bytes(photo.read_bytes())
        assert await library.at(other) == source
        assert await library.jobs_from(other) == [job]
        assert seen >= {source.key, first.key, second.key}


async def test_a_copy_that_was_moved_leaves_the_result_findable(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened() as services:
        library = services.library
        job = make(services, "a", 2)
        moved = job.variants[0]
        assert moved.copy_path is not None
        elsewhere = moved.copy_path.rename(tmp_path / "delivered.jpg")
        first, second = (await library.family("a:0"))[1:]
        assert (first.path, second.path) == (moved.vault_path, job.variants[1].path)
        assert await library.picture("a:0") == first
        assert await library.pictures([second.number, first.number]) == [second, first]
        # The file itself is known by what it holds, wherever it lies.
        assert await library.at(elsewhere) == first
        assert await library.at(moved.vault_path) == first
        child = replace(job, id="b", client_request_id="b", variants=(), sequence=0)
        services.journal.add(replace(child, source_sha256=(moved.sha256,)))
        assert [one.id for one in await library.jobs_from(elsewhere)] == ["b"]
        # And when it comes back, say on a disk that was away, it is shown again.
        elsewhere.rename(moved.copy_path)
        again = await library.picture("a:0")
        assert again is not None
        assert again.path == moved.copy_path
        await library.delete(["a:0"])
        gone = await library.picture("a:0")
        assert gone is not None
        assert gone.path == moved.copy_path


async def test_what_another_program_brought_is_found_at_the_next_look(opened: Opened) -> None:
    async with opened() as services:
        library, seen = services.library, set[str]()
        library.changed.subscribe(lambda change: seen.update(change.keys))
        with closing(Journal(services.folders.journal_file)) as journal:
            make(replace(services, journal=journal), "a")
        assert (await library.find(LibraryQuery())).numbers == ()
        for _ in range(200):
            if "a:0" in seen:
                break
            await asyncio.sleep(0.02)
        assert len((await library.find(LibraryQuery())).numbers) == 2


async def test_a_mark_right_after_the_job_is_not_lost(opened: Opened) -> None:
    async with opened() as services:
        make(services, "a")
        await services.library.mark(["a:0"], stars=4)
        picture = await services.library.picture("a:0")
        assert picture is not None
        assert picture.marks == Marks(4)


async def test_marks_are_undone_and_done_again_in_steps(opened: Opened) -> None:
    async with opened() as services:
        library, told = services.library, list[None]()
        library.history_changed.subscribe(told.append)
        job = make(services, "a", 2)
        paths = [variant.path for variant in job.variants]
        await library.watch(paths)

        def marks() -> list[Marks]:
            return [library.marks_of(path) for path in paths]

        await library.mark(["a:0", "a:1"], stars=3)
        await library.mark(["a:1"], flag=Flag.REJECT, label=Label.RED)
        await library.mark(["a:1"], flag=Flag.REJECT)  # changes nothing: no step
        assert marks() == [Marks(3), Marks(3, Flag.REJECT, Label.RED)]
        assert await library.undo() == "Rejection, Red label on 1 picture"
        assert await library.undo() == "3 stars on 2 pictures"
        assert marks() == [Marks(), Marks()]
        assert (library.can_undo, library.can_redo) == (False, True)
        assert await library.undo() is None
        assert await library.redo() == "3 stars on 2 pictures"
        assert marks() == [Marks(3), Marks(3)]
        await library.mark(["a:0"], stars=1)
        assert await library.redo() is None
        assert len(told) == 6
        with pytest.raises(ValueError, match="stars"):
            await library.mark(["a:0"], stars=6)


async def test_held_keys_are_carried_out_in_their_order(opened: Opened) -> None:
    async with opened() as services:
        library = services.library
        make(services, "a")
        stars = [1, 5, 2, 4, 3, 0, 5, 1, 4, 2]
        await asyncio.gather(*(library.mark(["a:0"], stars=n) for n in stars))
        picture = await library.picture("a:0")
        assert picture is not None
        assert picture.marks.stars == 2
        for n in reversed(stars[:-1]):
            await library.undo()
            picture = await library.picture("a:0")
            assert picture is not None
            assert picture.marks.stars == n


async def test_the_clean_up_spares_picks_and_stars_and_begins_with_the_rejected(
    opened: Opened,
) -> None:
    async with opened() as services:
        library = services.library
        for n, name in enumerate("abcdef"):
            make(services, name, created=86_400.0 * 40 * n)
        await library.mark(["a:0"], flag=Flag.PICK)
        await library.mark(["b:0"], stars=1)
        await library.mark(["f:0", "d:0"], flag=Flag.REJECT)
        plan = await library.clean_up(1)
        assert [one.key for one in plan] == ["d:0"]
        plan = await library.clean_up(1_000_000)
        assert [one.key for one in plan] == ["d:0", "f:0", "c:0", "e:0"]
        use = await library.disk_use()
        size = 2 * len(b"a 0")
        assert (use.all.pictures, use.all.bytes) == (6, 6 * size)
        assert (use.rejected.pictures, use.deletable.bytes) == (2, 4 * size)
        assert sum(room.bytes for _, room in use.by_month) == use.all.bytes
        assert [month for month, _ in use.by_month] == sorted(
            (month for month, _ in use.by_month), reverse=True
        )
        await library.delete([one.key for one in plan])
        assert (await library.disk_use()).all.pictures == 2


async def test_a_photo_that_moved_is_found_by_what_it_holds(
    opened: Opened, photo: Path, tmp_path: Path
) -> None:
    async with opened() as services:
        library = services.library
        mine = await library.remember_photo(photo)
        assert (mine.width, mine.height) == (320, 240)
        await library.mark([mine.key], stars=5)
        await library.watch([photo])
        new = tmp_path / "archive" / "2026" / "other name.jpg"
        new.parent.mkdir(parents=True)
        new.with_name("decoy.jpg").write_bytes(bytes(photo.stat().st_size))
        photo.rename(new)
        told: list[tuple[int, int]] = []
        seen: list[LibraryChange] = []
        library.changed.subscribe(seen.append)
        nowhere = tmp_path / "trash"
        assert await library.find_missing(nowhere, lambda *so_far: told.append(so_far)) == 0
        assert await library.find_missing(tmp_path, cancelled=lambda: True) == 0
        assert await library.find_missing(tmp_path, lambda *so_far: told.append(so_far)) == 1
        await asyncio.sleep(0)
        assert told[-1][1] == 1
        picture = await library.picture(mine.key)
        assert picture is not None
        assert (picture.path, picture.marks.stars) == (new, 5)
        assert seen == [LibraryChange(frozenset({mine.key}))]
        assert (await library.find(LibraryQuery(text="other"))).numbers == (mine.number,)
        assert await library.at(new) == picture


async def test_a_journal_of_before_the_library_is_taken_up(
    opened: Opened, open_real_services: Open
) -> None:
    async with open_real_services(engine=Engine.LOCAL) as services:
        for n in range(45):
            make(services, f"job{n}", created=float(n))
    async with opened() as services:
        found = await services.library.find(
            LibraryQuery(kinds=frozenset({PictureKind.RESULT}), newest_first=False)
        )
        page = await services.library.pictures(found.numbers)
        assert [one.job_id for one in page] == [f"job{n}" for n in range(45)]


async def test_pictures_that_a_restored_journal_does_not_know_are_taken_up(
    opened: Opened, tmp_path: Path
) -> None:
    folders = AppFolders.find({"PHOTA_DESKTOP_HOME": str(tmp_path / "home")})
    async with opened() as services:
        make(services, "a")
        open_then = make(services, "b", state=JobState.FAILED)
        kept = open_then.variants[0].vault_path
        kept.unlink()
        Image.new("RGB", (12, 8)).save(kept)
        services.journal.save(replace(open_then, variants=()))
    for backup in (folders.home / "backups").iterdir():
        backup.unlink()
    Journal(folders.journal_file).close()  # and so makes today's copy
    folders.journal_file.write_bytes(b"damaged" * 1000)
    async with opened() as services:
        assert services.journal.restored
        one = await services.library.picture("b:0")
        assert one is not None
        assert (one.path, one.width, one.sha256) == (kept, 12, sha256_of(kept))
        assert (await services.library.job_of("b:0")) == services.journal.job("b")


async def test_watched_paths_are_known_when_their_pictures_come(
    opened: Opened, photo: Path
) -> None:
    async with opened() as services:
        library = services.library
        await library.watch([photo])
        assert library.marks_of(photo) == Marks()
        mine = await library.remember_photo(photo)
        await library.mark([mine.key], label=Label.BLUE)
        assert library.marks_of(photo) == Marks(label=Label.BLUE)
        assert library.marks_of(Path("unknown.jpg")) == Marks()
