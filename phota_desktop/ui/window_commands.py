"""What the window's keys, menu and notice buttons do; dialogs are made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QPlainTextEdit, QTextEdit

from phota_desktop.core.options import Operation
from phota_desktop.environment import persons_own
from phota_desktop.ui.command_table import command
from phota_desktop.ui.compare_commands import CompareCommands
from phota_desktop.ui.controls import IconButton
from phota_desktop.ui.drop_targets import offered
from phota_desktop.ui.focus_ring import FocusRing
from phota_desktop.ui.mark_commands import MarkCommands
from phota_desktop.ui.segmented import SegmentedControl
from phota_desktop.viewmodels.comparison import View
from phota_desktop.viewmodels.notices import Notice

if TYPE_CHECKING:
    from phota_desktop.ui.job_panel import JobPanel
    from phota_desktop.ui.key_bindings import Bindings
    from phota_desktop.ui.ledger_dialog import LedgerDialog
    from phota_desktop.ui.main_window import MainWindow
    from phota_desktop.ui.notice_actions import NoticeActions
    from phota_desktop.ui.settings_dialog import SettingsDialog
    from phota_desktop.ui.shortcuts import KeyMap
    from phota_desktop.viewmodels.reopening import Reopening

LATE = (
    *("library", "search", "filmstrip", "lineage", "continue", "recall", "recall_prompt"),
    "finalize",
    *(
        "copy",
        "choose_editor",
        "export",
        "export_again",
        "copy_recipe",
        "open_in",
        "reveal",
        "proof",
        "picks",
    ),
)
"""Commands whose parts come with the services, and :meth:`WindowCommands.join` themselves."""


class WindowCommands(QObject):
    """The verbs of one window; each is a plain slot."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._studio = window.studio
        self.layout = window.arrangement
        self.comparing = CompareCommands(window)
        self.marking = MarkCommands(window)
        self._joined: dict[str, Callable[[], object]] = {}
        self.in_front: Callable[[str], bool] = lambda _name: False
        """Asked first about each command: a view before the canvas may do it, or keep it away."""
        self._settings_dialog: SettingsDialog | None = None
        self._ledger_dialog: LedgerDialog | None = None
        self._dialogs: dict[str, QDialog] = {}
        self.job_panel: JobPanel | None = None
        window.photo_panel.list.find_asked.connect(self.find_missing)
        FocusRing(window.canvas)
        # Tab walks between fields everywhere else; on the canvas it hides the panels.
        tab = QShortcut(QKeySequence(Qt.Key.Key_Tab), window.canvas)
        tab.setContext(Qt.ShortcutContext.WidgetShortcut)
        tab.activated.connect(self.layout.toggle_panels)

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the key table does."""
        studio, layout = self._studio, self.layout
        made: dict[str, Callable[[], object]] = {
            "open": self.open,
            "paste": self.paste,
            "previous_photo": lambda: studio.step_photo(-1),
            "next_photo": lambda: studio.step_photo(1),
            "previous_variant": lambda: studio.step_entry(-1),
            "next_variant": lambda: studio.step_entry(1),
            "submit": studio.submit,
            "prompt": self.write_prompt,
            "generated": studio.show_generated,
            "ledger": self.show_ledger,
            "add_profile": self.add_profile,
            **{one.value: partial(studio.form.set_operation, one) for one in Operation},
            "jobs": self.toggle_jobs,
            **self.comparing.calls(),
            "full_screen": layout.toggle_full_screen,
            "fold_strip": lambda: layout.fold(self._window.strip_panel),
            "fold_photos": lambda: layout.fold(self._window.photo_panel),
            "fold_drawer": lambda: layout.fold(self._window.drawer),
            "settings": self.open_settings,
            "keys": self.show_keys,
            "escape": self.escape,
            "quit": self._window.close,
            **self.marking.calls(),
        }
        for name in LATE:
            made[name] = partial(self._not_yet, name)
        return {name: self._joinable(name, call) for name, call in made.items()}

    def join(self, calls: Mapping[str, Callable[[], object]]) -> None:
        """Let commands of the key table do this from now on: their part is there."""
        self._joined.update(calls)

    def _joinable(self, name: str, call: Callable[[], object]) -> Callable[[], object]:
        def act() -> None:
            if not self.in_front(name):
                self._joined.get(name, call)()

        return act

    def _not_yet(self, name: str) -> None:
        words = command(name).words.rstrip("…")
        self._studio.say(f"“{words}” is not ready yet. Try again in a moment.")

    # -- photos ---------------------------------------------------------------------------

    def open(self) -> None:
        """Ask for photos, without stopping anything."""
        from phota_desktop.ui.file_dialogs import ask_photos

        ask_photos(self._window, self._studio.photo, self._studio.opener.open)

    def paste(self) -> None:
        """Open what the clipboard holds; a recipe goes into the form."""
        parts = self._window.parts
        if parts is not None and parts.library.handing.paste_recipe():
            return
        self._window.take(offered(QGuiApplication.clipboard().mimeData()))

    def show_file(self, path: Path) -> None:
        """Open the folder that holds a file."""
        with persons_own():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))

    def find_missing(self, photo: Path) -> None:
        """Ask for a folder below which photos that are gone are looked for."""
        from phota_desktop.ui.file_dialogs import ask_folder

        start = next((folder for folder in photo.parents if folder.is_dir()), None)
        ask_folder(self._window, start, self._studio.shelf.find_missing)

    def neighbours(self) -> list[Path]:
        """Return pictures that are likely to be wanted next: other variants, then photos."""
        entry, photo = self._studio.entry, self._studio.photo
        shown = {photo, entry.path if entry else None}
        entries = self._studio.strip.entries()
        row = self._studio.strip.row(entry.key) if entry else 0
        near = sorted(entries, key=lambda e: abs(entries.index(e) - row))[:4]
        paths = [e.path for e in near if e.path is not None and e.path not in shown]
        photos = self._studio.photos.paths()
        if photo in photos:
            at = photos.index(photo)
            paths += photos[at + 1 : at + 2] + photos[max(0, at - 1) : at]
        return paths

    # -- looking --------------------------------------------------------------------------

    def zoom(self, percent: float) -> None:
        """Show at a percentage; 0 fits."""
        if percent:
            self._window.canvas.zoom_to(percent)
        else:
            self._window.canvas.zoom_fit()

    def escape(self) -> None:
        """Leave one thing: field, full screen, comparison, jobs, drawer."""
        window = self._window
        focus = QApplication.focusWidget()
        if isinstance(focus, QTextEdit | QPlainTextEdit | QLineEdit):
            window.canvas.setFocus()
        elif window.isFullScreen():
            self.layout.toggle_full_screen()
        elif window.canvas.view is not View.SINGLE:
            window.canvas.set_view(View.SINGLE)
        elif self.job_panel is not None and self.job_panel.isVisible():
            self.toggle_jobs()
        elif window.studio.entry is not None and window.studio.entry.key != "original":
            window.studio.choose_entry("original")
        window.canvas.setFocus()

    def write_prompt(self) -> None:
        """Bring the drawer out and put the cursor into the prompt."""
        self._window.drawer.show()
        self._window.drawer.prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def mention(self, profile_id: str) -> None:
        """Write a person or pet into the prompt, where the cursor is."""
        self.write_prompt()
        self._window.drawer.prompt.insert_mention(profile_id)

    # -- jobs and notices -------------------------------------------------------------------

    def toggle_jobs(self) -> None:
        """Show or hide the job list."""
        if self.job_panel is None:
            from phota_desktop.ui.job_panel import JobPanel

            self.job_panel = JobPanel(self._window.jobs, self._window)
            self.job_panel.close_button.clicked.connect(lambda _on=False: self.toggle_jobs())
            self._window.rows.insertWidget(2, self.job_panel)
            shown = True
        else:
            shown = not self.job_panel.isVisible()
        self.job_panel.setVisible(shown)
        self._window.status.set_open(shown)

    @cached_property
    def _notice_actions(self) -> NoticeActions:
        from phota_desktop.ui.notice_actions import NoticeActions

        return NoticeActions(self._window, self)

    def act_on_notice(self, notice: Notice) -> None:
        """Do what a notice's button says."""
        self._notice_actions.act(notice)

    # -- dialogs ----------------------------------------------------------------------------

    def open_settings(self) -> SettingsDialog:
        """Show the settings, without stopping anything."""
        if self._settings_dialog is None:
            from phota_desktop.ui.settings_dialog import SettingsDialog

            self._settings_dialog = SettingsDialog(self._window.settings, self._window)
            if self._window.parts is not None:
                self._window.parts.profile_commands.join_settings(self._settings_dialog)
        self._settings_dialog.refresh()
        self._settings_dialog.open()
        return self._settings_dialog

    def show_ledger(self) -> None:
        """Show what was spent: by day, month and person."""
        parts = self._window.parts
        if parts is None:
            return
        if self._ledger_dialog is None:
            from phota_desktop.ui.ledger_dialog import LedgerDialog

            self._ledger_dialog = LedgerDialog(parts.ledger, self._window)
            self._ledger_dialog.cap_asked.connect(self._raise_cap)
        self._ledger_dialog.set_folder(self._window.settings.results_folder)
        self._ledger_dialog.open()

    def add_profile(self) -> None:
        """Fill in a new person or pet."""
        if self._window.parts is not None:
            self._window.parts.profile_commands.add()

    def open_bucket(self) -> None:
        """Set up the bucket for training photos."""
        if self._window.parts is not None:
            self._window.parts.profile_commands.open_bucket()

    def _raise_cap(self) -> None:
        if self._ledger_dialog is not None:
            self._ledger_dialog.hide()
        self.open_settings().show_cap()

    def ask_reopen(self, reopening: Reopening) -> None:
        """Ask what is to become of paid requests that were not sent last time."""
        from phota_desktop.ui.reopen_dialog import ReopenDialog

        dialog = ReopenDialog(reopening, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def ask_consent(self, price: str) -> None:
        """Say what a paid call means, once, before the first."""
        from phota_desktop.ui.consent_dialog import ConsentDialog

        dialog = ConsentDialog(self._window.settings, price, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._studio.consent)
        dialog.open()

    def show_keys(self) -> None:
        """Show the sheet of all keys."""
        if "keys" not in self._dialogs:
            from phota_desktop.ui.key_sheet import KeySheet

            sheet = KeySheet(self.keys.bindings, self._window)
            sheet.change_asked.connect(self.change_keys)
            self.keys.changed.connect(lambda: sheet.show_keys(self.keys.bindings))
            self._dialogs["keys"] = sheet
        self._dialogs["keys"].open()

    def change_keys(self) -> None:
        """Show where keys are changed."""
        self.open_settings().show_keys()

    @cached_property
    def keys(self) -> KeyMap:
        """The keys at work; a change in the settings counts at once."""
        from phota_desktop.ui.shortcuts import KeyMap

        window, settings = self._window, self._window.settings
        made = KeyMap(
            window,
            self.calls(),
            settings.value.keys,
            tell_canvas=window.canvas.set_keys,
        )
        settings.changed.connect(lambda: made.rebind(settings.value.keys))
        made.changed.connect(self._tell_keys)
        if settings.value.keys:
            self._tell_keys(made.bindings)
        return made

    def _tell_keys(self, bindings: Bindings | None = None) -> None:
        """Let tooltips and menu name the keys in force."""
        bindings = bindings or self.keys.bindings
        self._window.top.show_keys(bindings)
        self._window.top.menu.menu().clear()  # it is filled again when it is opened

    def add_menu(self) -> None:
        """Hang the menu on its button; it is filled when first opened."""
        menu = QMenu(self._window)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self._window.top.menu.setMenu(menu)

    def _fill(self, menu: QMenu) -> None:
        if menu.isEmpty():
            from phota_desktop.ui.main_menu import fill_menu

            fill_menu(menu, self)

    def open_folder(self) -> None:
        """Ask for a folder of photos."""
        from phota_desktop.ui.file_dialogs import ask_folder

        photo = self._studio.photo
        start = photo.parent if photo else None
        ask_folder(self._window, start, lambda folder: self._studio.opener.open([folder]))

    def open_samples(self) -> None:
        """Show the sample photos again."""
        self._studio.open_samples()

    # -- how the window looks -----------------------------------------------------------------

    def apply_theme(self, name: str) -> None:
        """Change palette, stylesheet and icons."""
        from phota_desktop.ui.theme import apply_theme

        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, name)
        self.retint()

    def retint(self) -> None:
        """Draw all icons in the theme's colours."""
        window = self._window
        for button in window.findChildren(IconButton):
            button.retint()
        for control in window.findChildren(SegmentedControl):
            control.retint()
        if window.parts is not None:
            window.parts.library.retint()
        self._window.status.refresh()
        self._window.status.notice.refresh()
        self._window.top.refresh_badge()
        window.strip_panel.strip.viewport().update()
        window.photo_panel.list.viewport().update()
