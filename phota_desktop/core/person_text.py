"""The report of one person as a text to keep, hand over or print: ISO times, nothing hidden."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterator

from phota_desktop.core.jobs import Engine
from phota_desktop.core.person_report import (
    PersonReport,
    RequestReport,
    TrainingPhoto,
    TrainingReport,
    Way,
)
from phota_desktop.core.training import TrainingState

STATES = {
    TrainingState.RECORDED: "waiting, nothing was sent",
    TrainingState.UPLOADING: "photos are being uploaded, nothing was paid",
    TrainingState.SENT: "its answer is not known",
    TrainingState.TRAINING: "in training",
    TrainingState.ENDED: "ended",
    TrainingState.FAILED: "not taken, not charged",
    TrainingState.CANCELED: "withdrawn before it was sent",
    TrainingState.GIVEN_UP: "its answer was lost and is looked for no longer",
}
HELD = "STILL THERE"
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def visible(text: str) -> str:
    """Return foreign text on one line with control and direction characters made visible."""
    if text.isprintable():
        return text
    return "".join(
        f"⟨U+{ord(one):04X}⟩" if unicodedata.category(one) in _HIDDEN else one for one in text
    )


def moment(time: float) -> str:
    """Return Unix seconds as local time in ISO 8601 with its offset."""
    return datetime.datetime.fromtimestamp(time).astimezone().isoformat(timespec="seconds")


def ways_of(request: RequestReport) -> str:
    """Return how the profile was in a request."""
    if request.rode and request.mentioned:
        return "rode along and was mentioned"
    return "rode along" if request.rode else "was mentioned"


def to_text(report: PersonReport) -> str:
    """Return the whole report; the requests in it are those that ``report`` carries."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: PersonReport) -> Iterator[str]:
    yield f"What was sent of {visible(report.name)}"
    yield f"Written by Phota Desktop at {moment(report.made)}, from its record on this computer."
    yield from _section("In short")
    figures = report.figures
    yield f"Photos sent for training: {report.photos_trained}"
    yield f"Training photos still in the bucket: {report.photos_left}"
    yield f"Requests sent to Phota: {figures.requests}, with {figures.photos} photos"
    yield f"Requests that stayed on this computer: {figures.local}"
    yield f"Last sent: {moment(report.last) if report.last is not None else 'never'}"
    yield f"Profile: {visible(report.profile_id) or 'none yet'}"
    if report.kind is not None:
        yield f"Kind: {report.kind.value}"
    for n, training in enumerate(report.trainings, 1):
        yield from _section(f"Training {n} of {len(report.trainings)}")
        yield from _training(training)
    yield from _section("Requests, newest first")
    if not report.requests:
        yield "None on record."
    for request in report.requests:
        yield from _request(request)
    yield from _section("On this computer")
    yield f"Name: {visible(report.name) if report.has_name else 'none of our own'}"
    yield f"Profile picture: {_path(report.picture) if report.picture else 'none'}"
    yield f"Pictures made with this profile: {figures.pictures}"
    for folder in report.folders:
        yield f"  in {_path(folder)}"
    yield from _section("What this report does not say")
    yield "What Phota or a bucket's provider keeps beyond what is said here."
    yield "What was sent from other computers or by other programs with the same API key."
    if figures.unreadable:
        yield f"{figures.unreadable} rows of the journal cannot be read; they may be about others."


def _section(title: str) -> Iterator[str]:
    yield ""
    yield title
    yield "-" * len(title)


def _path(path: object) -> str:
    return visible(str(path))


def _training(training: TrainingReport) -> Iterator[str]:
    whom = "Phota" if training.engine is Engine.PHOTA else "local engine, on this computer"
    yield f"With: {whom}"
    yield f"Tier: {training.tier.label}"
    yield f"Agreed to: {moment(training.created)}"
    yield f"Sent: {moment(training.sent) if training.sent is not None else 'never'}"
    yield f"State: {STATES[training.state]}"
    if training.ended is not None:
        yield f"Ended: {moment(training.ended)}"
    if training.outcome is not None:
        yield f"Outcome: {training.outcome.value}"
    if training.message:
        yield f"Message: {visible(training.message)}"
    yield f"Profile: {visible(training.profile_id) or 'none'}"
    yield f"Tag: {visible(training.tag)}"
    if training.consent:
        yield f"Consent, given at {moment(training.created)}, word for word:"
        for line in training.consent.splitlines():
            yield f"  {visible(line)}"
    else:
        yield "Consent: none was asked for"
    yield f"Photos ({len(training.photos)}):"
    for photo in training.photos:
        yield f"  {visible(photo.name)}: {_photo(photo)}"
    if training.has_secret_addresses:
        yield "  What followed the ? of an address may open the photo. The journal on this computer"
        yield "  has it until the answer is known; so have the daily copies that were made of it"
        yield "  meanwhile (folder backups, the newest seven are kept)."


def _photo(photo: TrainingPhoto) -> str:
    if photo.way is Way.LOCAL:
        return "stayed on this computer"
    if photo.way is Way.ADDRESS:
        return "fetched by Phota from this address"
    if photo.way is Way.NONE:
        return "was not sent"
    up = f"uploaded {moment(photo.uploaded)}" if photo.uploaded else "perhaps uploaded"
    gone = HELD if photo.deleted is None else f"deleted {moment(photo.deleted)}"
    return f"{visible(photo.bucket)}, {up}, {gone}"


def _request(request: RequestReport) -> Iterator[str]:
    here = request.engine is Engine.LOCAL
    whom = "stayed on this computer" if here else "to Phota"
    yield (
        f"{moment(request.time)}  {request.operation.value}  {whom}  "
        f"({ways_of(request)}; {request.state.public})"
    )
    yield f"  photos: {', '.join(map(visible, request.photos)) or 'none'}"
    ids = f"  job: {visible(request.job_id)}"
    yield ids + (f"  request id: {visible(request.request_id)}" if request.request_id else "")
