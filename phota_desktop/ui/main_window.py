"""The window: panels around the canvas, and what keys, drops and buttons do there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QMainWindow, QSplitter, QVBoxLayout, QWidget

from phota_desktop.ui.controls import plain_text
from phota_desktop.ui.photo_panel import PhotoPanel
from phota_desktop.ui.status_row import StatusRow
from phota_desktop.ui.strip_panel import StripPanel
from phota_desktop.ui.studio_drawer import WIDTH, StudioDrawer
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.ui.top_bar import TopBar
from phota_desktop.ui.window_layout import WindowLayout
from phota_desktop.viewmodels.images import ImageLoader, ThumbnailLoader
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.studio import StudioViewModel
from phota_desktop.viewmodels.variants import EntryKind
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:  # each Qt class costs its share of the time to the first paint
    from PySide6.QtGui import (
        QCloseEvent,
        QDragEnterEvent,
        QDragLeaveEvent,
        QDragMoveEvent,
        QDropEvent,
        QKeyEvent,
        QPaintEvent,
        QResizeEvent,
    )

    from phota_desktop.services.composition import Services
    from phota_desktop.ui.drop_targets import DropHint, Offered
    from phota_desktop.ui.image_canvas import ImageCanvas
    from phota_desktop.ui.shortcuts import KeyMap
    from phota_desktop.ui.window_commands import WindowCommands
    from phota_desktop.ui.window_parts import WindowParts

EMPTY = "Drop a photo here, or press Ctrl+O"


class MainWindow(QMainWindow):
    """Light to build: what the first paint does not show is made after it, or when asked for.

    The canvas, the commands, keys and lists come with :meth:`complete`, dialogs and the job list
    when they are opened.
    """

    closed = Signal()
    completed = Signal()
    """The window was painted for the first time and has all its parts."""

    def __init__(
        self,
        studio: StudioViewModel,
        jobs: JobListModel,
        loader: ImageLoader,
        thumbnails: ThumbnailLoader,
        settings: SettingsViewModel,
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setAccessibleName("Phota Desktop")
        self.setAcceptDrops(True)
        self.setMinimumSize(880, 560)
        self.studio = studio
        self.jobs = jobs
        self.settings = settings
        self.loader = loader
        self.art = ThumbnailArt(thumbnails, self)
        self._was_painted = False
        self._has_canvas = False
        self._keys: KeyMap | None = None
        self.parts: WindowParts | None = None
        self._lay_out()
        self.arrangement = WindowLayout(self)
        self.arrangement.restore()
        self.studio.photo_changed.connect(self.show_photo)
        self.studio.entry_changed.connect(self.show_photo)
        self.top.set_room(self.width())  # a change while shown costs 12 ms
        self.show_photo()
        self._stage.setFocus()

    def _make_stage(self, parent: QWidget) -> QLabel:
        """Return what stands where the canvas will: its surround and its words."""
        stage = QLabel(EMPTY, parent)
        stage.setObjectName("emptyStage")
        stage.setProperty("surround", self.settings.surround)
        plain_text(stage)
        stage.setProperty("alignment", "AlignCenter")
        stage.setProperty("focusPolicy", "StrongFocus")
        stage.setWordWrap(True)
        return stage

    @cached_property
    def canvas(self) -> ImageCanvas:
        """The canvas; its code and an empty one can wait until the window is painted."""
        from phota_desktop.ui.image_canvas import ImageCanvas
        from phota_desktop.viewmodels.comparison import View

        made = ImageCanvas(self.loader, self)
        self._has_canvas = True
        made.set_message(EMPTY)
        made.set_surround(self.settings.surround)
        made.zoom_changed.connect(self.top.show_zoom)
        made.view_changed.connect(lambda view: self.top.views.set_value(view.value))
        self.top.view_asked.connect(lambda name: self.commands.comparing.show(name))
        self.settings.surround_changed.connect(made.set_surround)
        self.studio.sample_shown.connect(lambda: made.set_view(View.SWIPE))
        self.middle.replaceWidget(self._stage, made)
        made.show()
        if self.focusWidget() is self._stage:
            made.setFocus()
        self._stage.hide()
        self._stage.deleteLater()
        return made

    @cached_property
    def commands(self) -> WindowCommands:
        """What keys, menu and buttons do."""
        from phota_desktop.ui.window_commands import WindowCommands

        return WindowCommands(self)

    @cached_property
    def _drop_hint(self) -> DropHint:
        from phota_desktop.ui.drop_targets import DropHint

        return DropHint(self.canvas)

    def _lay_out(self) -> None:
        """Make the panels, each in its place at once: a styled widget that moves costs again."""
        whole = QWidget(self)
        self.setCentralWidget(whole)
        # With a parent alone, PySide looks through Qt's namespace: 14 ms (see controls.py).
        self.body = QSplitter()
        self.body.setHandleWidth(1)
        self.body.setChildrenCollapsible(False)
        self.rows = _column(whole)
        self.top = TopBar(self.settings, whole)
        self.rows.addWidget(self.top)
        self.rows.addWidget(self.body, 1)
        self.photo_panel = PhotoPanel(self.studio, self.art, self.body)
        centre = QWidget(self.body)
        self.middle = _column(centre)
        self._stage = self._make_stage(centre)
        self.strip_panel = StripPanel(self.studio, self.art, centre)
        self.middle.addWidget(self._stage, 1)
        self.middle.addWidget(self.strip_panel)
        self.drawer = StudioDrawer(self.studio, self.body)
        for part in (self.photo_panel, centre, self.drawer):
            self.body.addWidget(part)
        self.body.setStretchFactor(1, 1)
        self.body.setSizes([216, 900, WIDTH])
        self.status = StatusRow(self.studio, self.jobs, whole)
        self.rows.addWidget(self.status)

    def _connect(self) -> None:
        commands = self.commands
        self.top.open_asked.connect(commands.open)
        self.top.paste_asked.connect(commands.paste)
        self.top.zoom_asked.connect(commands.zoom)
        self.top.settings_asked.connect(commands.open_settings)
        self.photo_panel.show_file_asked.connect(commands.show_file)
        self.status.jobs_asked.connect(commands.toggle_jobs)
        self.studio.consent_needed.connect(commands.ask_consent)
        self.studio.notices.acted.connect(commands.act_on_notice)
        self.studio.prompt_wanted.connect(commands.write_prompt)
        self.status.spend_asked.connect(commands.show_ledger)
        self.settings.theme_changed.connect(commands.apply_theme)
        commands.add_menu()

    def attach(self, services: Services) -> WindowParts:
        """Begin to work: the services are there, and with them people, ledger and prompts."""
        from phota_desktop.ui.window_parts import WindowParts

        self.complete()
        self.parts = WindowParts(self, services)
        return self.parts

    def detach(self) -> None:
        """Let the services go, before they close."""
        if self.parts is not None:
            self.parts.detach()

    def show_photo(self) -> None:
        """Show the chosen photo and variant on the canvas."""
        photo, entry = self.studio.photo, self.studio.entry
        name = f"{plain(photo.name, 120)} — " if photo else ""
        self.setWindowTitle(f"{name}Phota Desktop")
        if photo is None or entry is None:
            if self._has_canvas:
                self.canvas.clear()
            return
        variant = entry.path if entry.kind is EntryKind.RESULT else None
        first = self.studio.strip.entry("original")
        self.canvas.show_pair(
            photo,
            variant,
            original_label=first.title if first is not None else "Original",
            variant_label=entry.title,
        )
        self.loader.prefetch(self.commands.neighbours())

    def show_in_front(self) -> None:
        """Come to the front, for files of a second start."""
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

    def complete(self) -> KeyMap:
        """Make what an empty window does not show: canvas, commands, keys, lists."""
        if self._keys is not None:
            return self._keys
        self._connect()
        self._keys = self.commands.keys
        photos, strip, drawer = self.photo_panel.list, self.strip_panel.strip, self.drawer
        photos.show()
        strip.show()
        for before, after in (
            (self.top.menu, photos),
            (photos, self.canvas),
            (self.canvas, strip),
            (strip, self.strip_panel.export),
            (self.strip_panel.export, drawer.tabs),
        ):
            QWidget.setTabOrder(before, after)
        self.completed.emit()
        return self._keys

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.complete)

    # -- keys ---------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        came_early = self._keys is None
        keys = self._keys or self.complete()
        if keys.handle(event, came_early=came_early):
            return
        if self.canvas.isHidden() or not self.canvas.handle_press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if not self.canvas.handle_release(event):
            super().keyReleaseEvent(event)

    # -- drops and the clipboard ----------------------------------------------------------

    def take(self, offer: Offered) -> None:
        """Open what was dropped or pasted; this never starts or pays anything."""
        if offer.paths:
            self.studio.opener.open(offer.paths)
        elif offer.image is not None:
            self.studio.paste_image(offer.image)
        elif offer.link:
            self.studio.say(f"A link is not fetched: {plain(offer.link, 200)}. Save it first.")
        else:
            self.studio.say("There is no photo in the clipboard.")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: D102
        from PySide6.QtCore import Qt

        from phota_desktop.ui.drop_targets import may_open

        if event.source() is None and may_open(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._drop_hint.cover()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: D102
        from PySide6.QtCore import Qt

        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: D102
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        from PySide6.QtCore import Qt

        from phota_desktop.ui.drop_targets import offered

        self._drop_hint.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.take(offered(event.mimeData()))

    # -- size and end -------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        self.top.set_room(self.width())
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        self.arrangement.remember()
        event.accept()
        self.closed.emit()


def _column(parent: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
