"""The fields of a bucket: those of the chosen provider and no others."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.bucket_fields import FIELDS, PROVIDERS

_NAMES = {
    **{name: f"{name}Edit" for name in ("bucket", "region", "endpoint", "account", "prefix")},
    "key_id": "keyIdEdit",
    "secret": "secretEdit",
}
_LONGEST = 20_000
"""Characters of a pasted key file, with room to spare."""


class BucketForm(QWidget):
    """Gives texts by name; what is typed for one provider stays for the way back."""

    changed = Signal()
    """Something was typed, or another provider was chosen."""
    confirmed = Signal()
    """Return was pressed in a field."""
    file_asked = Signal()
    """The person wants to choose a key file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.providers = QComboBox(self)
        self.providers.setObjectName("providerBox")
        self.providers.setAccessibleName("Provider")
        for provider, words in PROVIDERS.items():
            self.providers.addItem(words, provider)
        self.edits = {name: QLineEdit(self) for name in _NAMES}
        self._labels = {name: plain_label("", self) for name in _NAMES}
        self.choose_file = push_button("chooseKeyFileButton", "Choose…", self)
        self._placeholder = ""
        secret = self.edits["secret"]
        secret.setEchoMode(QLineEdit.EchoMode.Password)
        secret.setMaxLength(_LONGEST)
        self._lay_out()
        for edit in self.edits.values():
            edit.textEdited.connect(lambda _text: self.changed.emit())
            edit.returnPressed.connect(self.confirmed)
        self.providers.currentIndexChanged.connect(lambda _index: self._on_provider())
        self.choose_file.clicked.connect(lambda _on=False: self.file_asked.emit())
        self._show_fields()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        label = plain_label("Provider", self)
        label.setBuddy(self.providers)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.providers, 0, 1)
        order = ("account", "bucket", "region", "endpoint", "prefix", "key_id", "secret")
        for row, name in enumerate(order, 1):
            edit = self.edits[name]
            edit.setObjectName(_NAMES[name])
            self._labels[name].setBuddy(edit)
            grid.addWidget(self._labels[name], row, 0, Qt.AlignmentFlag.AlignVCenter)
            if name == "secret":
                line = QHBoxLayout()
                line.setSpacing(GRID)
                line.addWidget(edit, 1)
                line.addWidget(self.choose_file)
                grid.addLayout(line, row, 1)
            else:
                grid.addWidget(edit, row, 1)

    @property
    def provider(self) -> Provider:
        """The chosen provider."""
        return Provider(self.providers.currentData())

    @property
    def first(self) -> QLineEdit:
        """The first field of the chosen provider."""
        return self.edits[FIELDS[self.provider][0].name]

    def texts(self) -> dict[str, str]:
        """Return what was typed into the fields of the chosen provider."""
        names = (field.name for field in FIELDS[self.provider])
        # A pasted file's line ends are no characters of a key.
        return {name: self.edits[name].text().replace("\u2028", "\n") for name in names}

    def show_address(self, address: BucketAddress) -> None:
        """Show the bucket that is set up; its key is never filled in."""
        self.providers.setCurrentIndex(list(PROVIDERS).index(address.provider))
        for name in ("bucket", "region", "endpoint", "account", "prefix"):
            self.edits[name].setText(str(getattr(address, name)))

    def set_secret(self, text: str) -> None:
        """Take the key from a file."""
        self.edits["secret"].setText(text)
        self.changed.emit()

    def forget_secret(self) -> None:
        """Empty the fields of the key."""
        for name in ("key_id", "secret"):
            self.edits[name].clear()

    def set_placeholder(self, words: str) -> None:
        """Say in the empty key fields where the key is kept; empty for none."""
        self._placeholder = words
        for field in FIELDS[self.provider]:
            if field.name in ("key_id", "secret"):
                self.edits[field.name].setPlaceholderText(words or field.placeholder)

    def point_at(self, name: str) -> None:
        """Give the focus to a field."""
        edit = self.edits.get(name)
        if edit is not None and not edit.isHidden():
            edit.setFocus(Qt.FocusReason.OtherFocusReason)
            edit.selectAll()

    def _on_provider(self) -> None:
        self.forget_secret()
        self._show_fields()
        self.changed.emit()

    def _show_fields(self) -> None:
        fields = {field.name: field for field in FIELDS[self.provider]}
        for name, edit in self.edits.items():
            field = fields.get(name)
            label: QLabel = self._labels[name]
            edit.setVisible(field is not None)
            label.setVisible(field is not None)
            if field is not None:
                label.setText(field.label)
                edit.setAccessibleName(field.label)
                edit.setPlaceholderText(field.placeholder)
        self.choose_file.setVisible(self.provider is Provider.GCS)
        self.set_placeholder(self._placeholder)
