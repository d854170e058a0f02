"""The library's rows: made from jobs, with families, marks and whatever names files have."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.library import (
    Flag,
    Grouping,
    Label,
    LibraryQuery,
    Marks,
    Picture,
    PictureKind,
    photo_key,
)
from phota_desktop.core.options import Operation
from phota_desktop.core.requests import EditRequest, GenerateRequest, RemixRequest
from phota_desktop.store.files import sha256_of
from phota_desktop.store.journal import Journal
from phota_desktop.store.picture_index import shares
from phota_desktop.store.pictures import Pictures

Maker = Callable[..., Job]


@pytest.fixture
def pictures(journal: Journal) -> Pictures:
    return Pictures(journal)


@pytest.fixture
def done(journal: Journal, pictures: Pictures, new_job: Maker, tmp_path: Path) -> Maker:
    """Add a job that brought ``count`` pictures, and take it into the library."""

    def make(name: str, count: int = 1, **fields: object) -> Job:
        variants = tuple(
            Variant(n, tmp_path / f"{name}-{n}.jpg", f"sha of {name}-{n}", 40, 30, "jpg")
            for n in range(count)
        )
        for variant in variants:
            variant.vault_path.write_bytes(name.encode())
        job = new_job(name, **{"state": JobState.DONE, "variants": variants, **fields})
        journal.add(job)
        while not pictures.index_some(10)[1]:
            pass
        return journal.job(name)

    return make


def keys(found: list[Picture]) -> list[str]:
    return [one.key for one in found]


def test_a_job_becomes_its_pictures_and_their_photo(pictures: Pictures, done: Maker) -> None:
    request = EditRequest((Path("a.jpg"),), "brighter, [[anna]]", ("bo",), "nano_banana_2")
    job = done(
        "one",
        2,
        request=request,
        source_sha256=("s1",),
        cost=Decimal("0.25"),
        created=5.0,
        finished=9.0,
    )
    photo, first, second = pictures.family("one:1")
    assert (photo.key, photo.kind, photo.path) == (
        photo_key("s1"),
        PictureKind.PHOTO,
        Path("a.jpg"),
    )
    assert first == Picture(
        number=photo.number + 1,
        key="one:0",
        kind=PictureKind.RESULT,
        path=job.variants[0].vault_path,
        sha256="sha of one-0",
        width=40,
        height=30,
        added=9.0,
        job_id="one",
        operation=Operation.EDIT,
        engine=Engine.PHOTA,
        model="nano_banana_2",
        prompt="brighter, [[anna]]",
        profile_ids=("bo", "anna"),
        cost=Decimal("0.125"),
        parent=photo.key,
    )
    assert second.cost == Decimal("0.125")
    assert pictures.picture("one:1") == second
    assert pictures.pictures([second.number, 999, photo.number]) == [second, photo]
    assert pictures.family("unknown") == []


def test_the_shares_of_a_cost_add_up() -> None:
    for cost, count in (("0.1", 3), ("0.15", 4), ("0", 2), ("1.000001", 3)):
        assert sum(shares(Decimal(cost), count)) == Decimal(cost)
    assert shares(None, 2) == [None, None]


def test_children_know_their_parents_by_content_or_place(pictures: Pictures, done: Maker) -> None:
    first = done("a", 2, request=EditRequest((Path("p.jpg"),), "x"), source_sha256=("s",))
    child = EditRequest((Path("elsewhere.jpg"), Path("q.jpg")), "y")
    done("b", request=child, source_sha256=("sha of a-1", "other"))
    # The copy was changed by another program: its content is new, its place is known.
    changed = EditRequest((first.variants[0].vault_path,), "z")
    done("c", request=changed, source_sha256=("changed",))
    mix = RemixRequest(Path("b-0.jpg"), Path("style.jpg"))
    done("d", request=mix, source_sha256=("sha of b-0", "style"))
    parents = {one.key: one.parent for one in pictures.family("d:0")}
    photo = photo_key("s")
    assert parents == {
        photo: "",
        "a:0": photo,
        "a:1": photo,
        "b:0": "a:1",
        "c:0": "a:0",
        "d:0": "b:0",
    }
    assert pictures.picture(photo_key("style")) is None


def test_what_was_made_from_nothing_is_one_family(pictures: Pictures, done: Maker) -> None:
    done("g", 3, request=GenerateRequest("sea"))
    done("h", request=GenerateRequest("sea"))
    assert keys(pictures.family("g:2")) == ["g:0", "g:1", "g:2"]
    assert {one.parent for one in pictures.family("g:0")} == {""}


def test_a_job_that_changes_keeps_numbers_and_marks(
    journal: Journal, pictures: Pictures, done: Maker, tmp_path: Path
) -> None:
    job = done("a", 1, state=JobState.PARTIAL)
    number = pictures.picture("a:0").number
    pictures.mark(["a:0"], lambda _, __: Marks(3, Flag.PICK, Label.RED))
    late = Variant(1, tmp_path / "late.jpg", "late", 4, 4, "jpg")
    copied = replace(job.variants[0], copy_path=tmp_path / "copy.jpg")
    journal.save(replace(job, state=JobState.READY, variants=(copied, late)))
    assert pictures.needs_index()
    assert sorted(pictures.index_some(10)[0]) == ["a:0", "a:1"]
    assert not pictures.needs_index()
    one = pictures.picture("a:0")
    assert (one.number, one.path.name, one.marks.stars) == (number, "copy.jpg", 3)
    assert pictures.at(job.variants[0].vault_path) == one
    assert pictures.at(tmp_path / "copy.jpg") == one
    journal.save(replace(journal.job("a"), state=JobState.DONE))
    assert pictures.index_some(10) == ([], True)


def test_a_job_without_pictures_costs_no_second_look(
    journal: Journal, pictures: Pictures, new_job: Maker
) -> None:
    job = journal.add(new_job("a"))
    assert pictures.index_some(10) == ([], True)
    journal.save(replace(job, state=JobState.SENT))
    assert not pictures.needs_index()


def test_a_removed_job_leaves_its_pictures_and_its_document(
    journal: Journal, pictures: Pictures, done: Maker, new_job: Maker
) -> None:
    job = done("a", engine=Engine.LOCAL, cost=Decimal(0))
    empty = journal.add(new_job("b", state=JobState.CANCELED))
    pictures.index_some(10)
    assert [one.id for one in pictures.jobs_from(Path("a.jpg"))] == ["a", "b"]
    journal.remove("a")
    journal.remove("b")
    assert journal.jobs() == []
    assert journal.job("a") == job
    assert journal.job(empty.id) is None
    assert pictures.picture("a:0") is not None
    assert [one.id for one in pictures.jobs_from(Path("a.jpg"))] == ["a"]


def test_every_job_of_a_photo_is_found_by_place_or_content(pictures: Pictures, done: Maker) -> None:
    for name in "abc":
        request = EditRequest((Path("primary.jpg"), Path(f"{name}.jpg")), "x")
        done(name, request=request, source_sha256=("p", f"sha {name}"))
    assert [job.id for job in pictures.jobs_from(Path("b.jpg"))] == ["b"]
    assert [job.id for job in pictures.jobs_from(Path("moved.jpg"), "sha b")] == ["b"]
    assert [job.id for job in pictures.jobs_from(Path("primary.jpg"))] == ["a", "b", "c"]
    assert pictures.jobs_from(Path("unknown.jpg")) == []


def test_a_name_that_is_not_utf_8_survives(
    journal: Journal, pictures: Pictures, done: Maker, tmp_path: Path
) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \xff.jpg"))
    done("a", request=EditRequest((odd,), "made \ud800 up"), source_sha256=("s",))
    photo = pictures.picture(photo_key("s"))
    assert photo.path == odd
    assert pictures.at(odd) == photo
    assert keys(pictures.family("a:0")) == [photo.key, "a:0"]
    assert [job.id for job in pictures.jobs_from(odd)] == ["a"]


def test_marks_are_committed_together_and_only_where_they_change(
    folders, journal: Journal, pictures: Pictures, done: Maker
) -> None:
    done("a", 3)
    assert len(pictures.mark(["a:0", "a:1", "none", "a:0"], lambda _, m: replace(m, stars=2))) == 2
    changes = pictures.mark(["a:0", "a:2"], lambda _, m: replace(m, stars=2))
    assert changes == [("a:2", Marks(), Marks(2))]
    with closing(Journal(folders.journal_file)) as second:
        assert [one.marks.stars for one in Pictures(second).by_keys(["a:0", "a:2"])] == [2, 2]


def test_a_photo_is_remembered_once_wherever_it_lies(pictures: Pictures, tmp_path: Path) -> None:
    path, moved = tmp_path / "IMG.jpg", tmp_path / "moved.jpg"
    path.write_bytes(b"photo")
    digest = sha256_of(path)
    photo, is_new = pictures.remember_photo(path, digest, (3, 2), 7.0)
    assert (is_new, photo.key, photo.width, photo.added) == (True, photo_key(digest), 3, 7.0)
    assert pictures.remember_photo(moved, digest, (3, 2), 8.0) == (photo, False)
    path.rename(moved)
    assert pictures.remember_photo(moved, digest, (3, 2), 8.0) == (
        replace(photo, path=moved),
        True,
    )


def test_a_job_made_from_a_moved_photo_tells_where_it_lies(
    pictures: Pictures, done: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "new.jpg"
    path.write_bytes(b"photo")
    done("a", request=EditRequest((Path("gone.jpg"),), "x"), source_sha256=("s",))
    done("b", request=EditRequest((path,), "x"), source_sha256=("s",))
    assert pictures.picture(photo_key("s")).path == path


def test_a_job_that_cannot_be_read_stops_no_other(
    journal: Journal, pictures: Pictures, new_job: Maker
) -> None:
    for name in "ab":
        variant = Variant(0, Path(f"{name}.jpg"), name, 1, 1, "jpg")
        journal.add(new_job(name, variants=(variant,)))
    with journal.transaction() as database:
        database.execute("UPDATE jobs SET document = '{}' WHERE id = 'a'")
    assert pictures.index_some(10)[1]
    assert pictures.picture("a:0") is None
    assert pictures.picture("b:0") is not None


def test_the_first_numbers_are_those_of_the_whole(pictures: Pictures, done: Maker) -> None:
    for n in range(3):
        done(f"job{n}", 2)
    for newest_first in (True, False):
        plain = LibraryQuery(newest_first=newest_first)
        by_day = replace(plain, grouping=Grouping.DAY)
        assert pictures.find_first(3, plain).numbers == pictures.find(plain).numbers[:3]
        first, whole = pictures.find_first(3, by_day), pictures.find(by_day)
        assert first.numbers == whole.numbers[:3]
        assert first.groups[0].key == whole.groups[0].key
