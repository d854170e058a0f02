"""What colours are converted to: sRGB, or the profile of a person's monitor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from phota_desktop.core.errors import ErrorKind, PhotaError

MAX_PROFILE_BYTES = 16_000_000


class Intent(StrEnum):
    """What becomes of colours that the screen does not have (ICC.1, 6.2)."""

    RELATIVE = "relative"
    PERCEPTUAL = "perceptual"


@dataclass(frozen=True)
class DisplayTarget:
    """A screen's colours: ``icc`` is its profile's bytes, empty for sRGB."""

    icc: bytes = b""
    intent: Intent = Intent.RELATIVE
    name: str = "sRGB"

    @property
    def is_srgb(self) -> bool:
        """True where colours are converted to sRGB."""
        return not self.icc

    @classmethod
    def from_file(cls, path: Path, intent: Intent = Intent.RELATIVE) -> Self:
        """Read a monitor's ICC profile. Raises PhotaError INVALID that names file and reason."""
        try:
            icc = path.read_bytes()
        except OSError as error:
            raise PhotaError(ErrorKind.INVALID, f"“{path.name}” cannot be read.") from error
        return cls(icc, intent, path.name)


SRGB = DisplayTarget()
