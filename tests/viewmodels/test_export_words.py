"""What the export dialog says is true of what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from phota_desktop.core.exporting import (
    ColourSpace,
    ExportFormat,
    ExportSettings,
    Resize,
    Sharpening,
)
from phota_desktop.core.file_names import NameTokens
from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import MetadataChoice, Provenance
from phota_desktop.viewmodels.export_subjects import Chosen, Subject
from phota_desktop.viewmodels.export_words import (
    can_be_limited,
    changes_pixels,
    estimate_words,
    form_note,
    kinds_of,
    label_words,
    names_of,
    people_words,
    quality_counts,
)

HERE = Path("/photos")


def made(operation: Operation, engine: Engine = Engine.PHOTA) -> Subject:
    return Subject(HERE / "a.jpg", provenance=Provenance(operation, engine))


@pytest.mark.parametrize(
    ("subjects", "words"),
    [
        ([made(Operation.ENHANCE)], "a trained model changed the picture. Many sites"),
        ([made(Operation.EDIT)], "a trained model changed the picture. Many sites"),
        ([made(Operation.GENERATE)], "a trained model made the picture. Many sites"),
        ([made(Operation.ENHANCE, Engine.LOCAL)], "not a trained model, changed the picture."),
        ([made(Operation.GENERATE, Engine.LOCAL)], "not a trained model, made the picture."),
        ([made(Operation.EDIT), made(Operation.GENERATE)], "of each picture how it was made"),
        ([Subject(HERE / "a.jpg")], "photos as they were taken"),
    ],
)
def test_the_label_says_what_was_done(subjects: list[Subject], words: str) -> None:
    assert words in label_words(kinds_of(subjects), on=True).words


def test_leaving_a_trained_model_unsaid_is_warned_of() -> None:
    assert label_words(kinds_of([made(Operation.REMIX)]), on=False).role == "warn"
    assert label_words(kinds_of([made(Operation.ENHANCE, Engine.LOCAL)]), on=False).role == "quiet"


def test_a_change_by_formulas_after_a_model_is_still_the_models() -> None:
    from phota_desktop.core.provenance import Step

    local = Provenance(
        Operation.ENHANCE, Engine.LOCAL, earlier=(Step(Operation.EDIT, Engine.PHOTA),)
    )
    words = label_words(kinds_of([Subject(HERE / "a.jpg", provenance=local)]), on=True).words
    assert "that a trained model changed" in words


@pytest.mark.parametrize(
    "settings",
    [
        ExportSettings(format=ExportFormat.PNG),
        ExportSettings(resize=Resize(long_side=100)),
        ExportSettings(colour=ColourSpace.SRGB),
        ExportSettings(sharpening=Sharpening.LOW),
        ExportSettings(target_bytes=10_000),
    ],
)
def test_what_touches_pixels_is_not_called_untouched(settings: ExportSettings) -> None:
    assert changes_pixels(settings)
    assert "Not one pixel" not in form_note(settings)
    assert "byte for byte" not in form_note(settings)


def test_byte_for_byte_is_said_only_where_it_is_so() -> None:
    nothing = MetadataChoice(carry=False, gps=False, provenance=False, marks=False)
    assert "byte for byte" in form_note(ExportSettings(metadata=nothing))
    assert "Not one pixel" in form_note(ExportSettings())


def test_quality_and_limit_where_they_count() -> None:
    webp = ExportSettings(format=ExportFormat.WEBP)
    assert quality_counts(webp)
    assert can_be_limited(webp)
    assert not quality_counts(ExportSettings(format=ExportFormat.WEBP, lossless=True))
    assert not quality_counts(ExportSettings(format=ExportFormat.PNG))
    assert not quality_counts(ExportSettings())
    assert quality_counts(ExportSettings(resize=Resize(long_side=9)))


def test_names_clash_within_a_folder_only() -> None:
    subjects = [Subject(HERE / "x.jpeg", tokens=NameTokens("IMG", "edit", 1))] * 3
    names = names_of(subjects, ExportSettings(), [Path("/a"), Path("/b"), Path("/a")])
    assert names == ["IMG-edit-1.jpg", "IMG-edit-1.jpg", "IMG-edit-1-2.jpg"]


def test_sizes_and_people_in_words() -> None:
    assert estimate_words(1_840_000, 1) == "The file will have 1.8 MB"
    assert estimate_words(900, 12) == "1 kB the first, about 11 kB in all"
    some = Subject(HERE / "a.jpg", people=("Anna", "Ben", "Cleo"))
    assert people_words([some, some]) == "Names of people: Anna, Ben …"
    assert people_words([]) == "Names of people"


def test_which_key_is_a_jobs() -> None:
    assert Chosen(HERE / "a.jpg", "0a1b:2").job_id == "0a1b"
    assert Chosen(HERE / "a.jpg", "sample:0").job_id == ""
    assert Chosen(HERE / "a.jpg", "original").job_id == ""
    assert Chosen(HERE / "a.jpg", "photo:ab12").job_id == ""
