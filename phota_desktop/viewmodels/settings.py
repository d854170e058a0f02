"""The settings as the window sees them: each setter tells and saves only a change."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import PUBLISHED, PriceTable
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.session import Session
    from phota_desktop.store.settings import Settings, SettingsStore
    from phota_desktop.viewmodels.monitor import Monitor

SURROUNDS = ("black", "grey", "light", "white")
LOCAL_BADGE = "Local engine: no key, no cost, on this computer."
LOCAL_BADGE_SHORT = "Local engine"
PHOTA_BADGE = "Phota"


class SettingsViewModel(QObject):
    """Theme, surround, folders, engine and key; written to disk half a second after a change."""

    changed = Signal()
    theme_changed = Signal(str)
    surround_changed = Signal(str)
    engine_changed = Signal()
    failed = Signal(object)
    """The settings could not be saved; carries the :class:`PhotaError`."""
    _refused = Signal(object)
    key_told = Signal(str, bool)
    """What came of a check, save or forget: plain words, and whether it is good news."""

    def __init__(
        self, store: SettingsStore, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._settings = settings
        self._saved = settings
        self._services: Services | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(500)
        self._later.timeout.connect(self._save)
        self._writing = threading.Lock()

    def attach(self, services: Services) -> None:
        """Take over the session, which starts after the window's first paint."""
        from PySide6.QtCore import Qt  # makes 120 enums in 14 ms

        self._refused.connect(self.failed, Qt.ConnectionType.QueuedConnection)
        self._services = services
        services.settings = self._settings
        services.session.changed.subscribe(self._on_session)
        self.engine_changed.emit()

    @property
    def value(self) -> Settings:
        """The settings as they are now."""
        return self._settings

    def change(self, **fields: object) -> None:
        """Replace fields of the settings; tells and saves only if something differs."""
        new = replace(self._settings, **fields)  # type: ignore[arg-type]  # checked by the dataclass
        if new == self._settings:
            return
        old, self._settings = self._settings, new
        if self._services is not None:
            self._services.settings = new
            if new.concurrency != old.concurrency:
                self._services.queue.set_concurrency(new.concurrency)
        if new.theme != old.theme:
            self.theme_changed.emit(new.theme)
        if new.surround != old.surround:
            self.surround_changed.emit(new.surround)
        self.changed.emit()
        self._later.start()

    def flush(self) -> None:
        """Write what has changed now; called once more when the window closes."""
        self._later.stop()
        try:
            self._write()
        except PhotaError as error:
            self.failed.emit(error)

    def _save(self) -> None:
        """Write what has changed in a thread: a slow disk takes seconds for it."""
        if self._services is None:
            self.flush()
        elif self._settings != self._saved:
            threading.Thread(target=self._save_in_thread, name="settings").start()

    def _save_in_thread(self) -> None:
        try:
            self._write()
        except PhotaError as error:
            self._refused.emit(error)

    def _write(self) -> None:
        # What is newest when the turn comes, so that an older write never ends after a newer.
        with self._writing:
            new = self._settings
            if new != self._saved:
                self._store.save(new)
                self._saved = new

    @cached_property
    def monitor(self) -> Monitor:
        """The colours that the canvas shows; made after the first paint."""
        from phota_desktop.viewmodels.monitor import Monitor

        return Monitor(self, self)

    @property
    def prices(self) -> PriceTable:
        """The published prices with the person's own before them."""
        rows = self._settings.prices
        return PUBLISHED.changed(rows) if rows else PUBLISHED

    def next_surround(self) -> None:
        """Step to the next surround of the canvas."""
        at = SURROUNDS.index(self.surround)
        self.change(surround=SURROUNDS[(at + 1) % len(SURROUNDS)])

    @property
    def results_folder(self) -> Path | None:
        """Where results are copied to; None until the services are there and none was chosen."""
        if self._settings.out_dir is not None:
            return self._settings.out_dir
        return self._services.folders.results if self._services else None

    # -- engine and key -----------------------------------------------------------------

    @property
    def engine(self) -> Engine:
        """Who does new work."""
        return self._services.session.engine if self._services else Engine.LOCAL

    @property
    def preferred_engine(self) -> Engine | None:
        """The engine a person chose last; None lets the key decide."""
        name = self._settings.extra.get("engine")
        return Engine(name) if isinstance(name, str) and name in tuple(Engine) else None

    @property
    def surround(self) -> str:
        """A surround that the canvas knows."""
        name = self._settings.surround
        return name if name in SURROUNDS else "grey"

    @property
    def badge(self) -> str:
        """The engine badge's words."""
        return LOCAL_BADGE if self.engine is Engine.LOCAL else PHOTA_BADGE

    @property
    def key_source(self) -> str:
        """Where the key comes from, as a sentence."""
        if self._services is None:
            return "Looking for a key…"
        finding = self._services.session.finding
        if finding.key is None:
            return plain(finding.message) or "No key yet."
        if finding.source == "session":
            return plain(finding.message) or "The key is kept for this session only."
        if finding.source == "environment":
            return "The key comes from PHOTA_API_KEY."
        return f"The key is saved in {plain(finding.source, 80)}."

    @property
    def has_key(self) -> bool:
        """True when Phota can be used."""
        return self._services is not None and self._services.session.finding.key is not None

    def set_engine(self, engine: Engine) -> None:
        """Send new work to that engine; Phota only with a key."""
        if self._services is None or (engine is Engine.PHOTA and not self.has_key):
            return
        self.change(extra={**self._settings.extra, "engine": engine.value})
        self._services.session.set_engine(engine)

    def check_key(self, text: str) -> None:
        """Ask Phota whether this key works; nothing is stored."""
        self._start("check key", text)

    def save_key(self, text: str) -> None:
        """Store the key in the system's keyring, or for this session where there is none."""
        self._start("save key", text)

    def forget_key(self) -> None:
        """Delete the stored key."""
        self._start("forget key", "")

    def _start(self, what: str, text: str) -> None:
        if self._services is None:
            return
        if what != "forget key" and not text.strip():
            self.key_told.emit("Paste a key first.", False)
            return
        work = self._key_work(self._services.session, what, text)
        self._services.tasks.spawn(work, name=what, replace=True)

    async def _key_work(self, session: Session, what: str, text: str) -> None:
        try:
            if what == "check key":
                number = await session.check_key(text)
                self.key_told.emit(f"Key works. {count(number, 'profile')}.", True)
            elif what == "save key":
                finding = await session.use_key(text)
                saved = finding.key is not None and finding.source not in ("", "session")
                told = f"Saved in {plain(finding.source, 80)}." if saved else self.key_source
                self.key_told.emit(told, finding.key is not None)
            else:
                finding = await session.forget_key()
                gone = finding.key is None
                self.key_told.emit("The key is forgotten." if gone else self.key_source, gone)
        except PhotaError as error:
            told = plain(f"{error.message} {error.hint}".strip())
            self.key_told.emit(told, False)

    def _on_session(self, _session: Session) -> None:
        self.engine_changed.emit()
