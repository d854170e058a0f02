"""The keyring backends that may hold the key, by class; and what their failures mean."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_log = logging.getLogger(__name__)

_ALLOWED = {
    "linux": (
        ("keyring.backends.SecretService", "Keyring", "the Secret Service keyring"),
        ("keyring.backends.kwallet", "DBusKeyring", "KWallet"),
    ),
    "darwin": (("keyring.backends.macOS", "Keyring", "the macOS Keychain"),),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring", "the Windows Credential Manager"),),
}


@dataclass(frozen=True)
class Store:
    """One usable backend and the name a person knows it by."""

    backend: KeyringBackend
    name: str


def find_store() -> Store | None:
    """Return the best allowed backend that works here, or None.

    keyring's own choice is not asked: ``PYTHON_KEYRING_BACKEND``, ``keyringrc.cfg`` and entry
    points can name any class there, plain-text files among them.
    """
    platform = sys.platform if sys.platform in _ALLOWED else "linux"
    found = []
    for module, class_name, name in _ALLOWED[platform]:
        backend_class = getattr(importlib.import_module(module), class_name)
        try:
            priority = float(backend_class.priority)
        except Exception as exc:  # noqa: BLE001  (each backend has its own ways to be absent)
            _log.debug("%s is not usable: %s", name, type(exc).__name__)
            continue
        found.append((priority, name, backend_class))
    if not found:
        return None
    _, name, backend_class = max(found, key=lambda entry: entry[0])
    return Store(_plain(backend_class()), name)


def _plain(backend: KeyringBackend) -> KeyringBackend:
    """Undo what ``KEYRING_PROPERTY_*`` and ``KEYCHAIN_PATH`` did to a fresh backend."""
    vars(backend).clear()
    if hasattr(backend, "connected"):  # KWallet's constructor sets its handle
        vars(backend).update(handle=-1, appid="phota-desktop")
    if hasattr(backend, "keychain"):
        vars(backend).update(keychain=None)
    return backend


def is_locked(backend: KeyringBackend) -> bool | None:
    """Tell without a prompt whether the store is locked; None where that cannot be told.

    KeyError when there is no collection at all yet: reading must not make one, which would ask
    for a new password.
    """
    if type(backend).__module__ != "keyring.backends.SecretService":
        return None
    import secretstorage
    from secretstorage.exceptions import ItemNotFoundException

    connection = secretstorage.dbus_init()
    try:
        collection = secretstorage.get_collection_by_alias(connection, "default")
        return bool(collection.is_locked())
    except ItemNotFoundException:
        raise KeyError("no collection") from None
    finally:
        connection.close()


def can_prompt() -> bool:
    """Tell whether a keyring can ask the person on this session."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def was_refused(exc: BaseException) -> bool:
    """Tell whether a failure means locked or dismissed, in this error or what caused it."""
    names = {"KeyringLocked", "LockedException", "PromptDismissedException", "KeychainDenied"}
    cause: BaseException | None = exc
    while cause is not None:
        if type(cause).__name__ in names or "ancelled by user" in str(cause):
            return True
        cause = cause.__cause__
    return False
