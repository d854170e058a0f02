"""The sidebar's rows as values: people, and trainings that have no profile yet, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.training import TrainingState
from phota_desktop.viewmodels.words import money, plain

if TYPE_CHECKING:
    from phota_desktop.core.training import Training, TrainingProgress
    from phota_desktop.services.people import Person

NAME_LIMIT = 80
REASON_LIMIT = 200
MOST_SHARE = 0.95
"""A training that takes longer than usual never looks as if it had ended."""
_MINUTE = 60.0
_SHORT = 90.0
"""Seconds: a training that takes less is not counted in minutes."""

_STATUS: dict[ProfileStatus | None, tuple[str, str]] = {
    None: ("Status not known yet", "quiet"),
    ProfileStatus.VALIDATING: ("Checking", "accent"),
    ProfileStatus.QUEUING: ("Queued", "accent"),
    ProfileStatus.IN_PROGRESS: ("Training", "accent"),
    ProfileStatus.READY: ("Ready", "good"),
    ProfileStatus.ERROR: ("Failed", "bad"),
    ProfileStatus.INACTIVE: ("Inactive", "quiet"),
}
_TRAINING = "Training "
_PHASES = {"preparing": "Preparing", "uploading": "Uploading", "sending": "Sending"}


class TrainingAction(StrEnum):
    """What a person can do about a training; the words of its button without the price."""

    CONTINUE = "Continue"
    DISCARD = "Discard"
    CANCEL = "Cancel"
    LOOK = "Look again"
    AGAIN = "Train again"
    GIVE_UP = "Give up"
    RETRY = "Try again…"
    DISMISS = "Dismiss"

    @property
    def costs(self) -> bool:
        """Whether money is spent at the click."""
        return self in (TrainingAction.CONTINUE, TrainingAction.AGAIN)


@dataclass(frozen=True)
class Row:
    """One row; ``key`` stays the same from the order of a training to its profile's deletion.

    ``colour`` is a token's name, ``share`` the part of a training that is over (0 to 1) or None.
    ``profile_id`` is empty for a training without a profile, ``tag`` for no training of ours.
    ``needs_word`` is true while nothing goes on until a person decides, ``reason`` why so.
    """

    key: str
    name: str
    initials: str
    words: str
    colour: str
    profile_id: str = ""
    tag: str = ""
    picture: Path | None = None
    share: float | None = None
    is_ready: bool = False
    actions: tuple[TrainingAction, ...] = ()
    needs_word: bool = False
    reason: str = ""

    @property
    def brief(self) -> str:
        """The words where there is no room for all: the line says that it is a training."""
        return self.words.removeprefix(_TRAINING) if self.share is not None else self.words


@dataclass(frozen=True)
class Clockwork:
    """When a training began and how long it takes, as far as it is known; seconds."""

    elapsed: float | None = None
    expected: float | None = None


def shown_name(person: Person) -> str:
    """Return a person's name made harmless: an account's tags are anybody's text."""
    return plain(person.name, NAME_LIMIT)


def status_words(person: Person) -> str:
    """Return the status as a person reads it, with the reason of a failure."""
    words = _STATUS[person.status][0]
    if person.status is ProfileStatus.ERROR and person.message:
        return f"{words}: {plain(person.message, REASON_LIMIT)}"
    return words


def training_words(time: Clockwork) -> tuple[str, float | None]:
    """Return ``Training 12 of about 20 min`` and the share that is over, as far as known."""
    elapsed, expected = time.elapsed, time.expected
    share = None
    if elapsed is not None and expected:
        share = min(max(0.0, elapsed) / expected, MOST_SHARE)
    minutes = int((elapsed or 0.0) // _MINUTE)
    if expected is not None and expected < _SHORT:
        return ("Training, under a minute" if minutes < 1 else f"Training {minutes} min"), share
    if expected is None:
        return (f"Training {minutes} min" if minutes else "Training"), share
    usual = round(expected / _MINUTE)
    if minutes < 1:
        return f"Training, about {usual} min", share
    if minutes > usual:
        return f"Training {minutes} min, usually {usual}", share
    return f"Training {minutes} of about {usual} min", share


def person_row(person: Person, training: Training | None, time: Clockwork, removal: str) -> Row:
    """Return a person's row; ``removal`` says how deleting it stands, empty for not at all."""
    words, colour = status_words(person), _STATUS[person.status][1]
    share = None
    if person.status is ProfileStatus.IN_PROGRESS:
        words, share = training_words(time)
    name, initials = shown_name(person), plain(person.initials, 3)
    if removal:
        is_doing = removal == DELETING
        words, colour, share = removal, "quiet" if is_doing else "bad", None
    can_retry = training is not None and person.status is ProfileStatus.ERROR
    return Row(
        key=training.tag if training is not None else person.id,
        name=name,
        initials=initials,
        words=words,
        colour=colour,
        profile_id=person.id,
        tag=training.tag if training is not None else "",
        picture=person.picture,
        share=share,
        is_ready=person.is_ready and removal != DELETING,
        actions=(TrainingAction.RETRY,) if can_retry else (),
    )


DELETING = "Deleting…"


def training_row(
    training: Training, initials: str, progress: TrainingProgress | None, *, needs_word: bool
) -> Row:
    """Return the row of a training that has no profile yet."""
    words, colour, share, actions = _training_state(training, progress, needs_word=needs_word)
    return Row(
        key=training.tag,
        name=plain(training.name, NAME_LIMIT),
        initials=plain(initials, 3),
        words=words,
        colour=colour,
        tag=training.tag,
        share=share,
        actions=actions,
        needs_word=needs_word or training.state is TrainingState.FAILED,
        reason=plain(training.message, REASON_LIMIT),
    )


def _training_state(
    training: Training, progress: TrainingProgress | None, *, needs_word: bool
) -> tuple[str, str, float | None, tuple[TrainingAction, ...]]:
    act = TrainingAction
    state = training.state
    if state is TrainingState.FAILED:
        why = f": {plain(training.message, REASON_LIMIT)}" if training.message else ""
        return f"Failed{why}", "bad", None, (act.RETRY, act.DISMISS)
    if state is TrainingState.SENT:
        if needs_word:
            return "Answer lost, maybe paid", "warn", None, (act.LOOK, act.AGAIN, act.GIVE_UP)
        if progress is not None and progress.phase == "waiting":
            return "Phota is busy, not sent yet", "accent", None, (act.CANCEL,)
        return "Waiting for the answer", "accent", None, ()
    if state is TrainingState.TRAINING:
        return "Checking", "accent", None, ()
    if needs_word:
        return "Interrupted: nothing paid", "warn", None, (act.CONTINUE, act.DISCARD)
    if progress is None or not progress.total or progress.phase not in _PHASES:
        if state is TrainingState.UPLOADING:  # an earlier start's: its photos are being deleted
            return "Interrupted, tidying up", "quiet", None, ()
        return "Starting", "accent", None, (act.CANCEL,)
    words = f"{_PHASES[progress.phase]} {progress.done} of {progress.total}"
    return words, "accent", min(progress.done / progress.total, MOST_SHARE), (act.CANCEL,)


def explained(row: Row) -> str:
    """Return what a person should know before deciding about a training, in a sentence or two."""
    if TrainingAction.LOOK in row.actions:
        return (
            "The answer was lost on the way. The training may have begun and been charged, though"
            " Phota does not list it. Training again may be charged a second time."
        )
    if TrainingAction.CONTINUE in row.actions:
        return f"Interrupted before it was sent. Nothing was paid. {row.reason}".rstrip()
    if TrainingAction.DISMISS in row.actions:
        return f"{row.words.rstrip('.')}. Nothing was paid."
    return row.words


def button_words(action: TrainingAction, price: Decimal | None, engine: Engine) -> str:
    """Return what stands on an action's button: with the price where it spends money."""
    if not action.costs or engine is Engine.LOCAL:
        return action.value
    return f"{action.value} ({'price not published' if price is None else money(price)})"


@dataclass(frozen=True)
class DeletionFacts:
    """What is deleted where, in sentences, before a person agrees to it."""

    profile_id: str
    name: str
    facts: tuple[tuple[str, str], ...]
    """Where, and what happens there."""


def deletion_facts(
    profile_id: str, name: str, engine: Engine, left: Mapping[str, int]
) -> DeletionFacts:
    """Return the facts; ``left`` counts the photos still in each bucket, by its label."""
    server = "At Phota" if engine is Engine.PHOTA else "Local engine"
    buckets = [
        f"{number} training {'photo' if number == 1 else 'photos'} in {label}"
        for label, number in left.items()
        if number
    ]
    in_bucket = f"{' and '.join(buckets)}." if buckets else "No photo is left there."
    facts = [
        (server, "The profile and its training photos, for good. This cannot be undone."),
        ("Your bucket", in_bucket),
        ("This computer", "Its name and picture."),
        ("Stays", "Your photos, your results, and what was paid in the ledger."),
    ]
    if engine is Engine.LOCAL:
        del facts[1]
        facts[0] = (server, "The practice profile, for good. This cannot be undone.")
    return DeletionFacts(profile_id, name, tuple(facts))
