"""Bodies on their way out and pictures on their way in: each durable before it is relied on."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.store.files import (
    close_durably,
    copy_new,
    disk_error,
    fsync_dir,
    fsync_file,
    move_new,
    open_new,
    safe_stem,
    same_content,
    sha256_of,
)
from phota_desktop.store.leftovers import clear_leftovers
from phota_desktop.store.paths import AppFolders

MIN_FREE = 200_000_000
"""Bytes that must stay free beside three times what is expected (promise P6)."""
RESERVE_BYTES = 64 * 1024 * 1024
YOUNG_SECONDS = 60.0
"""A job with a file younger than this may be in the making by another process."""
_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_BODY = re.compile(r"(.+?)(-sync)?\.json(\.tmp)?")
_PICTURE = re.compile(r"(.+)-(\d+)(?:\.(.*))?")
_EXTENSION = re.compile(r"[a-z0-9]{1,5}")
_ARRIVING = (".part", ".meta", ".tmp")
_MAX_COPIES = 100_000


class Vault:
    """The first and safest copy of every result (rule R6), and the spool of exact bodies.

    Every method that touches the disk raises PhotaError DISK when that fails.
    """

    def __init__(self, folders: AppFolders) -> None:
        self._folders = folders
        self._vault = folders.vault
        self._spool = folders.spool
        self._reserve = folders.home / "reserve"
        self._doubtful: set[Path] = set()
        for folder in (self._vault, self._spool):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as exc:
                raise disk_error(exc, folder) from exc

    # the spool: what is sent ---------------------------------------------------------------

    def spool_input(self, job_id: str, n: int, suffix: str) -> Path:
        """Return where input ``n`` of a job is prepared."""
        return self._spool / f"{_checked(job_id)}-{n}{suffix}"

    def find_input(self, job_id: str, n: int) -> Path:
        """Return the prepared input ``n``, whatever its suffix; PhotaError DISK if it is gone."""
        stem = f"{_checked(job_id)}-{n}"
        for found in sorted(self._spool.glob(f"{stem}*")):
            if found.name == stem or found.name.startswith(f"{stem}."):
                return found
        raise PhotaError(ErrorKind.DISK, f"The prepared picture {stem} is missing.")

    @contextmanager
    def new_body(self, name: str) -> Iterator[BinaryIO]:
        """Give a file for the body ``name``; it appears, durable, when the block ends well."""
        body = self.body(name)
        part = body.with_suffix(".json.tmp")
        try:
            part.unlink(missing_ok=True)
            file = open_new(part)
            try:
                yield file
                close_durably(file)
            except BaseException:
                file.close()
                part.unlink(missing_ok=True)
                raise
            part.replace(body)
            fsync_dir(self._spool)
        except OSError as exc:
            raise disk_error(exc, body) from exc

    def body(self, name: str) -> Path:
        """Return the path of a body: a job's id, or that with ``-sync``."""
        return self._spool / f"{_checked(name)}.json"

    def check_body(self, path: Path | None, sha256: str) -> None:
        """Raise PhotaError GONE unless the body is, byte for byte, the recorded one (R3).

        Not INVALID: of a request that may have been sent before, nothing is known by this.
        """
        try:
            same = path is not None and sha256_of(path) == sha256
        except FileNotFoundError:
            same = False
        except OSError as exc:
            raise disk_error(exc, path or self._spool) from exc
        if not same:
            raise PhotaError(
                ErrorKind.GONE,
                "The recorded request is missing or was changed; it is not sent again.",
                surely_not_charged=True,
            )

    def drop_body(self, job_id: str) -> None:
        """Delete everything of a job in the spool: bodies and prepared inputs."""
        owner = _checked(job_id)
        self._delete(path for path in self._spool.iterdir() if _owner(path) == owner)

    # the vault: what came back ---------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Where the pictures are kept."""
        return self._vault

    def part(self, job_id: str, n: int) -> Path:
        """Return where picture ``n`` arrives; its validator sits beside it as ``.meta``."""
        return self._vault / f"{_checked(job_id)}-{n}.part"

    def drop_part(self, job_id: str, n: int) -> None:
        """Delete what arrived of picture ``n``."""
        part = self.part(job_id, n)
        self._delete([part, part.with_suffix(".meta")])

    def drop_parts(self, job_id: str) -> None:
        """Delete everything that arrived of a job and was not kept."""
        owner = _checked(job_id)
        self._delete(path for path in self._arriving() if _owner(path) == owner)

    def keep(
        self, part: Path, job_id: str, n: int, ext: str, *, sha256: str = ""
    ) -> tuple[Path, str]:
        """Make an arrived picture final: read-only, durable, never over another file.

        ``sha256`` spares a reading where the digest of the part is known already. Returns the
        path and the SHA-256 in hex. What was kept before with equal bytes is
        adopted, so a repeat after a crash does no harm.
        """
        if not _EXTENSION.fullmatch(ext):
            raise ValueError(f"Not a file extension: {ext!r}")
        stem = f"{_checked(job_id)}-{n}"
        try:
            self._make_durable(part)
            digest = sha256 or sha256_of(part)
            for name in (f"{stem}.{ext}", *(f"{stem}.{k}.{ext}" for k in range(2, 100))):
                final = self._vault / name
                if move_new(part, final) or same_content(part, final):
                    final.chmod(0o400)
                    fsync_dir(self._vault)
                    self.drop_part(job_id, n)
                    return final, digest
        except OSError as exc:
            raise disk_error(exc, part) from exc
        raise PhotaError(ErrorKind.DISK, f"There are too many versions of {stem}.")

    def _make_durable(self, part: Path) -> None:
        """Sync a part; after a failed sync only a new copy can be trusted.

        The system forgets which pages it could not write, so a second sync of the same file
        would pass without them.
        """
        try:
            if part not in self._doubtful:
                fsync_file(part)
                return
        except OSError:
            self._doubtful.add(part)
            raise
        fresh = part.with_suffix(".tmp")
        fresh.unlink(missing_ok=True)
        with part.open("rb") as reader, open_new(fresh) as writer:
            shutil.copyfileobj(reader, writer)
            writer.flush()
            os.fsync(writer.fileno())
        fresh.replace(part)
        self._doubtful.discard(part)

    def find(self, job_id: str, n: int) -> Path | None:
        """Return the newest kept picture ``n`` of a job, or None; drops a part beside it."""
        wanted = (_checked(job_id), n)
        found = [path for *which, path in self._kept(f"{job_id}-{n}.*") if tuple(which) == wanted]
        if not found:
            return None
        self.drop_part(job_id, n)
        return max(found, key=lambda path: (path.stat().st_mtime_ns, path.name))

    def kept(self) -> list[tuple[str, int, Path]]:
        """Return every picture in the vault as (job id, index, path), for repairs."""
        return sorted(self._kept("*"))

    def _kept(self, pattern: str) -> Iterator[tuple[str, int, Path]]:
        for path in self._vault.glob(pattern):
            found = _PICTURE.fullmatch(path.name)
            if found is not None and path.suffix not in _ARRIVING:
                yield found[1], int(found[2]), path

    def _arriving(self) -> list[Path]:
        return [path for path in self._vault.iterdir() if path.suffix in _ARRIVING]

    def deliver(
        self, vault_path: Path, folder: Path, stem: str, ext: str, *, adopt: bool = False
    ) -> Path:
        """Copy a kept picture to the person's folder as ``{stem}-{n}.{ext}``, next free ``n``.

        Never overwrites. ``adopt`` takes over a file of equal bytes that an earlier run left.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = folder / f".{vault_path.name}.part"
            for n in range(1, _MAX_COPIES):
                target = folder / f"{safe_stem(stem)}-{n}.{ext}"
                if os.path.lexists(target):
                    if adopt and same_content(vault_path, target):
                        part.unlink(missing_ok=True)
                        return target
                elif copy_new(vault_path, part, target):
                    return target
        except OSError as exc:
            raise disk_error(exc, folder) from exc
        raise PhotaError(ErrorKind.DISK, f"{folder}: no free name for {stem}.")

    # room and order ---------------------------------------------------------------------------

    def sweep(self, keep: Collection[str], ended: Collection[str] = ()) -> int:
        """Delete leftovers of jobs not in ``keep``; returns how many files.

        A job unknown to the caller may be in the making by another process, so one that is not
        in ``ended`` and has a file of the last minute is left alone. Kept pictures are never
        touched. What a kill left half-written elsewhere in our own folders goes as well.
        """
        files: dict[str, list[Path]] = {}
        for path in (*self._spool.iterdir(), *self._arriving()):
            # What has no owner was being written when its program was killed.
            owner = _owner(path) or path.name
            if owner not in keep:
                files.setdefault(owner, []).append(path)
        young = time.time() - YOUNG_SECONDS
        gone = sum(
            self._delete(paths)
            for owner, paths in files.items()
            if owner in ended or all(_modified(path) < young for path in paths)
        )
        return gone + clear_leftovers(self._folders, young)

    def room_for(self, expected_bytes: int) -> None:
        """Raise PhotaError DISK when 200 MB and three times the expected bytes do not fit."""
        wanted = MIN_FREE + 3 * expected_bytes
        try:
            free = shutil.disk_usage(self._vault).free
        except OSError as exc:
            raise disk_error(exc, self._vault) from exc
        if free < wanted:
            missing = -(-(wanted - free) // 1_000_000)
            raise PhotaError(
                ErrorKind.DISK,
                f"The disk of {self._vault} is nearly full: {missing} MB are missing.",
                hint="Make room and try again.",
                surely_not_charged=True,
            )

    def reserve(self) -> bool:
        """Set 64 MB aside for the day the disk is full; False when they are not there."""
        try:
            if self._reserve.exists() and self._reserve.stat().st_size == RESERVE_BYTES:
                return True
            self._reserve.unlink(missing_ok=True)
            with open_new(self._reserve) as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
                else:
                    file.truncate(RESERVE_BYTES)
        except OSError:
            self._reserve.unlink(missing_ok=True)
            return False
        return True

    def release_reserve(self) -> bool:
        """Give the reserve back to the disk, so that paid results and the journal fit."""
        try:
            self._reserve.unlink()
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise disk_error(exc, self._reserve) from exc
        return True

    def _delete(self, paths: Iterable[Path]) -> int:
        gone = 0
        for path in paths:
            try:
                path.unlink()
                gone += 1
            except FileNotFoundError:
                continue
            except OSError as exc:
                raise disk_error(exc, path) from exc
        return gone


def _checked(name: str) -> str:
    if not _JOB_ID.fullmatch(name):
        raise ValueError(f"Not a job id: {name!r}")
    return name


def _owner(path: Path) -> str | None:
    """Return the id of the job that a file of the spool, or a part, belongs to."""
    found = _BODY.fullmatch(path.name) or _PICTURE.fullmatch(path.name)
    return found[1] if found else None


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
