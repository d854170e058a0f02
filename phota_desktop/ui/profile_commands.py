"""The dialogs about people and pets: a new profile, what was sent, the bucket; made when asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from phota_desktop.ui.add_profile_dialog import AddProfileDialog
    from phota_desktop.ui.bucket_dialog import BucketDialog
    from phota_desktop.ui.main_window import MainWindow
    from phota_desktop.ui.privacy_dialog import PrivacyDialog
    from phota_desktop.ui.settings_dialog import SettingsDialog
    from phota_desktop.ui.window_parts import WindowParts


class ProfileCommands(QObject):
    """Opens each dialog once and shows it again after that."""

    def __init__(self, window: MainWindow, parts: WindowParts) -> None:
        super().__init__(parts)
        self._window = window
        self._parts = parts
        self._adding: AddProfileDialog | None = None
        self._privacy: PrivacyDialog | None = None
        self._bucket: BucketDialog | None = None
        panel = window.photo_panel
        panel.add_asked.connect(self.add)
        panel.photos_dropped.connect(self.add_photos)
        panel.privacy_asked.connect(self.show_privacy)
        parts.people.trainings.retry_asked.connect(self.add)
        parts.add_profile.bucket_asked.connect(self.open_bucket)
        parts.add_profile.cap_asked.connect(self._raise_cap)

    def add(self, profile_id: str = "") -> None:
        """Fill in a new profile; an id, or the tag of a training that failed, fills in the form."""
        self.add_photos(profile_id, ())

    def add_photos(self, profile_id: str, paths: Sequence[Path]) -> None:
        """Fill in a new profile with these photos."""
        self._add_dialog().open_for(paths, profile_id)

    def show_privacy(self, profile_id: str) -> None:
        """Show what was sent of a person or pet."""
        if self._privacy is None:
            from phota_desktop.ui.privacy_dialog import PrivacyDialog

            self._privacy = PrivacyDialog(self._parts.privacy, self._window)
        self._privacy.set_folder(self._window.settings.results_folder)
        self._privacy.show_person(profile_id)

    def open_bucket(self) -> None:
        """Set up, test or empty the bucket for training photos."""
        if self._bucket is None:
            from phota_desktop.ui.bucket_dialog import BucketDialog

            self._bucket = BucketDialog(self._parts.hosting, self._window)
        self._bucket.open()

    def join_settings(self, dialog: SettingsDialog) -> None:
        """Let the settings say which bucket there is, and open its dialog."""
        hosting = self._parts.hosting

        def show() -> None:
            dialog.show_bucket(hosting.line, is_set_up=hosting.address is not None)

        dialog.bucket_asked.connect(self.open_bucket)
        hosting.changed.connect(show)
        show()
        hosting.refresh()

    def _add_dialog(self) -> AddProfileDialog:
        if self._adding is None:
            from phota_desktop.ui.add_profile_dialog import AddProfileDialog

            self._adding = AddProfileDialog(self._parts.add_profile, self._window.art, self._window)
        return self._adding

    def _raise_cap(self) -> None:
        self._window.commands.open_settings().show_cap()
