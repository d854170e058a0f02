"""``profiles``: list, add, status, picture and delete of people and pets."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from phota_desktop.cli.adding import add, lost
from phota_desktop.cli.exits import Exit, of_kind
from phota_desktop.cli.following import RESUME, look_for_missing, tell, tell_left
from phota_desktop.cli.output import Output, profile_object, show_name, show_path
from phota_desktop.cli.spending import agrees
from phota_desktop.cli.studio import choose_engine, command_line_services
from phota_desktop.cli.trainings import open_trainings
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.profiles import Profile
from phota_desktop.core.training import TrainingState
from phota_desktop.services.composition import Services
from phota_desktop.services.people import EVERYBODY
from phota_desktop.store.files import write_new
from phota_desktop.store.paths import AppFolders

if TYPE_CHECKING:
    from phota_desktop.api.profiles import ProfilesApi

T = TypeVar("T")


async def profiles(arguments: argparse.Namespace, output: Output, folders: AppFolders) -> Exit:
    """Run one action on the profiles of the engine in use."""
    async with command_line_services(folders) as services:
        await choose_engine(arguments.engine, services)
        verb = ProfileVerb(arguments, output, services)
        try:
            return await verb.run()
        except PhotaError as error:
            output.error(error)
            if output.as_json:
                profile_id = getattr(arguments, "id", None)
                output.record(profile_object(arguments.action, profile_id, error=error))
            return of_kind(error.kind)


@dataclass(frozen=True)
class ProfileVerb:
    """One action with all that it needs."""

    arguments: argparse.Namespace
    output: Output
    services: Services

    async def run(self) -> Exit:
        """Run the action and return its exit; raises PhotaError."""
        actions: dict[str, Callable[[], Awaitable[Exit]]] = {
            "list": self._list,
            "add": lambda: add(self),
            "status": self._status,
            "picture": self._picture,
            "delete": self._delete,
        }
        return await actions[self.arguments.action]()

    def tell(self, profile: Profile, name: str, cost: Estimate | None = None) -> Exit:
        """Write how one profile is; the exit is FAILED for one that will never be ready."""
        return tell(self.output, self.arguments.action, profile, name, cost)

    @property
    def _api(self) -> ProfilesApi:
        return self.services.session.client(self.services.session.engine).profiles

    async def _known(self, call: Awaitable[T]) -> T:
        """Await a call about one profile; an error names it."""
        try:
            return await call
        except PhotaError as error:
            if error.kind is ErrorKind.GONE:
                more = ", or it has no picture yet" if self.arguments.action == "picture" else ""
                error.message = f"There is no profile {self.arguments.id}{more}."
                error.hint = ""
            raise

    async def _name(self, profile_id: str) -> str:
        await self.services.people.refresh()
        return self.services.people.names.get(profile_id, "")

    async def _list(self) -> Exit:
        people, trainer = self.services.people, self.services.trainer
        await self._tidy()
        await trainer.look_again()
        problem = await people.refresh(most=EVERYBODY)
        if problem is not None and not people.is_listed:
            raise problem
        for training in trainer.known():
            if training.state is TrainingState.SENT:
                self.output.complain(f"{lost(training)} It is not listed.")
            elif training.state.is_unsent:
                name = show_name(training.name)
                self.output.complain(f"The training of {name} is not sent, nor paid. {RESUME}")
        for one in people.people:
            profile = Profile(one.id, one.status, one.message)
            await trainer.learn(profile)
            self.tell(profile, one.name)
        if problem is None:
            await look_for_missing(self.services, [one.id for one in people.people])
        if not people.people:
            self.output.say("No profiles yet.")
        await tell_left(self.services, self.output)
        if problem is None:
            return Exit.DONE
        self.output.error(problem)
        return of_kind(problem.kind)

    async def _tidy(self) -> None:
        """Read the trainings; what they left in a bucket is deleted meanwhile."""
        await open_trainings(self.services)

    async def _status(self) -> Exit:
        profile = await self._known(self._api.status(self.arguments.id))
        await self._tidy()
        await self.services.trainer.learn(profile)
        await tell_left(self.services, self.output)
        return self.tell(profile, await self._name(profile.id))

    async def _picture(self) -> Exit:
        from phota_desktop.imaging.formats import HEAD_BYTES, sniff

        path: Path = self.arguments.out
        if await asyncio.to_thread(os.path.lexists, path):
            raise _taken(path)
        content = await self._known(self._api.picture(self.arguments.id))
        if sniff(content[:HEAD_BYTES]) is None:
            raise PhotaError(ErrorKind.BUSY, "What came as the profile's picture is no picture.")
        try:
            written = await asyncio.to_thread(write_new, path, content)
        except OSError as problem:
            raise PhotaError(
                ErrorKind.DISK, f"{show_path(path)} cannot be written: {problem.strerror}."
            ) from problem
        if not written:
            raise _taken(path)
        self.output.line(show_path(path))
        if self.output.as_json:
            self.output.record(profile_object("picture", self.arguments.id, path=path))
        return Exit.DONE

    async def _delete(self) -> Exit:
        profile_id = self.arguments.id
        name = await self._name(profile_id)
        if not self.arguments.yes:
            question = f"{f'{show_name(name)} ({profile_id})' if name else profile_id} will be"
            question += " deleted for good, with all its photos."
            if not sys.stdin.isatty():
                self.output.complain(f"{question} Say --yes where nobody can be asked.")
                return Exit.USAGE
            if not agrees(question, self.output):
                self.output.complain("Nothing was deleted.")
                return Exit.USAGE
        await self._tidy()
        eraser = self.services.eraser
        try:
            await self._known(eraser.delete_profile(profile_id, must_exist=True, record=True))
        except PhotaError as error:
            if error.field != "bucket":
                raise
            self.output.error(error)  # the profile is deleted, its photos are not
            await tell_left(self.services, self.output)
            return Exit.OPEN
        self.output.line(f"{profile_id}  deleted")
        if self.output.as_json:
            self.output.record(profile_object("delete", profile_id, name, message="deleted"))
        return Exit.DONE


def _taken(path: Path) -> PhotaError:
    return PhotaError(
        ErrorKind.INVALID, f"--out {show_path(path)} is there already and is not replaced."
    )
