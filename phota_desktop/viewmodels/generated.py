"""Pictures made from words alone: they have no photo to stand beside, so they become one."""

from __future__ import annotations

from pathlib import Path

from phota_desktop.core.jobs import Job
from phota_desktop.core.options import Operation
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.notices import Notice, NoticeAction, Tone
from phota_desktop.viewmodels.variants import Entry, job_entries
from phota_desktop.viewmodels.words import count


def generated_notice(job: Job, picture: Path) -> Notice:
    """Return what is said of a generated picture while another photo is shown."""
    words = f"Generated {count(len(job.variants), 'picture')}."
    return Notice(words, Tone.GOOD, NoticeAction.SHOW_PHOTO, "Show", path=picture)


class Generated:
    """The generate jobs: which still work, and which photo came of which."""

    def __init__(self, jobs: JobListModel) -> None:
        self._jobs = jobs
        self._watched: set[str] = set()

    def watch(self, job: Job) -> Path | None:
        """Follow a job; return its first picture when it has just ended with one."""
        if job.request.operation is not Operation.GENERATE:
            return None
        if not job.state.is_final:
            self._watched.add(job.id)
            return None
        if job.id not in self._watched or job.hidden or not job.variants:
            return None
        self._watched.discard(job.id)
        return job.variants[0].path

    def job_of(self, photo: Path | None) -> Job | None:
        """Return the job that made a photo, if it was made from words."""
        if photo is None:
            return None
        for job in self._jobs.jobs():
            if job.request.operation is Operation.GENERATE and any(
                photo in (variant.copy_path, variant.vault_path) for variant in job.variants
            ):
                return job
        return None

    def entries(self) -> list[Entry]:
        """Return the places of those that have no picture yet, for when no photo is shown."""
        jobs = [job for job in reversed(self._jobs.jobs()) if job.id in self._watched]
        return [entry for job in jobs for entry in job_entries(job)]

    def newest(self) -> Path | None:
        """Return the first picture of the newest job that brought one."""
        for job in self._jobs.jobs():
            if job.request.operation is Operation.GENERATE and job.variants and not job.hidden:
                return job.variants[0].path
        return None
