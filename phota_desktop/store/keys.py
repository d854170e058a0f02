"""The API key: from the environment, from the system's keyring, or for this session only."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from phota_desktop.core.secrets import ApiKey
from phota_desktop.store import backends

KEY_VARIABLE = "PHOTA_API_KEY"
SERVICE = "phota-desktop"
USER = "api-key"
FIND_SECONDS = 3.0
"""After so long a window says that it waits for the keyring (threat T5)."""
ACT_SECONDS = 120.0
ENVIRONMENT = "environment"
SESSION = "session"


class KeyState(StrEnum):
    """What is known of the key; all but ``OK`` and ``NONE`` are about the keyring itself."""

    OK = "ok"
    NONE = "none"
    LOCKED = "locked"
    DENIED = "denied"
    ABSENT = "absent"
    BROKEN = "broken"
    WAITING = "waiting"


_WORDS = {
    KeyState.NONE: "There is no API key yet.",
    KeyState.LOCKED: "The system's keyring is locked.",
    KeyState.DENIED: "The system's keyring was not opened.",
    KeyState.ABSENT: "This system has no password store.",
    KeyState.BROKEN: "The system's keyring does not work.",
    KeyState.WAITING: "Still waiting for your keyring.",
}
_SESSION_ONLY = "The key is kept for this session only."


@dataclass(frozen=True)
class KeyFinding:
    """The key or why there is none: ``source`` names where it is, ``message`` says the state."""

    key: ApiKey | None
    state: KeyState
    source: str = ""
    message: str = ""


def _without(state: KeyState, source: str = "") -> KeyFinding:
    return KeyFinding(None, state, source, _WORDS[state])


class KeyStore:
    """Finds, saves and forgets the key; blocking, so call it from a worker thread.

    Only the system's own keyrings are used, by class; without one the key lives in memory and
    nowhere else. No method raises for a keyring that fails: the finding tells.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._session: ApiKey | None = None
        self._lock = threading.Lock()
        self._waiting: _Answer | None = None

    def find(self, timeout: float = FIND_SECONDS, *, prompt: bool = True) -> KeyFinding:
        """Return the key of the environment, of this session or of the keyring, in that order.

        ``WAITING`` after ``timeout`` seconds, most likely behind the keyring's own dialog: call
        again to wait on. ``prompt=False`` leaves a locked keyring locked.
        """
        given = self._from_environment()
        if given is not None:
            return given
        if self._session is not None:
            return KeyFinding(self._session, KeyState.OK, SESSION, _SESSION_ONLY)
        with self._lock:
            if self._waiting is None:
                self._waiting = _Answer(lambda: _read(prompt=prompt))
            answer = self._waiting
        finding = answer.wait(timeout)
        if finding is None:
            return _without(KeyState.WAITING)
        with self._lock:
            if self._waiting is answer:
                self._waiting = None
        return finding

    def save(self, key: ApiKey, timeout: float = ACT_SECONDS) -> KeyFinding:
        """Store the key and read it back; where no keyring takes it, keep it for this session.

        The environment's key, if there is one, still comes first in :meth:`find`.
        """
        finding = _Answer(lambda: _write(key)).wait(timeout) or _without(KeyState.WAITING)
        if finding.state is KeyState.OK:
            self._session = None
            return finding
        self._session = key
        return KeyFinding(key, KeyState.OK, SESSION, f"{finding.message} {_SESSION_ONLY}")

    def forget(self, timeout: float = ACT_SECONDS) -> KeyFinding:
        """Delete the key from the keyring and from memory; return what is left.

        What is left is the environment's key, or none with the reason if the keyring failed.
        """
        self._session = None
        finding = _Answer(_delete).wait(timeout) or _without(KeyState.WAITING)
        return self._from_environment() or finding

    def _from_environment(self) -> KeyFinding | None:
        text = self._environ.get(KEY_VARIABLE, "")
        if not text.strip():
            return None
        try:
            return KeyFinding(ApiKey(text), KeyState.OK, ENVIRONMENT)
        except ValueError as problem:
            message = f"{KEY_VARIABLE} is not a key: {problem}"
            return KeyFinding(None, KeyState.BROKEN, ENVIRONMENT, message)


class _Answer:
    """A call on a keyring in a daemon thread, which may never return."""

    def __init__(self, call: Callable[[], KeyFinding]) -> None:
        self._finding: KeyFinding | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, args=(call,), name="keyring", daemon=True).start()

    def _run(self, call: Callable[[], KeyFinding]) -> None:
        try:
            self._finding = call()
        except Exception as exc:  # noqa: BLE001  (backends raise anything; the state tells it)
            self._finding = _failed(exc)
        finally:
            self._done.set()

    def wait(self, timeout: float) -> KeyFinding | None:
        self._done.wait(timeout)
        return self._finding


def _failed(exc: Exception) -> KeyFinding:
    if backends.was_refused(exc):
        return _without(KeyState.DENIED if backends.can_prompt() else KeyState.LOCKED)
    # The class name only: a backend's text might hold what it was given.
    message = f"{_WORDS[KeyState.BROKEN]} ({type(exc).__name__})"
    return KeyFinding(None, KeyState.BROKEN, "", message)


def _read(*, prompt: bool) -> KeyFinding:
    store = backends.find_store()
    if store is None:
        return _without(KeyState.ABSENT)
    try:
        locked = backends.is_locked(store.backend)
    except KeyError:
        return _without(KeyState.NONE, store.name)
    if locked and not (prompt and backends.can_prompt()):
        return _without(KeyState.LOCKED, store.name)
    text = store.backend.get_password(SERVICE, USER)
    if text is None:
        return _without(KeyState.NONE, store.name)
    try:
        return KeyFinding(ApiKey(text), KeyState.OK, store.name)
    except ValueError:
        message = "What the keyring holds is not an API key; save the key again."
        return KeyFinding(None, KeyState.BROKEN, store.name, message)


def _write(key: ApiKey) -> KeyFinding:
    store = backends.find_store()
    if store is None:
        return _without(KeyState.ABSENT)
    if not backends.can_prompt():
        try:
            if backends.is_locked(store.backend):
                return _without(KeyState.LOCKED, store.name)
        except KeyError:
            return _without(KeyState.LOCKED, store.name)
    store.backend.set_password(SERVICE, USER, key.reveal())
    back = store.backend.get_password(SERVICE, USER)
    if back != key.reveal():
        return KeyFinding(None, KeyState.BROKEN, store.name, "The keyring lost the key.")
    return KeyFinding(key, KeyState.OK, store.name)


def _delete() -> KeyFinding:
    store = backends.find_store()
    if store is None:
        return _without(KeyState.NONE)
    try:
        locked = backends.is_locked(store.backend)
    except KeyError:
        return _without(KeyState.NONE, store.name)
    if locked and not backends.can_prompt():
        return _without(KeyState.LOCKED, store.name)
    if store.backend.get_password(SERVICE, USER) is not None:
        store.backend.delete_password(SERVICE, USER)
    return _without(KeyState.NONE, store.name)
