"""The contract as tables: which field an endpoint takes, and which values a field takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_IMAGES = 10
"""Most pictures of one edit (api/studio/edit)."""
MOST_PROMPT = 20_000
"""Longest prompt in characters; the documents name no limit, this one is ours."""
PROFILE_ID = 128
"""Longest profile id in characters."""


class Operation(StrEnum):
    """The four image endpoints; the value is the last part of the path."""

    EDIT = "edit"
    GENERATE = "generate"
    ENHANCE = "enhance"
    REMIX = "remix"


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    TEXTS = "texts"
    CHOICE = "choice"
    COUNT = "count"
    FLAG = "flag"


@dataclass(frozen=True)
class Field:
    """One field of a request body.

    ``fewest`` and ``most`` bound a text's length, a list's length or a number; ``longest`` bounds
    the texts in a list, 0 not at all. ``default`` is what an absent field means; ``nullable``
    fields may be null, which means the default.
    """

    kind: Kind
    default: str | int | bool | None = None
    required: bool = False
    nullable: bool = False
    choices: tuple[str, ...] = ()
    fewest: int = 0
    most: int = 0
    longest: int = 0


@dataclass(frozen=True)
class Model:
    """One base model: its name, its sizes and whether it has a quality setting (base-models)."""

    name: str
    resolutions: tuple[str, ...]
    has_quality: bool = False


MODELS: dict[str, Model] = {
    "nb2": Model("Nano Banana 2", ("1K", "2K", "4K")),
    "gpt-image-2": Model("GPT Image 2", ("1K", "2K", "4K"), has_quality=True),
    "qwen-image-2": Model("Qwen Image 2", ("1K", "2K")),
    "flux-2": Model("Flux 2 Dev", ("1K", "2K")),
    "reve": Model("Reve", ("1K",)),
}
DEFAULT_MODEL = "nb2"
QUALITIES = ("auto", "low", "medium", "high")
RATIOS = ("auto", "1:1", "3:4", "4:3", "9:16", "16:9")
TIERS: dict[str, tuple[int, int]] = {"standard": (10, 50), "fast": (5, 10)}
"""Fewest and most training photos of each tier (release note v0.5.0)."""

_IMAGE = Field(Kind.TEXT, required=True, fewest=1)
_PROMPT = Field(Kind.TEXT, default="", most=MOST_PROMPT)
_STEER = Field(Kind.TEXT, default="", nullable=True, most=MOST_PROMPT)
_PROFILES = Field(Kind.TEXTS, most=100, longest=PROFILE_ID)

_DELIVERY: dict[str, Field] = {
    "num_output_images": Field(Kind.COUNT, default=1, fewest=1, most=4),
    # png until 2026-05-08, jpg from then on (release note v0.2.0).
    "output_format": Field(Kind.CHOICE, default="jpg", choices=("png", "jpg")),
    "response_mode": Field(Kind.CHOICE, default="bytes", choices=("bytes", "urls")),
    "async": Field(Kind.FLAG, default=False),
    "callback_url": Field(Kind.TEXT, nullable=True, fewest=1, most=2048),
    "client_request_id": Field(Kind.TEXT, nullable=True, fewest=1, most=256),
}
_MODELLED: dict[str, Field] = {
    "aspect_ratio": Field(Kind.CHOICE, default="auto", choices=RATIOS),
    "resolution": Field(Kind.CHOICE, default="1K", choices=("1K", "2K", "4K")),
    "quality": Field(Kind.CHOICE, nullable=True, choices=QUALITIES),
    "base_model": Field(Kind.CHOICE, default=DEFAULT_MODEL, choices=tuple(MODELS)),
}

STUDIO: dict[Operation, dict[str, Field]] = {
    Operation.EDIT: {
        "prompt": _PROMPT,
        "images": Field(Kind.TEXTS, required=True, fewest=1, most=MOST_IMAGES),
        "profile_ids": _PROFILES,
        **_MODELLED,
        **_DELIVERY,
    },
    Operation.GENERATE: {"prompt": _PROMPT, **_MODELLED, **_DELIVERY},
    Operation.ENHANCE: {
        "image": _IMAGE,
        "profile_ids": _PROFILES,
        "prompt": _STEER,
        **_DELIVERY,
    },
    Operation.REMIX: {
        "input_image": _IMAGE,
        "reference_image": _IMAGE,
        "profile_ids": _PROFILES,
        "prompt": _STEER,
        **_DELIVERY,
    },
}

PROFILE_ADD: dict[str, Field] = {
    "image_urls": Field(Kind.TEXTS, required=True, fewest=5, most=50),
    "training_tier": Field(Kind.CHOICE, default="standard", choices=tuple(TIERS)),
    "tag": Field(Kind.TEXT, nullable=True, fewest=1, most=128),
}
