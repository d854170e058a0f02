"""Every question to the library, alone and together, against a plain model over a list."""

from __future__ import annotations

import datetime
import random
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.library import (
    Flag,
    Grouping,
    Label,
    LibraryQuery,
    Marks,
    Picture,
    PictureKind,
)
from phota_desktop.core.options import Operation
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemixRequest,
    StudioRequest,
)
from phota_desktop.store.journal import Journal
from phota_desktop.store.notebook import Notebook
from phota_desktop.store.pictures import Pictures

PROMPTS = (
    "Café am Straßenrand",
    "cafe\N{COMBINING ACUTE ACCENT} 🙂 at night",
    "ÉLISE by the sea; 50% off",
    "O'Brien said “hello” -- AND OR NOT NEAR(a b)",
    'quote " and * and ^ and col:umn',
    "naïve _underscore_ file_name.jpg",
    "春の花 한국어 Ελλάδα Привет",
    "",
)
FILES = ("IMG_0042.jpg", "Sommer é.png", "ÅNGSTRÖM-2.JPG", "100%_real.jpg", "한국.jpg")
NAMES = {"id-1": "Élise Dupont", "ID-1": "Bello", "id%_'": "Jo “Joe” O'Neil"}
MODELS = ("nano_banana_2", "gpt-image-2")
ZONES = ("UTC", "Europe/Berlin", "Africa/Cairo", "America/Havana", "Pacific/Apia")
WORDS = (
    *("cafe", "CAFÉ", "caf", "straßen", "elise", "dup", "ÉL", "sea", "50%", "%", "_", "o'b"),
    *("o'brien", '"', "and", "NOT", "*", "^", "col:umn", "col:", "naive", "file_n", "img_00"),
    *("0042", "angstrom", "春の", "한국", unicodedata.normalize("NFD", "한국"), "прив", "ελλα"),
    *(
        "🙂",
        "edit",
        "gen",
        "nano",
        "banana_2",
        "gpt-image",
        "joe",
        "o'n",
        "bel",
        "x" * 10_000,
        "neil",
    ),
)


@dataclass(frozen=True)
class Known:
    """What the model knows of one picture."""

    picture: Picture
    words: tuple[tuple[str, ...], ...]
    root: int
    recipe: int


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text as a person compares them: without case, accents and signs."""
    apart = unicodedata.normalize("NFD", text.lower())
    plain = unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))
    return tuple("".join(c if c.isalnum() else " " for c in plain).split())


def begins(wanted: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Tell whether ``wanted`` stands in ``words`` as it is, the last of it by its beginning."""
    most = len(words) - len(wanted) + 1
    return any(
        words[at : at + len(wanted) - 1] == wanted[:-1]
        and words[at + len(wanted) - 1].startswith(wanted[-1])
        for at in range(most)
    )


def matches(one: Known, text: str) -> bool:
    asked = [word for part in text[:500].split() if (word := tokens(part))]
    if text.strip() and not asked:
        return False
    return all(any(begins(word, words) for words in one.words) for word in asked)


def expected(everything: list[Known], query: LibraryQuery) -> list[int]:
    """Answer as a person would who looks through the whole list."""
    by_key = {one.picture.key: one for one in everything}

    def is_below(one: Known) -> bool:
        seen, at = set[str](), one.picture.key
        while at and at not in seen:
            if at == query.source:
                return True
            seen.add(at)
            at = by_key[at].picture.parent if at in by_key else ""
        return False

    found = []
    for one in everything:
        p = one.picture
        day = datetime.datetime.fromtimestamp(p.added).date()
        good = p.deleted is None and (
            p.marks.stars == query.stars if query.stars_exactly else p.marks.stars >= query.stars
        )
        for wanted, has in (
            (query.flags, {p.marks.flag}),
            (query.labels, {p.marks.label}),
            (query.kinds, {p.kind}),
            (query.operations, {p.operation}),
            (query.models, {p.model}),
            (query.profile_ids, set(p.profile_ids)),
        ):
            good &= not wanted or not has.isdisjoint(wanted)
        good &= query.since is None or day >= query.since
        good &= query.until is None or day <= query.until
        good &= not query.source or is_below(one)
        if good and matches(one, query.text):
            found.append(p.number)
    return sorted(found, reverse=query.newest_first)


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def times(rng: random.Random) -> float:
    """Return a moment near a local midnight, also of days when the clocks change."""
    day = rng.choice(["2026-03-29", "2026-04-24", "2026-10-25", "2026-10-30", "2026-11-01"])
    noon = datetime.datetime.fromisoformat(f"{day}T12:00:00").timestamp()
    return noon + 3600 * rng.choice([-13, -12, -11, 0, 11, 12, 13]) + rng.choice([-1, 0, 0.4])


def request_of(rng: random.Random, prompt: str, photo: Path) -> StudioRequest:
    people = tuple(rng.sample(sorted(NAMES), rng.randint(0, 2)))
    model = rng.choice(MODELS)
    return rng.choice(
        (
            EnhanceRequest(photo, prompt, profile_ids=people),
            EditRequest((photo,), prompt, profile_ids=people, base_model=model),
            GenerateRequest(f"{prompt} [[id-1]]", profile_ids=people, base_model=model),
            RemixRequest(photo, Path("/ref.jpg"), prompt, profile_ids=people),
        )
    )


def fill(journal: Journal, rng: random.Random) -> list[Known]:
    """Write jobs of every kind, some made from others' results; return what a model knows."""
    pictures, made = Pictures(journal), list[tuple[str, Path]]()
    for profile, name in NAMES.items():
        Notebook(journal).name("local", profile, name)
    for n in range(24):
        photo, digest = Path(f"/photos/{n % 3}/{FILES[n % 5]}"), f"photo {n % 3}"
        if made and rng.random() < 0.5:
            digest, photo = rng.choice(made)
        request = request_of(rng, rng.choice(PROMPTS), photo)
        variants = tuple(
            Variant(i, Path(f"/v/{n}-{i}"), f"sha {n} {i}", 4, 3, "jpg", Path(f"/r/{n}-{i}-{name}"))
            for i, name in enumerate(rng.sample(FILES, rng.randint(1, 3)))
        )
        job = Job(
            id=f"job {n}'%\"",
            client_request_id=f"request {n}",
            engine=Engine.PHOTA,
            request=request,
            created=1.0,
            finished=times(rng),
            state=JobState.DONE,
            cost=Decimal("0.1"),
            variants=variants,
            source_sha256=(digest,) * len(request.images),
        )
        journal.add(job)
        made += [(one.sha256, one.path) for one in variants]
    while not pictures.index_some(7)[1]:
        pass
    numbers = pictures.find(LibraryQuery()).numbers
    marks = {
        one.key: Marks(rng.randint(0, 5), rng.choice(list(Flag)), rng.choice(list(Label)))
        for one in pictures.pictures(numbers)
        if rng.random() < 0.7
    }
    pictures.mark(marks, lambda key, _: marks[key])
    with journal.transaction() as database:
        database.execute("UPDATE pictures SET deleted = 5.0 WHERE number % 7 = 3")
    rows = {row[0]: row[1:] for row in journal.read("SELECT number, root, recipe FROM pictures")}
    known = []
    for picture in pictures.pictures(sorted(rows)):
        people = [tokens(NAMES[one]) for one in picture.profile_ids]
        texts = (picture.prompt, picture.name, str(picture.operation or ""), picture.model)
        words = (*map(tokens, texts), *people)
        known.append(Known(picture, words, *rows[picture.number]))
    return known


def some(values: object) -> st.SearchStrategy[frozenset[object]]:
    return st.frozensets(st.sampled_from(list(values)), max_size=2)  # type: ignore[call-overload]


DAYS = st.none() | st.dates(datetime.date(2026, 3, 27), datetime.date(2026, 11, 3))
QUERIES: dict[str, st.SearchStrategy[object]] = {
    "text": st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join),
    "stars": st.integers(0, 5),
    "stars_exactly": st.booleans(),
    "flags": some(Flag),
    "labels": some(Label),
    "kinds": some(PictureKind),
    "operations": some(Operation),
    "models": some((*MODELS, "none")),
    "profile_ids": some(NAMES),
    "since": DAYS,
    "until": DAYS,
    "source": st.integers(0, 60).map(str),
    "newest_first": st.booleans(),
}


def test_every_question_equals_the_model(zone: str, journal: Journal) -> None:
    everything = fill(journal, random.Random(f"{zone} 6"))  # noqa: S311
    pictures = Pictures(journal)

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sets(st.sampled_from(sorted(QUERIES)), min_size=1, max_size=4), st.data())
    def check(names: set[str], data: st.DataObject) -> None:
        query = LibraryQuery()
        for name in sorted(names):
            value = data.draw(QUERIES[name], name)
            if name == "source":
                value = everything[int(str(value)) % len(everything)].picture.key
            query = replace(query, **{name: value})  # type: ignore[arg-type]
        wanted = expected(everything, query)
        assert list(pictures.find(query).numbers) == wanted, query
        for grouping in (Grouping.DAY, Grouping.PHOTO, Grouping.RECIPE):
            found = pictures.find(replace(query, grouping=grouping))
            assert sorted(found.numbers) == sorted(wanted)
            by = {one.picture.number: one for one in everything}
            seen = []
            for group in found.groups:
                inside = found.numbers[group.first : group.first + group.size]
                assert list(inside) == sorted(inside, reverse=query.newest_first)
                known = {_group_of(by[number], grouping) for number in inside}
                assert len(known) == 1
                seen += list(known)
                if grouping is Grouping.DAY:
                    assert known == {group.key}
            assert len(seen) == len(set(seen))
            if grouping is Grouping.DAY:
                assert seen == sorted(seen, reverse=query.newest_first)

    check()


def _group_of(one: Known, grouping: Grouping) -> object:
    if grouping is Grouping.DAY:
        return datetime.date.fromtimestamp(one.picture.added).isoformat()
    return one.root if grouping is Grouping.PHOTO else one.recipe


def test_the_model_asks_for_every_field() -> None:
    assert {one.name for one in fields(LibraryQuery)} == {*QUERIES, "grouping"}
