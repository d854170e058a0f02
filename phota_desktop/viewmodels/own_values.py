"""What each operation keeps for itself while another one is shown, and over a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from phota_desktop.core.catalogue import Choice
from phota_desktop.core.options import AspectRatio, Operation, Quality, Resolution

Word = TypeVar("Word", bound=StrEnum)

# A choice that was left, of which model, shape, size and quality count; and "Match original".
# No class of its own: a dataclass costs half a millisecond before the first paint.
OwnValues = tuple[Choice, bool]


def put_into(choice: Choice, own: Choice) -> Choice:
    """Return ``choice`` with the model, shape, size and quality of ``own``."""
    return replace(
        choice,
        base_model=own.base_model,
        aspect_ratio=own.aspect_ratio,
        resolution=own.resolution,
        quality=own.quality,
    )


def as_texts(operation: Operation, own: Mapping[Operation, OwnValues]) -> dict[str, str]:
    """Return what the settings keep: the shown operation, and each one's own values."""
    kept = {"operation": operation.value}
    for one, (values, match_original) in own.items():
        kept[f"{one.value}.base_model"] = values.base_model
        kept[f"{one.value}.aspect_ratio"] = "match" if match_original else values.aspect_ratio.value
        kept[f"{one.value}.resolution"] = values.resolution.value
        kept[f"{one.value}.quality"] = values.quality.value if values.quality else ""
    return kept


def from_texts(kept: Mapping[str, str]) -> tuple[Operation, dict[Operation, OwnValues]]:
    """Return what :func:`as_texts` was given; a word that is not understood is as new."""
    own = {}
    for one in Operation:
        model = kept.get(f"{one.value}.base_model")
        if not model:
            continue
        ratio = kept.get(f"{one.value}.aspect_ratio", "")
        quality = kept.get(f"{one.value}.quality", "")
        values = Choice(
            one,
            base_model=model,
            aspect_ratio=_word(ratio, AspectRatio.AUTO),
            resolution=_word(kept.get(f"{one.value}.resolution", ""), Resolution.R1K),
            quality=_word(quality, Quality.AUTO) if quality else None,
        )
        own[one] = values, ratio == "match"
    return _word(kept.get("operation", ""), Operation.ENHANCE), own


def _word(text: str, new: Word) -> Word:
    kind = type(new)
    return kind(text) if text in tuple(kind) else new
