"""What the button of a notice does in the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from phota_desktop.environment import persons_own
from phota_desktop.viewmodels.notices import Notice, NoticeAction

if TYPE_CHECKING:
    from phota_desktop.ui.main_window import MainWindow
    from phota_desktop.ui.window_commands import WindowCommands

ACCOUNT_PAGE = "https://platform.photalabs.com"


class NoticeActions(QObject):
    """One press does one thing; what concerns a job, a photo or folders goes to the studio."""

    def __init__(self, window: MainWindow, commands: WindowCommands) -> None:
        super().__init__(commands)
        self._window = window
        self._studio = window.studio
        self._commands = commands

    def act(self, notice: Notice) -> None:
        """Do what a notice's button says."""
        commands, action = self._commands, notice.action
        if action is NoticeAction.OPEN_SETTINGS:
            dialog = commands.open_settings()
            if notice.field == "daily_cap":
                dialog.show_cap()
        elif action is NoticeAction.OPEN_ACCOUNT:
            with persons_own():
                QDesktopServices.openUrl(QUrl(ACCOUNT_PAGE))
            self._try_on_return()
        elif action in (NoticeAction.EDIT_PROMPT, NoticeAction.BACK):
            if notice.path is not None:
                self._studio.choose_photo(notice.path)
            commands.write_prompt()
        elif action is NoticeAction.CHOOSE_FOLDER:
            from phota_desktop.ui.file_dialogs import ask_folder

            ask_folder(
                self._window,
                self._window.settings.results_folder,
                lambda folder: self._choose_folder(folder, notice),
            )
        elif action is NoticeAction.SHOW_JOBS:
            if commands.job_panel is None or not commands.job_panel.isVisible():
                commands.toggle_jobs()
        elif action is NoticeAction.COPY_DETAILS:
            QGuiApplication.clipboard().setText(self._studio.details_of(notice))
            self._studio.say("Details copied.")
        elif action is NoticeAction.SHOW_FILE and notice.path is not None:
            commands.show_file(notice.path)
        elif action is NoticeAction.UNDO:
            commands.marking.undo()
        elif action is NoticeAction.FIND_IT and notice.path is not None:
            commands.find_missing(notice.path)
        elif action is NoticeAction.LOOK_AGAIN:
            pass  # viewmodels.keyring does it
        else:
            self._studio.act_on_notice(notice)

    def _choose_folder(self, folder: Path, notice: Notice) -> None:
        self._window.settings.change(out_dir=folder)
        self._studio.act_on_notice(notice, folder)

    def _try_on_return(self) -> None:
        """Let held requests look again, once, when the person comes back from the browser."""
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            single = Qt.ConnectionType.UniqueConnection
            application.applicationStateChanged.connect(self._on_return, single)

    @Slot(Qt.ApplicationState)
    def _on_return(self, state: Qt.ApplicationState) -> None:
        application = QGuiApplication.instance()
        if state is Qt.ApplicationState.ApplicationActive and isinstance(
            application, QGuiApplication
        ):
            application.applicationStateChanged.disconnect(self._on_return)
            self._studio.troubles.try_now()
