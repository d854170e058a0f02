"""Results in the trash and back: through stops, full disks, and what people do to the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.library import Found, LibraryQuery, PictureKind
from phota_desktop.services.disposal import FolderTrash
from phota_desktop.store.files import sha256_of
from tests.unit.services.conftest import Open
from tests.unit.services.libraries import Opened, files_of, make, with_a_trash


@pytest.fixture
def opened(open_real_services: Open, tmp_path: Path) -> Opened:
    return with_a_trash(open_real_services, tmp_path / "trash")


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


async def test_a_copy_that_was_edited_comes_back_as_it_was(opened: Opened) -> None:
    async with opened() as services:
        job = make(services, "a")
        [variant] = job.variants
        assert variant.copy_path is not None
        # As long as before, so that only what it holds tells.
        edited = bytes(reversed(variant.copy_path.read_bytes()))
        variant.copy_path.write_bytes(edited)
        await services.library.delete(["a:0"])
        assert not variant.copy_path.exists()
        await services.library.undo()
        assert variant.copy_path.read_bytes() == edited
        assert sha256_of(variant.vault_path) == variant.sha256


async def test_another_picture_in_the_place_of_a_moved_copy_is_left_alone(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened() as services:
        library = services.library
        first = make(services, "a").variants[0]
        assert first.copy_path is not None
        kept = first.copy_path.rename(tmp_path / "kept.jpg")
        # The next result takes the name that is free now.
        second = make(services, "b").variants[0]
        assert second.copy_path is not None
        second.copy_path.rename(first.copy_path)
        job = services.journal.job("b")
        assert job is not None
        services.journal.save(replace(job, variants=(replace(second, copy_path=first.copy_path),)))
        [deleted] = await library.delete(["a:0"])
        assert deleted.deleted is not None
        assert first.copy_path.read_bytes() == b"b 0"
        assert kept.read_bytes() == b"a 0"
        await library.undo()
        assert first.copy_path.read_bytes() == b"b 0"
        assert first.vault_path.read_bytes() == b"a 0"


async def test_a_photo_of_the_person_in_the_place_of_a_copy_is_left_alone(
    opened: Opened, photo: Path
) -> None:
    async with opened() as services:
        [variant] = make(services, "a").variants
        assert variant.copy_path is not None
        mine = photo.read_bytes()
        variant.copy_path.unlink()
        variant.copy_path.write_bytes(mine)
        await services.library.remember_photo(variant.copy_path)
        await services.library.delete(["a:0"])
        assert variant.copy_path.read_bytes() == mine
        assert not variant.vault_path.exists()


async def test_what_the_journal_cannot_note_is_put_back(opened: Opened) -> None:
    async with opened() as services:
        library = services.library
        job = make(services, "a", 2)
        contents = {path: path.read_bytes() for path in files_of(job)}
        disposals = library._bin._disposals
        conclude = disposals.conclude

        def full(*_: object) -> None:
            raise PhotaError(ErrorKind.DISK, "no room")

        disposals.conclude = full  # type: ignore[method-assign]
        with pytest.raises(PhotaError, match="no room"):
            await library.delete(["a:0", "a:1"])
        assert {path: path.read_bytes() for path in files_of(job)} == contents
        disposals.conclude = conclude  # type: ignore[method-assign]
        assert not library.can_undo
        await library.delete(["a:0", "a:1"])
        await library.undo()
        assert {path: path.read_bytes() for path in files_of(job)} == contents


@pytest.mark.parametrize("place", [0, 1])
async def test_what_a_person_took_out_of_the_trash_is_in_the_library_again(
    opened: Opened, tmp_path: Path, place: int
) -> None:
    async with opened() as services:
        job = make(services, "a", 2)
        await services.library.mark(["a:0"], stars=3)
        await services.library.delete(["a:0", "a:1"])
        path = files_of(job)[place]
        (tmp_path / "trash" / path.name).rename(path)
    async with opened() as services:
        first, second = await services.library.picture("a:0"), await services.library.picture("a:1")
        assert first is not None
        assert second is not None
        assert (first.deleted, first.marks.stars) == (None, 3)
        assert all(path.exists() for path in files_of(job)[:2])
        assert second.deleted is not None
        assert not any(path.exists() for path in files_of(job)[2:])


async def test_an_equal_picture_of_today_brings_no_deleted_one_back(opened: Opened) -> None:
    async with opened() as services:
        old = make(services, "a").variants[0]
        await services.library.delete(["a:0"])
        assert old.copy_path is not None
        # Enhanced again by the local engine: the same bytes, and the name is free.
        new = make(services, "b").variants[0]
        old.copy_path.write_bytes(b"a 0")
        job = services.journal.job("b")
        assert job is not None
        again = replace(new, sha256=old.sha256, copy_path=old.copy_path)
        services.journal.save(replace(job, variants=(again,)))
    async with opened() as services:
        await services.library.start()
        picture = await services.library.picture("a:0")
        assert picture is not None
        assert picture.deleted is not None


async def test_what_comes_back_in_two_tries_goes_again_in_one(opened: Opened) -> None:
    async with opened() as services:
        library = services.library
        job = make(services, "a", 2)
        await library.delete(["a:0", "a:1"])
        in_the_way = files_of(job)[2:]
        for path in in_the_way:
            path.write_bytes(b"another")
        with pytest.raises(PhotaError, match="another file"):
            await library.undo()
        assert [path.exists() for path in files_of(job)[:2]] == [True, True]
        for path in in_the_way:
            path.unlink()
        assert await library.undo() == "Deletion of 2 pictures"
        assert await library.redo() == "Deletion of 2 pictures"
        assert not any(path.exists() for path in files_of(job))
