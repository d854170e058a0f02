"""What the commands of proof sheets do: make one, and read back what was chosen on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.proofing import ProofKind
from phota_desktop.viewmodels.notices import Notice, Tone
from phota_desktop.viewmodels.proof import PicksTaken, ProofViewModel
from phota_desktop.viewmodels.variants import EntryKind
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.ui.main_window import MainWindow
    from phota_desktop.ui.proof_dialog import ProofDialog
    from phota_desktop.viewmodels.library import LibraryViewModel

NOTHING = "There is no finished picture for a proof sheet here yet."


class ProofCommands(QObject):
    """The verbs of one window; ``in_front`` is the library while that is before the canvas."""

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        in_front: Callable[[], LibraryViewModel | None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._in_front = in_front
        self.model = ProofViewModel(self)
        self.model.attach(services)
        self.model.chosen.connect(self._on_chosen)
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
        library = self._in_front()
        if library is not None:
            self.model.choose_from(library)
            return
        keys = [
            entry.key
            for entry in self._window.strip_panel.strip.selected_entries()
            if entry.kind is EntryKind.RESULT
        ]
        if len(keys) < 2:
            entries = self._window.studio.strip.entries()
            keys = [entry.key for entry in entries if entry.kind is EntryKind.RESULT]
        self.model.choose_keys(keys)

    def _on_chosen(self, number: int) -> None:
        if number:
            self.dialog.ask()
        else:
            self._window.studio.say(NOTHING)

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
