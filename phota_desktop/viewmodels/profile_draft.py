"""The form of a new profile as a value, and what can be missing of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind
from phota_desktop.viewmodels.training_photos import PhotoRow
from phota_desktop.viewmodels.training_words import read_addresses

if TYPE_CHECKING:
    from phota_desktop.viewmodels.add_profile import AddProfileViewModel

LONGEST_NAME = 80


class Way(StrEnum):
    """The one next step out of a problem, behind a button beside its words."""

    NONE = ""
    CHECK = "Check photos"
    TIER = "Use the other tier"
    BUCKET = "Set up a bucket…"
    CAP = "Change daily cap…"


@dataclass(frozen=True)
class Problem:
    """What keeps a training from being started: a sentence, a way out, the field it is about."""

    words: str
    field: str = ""
    way: Way = Way.NONE


@dataclass(frozen=True)
class Draft:
    """A form as it is filled; ``profile_id`` is the profile that more photos were dropped on.

    ``consent`` is the sentence that was ticked, empty for none, and ``agreed_for`` the name that
    stood there then.
    """

    profile_id: str = ""
    name: str = ""
    kind: Kind = Kind.PERSON
    tier: TrainingTier = TrainingTier.STANDARD
    consent: str = ""
    agreed_for: str = ""
    addresses: str = ""
    rows: tuple[PhotoRow, ...] = ()
    note: str = ""


def plain_name(name: str) -> str:
    """Return a name by which two spellings of the same one are equal."""
    return " ".join(name.split()).casefold()


def missing(form: AddProfileViewModel) -> tuple[Problem, ...]:
    """Return what a form lacks, in the order in which it is filled in."""
    draft, found = form.draft, _missing_photos(form)
    if not draft.name.strip():
        whom = "this person" if draft.kind is Kind.PERSON else f"this {draft.kind}"
        found.append(Problem(f"Give {whom} a name.", "name"))
    elif len(draft.name.strip()) > LONGEST_NAME:
        found.append(Problem(f"A name has at most {LONGEST_NAME} characters.", "name"))
    if form.engine is Engine.PHOTA:
        if form.photos.used and not form.bucket:
            words = form.bucket_problem or "Photos of this computer need a bucket."
            found.append(Problem(words, "bucket", Way.BUCKET))
        if not draft.consent:
            found.append(Problem("Tick the permission to send these photos.", "consent"))
    return tuple(found)


def _missing_photos(form: AddProfileViewModel) -> list[Problem]:
    intake, found = form.intake, []
    if not form.photos.rows and not form.draft.addresses.strip():
        words = "Looking for photos…" if intake.is_looking else "Add photos first."
        return [Problem(words, "photos")]
    wrong = read_addresses(form.draft.addresses)[1]
    if wrong:
        found.append(Problem(wrong[0], "addresses"))
    if form.addresses and form.engine is Engine.LOCAL:
        words = "The local engine opens no connections: it takes photos of this computer."
        found.append(Problem(words, "addresses"))
    if intake.is_checking or intake.is_looking:
        found.append(Problem("Photos are being checked.", "photos"))
    elif form.photos.unchecked:
        found.append(Problem("Some photos are not checked yet.", "photos", Way.CHECK))
    verdict = form.set_verdict
    if not verdict.enough:
        way = Way.TIER if verdict.other_tier else Way.NONE
        found.append(Problem(verdict.words, "photos", way))
    return found
