"""What is on record of one person or pet: what was sent where and when, and what lies here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from phota_desktop.core.hosting import HostedPhoto, HostedState
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.options import Operation
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.requests import ImageInput, mentions
from phota_desktop.core.training import Kind, Training, TrainingState, is_address

_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


class Way(StrEnum):
    """How a training photo got to whoever trained with it."""

    BUCKET = "bucket"
    ADDRESS = "address"
    """Phota fetches it from an address that the person gave."""
    LOCAL = "local"
    """It never left this computer."""
    NONE = "none"
    """It was chosen and not sent."""


@dataclass(frozen=True)
class TrainingPhoto:
    """One photo of a training; ``name`` is a file's name, or an address without secret parts.

    ``uploaded`` and ``deleted`` are Unix seconds, None for what is not known to have happened;
    ``bucket`` is a bucket's label.
    """

    name: str
    way: Way
    bucket: str = ""
    uploaded: float | None = None
    deleted: float | None = None

    @property
    def is_left(self) -> bool:
        """Tell whether it lies, or may lie, in the person's bucket."""
        return self.way is Way.BUCKET and self.deleted is None


@dataclass(frozen=True)
class TrainingReport:
    """One training: what was agreed to and when, what was sent, what became of it.

    ``sent`` is None for one that never left this computer; times are Unix seconds.
    """

    tag: str
    engine: Engine
    tier: TrainingTier
    state: TrainingState
    consent: str
    created: float
    sent: float | None
    ended: float | None
    profile_id: str
    outcome: ProfileStatus | None
    message: str
    photos: tuple[TrainingPhoto, ...]
    has_secret_addresses: bool = False
    """Whether a photo was given by an address with more than what is shown of it."""

    @property
    def photos_sent(self) -> int:
        """The photos that left this computer, or that Phota was pointed at.

        One that was uploaded twice counts once.
        """
        ways = (Way.BUCKET, Way.ADDRESS)
        return len({photo.name for photo in self.photos if photo.way in ways})

    @property
    def last(self) -> float | None:
        """When something was sent for it last; None for nothing."""
        if self.engine is Engine.LOCAL:
            return None
        times = [self.sent, *(photo.uploaded for photo in self.photos)]
        return max((time for time in times if time is not None), default=None)


@dataclass(frozen=True)
class RequestReport:
    """One request in which the profile rode along or was mentioned; ``time`` in Unix seconds.

    ``photos`` are file names or addresses without secret parts; ``sequence`` orders the pages.
    """

    sequence: int
    time: float
    engine: Engine
    operation: Operation
    photos: tuple[str, ...]
    rode: bool
    mentioned: bool
    state: JobState
    job_id: str
    request_id: str
    pictures: int


@dataclass(frozen=True)
class Figures:
    """The sums of the requests, over all of them and not those of one page alone.

    ``requests`` and ``photos`` went to Phota, ``local`` requests stayed on this computer;
    ``unreadable`` rows of the journal may have been about this person or not.
    """

    requests: int = 0
    photos: int = 0
    local: int = 0
    pictures: int = 0
    last: float | None = None
    unreadable: int = 0


@dataclass(frozen=True)
class PersonReport:
    """All that is on record of one person or pet at the moment ``made`` (Unix seconds).

    ``requests`` are the newest ones; ``next_before`` is where older ones begin, None when these
    are all. ``folders`` are where results with this person were copied to.
    """

    name: str
    kind: Kind | None
    profile_id: str
    tag: str
    engine: Engine
    made: float
    trainings: tuple[TrainingReport, ...] = ()
    requests: tuple[RequestReport, ...] = ()
    next_before: int | None = None
    figures: Figures = Figures()
    has_name: bool = False
    picture: Path | None = None
    folders: tuple[Path, ...] = ()

    @property
    def photos_trained(self) -> int:
        """The photos that were sent for training."""
        return sum(one.photos_sent for one in self.trainings if one.engine is Engine.PHOTA)

    @property
    def photos_left(self) -> int:
        """The training photos that lie, or may lie, in the person's bucket."""
        return sum(photo.is_left for one in self.trainings for photo in one.photos)

    @property
    def last(self) -> float | None:
        """When something was sent last; None for nothing."""
        times = [self.figures.last, *(one.last for one in self.trainings)]
        return max((time for time in times if time is not None), default=None)


def shown_photo(photo: ImageInput | str) -> str:
    """Return a file's name, or an address without user, query and fragment: they hold secrets."""
    text = photo if isinstance(photo, str) else getattr(photo, "url", None) or str(photo)
    if not is_address(text):
        return PurePath(text).name or text
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "an address that cannot be read"
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path}"


def without_secrets(words: str) -> str:
    """Return a server's words with every address in them cut down as ``shown_photo`` does it."""
    return _ADDRESS.sub(lambda found: shown_photo(found.group()), words)


def report_training(training: Training, hosted: Iterable[HostedPhoto]) -> TrainingReport:
    """Return the report of one training with the photos of it that were hosted."""
    rows: dict[str, list[HostedPhoto]] = {}
    for row in hosted:
        rows.setdefault(row.source, []).append(row)
    photos: list[TrainingPhoto] = []
    for source in dict.fromkeys((*training.order.photos, *rows)):
        name = shown_photo(source)
        if source in rows:
            photos += [_hosted(name, row) for row in rows[source]]
        elif training.engine is Engine.LOCAL:
            photos.append(TrainingPhoto(name, Way.LOCAL))
        elif is_address(source) and training.sent is not None:
            photos.append(TrainingPhoto(name, Way.ADDRESS, uploaded=training.sent))
        else:
            photos.append(TrainingPhoto(name, Way.NONE))
    return TrainingReport(
        training.tag,
        training.engine,
        training.order.tier,
        training.state,
        training.order.consent,
        training.created,
        training.sent,
        training.ended,
        training.profile_id,
        training.outcome,
        without_secrets(training.message),
        tuple(photos),
        any(is_address(one) and shown_photo(one) != one for one in training.order.photos),
    )


def _hosted(name: str, row: HostedPhoto) -> TrainingPhoto:
    gone = row.state is HostedState.DELETED
    deleted = (row.deleted or row.uploaded or 0.0) if gone else None
    return TrainingPhoto(name, Way.BUCKET, row.bucket.label, row.uploaded, deleted)


def report_request(job: Job, profile_id: str) -> RequestReport | None:
    """Return the report of one job; None if it was not sent or not about this profile."""
    request = job.request
    rode = profile_id in request.profile_ids
    mentioned = profile_id in mentions(request.prompt)
    if job.sent is None or job.state is JobState.QUEUED or not (rode or mentioned):
        return None
    asked = job.error.request_id if job.error is not None else None
    return RequestReport(
        job.sequence,
        job.sent,
        job.engine,
        request.operation,
        tuple(map(shown_photo, request.images)),
        rode,
        mentioned,
        job.state,
        job.id,
        job.request_id or asked or "",
        len(job.variants),
    )


def add_up(figures: Figures, requests: Iterable[RequestReport], unreadable: int = 0) -> Figures:
    """Return ``figures`` with more requests in them."""
    sent = photos = local = pictures = 0
    last = figures.last
    for one in requests:
        pictures += one.pictures
        if one.engine is Engine.LOCAL:
            local += 1
            continue
        sent += 1
        photos += len(one.photos)
        last = one.time if last is None else max(last, one.time)
    return Figures(
        figures.requests + sent,
        figures.photos + photos,
        figures.local + local,
        figures.pictures + pictures,
        last,
        figures.unreadable + unreadable,
    )
