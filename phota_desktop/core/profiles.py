"""Identity profiles of people and pets: status words and photo-count rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProfileStatus(StrEnum):
    """The six states of ``GET /profiles/{id}/status``; unknown words read as ``IN_PROGRESS``."""

    VALIDATING = "VALIDATING"
    QUEUING = "QUEUING"
    IN_PROGRESS = "IN_PROGRESS"
    READY = "READY"
    ERROR = "ERROR"
    INACTIVE = "INACTIVE"

    @property
    def is_final(self) -> bool:
        """True when polling can stop."""
        return self in (ProfileStatus.READY, ProfileStatus.ERROR, ProfileStatus.INACTIVE)


class TrainingTier(StrEnum):
    """Training tiers (release note v0.5.0)."""

    STANDARD = "standard"
    FAST = "fast"

    @property
    def label(self) -> str:
        """The tier's name as people read it."""
        return "Standard" if self is TrainingTier.STANDARD else "Quick"

    @property
    def photo_range(self) -> tuple[int, int]:
        """Fewest and most training photos."""
        return (10, 50) if self is TrainingTier.STANDARD else (5, 10)


@dataclass(frozen=True)
class Profile:
    """One trained or training subject of the account."""

    id: str
    status: ProfileStatus | None = None
    message: str = ""
    tag: str = ""
