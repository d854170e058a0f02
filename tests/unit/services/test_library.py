"""The library over real jobs, files and a trash: found, marked, deleted, restored, found again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.library import (
    Flag,
    Found,
    Label,
    LibraryChange,
    LibraryQuery,
    Marks,
    PictureKind,
    photo_key,
)
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.composition import Services
from phota_desktop.services.disposal import FolderTrash
from phota_desktop.store.files import sha256_of
from phota_desktop.store.journal import Journal
from phota_desktop.store.paths import AppFolders
from tests.unit.services.conftest import Open

Opened = Callable[[], "asynccontextmanager[Services]"]


@pytest.fixture
def opened(open_real_services: Open, tmp_path: Path) -> Callable[[], object]:
    """Open services whose library has started and has a folder for its trash."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[Services]:
        async with open_real_services(engine=Engine.LOCAL) as services:
            services.library.use_trash(FolderTrash(tmp_path / "trash"))
            await services.library.start()
            yield services

    return opening


def make(services: Services, name: str, count: int = 1, **fields: object) -> Job:
    """Write an ended job with real files, a copy beside each, as the runner leaves it."""
    variants = []
    for n in range(count):
        vault = services.folders.vault / f"{name}-{n}.jpg"
        copy = services.folders.results / f"{name}-copy-{n}.jpg"
        copy.parent.mkdir(parents=True, exist_ok=True)
        for path in (vault, copy):
            path.write_bytes(f"{name} {n}".encode())
        vault.chmod(0o400)
        variants.append(Variant(n, vault, sha256_of(vault), 4, 3, "jpg", copy))
    job = Job(
        id=name,
        client_request_id=f"request {name}",
        engine=Engine.LOCAL,
        request=EnhanceRequest(Path("p.jpg")),
        created=1.0,
        state=JobState.DONE,
        variants=tuple(variants),
        source_sha256=("photo",),
    )
    return services.journal.add(replace(job, **fields))


def files_of(job: Job) -> list[Path]:
    return [path for one in job.variants for path in (one.vault_path, one.path)]


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


async def test_deleting_moves_both_files_to_the_trash_and_back(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened() as services:
        library = services.library
        job = make(services, "a", 2)
        contents = {path: path.read_bytes() for path in files_of(job)}
        await library.mark(["a:0"], stars=2)
        [deleted] = await library.delete(["a:0"])
        assert deleted.deleted is not None
        assert [path.exists() for path in files_of(job)] == [False, False, True, True]
        assert len(list((tmp_path / "trash").iterdir())) == 2
        photo, *_ = await library.family("a:0")
        assert await library.find(LibraryQuery(kinds=frozenset({PictureKind.RESULT}))) == Found(
            (photo.number + 2,)
        )
        assert await library.undo() == "Deletion of 1 picture"
        assert {path: path.read_bytes() for path in files_of(job)} == contents
        assert job.variants[0].vault_path.stat().st_mode & 0o777 == 0o400
        picture = await library.picture("a:0")
        assert picture is not None
        assert (picture.deleted, picture.marks.stars) == (None, 2)
        assert await library.redo() == "Deletion of 1 picture"
        assert not job.variants[0].path.exists()
        assert list((tmp_path / "trash").iterdir())


async def test_photos_of_the_person_are_never_touched(
    opened: Opened, photo: Path, tmp_path: Path
) -> None:
    async with opened() as services:
        library = services.library
        job = make(services, "a")
        mine = await library.remember_photo(photo)
        with pytest.raises(PhotaError) as caught:
            await library.delete(["a:0", mine.key])
        assert caught.value.kind is ErrorKind.INVALID
        assert photo.exists()
        assert all(path.exists() for path in files_of(job))
        assert not library.can_undo


async def test_without_a_trash_nothing_is_deleted(opened: Opened) -> None:
    async with opened() as services:
        library = services.library
        job = make(services, "a")

        class Full(FolderTrash):
            """Takes the copy and not the vault's file."""

            def trash(self, path: Path) -> Path | None:
                if path.parent == services.folders.vault:
                    raise PhotaError(ErrorKind.DISK, "no room")
                return super().trash(path)

        library.use_trash(Full(services.folders.home / "full"))
        with pytest.raises(PhotaError, match="no room"):
            await library.delete(["a:0"])
        assert all(path.exists() for path in files_of(job))
        picture = await library.picture("a:0")
        assert picture is not None
        assert picture.deleted is None
        assert not library.can_undo


async def test_what_was_changed_or_emptied_in_the_trash_does_not_come_back(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened() as services:
        library, trash = services.library, tmp_path / "trash"
        job = make(services, "a", 2)
        await library.delete(["a:0", "a:1"])
        (trash / "a-0.jpg").unlink()
        (trash / "a-0.jpg").write_bytes(b"another")
        (trash / "a-copy-0.jpg").unlink()
        with pytest.raises(PhotaError) as caught:
            await library.undo()
        assert caught.value.kind is ErrorKind.GONE
        assert [path.exists() for path in files_of(job)] == [False, False, True, True]
        assert not library.can_undo
        # Only what came back is deleted again.
        assert await library.redo() == "Deletion of 1 picture"


async def test_one_of_the_two_files_is_enough(opened: Opened, tmp_path: Path) -> None:
    async with opened() as services:
        library, trash = services.library, tmp_path / "trash"
        job = make(services, "a", 2)
        await library.delete(["a:0", "a:1"])
        (trash / "a-0.jpg").unlink()
        (trash / "a-copy-1.jpg").unlink()
        await library.undo()
        assert [path.exists() for path in files_of(job)] == [True, True, True, False]
        picture = await library.picture("a:1")
        assert picture is not None
        assert picture.path == job.variants[1].vault_path


async def test_a_file_in_the_way_is_not_overwritten(opened: Opened) -> None:
    async with opened() as services:
        library = services.library
        job = make(services, "a")
        await library.delete(["a:0"])
        for path in files_of(job):
            path.write_bytes(b"another")
        with pytest.raises(PhotaError) as caught:
            await library.undo()
        assert caught.value.kind is ErrorKind.DISK
        assert {path.read_bytes() for path in files_of(job)} == {b"another"}
        for path in files_of(job):
            path.unlink()
        assert await library.undo() == "Deletion of 1 picture"
        assert all(path.exists() for path in files_of(job))


@pytest.mark.parametrize("moved", [0, 1, 2])
async def test_a_stop_in_the_middle_of_a_delete_is_mended(
    opened: Opened, tmp_path: Path, moved: int
) -> None:
    class Stop(BaseException):
        """The program ends here, as a power cut ends it."""

    class Stopping(FolderTrash):
        def trash(self, path: Path) -> Path | None:
            if len(list(tmp_path.glob("stopped/*"))) == moved:
                raise Stop
            return super().trash(path)

    async with opened() as services:
        job = make(services, "a", 2)
        await services.library.start()
        marking = services.library._bin
        marking.trash = Stopping(tmp_path / "stopped")
        # What follows the stop is never reached when the power goes.
        marking._disposals.conclude = lambda *_: None  # type: ignore[method-assign]
        with pytest.raises(Stop):
            marking.delete(["a:0", "a:1"])
    async with opened() as services:
        library = services.library
        first, second = await library.picture("a:0"), await library.picture("a:1")
        assert first is not None
        assert second is not None
        assert (first.deleted is not None) == (moved == 2)
        assert second.deleted is None
        for picture in (first, second):
            assert picture.path.exists() == (picture.deleted is None)
        assert services.library._bin.repair() == []
        assert job.variants[1].path.exists()


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
