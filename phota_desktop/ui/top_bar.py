"""The bar at the top: open, ways to look, zoom, engine and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from phota_desktop.core.jobs import Engine
from phota_desktop.ui.controls import IconButton, focus_by_tab, show_words
from phota_desktop.ui.icons import dot
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.viewmodels.settings import LOCAL_BADGE_SHORT, SettingsViewModel
from phota_desktop.viewmodels.words import plain_tip

if TYPE_CHECKING:
    from phota_desktop.ui.key_bindings import Bindings

ROOMY = 1240
"""Window width in pixels from which on buttons carry words."""
SPACIOUS = 1400
"""From here on the badge says all of its sentence as well."""


class TopBar(QFrame):
    """Emits what was asked for; the window does it."""

    open_asked = Signal()
    paste_asked = Signal()
    view_asked = Signal(str)
    zoom_asked = Signal(float)
    """A percentage; 0 means fit."""
    settings_asked = Signal()

    def __init__(self, settings: SettingsViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAccessibleName("Tools")
        self.setFixedHeight(48)
        self._settings = settings
        self._roomy: bool | None = None
        self._spacious = False
        self._zoom_keys = "Ctrl++ and Ctrl+−"
        self.open = IconButton(
            "openButton", "open", "Open", self, key="Ctrl+O", on_click=self.open_asked.emit
        )
        self.paste = IconButton(
            "pasteButton", "paste", "Paste", self, key="Ctrl+V", on_click=self.paste_asked.emit
        )
        self.views = SegmentedControl(
            "viewModeBox",
            "View",
            [
                Segment("single", "Single", "Single", "single", "One picture  Esc"),
                Segment("swipe", "Before/After", "Before and after", "swipe", "Before/After  S"),
                Segment("side", "Side by side", "Side by side", "side", "Side by side  Y"),
                Segment("survey", "Survey", "Survey", "survey", "Survey  N"),
                Segment("difference", "Difference", "Difference", "difference", "Difference  D"),
            ],
            self,
        )
        self.fit = IconButton(
            "fitButton", "fit", "Fit", self, key="Ctrl+0", on_click=lambda: self.zoom_asked.emit(0)
        )
        self.zoom = QToolButton(self)
        self.zoom.setObjectName("zoomButton")
        focus_by_tab(self.zoom)
        self.zoom.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.zoom.setMinimumWidth(72)
        self.badge = QToolButton(self)
        self.badge.setObjectName("engineBadge")
        focus_by_tab(self.badge)
        show_words(self.badge, True)
        self.badge.setIconSize(QSize(14, 8))
        self.badge.clicked.connect(lambda _on=False: self.settings_asked.emit())
        self.settings = IconButton(
            "settingsButton",
            "settings",
            "Settings",
            self,
            key="Ctrl+,",
            on_click=self.settings_asked.emit,
        )
        self.menu = IconButton("menuButton", "menu", "Menu", self)
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._lay_out()
        self.views.chosen.connect(self.view_asked)
        self.views.set_value("single")
        self._zoom_menu = QMenu(self)
        self._zoom_menu.aboutToShow.connect(self._fill_zoom_menu)
        self.zoom.setMenu(self._zoom_menu)
        self.show_zoom("Fit")
        settings.engine_changed.connect(self.refresh_badge)
        self.refresh_badge()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self.open)
        row.addWidget(self.paste)
        row.addSpacing(GRID)
        row.addWidget(_line(self))
        row.addSpacing(GRID)
        row.addWidget(self.views)
        row.addSpacing(GRID)
        row.addWidget(_line(self))
        row.addSpacing(GRID // 2)
        row.addWidget(self.fit)
        row.addWidget(self.zoom)
        row.addStretch(1)
        row.addWidget(self.badge)
        row.addSpacing(GRID // 2)
        row.addWidget(self.settings)
        row.addWidget(self.menu)

    def set_room(self, width: int) -> None:
        """Show words beside icons, or icons alone in a narrow window."""
        roomy, spacious = width >= ROOMY, width >= SPACIOUS
        if (roomy, spacious) == (self._roomy, self._spacious):
            return
        self._roomy, self._spacious = roomy, spacious
        self.open.set_with_text(True)
        self.paste.set_with_text(roomy)
        self.views.set_compact(not roomy)
        self.refresh_badge()

    def refresh_badge(self) -> None:
        """Say who does the work."""
        words = self._settings.badge
        local = self._settings.engine is Engine.LOCAL
        self.badge.setText(words if self._spacious or not local else LOCAL_BADGE_SHORT)
        self.badge.setAccessibleName(words)
        self.badge.setToolTip(words)
        self.badge.setIcon(dot(tokens().good if local else tokens().accent))

    def show_keys(self, bindings: Bindings) -> None:
        """Let the tooltips name the keys in force."""
        for command, words, button in (
            ("open", "Open", self.open),
            ("paste", "Paste", self.paste),
            ("zoom_fit", "Fit", self.fit),
            ("settings", "Settings", self.settings),
            ("swipe", "Before/After", self.views.button("swipe")),
            ("side", "Side by side", self.views.button("side")),
            ("survey", "Survey", self.views.button("survey")),
            ("difference", "Difference", self.views.button("difference")),
        ):
            button.setToolTip(plain_tip(f"{words}  {bindings.first(command)}".rstrip()))
        self._zoom_keys = " and ".join(
            filter(None, (bindings.first("zoom_in"), bindings.first("zoom_out")))
        )
        self.zoom.setToolTip(plain_tip(f"Zoom  {self._zoom_keys}".rstrip()))

    def show_zoom(self, label: str) -> None:
        """Show the canvas's zoom."""
        self.zoom.setText(f"{label} ▾")
        self.zoom.setAccessibleName(f"Zoom: {label}")
        self.zoom.setToolTip(plain_tip(f"Zoom  {self._zoom_keys}"))

    def _fill_zoom_menu(self) -> None:
        if self._zoom_menu.isEmpty():
            from phota_desktop.viewmodels.viewport import STEPS

            self._zoom_menu.addAction("Fit", lambda: self.zoom_asked.emit(0))
            for percent in STEPS:
                action = self._zoom_menu.addAction(f"{percent} %")
                action.triggered.connect(lambda _on=False, to=percent: self.zoom_asked.emit(to))


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setObjectName("divider")
    line.setFixedSize(1, 24)
    return line
