"""Proof sheets as a person makes them: options, progress, the file; and picks that come back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.library import Flag, Picture
from phota_desktop.core.picks import Choice, Picks
from phota_desktop.core.proofing import ProofKind, ProofPicture, ProofReport, ProofSettings
from phota_desktop.viewmodels.words import count

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.library import Library
    from phota_desktop.services.threads import Threads
    from phota_desktop.viewmodels.library import LibraryViewModel

_NAME = "proof sheet"
_CHOOSING = "pictures of a proof sheet"
_MOST_STEPS = 50
"""Results of results that are followed back to the photo."""


@dataclass(frozen=True)
class PicksTaken:
    """What came of a picks file: pictures of this library, in words, and those it does not have."""

    picks: Picks
    picked: int
    rejected: int
    unknown: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    """A picture's name with what was written about it."""

    @property
    def words(self) -> str:
        """One sentence for the notice."""
        told = [f"{count(self.picked, 'picture')} picked"]
        if self.rejected:
            told.append(f"{self.rejected} not wanted")
        if self.notes:
            told.append(count(len(self.notes), "note"))
        if self.unknown:
            told.append(f"{count(len(self.unknown), 'picture')} not in this library")
        return f"{', '.join(told)}."


class ProofViewModel(QObject):
    """One sheet at a time; everything slow runs in worker threads."""

    changed = Signal()
    """Settings, pictures, or whether it works."""
    chosen = Signal(int)
    """So many pictures were chosen."""
    progressed = Signal(int, int)
    made = Signal(object)
    """Carries the :class:`ProofReport`; its path is None after a cancel."""
    picks_taken = Signal(object)
    """Carries the :class:`PicksTaken`."""
    failed = Signal(object)
    """Carries the :class:`PhotaError`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = ProofSettings()
        self.pictures: tuple[ProofPicture, ...] = ()
        self.is_working = False
        self._services: Services | None = None
        self._cancelled = threading.Event()

    def attach(self, services: Services) -> None:
        """Begin to work on services."""
        self._services = services

    def detach(self) -> None:
        """Let the services go; what is being made is given up."""
        self.cancel()
        self._services = None

    def set_pictures(self, pictures: Sequence[ProofPicture]) -> None:
        """Choose what the sheet shows."""
        self.pictures = tuple(pictures)
        self.changed.emit()

    def choose_keys(self, keys: Sequence[str]) -> None:
        """Choose pictures of the library by their keys; ``chosen`` tells how many there are."""
        if self._services is not None:
            choose = self._choose_keys(self._services.library, keys)
            self._services.tasks.spawn(choose, name=_CHOOSING, replace=True)

    def choose_from(self, model: LibraryViewModel) -> None:
        """Choose what is selected in the library, all of it."""
        model.spawn(self._choose_from(model), _CHOOSING)

    async def _choose_keys(self, library: Library, keys: Sequence[str]) -> None:
        found = [picture for key in keys if (picture := await library.picture(key)) is not None]
        await self._choose(found)

    async def _choose_from(self, model: LibraryViewModel) -> None:
        await self._choose(await model.chosen_pictures())

    async def _choose(self, pictures: Sequence[Picture]) -> None:
        if self._services is None:
            return
        library = self._services.library
        places = []
        for picture in pictures:
            if picture.deleted is None:
                places.append(_place(picture, await _origin(library, picture)))
        if not self.is_working:
            self.set_pictures(places)
        self.chosen.emit(len(places))

    def change(self, **fields: object) -> None:
        """Change settings by name."""
        self.settings = replace(self.settings, **fields)  # type: ignore[arg-type]
        self.changed.emit()

    @property
    def file_name(self) -> str:
        """A name for the sheet's file, safe on every system."""
        from phota_desktop.core.file_names import safe_name

        return safe_name(f"{self.settings.title}.{self.settings.kind.value}")

    def start(self, target: Path) -> None:
        """Make the sheet at ``target``, or its next free name."""
        if self._services is None or self.is_working:
            return
        self._cancelled.clear()
        self._set_working(True)
        self._services.tasks.spawn(self._make(self._services, target), name=_NAME)

    def cancel(self) -> None:
        """Give up the sheet in the making; nothing of it stays."""
        self._cancelled.set()
        if self._services is not None and self.is_working:
            self._services.tasks.cancel(_NAME)

    def _set_working(self, is_working: bool) -> None:
        self.is_working = is_working
        self.changed.emit()

    async def _make(self, services: Services, target: Path) -> None:
        report = ProofReport(None, 0)
        try:
            if self.settings.kind is ProofKind.PAGE:
                from phota_desktop.services.proofs import Proofs

                report = await Proofs(services.threads).write_page(
                    self.pictures, target, self.settings, self.progressed.emit
                )
            else:
                report = await self._make_paper(services.threads, target)
        except PhotaError as error:
            self.failed.emit(error)
        finally:
            self._set_working(False)
            if not self._cancelled.is_set() or report.path is not None:
                self.made.emit(report)

    async def _make_paper(self, threads: Threads, target: Path) -> ProofReport:
        from phota_desktop.services.proofs import check

        check(self.pictures)
        # Copies: a person may go on changing what the dialog shows.
        return await threads.files(self._paper, self.pictures, self.settings, target)

    def _paper(
        self, pictures: Sequence[ProofPicture], settings: ProofSettings, target: Path
    ) -> ProofReport:
        """Draw and write the PDF; in a worker thread, signals are queued to the window's."""
        from phota_desktop.imaging.proofs import proof_pixels
        from phota_desktop.services.proofs import write_pieces
        from phota_desktop.viewmodels.contact_sheet import ContactSheet

        sheet = ContactSheet(pictures, settings)
        total = len(pictures)
        content = sheet.make(
            proof_pixels, lambda done: self.progressed.emit(done, total), self._cancelled.is_set
        )
        if content is None or self._cancelled.is_set():
            return ProofReport(None, 0)
        path = write_pieces(target, [content])
        return ProofReport(path, total - len(sheet.problems), tuple(sheet.problems))

    # -- what comes back --------------------------------------------------------------------

    def take_picks(self, path: Path) -> None:
        """Read a picks file and flag the library's pictures by it, to be undone like any flag."""
        if self._services is not None:
            self._services.tasks.spawn(self._take(self._services, path), name=f"picks {path.name}")

    async def _take(self, services: Services, path: Path) -> None:
        from phota_desktop.services.proofs import Proofs

        try:
            picks = await Proofs(services.threads).read_picks(path)
            known = {pick.key for pick in picks.picks if await services.library.picture(pick.key)}
            flags = {Choice.PICK: Flag.PICK, Choice.REJECT: Flag.REJECT}
            numbers = dict.fromkeys(flags, 0)
            for choice, flag in flags.items():
                keys = [p.key for p in picks.picks if p.choice is choice and p.key in known]
                numbers[choice] = len(keys)
                if keys:
                    await services.library.mark(keys, flag=flag)
        except PhotaError as error:
            self.failed.emit(error)
            return
        self.picks_taken.emit(
            PicksTaken(
                picks,
                numbers[Choice.PICK],
                numbers[Choice.REJECT],
                tuple(pick.name for pick in picks.chosen if pick.key not in known),
                tuple((pick.name, pick.note) for pick in picks.picks if pick.note),
            )
        )


async def _origin(library: Library, picture: Picture) -> Path | None:
    """Return the photo that a picture goes back to, None for a photo itself."""
    first: Picture | None = picture
    for _ in range(_MOST_STEPS):
        if first is None or not first.parent:
            break
        first = await library.picture(first.parent)
    return first.path if first is not None and first.key != picture.key else None


def _place(picture: Picture, original: Path | None) -> ProofPicture:
    operation = picture.operation.value.capitalize() if picture.operation else "Original"
    size = f" · {picture.width} × {picture.height}" if picture.width else ""
    return ProofPicture(picture.key, picture.path, picture.name, f"{operation}{size}", original)
