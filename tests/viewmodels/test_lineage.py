"""The family tree in words and keys: what stands on cards and labels, and where arrows lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, JobError, JobState
from phota_desktop.core.library import Flag, Marks
from phota_desktop.core.options import Resolution
from phota_desktop.viewmodels.lineage import LineageViewModel, Walk
from tests.unit.core.families import Family, edit, enhance, generate

pytestmark = pytest.mark.usefixtures("qapp")


def shown(
    family: Family, current: str = "", names: Mapping[str, str] | None = None
) -> LineageViewModel:
    made = LineageViewModel()
    made.set_family(family.pictures, family.jobs, names, current)
    return made


@pytest.fixture
def family() -> Family:
    """Give a photo, two enhanced variants, an edit of the second, its final, and one under way."""
    made = Family()
    photo = made.photo(Path("/p/IMG_4711.jpg"))
    _, (_, second) = made.job(enhance(photo, 2, profile_ids=("abc",)), cost="0.27")
    draft = edit(second, "take the car out")
    _, (third,) = made.job(draft, cost="0.12")
    made.job(replace(draft, resolution=Resolution.R4K), cost=None, draft_of=third.key)
    made.job(enhance(photo, 3), state=JobState.ACCEPTED)
    return made


def test_cards_and_labels(family: Family) -> None:
    lineage = shown(family, "j003:0", {"abc": "Anna"})
    cards = list(lineage.cards.values())
    assert [card.title for card in cards] == ["IMG_4711.jpg", "v1", "v2", "v1", "v2", "Running"]
    assert [card.detail for card in cards][-2:] == ["2048 × 1365", "3 pictures"]
    assert [card.final_of for card in cards] == ["", "", "", "", "v1", ""]
    assert [link.words for link in lineage.links.values()] == [
        "Enhance 2 · $0.27 · with Anna",
        "Enhance 3 · $0.36",
        "Edit · $0.12 · “take the car out” · 1K",
        "Final of v1 · price unknown · 1K → 4K",
    ]
    assert lineage.title == "Family of IMG_4711.jpg"
    assert lineage.totals == "5 pictures · 4 requests · $0.75 and 1 without a published price"
    assert lineage.chosen_words.startswith("IMG_4711.jpg › v2 › v2 — Final of v1 · price unknown")
    assert lineage.branch == "To here: $0.27 and 1 without a published price"
    lineage.choose("j001:1")
    assert lineage.branch.endswith("From here on: $0.12 and 1 without a published price")


def test_a_screen_reader_hears_where_a_picture_is_from(family: Family) -> None:
    family.pictures[2] = replace(family.pictures[2], marks=Marks(3, Flag.PICK))
    lineage = shown(family)
    assert lineage.spoken("j001:1") == (
        "v2, 2048 × 1365, 3 stars, picked, made from IMG_4711.jpg, Enhance 2, $0.27, with abc, "
        "2 of 2, 2 made from it"
    )


def test_arrows_walk_the_family(family: Family) -> None:
    lineage = shown(family, "j002:0")
    for where, key in (
        (Walk.NEXT, "j003:0"),
        (Walk.NEXT, "j003:0"),
        (Walk.PARENT, "j001:1"),
        (Walk.CHILD, "j003:0"),  # the one that was left
        (Walk.PREVIOUS, "j002:0"),
        (Walk.CHILD, "j002:0"),
        (Walk.ROOT, family.pictures[0].key),
        (Walk.PARENT, family.pictures[0].key),
        (Walk.CHILD, "j001:1"),
        (Walk.PREVIOUS, "j001:0"),
        (Walk.NEXT, "j001:1"),
        (Walk.NEXT, "j004:missing"),
    ):
        lineage.walk(where)
        assert lineage.current == key, where
    assert lineage.picture is None
    assert lineage.targets() == []


def test_marks_go_to_the_chosen_picture_and_advance(family: Family) -> None:
    lineage = shown(family, "j001:1")
    assert lineage.targets() == ["j001:1"]
    lineage.advance()
    assert lineage.targets() == ["j002:0"]
    lineage.advance()
    lineage.advance()
    assert lineage.current == "j003:0"


def test_ends_say_why(family: Family) -> None:
    photo = family.pictures[0]
    error = JobError(ErrorKind.REFUSED, "Not <b>allowed</b>\nhere.")
    family.job(enhance(photo), state=JobState.REFUSED, error=error)
    family.job(enhance(photo), state=JobState.UNKNOWN)
    family.job(enhance(photo, 3), state=JobState.PARTIAL, files=(Path("/p/a.jpg"),), cost="0.12")
    cards = shown(family).cards
    assert (cards["j005:missing"].title, cards["j005:missing"].icon) == ("Refused", "refused")
    assert cards["j005:missing"].quote == "Not <b>allowed</b> here."
    assert cards["j006:missing"].title == "Answer lost"
    assert cards["j007:missing"].quote == "2 pictures did not come"


def test_words_alone_local_looks_ghosts_and_hostile_names() -> None:
    family = Family()
    family.job(generate("a beach", 2), engine=Engine.LOCAL)
    lineage = shown(family)
    assert lineage.cards["job:j001"].quote == "a beach"
    assert lineage.links["j001"].words == "Generate 2 · free · 1K · PNG"
    other = Family()
    photo = other.photo(Path("/p/a\u202eb\n.jpg"))
    _, (natural, _) = other.job(enhance(photo, 2), engine=Engine.LOCAL)
    other.pictures[2] = replace(other.pictures[2], deleted=5.0)
    lineage = shown(other)
    assert lineage.cards[photo.key].title == "a⟨U+202E⟩b .jpg"
    assert lineage.cards[natural.key].title == "Natural"
    ghost = lineage.cards["j001:1"]
    assert (ghost.title, ghost.detail, ghost.path) == ("Brighter", "Deleted", None)
    assert lineage.totals == "3 pictures · 1 deleted · 1 request · free"


def test_the_choice_stays_when_the_family_grows(family: Family) -> None:
    lineage = shown(family, "j002:0")
    told: list[None] = []
    lineage.current_changed.connect(lambda: told.append(None))
    family.job(edit(family.pictures[3], "more"))
    lineage.set_family(family.pictures, family.jobs)
    assert lineage.current == "j002:0"
    assert told == []
    lineage.set_family(family.pictures[:1], family.jobs[:1])
    assert lineage.current == family.pictures[0].key
