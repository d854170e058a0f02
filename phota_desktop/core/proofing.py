"""Proof sheets: which pictures somebody is shown to choose from, and how the sheet looks."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MAX_PICTURES = 2_000
MAX_TITLE = 200


class ProofKind(StrEnum):
    """A page to choose on, or paper to look at."""

    PAGE = "html"
    PAPER = "pdf"


class Paper(StrEnum):
    """Sizes of paper."""

    A4 = "a4"
    LETTER = "letter"


@dataclass(frozen=True)
class ProofPicture:
    """One place of a sheet; ``key`` is the picture's in the library and comes back with the picks.

    ``original`` is the photo it was made from, to be compared with; ``detail`` a quiet line.
    """

    key: str
    path: Path
    name: str
    detail: str = ""
    original: Path | None = None


@dataclass(frozen=True)
class ProofSettings:
    """How a sheet is made: ``side`` is the longer side of the page's pictures in pixels.

    ``columns`` and ``rows`` are of a paper; ``names`` prints the file names below the pictures.
    """

    title: str = "Proof sheet"
    kind: ProofKind = ProofKind.PAGE
    side: int = 1600
    originals: bool = True
    names: bool = True
    paper: Paper = Paper.A4
    columns: int = 3
    rows: int = 4


@dataclass(frozen=True)
class ProofReport:
    """What came of it: the file, None after a cancel, and a sentence for each picture left out."""

    path: Path | None
    pictures: int
    problems: tuple[str, ...] = ()


def printable(text: str, limit: int = MAX_TITLE) -> str:
    """Return foreign text on one line without control, direction and unassigned characters."""
    kept = "".join(
        " " if c.isspace() else c
        for c in text[: 4 * limit]
        if c.isspace() or not unicodedata.category(c).startswith("C")
    )
    return " ".join(kept.split())[:limit]
