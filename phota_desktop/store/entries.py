"""One secret in the system's keyring: found, saved and forgotten the same way, whatever it is."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from phota_desktop.store import backends

SERVICE = "phota-desktop"
FIND_SECONDS = 3.0
"""After so long a window says that it waits for the keyring (threat T5)."""
ACT_SECONDS = 120.0
ENVIRONMENT = "environment"
SESSION = "session"

_PIECE = 1_000
"""Characters in one entry of a keyring: see core.secrets.MAX_KEY_LENGTH."""
_MOST_PIECES = 20
_IN_PIECES = re.compile(r"(\d{1,2}) (\d{1,5}) ")
"""How the first of several begins: pieces and characters. No secret in one piece begins so."""

S = TypeVar("S")


class KeyState(StrEnum):
    """What is known of a secret; all but ``OK`` and ``NONE`` are about the keyring itself."""

    OK = "ok"
    NONE = "none"
    LOCKED = "locked"
    DENIED = "denied"
    ABSENT = "absent"
    BROKEN = "broken"
    WAITING = "waiting"


_WORDS = {
    KeyState.LOCKED: "The system's keyring is locked.",
    KeyState.DENIED: "The system's keyring was not opened.",
    KeyState.ABSENT: "This system has no password store.",
    KeyState.BROKEN: "The system's keyring does not work.",
    KeyState.WAITING: "Still waiting for your keyring.",
}


@dataclass(frozen=True)
class Finding(Generic[S]):
    """The secret or why there is none: ``source`` names where it is, ``message`` says the state."""

    key: S | None
    state: KeyState
    source: str = ""
    message: str = ""


@dataclass(frozen=True)
class Kind(Generic[S]):
    """What an entry holds: how it is read and written, and how a sentence calls it.

    ``parse`` raises ValueError. The sentences are about the secret; those about the keyring are
    the same for all.
    """

    parse: Callable[[str], S]
    text: Callable[[S], str]
    none: str
    odd: str
    lost: str
    session_only: str


class Entry(Generic[S]):
    """Finds, saves and forgets one secret; blocking, so call it from a worker thread.

    Only the system's own keyrings are used, by class; without one the secret lives in memory and
    nowhere else. No method raises for a keyring that fails: the finding tells. ``given`` looks
    for a secret in the environment, which comes first.
    """

    def __init__(
        self, user: str, kind: Kind[S], given: Callable[[], Finding[S] | None] = lambda: None
    ) -> None:
        self._user = user
        self._kind = kind
        self._given = given
        self._session: S | None = None
        self._lock = threading.Lock()
        self._waiting: _Answer[S] | None = None

    def find(self, timeout: float = FIND_SECONDS, *, prompt: bool = True) -> Finding[S]:
        """Return what is in the environment, in this session or in the keyring, in that order.

        ``WAITING`` after ``timeout`` seconds, most likely behind the keyring's own dialog: call
        again to wait on. ``prompt=False`` leaves a locked keyring locked.
        """
        given = self._given()
        if given is not None:
            return given
        if self._session is not None:
            return Finding(self._session, KeyState.OK, SESSION, self._kind.session_only)
        with self._lock:
            if self._waiting is None:
                self._waiting = _Answer(lambda: self._read(prompt=prompt))
            answer = self._waiting
        finding = answer.wait(timeout)
        if finding is None:
            return self._without(KeyState.WAITING)
        with self._lock:
            if self._waiting is answer:
                self._waiting = None
        return finding

    def save(self, secret: S, timeout: float = ACT_SECONDS) -> Finding[S]:
        """Store the secret and read it back; where no keyring takes it, keep it for this session.

        What the environment holds, if anything, still comes first in :meth:`find`.
        """
        finding = _Answer(lambda: self._write(secret)).wait(timeout)
        finding = finding or self._without(KeyState.WAITING)
        if finding.state is KeyState.OK:
            self._session = None
            return finding
        self._session = secret
        message = f"{finding.message} {self._kind.session_only}"
        return Finding(secret, KeyState.OK, SESSION, message)

    def forget(self, timeout: float = ACT_SECONDS) -> Finding[S]:
        """Delete the secret from the keyring and from memory; return what is left.

        What is left is the environment's, or none with the reason if the keyring failed.
        """
        self._session = None
        finding = _Answer(self._delete).wait(timeout) or self._without(KeyState.WAITING)
        return self._given() or finding

    def _without(self, state: KeyState, source: str = "") -> Finding[S]:
        return Finding(None, state, source, _WORDS.get(state, self._kind.none))

    # -- on the keyring's thread --------------------------------------------------------

    def _read(self, *, prompt: bool) -> Finding[S]:
        store = backends.find_store()
        if store is None:
            return self._without(KeyState.ABSENT)
        try:
            locked = backends.is_locked(store.backend)
        except KeyError:
            return self._without(KeyState.NONE, store.name)
        if locked and not (prompt and backends.can_prompt()):
            return self._without(KeyState.LOCKED, store.name)
        text = self._stored(store)
        if text is None:
            return self._without(KeyState.NONE, store.name)
        try:
            return Finding(self._kind.parse(text), KeyState.OK, store.name)
        except ValueError:
            return Finding(None, KeyState.BROKEN, store.name, self._kind.odd)

    def _write(self, secret: S) -> Finding[S]:
        store = backends.find_store()
        if store is None:
            return self._without(KeyState.ABSENT)
        if not backends.can_prompt():
            try:
                if backends.is_locked(store.backend):
                    return self._without(KeyState.LOCKED, store.name)
            except KeyError:
                return self._without(KeyState.LOCKED, store.name)
        text = self._kind.text(secret)
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
        if len(pieces) > 1:
            pieces[0] = f"{len(pieces)} {len(text)} {pieces[0]}"
        # The first, which tells the number of the others, is written last.
        for number, piece in reversed(list(enumerate(pieces))):
            store.backend.set_password(SERVICE, self._name(number), piece)
        if self._stored(store) != text:
            return Finding(None, KeyState.BROKEN, store.name, self._kind.lost)
        self._drop(store, first=len(pieces))
        return Finding(secret, KeyState.OK, store.name)

    def _delete(self) -> Finding[S]:
        store = backends.find_store()
        if store is None:
            return self._without(KeyState.NONE)
        try:
            locked = backends.is_locked(store.backend)
        except KeyError:
            return self._without(KeyState.NONE, store.name)
        if locked and not backends.can_prompt():
            return self._without(KeyState.LOCKED, store.name)
        self._drop(store, first=0)
        return self._without(KeyState.NONE, store.name)

    def _stored(self, store: backends.Store) -> str | None:
        text = store.backend.get_password(SERVICE, self._name(0))
        several = _IN_PIECES.match(text or "")
        if text is None or several is None:
            return text
        others = [
            store.backend.get_password(SERVICE, self._name(number)) or ""
            for number in range(1, min(int(several[1]), _MOST_PIECES))
        ]
        whole = text[several.end() :] + "".join(others)
        return whole if len(whole) == int(several[2]) else ""  # which is no secret

    def _drop(self, store: backends.Store, first: int) -> None:
        for number in range(first, _MOST_PIECES):
            name = self._name(number)
            if store.backend.get_password(SERVICE, name) is not None:
                store.backend.delete_password(SERVICE, name)
            elif number:
                break

    def _name(self, piece: int) -> str:
        return f"{self._user} {piece + 1}" if piece else self._user


class _Answer(Generic[S]):
    """A call on a keyring in a daemon thread, which may never return."""

    def __init__(self, call: Callable[[], Finding[S]]) -> None:
        self._finding: Finding[S] | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, args=(call,), name="keyring", daemon=True).start()

    def _run(self, call: Callable[[], Finding[S]]) -> None:
        try:
            self._finding = call()
        except Exception as exc:  # noqa: BLE001  (backends raise anything; the state tells it)
            self._finding = _failed(exc)
        finally:
            self._done.set()

    def wait(self, timeout: float) -> Finding[S] | None:
        self._done.wait(timeout)
        return self._finding


def _failed(exc: Exception) -> Finding[S]:
    if backends.was_refused(exc):
        state = KeyState.DENIED if backends.can_prompt() else KeyState.LOCKED
        return Finding(None, state, "", _WORDS[state])
    # The class name only: a backend's text might hold what it was given.
    message = f"{_WORDS[KeyState.BROKEN]} ({type(exc).__name__})"
    return Finding(None, KeyState.BROKEN, "", message)


def from_environment(
    environ: Mapping[str, str], variable: str, parse: Callable[[str], S]
) -> Finding[S] | None:
    """Return what ``variable`` holds, None where it is not set or empty."""
    text = environ.get(variable, "")
    if not text.strip():
        return None
    try:
        return Finding(parse(text), KeyState.OK, ENVIRONMENT)
    except ValueError as problem:
        message = f"{variable} cannot be used: {problem}"
        return Finding(None, KeyState.BROKEN, ENVIRONMENT, message)
