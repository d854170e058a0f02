"""Finds the files that ship with the program: icons, sample photos, palettes."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Return the path of a shipped file or folder; whether it is there is not looked at.

    An installed program carries ``resources`` within its package, a checkout beside it.
    """
    folder = _PACKAGE / "resources"
    if not folder.is_dir():
        folder = _PACKAGE.parent / "resources"
    return folder.joinpath(*parts)
