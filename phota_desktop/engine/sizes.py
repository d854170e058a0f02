"""How large results become: never larger than the source, never beyond what was asked for."""

from __future__ import annotations

LONGEST = 4096
"""Longest side of an input that counts, and of an enhanced picture (release note v0.1.1)."""
NOMINAL = {"1K": 1024, "2K": 2048, "4K": 4096}
"""Longest side in pixels of each resolution; the documents give no pixels, this table is ours."""


def ratio(aspect_ratio: str) -> float | None:
    """Return width divided by height, None for ``auto``."""
    if aspect_ratio == "auto":
        return None
    width, height = aspect_ratio.split(":")
    return int(width) / int(height)


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """Return the size that fits into ``longest`` pixels a side; never larger than given."""
    scale = longest / max(width, height)
    if scale >= 1:
        return width, height
    return max(1, round(width * scale)), max(1, round(height * scale))


def cropped(width: int, height: int, aspect_ratio: str) -> tuple[int, int]:
    """Return the largest size of that shape inside ``width`` × ``height``."""
    shape = ratio(aspect_ratio)
    if shape is None:
        return width, height
    if width / height > shape:
        return max(1, round(height * shape)), height
    return width, max(1, round(width / shape))


def reduced_for(width: int, height: int, aspect_ratio: str, resolution: str) -> tuple[int, int]:
    """Return the size to edit at, so that the crop afterwards is as large as ``resolution`` allows.

    The local engine never enlarges: a small source stays as it is.
    """
    kept = max(cropped(width, height, aspect_ratio))
    scale = min(1.0, NOMINAL[resolution] / kept)
    return max(1, round(width * scale)), max(1, round(height * scale))


def canvas(aspect_ratio: str, resolution: str) -> tuple[int, int]:
    """Return width and height of a generated picture; ``auto`` is square."""
    longest = NOMINAL[resolution]
    shape = ratio(aspect_ratio) or 1.0
    if shape >= 1:
        return longest, round(longest / shape)
    return round(longest * shape), longest
