"""Saving a chosen variant where a person wants it."""

from __future__ import annotations

from pathlib import Path

from phota_desktop.core.options import OutputFormat


def export_variant(
    variant: Path,
    target: Path,
    *,
    original: Path | None = None,
    output_format: OutputFormat | None = None,
) -> Path:
    """Write ``variant`` to ``target`` (the next free name if taken) and return where it is.

    Blocking: call it in a worker thread. With ``original`` its camera data goes along. Raises
    PhotaError(DISK) when it cannot be written, PhotaError(BAD_IMAGE) when it cannot be read.
    """
    from phota_desktop.imaging.export import export

    return export(variant, target, original=original, format=output_format)
