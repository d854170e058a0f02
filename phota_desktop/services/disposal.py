"""Results to the system's trash and back: never deleted outright, never over another file."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.library import Picture
from phota_desktop.store.disposals import Disposals, Disposed
from phota_desktop.store.files import copy_new, disk_error, fsync_dir, move_new, sha256_of

_SAME_TIME = 2.0
"""Seconds that a copy may be younger than its job's end: file systems round."""


class Disposal(Protocol):
    """A trash. Both calls may block and raise PhotaError; neither ever overwrites a file."""

    def trash(self, path: Path) -> Path | None:
        """Move a file there; return where it lies now, None where the system cannot tell."""

    def restore(self, where: Path, back: Path) -> None:
        """Move a file from where it lies back to where it was."""


class NoTrash:
    """Where the system's trash was not given: everything stays where it is."""

    def trash(self, path: Path) -> Path | None:
        """Raise PhotaError DISK with a way out."""
        raise PhotaError(
            ErrorKind.DISK,
            f"There is no trash for {path.name}, so it was left alone.",
            hint=f"It is in {path.parent}; delete it there if you want.",
        )

    def restore(self, where: Path, back: Path) -> None:
        """Raise PhotaError DISK: nothing can lie there."""
        raise PhotaError(ErrorKind.DISK, f"There is no trash that {back.name} could be in.")


class FolderTrash:
    """A folder as trash: for systems without one of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def trash(self, path: Path) -> Path | None:
        """Move a file into the folder under its name, or a numbered one."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number in range(1, 100_000):
                name = path.name if number == 1 else f"{path.stem} ({number}){path.suffix}"
                if _move(path, self._folder / name):
                    return self._folder / name
        except OSError as exc:
            raise disk_error(exc, path) from exc
        raise PhotaError(ErrorKind.DISK, f"The trash {self._folder} is full of {path.name}.")

    def restore(self, where: Path, back: Path) -> None:
        """Move a file back."""
        try:
            back.parent.mkdir(parents=True, exist_ok=True)
            moved = _move(where, back)
        except OSError as exc:
            raise disk_error(exc, back) from exc
        if not moved:
            raise PhotaError(ErrorKind.DISK, f"There is another file {back.name} now.")


def _move(source: Path, target: Path) -> bool:
    """Move a file, over disks too; False when the target exists."""
    if os.path.lexists(target):
        return False
    if source.stat().st_dev == target.parent.stat().st_dev:
        return move_new(source, target)
    mode = source.stat().st_mode & 0o777
    if not copy_new(source, target.with_name(f".{target.name}.part"), target, mode):
        return False
    source.unlink()
    return True


class Bin:
    """What deleting and restoring does to files and rows; blocking, one call at a time.

    Order of truth: what is intended is committed, then files are moved, then where they lie is
    committed. ``repair`` mends a stop in between.
    """

    def __init__(self, disposals: Disposals) -> None:
        self._disposals = disposals
        self.trash: Disposal = NoTrash()

    def delete(self, keys: Sequence[str]) -> tuple[list[str], PhotaError | None]:
        """Move the files of results to the trash; return the keys deleted, and the first trouble.

        A picture is deleted when all its files are moved; else what was moved is put back.
        """
        wanted = self._disposals.results(keys)
        intended: dict[str, list[Disposed]] = {picture.key: [] for picture, _ in wanted}
        files = [
            (picture.key, path, is_vault, sha256)
            for picture, vault in wanted
            for path, is_vault, sha256 in self._files(picture, vault)
        ]
        for one in self._disposals.intend(files):
            intended[one.key].append(one)
        moved: list[tuple[Disposed, Path | None]] = []
        deleted: list[str] = []
        trouble: PhotaError | None = None
        try:
            for key, its_files in intended.items():
                so_far: list[tuple[Disposed, Path | None]] = []
                try:
                    for one in its_files:
                        so_far.append((one, self.trash.trash(one.path)))
                except PhotaError as error:
                    trouble = error
                    self._put_back(so_far)
                    break  # no trash for one is no trash for the next
                moved += so_far
                deleted.append(key)
        finally:
            self._conclude(moved, deleted)
        return deleted, trouble

    def _conclude(
        self, moved: Sequence[tuple[Disposed, Path | None]], deleted: Sequence[str]
    ) -> None:
        """Commit where the files lie; what cannot be committed comes back, as nothing was done."""
        try:
            self._disposals.conclude(moved, deleted, time.time())
        except PhotaError:
            for one, lies in moved:
                with contextlib.suppress(PhotaError):
                    if lies is not None:
                        self.trash.restore(lies, one.path)
            raise

    def _files(self, picture: Picture, vault: Path) -> list[tuple[Path, bool, str]]:
        """Return the files of a result that are there, the vault's last: it is the safest copy.

        A copy that a person changed goes along, known by what it holds now. A person may also have
        moved it, and its place may hold another picture: that one is left alone.
        """
        found = []
        if picture.path != vault and picture.path.is_file():
            digest = _digest(picture, vault)
            if not self._disposals.is_anothers(picture, picture.path, digest):
                found.append((picture.path, False, digest))
        if vault.name and os.path.lexists(vault):
            found.append((vault, True, picture.sha256))
        return found

    def _put_back(self, moved: Sequence[tuple[Disposed, Path | None]]) -> None:
        for one, lies in moved:
            with contextlib.suppress(PhotaError):
                if lies is not None:
                    self.trash.restore(lies, one.path)
            if not one.is_vault and not os.path.lexists(one.path):
                self._disposals.restored(one.key, self._disposals.vault_of(one.key))

    def restore(self, picture: Picture) -> None:
        """Bring a deleted picture back; PhotaError GONE where the trash has none of its files.

        Each file is compared with its SHA-256 first. One of the two is enough: the other is the
        same, and the picture is shown from what there is.
        """
        files = self._disposals.of(picture.key)
        trouble: PhotaError | None = None
        back: dict[bool, Disposed] = {}
        for one in files:
            try:
                self._bring_back(one)
                back[one.is_vault] = one
            except PhotaError as error:
                trouble = trouble or error
        if files and not back:
            raise trouble or PhotaError(ErrorKind.GONE, f"{picture.name} cannot be restored.")
        vault = self._disposals.vault_of(picture.key)
        if False in back and True not in back and vault is not None:
            self._copy_to_vault(picture, back[False].path, vault)
        is_copy_gone = False not in back and not os.path.lexists(picture.path)
        shown = vault if True in back and is_copy_gone else None
        self._disposals.restored(picture.key, shown)

    def welcome_back(self) -> list[str]:
        """Take in what a person took out of the trash in the file manager; return the keys."""
        back = []
        for picture, its_files in self._disposals.deleted():
            if any(self._is_there(picture, one) for one in its_files):
                with contextlib.suppress(PhotaError):
                    self.restore(picture)
                    back.append(picture.key)
        return back

    def _is_there(self, picture: Picture, one: Disposed) -> bool:
        if not one.path.is_file() or not _has(one.path, one.sha256):
            return False
        # The same photo enhanced again has the same bytes under the same name.
        return one.is_vault or not self._disposals.is_anothers(picture, one.path, picture.sha256)

    def _bring_back(self, one: Disposed) -> None:
        if os.path.lexists(one.path):
            if _has(one.path, one.sha256):
                return
            raise PhotaError(
                ErrorKind.DISK,
                f"There is another file {one.path.name} in {one.path.parent} now.",
                hint="Move it away, then undo again.",
            )
        if one.lies is None or not one.lies.is_file():
            raise PhotaError(ErrorKind.GONE, f"{one.path.name} is not in the trash any more.")
        if not _has(one.lies, one.sha256):
            raise PhotaError(ErrorKind.GONE, f"{one.path.name} was changed in the trash.")
        self.trash.restore(one.lies, one.path)
        if not _has(one.path, one.sha256):
            raise PhotaError(ErrorKind.DISK, f"{one.path.name} did not come back whole.")
        with contextlib.suppress(OSError):
            fsync_dir(one.path.parent)

    def _copy_to_vault(self, picture: Picture, copy: Path, vault: Path) -> None:
        if _has(copy, picture.sha256) and not os.path.lexists(vault):
            with contextlib.suppress(OSError):
                copy_new(copy, vault.with_name(f".{vault.name}.tmp"), vault, 0o400)

    def repair(self) -> list[str]:
        """Mend what a stop in the middle of a delete left; return the keys that are concerned.

        A picture with a file that is still there was not deleted; one without is deleted, and
        nobody knows where its files lie.
        """
        files: dict[str, list[Disposed]] = {}
        for one in self._disposals.unfinished():
            files.setdefault(one.key, []).append(one)
        if not files:
            return []
        gone: list[tuple[Disposed, Path | None]] = []
        deleted: list[str] = []
        for key, its_files in files.items():
            still = [one for one in its_files if os.path.lexists(one.path)]
            if not still:
                gone += [(one, None) for one in its_files]
                deleted.append(key)
            elif len(still) < len(its_files):
                self._disposals.restored(key, still[0].path)
        self._disposals.conclude(gone, deleted, time.time())
        return list(files)


def _digest(picture: Picture, vault: Path) -> str:
    """Return the SHA-256 of a copy; one that was not written since it came is not read."""
    try:
        copy, own = picture.path.stat(), vault.stat()
        if copy.st_size == own.st_size and copy.st_mtime < picture.added + _SAME_TIME:
            return picture.sha256
        return sha256_of(picture.path)
    except OSError:
        return picture.sha256


def _has(path: Path, sha256: str) -> bool:
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False
