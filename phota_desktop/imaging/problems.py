"""The ten reasons why a picture cannot be used, each with a sentence and a way out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError

MAX_FILE_BYTES = 100_000_000
"""Largest file that is read (reliability.md, T7)."""
MAX_PIXELS = 150_000_000
"""Most pixels that are decoded; above the 100 MP of today's largest cameras."""
MAX_SIDE = 32_767
"""Longest side in pixels; Qt and OpenCV keep sides in 16 bits in places."""


class BadImage(StrEnum):
    """Why a picture was refused."""

    MISSING = "missing"
    NOT_A_FILE = "not_a_file"
    TOO_LARGE = "too_large"
    TOO_COSTLY = "too_costly"
    NOT_A_PHOTO = "not_a_photo"
    NEEDS_HEIF = "needs_heif"
    NEEDS_RAW = "needs_raw"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"


_SENTENCES: dict[BadImage, tuple[str, str]] = {
    BadImage.MISSING: (
        "“{name}” cannot be opened.",
        "Check that it is still there and that you may read it.",
    ),
    BadImage.NOT_A_FILE: ("“{name}” is not a regular file.", "Choose a picture file."),
    BadImage.TOO_LARGE: (
        "“{name}” is too large: it has more than 100 MB, 150 megapixels or 32,767 pixels a side.",
        "Export a smaller copy and use that.",
    ),
    BadImage.TOO_COSTLY: (
        "“{name}” takes more time or memory to decode than any picture should.",
        "Open it in the program that made it, and export it as JPEG.",
    ),
    BadImage.NOT_A_PHOTO: (
        "“{name}” is not a picture in a format that can be opened.",
        "Use JPEG, PNG, WebP, TIFF, HEIC, RAW, GIF or BMP.",
    ),
    BadImage.NEEDS_HEIF: (
        "“{name}” is a HEIC picture: HEIC needs the optional heif extra.",
        "Install the heif extra, or export the picture as JPEG.",
    ),
    BadImage.NEEDS_RAW: (
        "“{name}” is a camera's RAW file: RAW needs the optional raw extra.",
        "Install the raw extra, or export the picture as JPEG.",
    ),
    BadImage.TRUNCATED: (
        "“{name}” is empty or ends too early; part of the picture is missing.",
        "Copy it again from where it came from.",
    ),
    BadImage.DAMAGED: (
        "“{name}” is damaged and cannot be decoded.",
        "Copy it again from where it came from.",
    ),
    BadImage.UNSUPPORTED: (
        "“{name}” uses a variant of its format that cannot be decoded.",
        "Export it as an 8-bit JPEG or PNG.",
    ),
}


class BadImageError(PhotaError):
    """A ``PhotaError`` of kind BAD_IMAGE that knows which of the ten reasons it is."""

    def __init__(self, reason: BadImage, source: Path | str) -> None:
        self.reason = reason
        name = source.name if isinstance(source, Path) else source
        message, hint = _SENTENCES[reason]
        super().__init__(ErrorKind.BAD_IMAGE, message.format(name=_shown(name)), hint=hint)


def _shown(name: str) -> str:
    """Make a file name safe to read in a sentence: control and bidi characters escaped."""
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in name)
    return text if len(text) <= 120 else f"{text[:119]}…"
