"""The environment as the program was given it, and what others may see and inherit of it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
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


_PRIVATE = 0o077
_PR_SET_DUMPABLE = 4
_SANDBOXED = ("/.flatpak-info",)
"""Here portals ask ``/proc`` who we are, and an undumpable process could open no file dialog."""
_persons_umask: list[int] = []


def keep_private() -> None:
    """Let nobody else read what this process writes or holds in its memory (threats T3, T17).

    New files belong to the user alone, a crash leaves no image of the memory, which holds the key,
    and other programs cannot read that memory (Linux). Call it first; a second call does nothing.
    """
    if _persons_umask or os.name == "nt":
        return
    _persons_umask.append(os.umask(_PRIVATE))
    import resource

    # The soft limit alone: an editor that we start may want its own.
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux" and not any(map(os.path.exists, _SANDBOXED)):
        import ctypes

        # The limit does not hold where a program of the system takes the images (core_pattern).
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def persons_umask() -> int:
    """Return the mask for files that are the person's own: what was in force at the start."""
    if _persons_umask:
        return _persons_umask[0]
    mask = os.umask(_PRIVATE)  # the only way to ask is to set
    os.umask(mask)
    return mask


@contextlib.contextmanager
def persons_own() -> Iterator[None]:
    """Start another program of the person's in here: it makes files as it always does."""
    private = os.umask(persons_umask()) if os.name != "nt" else 0
    try:
        yield
    finally:
        if os.name != "nt":
            os.umask(private)
