"""Tells the desktop when a long job ended and nobody looked at the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from phota_desktop.core.jobs import Job, JobState
from phota_desktop.viewmodels.job_words import title_of
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.words import count, plain, state_words

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusPendingCallWatcher

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


class DesktopNotifier(QObject):
    """Watches the job list; says each end once, by the desktop's own notifications.

    Where there is no notification service the window asks for attention in the task bar.
    """

    def __init__(
        self, jobs: JobListModel, window: QWidget, tell: Callable[[str, str], None] | None = None
    ) -> None:
        """``tell`` takes summary and body; by default both go to the session's bus."""
        super().__init__(window)
        self._window = window
        self._tell = tell or self._tell_desktop
        self._running: set[str] = set()
        jobs.job_changed.connect(self._on_job)

    def _on_job(self, job: Job) -> None:
        if not job.state.is_final:
            self._running.add(job.id)
            return
        if job.id not in self._running:  # it ended in another life of the program
            return
        self._running.discard(job.id)
        if self._is_worth_it(job) and not self._window.isActiveWindow():
            self._tell(state_words(job), words_of(job))

    def _is_worth_it(self, job: Job) -> bool:
        if job.hidden or job.state is JobState.CANCELED:
            return False
        took = (job.finished or 0.0) - (job.sent or job.created)
        return took >= LONG

    def _tell_desktop(self, summary: str, body: str) -> None:
        # Not waited for: a bus that does not answer must not hold up the window.
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            self._alert()
            return
        call = QDBusMessage.createMethodCall(*PORTAL, "AddNotification")
        call.setArguments(["job", {"title": summary, "body": body}])
        watcher = QDBusPendingCallWatcher(bus.asyncCall(call, PATIENCE_MS), self)
        watcher.finished.connect(self._on_answer)

    def _on_answer(self, watcher: QDBusPendingCallWatcher) -> None:
        if watcher.isError():
            self._alert()
        watcher.deleteLater()

    def _alert(self) -> None:
        QApplication.alert(self._window)


def words_of(job: Job) -> str:
    """Return what ended: title and number of pictures; no prompt, it may be on a locked screen."""
    title = plain(title_of(job), 120)
    return f"{title} · {count(len(job.variants), 'picture')}" if job.variants else title
