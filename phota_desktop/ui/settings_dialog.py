"""Settings: engine and key, where results go, how the window looks; pages of prices and keys."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.jobs import MAX_CONCURRENCY, Engine
from phota_desktop.ui.controls import Caption, ElidedLabel, plain_label, push_button
from phota_desktop.ui.monitor_row import MonitorRow
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.price_rows import parse_money
from phota_desktop.viewmodels.settings import SettingsViewModel

if TYPE_CHECKING:
    from phota_desktop.ui.key_editor import KeyEditor
    from phota_desktop.ui.price_editor import PriceEditor

_TALL = ("API key", "Results folder", "Training photos", "Daily cap")
MAX_CAP = 10_000
"""US dollars a day; more is a typing mistake."""


class SettingsDialog(QDialog):
    """Changes count at once; only the key has a button, since it goes to the keyring."""

    bucket_asked = Signal()
    """The person wants to see or change the bucket for training photos."""

    def __init__(self, settings: SettingsViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setWindowTitle("Settings")
        self.setMinimumSize(608, 600)
        self._settings = settings
        self.engine = SegmentedControl(
            "engineBox",
            "Engine",
            [
                Segment("local", "Local engine", "Local engine", tip="Free, on this computer"),
                Segment("phota", "Phota", "Phota", tip="Needs an API key; costs money"),
            ],
            self,
            stretch=True,
        )
        self._engine_words = Caption(parent=self)
        self.key = QLineEdit(self)
        self.key.setObjectName("apiKeyEdit")
        self.key.setAccessibleName("API key")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setPlaceholderText("Paste your Phota API key")
        self.key.setMaxLength(1000)
        self.check = push_button("checkKeyButton", "Check", self)
        self.save = push_button("saveKeyButton", "Save", self)
        self.forget = push_button("forgetKeyButton", "Forget key", self)
        self.key_words = Caption(parent=self)
        self.key_words.setObjectName("keyStatus")
        self.key_words.setWordWrap(True)
        self._folder = ElidedLabel("", self, role="text")
        self.choose = push_button("chooseFolderButton", "Choose…", self)
        self._bucket = ElidedLabel("Looking…", self, role="text")
        self._bucket.setObjectName("bucketLine")
        self.set_up_bucket = push_button("setUpBucketButton", "Set up…", self)
        self.theme = SegmentedControl(
            "themeBox",
            "Theme",
            [
                Segment("dark", "Dark", "Dark"),
                Segment("light", "Light", "Light"),
                Segment("contrast", "High contrast", "High contrast"),
            ],
            self,
            stretch=True,
        )
        self.surround = SegmentedControl(
            "surroundBox",
            "Canvas surround",
            [
                Segment("black", "Black", "Black"),
                Segment("grey", "Grey", "18 % grey"),
                Segment("light", "Light", "Light grey"),
                Segment("white", "White", "White"),
            ],
            self,
            stretch=True,
        )
        self.monitor = MonitorRow(settings.monitor, self)
        self.cap = QLineEdit(self)
        self.cap.setObjectName("dailyCapEdit")
        self.cap.setAccessibleName("Daily cap in US dollars")
        self.cap.setMaximumWidth(100)
        self.cap.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.concurrency = SegmentedControl(
            "concurrencySetting",
            "Jobs at once",
            [Segment(str(n), str(n), str(n)) for n in range(1, MAX_CONCURRENCY + 1)],
            self,
            stretch=True,
        )
        self.tabs = QTabBar(self)
        self.tabs.setObjectName("settingsTabs")
        self.tabs.setAccessibleName("Settings")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for words in ("General", "Prices", "Keys"):
            self.tabs.addTab(words)
        self._pages = QStackedWidget(self)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        key_row = QHBoxLayout()
        key_row.setSpacing(GRID)
        for part in (self.key, self.check, self.save):
            key_row.addWidget(part)
        forget_row = QHBoxLayout()
        forget_row.addWidget(self.key_words, 1)
        forget_row.addWidget(self.forget)
        folder_row = QHBoxLayout()
        folder_row.addWidget(self._folder, 1)
        folder_row.addWidget(self.choose)
        bucket_row = QHBoxLayout()
        bucket_row.addWidget(self._bucket, 1)
        bucket_row.addWidget(self.set_up_bucket)
        cap_row = QHBoxLayout()
        cap_row.setSpacing(GRID)
        cap_row.addWidget(self.cap)
        cap_row.addWidget(Caption("US dollars a day", parent=self), 1)
        rows: tuple[tuple[str, QWidget | QHBoxLayout], ...] = (
            ("Engine", self.engine),
            ("", self._engine_words),
            ("API key", key_row),
            ("", forget_row),
            ("Results folder", folder_row),
            ("Training photos", bucket_row),
            ("Daily cap", cap_row),
            ("Jobs at once", self.concurrency),
            ("Theme", self.theme),
            ("Canvas surround", self.surround),
            ("Monitor profile", self.monitor),
            ("Rendering intent", self.monitor.intent),
        )
        for row, (name, field) in enumerate(rows):
            label = plain_label(name, self)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
            if isinstance(field, QWidget):
                grid.addWidget(field, row, 1)
                label.setBuddy(field)
            else:
                grid.addLayout(field, row, 1)
            if name in _TALL:
                grid.setRowMinimumHeight(row, 40)
        close = push_button("closeSettings", "Close", self)
        close.clicked.connect(self.accept)
        self._general = QWidget(self)
        page = QVBoxLayout(self._general)
        page.setContentsMargins(0, 0, 0, 0)
        page.addLayout(grid)
        page.addStretch(1)
        self._pages.addWidget(self._general)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addWidget(self.tabs)
        whole.addWidget(self._pages, 1)
        whole.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _connect(self) -> None:
        settings = self._settings
        self.engine.chosen.connect(self._choose_engine)
        self.theme.chosen.connect(lambda name: settings.change(theme=name))
        self.surround.chosen.connect(lambda name: settings.change(surround=name))
        self.check.clicked.connect(lambda _on=False: self._with_key(settings.check_key))
        self.save.clicked.connect(lambda _on=False: self._with_key(settings.save_key))
        self.forget.clicked.connect(lambda _on=False: settings.forget_key())
        self.key.returnPressed.connect(lambda: self._with_key(settings.check_key))
        self.choose.clicked.connect(lambda _on=False: self._choose_folder())
        self.set_up_bucket.clicked.connect(lambda _on=False: self.bucket_asked.emit())
        self.cap.editingFinished.connect(self._take_cap)
        self.concurrency.chosen.connect(lambda n: settings.change(concurrency=int(n)))
        self.tabs.currentChanged.connect(self._show_page)
        settings.key_told.connect(self._on_key_told)
        settings.changed.connect(self.refresh)
        settings.engine_changed.connect(self.refresh)

    @cached_property
    def prices(self) -> PriceEditor:
        """The page of prices, made when it is first looked at."""
        from phota_desktop.ui.price_editor import PriceEditor

        made = PriceEditor(self._settings, self)
        self._pages.addWidget(made)
        return made

    @cached_property
    def keys(self) -> KeyEditor:
        """The page of keys, made when it is first looked at."""
        from phota_desktop.ui.key_editor import KeyEditor

        made = KeyEditor(self._settings, self)
        self._pages.addWidget(made)
        return made

    def show_bucket(self, words: str, *, is_set_up: bool) -> None:
        """Say which bucket training photos wait in."""
        self._bucket.set_text(words)
        self.set_up_bucket.setText("Change…" if is_set_up else "Set up…")
        self.set_up_bucket.setAccessibleName(f"Bucket for training photos: {words}")

    def show_cap(self) -> None:
        """Show where the daily cap is changed."""
        self.tabs.setCurrentIndex(0)
        self.cap.setFocus()
        self.cap.selectAll()

    def show_prices(self) -> None:
        """Show the prices."""
        self.tabs.setCurrentIndex(1)

    def show_keys(self) -> None:
        """Show where keys are changed."""
        self.tabs.setCurrentIndex(2)
        self.keys.search.setFocus()

    def _show_page(self, page: int) -> None:
        shown = (lambda: self._general, lambda: self.prices, lambda: self.keys)[page]()
        self._pages.setCurrentWidget(shown)

    def refresh(self) -> None:
        """Show what counts now."""
        settings = self._settings
        value = settings.value
        self.engine.set_value(settings.engine.value)
        self.engine.button("phota").setEnabled(settings.has_key)
        self._engine_words.setText(
            settings.badge
            if settings.engine is Engine.LOCAL
            else "Photos go to Phota; each request costs what its button says."
        )
        self.theme.set_value(value.theme)
        self.surround.set_value(value.surround)
        folder = settings.results_folder
        self._folder.set_text(str(folder) if folder else "")
        self.cap.setText(f"{value.daily_cap:.2f}")
        self.concurrency.set_value(str(value.concurrency))
        self.forget.setVisible(settings.has_key)
        if not self.key.text():
            self._say(settings.key_source, "quiet")

    def _take_cap(self) -> None:
        """Take the typed cap; what is no amount of money gives way to the old one."""
        dollars = parse_money(self.cap.text(), MAX_CAP)
        if dollars is not None:
            self._settings.change(daily_cap=dollars)
        self.refresh()

    def _with_key(self, call: object) -> None:
        if callable(call):
            self._say("Asking…", "quiet")
            call(self.key.text())

    def _choose_engine(self, name: str) -> None:
        self._settings.set_engine(Engine(name))
        self.refresh()

    def _choose_folder(self) -> None:
        from phota_desktop.ui.file_dialogs import ask_folder

        def take(folder: Path) -> None:
            self._settings.change(out_dir=folder)

        ask_folder(self, self._settings.results_folder, take)

    def _on_key_told(self, words: str, good: bool) -> None:
        if good and not words.startswith("Key works"):
            self.key.clear()
        self.refresh()
        self._say(words, "good" if good else "bad")

    def _say(self, words: str, role: str) -> None:
        self.key_words.set_role(role)
        self.key_words.setText(words)
