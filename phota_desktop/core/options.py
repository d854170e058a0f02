"""What can be asked for: operations, models, ratios, sizes, formats, and which go together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """The four image endpoints; the value is the last part of the endpoint's path."""

    ENHANCE = "enhance"
    EDIT = "edit"
    GENERATE = "generate"
    REMIX = "remix"


class OutputFormat(StrEnum):
    """File formats that Phota delivers (release note v0.2.0)."""

    JPG = "jpg"
    PNG = "png"


class AspectRatio(StrEnum):
    """Output shapes of edit and generate; ``AUTO`` lets the model decide."""

    AUTO = "auto"
    SQUARE = "1:1"
    PORTRAIT_3_4 = "3:4"
    LANDSCAPE_4_3 = "4:3"
    PORTRAIT_9_16 = "9:16"
    LANDSCAPE_16_9 = "16:9"


class Resolution(StrEnum):
    """Nominal output sizes; exact pixels are not published, so they are read from the result."""

    R1K = "1K"
    R2K = "2K"
    R4K = "4K"


class Quality(StrEnum):
    """Quality tiers, taken by ``gpt-image-2`` only (release note v0.4.0)."""

    AUTO = "auto"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class BaseModel:
    """One base model and what it takes (guides/base-models)."""

    id: str
    name: str
    resolutions: tuple[Resolution, ...]
    qualities: tuple[Quality, ...] = ()


DEFAULT_MODEL = "nb2"
BASE_MODELS: dict[str, BaseModel] = {
    model.id: model
    for model in (
        BaseModel("nb2", "Nano Banana 2", (Resolution.R1K, Resolution.R2K, Resolution.R4K)),
        BaseModel(
            "gpt-image-2",
            "GPT Image 2",
            (Resolution.R1K, Resolution.R2K, Resolution.R4K),
            tuple(Quality),
        ),
        BaseModel("qwen-image-2", "Qwen Image 2", (Resolution.R1K, Resolution.R2K)),
        BaseModel("flux-2", "Flux 2 Dev", (Resolution.R1K, Resolution.R2K)),
        BaseModel("reve", "Reve", (Resolution.R1K,)),
    )
}

MAX_VARIANTS = 4
MAX_EDIT_IMAGES = 10
MAX_INPUT_SIDE = 4096
"""Longest side in pixels that Phota uses; larger inputs are reduced (release note v0.1.1)."""


@dataclass(frozen=True)
class Capability:
    """Which fields an operation takes, and how many images (sections 5 to 7 of the contract)."""

    images: tuple[int, int]
    prompt: bool = True
    prompt_required: bool = False
    profile_ids: bool = True
    base_model: bool = False
    fixed_resolution: Resolution | None = None


CAPABILITIES: dict[Operation, Capability] = {
    Operation.ENHANCE: Capability(images=(1, 1), fixed_resolution=Resolution.R2K),
    Operation.EDIT: Capability(images=(1, MAX_EDIT_IMAGES), prompt_required=True, base_model=True),
    Operation.GENERATE: Capability(
        images=(0, 0), prompt_required=True, profile_ids=False, base_model=True
    ),
    Operation.REMIX: Capability(images=(2, 2), fixed_resolution=Resolution.R2K),
}
