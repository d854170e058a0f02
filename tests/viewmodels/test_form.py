"""The form makes every request that is offered, keeps what fits, and says what it changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.catalogue import BUILT_IN, Catalogue, Choice, all_choices
from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.options import (
    BASE_MODELS,
    MAX_EDIT_IMAGES,
    AspectRatio,
    Operation,
    OutputFormat,
    Quality,
    Resolution,
)
from phota_desktop.core.pricing import PUBLISHED, PriceRow
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemixRequest,
    StudioRequest,
)
from phota_desktop.services.people import Person
from phota_desktop.viewmodels.form import OFFERS, RequestForm

PHOTO = Path("/p/IMG.jpg")
OTHER = Path("/p/other.jpg")
STYLE = Path("/p/style.jpg")


@pytest.fixture
def form(qapp: object) -> RequestForm:
    made = RequestForm()
    made.set_engine(Engine.PHOTA)
    made.set_photo(PHOTO)
    return made


def told_by(form: RequestForm) -> list[str]:
    told: list[str] = []
    form.adjusted.connect(told.append)
    return told


def done(request: StudioRequest, width: int, height: int, engine: Engine = Engine.PHOTA) -> Job:
    variant = Variant(1, Path("/v/1.jpg"), "0", width, height, "jpg")
    return Job("j", "c", engine, request, 0.0, JobState.DONE, variants=(variant,))


def test_every_operation_has_a_tab() -> None:
    assert [offer.operation for offer in OFFERS] == list(Operation)


def test_each_operation_makes_its_own_request(form: RequestForm) -> None:
    form.set_prompt(" soft ")
    form.set_riding("p1", True)
    assert form.request(PHOTO) == EnhanceRequest(PHOTO, "soft", ("p1",))
    form.set_operation("edit")
    assert form.request(PHOTO) == EditRequest((PHOTO,), "soft", ("p1",))
    form.set_operation(Operation.GENERATE)
    assert form.request(PHOTO) == form.request(None) == GenerateRequest("soft")
    form.set_operation(Operation.REMIX)
    assert form.request(PHOTO) is None
    assert form.problems(PHOTO)[0].field == "reference_image"
    form.set_reference(STYLE)
    assert form.request(PHOTO) == RemixRequest(PHOTO, STYLE, "soft", ("p1",))
    assert form.request(None) is None
    assert form.problems(None)[0].field == "images"


def test_whatever_is_offered_can_be_chosen_step_by_step_and_is_free_of_problems(
    form: RequestForm,
) -> None:
    form.set_reference(STYLE)
    for choice in all_choices():
        form.set_operation(choice.operation)
        form.set_prompt(choice.prompt)
        if form.offered.models:
            form.set_base_model(choice.base_model)
            form.set_aspect_ratio(choice.aspect_ratio.value)
            form.set_resolution(choice.resolution.value)
            form.set_quality(choice.quality)
        form.set_variants(choice.variants)
        form.set_format(choice.output_format.value)
        assert form.problems(PHOTO) == []
        if form.offered.models:
            assert form.choice == choice


def test_what_is_not_offered_cannot_be_chosen(form: RequestForm) -> None:
    form.set_operation("edit")
    form.set_base_model("reve")
    form.set_resolution("4K")
    form.set_quality("high")
    form.set_base_model("unheard-of")
    form.set_variants(9)
    assert form.choice == Choice(Operation.EDIT, base_model="reve", variants=4)


def test_a_model_switch_keeps_what_fits_and_says_what_does_not(form: RequestForm) -> None:
    form.set_operation("edit")
    form.set_resolution("4K")
    told = told_by(form)
    form.set_base_model("reve")
    assert form.choice.resolution is Resolution.R1K
    assert len(told) == 1
    assert "1K" in told[0]
    assert "Reve" in told[0]
    form.set_base_model("nb2")
    assert told[1] == "", "a switch that changes nothing else clears the line"


def test_an_operation_finds_its_own_values_again(form: RequestForm) -> None:
    form.set_operation("edit")
    form.set_base_model("gpt-image-2")
    form.set_resolution("4K")
    form.set_quality("high")
    form.set_aspect_ratio("16:9")
    form.set_operation("generate")
    assert form.choice.base_model == "gpt-image-2", "the first time it takes over what fits"
    form.set_base_model("reve")
    form.set_operation("enhance")
    form.set_operation("edit")
    assert form.choice.base_model == "gpt-image-2"
    assert form.choice.quality is Quality.HIGH
    assert form.choice.resolution is Resolution.R4K
    form.set_operation("generate")
    assert form.choice.base_model == "reve"


def test_values_survive_a_restart_and_nonsense_is_as_new(form: RequestForm) -> None:
    form.set_operation("generate")
    form.set_base_model("gpt-image-2")
    form.set_quality("low")
    form.set_operation("edit")
    form.set_resolution("2K")
    form.set_match_original(True)
    again = RequestForm()
    again.restore(form.saved())
    assert again.operation is Operation.EDIT
    assert again.match_original
    assert again.choice.resolution is Resolution.R2K
    again.set_operation("generate")
    assert again.choice.quality is Quality.LOW
    new = RequestForm()
    new.restore({"operation": "dance", "edit.base_model": "gone", "edit.resolution": "9K"})
    assert new.operation is Operation.ENHANCE
    told = told_by(new)
    new.set_operation("edit")
    assert new.choice.base_model == "nb2"
    assert told[0] != ""


def test_who_rides_is_kept_over_generate_and_belongs_to_the_engine(form: RequestForm) -> None:
    form.set_riding("p1", True)
    told = told_by(form)
    form.set_operation("generate")
    assert form.profile_ids == ()
    assert "mention" in told[0]
    form.set_operation("edit")
    assert form.profile_ids == ("p1",)
    form.set_engine(Engine.LOCAL)
    assert form.profile_ids == ()
    form.set_engine(Engine.PHOTA)
    form.set_riding("p1", False)
    assert form.profile_ids == ()


def test_sources_begin_with_the_shown_photo_and_end_at_ten(form: RequestForm) -> None:
    form.set_operation("edit")
    form.set_prompt("x")
    assert form.effective_sources(PHOTO) == (PHOTO,)
    many = [Path(f"/p/{n}.jpg") for n in range(MAX_EDIT_IMAGES + 1)]
    assert form.add_sources(many) == 2
    assert form.add_sources([PHOTO]) == 0, "one that is there already is no refusal"
    assert form.sources == (PHOTO, *many[: MAX_EDIT_IMAGES - 1])
    form.move_source(3, 0)
    assert form.sources[:2] == (many[2], PHOTO)
    request = form.request(PHOTO)
    assert request is not None
    assert request.images == form.sources
    for _ in range(MAX_EDIT_IMAGES):
        form.remove_source(0)
    assert form.effective_sources(OTHER) == (OTHER,)
    form.add_sources([OTHER])
    form.set_operation("enhance")
    assert form.effective_sources(PHOTO) == (PHOTO,), "enhance works on what is shown"
    form.clear_sources()
    assert form.sources == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form.set_prompt("x"),
        lambda form: form.set_aspect_ratio("1:1"),
        lambda form: form.set_match_original(True),
        lambda form: form.set_resolution("2K"),
        lambda form: form.set_variants(2),
        lambda form: form.set_format("png"),
        lambda form: form.set_riding("p", True),
        lambda form: form.set_reference(STYLE),
        lambda form: form.add_sources([OTHER]),
        lambda form: form.set_photo_size(10, 20),
        lambda form: form.set_engine(Engine.LOCAL),
    ],
)
def test_a_setter_tells_a_change_once(
    form: RequestForm, change: Callable[[RequestForm], object]
) -> None:
    form.set_operation("edit")
    changes: list[int] = []
    form.changed.connect(lambda: changes.append(1))
    change(form)
    change(form)
    assert len(changes) == 1


def test_match_original_follows_the_photo(form: RequestForm) -> None:
    form.set_operation("edit")
    form.set_match_original(True)
    assert form.choice.aspect_ratio is AspectRatio.AUTO
    form.set_photo_size(4000, 3000)
    assert form.choice.aspect_ratio is AspectRatio.LANDSCAPE_4_3
    form.set_photo_size(1080, 1920)
    assert form.choice.aspect_ratio is AspectRatio.PORTRAIT_9_16
    form.set_operation("generate")
    form.set_match_original(True)
    assert form.choice.aspect_ratio is AspectRatio.AUTO, "there is no original to match"
    form.set_operation("edit")
    form.set_aspect_ratio("auto")
    assert not form.match_original


def test_the_button_and_the_line_carry_the_price(form: RequestForm) -> None:
    form.set_variants(3)
    assert form.button_text(PHOTO) == "Enhance 3 · $0.36"
    assert form.surcharge_text == ""
    form.set_prompt("[[p1]] smiles")
    assert form.button_text(None) == "Enhance 3 · $0.36–0.45"
    assert form.cost_text(PHOTO) == "3 pictures at $0.12–0.15 each, charged by Phota."
    assert "$0.15" in form.surcharge_text
    form.set_operation("remix")
    assert form.button_text(PHOTO) == "Remix 3 · $0.36–0.45", "without a reference as well"
    form.set_operation("edit")
    assert form.button_text(None) == "Edit 3 · price not published"
    assert "not published" in form.cost_text(None)
    own = PriceRow(Operation.EDIT, Decimal("0.20"), Decimal("0.25"), "nb2")
    form.set_prices(PUBLISHED.changed([own]))
    assert form.button_text(None) == "Edit 3 · $0.60–0.75"
    form.set_engine(Engine.LOCAL)
    assert form.button_text(PHOTO) == "Edit 3 · free"
    assert form.cost_text(PHOTO) == "Free. Your photo stays on this computer."
    form.add_sources([OTHER])
    assert form.cost_text(PHOTO) == "Free. Your photos stay on this computer."
    form.set_operation("generate")
    assert form.cost_text(None) == "Free. Nothing leaves this computer."


def test_the_size_that_comes_back_is_learnt(form: RequestForm) -> None:
    form.set_photo_size(6000, 4000)
    assert form.output_text(PHOTO) == ""
    form.learn_size(done(EnhanceRequest(PHOTO), 2048, 1365, Engine.LOCAL))
    assert form.output_text(PHOTO) == "", "another engine makes other sizes"
    form.learn_size(done(EnhanceRequest(PHOTO), 2048, 1365))
    assert form.output_text(PHOTO) == "Comes back about 2048 px wide; your photo is 6000."
    assert form.is_smaller
    form.set_photo_size(800, 1200)
    assert form.output_text(PHOTO).startswith("Comes back about 2048 px high; your photo is 1200")
    assert not form.is_smaller
    form.set_operation("edit")
    assert form.output_text(PHOTO) == ""
    square = EditRequest((PHOTO,), "x", aspect_ratio=AspectRatio.SQUARE)
    form.learn_size(done(square, 1024, 1024))
    form.set_aspect_ratio("16:9")
    assert form.expected_size(PHOTO) == (1365, 768), "as many pixels in another shape"
    form.learn_size(done(replace(square, aspect_ratio=AspectRatio.LANDSCAPE_16_9), 1408, 768))
    assert form.expected_size(PHOTO) == (1408, 768)
    form.set_resolution("2K")
    assert form.expected_size(PHOTO) is None
    form.set_operation("generate")
    form.set_aspect_ratio("auto")
    form.learn_size(done(GenerateRequest("x", resolution=Resolution.R2K), 2048, 2048))
    assert form.output_text(None) == "Comes back about 2048 px wide."
    assert not form.is_smaller


def test_a_recipe_is_taken_over_and_what_does_not_fit_is_said(form: RequestForm) -> None:
    form.add_sources([OTHER])
    told = told_by(form)
    changes: list[int] = []
    form.changed.connect(lambda: changes.append(1))
    wanted = Choice(
        Operation.EDIT,
        "warm",
        ("p1",),
        "reve",
        AspectRatio.SQUARE,
        Resolution.R4K,
        variants=2,
        output_format=OutputFormat.PNG,
    )
    form.apply(wanted)
    assert form.choice == replace(wanted, resolution=Resolution.R1K)
    assert form.sources == (PHOTO, OTHER), "a recipe has no pictures of its own"
    assert (len(changes), len(told)) == (1, 1)
    form.apply(Choice(Operation.REMIX), sources=[], reference=STYLE)
    assert form.request(PHOTO) == RemixRequest(PHOTO, STYLE)


def test_a_smaller_catalogue_changes_the_choice_and_says_so(form: RequestForm) -> None:
    form.set_operation("edit")
    form.set_base_model("flux-2")
    told = told_by(form)
    form.set_catalogue(Catalogue({"reve": BASE_MODELS["reve"]}, "server"))
    assert form.base_model == BASE_MODELS["reve"]
    assert "Flux" in told[0]
    form.set_catalogue(BUILT_IN)
    assert len(form.offered.models) == len(BASE_MODELS)


def test_profiles_that_cannot_be_used_are_named(form: RequestForm) -> None:
    people = [
        Person("a", "Anna", ProfileStatus.READY),
        Person("b", "Bello", ProfileStatus.IN_PROGRESS),
        Person("c", "Carl"),
    ]
    form.set_prompt("[[a]] and [[b]] and [[c]] and [[x]]")
    form.set_riding("b", True)
    found = form.mention_problems(people)
    assert [problem.field for problem in found] == ["prompt", "prompt"]
    assert "Bello" in found[0].message
    assert "x" in found[1].message
    form.set_prompt("")
    assert [problem.field for problem in form.mention_problems(people)] == ["profile_ids"]
