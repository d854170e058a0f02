"""Recipes: the settings of a request by name, and the JSON in which people hand them on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar

from phota_desktop.core.catalogue import Choice
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import (
    MAX_VARIANTS,
    AspectRatio,
    Operation,
    OutputFormat,
    Quality,
    Resolution,
)

FORMAT = "phota-desktop-recipes"
VERSION = 1
MAX_NAME = 100
MAX_PROMPT = 20_000
MAX_PROFILES = 100
_MAX_ID = 128
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True)
class Recipe:
    """A named choice; ``match_original`` takes the ratio from the photo it is applied to."""

    name: str
    choice: Choice
    match_original: bool = False


def to_json(recipes: Sequence[Recipe]) -> str:
    """Return ``recipes`` as JSON for :func:`from_json`, ASCII and with every field written."""
    listed = [
        {
            "name": recipe.name,
            "match_original": recipe.match_original,
            **{one.name: getattr(recipe.choice, one.name) for one in fields(Choice)},
        }
        for recipe in recipes
    ]
    return json.dumps({"format": FORMAT, "version": VERSION, "recipes": listed}, indent=2) + "\n"


def from_json(text: str) -> tuple[Recipe, ...]:
    """Return the recipes in ``text``; unknown fields are passed over, absent ones are as new.

    PhotaError INVALID, naming the recipe and in ``field`` its field, for anything that cannot be
    understood; then nothing is read. What the catalogue offers is not looked at: ``fit`` does.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise _invalid("This is not JSON.", "format") from exc
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _invalid("These are no recipes of Phota Desktop.", "format")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _invalid("The recipes do not say their version.", "version")
    if version > VERSION:
        raise _invalid("The recipes are of a newer version of Phota Desktop.", "version")
    listed = document.get("recipes")
    if not isinstance(listed, list):
        raise _invalid("There is no list of recipes.", "recipes")
    return tuple(_recipe(one, number) for number, one in enumerate(listed, 1))


def _recipe(plain: object, number: int) -> Recipe:
    if not isinstance(plain, dict):
        raise _invalid(f"Recipe {number} cannot be read.", "recipes")
    try:
        name = _text(MAX_NAME)(plain.get("name")).strip()
    except ValueError:
        name = ""
    if not name:
        raise _invalid(f"Recipe {number} has no name of at most {MAX_NAME} characters.", "name")
    read: dict[str, object] = {}
    for field, reader in _READERS.items():
        if field not in plain:
            continue
        try:
            read[field] = reader(plain[field])
        except (ValueError, TypeError) as exc:
            shown = json.dumps(plain[field])[:40]
            raise _invalid(
                f"In the recipe “{name}” the field {field} cannot be {shown}.", field
            ) from exc
    match_original = bool(read.pop("match_original", False))
    return Recipe(name, Choice(**read), match_original)  # type: ignore[arg-type]  # by its reader


def _invalid(message: str, field: str) -> PhotaError:
    return PhotaError(ErrorKind.INVALID, message, field=field)


def _text(longest: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or len(value) > longest:
            raise ValueError
        value.encode()  # half a surrogate pair can be written in JSON and nowhere else
        return value

    return read


def _one_of(words: type[_Word]) -> Callable[[object], _Word]:
    def read(value: object) -> _Word:
        return words(_text(_MAX_ID)(value))

    return read


def _ids(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_PROFILES:
        raise ValueError
    return tuple(map(_text(_MAX_ID), value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _variants(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_VARIANTS:
        raise ValueError
    return value


_READERS: Mapping[str, Callable[[object], object]] = {
    "operation": _one_of(Operation),
    "prompt": _text(MAX_PROMPT),
    "profile_ids": _ids,
    "base_model": _text(_MAX_ID),
    "aspect_ratio": _one_of(AspectRatio),
    "resolution": _one_of(Resolution),
    "quality": lambda value: None if value is None else _one_of(Quality)(value),
    "variants": _variants,
    "output_format": _one_of(OutputFormat),
    "match_original": _flag,
}
