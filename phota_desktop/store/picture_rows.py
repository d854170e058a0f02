"""Reads the library's rows into pictures; words that a later version wrote are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from phota_desktop.core.jobs import Engine
from phota_desktop.core.library import Flag, Label, Marks, Picture, PictureKind
from phota_desktop.core.options import Operation
from phota_desktop.store.picture_index import path_of

COLUMNS = (
    "number, key, kind, path, sha256, width, height, added, job, operation, engine, model, prompt,"
    " profiles, cost, parent, stars, flag, label, deleted"
)
_Word = TypeVar("_Word", bound=StrEnum)


def _words(kind: type[_Word]) -> Mapping[str, _Word]:
    return {word.value: word for word in kind}


# A look-up here costs a tenth of making the word anew, and a library has many rows.
_KINDS = _words(PictureKind)
_OPERATIONS = _words(Operation)
_ENGINES = _words(Engine)
_FLAGS = _words(Flag)
_LABELS = _words(Label)
_MARKS = {
    (stars, flag.value, label.value): Marks(stars, flag, label)
    for stars in range(6)
    for flag in Flag
    for label in Label
}


def picture_of(row: tuple[Any, ...]) -> Picture:  # SQLite's own values
    """Return the picture of one row of ``COLUMNS``."""
    number, key, kind, path, sha256, width, height, added, job, operation = row[:10]
    engine, model, prompt, profiles, cost, parent, stars, flag, label, deleted = row[10:]
    return Picture(
        number,
        key,
        _KINDS.get(kind, PictureKind.RESULT),
        path_of(path),
        sha256,
        width,
        height,
        added,
        job,
        _OPERATIONS.get(operation),
        _ENGINES.get(engine),
        model,
        prompt,
        tuple(profiles.split("\n")) if profiles else (),
        None if cost is None else Decimal(cost),
        parent,
        marks_of(stars, flag, label),
        deleted,
    )


def marks_of(stars: int, flag: str, label: str) -> Marks:
    """Return the marks of one row."""
    known = _MARKS.get((stars, flag, label))
    if known is not None:
        return known
    return Marks(stars, _FLAGS.get(flag, Flag.NONE), _LABELS.get(label, Label.NONE))
