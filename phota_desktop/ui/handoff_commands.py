"""What the keys of handing on do: the editor, the folder, recipes to copy and to paste."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QUrl
from PySide6.QtGui import QGuiApplication

from phota_desktop.ui.chosen_pictures import ChosenPictures
from phota_desktop.ui.file_manager import FileManager
from phota_desktop.viewmodels.handoff import HandOff
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.ui.main_window import MainWindow

NOTHING = "There is no picture here yet."


class HandOffCommands(QObject):
    """The verbs of one window that give pictures to other programs."""

    def __init__(self, window: MainWindow, services: Services, chosen: ChosenPictures) -> None:
        super().__init__(window)
        self._window = window
        self._chosen = chosen
        self.hand_off = HandOff(window.settings, window.studio.notices, self)
        self.hand_off.ask_file_manager = FileManager(self).show
        self.hand_off.attach(services)

    def detach(self) -> None:
        """Let the services go, before they close."""
        self.hand_off.detach()

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the key table does."""
        return {
            "open_in": self.open_in,
            "reveal": self.reveal,
            "copy": self.copy,
            "choose_editor": self.choose_editor,
            "copy_recipe": self.copy_recipe,
        }

    def open_in(self) -> None:
        """Open what is chosen in the editor."""
        chosen = self._chosen.now()
        if chosen:
            self.hand_off.open_in(chosen)
        else:
            self._window.studio.say(NOTHING)

    def choose_editor(self) -> None:
        """Ask for the program that pictures are opened in from now on."""
        from PySide6.QtWidgets import QFileDialog

        from phota_desktop.ui.file_dialogs import file_dialog

        known = self.hand_off.editor
        start = known.parent if known is not None else Path("/usr/bin")
        dialog = file_dialog(self._window, "editorDialog", "Choose the editor", start)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._take_editor(Path(name)))
        dialog.open()

    def _take_editor(self, program: Path) -> None:
        self.hand_off.set_editor(program)
        self._window.studio.say(f"Pictures open in “{plain(program.name, 80)}” from now on.")

    def reveal(self) -> None:
        """Show the first of what is chosen in its folder."""
        chosen = self._chosen.now()
        if chosen:
            self.hand_off.reveal(chosen[0].path)
        else:
            self._window.studio.say(NOTHING)

    def copy(self) -> None:
        """Copy what is chosen as files under readable names; one picture as pixels too."""
        window = self._window
        files = window.studio.saver.files_of(self._chosen.now())
        if not files:
            window.studio.say(NOTHING)
            return
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
        if len(files) == 1:
            from phota_desktop.viewmodels.decoding import whole_picture

            loaded = window.loader.find(files[0])
            whole = loaded is not None and loaded.complete
            image = loaded.levels[0] if loaded is not None and whole else whole_picture(files[0])
            if not image.isNull():
                mime.setImageData(image)
        QGuiApplication.clipboard().setMimeData(mime)
        words = "Picture copied." if len(files) == 1 else f"{len(files)} pictures copied."
        window.studio.say(words)

    def copy_recipe(self) -> None:
        """Copy the settings that made the chosen picture, as text that can be pasted here."""
        chosen = self._chosen.now()
        if chosen:
            self.hand_off.copy_recipe(chosen[0])
        else:
            self._window.studio.say(NOTHING)

    def paste_recipe(self, mime: QMimeData | None = None) -> bool:
        """Put the clipboard's recipe into the form; False where there is none."""
        mime = mime if mime is not None else QGuiApplication.clipboard().mimeData()
        return self.hand_off.paste_recipe(self._window.studio.form, mime)
