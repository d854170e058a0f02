"""What a studio call can bring: accepted, finished, running or failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.core.errors import PhotaError


@dataclass(frozen=True)
class Accepted:
    """Phota has taken the job; ``poll_url`` is as sent and may be relative or empty."""

    job_id: str
    poll_url: str
    request_id: str
    raw: str


@dataclass(frozen=True)
class Finished:
    """The pictures are there: as links, or already decoded to files, in order.

    ``known_subjects`` counts recognised profiles over all pictures; None when Phota sent none.
    ``raw`` is the answer as text with a short note in the place of each picture.
    """

    download_urls: tuple[str, ...]
    parts: tuple[Path, ...]
    known_subjects: Mapping[str, int] | None
    request_id: str
    raw: str


@dataclass(frozen=True)
class Running:
    """Not done yet; ``state`` is Phota's word, also one we do not know. ``progress`` is 0 to 1."""

    state: str
    request_id: str
    raw: str
    retry_after: float | None = None
    progress: float | None = None


@dataclass(frozen=True)
class Failed:
    """The job ended without pictures, for good; ``error`` is REFUSED for content rules."""

    error: PhotaError
    raw: str


@dataclass(frozen=True)
class ModelCatalogue:
    """The base models a server names itself (``GET /models``, unpublished), and its raw text."""

    ids: tuple[str, ...]
    raw: str
