"""The API key: from the environment, from the system's keyring, or for this session only."""

from __future__ import annotations

import os
from collections.abc import Mapping

from phota_desktop.core.secrets import ApiKey
from phota_desktop.store.entries import (
    ENVIRONMENT,
    SESSION,
    Entry,
    Finding,
    KeyState,
    Kind,
    from_environment,
)

__all__ = ["ENVIRONMENT", "KEY_VARIABLE", "SESSION", "KeyFinding", "KeyState", "KeyStore"]

KEY_VARIABLE = "PHOTA_API_KEY"
USER = "api-key"

KeyFinding = Finding[ApiKey]

_KIND = Kind(
    parse=ApiKey,
    text=ApiKey.reveal,
    none="There is no API key yet.",
    odd="What the keyring holds is not an API key; save the key again.",
    lost="The keyring lost the key.",
    session_only="The key is kept for this session only.",
)


class KeyStore(Entry[ApiKey]):
    """Finds, saves and forgets the API key."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        super().__init__(USER, _KIND, lambda: from_environment(environ, KEY_VARIABLE, ApiKey))
