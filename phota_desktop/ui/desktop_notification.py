"""Tells the desktop of the end of a long job or a training while nobody looks at the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from phota_desktop.core.jobs import Job, JobState
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.viewmodels.job_words import title_of
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.people_rows import shown_name
from phota_desktop.viewmodels.words import count, plain, state_words

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusPendingCallWatcher

    from phota_desktop.services.people import Person
    from phota_desktop.services.watching import Watcher

LONG = 20.0
"""Seconds: a job that took less ended while its person still looked."""
PORTAL = (
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.Notification",
)
"""The desktop's portal. The older org.freedesktop.Notifications takes an unsigned number, which
PySide cannot send; the portal passes on to it."""
PATIENCE_MS = 2000


class _Teller(QObject):
    """Tells the desktop of something while nobody looks at the window.

    Where there is no notification service the window asks for attention in the task bar.
    """

    _about = "job"
    """A newer notification about the same thing takes the place of the older one."""

    def __init__(self, window: QWidget, tell: Callable[[str, str], None] | None) -> None:
        super().__init__(window)
        self._window = window
        self._tell = tell or self._tell_desktop

    def tell(self, summary: str, body: str) -> None:
        """Tell it, unless the window is the active one."""
        if not self._window.isActiveWindow():
            self._tell(summary, body)

    def _tell_desktop(self, summary: str, body: str) -> None:
        # Not waited for: a bus that does not answer must not hold up the window.
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            self._alert()
            return
        call = QDBusMessage.createMethodCall(*PORTAL, "AddNotification")
        call.setArguments([self._about, {"title": summary, "body": body}])
        watcher = QDBusPendingCallWatcher(bus.asyncCall(call, PATIENCE_MS), self)
        watcher.finished.connect(self._on_answer)

    def _on_answer(self, watcher: QDBusPendingCallWatcher) -> None:
        if watcher.isError():
            self._alert()
        watcher.deleteLater()

    def _alert(self) -> None:
        QApplication.alert(self._window)


class DesktopNotifier(_Teller):
    """Watches the job list; says each end once, by the desktop's own notifications."""

    def __init__(
        self, jobs: JobListModel, window: QWidget, tell: Callable[[str, str], None] | None = None
    ) -> None:
        """``tell`` takes summary and body; by default both go to the session's bus."""
        super().__init__(window, tell)
        self._running: set[str] = set()
        jobs.job_changed.connect(self._on_job)

    def _on_job(self, job: Job) -> None:
        if not job.state.is_final:
            self._running.add(job.id)
            return
        if job.id not in self._running:  # it ended in another life of the program
            return
        self._running.discard(job.id)
        if self._is_worth_it(job):
            self.tell(state_words(job), words_of(job))

    def _is_worth_it(self, job: Job) -> bool:
        if job.hidden or job.state is JobState.CANCELED:
            return False
        took = (job.finished or 0.0) - (job.sent or job.created)
        return took >= LONG


class PeopleNotifier(_Teller):
    """Says that a person or pet is ready, or that their training ended without that."""

    _about = "profile"

    def __init__(
        self, watcher: Watcher, window: QWidget, tell: Callable[[str, str], None] | None = None
    ) -> None:
        """``tell`` takes summary and body; by default both go to the session's bus."""
        super().__init__(window, tell)
        self._leave = (
            watcher.ready.subscribe(lambda person: self.tell("Ready", shown_name(person))),
            watcher.ended.subscribe(self._on_ended),
        )

    def detach(self) -> None:
        """Stop listening."""
        for leave in self._leave:
            leave()

    def _on_ended(self, person: Person) -> None:
        failed = person.status is ProfileStatus.ERROR
        self.tell("Training failed" if failed else "Inactive", shown_name(person))


def words_of(job: Job) -> str:
    """Return what ended: title and number of pictures; no prompt, it may be on a locked screen."""
    title = plain(title_of(job), 120)
    return f"{title} · {count(len(job.variants), 'picture')}" if job.variants else title
