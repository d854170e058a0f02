"""What the keys of export do: the dialog for one picture or many, and once more as last time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.library import Picture
from phota_desktop.ui.chosen_pictures import ChosenPictures
from phota_desktop.viewmodels.export_subjects import Chosen, chosen_pictures
from phota_desktop.viewmodels.exporting import ExportViewModel

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.ui.export_dialog import ExportDialog
    from phota_desktop.ui.handoff_commands import HandOffCommands
    from phota_desktop.ui.main_window import MainWindow

NOTHING = "There is no finished picture to export here yet."


class ExportCommands(QObject):
    """One export at a time in a window; its dialog is made when it is first opened."""

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        chosen: ChosenPictures,
        handing: HandOffCommands,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._chosen = chosen
        self._handing = handing
        self.model = ExportViewModel(window.studio.notices, self)
        self.model.attach(services)
        self.model.changed.connect(self._name_drags)

    def detach(self) -> None:
        """Let the services go, before they close."""
        self.model.detach()

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the key table does."""
        return {"export": self.export, "export_again": self.export_again}

    @cached_property
    def dialog(self) -> ExportDialog:
        """The dialog, over the window."""
        from phota_desktop.ui.export_dialog import ExportDialog

        made = ExportDialog(self.model, self._window)
        made.folder_asked.connect(self._handing.hand_off.reveal)
        return made

    def export(self) -> None:
        """Ask how what is chosen is to be exported."""
        self._ask(self._chosen.now())

    def export_pictures(self, pictures: Sequence[Picture]) -> None:
        """Ask how pictures of the library are to be exported."""
        self._ask(chosen_pictures(pictures))

    def export_again(self) -> None:
        """Export what is chosen as last time, without a question."""
        chosen = self._chosen.now()
        if chosen:
            self.model.choose(chosen, at_once=True)
        else:
            self._window.studio.say(NOTHING)

    def _ask(self, chosen: Sequence[Chosen]) -> None:
        if not chosen:
            self._window.studio.say(NOTHING)
            return
        self.model.choose(chosen)
        self.dialog.ask()

    def _name_drags(self) -> None:
        """Let what is dragged out have the names of what is exported."""
        if not self.model.name_problem:
            self._window.studio.saver.template = self.model.settings.name_template
