"""Questions to the library: words without case and accents, marks, days, trees and groups."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.library import (
    Flag,
    Found,
    Grouping,
    Label,
    LibraryQuery,
    Marks,
    PictureGroup,
    PictureKind,
    photo_key,
)
from phota_desktop.core.options import Operation
from phota_desktop.core.requests import EditRequest, EnhanceRequest, GenerateRequest
from phota_desktop.store.journal import Journal
from phota_desktop.store.notebook import Notebook
from phota_desktop.store.pictures import Pictures

Maker = Callable[..., Job]
Ask = Callable[..., list[str]]


@pytest.fixture
def pictures(journal: Journal) -> Pictures:
    return Pictures(journal)


@pytest.fixture
def ask(pictures: Pictures) -> Ask:
    def asking(**query: object) -> list[str]:
        found = pictures.find(LibraryQuery(**query))
        return [one.key for one in pictures.pictures(found.numbers)]

    return asking


def noon(day: str) -> float:
    return time.mktime((*map(int, day.split("-")), 12, 0, 0, 0, 0, -1))


@pytest.fixture
def add(journal: Journal, pictures: Pictures, new_job: Maker) -> Callable[..., None]:
    def adding(name: str, request: object, day: str = "2026-11-20", file: str = "") -> None:
        variant = Variant(0, Path(file or f"/r/{name}.jpg"), f"sha {name}", 4, 3, "jpg")
        known = ("photo",) * len(request.images)
        job = new_job(name, request=request, created=noon(day), state=JobState.DONE)
        journal.add(replace(job, variants=(variant,), source_sha256=known))
        assert pictures.index_some(100)[1]

    return adding


@pytest.fixture
def few(add: Callable[..., None], pictures: Pictures, journal: Journal) -> None:
    """Four results of one photo and one of none, with all sorts of marks."""
    photo = Path("/photos/DSC_0042.NEF")
    Notebook(journal).name("local", "id-1", "Élise Dupont")
    add("a", EnhanceRequest(photo, profile_ids=("id-1",)), "2026-11-18")
    add("b", EditRequest((photo,), "Straßenlaternen am Café", base_model="gpt-image-2"))
    add("c", EditRequest((photo,), "wedding in fog", base_model="nano_banana_2"))
    add("d", GenerateRequest("a [[id-1]] by the sea", base_model="nano_banana_2"), "2026-11-21")
    marks = {
        "a:0": Marks(3, Flag.PICK, Label.RED),
        "b:0": Marks(1, Flag.REJECT),
        "c:0": Marks(5, Flag.NONE, Label.BLUE),
    }
    pictures.mark(marks, lambda key, _: marks[key])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cafe", ["b:0"]),
        ("CAFÉ am", ["b:0"]),
        ("straßen", ["b:0"]),
        ("caf stra", ["b:0"]),
        ("wed fog", ["c:0"]),
        ("wed sea", []),
        ("dsc_00", [photo_key("photo")]),
        ("0042", [photo_key("photo")]),
        ("gpt-image-2", ["b:0"]),
        ("gpt-im", ["b:0"]),
        ("edit nano", ["c:0"]),
        ("elise", ["d:0", "a:0"]),
        ("dup enh", ["a:0"]),
        ("id-1", ["d:0"]),
        ('"', []),
        ("- * ^", []),
        ("fog OR sea", []),
        ("prompt:fog", []),
        ("fog)", ["c:0"]),
        ("fog*", ["c:0"]),
        ("fog \0", ["c:0"]),
        ("\ud800", []),
    ],
)
def test_every_word_is_found_by_its_beginning(
    few: None, ask: Ask, text: str, found: list[str]
) -> None:
    assert ask(text=text) == found


def test_a_person_is_found_by_the_name_of_today(few: None, ask: Ask, journal: Journal) -> None:
    Notebook(journal).name("local", "id-1", "Zoë")
    assert ask(text="elise") == []
    assert ask(text="zoe") == ["d:0", "a:0"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=40))
def test_no_text_breaks_the_search(few: None, pictures: Pictures, text: str) -> None:
    assert isinstance(pictures.find(LibraryQuery(text=text)), Found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"stars": 3}, ["c:0", "a:0"]),
        ({"stars": 3, "stars_exactly": True}, ["a:0"]),
        ({"stars_exactly": True}, ["d:0", photo_key("photo")]),
        ({"flags": {Flag.PICK, Flag.REJECT}}, ["b:0", "a:0"]),
        ({"labels": {Label.BLUE}}, ["c:0"]),
        ({"labels": {Label.BLUE}, "stars": 2, "text": "wed"}, ["c:0"]),
        ({"kinds": {PictureKind.PHOTO}}, [photo_key("photo")]),
        ({"operations": {Operation.GENERATE, Operation.ENHANCE}}, ["d:0", "a:0"]),
        ({"models": {"nano_banana_2"}}, ["d:0", "c:0"]),
        ({"profile_ids": {"id-1"}}, ["d:0", "a:0"]),
        ({"since": date(2026, 11, 20), "until": date(2026, 11, 20)}, ["c:0", "b:0"]),
        ({"since": date(2026, 11, 21)}, ["d:0"]),
        ({"until": date(2026, 11, 18), "newest_first": False}, [photo_key("photo"), "a:0"]),
        ({"since": date.max, "until": date.max}, []),
        ({"until": date.min}, []),
        ({"source": "a:0"}, ["a:0"]),
        ({"source": photo_key("photo"), "stars": 1}, ["c:0", "b:0", "a:0"]),
        ({"source": "unknown"}, []),
    ],
)
def test_what_is_asked_for_is_found(
    few: None, ask: Ask, query: dict[str, object], found: list[str]
) -> None:
    query = {key: frozenset(v) if isinstance(v, set) else v for key, v in query.items()}
    assert ask(**query) == found


def test_a_tree_is_found_at_any_remove(
    add: Callable[..., None], ask: Ask, journal: Journal
) -> None:
    add("a", EditRequest((Path("/p.jpg"),), "x"))
    variant = Variant(0, Path("/r/b.jpg"), "sha b", 4, 3, "jpg")
    for name, parent in (("b", "sha a"), ("c", "sha b")):
        job = Job(
            id=name,
            client_request_id=name,
            engine=Engine.LOCAL,
            request=EditRequest((Path("/elsewhere.jpg"),), "x"),
            created=2.0,
            variants=(replace(variant, sha256=f"sha {name}"),),
            source_sha256=(parent,),
        )
        journal.add(job)
    Pictures(journal).index_some(10)
    assert ask(source="a:0") == ["c:0", "b:0", "a:0"]
    assert ask(source="b:0", newest_first=False) == ["b:0", "c:0"]


def test_pictures_are_grouped_by_day_photo_and_recipe(
    few: None, add: Callable[..., None], pictures: Pictures
) -> None:
    add("e", EditRequest((Path("/q.jpg"),), "wedding  in fog", base_model="nano_banana_2"))
    # A clock that was set back: it came last, and belongs to an earlier day.
    add("f", GenerateRequest("late"), "2026-11-18")

    def grouped(grouping: Grouping, **more: object) -> list[tuple[str, list[str]]]:
        results = frozenset({PictureKind.RESULT})
        found = pictures.find(LibraryQuery(kinds=results, grouping=grouping, **more))
        keys = [one.key for one in pictures.pictures(found.numbers)]
        ends = [group.first + group.size for group in found.groups]
        assert [group.first for group in found.groups] == [0, *ends[:-1]]
        assert ends[-1] == len(keys)
        return [(one.key, keys[one.first : one.first + one.size]) for one in found.groups]

    days = [
        ("2026-11-21", ["d:0"]),
        ("2026-11-20", ["e:0", "c:0", "b:0"]),
        ("2026-11-18", ["f:0", "a:0"]),
    ]
    assert grouped(Grouping.DAY) == days
    oldest = [(day, keys[::-1]) for day, keys in days[::-1]]
    assert grouped(Grouping.DAY, newest_first=False) == oldest
    assert grouped(Grouping.PHOTO) == [
        ("f:0", ["f:0"]),
        (photo_key("photo"), ["e:0", "c:0", "b:0", "a:0"]),
        ("d:0", ["d:0"]),
    ]
    recipes = grouped(Grouping.RECIPE)
    assert ("edit · nano_banana_2 · 1K · auto · wedding in fog", ["e:0", "c:0"]) in recipes
    assert grouped(Grouping.RECIPE, text="wedding") == [(recipes[1][0], ["e:0", "c:0"])]
    assert pictures.find(LibraryQuery(text="none", grouping=Grouping.DAY)) == Found(())
    assert isinstance(pictures.find(LibraryQuery(grouping=Grouping.DAY)).groups[0], PictureGroup)


def test_facets_count_what_is_there(few: None, pictures: Pictures, journal: Journal) -> None:
    with journal.transaction() as database:
        database.execute("UPDATE pictures SET deleted = 1.0 WHERE key = 'b:0'")
    facets = pictures.facets()
    assert facets.operations == {Operation.ENHANCE: 1, Operation.EDIT: 1, Operation.GENERATE: 1}
    assert facets.models == {"nano_banana_2": 2}
    assert facets.profile_ids == {"id-1": 2}
    assert facets.labels == {Label.RED: 1, Label.BLUE: 1}
    assert facets.flags == {Flag.PICK: 1}
    assert facets.stars == {3: 1, 5: 1}
    assert facets.kinds == {PictureKind.RESULT: 3, PictureKind.PHOTO: 1}
