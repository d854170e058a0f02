"""The notice bar: one thing said in plain text, at most one button, and a way to wave it off."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from phota_desktop.ui.controls import ElidedLabel, IconButton, push_button
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.viewmodels.notices import NoticeAction, NoticesViewModel, Tone

_ICONS = {Tone.INFO: "info", Tone.GOOD: "check", Tone.WARN: "warn", Tone.BAD: "failed"}
_COLOURS = {Tone.INFO: "quiet", Tone.GOOD: "good", Tone.WARN: "warn", Tone.BAD: "bad"}
_STAYS_MS = 12_000
"""How long a notice stays that is no problem."""


class NoticeBar(QWidget):
    """Shows the newest notice; problems stay until dismissed or solved."""

    def __init__(self, notices: NoticesViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeBar")
        self.setAccessibleName("Notice")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._notices = notices
        self._is_made = False
        notices.changed.connect(self.refresh)

    def _make(self) -> None:
        """Make what a notice is shown with; a start without one need not wait for it."""
        self._is_made = True
        self._sign = QLabel(self)
        self._words = ElidedLabel("", self, role="text")
        self._action = push_button("noticeAction", "Act", self)
        self._close = IconButton(
            "noticeDismiss", "close", "Dismiss", self, on_click=self._notices.dismiss
        )
        self._action.clicked.connect(lambda _on=False: self._notices.act())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(_STAYS_MS)
        self._fade.timeout.connect(self._notices.dismiss)

    @property
    def text(self) -> str:
        """What is said now, whole."""
        return self._words.whole_text if self._is_made else ""

    def refresh(self) -> None:
        """Show the current notice, or nothing."""
        notice = self._notices.current
        if not self._is_made:
            if notice is None:
                return
            self._make()
        for part in (self._sign, self._words, self._action, self._close):
            part.setVisible(notice is not None)
        self._fade.stop()
        if notice is None:
            self._words.set_text("")
            return
        words = f"{notice.subject}: {notice.text}" if notice.subject else notice.text
        if notice.hint:
            words = f"{words} {notice.hint}"
        if self._notices.waiting:
            words = f"{words} (+{self._notices.waiting})"
        self._words.set_text(words)
        self.setAccessibleDescription(words)
        colour = str(getattr(tokens(), _COLOURS[notice.tone]))
        self._sign.setPixmap(pixmap(_ICONS[notice.tone], colour, 16, self.devicePixelRatioF()))
        has_action = notice.action is not NoticeAction.NONE
        self._action.setVisible(has_action)
        if has_action:
            self._action.setText(notice.action_text)
            self._action.setAccessibleName(notice.action_text)
        if notice.tone in (Tone.INFO, Tone.GOOD) and notice.action in (
            NoticeAction.NONE,
            NoticeAction.SHOW_FILE,
        ):
            self._fade.start()
