"""File names that every system takes, made from any text."""

from __future__ import annotations

import unicodedata

MAX_BYTES = 120
FALLBACK = "picture"

_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = frozenset(
    (
        *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"),
        *(f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"),
    )
)


def safe_name(text: str) -> str:
    """Turn any text into one file name (without folder) that is allowed everywhere.

    NFC; no control, bidi or invisible characters, no separators or characters that Windows
    refuses; no reserved device name; no dot or space at either end; at most 120 bytes of UTF-8, the
    extension kept when the name is cut. Never empty. Applying it twice changes nothing.
    """
    kept = unicodedata.normalize("NFC", "".join(_allowed(c) for c in text))
    kept = " ".join(kept.split()).strip(". ")
    kept = _shortened(kept)
    if kept.partition(".")[0].strip().upper() in _RESERVED:
        kept = _shortened(f"_{kept}")
    return kept or FALLBACK


def _allowed(character: str) -> str:
    if character in _FORBIDDEN:
        return "_"
    if character in "\t\n\r":
        return " "
    # Cc control, Cf format (bidi, zero width), Cs surrogates, Co private, Cn unassigned.
    if unicodedata.category(character).startswith("C"):
        return ""
    return " " if character.isspace() else character


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > 10:
        stem, dot, extension = name, "", ""
    room = MAX_BYTES - len((dot + extension).encode())
    cut = stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ")
    return f"{cut}{dot}{extension}".rstrip(". ")
