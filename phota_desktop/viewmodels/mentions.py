"""Mentions of people in prompts: the wire's ``[[profile_id]]`` and what a person reads instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phota_desktop.services.people import Person

# The same text that core.requests.mentions finds; a test holds the two together.
_MENTION = re.compile(r"\[\[([^\[\]\s]{1,128})\]\]")
_TYPED = re.compile(r"(?:^|[^\w@])@([^@\ufffc]{0,40})$")
_FEW_LETTERS = 2
CHIP = "\ufffc"
"""The character that stands for a chip in the field's own text, so it can stand for no other."""
_PLAIN = {"\r\n": "\n", CHIP: "", "\0": "", "\xa0": " "} | dict.fromkeys(
    ("\r", "\u2028", "\u2029", "\ufdd0", "\ufdd1"), "\n"
)


@dataclass(frozen=True)
class Mention:
    """One ``[[profile_id]]`` of a prompt."""

    profile_id: str


def pieces(wire: str) -> Iterator[str | Mention]:
    """Cut a prompt into its texts and mentions; joined again they are the same prompt."""
    end = 0
    for found in _MENTION.finditer(wire):
        if found.start() > end:
            yield wire[end : found.start()]
        yield Mention(found.group(1))
        end = found.end()
    if end < len(wire):
        yield wire[end:]


def cleaned(text: str) -> str:
    """Return text as the field holds it: one kind of line end and space, no stray chips."""
    for one, other in _PLAIN.items():
        text = text.replace(one, other)
    return text


def is_mentionable(profile_id: str) -> bool:
    """Tell whether a profile's id can stand in a prompt."""
    return _MENTION.fullmatch(f"[[{profile_id}]]") is not None


def by_id(people: Iterable[Person]) -> dict[str, Person]:
    """Return people by their profile id."""
    return {person.id: person for person in people}


def name_of(profile_id: str, people: Mapping[str, Person]) -> str:
    """Return the name for a profile; the beginning of its id where nobody has it."""
    from phota_desktop.viewmodels.people import shown_name
    from phota_desktop.viewmodels.words import plain

    person = people.get(profile_id)
    return shown_name(person) if person is not None else plain(profile_id, 8)


def readable(wire: str, people: Mapping[str, Person]) -> str:
    """Return a prompt with names for ids: ``Portrait of Anna``."""
    return "".join(
        piece if isinstance(piece, str) else name_of(piece.profile_id, people)
        for piece in pieces(wire)
    )


def why_not(
    profile_id: str, people: Mapping[str, Person], *, is_listed: bool = True
) -> tuple[str, str]:
    """Return why a mention cannot be sent, as one word for the chip and a sentence; else empty.

    ``is_listed``: everybody is among ``people``. Before that nobody is unknown.
    """
    from phota_desktop.viewmodels.people import shown_name, status_words

    person = people.get(profile_id)
    if person is None and not is_listed:
        return "", ""
    if person is None:
        return "unknown", "This account has no such profile. Remove it or mention somebody else."
    if person.is_ready:
        return "", ""
    words = status_words(person)
    word = words.partition(":")[0].lower() if person.status is not None else "not known yet"
    return word, f"{shown_name(person)} cannot be used now. Status: {words}."


def typed_query(before: str) -> str | None:
    """Return what is typed behind an ``@`` that ends the text; None where nobody is meant.

    A mail address is no mention: the ``@`` must not follow a letter or digit.
    """
    found = _TYPED.search(before)
    if found is None or found.group(1)[:1].isspace():
        return None
    return found.group(1)


def matching(people: Iterable[Person], query: str) -> Sequence[Person]:
    """Return the people whose name begins with, or holds, what was typed; best first.

    Case and accents do not count. Those who are ready stand before those who are not.
    """
    from phota_desktop.viewmodels.people import shown_name

    wanted = _folded(query)
    ranked = []
    for person in people:
        name = _folded(shown_name(person))
        rank = _rank(name, wanted)
        if rank is not None and is_mentionable(person.id):
            ranked.append(((rank, not person.is_ready, name, person.id), person))
    return [person for _key, person in sorted(ranked, key=lambda pair: pair[0])]


def _rank(name: str, wanted: str) -> int | None:
    if name.startswith(wanted):
        return 0
    if any(word.startswith(wanted) for word in name.split()):
        return 1
    return 2 if len(wanted) >= _FEW_LETTERS and wanted in name else None


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
