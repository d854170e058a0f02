"""The form of a new profile: verdicts and ticks, what is missing, consent, and its words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from phota_desktop.core.hosting import LINK_SECONDS
from phota_desktop.core.jobs import Engine
from phota_desktop.core.photo_check import Finding, PhotoFacts
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind
from phota_desktop.store.settings import SettingsStore
from phota_desktop.viewmodels.add_profile import AddProfileViewModel
from phota_desktop.viewmodels.profile_draft import Way, missing
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.training_photos import (
    CHECK_ROLE,
    MOST_PHOTOS,
    TrainingPhotosModel,
)
from phota_desktop.viewmodels.training_words import (
    read_addresses,
    train_words,
    where_words,
)


def facts(name: str, *, digest: str = "", side: int = 2000, problem: str = "") -> PhotoFacts:
    path = Path("/p") / name
    if problem:
        return PhotoFacts(path, problem=problem)
    return PhotoFacts(
        path, "", side, side, 1_000_000, digest or name, None, 0.5, 100.0, 200.0, 250.0, 0.0
    )


def listed(*all_facts: PhotoFacts) -> TrainingPhotosModel:
    model = TrainingPhotosModel()
    model.add([one.path for one in all_facts])
    model.take_facts(all_facts)
    return model


@pytest.fixture
def form(qapp: object, tmp_path: Path) -> AddProfileViewModel:
    store = SettingsStore(tmp_path / "settings.json")
    return AddProfileViewModel(SettingsViewModel(store, store.load()))


# -- the photos -----------------------------------------------------------------------------


def test_bad_photos_are_left_out_until_a_person_overrules(qapp: object) -> None:
    model = listed(
        facts("a.jpg"), facts("small.jpg", side=500), facts("broken.jpg", problem="No photo.")
    )
    assert [row.is_used for row in model.rows] == [True, False, False]
    assert [row.verdict_words for row in model.rows] == ["Good", "Too small", "Unreadable"]
    assert model.rows[1].reason.startswith("500 × 500 pixels")
    assert model.setData(model.index(1), Qt.CheckState.Checked, CHECK_ROLE)
    assert not model.setData(model.index(2), Qt.CheckState.Checked, CHECK_ROLE)
    model.set_used([0, 1, 2], True)
    assert [path.name for path in model.used] == ["a.jpg", "small.jpg"]


def test_a_duplicate_names_its_twin_and_returns_when_the_twin_goes(qapp: object) -> None:
    model = listed(facts("a.jpg", digest="1"), facts("b.jpg", digest="1"))
    twin = model.rows[1]
    assert twin.verdict is not None
    assert (twin.verdict.kind, twin.is_used) == (Finding.DUPLICATE, False)
    assert twin.said == "Duplicate of “a.jpg”."
    assert str(model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)) == (
        "b.jpg, left out. Duplicate of “a.jpg”."
    )
    model.remove([0])
    assert [(row.path.name, row.is_used) for row in model.rows] == [("b.jpg", True)]


def test_a_choice_outlives_a_new_verdict(qapp: object) -> None:
    model = listed(facts("a.jpg"), facts("b.jpg"))
    model.set_used([0], False)
    model.add([Path("/p/c.jpg")])
    model.take_facts([facts("c.jpg")])
    assert [row.is_used for row in model.rows] == [False, True, True]


def test_photos_come_once_in_the_persons_order_and_not_without_end(qapp: object) -> None:
    model = TrainingPhotosModel()
    names = [Path(f"/p/{n}.jpg") for n in (3, 1, 2, 1)]
    assert model.add(names) == 3
    assert [path.stem for path in model.paths] == ["3", "1", "2"]
    assert model.add([Path(f"/p/x{n}.jpg") for n in range(500)]) == MOST_PHOTOS - 3


def test_a_foreign_file_name_is_one_harmless_line(qapp: object) -> None:
    model = listed(facts("a\u202e<b>.jpg"))
    index = model.index(0)
    assert index.data() == "a⟨U+202E⟩<b>.jpg"
    assert "&lt;b&gt;" in str(index.data(Qt.ItemDataRole.ToolTipRole))


# -- words ----------------------------------------------------------------------------------


def test_addresses_are_https_whole_and_there_once() -> None:
    text = (
        "\n https://a.example/1.jpg \nhttp://a.example/2.jpg\nhttps://a.example/1.jpg\nhttps:///x"
    )
    found, wrong = read_addresses(text + "\nhttps://a.example/a b\nHTTPS://b.example/3.jpg?s=1")
    assert found == ("https://a.example/1.jpg", "HTTPS://b.example/3.jpg?s=1")
    assert wrong == (
        "Line 3 does not begin with https://.",
        "Line 4 is the same address as line 2.",
        "Line 5 is not a whole address.",
        "Line 6 is not a whole address.",
    )


def test_the_button_says_whom_and_what_it_costs() -> None:
    assert train_words(" Anna ", Decimal("2.90"), Engine.PHOTA) == "Train Anna for $2.90"
    assert train_words("Anna", Decimal(0), Engine.LOCAL) == "Train Anna (practice, free)"
    assert train_words("", None, Engine.PHOTA) == "Train (price not published)"
    assert len(train_words("x" * 500, Decimal(1), Engine.PHOTA)) < 50


def test_where_the_photos_go_is_said_for_each_way() -> None:
    tier = TrainingTier.STANDARD
    here = where_words(Engine.LOCAL, "", tier, files=3, addresses=0)
    assert here == "Practice: stays on this computer, recognises nobody, free."
    bucket = where_words(Engine.PHOTA, "s3://mine", tier, files=3, addresses=1)
    assert "s3://mine" in bucket
    assert "2 hours" in bucket
    assert "addresses you gave" in bucket
    assert "bucket of your own" in where_words(Engine.PHOTA, "", tier, files=3, addresses=0)
    fetched = where_words(Engine.PHOTA, "", tier, files=0, addresses=5)
    assert fetched == "Phota itself fetches the photos at the addresses you gave."


def test_the_said_time_of_the_links_is_the_real_one() -> None:
    for tier, hours in ((TrainingTier.FAST, "1 hour;"), (TrainingTier.STANDARD, "2 hours;")):
        words = where_words(Engine.PHOTA, "s3://mine", tier, files=12, addresses=0)
        assert f"for {hours}" in words
        assert LINK_SECONDS[tier] == int(hours[0]) * 3600


# -- the form -------------------------------------------------------------------------------


def test_a_consent_is_for_one_name(form: AddProfileViewModel) -> None:
    form.set_name("Anna")
    form.set_consent(True)
    form.set_name("  anna ")
    assert form.draft.consent
    for other in ("Berta", "Annabelle"):
        form.set_name("Anna")
        form.set_consent(True)
        form.set_name(other)
        assert form.draft.consent == ""
        form.set_name("Anna")
        assert form.draft.consent == "", "a tick that was taken back does not come back"


def test_a_name_may_be_typed_on_after_the_tick(form: AddProfileViewModel) -> None:
    form.set_consent(True)
    for name in ("A", "An", "Anna"):
        form.set_name(name)
        assert form.draft.consent
    form.set_name("Berta")
    assert form.draft.consent == ""
    form.set_consent(False)
    form.set_name("")
    assert form.is_blank


def test_another_kind_asks_for_another_consent(form: AddProfileViewModel) -> None:
    form.set_consent(True)
    person = form.draft.consent
    assert "parent or guardian" in person
    form.set_kind("dog")
    assert (form.draft.consent, form.consent_words == person) == ("", False)
    form.set_consent(True)
    form.set_kind(Kind.CAT)
    assert form.draft.consent == form.consent_words, "the same words for dogs and cats"


def test_a_fitting_tier_is_suggested_and_never_switched(form: AddProfileViewModel) -> None:
    form.photos.add([Path(f"/p/{n}.jpg") for n in range(7)])
    form.photos.take_facts([facts(f"{n}.jpg") for n in range(7)])
    assert form.draft.tier is TrainingTier.STANDARD
    assert not form.fits(TrainingTier.STANDARD)
    assert form.fits(TrainingTier.FAST)
    problem = next(one for one in missing(form) if one.way is Way.TIER)
    assert form.way_words(problem.way) == "Use Quick"
    form.take_way(problem.way)
    assert form.draft.tier is TrainingTier.FAST
    assert form.set_verdict.enough


def test_addresses_count_as_photos_and_are_not_for_the_local_engine(
    form: AddProfileViewModel,
) -> None:
    form.set_addresses("\n".join(f"https://a.example/{n}.jpg" for n in range(6)))
    form.set_tier("fast")
    assert (form.number, form.set_verdict.enough) == (6, True)
    assert any("opens no connections" in one.words for one in missing(form))
    form.add_link("https://a.example/7.jpg")
    form.add_link("https://a.example/7.jpg")
    assert form.number == 7


def test_nothing_starts_while_something_is_missing(form: AddProfileViewModel) -> None:
    form.submit()
    assert not form.is_starting
    assert form.first_problem is not None
    form.set_name("A" * 81)
    assert any("80 characters" in one.words for one in missing(form))


def test_a_form_is_blank_again_after_start_over(form: AddProfileViewModel) -> None:
    assert form.is_blank
    form.set_name("Anna")
    form.photos.add([Path("/p/a.jpg")])
    assert not form.is_blank
    form.clear()
    assert form.is_blank
