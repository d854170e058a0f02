"""The account's people and pets: our names for them, their training's state, their pictures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.services import portraits
from phota_desktop.services.session import Session
from phota_desktop.services.threads import Threads
from phota_desktop.store.notebook import Notebook, PersonName
from phota_desktop.store.paths import AppFolders

_log = logging.getLogger(__name__)

LOCAL_ACCOUNT = "local"
"""The account of the local engine in the notebook and the cache."""
LONGEST_NAME = 80
_MOST_PEOPLE = 1000
_AT_ONCE = 2
"""Questions at once: half of the client's connections, the others are for jobs."""
_OUR_TAG = "pd-"
"""How the tags begin by which a lost training is found again; they are no names."""
_FUTILE = (ErrorKind.OFFLINE, ErrorKind.KEY_REJECTED, ErrorKind.BUSY, ErrorKind.DISK)
"""What would end the next question in the same way."""
_HARMLESS = (ErrorKind.GONE, ErrorKind.BAD_IMAGE)
"""What says something of one profile alone: no picture yet, or none that is one."""


@dataclass(frozen=True)
class Person:
    """A person or pet of the account; ``kind`` is our own word for it, empty when never said.

    ``status`` is None while it is not known; ``message`` is the server's reason, mostly empty.
    """

    id: str
    name: str
    status: ProfileStatus | None = None
    message: str = ""
    picture: Path | None = None
    kind: str = ""

    @property
    def is_ready(self) -> bool:
        """Tell whether requests can use this profile."""
        return self.status is ProfileStatus.READY

    @property
    def initials(self) -> str:
        """One or two letters in the place of a picture; ``"?"`` for a name that has none."""
        firsts = [next((c for c in word if c.isalnum()), "") for word in self.name.split()]
        letters = [letter for letter in firsts if letter]
        return "".join(letters[:1] + letters[1:][-1:]).upper() or "?"


@dataclass(frozen=True)
class _Account:
    """What is known of one account."""

    profiles: tuple[Profile, ...] = ()
    names: Mapping[str, PersonName] = field(default_factory=dict)
    pictures: Mapping[str, Path] = field(default_factory=dict)
    is_listed: bool = False


class People:
    """The people of the engine and key in use; other accounts are kept for the way back."""

    def __init__(
        self, session: Session, notebook: Notebook, threads: Threads, folders: AppFolders
    ) -> None:
        self.changed: Event[People] = Event()
        self._session = session
        self._notebook = notebook
        self._threads = threads
        self._cache = folders.cache / "people"
        self._accounts: dict[str, _Account] = {}
        self._refreshing: dict[str, asyncio.Future[PhotaError | None]] = {}
        self._shown = self.account
        session.changed.subscribe(self._on_session)

    @property
    def account(self) -> str:
        """The account in use: ``"local"``, or a digest of the key, empty without one."""
        engine = self._session.engine
        return LOCAL_ACCOUNT if engine is Engine.LOCAL else self._session.account(engine)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everyone listed: those with a name first, by name, the others as the server has them."""
        known = self._known(self.account)
        people = [_person(profile, known) for profile in known.profiles]
        nameless = {one.id for one in known.profiles if not _name(one, known)}
        return tuple(
            sorted(
                people,
                key=lambda one: (
                    ("1",) if one.id in nameless else ("0", one.name.casefold(), one.id)
                ),
            )
        )

    @property
    def names(self) -> Mapping[str, str]:
        """The names of everyone known to the account, also of profiles that are no more."""
        known = self._known(self.account)
        listed = {profile.id: _person(profile, known).name for profile in known.profiles}
        return {key: one.name for key, one in known.names.items() if one.name} | listed

    @property
    def is_listed(self) -> bool:
        """Whether the server has listed the profiles yet; before that nobody is unknown."""
        return self._known(self.account).is_listed

    def find(self, profile_id: str) -> Person | None:
        """Return one person of the present account, None when it lists no such profile."""
        return next((person for person in self.people if person.id == profile_id), None)

    async def refresh(self) -> PhotaError | None:
        """Ask the server who there is, how the unfinished trainings are, and for new pictures.

        Free. Returns, and does not raise, the first error: what was known before stays then. A
        second call at the same time joins the first. A picture that is not there (404) or is
        none is asked for again at the next refresh.
        """
        account = self.account
        while (running := self._refreshing.get(account)) is not None:
            await asyncio.wait([running])
            if not running.cancelled():
                return running.result()
        running = self._refreshing[account] = asyncio.get_running_loop().create_future()
        try:
            error = await self._refresh(account, self._session.engine)
            running.set_result(error)
        finally:
            running.cancel()  # without effect on a result
            del self._refreshing[account]
        return error

    async def rename(self, profile_id: str, name: str) -> None:
        """Call a profile of this account ``name`` from now on; an empty name takes it away.

        The name stays on this computer. Raises PhotaError DISK.
        """
        account = self.account
        old = self._known(account).names.get(profile_id)
        line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
        await self._threads.journal(
            self._notebook.name,
            account,
            profile_id,
            line[:LONGEST_NAME].strip(),
            old.kind if old else "",
        )
        await self._read_names(account)

    # -- one refresh --------------------------------------------------------------------

    async def _refresh(self, account: str, engine: Engine) -> PhotaError | None:
        try:
            await self._read_names(account)
            await self._session.load(engine)
            if account != self.account:
                return None  # the engine or key was changed meanwhile: this client is another's
            client = self._session.client(engine)
            profiles = (await client.profiles.ids())[:_MOST_PEOPLE]
            await self._list(account, profiles)
        except PhotaError as error:
            return error

        async def ask_status(profile_id: str) -> None:
            self._learn(account, await client.profiles.status(profile_id))

        async def ask_picture(profile_id: str) -> None:
            content = await client.profiles.picture(profile_id)
            path = await self._threads.files(
                portraits.keep, self._cache / account, profile_id, content
            )
            pictures = {**self._known(account).pictures, profile_id: path}
            self._set(account, pictures=pictures)

        unsure = [one.id for one in self._known(account).profiles if _is_unsure(one)]
        problem = await _each(unsure, ask_status)
        if problem is not None and problem.kind in _FUTILE:
            return problem
        known = self._known(account)
        missing = [one.id for one in known.profiles if one.id not in known.pictures]
        return await _each(missing, ask_picture) or problem

    async def _read_names(self, account: str) -> None:
        names = await self._threads.journal(self._notebook.names, account)
        self._set(account, names=names)

    async def _list(self, account: str, profiles: tuple[Profile, ...]) -> None:
        """Take the server's list; what it leaves out of a profile stays as it was known."""
        folder = self._cache / account
        ids = [profile.id for profile in profiles]
        pictures = await self._threads.files(portraits.kept, folder, ids)
        before = {profile.id: profile for profile in self._known(account).profiles}
        merged = tuple(_merged(before.get(one.id), one) for one in profiles)
        self._set(account, profiles=merged, pictures=pictures, is_listed=True)
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

    # -- what is known ------------------------------------------------------------------

    def _known(self, account: str) -> _Account:
        return self._accounts.get(account, _Account())

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


def _person(profile: Profile, known: _Account) -> Person:
    ours = known.names.get(profile.id)
    return Person(
        profile.id,
        _name(profile, known) or f"Profile {profile.id[-6:]}",
        profile.status,
        profile.message,
        known.pictures.get(profile.id),
        ours.kind if ours else "",
    )


def _name(profile: Profile, known: _Account) -> str:
    """Return our name, else a tag that somebody gave it, else nothing."""
    ours = known.names.get(profile.id)
    if ours and ours.name:
        return ours.name
    return "" if profile.tag.startswith(_OUR_TAG) else profile.tag


def _merged(before: Profile | None, said: Profile) -> Profile:
    if before is None:
        return said
    status = said.status or before.status
    message = said.message or (before.message if status is before.status else "")
    return replace(said, status=status, message=message, tag=said.tag or before.tag)


def _is_unsure(profile: Profile) -> bool:
    """Tell whether the server may have more to say: a state to come, or a failure's reason."""
    if profile.status is None or not profile.status.is_final:
        return True
    return profile.status is ProfileStatus.ERROR and not profile.message


async def _each(
    profile_ids: Iterable[str], ask: Callable[[str], Awaitable[None]]
) -> PhotaError | None:
    """Ask for every profile, a few at once; return the first error that matters."""
    waiting = iter(profile_ids)
    errors: list[PhotaError] = []

    async def work() -> None:
        for profile_id in waiting:
            if any(error.kind in _FUTILE for error in errors):
                return
            try:
                await ask(profile_id)
            except PhotaError as error:
                _log.info("a profile's state or picture was not had: %s", error.kind)
                if error.kind not in _HARMLESS:
                    errors.append(error)

    async with asyncio.TaskGroup() as group:
        for n in range(_AT_ONCE):
            group.create_task(work(), name=f"people {n}")
    return next(iter(errors), None)
