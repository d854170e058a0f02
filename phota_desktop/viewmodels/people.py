"""The people and pets of the account: who they are, how they are, and who rides on the request."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.viewmodels.people_list import PeopleModel
from phota_desktop.viewmodels.people_rows import (
    DELETING,
    Clockwork,
    Row,
    deletion_facts,
    person_row,
)
from phota_desktop.viewmodels.people_rows import shown_name as shown_name
from phota_desktop.viewmodels.people_rows import status_words as status_words
from phota_desktop.viewmodels.trainings import TrainingsViewModel
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.core.hosting import HostedPhoto
    from phota_desktop.core.training import Training
    from phota_desktop.services.composition import Services
    from phota_desktop.services.people import People, Person
    from phota_desktop.services.watching import Watcher
    from phota_desktop.viewmodels.form import RequestForm
    from phota_desktop.viewmodels.settings import SettingsViewModel

MANY = 5
"""More people than this on one request are warned about."""
FIRST_LOOK_MS = 1000
"""Rest after the start, so that the photo being opened has the machine to itself."""
MINUTES_MS = 15_000
"""How often the minutes of a training are counted, while there is one."""
Erase = Callable[[str], Awaitable[object]]


class LeftPhotos(Protocol):
    """What is needed of a person's bucket (services/hosting.py)."""

    async def left(self) -> Sequence[HostedPhoto]:
        """Return the photos that are not known to be deleted."""


class PeopleViewModel(QObject):
    """The sidebar's state: the list, its ticks in the form, what to warn of, and renaming."""

    changed = Signal()
    failed = Signal(object)
    """Carries a PhotaError of what a person asked for, for a notice."""
    deletion_asked = Signal(object)
    """Carries the :class:`DeletionFacts` that a person is to read before they agree."""

    def __init__(
        self, form: RequestForm, settings: SettingsViewModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.model = PeopleModel(self)
        self.trainings = TrainingsViewModel(self)
        self.problem = ""
        """Why the list may be old, in words; empty if it is not."""
        self._form = form
        self._services: Services | None = None
        self._watcher: Watcher | None = None
        self._hosting: LeftPhotos | None = None
        self._erase: Erase | None = None
        self._leave: Callable[[], None] = _nothing
        self._people: tuple[Person, ...] = ()
        self._tags: tuple[str, ...] = ()
        self._ticks: tuple[tuple[str, ...], bool] = ((), False)
        self._removals: dict[str, str] = {}
        self._filter = ""
        self._tag = ""
        self._looked = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._look)
        self._minutes = QTimer(self)
        self._minutes.setInterval(MINUTES_MS)
        self._minutes.timeout.connect(self._show)
        self.model.tick_asked.connect(self.set_riding)
        self.trainings.changed.connect(self._on_trainings)
        self.trainings.failed.connect(self.failed)
        form.changed.connect(self._on_form)
        settings.changed.connect(self._look_again)
        settings.engine_changed.connect(self._look_again)

    def attach(
        self,
        services: Services,
        *,
        watcher: Watcher,
        hosting: LeftPhotos | None = None,
        erase: Erase,
    ) -> None:
        """Show the people the services know, and ask for news a moment later.

        ``watcher`` follows trainings and knows what may be asked, ``erase`` deletes a profile with
        all that belongs to it, ``hosting`` knows of photos left in a bucket.
        """
        self._services, self._watcher = services, watcher
        self._hosting, self._erase = hosting, erase
        self._leave = services.people.changed.subscribe(self._on_people)
        self._later.start(FIRST_LOOK_MS)
        self.trainings.attach(services, watcher.trainer)
        self._on_people(services.people)

    def detach(self) -> None:
        """Stop listening, before the services close."""
        self._later.stop()
        self._minutes.stop()
        self._leave()
        self.trainings.detach()
        self._leave, self._services, self._watcher = _nothing, None, None

    # -- who is there -------------------------------------------------------------------

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, whatever the list is searched for."""
        return self._people

    def name_of(self, profile_id: str) -> str:
        """Return a profile's whole name, empty for a profile that is not listed."""
        return next((one.name for one in self._people if one.id == profile_id), "")

    @property
    def total(self) -> int:
        """How many rows there are when nothing is searched for."""
        return len(self._people) + len(self._waiting())

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags by which the list can be narrowed."""
        return self._tags

    @property
    def tag(self) -> str:
        """The tag that the list is narrowed to, empty for all."""
        return self._tag

    @property
    def can_add(self) -> bool:
        """Whether there is somebody to train new profiles."""
        return self._watcher is not None

    @property
    def empty_words(self) -> str:
        """What an empty list says."""
        if self._services is not None and not self._may_ask:
            return "Refresh to see the people and pets of your account."
        return "People and pets you train appear here."

    def set_filter(self, text: str) -> None:
        """List only those whose name holds ``text``."""
        self._filter = text.strip().casefold()
        self._show()

    def set_tag(self, tag: str) -> None:
        """List only those that somebody tagged ``tag``; empty for all."""
        if tag != self._tag:
            self._tag = tag
            self._show()

    def refresh(self) -> None:
        """Ask for the list, as the person wished."""
        if self._services is not None:
            self._spawn(self._refresh(), "refresh people", replace=True)

    def rename(self, profile_id: str, name: str) -> None:
        """Give a person our own name; Phota never learns it."""
        if self._services is not None:
            self._spawn(self._rename(self._services.people, profile_id, name), "rename")

    # -- who goes -----------------------------------------------------------------------

    def ask_deletion(self, profile_id: str) -> None:
        """Gather what would be deleted where, and ask by :attr:`deletion_asked`."""
        if self._services is not None and self._removals.get(profile_id) != DELETING:
            self._spawn(self._gather(self._services, profile_id), "gather for deletion")

    def delete(self, profile_id: str) -> None:
        """Delete a profile for good; its row says how far that is."""
        if self._services is not None and self._removals.get(profile_id) != DELETING:
            self._removals[profile_id] = DELETING
            self._show()
            self._spawn(self._delete(profile_id), f"delete {profile_id}")

    # -- who rides ----------------------------------------------------------------------

    @property
    def takes_ticks(self) -> bool:
        """Whether the operation takes profiles at all; generate takes mentions only."""
        return self._form.offered.profiles

    @property
    def strangers(self) -> tuple[str, ...]:
        """Ticked profiles that are not in the list or cannot be used; empty while it is unread."""
        listed = self._services is not None and self._services.people.is_listed
        if not self.takes_ticks or not listed or not self._form.profile_ids:
            return ()
        ready = {one.id for one in self.people if one.is_ready} | self._removals.keys()
        return tuple(one for one in self._form.profile_ids if one not in ready)

    @property
    def warning(self) -> str:
        """What to mind about the ticks; empty if nothing."""
        if self.strangers:
            number = count(len(self.strangers), "ticked profile")
            return f"{number} not ready or no longer in this account."
        riding = len(self._form.profile_ids) if self.takes_ticks else 0
        if riding > MANY:
            return f"{riding} ride on this request; above {MANY} likeness may suffer."
        return ""

    @property
    def hint(self) -> str:
        """How people come into a request that takes no ticks; empty where ticks do it."""
        if self.takes_ticks or not self._people:
            return ""
        return "No ticks here: mention people in the prompt with @."

    def set_riding(self, profile_id: str, rides: bool) -> None:
        """Let a profile ride on the request, or not."""
        self._form.set_riding(profile_id, rides)

    def drop_strangers(self) -> None:
        """Untick all that cannot be used."""
        for profile_id in self.strangers:
            self._form.set_riding(profile_id, False)

    # -- inside -------------------------------------------------------------------------

    @property
    def _may_ask(self) -> bool:
        """Whether to ask without being told to (the watcher's rule)."""
        return self._watcher is not None and self._watcher.is_allowed

    def _look_again(self) -> None:
        if self._services is not None and not self._later.isActive():
            self._look()

    def _look(self) -> None:
        """Ask once for each engine and account."""
        if self._services is None:
            return
        account = self._services.people.account
        if account and self._watcher is not None and self._watcher.is_allowed:
            self._watcher.wake()
            if account != self._looked:
                self._looked = account
                self.refresh()

    def _on_people(self, people: People) -> None:
        self._people, self._tags = people.people, people.tags
        if self._tag not in self._tags:
            self._tag = ""
        self._show()

    def _on_trainings(self) -> None:
        self._look_again()  # the first one that is sent may be asked about
        self._show()

    def _on_form(self) -> None:
        """Follow the ticks alone: the form changes with every letter of the prompt."""
        if self._ticks != (self._form.profile_ids, self.takes_ticks):
            self._show()

    def _show(self) -> None:
        self._ticks = (self._form.profile_ids, self.takes_ticks)
        self.model.show(self._rows(), frozenset(self._ticks[0]), has_ticks=self._ticks[1])
        is_counted = any(one.status is ProfileStatus.IN_PROGRESS for one in self._people)
        if is_counted and self._watcher is not None:
            if not self._minutes.isActive():
                self._minutes.start()
        else:
            self._minutes.stop()
        self.changed.emit()

    def _rows(self) -> list[Row]:
        """Return the rows by name, whether a profile or a training; nameless ones last."""
        known = self.trainings.known
        of_profile = {one.profile_id: one for one in known if one.profile_id}
        of_tag = {one.tag: one for one in known}
        placed: list[tuple[tuple[str, ...], Row]] = []
        for person in self._people:
            if self._tag and person.foreign_tag != self._tag:
                continue
            training = of_profile.get(person.id) or of_tag.get(person.tag) if known else None
            if training is not None and person.is_nameless:
                person = person.called(training.name)
            removal = self._removals.get(person.id, "")
            row = person_row(person, training, self._time(person, training), removal)
            placed.append((("1",) if person.is_nameless else ("0", person.name.casefold()), row))
        if not self._tag:
            placed += [
                (("0", training.name.casefold()), self.trainings.row(training))
                for training in self._waiting()
            ]
        placed.sort(key=lambda one: one[0])
        return [row for _, row in placed if self._filter in row.name.casefold()]

    def _waiting(self) -> list[Training]:
        """Return the trainings to show that have no profile in the list."""
        if not self.trainings.known:
            return []
        ids = {one.id for one in self._people} | {one.tag for one in self._people}
        return [
            one
            for one in self.trainings.shown()
            if one.tag not in ids and (not one.profile_id or one.profile_id not in ids)
        ]

    def _time(self, person: Person, training: Training | None) -> Clockwork:
        if self._watcher is None or person.status is not ProfileStatus.IN_PROGRESS:
            return Clockwork()
        began = self._watcher.began(person.id, training)
        elapsed = None if began is None else max(0.0, time.time() - began)
        return Clockwork(elapsed, self._watcher.expected(training))

    async def _refresh(self) -> None:
        if self._watcher is None:
            return
        error = await self._watcher.refresh()
        self.problem = plain(error.message) if error is not None else ""
        self._show()

    async def _rename(self, people: People, profile_id: str, name: str) -> None:
        try:
            await people.rename(profile_id, name)
        except PhotaError as error:
            self.failed.emit(error)

    async def _gather(self, services: Services, profile_id: str) -> None:
        person = services.people.find(profile_id)
        left: dict[str, int] = {}
        if self._hosting is not None:
            tags = {one.tag for one in self.trainings.known if one.profile_id == profile_id}
            for photo in await self._hosting.left():
                if photo.tag in tags:
                    left[photo.bucket.label] = left.get(photo.bucket.label, 0) + 1
        if person is not None:
            engine = services.session.engine
            self.deletion_asked.emit(deletion_facts(profile_id, shown_name(person), engine, left))

    async def _delete(self, profile_id: str) -> None:
        if self._erase is None:
            return
        try:
            await self._erase(profile_id)
        except PhotaError as error:
            words = plain(f"{error.message} {error.hint}".strip(), 200)
            self._removals[profile_id] = f"Not deleted: {words}"
            if all(one.id != profile_id for one in self._people):  # it has no row any more
                del self._removals[profile_id]
                self._form.set_riding(profile_id, False)
                self.failed.emit(error)
        else:
            self._removals.pop(profile_id, None)
            self._form.set_riding(profile_id, False)
        finally:
            if self._removals.get(profile_id) == DELETING:  # the program closes meanwhile
                del self._removals[profile_id]
        self._show()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str, *, replace: bool = False) -> None:
        if self._services is not None:
            self._services.tasks.spawn(work, name=name, replace=replace)


def _nothing() -> None:
    """Leave nothing."""
