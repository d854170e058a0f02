"""The catalogue: what is offered, what a switch keeps, and what a request is built of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phota_desktop.core.catalogue import (
    BUILT_IN,
    Catalogue,
    Choice,
    all_choices,
    build,
    choice_of,
    fit,
    merged,
    nearest_ratio,
    offered,
)
from phota_desktop.core.options import (
    BASE_MODELS,
    CAPABILITIES,
    AspectRatio,
    BaseModel,
    Operation,
    Quality,
    Resolution,
)
from tests.unit.core.choices import CATALOGUES, CHOICES

PHOTO, OTHER = Path("a.jpg"), Path("b.jpg")
EDIT = Choice(Operation.EDIT, "brighter")


def pictures(operation: Operation) -> list[Path]:
    return [PHOTO, OTHER][: CAPABILITIES[operation].images[1]]


def test_every_offered_choice_is_a_request_without_problems() -> None:
    choices = list(all_choices())
    assert len(choices) == len(set(choices)) == 2 * 1104 + 2 * 8
    for choice in choices:
        request = build(choice, pictures(choice.operation))
        assert request.problems() == []
        assert choice_of(request) == choice
        assert fit(choice) == (choice, ())


@given(CHOICES, CATALOGUES)
def test_fit_always_gives_an_offered_choice(choice: Choice, catalogue: Catalogue) -> None:
    fitted, sentences = fit(choice, catalogue)
    prompt = "x" if CAPABILITIES[choice.operation].prompt_required else ""
    request = build(replace(fitted, prompt=prompt), pictures(choice.operation))
    assert request.problems(catalogue.models) == []
    plain = replace(choice_of(request), profile_ids=())
    assert plain in set(all_choices(Catalogue(catalogue.models)))
    assert fit(fitted, catalogue) == (fitted, ())
    assert (fitted.prompt, fitted.aspect_ratio) == (choice.prompt, choice.aspect_ratio)
    assert all(sentence.endswith(".") for sentence in sentences)
    # Leaving "auto" out is no change that anybody would see.
    same = replace(fitted, quality=choice.quality if not sentences else fitted.quality)
    assert bool(sentences) != (same == choice)


def test_a_switch_says_what_it_changed() -> None:
    large = replace(EDIT, resolution=Resolution.R4K)
    assert fit(replace(large, base_model="reve")) == (
        replace(EDIT, base_model="reve", resolution=Resolution.R1K),
        ("Resolution is 1K now: Reve makes 1K only.",),
    )
    assert fit(replace(large, base_model="flux-2"))[1] == (
        "Resolution is 2K now: Flux 2 Dev makes 1K and 2K.",
    )
    fine = replace(EDIT, base_model="nb2", quality=Quality.HIGH)
    assert fit(fine) == (EDIT, ("Quality is left out now: Nano Banana 2 has no quality setting.",))
    assert fit(replace(fine, quality=Quality.AUTO)) == (EDIT, ())
    assert fit(replace(EDIT, base_model="dall-e")) == (
        EDIT,
        ("Base model is Nano Banana 2 now: dall-e is not offered.",),
    )
    riding = Choice(Operation.GENERATE, profile_ids=("anna",))
    fitted, (sentence,) = fit(riding)
    assert fitted.profile_ids == ()
    assert "mention" in sentence


def test_what_an_operation_does_not_take_is_kept_and_not_sent() -> None:
    choice = Choice(Operation.ENHANCE, base_model="reve", resolution=Resolution.R4K)
    assert fit(choice) == (choice, ())
    assert choice_of(build(choice, [PHOTO])) == Choice()
    remix = build(replace(choice, operation=Operation.REMIX), [PHOTO, OTHER])
    assert remix.images == (PHOTO, OTHER)
    generate = build(Choice(Operation.GENERATE, "x", ("anna",)), [PHOTO])
    assert (generate.images, generate.profile_ids) == ((), ())
    with pytest.raises(ValueError, match="unpack"):
        build(Choice(Operation.REMIX), [PHOTO])


def test_controls_that_do_nothing_are_absent() -> None:
    for operation in (Operation.ENHANCE, Operation.REMIX):
        shown = offered(operation, "nb2")
        assert (shown.models, shown.ratios, shown.resolutions, shown.qualities) == ((),) * 4
        assert shown.fixed_resolution is Resolution.R2K
        assert shown.profiles
    edit = offered(Operation.EDIT, "gpt-image-2")
    assert edit.qualities == tuple(Quality)
    assert edit.images == (1, 10)
    assert offered(Operation.EDIT, "reve").resolutions == (Resolution.R1K,)
    generate = offered(Operation.GENERATE, "nb2")
    assert (generate.profiles, generate.images, generate.qualities) == (False, (0, 0), ())
    assert [model.id for model in generate.models] == list(BASE_MODELS)
    assert offered(Operation.EDIT, "gone") == offered(Operation.EDIT, "nb2")


def test_a_servers_list_goes_over_ours() -> None:
    heard = merged(
        [
            BaseModel("flux-2", "FLUX.2 [dev]", ()),
            BaseModel("nb2", "", (Resolution.R2K,)),
            BaseModel("future-9", "Future 9", (), (Quality.LOW, Quality.HIGH)),
            BaseModel("bare", "", ()),
        ]
    )
    assert heard.source == "server"
    assert list(heard.models) == ["flux-2", "nb2", "future-9", "bare"]
    assert heard.models["flux-2"] == BASE_MODELS["flux-2"]
    assert heard.models["nb2"] == BaseModel("nb2", "Nano Banana 2", (Resolution.R2K,))
    assert heard.models["future-9"].resolutions == (Resolution.R1K,)
    assert heard.models["bare"].name == "bare"
    assert merged([]) is BUILT_IN
    choice = replace(EDIT, base_model="future-9", quality=Quality.MEDIUM)
    fitted, (sentence,) = fit(choice, heard)
    assert fitted.quality is None
    assert sentence == "Quality is auto now: Future 9 has low and high."
    (problem,) = build(choice, [PHOTO]).problems(heard.models)
    assert problem.message == "Future 9 offers low, high, not medium."
    assert [one.field for one in build(choice, [PHOTO]).problems()] == ["base_model"]


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [
        (4000, 3000, "4:3"),
        (6000, 4000, "4:3"),
        (3000, 4000, "3:4"),
        (1000, 1001, "1:1"),
        (1920, 1080, "16:9"),
        (10_000, 1000, "16:9"),
        (1080, 2400, "9:16"),
        (0, 0, "1:1"),
    ],
)
def test_nearest_ratio(width: int, height: int, ratio: str) -> None:
    assert nearest_ratio(width, height) == ratio


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_the_nearest_ratio_turns_with_the_photo(width: int, height: int) -> None:
    across, down = nearest_ratio(width, height).split(":")
    assert nearest_ratio(width, height) is not AspectRatio.AUTO
    assert nearest_ratio(height, width) == f"{down}:{across}"
