"""Where a picture comes from, in the words of the standards, and what of it goes into a file."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from phota_desktop.core.jobs import Engine, Job, Variant
from phota_desktop.core.options import Operation
from phota_desktop.core.requests import EditRequest, GenerateRequest, StudioRequest

_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_PICTURES = uuid.UUID("7f0c9d1e-4a57-5b0e-9a55-0d3f5a1c6b21")
"""Namespace of our document ids: the same file has the same id on every machine."""


class SourceType(StrEnum):
    """The terms of IPTC's vocabulary "Digital Source Type" that our pictures fall under."""

    TRAINED = f"{_SOURCE_TYPE}trainedAlgorithmicMedia"
    """Made by a model that learned from sampled content: generate by Phota."""
    COMPOSITE_TRAINED = f"{_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia"
    """A photo with parts made by such a model: enhance, edit and remix by Phota."""
    ENHANCED = f"{_SOURCE_TYPE}algorithmicallyEnhanced"
    """A photo changed by formulas alone: all that the local engine does to a photo."""
    ALGORITHMIC = f"{_SOURCE_TYPE}algorithmicMedia"
    """Made by formulas alone, without sampled content: the local engine's practice pictures."""


CAPTURED = frozenset(
    f"{_SOURCE_TYPE}{term}"
    for term in (
        *("digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm", "print"),
        *("minorHumanEdits", "humanEdits", "compositeCapture", "screenCapture"),
    )
)
"""What a photo may say of itself and a picture that a machine made of it may not."""
MODEL_MADE = frozenset(
    (SourceType.TRAINED, SourceType.COMPOSITE_TRAINED, f"{_SOURCE_TYPE}compositeSynthetic")
)
"""Terms that speak of a trained model: nothing that is done afterwards takes them away."""


def source_type(done: Sequence[tuple[Operation, Engine]], said: str = "") -> SourceType | str:
    """Return the term for a picture after all that was ``done``, oldest first.

    ``said`` is the term that the photo it began with carries, a whole URI or its last part.
    A picture wholly made by a model stays one; a model's part in it is never taken back.
    """
    said = said if "/" in said or not said else _SOURCE_TYPE + said
    said = said.replace("https://", "http://", 1)
    if said == SourceType.TRAINED or (Operation.GENERATE, Engine.PHOTA) in done:
        return SourceType.TRAINED
    if any(engine is Engine.PHOTA for _, engine in done):
        return SourceType.COMPOSITE_TRAINED
    if said in MODEL_MADE:
        return said
    if said == SourceType.ALGORITHMIC or any(way is Operation.GENERATE for way, _ in done):
        return SourceType.ALGORITHMIC
    return SourceType.ENHANCED


def document_id(sha256: str) -> str:
    """Return the xmpMM document id of the picture whose file has this SHA-256 (hexadecimal)."""
    return f"xmp.did:{uuid.uuid5(_PICTURES, sha256)}"


def instance_id(content_sha256: str) -> str:
    """Return the xmpMM instance id of a written file, from what it was written of."""
    return f"xmp.iid:{uuid.uuid5(_PICTURES, f'instance {content_sha256}')}"


@dataclass(frozen=True)
class Step:
    """One thing that was done to a picture; ``made`` is wall-clock seconds."""

    operation: Operation
    engine: Engine
    model: str = ""
    made: float = 0.0
    document: str = ""
    """The document id of what came out of it."""


@dataclass(frozen=True)
class Provenance:
    """How a picture was made.

    ``made`` is wall-clock seconds. ``source_name`` and ``source_sha256`` are of the picture it was
    made from directly, empty for none. ``sha256`` is of its own file as it came. ``ancestors`` are
    the document ids of the chain before it, oldest first: the photo, then results. ``earlier`` are
    the steps that made those results. ``recipe`` holds the settings in words, by their names.
    """

    operation: Operation
    engine: Engine
    model: str = ""
    prompt: str = ""
    made: float = 0.0
    source_name: str = ""
    source_sha256: str = ""
    ancestors: tuple[str, ...] = ()
    recipe: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sha256: str = ""
    earlier: tuple[Step, ...] = ()

    @property
    def done(self) -> tuple[tuple[Operation, Engine], ...]:
        """All that was done, oldest first."""
        return (*((one.operation, one.engine) for one in self.earlier), self.step)

    @property
    def step(self) -> tuple[Operation, Engine]:
        """The last thing that was done."""
        return self.operation, self.engine


@dataclass(frozen=True)
class MetadataChoice:
    """What goes into an exported file.

    ``carry``: what the original says of itself. ``gps``: its coordinates, wherever they stand;
    names of places are kept. ``recipe``: prompt and settings. ``provenance``: the source type,
    ids and history. ``people``: names. ``marks``: rating and label. ``keep_credentials``: a file
    that came signed with content credentials and whose pixels do not change is left untouched,
    instead of being given new metadata in their place. ``sign``: sign what is written with
    credentials of this machine, the old ones within.
    """

    carry: bool = True
    gps: bool = True
    recipe: bool = False
    provenance: bool = True
    people: bool = False
    marks: bool = True
    keep_credentials: bool = True
    sign: bool = False


class SidecarNaming(StrEnum):
    """How an XMP file beside a picture is called."""

    FULL = "full"
    """NAME.EXT.xmp, which darktable and digiKam read."""
    STEM = "stem"
    """NAME.xmp, which Lightroom and Bridge read, beside RAW files only."""


def provenance_of(chain: Sequence[tuple[Job, Variant]]) -> Provenance:
    """Return the provenance of the last of a chain of results, the oldest first, never empty."""
    job, variant = chain[-1]
    first = chain[0][0]
    root = (document_id(first.source_sha256[0]),) if first.source_sha256 else ()
    earlier = tuple(_step(*one) for one in chain[:-1])
    return Provenance(
        operation=job.request.operation,
        engine=job.engine,
        model=model_of(job.request),
        prompt=job.request.prompt,
        made=job.finished or job.created,
        source_name=_source_name(job.request),
        source_sha256=job.source_sha256[0] if job.source_sha256 else "",
        ancestors=(*root, *(one.document for one in earlier)),
        recipe=recipe_words(job.request),
        sha256=variant.sha256,
        earlier=earlier,
    )


def model_of(request: StudioRequest) -> str:
    """Return the base model that was asked for; empty where the operation takes none."""
    return request.base_model if isinstance(request, EditRequest | GenerateRequest) else ""


def recipe_words(request: StudioRequest) -> dict[str, str]:
    """Return the settings of a request in words, without prompt, names and pictures."""
    words = {"operation": request.operation.value, "model": model_of(request)}
    if isinstance(request, EditRequest | GenerateRequest):
        words["aspect_ratio"] = request.aspect_ratio.value
        words["resolution"] = request.resolution.value
        words["quality"] = request.quality.value if request.quality else ""
    words["variants"] = str(request.variants)
    return {name: word for name, word in words.items() if word}


def _step(job: Job, variant: Variant) -> Step:
    return Step(
        job.request.operation,
        job.engine,
        model_of(job.request),
        job.finished or job.created,
        document_id(variant.sha256),
    )


def _source_name(request: StudioRequest) -> str:
    """Return the file name of the first picture; an address may hold a secret and is left out."""
    first = next(iter(request.images), None)
    return first.name if isinstance(first, Path) else ""
