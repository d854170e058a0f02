"""The system trash: what is deleted here lies there, and comes back from there."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.viewmodels.words import plain


class SystemTrash:
    """Moves files to the trash of the system and back; made for worker threads."""

    def trash(self, path: Path) -> Path | None:
        """Move a file to the trash; return where it lies now, None where the system cannot tell.

        Raises PhotaError DISK where there is no trash for it: nothing is ever deleted outright.
        """
        from PySide6.QtCore import QFile, QStandardPaths

        if not os.path.lexists(path):
            raise PhotaError(ErrorKind.DISK, f"{plain(path.name, 120)} is not there any more.")
        with suppress(OSError):  # Qt makes the trash, but not the folder that it is in
            generic = QStandardPaths.StandardLocation.GenericDataLocation
            Path(QStandardPaths.writableLocation(generic)).mkdir(0o700, parents=True, exist_ok=True)
        # Only the object's own call tells where the file lies, by its new name.
        file = QFile(os.fspath(path))
        if not file.moveToTrash():
            raise PhotaError(
                ErrorKind.DISK,
                f"The system has no trash for {plain(path.name, 120)}, so it was left alone.",
                hint=f"It is in {plain(os.fspath(path.parent), 200)}; delete it there if you want.",
            )
        where = Path(file.fileName())
        return where if where != path and where.name else None

    def restore(self, where: Path, back: Path) -> None:
        """Move a file from the trash to where it was; never over another file.

        Raises PhotaError DISK where it is no longer in the trash, its place is taken, or the disk
        does not take it.
        """
        name = plain(back.name, 120)
        if not where.is_file():
            raise PhotaError(ErrorKind.DISK, f"{name} is no longer in the trash.")
        try:
            back.parent.mkdir(parents=True, exist_ok=True)
            _move(where, back)
        except FileExistsError:
            raise PhotaError(
                ErrorKind.DISK, f"There is another file {name} now; the one in the trash stays."
            ) from None
        except OSError as problem:
            reason = problem.strerror or "the disk does not take it"
            raise PhotaError(ErrorKind.DISK, f"{name} stays in the trash: {reason}.") from None
        _forget(where)


def _move(source: Path, target: Path) -> None:
    """Move a file without ever replacing one; across disks by a copy that is whole or not there."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        raise
    except OSError:
        part = target.with_name(f".{target.name}.part")
        try:
            shutil.copy2(source, part)
            with part.open("rb+" if os.access(part, os.W_OK) else "rb") as written:
                os.fsync(written.fileno())
            if os.path.lexists(target):
                raise FileExistsError(target) from None
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
    with suppress(OSError):  # then it is in both places, which loses nothing
        source.unlink()


def _forget(where: Path) -> None:
    """Take away the note that the trash keeps beside a file: where it came from, and when."""
    note = None
    if where.parent.name == "files":  # freedesktop.org
        note = where.parent.parent / "info" / f"{where.name}.trashinfo"
    elif where.name.startswith("$R"):  # Windows
        note = where.with_name(f"$I{where.name[2:]}")
    if note is not None:
        with suppress(OSError):
            note.unlink(missing_ok=True)
