"""Mentions: cut out of a prompt as the wire has them, read as names, found by a few letters."""

from __future__ import annotations

import pytest

from phota_desktop.core.options import Operation
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.requests import mentions
from phota_desktop.services.people import Person
from phota_desktop.viewmodels.mentions import (
    Mention,
    by_id,
    is_mentionable,
    matching,
    pieces,
    readable,
    typed_query,
    why_not,
)
from phota_desktop.viewmodels.starters import STARTERS

READY = ProfileStatus.READY
PEOPLE = (
    Person("1", "Émile", READY),
    Person("2", "Bello", ProfileStatus.ERROR, "too blurred"),
    Person("3", "Anna Maria", READY),
    Person("4", "Maria", READY),
    Person("5", "Amelie"),
    Person("6 6", "Mara", READY),
)


@pytest.mark.parametrize(
    "wire",
    ["", "a", "[[a]]", "[[[a]]]", "[[a]][[a]] b [[c d]] [[]] [[x", "a\n[[é]]", "[[" + "x" * 129],
)
def test_pieces_joined_are_the_prompt_and_its_mentions(wire: str) -> None:
    cut = list(pieces(wire))
    assert wire == "".join(p if isinstance(p, str) else f"[[{p.profile_id}]]" for p in cut)
    found = [p.profile_id for p in cut if isinstance(p, Mention)]
    assert tuple(dict.fromkeys(found)) == mentions(wire)


def test_a_prompt_reads_with_names() -> None:
    assert readable("[[4]] and [[nobody-here]]", by_id(PEOPLE)) == "Maria and nobody-…"


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["4", "3", "1", "5", "2"]),
        ("EM", ["1"]),
        ("mar", ["4", "3"]),
        ("li", ["5"]),
        ("l", []),
        ("anna m", ["3"]),
        ("zz", []),
    ],
)
def test_people_are_found_best_first(query: str, ids: list[str]) -> None:
    found = [person.id for person in matching(PEOPLE, query)]
    assert sorted(found) == sorted(ids)
    if query:
        assert found == ids
    assert [p.is_ready for p in matching(PEOPLE, "")] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("before", "query"),
    [
        ("@", ""),
        ("of @an", "an"),
        ("(@an n", "an n"),
        ("mail@an", None),
        ("@ an", None),
        ("@@", None),
        ("@\ufffc", None),
        ("\ufffc@a", "a"),
    ],
)
def test_what_counts_as_typed(before: str, query: str | None) -> None:
    assert typed_query(before) == query


def test_who_cannot_be_sent_has_a_reason() -> None:
    people = by_id(PEOPLE)
    assert why_not("4", people) == ("", "")
    word, reason = why_not("2", people)
    assert (word, reason) == ("failed", "Bello cannot be used now. Status: Failed: too blurred.")
    assert why_not("5", people)[0] == "not known yet"
    assert why_not("gone", people)[0] == "unknown"
    assert why_not("gone", people, is_listed=False) == ("", "")
    assert not is_mentionable("6 6")


def test_every_operation_has_words_to_begin_with() -> None:
    assert set(STARTERS) == set(Operation)
    for texts in STARTERS.values():
        assert len(texts) >= 3
        assert all(text.endswith(".") and not mentions(text) for text in texts)
