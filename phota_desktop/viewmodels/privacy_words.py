"""The privacy panel in words: big numbers, sentences about trainings, what goes and what stays."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from phota_desktop.core.jobs import Engine
from phota_desktop.core.person_report import PersonReport
from phota_desktop.core.training import Kind
from phota_desktop.viewmodels.privacy_rows import day, training_words, when
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.services.erasing import Place

STEPS = {
    "training": "Stop the training",
    "profile": "The profile",
    "bucket": "Training photos in your bucket",
    "picture": "The profile picture kept here",
    "name": "The name kept here",
    "record": "The record of the training",
}
_KINDS = {Kind.PERSON: "Person", Kind.DOG: "Dog", Kind.CAT: "Cat", None: "Profile"}
_MOST_FOLDERS = 6
_LONGEST_CONSENT = 4000


@dataclass(frozen=True)
class Figure:
    """A big number or word and what it counts; ``alarming`` for what should be nothing."""

    number: str
    words: str
    alarming: bool = False


def who(report: PersonReport | None) -> str:
    """Return who it is and where the profile is."""
    if report is None:
        return "Reading the record…"
    if not report.profile_id:
        return f"{_KINDS[report.kind]}, no profile yet"
    where = "on this computer" if report.engine is Engine.LOCAL else "at Phota"
    return f"{_KINDS[report.kind]}, profile {plain(report.profile_id, 60)} {where}"


def figures(report: PersonReport) -> tuple[Figure, ...]:
    """Return the big numbers, what matters most first."""
    sums = report.figures
    trained, left, last = report.photos_trained, report.photos_left, report.last
    found = [
        Figure(_number(trained), f"{_photos(trained)} sent for training"),
        Figure(
            _number(sums.photos), f"{_photos(sums.photos)} in {count(sums.requests, 'request')}"
        ),
        Figure(day(last) if last is not None else "Never", "last sent"),
    ]
    if any(photo.bucket for one in report.trainings for photo in one.photos):
        words = f"{_photos(left)} still in the bucket"
        found.append(Figure(_number(left), words, alarming=left > 0))
    return tuple(found)


def summary(report: PersonReport) -> str:
    """Return the numbers in one line, for screen readers."""
    return " · ".join(f"{one.number} {one.words}" for one in figures(report))


def training_lines(report: PersonReport) -> str:
    """Return each training in a sentence, newest first."""
    if report.trainings:
        return "\n".join(map(training_words, report.trainings))
    return (
        "No training of this profile is on record: it was trained elsewhere, or the record was "
        "deleted."
    )


def request_note(report: PersonReport) -> str:
    """Return what the table of requests leaves open, or why it is empty."""
    sums = report.figures
    parts = [f"{count(sums.requests, 'request')} to Phota"] if sums.requests else []
    if sums.local:
        parts.append(f"{count(sums.local, 'request')} on this computer")
    words = "No request with this profile is on record."
    if parts:
        words = f"{' and '.join(parts)}. Jobs removed from the list are here if they cost anything."
    if sums.unreadable:
        words += f" {count(sums.unreadable, 'row')} of the journal cannot be read."
    return words


def consent_text(report: PersonReport) -> str:
    """Return every consent word for word with its date."""
    given = [one for one in report.trainings if one.consent]
    if not given:
        return "No consent is on record: none was asked for on this computer."
    parts = []
    for one in given:
        lines = (plain(line, _LONGEST_CONSENT) for line in one.consent.splitlines())
        parts.append("\n".join((when(one.created), *lines)))
    return "\n\n".join(parts)


def here_rows(report: PersonReport) -> tuple[tuple[str, str], ...]:
    """Return what lies on this computer, as (what, words)."""
    made = report.figures.pictures
    folders = [plain(str(one), 300) for one in report.folders[:_MOST_FOLDERS]]
    if more := len(report.folders) - len(folders):
        folders.append(f"and {count(more, 'more folder')}")
    return (
        ("Name", plain(report.name, 80) if report.has_name else "None of our own"),
        ("Profile picture", plain(str(report.picture), 300) if report.picture else "None"),
        ("Pictures made", _number(made) if made else "None"),
        ("Results in", "\n".join(folders) or "No folder yet"),
    )


def goes(report: PersonReport, plan: Iterable[Place]) -> tuple[str, ...]:
    """Return what deleting everywhere deletes."""
    local = report.engine is Engine.LOCAL
    words = {
        "training": "The training, which is stopped",
        "profile": "The profile, on this computer"
        if local
        else "The profile at Phota, for good, with all that belongs to it there",
        "bucket": f"{count(report.photos_left, 'training photo')} in your bucket",
        "picture": "The profile picture kept on this computer",
        "name": f"The name “{plain(report.name, 80)}” kept on this computer",
        "record": "The record of the training: name, file names, consent and dates",
    }
    return tuple(words[place.value] for place in plan)


def stays(report: PersonReport) -> tuple[str, ...]:
    """Return what deleting everywhere leaves as it is."""
    made = report.figures.pictures
    return (
        "Your own photos, where they are",
        f"{count(made, 'picture')} made with this profile" if made else "Your results",
        "Jobs, prompts and the ledger, in which the profile’s id stays",
    )


def export_name(name: str) -> str:
    """Return a file name for the report of ``name`` that every system takes."""
    from phota_desktop.store.files import safe_stem

    stem = safe_stem(f"phota-sent-{name}")
    return f"{stem}-{datetime.date.today().isoformat()}.txt"


def _number(number: int) -> str:
    return QLocale().toString(number)


def _photos(number: int) -> str:
    return "photo" if number == 1 else "photos"
