"""The people and pets of the account: who they are, how they are, and who rides on the request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.viewmodels.roles import (
    ACCESSIBLE_TEXT_ROLE,
    DISPLAY_ROLE,
    TOOL_TIP_ROLE,
    USER_ROLE,
)
from phota_desktop.viewmodels.words import count, plain, plain_tip

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.people import People, Person
    from phota_desktop.viewmodels.form import RequestForm
    from phota_desktop.viewmodels.settings import SettingsViewModel

Index = QModelIndex | QPersistentModelIndex
ID_ROLE = USER_ROLE + 1
PICTURE_ROLE = USER_ROLE + 2
INITIALS_ROLE = USER_ROLE + 3
STATUS_ROLE = USER_ROLE + 4
STATUS_COLOUR_ROLE = USER_ROLE + 5
"""The name of a colour: ``good``, ``accent``, ``warn``, ``bad`` or ``quiet``."""
CHECK_ROLE = Qt.ItemDataRole.CheckStateRole
MANY = 5
"""More people than this on one request are warned about."""
NAME_LIMIT = 80
FIRST_LOOK_MS = 1000
"""Rest after the start, so that the photo being opened has the machine to itself."""

_STATUS: dict[ProfileStatus | None, tuple[str, str]] = {
    None: ("Status not known yet", "quiet"),
    ProfileStatus.VALIDATING: ("Checking", "accent"),
    ProfileStatus.QUEUING: ("Queued", "accent"),
    ProfileStatus.IN_PROGRESS: ("Training", "accent"),
    ProfileStatus.READY: ("Ready", "good"),
    ProfileStatus.ERROR: ("Failed", "bad"),
    ProfileStatus.INACTIVE: ("Inactive", "quiet"),
}


def shown_name(person: Person) -> str:
    """Return a person's name made harmless: an account's tags are anybody's text."""
    return plain(person.name, NAME_LIMIT)


def status_words(person: Person) -> str:
    """Return the status as a person reads it, with the reason of a failure."""
    words = _STATUS[person.status][0]
    if person.status is ProfileStatus.ERROR and person.message:
        return f"{words}: {plain(person.message, 200)}"
    return words


class PeopleModel(QAbstractListModel):
    """One row a person; the tick is the check state and exists only where it counts."""

    tick_asked = Signal(str, bool)
    """A profile id, and whether it is to ride on the request."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._people: tuple[Person, ...] = ()
        self._riding: frozenset[str] = frozenset()
        self._has_ticks = False

    def show(self, people: Sequence[Person], riding: frozenset[str], *, has_ticks: bool) -> None:
        """Show these people; rows that stay keep their place, their selection and the scroll."""
        people = tuple(people)
        before = [(one, self._tick(one)) for one in self._people]
        same = [one.id for one in people] == [one.id for one in self._people]
        if not same:
            self.beginResetModel()
        self._people, self._riding, self._has_ticks = people, riding, has_ticks
        if not same:
            self.endResetModel()
            return
        for row, (old, one) in enumerate(zip(before, people, strict=True)):
            if old != (one, self._tick(one)):
                self.dataChanged.emit(self.index(row), self.index(row))

    def person(self, row: int) -> Person | None:
        """Return the person of a row."""
        return self._people[row] if 0 <= row < len(self._people) else None

    def row(self, profile_id: str) -> int:
        """Return the row of a profile, -1 for none."""
        return next((n for n, one in enumerate(self._people) if one.id == profile_id), -1)

    def _tick(self, person: Person) -> bool | None:
        """Return whether a person rides; None where there is nothing to tick."""
        rides = person.id in self._riding
        return rides if self._has_ticks and (person.is_ready or rides) else None

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._people)

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        person = self.person(index.row())
        if person is not None and self._tick(person) is not None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        person = self.person(index.row()) if index.isValid() else None
        if person is None:
            return None
        if role == DISPLAY_ROLE:
            return shown_name(person)
        if role == ID_ROLE:
            return person.id
        if role == PICTURE_ROLE:
            return person.picture
        if role == INITIALS_ROLE:
            return plain(person.initials, 3)
        if role == STATUS_ROLE:
            return status_words(person)
        if role == STATUS_COLOUR_ROLE:
            return _STATUS[person.status][1]
        if role == CHECK_ROLE:
            return self._check_state(person)
        if role == ACCESSIBLE_TEXT_ROLE:
            rides = ", rides on this request" if self._tick(person) else ""
            return f"{shown_name(person)}, {status_words(person)}{rides}"
        if role == TOOL_TIP_ROLE:
            return plain_tip(f"{shown_name(person)}\n{status_words(person)}")
        return None

    def _check_state(self, person: Person) -> Qt.CheckState | None:
        tick = self._tick(person)
        if tick is None:
            return None
        return Qt.CheckState.Checked if tick else Qt.CheckState.Unchecked

    def setData(self, index: Index, value: object, role: int = CHECK_ROLE) -> bool:  # noqa: D102
        person = self.person(index.row()) if index.isValid() else None
        if role != CHECK_ROLE or person is None or self._tick(person) is None:
            return False
        self.tick_asked.emit(person.id, Qt.CheckState(value) is Qt.CheckState.Checked)
        return True


class PeopleViewModel(QObject):
    """The sidebar's state: the list, its ticks in the form, what to warn of, and renaming."""

    changed = Signal()

    def __init__(
        self, form: RequestForm, settings: SettingsViewModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.model = PeopleModel(self)
        self.problem = ""
        """Why the list may be old, in words; empty if it is not."""
        self._form = form
        self._settings = settings
        self._services: Services | None = None
        self._leave: Callable[[], None] = _nothing
        self._people: tuple[Person, ...] = ()
        self._ticks: tuple[tuple[str, ...], bool] = ((), False)
        self._filter = ""
        self._looked = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._look)
        self.model.tick_asked.connect(self.set_riding)
        form.changed.connect(self._on_form)
        settings.changed.connect(self._look_again)
        settings.engine_changed.connect(self._look_again)

    def attach(self, services: Services) -> None:
        """Show the people the services know, and ask for news a moment later."""
        self._services = services
        self._leave = services.people.changed.subscribe(self._on_people)
        self._on_people(services.people)
        self._later.start(FIRST_LOOK_MS)

    def detach(self) -> None:
        """Stop listening, before the services close."""
        self._later.stop()
        self._leave()
        self._leave, self._services = _nothing, None

    # -- who is there -------------------------------------------------------------------

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, whatever the list is searched for."""
        return self._people

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

    def refresh(self) -> None:
        """Ask for the list, as the person wished."""
        if self._services is None:
            return
        work = self._refresh(self._services.people)
        self._services.tasks.spawn(work, name="refresh people", replace=True)

    def rename(self, profile_id: str, name: str) -> None:
        """Give a person our own name; Phota never learns it."""
        if self._services is not None:
            work = self._rename(self._services.people, profile_id, name)
            self._services.tasks.spawn(work, name=f"rename {profile_id}")

    # -- who rides ----------------------------------------------------------------------

    @property
    def takes_ticks(self) -> bool:
        """Whether the operation takes profiles at all; generate takes mentions only."""
        return self._form.offered.profiles

    @property
    def strangers(self) -> tuple[str, ...]:
        """Ticked profiles that are not in the list or cannot be used; empty while it is unread."""
        listed = self._services is not None and self._services.people.is_listed
        if not self.takes_ticks or not listed:
            return ()
        ready = {one.id for one in self.people if one.is_ready}
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
        """Whether to ask without being told to: nothing goes out before the person agreed."""
        return self._settings.engine is Engine.LOCAL or self._settings.value.consented

    def _look_again(self) -> None:
        if self._services is not None and not self._later.isActive():
            self._look()

    def _look(self) -> None:
        """Ask once for each engine and account."""
        if self._services is None:
            return
        account = self._services.people.account
        if account != self._looked and account and self._may_ask:
            self._looked = account
            self.refresh()

    def _on_people(self, people: People) -> None:
        self._people = people.people
        self._show()

    def _on_form(self) -> None:
        """Follow the ticks alone: the form changes with every letter of the prompt."""
        if self._ticks != (self._form.profile_ids, self.takes_ticks):
            self._show()

    def _show(self) -> None:
        people = self._people
        if self._filter:
            people = tuple(one for one in people if self._filter in shown_name(one).casefold())
        self._ticks = (self._form.profile_ids, self.takes_ticks)
        self.model.show(people, frozenset(self._ticks[0]), has_ticks=self._ticks[1])
        self.changed.emit()

    async def _refresh(self, people: People) -> None:
        error = await people.refresh()
        self.problem = plain(error.message) if error is not None else ""
        self._show()

    async def _rename(self, people: People, profile_id: str, name: str) -> None:
        try:
            await people.rename(profile_id, name)
        except PhotaError as error:
            self.problem = plain(error.message)
        self._show()


def _nothing() -> None:
    """Leave nothing."""
