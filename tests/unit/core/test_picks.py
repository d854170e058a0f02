"""Picks files: what a proof page saves is read back, and nothing else is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.picks import FORMAT, MAX_NOTE, Choice, Pick, from_json


def written(**changes: object) -> bytes:
    document: dict[str, object] = {
        "format": FORMAT,
        "version": 1,
        "sheet": "abc",
        "title": "Wedding",
        "saved": "2026-11-21T10:00:00Z",
        "picks": [
            {"key": "job:0", "name": "a.jpg", "choice": "pick", "note": "lovely"},
            {"key": "job:1", "name": "b.jpg", "choice": "", "note": ""},
            {"key": "job:2", "name": "c.jpg", "choice": "reject", "later": 7},
        ],
    }
    return json.dumps(document | changes).encode()


def test_what_a_page_saves_is_read() -> None:
    picks = from_json(written(unknown=1))
    assert picks.title == "Wedding"
    assert picks.picks == (
        Pick("job:0", "a.jpg", Choice.PICK, "lovely"),
        Pick("job:1", "b.jpg"),
        Pick("job:2", "c.jpg", Choice.REJECT),
    )
    assert [pick.key for pick in picks.chosen] == ["job:0", "job:2"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no picks file"),
        (b"[" * 100_000, "no picks file"),
        (b"\xff\xfe", "no picks file"),
        (written(format="other"), "no picks file of Phota Desktop"),
        (written(version=2), "newer version"),
        (written(version=True), "does not say its version"),
        (written(picks={}), "no list of picks"),
        (written(picks=[7]), "Pick 1 cannot be read"),
        (written(picks=[{"name": "a"}]), "does not say which picture"),
        (written(picks=[{"key": "a", "choice": "maybe"}]), "neither pick nor reject"),
        (written(picks=[{"key": "a"}, {"key": "a"}]), "twice"),
        (b" " * 8_000_001, "too large"),
    ],
)
def test_anything_else_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(PhotaError, match=words) as caught:
        from_json(content)
    assert caught.value.kind is ErrorKind.INVALID
    assert "Save picks" in caught.value.hint


@given(st.text(), st.text(max_size=50), st.sampled_from(["", "pick", "reject"]))
def test_any_text_comes_back_within_its_bound(note: str, name: str, choice: str) -> None:
    listed = [{"key": "k", "name": name, "choice": choice, "note": note}]
    (pick,) = from_json(written(picks=listed)).picks
    assert len(pick.note) <= MAX_NOTE
    pick.note.encode()
    assert pick.choice == choice


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(PhotaError) as caught:
        from_json(content)
    assert caught.value.kind is ErrorKind.INVALID
