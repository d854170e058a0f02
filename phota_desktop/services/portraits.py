"""Profile pictures kept in the cache: checked before they are written, gone with their profile."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.store.files import atomic_write, disk_error

MAX_BYTES = 8_000_000
"""Far above any portrait (512 px at the local engine), far below what could hurt."""
MAX_SIDE = 4096
_PLAIN_ID = re.compile(r"[a-z0-9_-]{8,100}", re.ASCII)


def place(folder: Path, profile_id: str) -> Path:
    """Return where a profile's picture lies, or will lie.

    An id that could be odd as a file name anywhere (a path, a device, capitals that some disks
    do not tell apart) is replaced by its digest.
    """
    if not _PLAIN_ID.fullmatch(profile_id):
        import hashlib  # 3 ms that the window's start need not pay

        profile_id = hashlib.sha256(profile_id.encode("utf-8", "replace")).hexdigest()
    return folder / f"{profile_id}.jpg"


def kept(folder: Path, profile_ids: Iterable[str]) -> dict[str, Path]:
    """Return the pictures that are there."""
    places = {profile_id: place(folder, profile_id) for profile_id in profile_ids}
    return {profile_id: path for profile_id, path in places.items() if path.is_file()}


def keep(folder: Path, profile_id: str, content: bytes) -> Path:
    """Write a picture that came from the network and return where it is.

    Raises PhotaError: BAD_IMAGE when it is no JPEG, PNG or WebP of a portrait's size by its first
    bytes and header, and then nothing is written; DISK.
    """
    _check(content)
    path = place(folder, profile_id)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_write(path, content)
    except OSError as error:
        raise disk_error(error, path) from error
    return path


def drop_others(folder: Path, pictures: Mapping[str, Path]) -> None:
    """Delete the pictures of profiles that are no more; one that cannot be deleted is left."""
    wanted = set(pictures.values())
    for path in folder.glob("*.jpg"):
        if path not in wanted:
            with contextlib.suppress(OSError):
                path.unlink()


def _check(content: bytes) -> None:
    from phota_desktop.imaging.formats import HEAD_BYTES, PhotoFormat, sniff
    from phota_desktop.imaging.reading import inspect

    kind = sniff(content[:HEAD_BYTES])
    if kind not in (PhotoFormat.JPEG, PhotoFormat.PNG, PhotoFormat.WEBP):
        raise PhotaError(ErrorKind.BAD_IMAGE, "The profile picture is no picture.")
    if len(content) <= MAX_BYTES:
        info, _ = inspect(BytesIO(content), kind, len(content), Path("profile picture"))
        if max(info.width, info.height) <= MAX_SIDE:
            return
    raise PhotaError(ErrorKind.BAD_IMAGE, "The profile picture is too large.")
