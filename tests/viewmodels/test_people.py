"""Words and rows of people: states, harmless names, and rows that stay where they are."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import (
    Training,
    TrainingOrder,
    TrainingProgress,
    TrainingState,
)
from phota_desktop.services.people import Person
from phota_desktop.viewmodels.people import shown_name
from phota_desktop.viewmodels.people_list import (
    CHECK_ROLE,
    STATUS_COLOUR_ROLE,
    STATUS_ROLE,
    PeopleModel,
)
from phota_desktop.viewmodels.people_rows import (
    DELETING,
    MOST_SHARE,
    Clockwork,
    Row,
    TrainingAction,
    button_words,
    deletion_facts,
    explained,
    person_row,
    training_row,
    training_words,
)

READY = ProfileStatus.READY


def person(name: str, status: ProfileStatus | None = READY, message: str = "") -> Person:
    return Person(name.lower(), name, status, message)


def row(one: Person, removal: str = "") -> Row:
    return person_row(one, None, Clockwork(), removal)


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
    model.show([row(person("Anna", status, "no subject\u202e"))], frozenset(), has_ticks=True)
    assert model.index(0).data(STATUS_ROLE) == words
    assert model.index(0).data(STATUS_COLOUR_ROLE) == colour
    assert (model.index(0).data(CHECK_ROLE) is None) is (status is not READY)


def test_a_foreign_name_is_one_harmless_line() -> None:
    assert shown_name(person("a\nb\u202ec")) == "a b⟨U+202E⟩c"
    assert len(shown_name(person("x" * 500))) == 80


def test_a_change_tells_of_its_row_and_others_come_and_go_alone(qapp: object) -> None:
    model = PeopleModel()
    people = [row(person("Anna")), row(person("Bello")), row(person("Cleo", None))]
    model.show(people, frozenset(), has_ticks=True)
    told: list[int] = []
    resets: list[bool] = []
    moved: list[tuple[str, int, int]] = []
    model.dataChanged.connect(lambda first, _last: told.append(first.row()))
    model.modelReset.connect(lambda: resets.append(True))
    model.rowsInserted.connect(lambda _p, first, last: moved.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _p, first, last: moved.append(("out", first, last)))
    model.show(people, frozenset({"bello"}), has_ticks=True)
    model.show([*people[:2], row(person("Cleo"))], frozenset({"bello"}), has_ticks=True)
    assert (told, resets, moved) == ([1, 2], [], [])
    model.show(people[1:], frozenset(), has_ticks=True)
    assert moved == [("out", 0, 0)]
    aaron, both = row(person("Aaron")), [row(person("Bo")), row(person("Bob"))]
    model.show([aaron, *both, *people[1:]], frozenset(), has_ticks=True)
    assert moved[1:] == [("in", 0, 2)]
    assert [one.name for one in model.rows] == ["Aaron", "Bo", "Bob", "Bello", "Cleo"]
    assert [model.row(name) for name in ("aaron", "cleo", "anna")] == [0, 4, -1]
    model.show([people[2], people[1]], frozenset(), has_ticks=True)  # somebody was renamed
    assert (resets, [one.name for one in model.rows]) == ([True], ["Cleo", "Bello"])


def test_a_tick_asks_and_waits_for_the_form(qapp: object) -> None:
    model = PeopleModel()
    model.show([row(person("Anna")), row(person("Bello", None))], frozenset(), has_ticks=True)
    asked: list[tuple[str, bool]] = []
    model.tick_asked.connect(lambda *one: asked.append(one))
    assert model.setData(model.index(0), Qt.CheckState.Checked, CHECK_ROLE)
    assert not model.setData(model.index(1), Qt.CheckState.Checked, CHECK_ROLE)
    assert asked == [("anna", True)]
    assert model.index(0).data(CHECK_ROLE) is Qt.CheckState.Unchecked


def test_one_who_rides_but_cannot_can_still_be_unticked(qapp: object) -> None:
    model = PeopleModel()
    people = [row(Person("a", "Anna", ProfileStatus.INACTIVE, picture=Path("/p.jpg")))]
    model.show(people, frozenset({"a"}), has_ticks=True)
    assert model.index(0).data(CHECK_ROLE) is Qt.CheckState.Checked
    assert model.flags(model.index(0)) & Qt.ItemFlag.ItemIsUserCheckable


@pytest.mark.parametrize(
    ("elapsed", "expected", "words", "share"),
    [
        (None, None, "Training", None),
        (30.0, None, "Training", None),
        (190.0, None, "Training 3 min", None),
        (None, 1200.0, "Training, about 20 min", None),
        (30.0, 1200.0, "Training, about 20 min", 0.025),
        (720.0, 1200.0, "Training 12 of about 20 min", 0.6),
        (1200.0, 1200.0, "Training 20 of about 20 min", MOST_SHARE),
        (3000.0, 1200.0, "Training 50 min, usually 20", MOST_SHARE),
        (-50.0, 1200.0, "Training, about 20 min", 0.0),
        (3.0, 9.0, "Training, under a minute", 1 / 3),
        (200.0, 9.0, "Training 3 min", MOST_SHARE),
    ],
)
def test_a_training_says_how_long_and_never_claims_its_end(
    elapsed: float | None, expected: float | None, words: str, share: float | None
) -> None:
    said, part = training_words(Clockwork(elapsed, expected))
    assert said == words
    assert part == (pytest.approx(share) if share is not None else None)


def plain_training(state: TrainingState, message: str = "") -> Training:
    order = TrainingOrder("Anna", TrainingTier.STANDARD, ("/a.jpg",))
    return Training("pd-1", Engine.PHOTA, "https://x", "me", order, 1.0, state, message=message)


@pytest.mark.parametrize(
    ("state", "waits", "progress", "words", "actions"),
    [
        (TrainingState.RECORDED, False, None, "Starting", "Cancel"),
        (TrainingState.RECORDED, True, None, "Interrupted: nothing paid", "Continue Discard"),
        (TrainingState.UPLOADING, False, ("uploading", 3, 12), "Uploading 3 of 12", "Cancel"),
        (TrainingState.UPLOADING, False, ("preparing", 1, 12), "Preparing 1 of 12", "Cancel"),
        (TrainingState.SENT, False, None, "Waiting for the answer", ""),
        (TrainingState.SENT, False, ("waiting", 0, 1), "Phota is busy, not sent yet", "Cancel"),
        (
            *(TrainingState.SENT, True, None, "Answer lost, maybe paid"),
            "Look again Train again Give up",
        ),
        (TrainingState.TRAINING, False, None, "Checking", ""),
        (TrainingState.FAILED, False, None, "Failed: <b>no</b>", "Try again… Dismiss"),
    ],
)
def test_a_training_without_a_profile_has_words_and_actions(
    state: TrainingState,
    waits: bool,
    progress: tuple[str, int, int] | None,
    words: str,
    actions: str,
) -> None:
    said = TrainingProgress("pd-1", *progress) if progress else None
    shown = training_row(plain_training(state, "<b>no</b>"), "A", said, needs_word=waits)
    assert (shown.words, " ".join(action.value for action in shown.actions)) == (words, actions)
    assert shown.needs_word is (waits or state is TrainingState.FAILED)
    assert (shown.key, shown.profile_id, shown.name) == ("pd-1", "", "Anna")
    assert len(explained(shown)) >= len(words)


def test_an_interrupted_training_says_why() -> None:
    training = plain_training(TrainingState.RECORDED, "The bucket takes\u202e no more.")
    shown = training_row(training, "A", None, needs_word=True)
    assert shown.words == "Interrupted: nothing paid"
    assert explained(shown) == (
        "Interrupted before it was sent. Nothing was paid. The bucket takes⟨U+202E⟩ no more."
    )


def test_what_spends_money_says_how_much() -> None:
    price = Decimal("2.90")
    assert button_words(TrainingAction.CONTINUE, price, Engine.PHOTA) == "Continue ($2.90)"
    assert button_words(TrainingAction.AGAIN, None, Engine.PHOTA) == (
        "Train again (price not published)"
    )
    assert button_words(TrainingAction.CONTINUE, price, Engine.LOCAL) == "Continue"
    assert button_words(TrainingAction.GIVE_UP, price, Engine.PHOTA) == "Give up"


def test_a_deletion_says_where_and_stands_on_its_row() -> None:
    facts = dict(deletion_facts("p", "Anna", Engine.PHOTA, {"s3://mine": 2}).facts)
    assert facts["Your bucket"] == "2 training photos in s3://mine."
    assert set(facts) == {"At Phota", "Your bucket", "This computer", "Stays"}
    local = deletion_facts("p", "Anna", Engine.LOCAL, {})
    assert [where for where, _ in local.facts] == ["Local engine", "This computer", "Stays"]
    doing, failed = row(person("Anna"), DELETING), row(person("Anna"), "Not deleted: offline")
    assert (doing.words, doing.colour, doing.is_ready) == ("Deleting…", "quiet", False)
    assert (failed.words, failed.colour, failed.is_ready) == ("Not deleted: offline", "bad", True)
