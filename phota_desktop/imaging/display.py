"""What colours are converted to: sRGB, or the profile of a person's monitor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.imaging import icc as profiles


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
        """Read a monitor's ICC profile; one that is sRGB by its numbers counts as sRGB.

        Raises PhotaError INVALID that names the file and the reason.
        """
        try:
            # Opening a pipe would wait for its other end.
            if not path.is_file():
                raise _refused(path, "there is no such file")
            with path.open("rb") as file:
                icc = file.read(profiles.MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            raise _refused(path, "it cannot be read") from error
        reason = profiles.problem(icc)
        if not reason and icc[16:20] != b"RGB ":
            reason = "it is not a monitor's: its colours are not RGB"
        if not reason:
            reason = _unfit(icc, intent)
        if reason:
            raise _refused(path, reason)
        name = profiles.name_of(icc) or path.name
        return cls(b"" if profiles.looks_as_srgb(icc) else icc, intent, name)


def _unfit(icc: bytes, intent: Intent) -> str:
    """Try the profile as a screen, with two colours."""
    # colour.py itself needs the classes of this module.
    import numpy as np

    from phota_desktop.imaging import colour

    ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    done = colour.convert(ends, "BGR", b"", DisplayTarget(icc, intent))
    if done is None or int(done[0, 1].min()) - int(done[0, 0].max()) < 100:
        return "colours cannot be converted to it"
    return ""


def _refused(path: Path, reason: str) -> PhotaError:
    name = "".join(c if c.isprintable() else "�" for c in path.name)[:120]
    return PhotaError(
        ErrorKind.INVALID,
        f"“{name}” cannot be the monitor's profile: {reason}.",
        hint="Choose the ICC file (.icc, .icm) that belongs to your monitor.",
    )


SRGB = DisplayTarget()
