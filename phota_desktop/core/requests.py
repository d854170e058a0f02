"""The four image requests as values: what a person asked for, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.core.options import (
    BASE_MODELS,
    DEFAULT_MODEL,
    MAX_EDIT_IMAGES,
    MAX_VARIANTS,
    AspectRatio,
    BaseModel,
    Operation,
    OutputFormat,
    Quality,
    Resolution,
)

_MENTION = re.compile(r"\[\[([^\[\]\s]{1,128})\]\]")


@dataclass(frozen=True)
class RemoteImage:
    """An input picture that Phota fetches itself from a public ``http(s)`` address."""

    url: str


ImageInput = Path | RemoteImage
"""An input picture: a file on this computer, or a public address."""


@dataclass(frozen=True)
class Problem:
    """One reason why a request cannot be sent: the field it belongs to and a sentence."""

    field: str
    message: str


def mentions(prompt: str) -> tuple[str, ...]:
    """Return the profile ids mentioned as ``[[profile_id]]``, each once, in order."""
    return tuple(dict.fromkeys(_MENTION.findall(prompt)))


def _variant_problems(variants: int) -> list[Problem]:
    if 1 <= variants <= MAX_VARIANTS:
        return []
    return [Problem("variants", f"Choose 1 to {MAX_VARIANTS} variants.")]


def _model_problems(
    request: EditRequest | GenerateRequest, models: Mapping[str, BaseModel]
) -> list[Problem]:
    model, resolution, quality = request.base_model, request.resolution, request.quality
    known = models.get(model)
    if known is None:
        return [Problem("base_model", f"The base model {model!r} is not known.")]
    found = []
    if resolution not in known.resolutions:
        offered = ", ".join(known.resolutions)
        found.append(Problem("resolution", f"{known.name} makes {offered}, not {resolution}."))
    if quality is not None and quality not in known.qualities:
        offered = f"offers {', '.join(known.qualities)}, not {quality}"
        setting = offered if known.qualities else "has no quality setting"
        found.append(Problem("quality", f"{known.name} {setting}."))
    return found


@dataclass(frozen=True)
class EnhanceRequest:
    """Automatic improvement of one photo; size and look are inferred by the server."""

    image: ImageInput
    prompt: str = ""
    profile_ids: tuple[str, ...] = ()
    variants: int = 1
    output_format: OutputFormat = OutputFormat.JPG

    operation = Operation.ENHANCE

    @property
    def images(self) -> tuple[ImageInput, ...]:
        """The input pictures in the order they are sent."""
        return (self.image,)

    def problems(self, models: Mapping[str, BaseModel] = BASE_MODELS) -> list[Problem]:
        """Return why this request cannot be sent; empty when it can."""
        return _variant_problems(self.variants)


@dataclass(frozen=True)
class EditRequest:
    """A change of 1 to 10 photos by words; the first photo is the primary source."""

    images: tuple[ImageInput, ...]
    prompt: str
    profile_ids: tuple[str, ...] = ()
    base_model: str = DEFAULT_MODEL
    aspect_ratio: AspectRatio = AspectRatio.AUTO
    resolution: Resolution = Resolution.R1K
    quality: Quality | None = None
    variants: int = 1
    output_format: OutputFormat = OutputFormat.JPG

    operation = Operation.EDIT

    def problems(self, models: Mapping[str, BaseModel] = BASE_MODELS) -> list[Problem]:
        """Return why this request cannot be sent; empty when it can."""
        found = _variant_problems(self.variants)
        if not 1 <= len(self.images) <= MAX_EDIT_IMAGES:
            found.append(Problem("images", f"Edit takes 1 to {MAX_EDIT_IMAGES} photos."))
        if not self.prompt.strip():
            found.append(Problem("prompt", "Say what to change."))
        return found + _model_problems(self, models)


@dataclass(frozen=True)
class GenerateRequest:
    """A new picture from words alone; people and pets come in by mentions."""

    prompt: str
    base_model: str = DEFAULT_MODEL
    aspect_ratio: AspectRatio = AspectRatio.AUTO
    resolution: Resolution = Resolution.R1K
    quality: Quality | None = None
    variants: int = 1
    output_format: OutputFormat = OutputFormat.JPG

    operation = Operation.GENERATE
    images: tuple[ImageInput, ...] = ()
    profile_ids: tuple[str, ...] = ()

    def problems(self, models: Mapping[str, BaseModel] = BASE_MODELS) -> list[Problem]:
        """Return why this request cannot be sent; empty when it can."""
        found = _variant_problems(self.variants)
        if self.images or self.profile_ids:
            found.append(Problem("images", "Generate takes no photos; mention people instead."))
        if not self.prompt.strip():
            found.append(Problem("prompt", "Describe the picture."))
        return found + _model_problems(self, models)


@dataclass(frozen=True)
class RemixRequest:
    """The content of one photo in the style of another."""

    input_image: ImageInput
    reference_image: ImageInput
    prompt: str = ""
    profile_ids: tuple[str, ...] = ()
    variants: int = 1
    output_format: OutputFormat = OutputFormat.JPG

    operation = Operation.REMIX

    @property
    def images(self) -> tuple[ImageInput, ...]:
        """The input pictures in the order they are sent: content, then reference."""
        return (self.input_image, self.reference_image)

    def problems(self, models: Mapping[str, BaseModel] = BASE_MODELS) -> list[Problem]:
        """Return why this request cannot be sent; empty when it can."""
        return _variant_problems(self.variants)


StudioRequest = EnhanceRequest | EditRequest | GenerateRequest | RemixRequest
