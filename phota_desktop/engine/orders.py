"""What travels between the engine and its workers: small values, pixels only as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from phota_desktop.engine.validation import Submission


@dataclass(frozen=True)
class Taken:
    """A checked request whose pictures lie in files; ``digest`` is equal for equal requests."""

    submission: Submission
    photos: tuple[Path, ...]
    digest: str
    has_callback: bool = False


@dataclass(frozen=True)
class TakenProfile:
    """A checked training request whose photos lie in files."""

    tier: str
    tag: str | None
    photos: tuple[Path, ...]


@dataclass(frozen=True)
class Order:
    """What to make: the request, its pictures' files and the names in place of its mentions."""

    submission: Submission
    photos: tuple[Path, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Looked:
    """What came of looking at training photos: how many are usable, and why others are not."""

    usable: int
    problems: tuple[str, ...]
