"""The sample photos of the first start, with variants that the local engine made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.resources import resource


@dataclass(frozen=True)
class Sample:
    """One sample photo, its finished variants and where it comes from."""

    photo: Path
    variants: tuple[Path, ...]
    title: str
    source: str


def samples() -> tuple[Sample, ...]:
    """Return the samples listed in ``resources/samples/samples.json``; none if it is missing."""
    folder = resource("samples")
    listing = folder / "samples.json"
    if not listing.is_file():
        return ()
    return tuple(
        Sample(
            photo=folder / entry["photo"],
            variants=tuple(folder / name for name in entry["variants"]),
            title=entry["title"],
            source=entry["source"],
        )
        for entry in json.loads(listing.read_text("utf-8"))
    )
