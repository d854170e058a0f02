"""Recipes come back from their JSON as they were, and bad ones are named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phota_desktop.core.catalogue import Choice
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.recipes import Recipe, from_json, to_json
from tests.unit.core.choices import RECIPES

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


def document(*recipes: object, **head: object) -> str:
    plain = {"format": "phota-desktop-recipes", "version": 1, "recipes": list(recipes)}
    return json.dumps(plain | head)


@given(RECIPES)
def test_recipes_come_back(recipes: list[Recipe]) -> None:
    text = to_json(recipes)
    assert text.isascii()
    assert from_json(text) == tuple(recipes)


def test_absent_fields_are_as_new_and_unknown_ones_passed_over() -> None:
    assert from_json(document({"name": " Warm ", "sparkle": [3]}, future=1)) == (
        Recipe("Warm", Choice()),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("operation", "train"),
        ("operation", ["edit"]),
        ("prompt", 3),
        ("prompt", "x" * 20_001),
        ("prompt", "\ud800"),
        ("profile_ids", "anna"),
        ("profile_ids", [3]),
        ("base_model", None),
        ("aspect_ratio", "2:1"),
        ("resolution", "8K"),
        ("quality", "best"),
        ("variants", 0),
        ("variants", 5),
        ("variants", True),
        ("output_format", "tiff"),
        ("match_original", "yes"),
    ],
)
def test_a_bad_field_is_named_with_its_recipe(field: str, value: object) -> None:
    with pytest.raises(PhotaError) as caught:
        from_json(document({"name": "Good"}, {"name": "Warm", field: value}))
    assert caught.value.kind is ErrorKind.INVALID
    assert caught.value.field == field
    assert "Warm" in caught.value.message
    assert field in caught.value.message
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "format"),
        ("[]", "format"),
        ("[" * 100_000, "format"),
        ('{"format": "other"}', "format"),
        (document(version=2), "version"),
        (document(version="1"), "version"),
        (document(recipes={}), "recipes"),
        (document("Warm"), "recipes"),
        (document({}), "name"),
        (document({"name": "  "}), "name"),
        (document({"name": "x" * 101}), "name"),
        (document({"name": "\ud800"}), "name"),
    ],
)
def test_a_file_that_is_none_is_said(text: str, field: str) -> None:
    with pytest.raises(PhotaError) as caught:
        from_json(text)
    assert caught.value.field == field


@given(st.dictionaries(st.sampled_from([*Choice.__dataclass_fields__, "match_original"]), _JSON))
def test_nothing_else_than_a_recipe_or_its_error_comes(fields: dict[str, object]) -> None:
    try:
        recipes = from_json(document({"name": "Warm", **fields}))
    except PhotaError as error:
        failed = error.field
    else:
        failed = ""
        assert from_json(to_json(recipes)) == recipes
    assert failed == "" or failed in fields
