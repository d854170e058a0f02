"""Notices: one for each thing that went wrong or well, with one next action at most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import WORDS, ErrorKind, PhotaError
from phota_desktop.core.jobs import JobError
from phota_desktop.viewmodels.words import plain


class Tone(StrEnum):
    """How a notice looks; never the only carrier of its meaning."""

    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class NoticeAction(StrEnum):
    """What a notice's button does; the value names its icon-free meaning."""

    NONE = ""
    OPEN_SETTINGS = "open settings"
    OPEN_ACCOUNT = "open account page"
    EDIT_PROMPT = "edit prompt"
    BACK = "back to request"
    REMOVE = "remove"
    CHECK_AGAIN = "check again"
    TRY_NOW = "try now"
    RETRY = "retry"
    CHOOSE_FOLDER = "choose folder"
    COPY_DETAILS = "copy details"
    SHOW_FILE = "show in folder"
    SHOW_JOBS = "show jobs"
    SHOW_PHOTO = "show photo"
    OPEN_SUBFOLDERS = "open subfolders"
    UNDO = "undo"
    FIND_IT = "find it"
    LOOK_AGAIN = "look again"


ACTIONS: dict[ErrorKind, NoticeAction] = {
    ErrorKind.KEY_REJECTED: NoticeAction.OPEN_SETTINGS,
    ErrorKind.NO_CREDIT: NoticeAction.OPEN_ACCOUNT,
    ErrorKind.REFUSED: NoticeAction.EDIT_PROMPT,
    ErrorKind.INVALID: NoticeAction.BACK,
    ErrorKind.GONE: NoticeAction.REMOVE,
    ErrorKind.TOO_SLOW: NoticeAction.CHECK_AGAIN,
    ErrorKind.BUSY: NoticeAction.TRY_NOW,
    ErrorKind.OFFLINE: NoticeAction.RETRY,
    ErrorKind.UNKNOWN: NoticeAction.CHECK_AGAIN,
    ErrorKind.NO_KEYRING: NoticeAction.NONE,
    ErrorKind.DISK: NoticeAction.CHOOSE_FOLDER,
    ErrorKind.BAD_IMAGE: NoticeAction.REMOVE,
    ErrorKind.CANCELED: NoticeAction.NONE,
    ErrorKind.BUG: NoticeAction.COPY_DETAILS,
}
_TONES = {
    ErrorKind.REFUSED: Tone.WARN,
    ErrorKind.BUSY: Tone.WARN,
    ErrorKind.OFFLINE: Tone.WARN,
    ErrorKind.UNKNOWN: Tone.WARN,
    ErrorKind.TOO_SLOW: Tone.WARN,
    ErrorKind.NO_KEYRING: Tone.INFO,
    ErrorKind.CANCELED: Tone.INFO,
}
_OWN_WORDS_FIRST = frozenset(
    {ErrorKind.INVALID, ErrorKind.DISK, ErrorKind.BAD_IMAGE, ErrorKind.GONE, ErrorKind.BUSY}
)
_WORDS_WITHOUT_ANSWER = frozenset({ErrorKind.KEY_REJECTED})
"""Kinds whose message tells more where no server has said anything: there is no key at all."""
"""Kinds whose message tells more than the ladder's sentence (a field, a path, a number)."""


@dataclass(frozen=True)
class Notice:
    """One thing to say: plain text, and at most one button. ``subject`` is what it belongs to."""

    text: str
    tone: Tone = Tone.INFO
    action: NoticeAction = NoticeAction.NONE
    action_text: str = ""
    hint: str = ""
    subject: str = ""
    job_id: str = ""
    path: Path | None = None
    field: str = ""
    """The setting the button leads to, where it is one of them."""
    details: str = ""
    """What "Copy details" adds: a traceback, never a key, prompt or picture."""
    group: str = ""
    """What it stands for beyond one job; a newer notice of the same group takes its place."""
    stays: bool = False
    """Whether it outlasts a press of its button, because that alone mends nothing."""

    def about(self, subject: str) -> Notice:
        """Return the notice with a name before its words."""
        return replace(self, subject=plain(subject, 80))


def notice_for(
    error: PhotaError | JobError, *, subject: str = "", job_id: str = "", path: Path | None = None
) -> Notice:
    """Choose words and button by the error's kind, never by searching its text."""
    if isinstance(error, PhotaError) and error.field == "daily_cap":
        return Notice(
            plain(error.message),
            Tone.WARN,
            NoticeAction.OPEN_SETTINGS,
            "Raise the cap",
            hint=plain(error.hint),
            job_id=job_id,
            field=error.field,
        )
    words = WORDS[error.kind]
    # A refusal is its own word, so that it is never read as a failure.
    text = f"Refused. {words.message}" if error.kind is ErrorKind.REFUSED else words.message
    unasked = error.kind in _WORDS_WITHOUT_ANSWER and error.status is None
    if (error.kind in _OWN_WORDS_FIRST or unasked) and error.message:
        text = error.message
    hint = error.hint if error.hint else ("" if text == error.message else error.message)
    action = ACTIONS[error.kind]
    return Notice(
        text=plain(text),
        tone=_TONES.get(error.kind, Tone.BAD),
        action=action,
        action_text=words.action if action is not NoticeAction.NONE else "",
        hint=plain(hint),
        subject=plain(subject, 80),
        job_id=job_id,
        path=path,
    )


def notice_of_bug(name: str, error: BaseException) -> Notice:
    """Return the notice for an exception nobody caught; its details hold no one's words."""
    from phota_desktop.core.traces import told

    return replace(notice_for(PhotaError(ErrorKind.BUG)), details=f"{name}\n{told(error)}")


def notice_of_crash(trace: str) -> Notice:
    """Return the quiet notice for how an earlier start ended; ``trace`` is from the crash log."""
    return Notice(
        "Phota Desktop ended unexpectedly the last time.",
        action=NoticeAction.COPY_DETAILS,
        action_text=WORDS[ErrorKind.BUG].action,
        hint="Nothing was sent to anybody; open jobs go on.",
        details=trace,
        group="crash",
    )


def details_of(notice: Notice, of_job: str) -> str:
    """Return the text to copy for a notice: its words and its job's details."""
    from phota_desktop.services.diagnostics import system_line

    parts = (
        "" if of_job else system_line(),
        f"{notice.subject}: {notice.text}" if notice.subject else notice.text,
        notice.hint,
        of_job,
        notice.details,
    )
    return "\n".join(part for part in parts if part)


class NoticesViewModel(QObject):
    """The notices not yet dismissed, newest last; one per subject, text and job."""

    changed = Signal()
    acted = Signal(object)
    """The button of a notice was pressed; carries the :class:`Notice`."""
    dismissed = Signal(object)
    """A person waved a :class:`Notice` off, or its time was over."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open: list[Notice] = []
        self._told: set[tuple[str, ErrorKind]] = set()

    @property
    def current(self) -> Notice | None:
        """The notice to show, the newest."""
        return self._open[-1] if self._open else None

    @property
    def waiting(self) -> int:
        """How many more there are behind it."""
        return max(0, len(self._open) - 1)

    def show(self, notice: Notice) -> None:
        """Show a notice; a good or neutral one replaces the one before it of that tone.

        One of a group takes the place of its forerunner, in front of nothing newer.
        """
        at = self._place_of(notice.group)
        if at is not None:
            if self._open[at] != notice:
                self._open[at] = notice
                self.changed.emit()
            return
        if notice in self._open:
            self._open.remove(notice)
        if notice.tone in (Tone.INFO, Tone.GOOD):
            self._open = [n for n in self._open if n.tone not in (Tone.INFO, Tone.GOOD)]
        self._open.append(notice)
        self.changed.emit()

    def show_error(
        self, error: PhotaError | JobError, *, subject: str = "", path: Path | None = None
    ) -> None:
        """Show the notice for an error that belongs to ``subject``."""
        self.show(notice_for(error, subject=subject, path=path))

    def tell(self, job_id: str, kind: ErrorKind, notice: Notice) -> None:
        """Show the notice about a job's trouble, once."""
        if (job_id, kind) not in self._told:
            self._told.add((job_id, kind))
            self.show(notice)

    def forget_job(self, job_id: str) -> None:
        """Take back what was said about a job, because it goes on or is gone."""
        self._told = {told for told in self._told if told[0] != job_id}
        kept = [n for n in self._open if n.job_id != job_id or n.group]
        if len(kept) != len(self._open):
            self._open = kept
            self.changed.emit()

    def withdraw(self, group: str) -> None:
        """Take a group's notice away, because its reason is over."""
        at = self._place_of(group)
        if at is not None:
            self._open.pop(at)
            self.changed.emit()

    def _place_of(self, group: str) -> int | None:
        places = (at for at, notice in enumerate(self._open) if group and notice.group == group)
        return next(places, None)

    def dismiss(self) -> None:
        """Take the shown notice away."""
        if self._open:
            notice = self._open.pop()
            self.dismissed.emit(notice)
            self.changed.emit()

    def act(self) -> None:
        """Do what the shown notice's button says, and take the notice away unless it stays."""
        notice = self.current
        if notice is not None and notice.action is not NoticeAction.NONE:
            if not notice.stays:
                self._open.pop()
                self.changed.emit()
            self.acted.emit(notice)
