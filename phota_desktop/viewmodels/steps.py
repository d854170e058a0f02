"""A work of several steps, as it is shown while it goes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepRow:
    """One step of a work as a person reads it; ``mark`` is todo, doing, good, warn or bad."""

    title: str
    mark: str
    words: str = ""
