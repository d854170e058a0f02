"""The training of a profile as a value: what was agreed to, how far it is, what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier

_TAG = re.compile(r"pd-[0-9a-f-]{36}", re.ASCII)


class Kind(StrEnum):
    """Who a profile shows (Phota trains people, dogs and cats); our own word, never sent."""

    PERSON = "person"
    DOG = "dog"
    CAT = "cat"


class TrainingState(StrEnum):
    """How far a training is known to be."""

    RECORDED = "recorded"
    """Agreed to; nothing has left this computer."""
    UPLOADING = "uploading"
    """Photos are on their way into the person's bucket; nothing is paid."""
    SENT = "sent"
    """``/profiles/add`` may have reached the server; the answer is not known (rule R4)."""
    TRAINING = "training"
    """The profile's id is known, its end is not."""
    ENDED = "ended"
    """The server said READY, ERROR or INACTIVE, or lists the profile no more."""
    FAILED = "failed"
    """It certainly was not taken and not charged."""
    CANCELED = "canceled"
    """Withdrawn before it was sent."""
    GIVEN_UP = "given up"
    """A person decided to look for a lost answer no longer; it may have been charged."""

    @property
    def is_over(self) -> bool:
        """True when nothing more happens but the cleaning of the bucket."""
        return self in (
            TrainingState.ENDED,
            TrainingState.FAILED,
            TrainingState.CANCELED,
            TrainingState.GIVEN_UP,
        )

    @property
    def is_unsent(self) -> bool:
        """True while nothing can have been charged."""
        return self in (TrainingState.RECORDED, TrainingState.UPLOADING)


@dataclass(frozen=True)
class TrainingOrder:
    """What a person asks for.

    ``photos`` are absolute paths of this computer or https addresses, in the person's order;
    ``consent`` is the sentence that was agreed to, empty where none was asked (local engine).
    """

    name: str
    tier: TrainingTier
    photos: tuple[str, ...]
    kind: Kind = Kind.PERSON
    consent: str = ""


@dataclass(frozen=True)
class Training:
    """One training on record; ``tag`` is how it is found again at the server (rule R4).

    Times are Unix seconds. ``links_until`` is when the last presigned link that was sent ends.
    ``outcome`` and ``message`` are the server's last words; ``outcome`` stays None for a profile
    that vanished. Presigned links themselves are never on record.
    """

    tag: str
    engine: Engine
    base_url: str
    account: str
    order: TrainingOrder
    created: float
    state: TrainingState = TrainingState.RECORDED
    profile_id: str = ""
    sent: float | None = None
    ended: float | None = None
    links_until: float | None = None
    outcome: ProfileStatus | None = None
    message: str = ""

    @property
    def name(self) -> str:
        """Return the person's own name for whom it shows."""
        return self.order.name

    @property
    def lacks_reason(self) -> bool:
        """True for one that failed at the server, which has not said yet why."""
        return self.outcome is ProfileStatus.ERROR and not self.message


@dataclass(frozen=True)
class TrainingProgress:
    """How far the work on this computer is.

    ``phase`` is preparing, uploading, sending, or waiting to send again what was refused.
    """

    tag: str
    phase: str
    done: int
    total: int


def is_our_tag(tag: str) -> bool:
    """Tell a tag by which a training of ours is found again from one that somebody gave."""
    return _TAG.fullmatch(tag) is not None


def new_tag() -> str:
    """Return a tag that nobody has."""
    import uuid

    return f"pd-{uuid.uuid4()}"


def is_address(photo: str) -> bool:
    """Tell an address from a path of this computer."""
    return photo.lower().startswith(("https://", "http://"))
