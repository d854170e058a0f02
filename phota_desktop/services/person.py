"""Everyone of an account as values: who they are by the server's list and by our own names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.core.training import is_our_tag
from phota_desktop.store.notebook import PersonName

_WITH_PICTURE = (ProfileStatus.READY, ProfileStatus.INACTIVE)


@dataclass(frozen=True)
class Person:
    """A person or pet of the account; ``kind`` is our own word for it, empty when never said.

    ``status`` is None while it is not known; ``message`` is the server's reason, mostly empty.
    """

    id: str
    name: str
    status: ProfileStatus | None = None
    message: str = ""
    picture: Path | None = None
    kind: str = ""
    tag: str = ""
    """As the server has it; the one by which a training of ours is found again is no name."""

    is_nameless: bool = False
    """True while the name is only made of the id."""

    def called(self, name: str) -> Person:
        """Return this person under a name."""
        return replace(self, name=name, is_nameless=False)

    @property
    def foreign_tag(self) -> str:
        """The tag that somebody gave it, empty for none and for one of ours."""
        return _foreign(self.tag)

    @property
    def is_ready(self) -> bool:
        """Tell whether requests can use this profile."""
        return self.status is ProfileStatus.READY

    @property
    def initials(self) -> str:
        """One or two letters in the place of a picture; ``"?"`` for a name that has none."""
        firsts = [next((c for c in word if c.isalnum()), "") for word in self.name.split()]
        letters = [letter for letter in firsts if letter]
        return "".join(letters[:1] + letters[1:][-1:]).upper() or "?"


@dataclass(frozen=True)
class Account:
    """What is known of one account."""

    profiles: tuple[Profile, ...] = ()
    names: Mapping[str, PersonName] = field(default_factory=dict)
    pictures: Mapping[str, Path] = field(default_factory=dict)
    is_listed: bool = False


def _person(profile: Profile, known: Account, shared: Collection[str]) -> Person:
    ours = known.names.get(profile.id)
    name = _name(profile, known)
    if name in shared and not (ours and ours.name):
        name = f"{name} {profile.id[-4:]}"  # a tag that many have is no name
    return Person(
        profile.id,
        name or f"Profile {profile.id[-6:]}",
        profile.status,
        profile.message,
        known.pictures.get(profile.id),
        ours.kind if ours else "",
        profile.tag,
        is_nameless=not name,
    )


def everyone(known: Account) -> tuple[Person, ...]:
    """Return who is listed: those with a name first, by name, the others as listed."""

    def place(one: Person) -> tuple[str, ...]:
        return ("1",) if one.is_nameless else ("0", one.name.casefold(), one.id)

    counted = Counter(one.tag for one in known.profiles)
    shared = {tag for tag, number in counted.items() if tag and number > 1}
    return tuple(sorted((_person(one, known, shared) for one in known.profiles), key=place))


def lacks_picture(profile: Profile | Person, pictures: Mapping[str, Path]) -> bool:
    """Tell whether there may be a picture that is not here: there is none before the end."""
    return profile.status in _WITH_PICTURE and profile.id not in pictures


def _name(profile: Profile, known: Account) -> str:
    """Return our name, else a tag that somebody gave it, else nothing."""
    ours = known.names.get(profile.id)
    if ours and ours.name:
        return ours.name
    return _foreign(profile.tag)


def _foreign(tag: str) -> str:
    return "" if is_our_tag(tag) else tag


def merge(before: Profile | None, said: Profile) -> Profile:
    """Return what the server said with what was known before where it said nothing."""
    if before is None:
        return said
    status = said.status or before.status
    message = said.message or (before.message if status is before.status else "")
    return replace(said, status=status, message=message, tag=said.tag or before.tag)
