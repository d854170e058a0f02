"""Which profiles of a request cannot be used: those the account has not, or has not ready."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from phota_desktop.core.requests import Problem, mentions
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.services.people import Person


def profile_problems(
    prompt: str, profile_ids: Iterable[str], people: Iterable[Person]
) -> list[Problem]:
    """Return one sentence for each profile that is mentioned or rides along and cannot be used.

    A person whose status nobody could ask for is let through: the server decides.
    """
    known = {person.id: person for person in people}
    mentioned = mentions(prompt)
    found = []
    for one in dict.fromkeys((*mentioned, *profile_ids)):
        field = "prompt" if one in mentioned else "profile_ids"
        person = known.get(one)
        if person is None:
            words = f"This account has no profile {plain(one, 40)}."
            found.append(Problem(field, words))
        elif person.status is not None and not person.is_ready:
            name = plain(person.name, 80) or f"Profile {plain(one, 40)}"
            found.append(Problem(field, f"{name} is not ready yet."))
    return found
