"""What the commands of proof sheets do: make one, and read back what was chosen on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.library import Picture
from phota_desktop.core.proofing import ProofKind
from phota_desktop.viewmodels.notices import Notice, Tone
from phota_desktop.viewmodels.proof import PicksTaken, ProofViewModel
from phota_desktop.viewmodels.variants import EntryKind
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.ui.main_window import MainWindow
    from phota_desktop.ui.proof_dialog import ProofDialog

NOTHING = "There is no finished picture for a proof sheet here yet."
TakePictures = Callable[[list[Picture]], object]


class ProofCommands(QObject):
    """The verbs of one window.

    ``from_library`` gives the library's chosen pictures and tells whether it is in front.
    """

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        from_library: Callable[[TakePictures], bool],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._from_library = from_library
        self.model = ProofViewModel(self)
        self.model.attach(services)
        self.model.picks_taken.connect(self._tell)
        self.model.failed.connect(self._on_failed)

    def detach(self) -> None:
        """Let the services go, before they close."""
        self.model.detach()

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the key table does."""
        return {"proof": self.make, "picks": self.read_picks}

    @cached_property
    def dialog(self) -> ProofDialog:
        """The dialog, over the window."""
        from phota_desktop.ui.proof_dialog import ProofDialog

        made = ProofDialog(self.model, self._ask_target, self._window)
        made.show_asked.connect(self._window.commands.show_file)
        return made

    def make(self) -> None:
        """Ask how a proof sheet of the chosen pictures is to look.

        On the canvas that is what is selected in the strip, else all results of the photo.
        """
        if self._from_library(self._make_of):
            return
        keys = [
            entry.key
            for entry in self._window.strip_panel.strip.selected_entries()
            if entry.kind is EntryKind.RESULT
        ]
        if len(keys) < 2:
            entries = self._window.studio.strip.entries()
            keys = [entry.key for entry in entries if entry.kind is EntryKind.RESULT]
        self._services.tasks.spawn(self._make_of_keys(keys), name="pictures of a proof sheet")

    async def _make_of_keys(self, keys: Sequence[str]) -> None:
        library = self._services.library
        found = [picture for key in keys if (picture := await library.picture(key)) is not None]
        await self._show(found)

    def _make_of(self, pictures: list[Picture]) -> None:
        self._services.tasks.spawn(self._show(pictures), name="pictures of a proof sheet")

    async def _show(self, pictures: Sequence[Picture]) -> None:
        listed = await self.model.places_of([one for one in pictures if one.deleted is None])
        if not listed:
            self._window.studio.say(NOTHING)
            return
        if not self.model.is_working:
            self.model.set_pictures(listed)
        self.dialog.ask()

    def _ask_target(self, name: str, kind: ProofKind, then: Callable[[Path], object]) -> None:
        from phota_desktop.ui.file_dialogs import ask_proof

        ask_proof(self.dialog, name, kind, self._window.settings.results_folder, then)

    def read_picks(self) -> None:
        """Ask for the file that a proof page saved."""
        from phota_desktop.ui.file_dialogs import ask_picks

        ask_picks(self._window, self._window.settings.results_folder, self.model.take_picks)

    def _tell(self, taken: PicksTaken) -> None:
        notes = "; ".join(f"{plain(name, 60)}: {plain(note, 200)}" for name, note in taken.notes)
        tone = Tone.WARN if taken.unknown else Tone.GOOD
        title = plain(taken.picks.title, 80)
        words = f"{title}: {taken.words}" if title else taken.words
        self._window.studio.notices.show(Notice(words, tone, hint=notes))

    def _on_failed(self, error: object) -> None:
        dialog = vars(self).get("dialog")
        if dialog is None or not dialog.isVisible():  # the dialog says it itself
            self._window.studio.notices.show_error(error)  # type: ignore[arg-type]  # PhotaError
