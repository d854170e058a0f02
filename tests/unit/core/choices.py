"""Strategies for choices, offered or not, and for the recipes made of them."""

from __future__ import annotations

from hypothesis import strategies as st

from phota_desktop.core.catalogue import Catalogue, Choice
from phota_desktop.core.options import (
    BASE_MODELS,
    AspectRatio,
    BaseModel,
    Operation,
    OutputFormat,
    Quality,
    Resolution,
)
from phota_desktop.core.recipes import Recipe

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MODEL_IDS = st.sampled_from([*BASE_MODELS, "future-9", "", "dall-e"])

CHOICES = st.builds(
    Choice,
    st.sampled_from(Operation),
    TEXT,
    st.lists(st.text("abc-9", min_size=1, max_size=8), max_size=6, unique=True).map(tuple),
    MODEL_IDS,
    st.sampled_from(AspectRatio),
    st.sampled_from(Resolution),
    st.none() | st.sampled_from(Quality),
    st.integers(-3, 9),
    st.sampled_from(OutputFormat),
)

SIZES = st.lists(st.sampled_from(Resolution), min_size=1, unique=True).map(tuple)
QUALITIES = st.lists(st.sampled_from(Quality), unique=True).map(tuple)
CATALOGUES = st.dictionaries(MODEL_IDS, st.tuples(SIZES, QUALITIES), min_size=1).map(
    lambda models: Catalogue(
        {name: BaseModel(name, name, *takes) for name, takes in models.items()}
    )
)

NAMES = TEXT.map(str.strip).filter(bool)


def _is_possible(choice: Choice) -> bool:
    return 1 <= choice.variants <= 4


RECIPES = st.lists(
    st.builds(Recipe, NAMES, CHOICES.filter(_is_possible), st.booleans()), max_size=4
)
