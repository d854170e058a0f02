"""What each operation keeps for itself while another one is shown, and over a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from phota_desktop.core.catalogue import Choice
from phota_desktop.core.options import AspectRatio, Operation, Quality, Resolution

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class OwnValues:
    """Model, shape, size and quality as they were chosen for one operation."""

    base_model: str
    aspect_ratio: AspectRatio
    resolution: Resolution
    quality: Quality | None
    match_original: bool

    @classmethod
    def of(cls, choice: Choice, match_original: bool) -> OwnValues:
        """Return those of a choice."""
        return cls(
            choice.base_model,
            choice.aspect_ratio,
            choice.resolution,
            choice.quality,
            match_original,
        )

    def put_into(self, choice: Choice) -> Choice:
        """Return a choice with these values."""
        return replace(
            choice,
            base_model=self.base_model,
            aspect_ratio=self.aspect_ratio,
            resolution=self.resolution,
            quality=self.quality,
        )


def as_texts(operation: Operation, own: Mapping[Operation, OwnValues]) -> dict[str, str]:
    """Return what the settings keep: the shown operation, and each one's own values."""
    kept = {"operation": operation.value}
    for one, values in own.items():
        ratio = "match" if values.match_original else values.aspect_ratio.value
        kept[f"{one.value}.base_model"] = values.base_model
        kept[f"{one.value}.aspect_ratio"] = ratio
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
        own[one] = OwnValues(
            base_model=model,
            aspect_ratio=_word(ratio, AspectRatio.AUTO),
            resolution=_word(kept.get(f"{one.value}.resolution", ""), Resolution.R1K),
            quality=_word(quality, Quality.AUTO) if quality else None,
            match_original=ratio == "match",
        )
    return _word(kept.get("operation", ""), Operation.ENHANCE), own


def _word(text: str, new: Word) -> Word:
    kind = type(new)
    return kind(text) if text in tuple(kind) else new
