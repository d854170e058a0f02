"""The environment as the program was given it, and what its child processes may inherit of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType


@cache
def found_environment() -> Mapping[str, str]:
    """Return the variables that the program was started with.

    The first call takes ``PHOTA_API_KEY`` out of ``os.environ``, so that no child (a worker of
    the local engine, a file manager) ever has the key; only this copy still holds it.
    """
    found = dict(os.environ)
    os.environ.pop("PHOTA_API_KEY", None)
    return MappingProxyType(found)
