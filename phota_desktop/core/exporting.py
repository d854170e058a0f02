"""What a person asks of an export: format, size, colours, metadata, name; and presets of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from phota_desktop.core.file_names import DEFAULT_TEMPLATE, template_problems
from phota_desktop.core.provenance import MetadataChoice, SidecarNaming
from phota_desktop.core.requests import Problem

MAX_SIDE = 32_767
"""Longest side that is written; decoders keep sides in 16 bits in places."""
MAX_MEGAPIXELS = 150.0
LEAST_BYTES = 1_000
"""Smallest target size; headers alone take some hundred bytes."""
MOST_BYTES = 100_000_000


class ExportFormat(StrEnum):
    """File formats that are written; ``AS_IS`` keeps the picture's own."""

    AS_IS = "as_is"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    TIFF = "tiff"


class ColourSpace(StrEnum):
    """Colours of the file; ``ORIGINAL`` is the profile of the photo a result was made from."""

    AS_IS = "as_is"
    SRGB = "srgb"
    DISPLAY_P3 = "display_p3"
    ADOBE_RGB = "adobe_rgb"
    ORIGINAL = "original"


class Subsampling(StrEnum):
    """How a JPEG keeps its colours: all of them, half, a quarter."""

    FULL = "4:4:4"
    HALF = "4:2:2"
    QUARTER = "4:2:0"


class Sharpening(StrEnum):
    """Sharpening for output, after resizing, of lightness alone."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class Resize:
    """A new size: ``long_side``, or ``megapixels``, or ``width`` and ``height`` (one or both).

    With width and height the picture fits into both. The proportions always stay. ``enlarge``
    allows to make a smaller picture larger; else it stays as it is.
    """

    long_side: int | None = None
    width: int | None = None
    height: int | None = None
    megapixels: float | None = None
    enlarge: bool = False

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the new width and height of an upright picture of this size, each at least 1."""
        factors = []
        if self.long_side is not None:
            factors.append(self.long_side / max(width, height))
        if self.width is not None:
            factors.append(self.width / width)
        if self.height is not None:
            factors.append(self.height / height)
        if self.megapixels is not None:
            factors.append(math.sqrt(self.megapixels * 1e6 / (width * height)))
        factor = min(factors, default=1.0)
        if factor >= 1 and not self.enlarge:
            return width, height
        # A thin picture may not grow beyond what decoders take.
        factor = min(factor, MAX_SIDE / max(width, height))
        factor = min(factor, math.sqrt(MAX_MEGAPIXELS * 1e6 / (width * height)))
        return max(1, round(width * factor)), max(1, round(height * factor))

    def problems(self) -> list[Problem]:
        """Return why this is no size, each with its field."""
        found = [
            Problem(f"resize.{name}", f"A side must be 1 to {MAX_SIDE:,} pixels.")
            for name in ("long_side", "width", "height")
            if (side := getattr(self, name)) is not None and not 1 <= side <= MAX_SIDE
        ]
        most = self.megapixels
        if most is not None and not 0 < most <= MAX_MEGAPIXELS:
            found.append(
                Problem("resize.megapixels", f"Megapixels must be above 0, to {MAX_MEGAPIXELS:g}.")
            )
        sides = self.width is not None or self.height is not None
        if sum((self.long_side is not None, most is not None, sides)) != 1:
            found.append(Problem("resize", "Give one of: long side, width and height, megapixels."))
        return found


@dataclass(frozen=True)
class ExportSettings:
    """How pictures are exported; the defaults copy the bytes and carry the metadata.

    ``quality`` is 1 to 100, of JPEG and lossy WebP. ``target_bytes`` is the largest size of the
    finished file, metadata included; the quality is then found, at most ``quality``. ``lossless``
    is WebP's. ``bits`` is the most bits of a sample in PNG and TIFF: 16 keeps what the picture
    has, 8 narrows it. ``folder`` None is next to the original. ``sidecar`` also writes an XMP file
    with the marks beside each picture.
    """

    format: ExportFormat = ExportFormat.AS_IS
    quality: int = 95
    subsampling: Subsampling = Subsampling.FULL
    target_bytes: int | None = None
    resize: Resize | None = None
    colour: ColourSpace = ColourSpace.AS_IS
    sharpening: Sharpening = Sharpening.NONE
    lossless: bool = False
    bits: int = 16
    metadata: MetadataChoice = field(default_factory=MetadataChoice)
    name_template: str = DEFAULT_TEMPLATE
    folder: Path | None = None
    sidecar: bool = False
    sidecar_naming: SidecarNaming = SidecarNaming.FULL

    def problems(self) -> list[Problem]:
        """Return why nothing can be exported so, each with its field; empty when all is well."""
        found = [] if self.resize is None else self.resize.problems()
        if not 1 <= self.quality <= 100:
            found.append(Problem("quality", "Quality must be 1 to 100."))
        if self.bits not in (8, 16):
            found.append(Problem("bits", "Bits of a sample must be 8 or 16."))
        if self.target_bytes is not None:
            if not LEAST_BYTES <= self.target_bytes <= MOST_BYTES:
                found.append(Problem("target_bytes", "The size must be 1 kB to 100 MB."))
            if self.format in (ExportFormat.PNG, ExportFormat.TIFF) or (
                self.format == ExportFormat.WEBP and self.lossless
            ):
                found.append(
                    Problem("target_bytes", "Only JPEG and lossy WebP can be made to fit a size.")
                )
        return found + template_problems(self.name_template)


@dataclass(frozen=True)
class ExportPreset:
    """Settings under a person's name for them."""

    name: str
    settings: ExportSettings
