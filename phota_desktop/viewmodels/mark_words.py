"""Stars, flags and labels in words: for notices, captions and screen readers."""

from __future__ import annotations

from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.viewmodels.words import count

FLAGS = {Flag.PICK: "picked", Flag.REJECT: "rejected", Flag.NONE: "no flag"}


def marks_words(marks: Marks) -> str:
    """Return ``3 stars, picked, red label``; empty for a picture without marks."""
    parts = []
    if marks.stars:
        parts.append(count(marks.stars, "star"))
    if marks.flag is not Flag.NONE:
        parts.append(FLAGS[marks.flag])
    if marks.label is not Label.NONE:
        parts.append(f"{marks.label.value} label")
    return ", ".join(parts)


def given_words(
    number: int, *, stars: int | None = None, flag: Flag | None = None, label: Label | None = None
) -> str:
    """Return what was given to so many pictures: ``3 stars``, ``Picked on 4 pictures``."""
    words = []
    if stars is not None:
        words.append(count(stars, "star") if stars else "No stars")
    if flag is not None:
        words.append(FLAGS[flag].capitalize())
    if label is not None:
        words.append(f"{label.value.capitalize()} label" if label is not Label.NONE else "No label")
    said = ", ".join(words)
    return said if number == 1 else f"{said} on {count(number, 'picture')}"
