"""The environment as the program was given it, and what its child processes may inherit of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

_SECRETS = ("PHOTA_API_KEY", "PHOTA_BUCKET_KEY_ID", "PHOTA_BUCKET_SECRET")


@cache
def found_environment() -> Mapping[str, str]:
    """Return the variables that the program was started with.

    The first call takes the secrets out of ``os.environ``, so that no child (a worker of
    the local engine, a file manager) ever has them; only this copy still holds them.
    """
    found = dict(os.environ)
    for name in _SECRETS:
        os.environ.pop(name, None)
    return MappingProxyType(found)
