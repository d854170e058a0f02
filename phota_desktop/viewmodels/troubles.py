"""Troubles of jobs as notices: one for each that ended, one for all that wait alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.viewmodels.jobs import JobAction, JobListModel
from phota_desktop.viewmodels.notices import Notice, NoticeAction, NoticesViewModel, notice_for
from phota_desktop.viewmodels.words import count, next_try

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.queue import Hold

_ACCOUNT = (ErrorKind.KEY_REJECTED, ErrorKind.NO_CREDIT)
_OWN_TROUBLE = (ErrorKind.UNKNOWN, ErrorKind.TOO_SLOW)
"""What each job meets for itself; the other kinds are one trouble for all that wait."""
_LINGERS_MS = 1000
"""How long a notice stays after its jobs went on: most that are refused again are so by then."""
_WANTED = {
    NoticeAction.CHECK_AGAIN: (JobAction.CHECK_AGAIN,),
    NoticeAction.RETRY: (JobAction.RETRY, JobAction.CHECK_AGAIN),
    NoticeAction.TRY_NOW: (JobAction.RETRY, JobAction.CHECK_AGAIN),
    NoticeAction.CHOOSE_FOLDER: (JobAction.RETRY, JobAction.CHECK_AGAIN),
    NoticeAction.REMOVE: (JobAction.REMOVE,),
}


class Troubles(QObject):
    """Tells of jobs that ended badly or wait, and does what those notices' buttons say."""

    def __init__(
        self, jobs: JobListModel, notices: NoticesViewModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._notices = notices
        self._services: Services | None = None
        self._leave: list[Callable[[], None]] = []
        self._shown: dict[str, set[str]] = {}
        self._waved: set[str] = set()
        self._visited: set[str] = set()
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._refresh)
        self._linger = QTimer(self)
        self._linger.setSingleShot(True)
        self._linger.setInterval(_LINGERS_MS)
        self._linger.timeout.connect(self._withdraw)
        jobs.counts_changed.connect(self._refresh)
        notices.acted.connect(self._on_acted)
        notices.dismissed.connect(lambda notice: self._waved.add(notice.group))

    def attach(self, services: Services) -> None:
        """Follow the queue's holds."""
        self._services = services
        queue = services.queue
        self._leave = [
            queue.held.subscribe(lambda _: self._refresh()),
            queue.freed.subscribe(lambda _: self._refresh()),
        ]
        self._refresh()

    def detach(self) -> None:
        """Stop listening, before the services close."""
        for leave in self._leave:
            leave()
        self._leave = []
        self._services = None
        self._tick.stop()
        self._linger.stop()

    # -- jobs that ended ------------------------------------------------------------------

    def follow(self, job: Job) -> None:
        """Tell what became of a job, once, or take back what was told because it goes on."""
        unsaved = next((one.copy_error for one in job.variants if one.copy_error), "")
        if job.state is JobState.CANCELED or (job.error is None and not unsaved):
            self._notices.forget_job(job.id)
        elif job.state.is_final and not job.hidden and self._services is not None:
            kind = job.error.kind if job.error is not None else ErrorKind.DISK
            self._notices.tell(job.id, kind, self._notice_of(job, unsaved))

    def _notice_of(self, job: Job, unsaved: str) -> Notice:
        if job.error is None:
            safe = PhotaError(ErrorKind.DISK, unsaved, hint="The pictures are safe in the app.")
            return self._about(job, notice_for(safe))
        notice = self._about(job, notice_for(job.error))
        if job.state is JobState.PARTIAL:
            came = f"{len(job.variants)} of {job.request.variants} pictures came. "
            return replace(
                notice,
                text=came + notice.text,
                action=NoticeAction.CHECK_AGAIN,
                action_text=JobAction.CHECK_AGAIN.value,
            )
        costly = {NoticeAction.CHECK_AGAIN: JobAction.CHECK_AGAIN}
        costly |= dict.fromkeys((NoticeAction.TRY_NOW, NoticeAction.RETRY), JobAction.RETRY)
        if notice.action in costly:
            # What ended may have to be paid anew: the button says so.
            _, dot, price = self._jobs.action_text(job.id, costly[notice.action]).partition(" · ")
            return replace(notice, action_text=f"{notice.action_text}{dot}{price}")
        return notice

    @staticmethod
    def _about(job: Job, notice: Notice) -> Notice:
        first = next((image for image in job.request.images if isinstance(image, Path)), None)
        name = first.name if first else job.request.operation.value
        return replace(notice, job_id=job.id, path=first).about(name)

    # -- jobs that wait -------------------------------------------------------------------

    def _refresh(self) -> None:
        holds = self._services.queue.holds() if self._services is not None else []
        if not holds and not self._shown:
            return
        groups: dict[str, list[Hold]] = {}
        for hold in holds:
            groups.setdefault(_group(hold), []).append(hold)
        for group, members in groups.items():
            known, now = self._shown.setdefault(group, set()), {hold.job_id for hold in members}
            if not now <= known:
                self._waved.discard(group)  # it is in the way of something new
                known |= now
            if group not in self._waved:
                self._notices.show(self._notice_of_hold(group, members))
        if self._shown.keys() - groups.keys() and not self._linger.isActive():
            self._linger.start()
        is_timed = any(hold.until is not None for hold in holds)
        if is_timed != self._tick.isActive():
            self._tick.start() if is_timed else self._tick.stop()

    def _withdraw(self) -> None:
        holds = self._services.queue.holds() if self._services is not None else []
        over = self._shown.keys() - {_group(hold) for hold in holds}
        self._waved -= over
        self._visited -= over
        for group in over:
            del self._shown[group]
            self._notices.withdraw(group)

    def _notice_of_hold(self, group: str, members: list[Hold]) -> Notice:
        hold = members[0]
        kind = hold.error.kind
        notice = replace(notice_for(hold.error), group=group)
        jobs = [job for hold in members if (job := self._jobs.job(hold.job_id)) is not None]
        if kind in _ACCOUNT:
            waiting = self._waiting({job.id for job in jobs})
            verb = "waits" if waiting == 1 else "wait"
            hint = hold.error.hint if hold.error.status is None else ""
            words = f"{hint} {count(waiting, 'request')} {verb}.".strip()
            if group in self._visited:
                notice = replace(notice, action=NoticeAction.TRY_NOW, action_text="Try now")
            stays = notice.action is not NoticeAction.TRY_NOW
            return replace(notice, hint=words, job_id=hold.job_id, stays=stays)
        moments = [one.until for one in members if one.until is not None]
        if moments and kind is not ErrorKind.DISK:
            notice = replace(notice, text=f"{notice.text} {next_try(min(moments))}")
        return self._about(jobs[0], notice) if len(jobs) == 1 else notice

    def _waiting(self, held: set[str]) -> int:
        """Count the jobs that wait for key or credit, and those behind them in the line."""
        behind = {
            job.id
            for job in self._jobs.jobs()
            if job.state is JobState.QUEUED
            and job.engine is Engine.PHOTA
            and JobAction.SEND not in self._jobs.actions(job.id)
        }
        return len(held | behind)

    # -- buttons --------------------------------------------------------------------------

    def act(self, notice: Notice, folder: Path | None = None) -> None:
        """Do what a button says about a job; ``folder`` is one that a person has chosen."""
        job, services = self._jobs.job(notice.job_id), self._services
        if services is None:
            return
        if notice.group or (job is not None and not job.state.is_final):
            services.queue.try_now()  # it is held: look again
        elif job is not None and folder is not None and job.error is None:
            services.tasks.spawn(
                services.queue.deliver_again(job.id, folder), name=f"deliver {job.id[:8]}"
            )
        elif job is not None:
            allowed = self._jobs.actions(job.id)
            wanted = (one for one in _WANTED.get(notice.action, ()) if one in allowed)
            action = next(wanted, None)
            if action is not None:
                self._jobs.act(job.id, action)

    def try_now(self) -> None:
        """Let everything that is held look again."""
        if self._services is not None:
            self._services.queue.try_now()

    def _on_acted(self, notice: Notice) -> None:
        if notice.action is NoticeAction.OPEN_ACCOUNT and notice.group:
            # Nothing tells us of new credit: from now on the button is to try.
            self._visited.add(notice.group)
            self._refresh()
        elif notice.action is NoticeAction.TRY_NOW:
            self._visited.discard(notice.group)


def _group(hold: Hold) -> str:
    error = hold.error
    if error.kind in _ACCOUNT:
        return f"{error.kind} {error.status is None}"
    if error.kind in _OWN_TROUBLE:
        return f"{error.kind} {hold.job_id}"
    return f"{error.kind} {error.message} {error.hint}"
