"""Hundreds of jobs are taken over as one change, and captions look at them once."""

from __future__ import annotations

from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.requests import EnhanceRequest, GenerateRequest, StudioRequest
from phota_desktop.services.composition import open_services
from phota_desktop.store.journal import Journal
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.studio import StudioViewModel

PHOTOS = tuple(Path(f"/p/IMG_{n}.jpg") for n in range(4))


def _job(n: int, state: JobState, request: StudioRequest) -> Job:
    done = state is JobState.DONE
    picture = Variant(1, Path(f"/v/{n}.jpg"), "0", 2048, 1365, "jpg")
    return Job(
        id=f"job-{n:03}",
        client_request_id=f"c-{n}",
        engine=Engine.PHOTA,
        request=request,
        created=1000.0 + n,
        state=state,
        sent=1000.0 + n if state is not JobState.QUEUED else None,
        variants=(picture,) if done else (),
    )


async def test_the_jobs_of_the_journal_come_as_one_change(qapp: object, tmp_path: Path) -> None:
    environ = {"PHOTA_DESKTOP_HOME": str(tmp_path)}
    folders = AppFolders.find(environ)
    folders.create()
    journal = Journal(folders.journal_file)
    for n in range(12):
        state = JobState.DONE if n % 3 else JobState.QUEUED
        journal.add(_job(n, state, EnhanceRequest(PHOTOS[n % 4])))
    journal.add(_job(99, JobState.ACCEPTED, GenerateRequest("a boat")))
    journal.close()
    store = SettingsStore(folders.settings_file)
    settings = SettingsViewModel(store, store.load())
    jobs = JobListModel()
    studio = StudioViewModel(jobs, settings)
    studio.photos.add(PHOTOS)
    studio.choose_photo(PHOTOS[1])
    told: list[str] = []
    jobs.job_changed.connect(lambda _: told.append("job"))
    jobs.counts_changed.connect(lambda: told.append("counts"))
    jobs.modelReset.connect(lambda: told.append("reset"))
    services = await open_services(folders, settings.value, environ=environ)
    await services.queue.load()
    jobs.attach(services.queue, services.tasks)
    try:
        assert told == ["reset", "counts"]
        rows = [jobs._jobs[row].id for row in range(jobs.rowCount())]
        assert rows[0] == "job-099"
        assert rows[1:5] == ["job-000", "job-003", "job-006", "job-009"]
        assert rows[5:] == sorted(rows[5:], reverse=True)
        captions = [studio.photos._captions[photo] for photo in PHOTOS]
        assert captions == ["2 variants · running"] * 4
        assert [entry.group for entry in studio.strip.entries()] == [
            "",
            "job-001",
            "job-005",
            "job-009",
        ]
        studio.close_photo(PHOTOS[0])
        for photo in PHOTOS[1:]:
            studio.close_photo(photo)
        assert [entry.group for entry in studio.strip.entries()] == ["job-099"], "still watched"
    finally:
        jobs.detach()
        await services.close()
