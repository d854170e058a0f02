"""Picks files: what somebody chose on a proof sheet, as the JSON that its page saves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from phota_desktop.core.errors import ErrorKind, PhotaError

FORMAT = "phota-desktop-picks"
VERSION = 1
MAX_BYTES = 8_000_000
MAX_PICKS = 20_000
MAX_NOTE = 2_000
_MAX_TEXT = 500


class Choice(StrEnum):
    """What was chosen for one picture."""

    OPEN = ""
    PICK = "pick"
    REJECT = "reject"


@dataclass(frozen=True)
class Pick:
    """One picture of the sheet: its key in the library, the name it was shown by, a choice."""

    key: str
    name: str
    choice: Choice = Choice.OPEN
    note: str = ""


@dataclass(frozen=True)
class Picks:
    """Everything that came back of one sheet; ``sheet`` is its id, ``saved`` a time as text."""

    sheet: str
    title: str
    picks: tuple[Pick, ...]
    saved: str = ""

    @property
    def chosen(self) -> tuple[Pick, ...]:
        """The picks that say something."""
        return tuple(pick for pick in self.picks if pick.choice or pick.note)


def from_json(content: bytes) -> Picks:
    """Read a picks file; unknown fields are passed over.

    PhotaError INVALID, with the way out, for anything that is no picks file.
    """
    if len(content) > MAX_BYTES:
        raise _invalid("This file is too large for a picks file.")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise _invalid("This is no picks file.") from exc
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _invalid("This is no picks file of Phota Desktop.")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _invalid("The picks file does not say its version.")
    if version > VERSION:
        raise _invalid("The picks file is of a newer version of Phota Desktop.")
    listed = document.get("picks")
    if not isinstance(listed, list) or len(listed) > MAX_PICKS:
        raise _invalid("The picks file holds no list of picks.")
    picks = tuple(_pick(one, number) for number, one in enumerate(listed, 1))
    if len({pick.key for pick in picks}) != len(picks):
        raise _invalid("The picks file names a picture twice.")
    return Picks(
        _text(document.get("sheet")),
        _text(document.get("title")),
        picks,
        _text(document.get("saved")),
    )


def _pick(plain: object, number: int) -> Pick:
    if not isinstance(plain, dict):
        raise _invalid(f"Pick {number} cannot be read.")
    key = _text(plain.get("key"))
    if not key:
        raise _invalid(f"Pick {number} does not say which picture it is.")
    try:
        choice = Choice(_text(plain.get("choice")))
    except ValueError:
        raise _invalid(f"Pick {number} says neither pick nor reject.") from None
    return Pick(key, _text(plain.get("name")), choice, _text(plain.get("note"), MAX_NOTE))


def _text(value: object, longest: int = _MAX_TEXT) -> str:
    """Return a text, cut to what is stored; halves of surrogate pairs become a question mark."""
    if not isinstance(value, str):
        return ""
    return value[:longest].encode("utf-8", "replace").decode()


def _invalid(message: str) -> PhotaError:
    return PhotaError(
        ErrorKind.INVALID,
        message,
        hint="Choose the file that the proof page saved with “Save picks”.",
        field="picks",
    )
