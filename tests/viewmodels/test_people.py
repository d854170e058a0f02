"""Words and rows of people: states, harmless names, and rows that stay where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.services.people import Person
from phota_desktop.viewmodels.people import (
    CHECK_ROLE,
    STATUS_COLOUR_ROLE,
    STATUS_ROLE,
    PeopleModel,
    shown_name,
)

READY = ProfileStatus.READY


def person(name: str, status: ProfileStatus | None = READY, message: str = "") -> Person:
    return Person(name.lower(), name, status, message)


@pytest.mark.parametrize(
    ("status", "words", "colour"),
    [
        (None, "Status not known yet", "quiet"),
        (ProfileStatus.VALIDATING, "Checking", "accent"),
        (ProfileStatus.QUEUING, "Queued", "accent"),
        (ProfileStatus.IN_PROGRESS, "Training", "accent"),
        (ProfileStatus.READY, "Ready", "good"),
        (ProfileStatus.ERROR, "Failed: no subject⟨U+202E⟩", "bad"),
        (ProfileStatus.INACTIVE, "Inactive", "quiet"),
    ],
)
def test_every_state_has_words_and_a_colour(
    qapp: object, status: ProfileStatus | None, words: str, colour: str
) -> None:
    model = PeopleModel()
    model.show([person("Anna", status, "no subject\u202e")], frozenset(), has_ticks=True)
    assert model.index(0).data(STATUS_ROLE) == words
    assert model.index(0).data(STATUS_COLOUR_ROLE) == colour
    assert (model.index(0).data(CHECK_ROLE) is None) is (status is not READY)


def test_a_foreign_name_is_one_harmless_line() -> None:
    assert shown_name(person("a\nb\u202ec")) == "a b⟨U+202E⟩c"
    assert len(shown_name(person("x" * 500))) == 80


def test_a_change_of_one_tells_of_one_row(qapp: object) -> None:
    model = PeopleModel()
    people = [person("Anna"), person("Bello"), person("Cleo", ProfileStatus.IN_PROGRESS)]
    model.show(people, frozenset(), has_ticks=True)
    told: list[int] = []
    resets: list[bool] = []
    model.dataChanged.connect(lambda first, _last: told.append(first.row()))
    model.modelReset.connect(lambda: resets.append(True))
    model.show(people, frozenset({"bello"}), has_ticks=True)
    model.show([*people[:2], person("Cleo")], frozenset({"bello"}), has_ticks=True)
    assert (told, resets) == ([1, 2], [])
    model.show(people[1:], frozenset(), has_ticks=True)
    assert resets == [True]


def test_a_tick_asks_and_waits_for_the_form(qapp: object) -> None:
    model = PeopleModel()
    model.show([person("Anna"), person("Bello", None)], frozenset(), has_ticks=True)
    asked: list[tuple[str, bool]] = []
    model.tick_asked.connect(lambda *one: asked.append(one))
    assert model.setData(model.index(0), Qt.CheckState.Checked, CHECK_ROLE)
    assert not model.setData(model.index(1), Qt.CheckState.Checked, CHECK_ROLE)
    assert asked == [("anna", True)]
    assert model.index(0).data(CHECK_ROLE) is Qt.CheckState.Unchecked


def test_one_who_rides_but_cannot_can_still_be_unticked(qapp: object) -> None:
    model = PeopleModel()
    people = [Person("a", "Anna", ProfileStatus.INACTIVE, picture=Path("/p.jpg"))]
    model.show(people, frozenset({"a"}), has_ticks=True)
    assert model.index(0).data(CHECK_ROLE) is Qt.CheckState.Checked
    assert model.flags(model.index(0)) & Qt.ItemFlag.ItemIsUserCheckable
