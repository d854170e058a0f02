"""Saving a chosen variant where a person wants it, off the loop."""

from __future__ import annotations

from pathlib import Path

from phota_desktop.core.options import OutputFormat
from phota_desktop.services.threads import Threads


async def export_variant(
    threads: Threads,
    variant: Path,
    target: Path,
    *,
    original: Path | None = None,
    output_format: OutputFormat | None = None,
) -> Path:
    """Write ``variant`` to ``target`` (the next free name if taken) and return where it is.

    With ``original`` its camera data goes along. Raises PhotaError(DISK) when it cannot be
    written and PhotaError(BAD_IMAGE) when the variant cannot be read.
    """

    def write() -> Path:
        from phota_desktop.imaging.export import export

        return export(variant, target, original=original, format=output_format)

    return await threads.files(write)
