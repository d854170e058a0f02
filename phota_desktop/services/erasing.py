"""Deleting one person or pet everywhere: at Phota, in the bucket, and here, a step at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import HostedState
from phota_desktop.core.jobs import Engine
from phota_desktop.core.person_report import without_secrets
from phota_desktop.core.training import Training, TrainingState
from phota_desktop.services import portraits
from phota_desktop.services.people import People
from phota_desktop.services.privacy import Privacy, Subject
from phota_desktop.services.session import Session
from phota_desktop.services.threads import Threads
from phota_desktop.store.files import disk_error
from phota_desktop.store.paths import AppFolders

if TYPE_CHECKING:
    from phota_desktop.services.hosting import Hosting
    from phota_desktop.services.training import Trainer
    from phota_desktop.store.trainings import Trainings


class Place(StrEnum):
    """Where something of a person is, in the order in which it is deleted."""

    TRAINING = "training"
    """A training that has not reached Phota for certain: it is stopped."""
    PROFILE = "profile"
    BUCKET = "bucket"
    PICTURE = "picture"
    NAME = "name"
    RECORD = "record"
    """What this computer notes of the trainings: name, file names, consent."""


OUTSIDE = (Place.TRAINING, Place.PROFILE, Place.BUCKET)
"""While one of these is not done, what tells of it here is kept: it is needed to try again."""


class StepState(StrEnum):
    """How one step stands."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    FAILED = "failed"
    KEPT = "kept"
    """Not tried, because something outside could not be deleted."""


@dataclass(frozen=True)
class ErasingStep:
    """One step and what became of it, in plain words."""

    place: Place
    state: StepState = StepState.TODO
    words: str = ""
    error: PhotaError | None = None
    """What a failed step failed with, or GONE for what was not there; without secrets."""


class Eraser:
    """Deletes what is of one person; photos, results and the ledger stay."""

    def __init__(
        self,
        privacy: Privacy,
        trainings: Trainings,
        trainer: Trainer,
        hosting: Hosting,
        people: People,
        session: Session,
        threads: Threads,
        folders: AppFolders,
    ) -> None:
        self._privacy = privacy
        self._trainings = trainings
        self._trainer = trainer
        self._hosting = hosting
        self._people = people
        self._session = session
        self._threads = threads
        self._cache = folders.cache / "people"

    async def plan(self, subject: Subject) -> tuple[Place, ...]:
        """Return what there is to delete, in order. Raises PhotaError DISK."""
        subject, trainings = await self._privacy.trainings_of(subject)
        places = []
        if any(not one.state.is_over and not one.profile_id for one in trainings):
            places.append(Place.TRAINING)
        if subject.profile_id:
            places.append(Place.PROFILE)
        if await self._hosted(trainings):
            places.append(Place.BUCKET)
        if subject.profile_id and self._picture(subject.profile_id, trainings).is_file():
            places.append(Place.PICTURE)
        if subject.profile_id and subject.profile_id in self._people.names:
            places.append(Place.NAME)
        if trainings:
            places.append(Place.RECORD)
        return tuple(places)

    async def delete_everywhere(
        self,
        subject: Subject,
        on_step: Callable[[ErasingStep], None],
        places: Collection[Place] | None = None,
    ) -> tuple[ErasingStep, ...]:
        """Take every step (or those of ``places``, to try again) and tell how each went.

        Does not raise PhotaError: a step that fails says why. Every step can be taken twice.
        """
        chosen = set(places if places is not None else await self.plan(subject))
        taken: list[ErasingStep] = []
        acts = {
            Place.TRAINING: self._stop,
            Place.PROFILE: self._delete_profile,
            Place.BUCKET: self._empty_bucket,
            Place.PICTURE: self._drop_picture,
            Place.NAME: self._drop_name,
            Place.RECORD: self._forget,
        }
        for place in Place:
            if place not in chosen:
                continue
            step = ErasingStep(place)
            if place not in OUTSIDE and any(one.state is not StepState.DONE for one in taken):
                step = replace(step, state=StepState.KEPT, words="Kept until the rest is deleted.")
            else:
                on_step(replace(step, state=StepState.DOING))
                step = await _take(step, acts[place](subject))
            taken.append(step)
            on_step(step)
            if place is Place.TRAINING:  # a lost profile may have been found, photos may be left
                chosen |= set(await self.plan(subject)) - {place}
        return tuple(taken)

    async def delete_profile(
        self, profile_id: str, *, must_exist: bool = False, record: bool = False
    ) -> None:
        """Delete a profile, its photos in the bucket, its name and picture.

        What was sent stays on record, for its report, unless ``record`` goes too. Raises PhotaError
        for the first step that failed; with ``must_exist`` also, once the rest is deleted, GONE
        for a profile that the server does not have.
        """
        subject = Subject(profile_id)
        places = {*Place} - {Place.TRAINING} - (set() if record else {Place.RECORD})
        steps = await self.delete_everywhere(subject, lambda _: None, places)
        for step in sorted(steps, key=lambda one: one.state is not StepState.FAILED):
            if step.error is not None and (must_exist or step.state is StepState.FAILED):
                raise step.error

    # -- the steps ----------------------------------------------------------------------

    async def _stop(self, subject: Subject) -> str:
        _, trainings = await self._privacy.trainings_of(subject)
        if any(one.state is TrainingState.SENT for one in trainings):
            await self._trainer.look_again()
            _, trainings = await self._privacy.trainings_of(subject)
        words = "Stopped."
        for one in trainings:
            if one.state.is_unsent:
                await self._trainer.cancel(one.tag)
            elif one.state is TrainingState.SENT and not one.profile_id:
                await self._trainer.give_up(one.tag)
                words = f"Its answer was lost: Phota may have a profile with the tag {one.tag}."
        return words

    async def _delete_profile(self, subject: Subject) -> str:
        subject, trainings = await self._privacy.trainings_of(subject)
        engine = self._engine(trainings)
        whom = "on this computer" if engine is Engine.LOCAL else "at Phota"
        self._check_account(engine, trainings)
        missing: PhotaError | None = None
        try:
            await self._people.delete(subject.profile_id, engine)
        except PhotaError as error:
            if error.kind is not ErrorKind.GONE:
                raise
            if any(map(self._trainer.is_settling, trainings)):
                raise PhotaError(
                    ErrorKind.BUSY,
                    "Phota does not know this new profile everywhere yet.",
                    hint="Try again in two minutes.",
                ) from error
            self._people.drop(subject.profile_id, self._people.account_of(engine))
            missing = PhotaError(error.kind, f"There is no such profile {whom} any more.")
        await self._trainer.deleted(subject.profile_id)
        if missing is not None:
            raise missing
        return f"Deleted {whom}."

    async def _empty_bucket(self, subject: Subject) -> str:
        _, trainings = await self._privacy.trainings_of(subject)
        number = left = 0
        for one in trainings:
            rows = await self._threads.journal(self._trainings.photos, one.tag)
            number += sum(row.state is not HostedState.DELETED for row in rows)
            left += await self._hosting.clean(one.tag)
        if left:
            problem = self._hosting.problem or "The bucket did not delete them."
            words = f"{left} of {number} are still there. {problem}"
            raise PhotaError(ErrorKind.BUSY, words, field="bucket")
        return "Deleted, and looked that nothing is left."

    async def _drop_picture(self, subject: Subject) -> str:
        subject, trainings = await self._privacy.trainings_of(subject)
        path = self._picture(subject.profile_id, trainings)
        await self._threads.files(_unlink, path)
        return "Deleted."

    async def _drop_name(self, subject: Subject) -> str:
        subject, _ = await self._privacy.trainings_of(subject)
        await self._people.rename(subject.profile_id, "")
        return "Deleted."

    async def _forget(self, subject: Subject) -> str:
        subject, trainings = await self._privacy.trainings_of(subject)
        if subject.profile_id:
            await self._trainer.forget_profile(subject.profile_id)
            return "Deleted. What it cost stays in the ledger."
        if any(not one.state.is_over for one in trainings):
            raise PhotaError(
                ErrorKind.BUSY, "The training has not ended yet.", hint="Try again in a minute."
            )
        for one in trainings:
            await self._trainer.forget(one.tag)
        return "Deleted. What it cost stays in the ledger."

    # -- where things are ---------------------------------------------------------------

    def _engine(self, trainings: tuple[Training, ...]) -> Engine:
        return trainings[-1].engine if trainings else self._session.engine

    def _picture(self, profile_id: str, trainings: tuple[Training, ...]) -> Path:
        account = self._people.account_of(self._engine(trainings))
        return portraits.place(self._cache / account, profile_id)

    async def _hosted(self, trainings: tuple[Training, ...]) -> bool:
        for one in trainings:
            rows = await self._threads.journal(self._trainings.photos, one.tag)
            if any(row.state is not HostedState.DELETED for row in rows):
                return True
        return False

    def _check_account(self, engine: Engine, trainings: tuple[Training, ...]) -> None:
        """Raise PhotaError for a profile of another server or key: a 404 there proves nothing."""
        for one in trainings:
            if one.engine is not Engine.PHOTA:
                continue
            if one.base_url and one.base_url != self._session.base_url(engine):
                raise PhotaError(
                    ErrorKind.INVALID,
                    f"This profile belongs to another server ({one.base_url}).",
                    hint="Set PHOTA_BASE_URL back to it and try again.",
                )
            if one.account and one.account != self._session.account(engine):
                raise PhotaError(
                    ErrorKind.KEY_REJECTED,
                    "This profile belongs to another API key.",
                    hint="Save that key in the settings and try again.",
                )


async def _take(step: ErasingStep, act: Awaitable[str]) -> ErasingStep:
    try:
        words = await act
    except PhotaError as error:
        error.message, error.hint = map(without_secrets, (error.message, error.hint))
        # What is not there is what was wanted.
        state = StepState.DONE if error.kind is ErrorKind.GONE else StepState.FAILED
        words = f"{error.message} {error.hint}".strip()
        return replace(step, state=state, words=words, error=error)
    return replace(step, state=StepState.DONE, words=words)


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(error, path) from error
