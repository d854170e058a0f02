"""The form of a new profile as a value, and what can be missing of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind
from phota_desktop.viewmodels.training_photos import PhotoRow

LONGEST_NAME = 80


class Way(StrEnum):
    """The one next step out of a problem, behind a button beside its words."""

    NONE = ""
    CHECK = "Check photos"
    TIER = "Use the other tier"
    BUCKET = "Set up a bucket…"
    CAP = "Change daily cap…"


@dataclass(frozen=True)
class Problem:
    """What keeps a training from being started: a sentence, a way out, the field it is about."""

    words: str
    field: str = ""
    way: Way = Way.NONE


@dataclass(frozen=True)
class Draft:
    """A form as it is filled; ``profile_id`` is the profile that more photos were dropped on.

    ``consent`` is the sentence that was ticked, empty for none.
    """

    profile_id: str = ""
    name: str = ""
    kind: Kind = Kind.PERSON
    tier: TrainingTier = TrainingTier.STANDARD
    consent: str = ""
    addresses: str = ""
    rows: tuple[PhotoRow, ...] = ()
    note: str = ""
