"""The account's people and pets: our names for them, their training's state, their pictures."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.core.traces import ids_of
from phota_desktop.services import portraits
from phota_desktop.services.person import Account, everyone, lacks_picture, merge
from phota_desktop.services.person import Person as Person
from phota_desktop.services.session import Session
from phota_desktop.services.threads import Threads
from phota_desktop.store.notebook import Notebook
from phota_desktop.store.paths import AppFolders

if TYPE_CHECKING:
    from phota_desktop.api.client import PhotaClient

_log = logging.getLogger(__name__)

LOCAL_ACCOUNT = "local"
"""The account of the local engine in the notebook and the cache."""
LONGEST_NAME = 80
EVERYBODY = 1000
"""More profiles than this are not listed."""
AT_ONCE = 12
"""States that one refresh asks for: an account of usual size is known at once."""
_FUTILE = (
    *(ErrorKind.OFFLINE, ErrorKind.KEY_REJECTED, ErrorKind.BUSY, ErrorKind.DISK),
    *(ErrorKind.NO_CREDIT, ErrorKind.TOO_SLOW, ErrorKind.CANCELED),
)
"""What would end the next question in the same way."""
_HARMLESS = (ErrorKind.GONE, ErrorKind.BAD_IMAGE)
"""What says something of one profile alone: no picture yet, or none that is one."""


class People:
    """The people of the engine and key in use; other accounts are kept for the way back.

    ``learned`` gives every status that a server said of the present account, ``listed`` the ids
    of each list it gave. Questions go out one at a time, whoever asks.
    """

    def __init__(
        self, session: Session, notebook: Notebook, threads: Threads, folders: AppFolders
    ) -> None:
        self.changed: Event[People] = Event()
        self.learned: Event[tuple[Profile, ...]] = Event()
        self.listed: Event[tuple[str, ...]] = Event()
        self.asked_at = -math.inf
        """When the last question was answered, by the monotonic clock."""
        self.lists_states = False
        """Whether the server's last list said the state of everyone in it."""
        self._session = session
        self._notebook = notebook
        self._threads = threads
        self._cache = folders.cache / "people"
        self._accounts: dict[str, Account] = {}
        self._built: tuple[Account, tuple[Person, ...]] = (Account(), ())
        self._turn = asyncio.Lock()
        self._refreshing: dict[str, asyncio.Future[PhotaError | None]] = {}
        self._shown = self.account
        session.changed.subscribe(self._on_session)

    @property
    def account(self) -> str:
        """The account in use: ``"local"``, or a digest of the key, empty without one."""
        return self.account_of(self._session.engine)

    def account_of(self, engine: Engine) -> str:
        """Return the account of an engine as the notebook and the cache name it."""
        return LOCAL_ACCOUNT if engine is Engine.LOCAL else self._session.account(engine)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everyone listed: those with a name first, by name, the others as the server has them."""
        known = self._known(self.account)
        if self._built[0] is not known:
            self._built = (known, everyone(known))
        return self._built[1]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that others gave to profiles of this account, in order."""
        return tuple(sorted({one.foreign_tag for one in self.people} - {""}, key=str.casefold))

    @property
    def names(self) -> Mapping[str, str]:
        """The names of everyone known to the account, also of profiles that are no more."""
        known = self._known(self.account)
        listed = {person.id: person.name for person in self.people}
        return {key: one.name for key, one in known.names.items() if one.name} | listed

    @property
    def is_listed(self) -> bool:
        """Whether the server has listed the profiles yet; before that nobody is unknown."""
        return self._known(self.account).is_listed

    def find(self, profile_id: str) -> Person | None:
        """Return one person of the present account, None when it lists no such profile."""
        return next((person for person in self.people if person.id == profile_id), None)

    async def refresh(self, *, most: int = AT_ONCE) -> PhotaError | None:
        """Ask the server who there is, how the unfinished trainings are, and for new pictures.

        Free. Returns, and does not raise, the first error: what was known before stays then. A
        second call at the same time joins the first. A picture that is not there (404) or is
        none is asked for again at the next refresh. Where the list says no states, those of
        ``most`` profiles are asked for here, and the others are left to the watcher.
        """
        account = self.account
        while (running := self._refreshing.get(account)) is not None:
            await asyncio.wait([running])
            if not running.cancelled():
                return running.result()
        running = self._refreshing[account] = asyncio.get_running_loop().create_future()
        try:
            error = await self._refresh(account, self._session.engine, most)
            running.set_result(error)
        finally:
            running.cancel()  # without effect on a result
            del self._refreshing[account]
        return error

    async def rename(self, profile_id: str, name: str, kind: str | None = None) -> None:
        """Call a profile of this account ``name`` from now on; an empty name takes it away.

        The name stays on this computer, as does its ``kind`` (None leaves that). Raises
        PhotaError DISK.
        """
        account = self.account
        old = self._known(account).names.get(profile_id)
        if kind is None:
            kind = old.kind if old else ""
        line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
        name = line[:LONGEST_NAME].strip()
        await self._threads.journal(self._notebook.name, account, profile_id, name, kind)
        await self._read_names(account)

    async def delete(self, profile_id: str, engine: Engine) -> None:
        """Delete a profile at its server for good and drop it from the list, in one question.

        What else belongs to it is for the Eraser. Raises PhotaError: GONE where the server has no
        such profile.
        """
        await self._session.load(engine)
        account, client = self.account_of(engine), self._session.client(engine)
        async with self._turn:
            try:
                await client.profiles.delete(profile_id)
            finally:
                self.asked_at = time.monotonic()
        self.drop(profile_id, account)

    def drop(self, profile_id: str, account: str) -> None:
        """Take a profile that is no more off the list of an account."""
        known = self._known(account)
        pictures = {key: path for key, path in known.pictures.items() if key != profile_id}
        profiles = tuple(one for one in known.profiles if one.id != profile_id)
        self._set(account, profiles=profiles, pictures=pictures)

    # -- single questions ---------------------------------------------------------------

    async def ask_list(self) -> None:
        """Ask who there is. Raises PhotaError."""
        account, client = self.account, await self._client()
        async with self._turn:
            try:
                profiles = (await client.profiles.ids())[:EVERYBODY]
            finally:
                self.asked_at = time.monotonic()
            await self._list(account, profiles)

    async def ask_status(self, profile_id: str) -> None:
        """Ask how one profile is. Raises PhotaError."""
        account, client = self.account, await self._client()
        async with self._turn:
            try:
                said = await client.profiles.status(profile_id)
            finally:
                self.asked_at = time.monotonic()
            self._learn(account, said)

    async def ask_picture(self, profile_id: str) -> None:
        """Ask for one profile's picture and keep it. Raises PhotaError: GONE where none is yet."""
        account, client = self.account, await self._client()
        async with self._turn:
            try:
                content = await client.profiles.picture(profile_id)
            finally:
                self.asked_at = time.monotonic()
        path = await self._threads.files(portraits.keep, self._cache / account, profile_id, content)
        self._set(account, pictures={**self._known(account).pictures, profile_id: path})

    async def _client(self) -> PhotaClient:
        account, engine = self.account, self._session.engine
        await self._session.load(engine)
        if account != self.account:  # changed meanwhile: that client is another's
            raise PhotaError(ErrorKind.CANCELED, surely_not_charged=True)
        return self._session.client(engine)

    # -- one refresh --------------------------------------------------------------------

    async def _refresh(self, account: str, engine: Engine, most: int) -> PhotaError | None:
        try:
            await self._read_names(account)
            await self._session.load(engine)
            if account != self.account:
                return None  # the engine or key was changed meanwhile: this client is another's
            await self.ask_list()
        except PhotaError as error:
            return error
        unsure = [one.id for one in self._known(account).profiles if self._is_unsure(one)]
        problem = await _each(unsure[:most], self.ask_status)
        if problem is not None and problem.kind in _FUTILE:
            return problem
        known = self._known(account)
        missing = [one.id for one in known.profiles if lacks_picture(one, known.pictures)]
        return await _each(missing, self.ask_picture) or problem

    def _is_unsure(self, profile: Profile) -> bool:
        """Tell whether the server has more to say than its list did: a state, a failure's why."""
        status = profile.status
        if status is None or (not status.is_final and not self.lists_states):
            return True
        return status is ProfileStatus.ERROR and not profile.message

    async def _read_names(self, account: str) -> None:
        names = await self._threads.journal(self._notebook.names, account)
        self._set(account, names=names)

    async def _list(self, account: str, profiles: tuple[Profile, ...]) -> None:
        """Take the server's list; what it leaves out of a profile stays as it was known."""
        folder = self._cache / account
        ids = [profile.id for profile in profiles]
        pictures = await self._threads.files(portraits.kept, folder, ids)
        before = {profile.id: profile for profile in self._known(account).profiles}
        merged = tuple(merge(before.get(one.id), one) for one in profiles)
        if account == self.account:
            self.lists_states = all(one.status is not None for one in profiles)
        self._set(account, profiles=merged, pictures=pictures, is_listed=True)
        self._tell(account, [one for one in profiles if one.status is not None])
        if account == self.account:
            self.listed.emit(tuple(ids))
        await self._threads.files(portraits.drop_others, folder, pictures)

    def _learn(self, account: str, said: Profile) -> None:
        profiles = self._known(account).profiles
        self._set(
            account,
            profiles=tuple(
                replace(one, status=said.status, message=said.message) if one.id == said.id else one
                for one in profiles
            ),
        )
        self._tell(account, [said])

    def _tell(self, account: str, said: Sequence[Profile]) -> None:
        if said and account == self.account:
            self.learned.emit(tuple(said))

    # -- what is known ------------------------------------------------------------------

    def _known(self, account: str) -> Account:
        return self._accounts.get(account, Account())

    def _set(self, account: str, **fields: object) -> None:
        old = self._known(account)
        new = replace(old, **fields)  # type: ignore[arg-type]  # checked by the dataclass
        self._accounts[account] = new
        if new != old and account == self.account:
            self.changed.emit(self)

    def _on_session(self, _session: Session) -> None:
        if self.account != self._shown:
            self._shown = self.account
            self.changed.emit(self)


async def _each(
    profile_ids: Iterable[str], ask: Callable[[str], Awaitable[None]]
) -> PhotaError | None:
    """Ask for every profile, one after the other; return the first error that matters."""
    first: PhotaError | None = None
    for profile_id in profile_ids:
        try:
            await ask(profile_id)
        except PhotaError as error:
            _log.info("a profile's state or picture was not had: %s", ids_of(error))
            if error.kind not in _HARMLESS:
                first = first or error
            if error.kind in _FUTILE:
                break
    return first
