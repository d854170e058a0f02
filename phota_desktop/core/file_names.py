"""File names that every system takes: made from any text, from a template, and without a clash."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from phota_desktop.core.requests import Problem

MAX_BYTES = 120
"""Of a whole name, in UTF-8: half of what any file system takes, so that a number always fits."""
MAX_TEMPLATE = 200
FALLBACK = "picture"
DEFAULT_TEMPLATE = "{stem}-{operation}-{n}"
"""``IMG_4711-enhance-1.jpg``: the original's stem comes first, so that programs that sort or stack
by name keep it beside ``IMG_4711.jpg``."""

_FORBIDDEN = frozenset('<>:"/\\|?*')
_LONGEST_EXTENSION = 10
_SEPARATORS = "-_ .,+~#"
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_WIDTH = re.compile(r"0?([1-9])")
_RESERVED = frozenset(
    (
        *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"),
        *(f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"),
    )
)


@dataclass(frozen=True)
class NameTokens:
    """What a template may speak of for one picture; empty where it is not known.

    ``n`` is the variant's number from 1, ``counter`` the place in the batch from 1, ``rating`` 0 to
    5 stars. ``made`` and ``original_made`` are local times: when the result came, and when the
    photo it was made from was taken.
    """

    stem: str = ""
    operation: str = ""
    n: int = 1
    made: datetime | None = None
    person: str = ""
    model: str = ""
    rating: int = 0
    counter: int = 1
    original_made: datetime | None = None


_VALUES: Mapping[str, Callable[[NameTokens], str | int]] = {
    "stem": lambda t: t.stem,
    "operation": lambda t: t.operation,
    "n": lambda t: t.n,
    "date": lambda t: f"{t.made:%Y-%m-%d}" if t.made else "",
    "time": lambda t: f"{t.made:%H-%M-%S}" if t.made else "",
    "person": lambda t: t.person,
    "model": lambda t: t.model,
    "rating": lambda t: t.rating,
    "counter": lambda t: t.counter,
    "original_date": lambda t: f"{t.original_made:%Y-%m-%d}" if t.original_made else "",
}
TOKENS: Mapping[str, str] = {
    "stem": "name of the original",
    "operation": "enhance, edit, generate or remix",
    "n": "number of the variant",
    "date": "day it was made",
    "time": "time it was made",
    "person": "people in it",
    "model": "base model",
    "rating": "stars",
    "counter": "1, 2, 3 … in this export",
    "counter:03": "001, 002, 003 …",
    "original_date": "day the photo was taken",
}
"""What stands in braces, and what it becomes, for people who choose."""


def template_problems(template: str) -> list[Problem]:
    """Return what is wrong with a template, for beside its field; empty when it can be used."""
    if not template.strip():
        return [Problem("name_template", "The name is empty.")]
    if len(template) > MAX_TEMPLATE:
        return [Problem("name_template", f"The name is longer than {MAX_TEMPLATE} characters.")]
    problems = []
    for found in _TOKEN.finditer(template):
        if found[0] in ("{{", "}}"):
            continue
        if found[1] is None:
            problems.append(
                Problem("name_template", f"A “{found[0]}” has no partner; write it twice.")
            )
        elif (reason := _wrong_with(found[1])) is not None:
            problems.append(Problem("name_template", reason))
    return problems


def _wrong_with(token: str) -> str | None:
    name, colon, width = token.partition(":")
    if name not in _VALUES:
        known = " ".join(f"{{{one}}}" for one in _VALUES)
        return f"“{{{token}}}” is not known. There are {known}."
    if not colon:
        return None
    if isinstance(_VALUES[name](NameTokens()), str):
        return f"“{{{name}}}” is no number and takes no width."
    if _WIDTH.fullmatch(width) is None:
        return f"“{{{token}}}”: write the digits like {{{name}:03}}."
    return None


def expand(template: str, tokens: NameTokens, extension: str = "") -> str:
    """Return the file name of one picture: one name, without a folder, that every system takes.

    ``extension`` (without a dot) is appended and kept whole when the name has to be cut. A token
    without a value takes the separators before it along, so ``{stem}-{person}-{n}`` reads ``IMG-1``
    where nobody is known. What is no token stays as it is written; ``template_problems`` tells.
    """
    written: list[str] = []
    after_literal = begun = False
    for text, token in _pieces(template):
        if token is None:
            # Of what stood before an empty beginning, nothing is left to separate.
            kept = text.lstrip(_SEPARATORS) if begun and not written else text
            after_literal = bool(kept)
        else:
            kept = _cleaned(_value(token, tokens))
            if not kept and after_literal:
                written[-1] = written[-1].rstrip(_SEPARATORS)
            after_literal = False
        begun = True
        if kept:
            written.append(kept)
    return file_name("".join(written), extension)


def _pieces(template: str) -> Iterator[tuple[str, str | None]]:
    """Return the template as (literal, None) and (its text, token)."""
    at = 0
    for found in _TOKEN.finditer(template[:MAX_TEMPLATE]):
        if found.start() > at:
            yield template[at : found.start()], None
        token = found[1]
        if token is not None and _wrong_with(token) is None:
            yield found[0], token
        else:
            yield found[0][:1] if token is None else found[0], None
        at = found.end()
    if at < len(template):
        yield template[at:MAX_TEMPLATE], None


def _value(token: str, tokens: NameTokens) -> str:
    name, _, width = token.partition(":")
    value = _VALUES[name](tokens)
    return str(value).zfill(int(width)) if width else str(value)


def file_name(stem: str, extension: str = "") -> str:
    """Return a safe name of ``stem`` that ends in exactly ``.extension``; see ``safe_name``."""
    ending = "".join(c for c in extension.lower() if c.isascii() and c.isalnum())
    ending = f".{ending[:_LONGEST_EXTENSION]}" if ending else ""
    return f"{_safe(stem, MAX_BYTES - len(ending))}{ending}"


def safe_name(text: str) -> str:
    """Turn any text into one file name (without folder) that is allowed everywhere.

    NFC; no control, bidi or invisible characters, no separators or characters that Windows
    refuses; no reserved device name; no dot or space at either end; at most 120 bytes of UTF-8, the
    extension kept when the name is cut. Never empty. Applying it twice changes nothing.
    """
    kept = _cleaned(text)
    stem, dot, extension = kept.rpartition(".")
    if len(kept.encode()) <= MAX_BYTES or not stem or len(extension.encode()) > _LONGEST_EXTENSION:
        return _safe(kept, MAX_BYTES)
    return f"{_safe(stem, MAX_BYTES - len((dot + extension).encode()))}{dot}{extension}"


def distinct(names: Iterable[str]) -> list[str]:
    """Return safe names with what would clash numbered: ``a.jpg``, ``A-2.jpg``, ``a-3.jpg``.

    Names clash where any system holds them for the same: regardless of case and of how accents
    are written.
    """
    wanted = list(names)
    own = {folded(name) for name in wanted}
    taken: set[str] = set()
    reached: dict[str, int] = {}
    found = []
    for name in wanted:
        key, chosen = folded(name), name
        number = reached.get(key, 1)
        while (mark := folded(chosen)) in taken or (number > 1 and mark in own):
            number += 1
            chosen = numbered(name, number)
        reached[key] = number
        taken.add(mark)
        found.append(chosen)
    return found


def folded(name: str) -> str:
    """Return what two names share that some system holds for one."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def numbered(name: str, number: int) -> str:
    """Return ``stem-2.ext`` for 2, at most as long as a safe name; the name itself for 1."""
    if number <= 1:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    tail = f"-{number}{dot}{extension}"
    return f"{_cut(stem, MAX_BYTES - len(tail.encode()))}{tail}"


def _safe(text: str, room: int) -> str:
    kept = _cut(_cleaned(text), room)
    if kept.partition(".")[0].strip().upper() in _RESERVED:
        kept = _cut(f"_{kept}", room)
    return kept or FALLBACK


def _cleaned(text: str) -> str:
    kept = unicodedata.normalize("NFC", "".join(_allowed(c) for c in text))
    return " ".join(kept.split()).strip(". ")


def _allowed(character: str) -> str:
    if character in _FORBIDDEN:
        return "_"
    if character in "\t\n\r":
        return " "
    # Cc control, Cf format (bidi, zero width), Cs surrogates, Co private, Cn unassigned.
    if unicodedata.category(character).startswith("C"):
        return ""
    return " " if character.isspace() else character


def _cut(name: str, room: int) -> str:
    return name.encode()[:room].decode("utf-8", "ignore").rstrip(". ")
