"""Jobs beyond those that the queue loads, and what the lists do with places and missing files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.photos import CAPTION_ROLE, PhotoListModel
from phota_desktop.viewmodels.variants import VariantStripModel, job_entries, original_entry

PHOTO = Path("/p/IMG.jpg")


def done(name: str, sequence: int, *indexes: int) -> Job:
    variants = tuple(Variant(n, Path(f"/v/{name}-{n}.jpg"), "0", 8, 6, "jpg") for n in indexes)
    return Job(
        id=name,
        client_request_id="c",
        engine=Engine.LOCAL,
        request=EnhanceRequest(PHOTO, variants=3),
        created=1.0,
        state=JobState.DONE,
        sequence=sequence,
        variants=variants,
    )


def test_older_jobs_are_known_but_have_no_row(qapp: object) -> None:
    model = JobListModel()
    model.put(done("new", 500, 0))
    told: list[int] = []
    model.loaded.connect(lambda: told.append(1))
    older = [done("b", 2, 0), done("a", 1, 0), done("new", 500, 0)]
    model.add_older(older)
    model.add_older(older)
    assert told == [1], "nothing is told that is known"
    assert [job.id for job in model.jobs()] == ["new", "b", "a"]
    assert model.rowCount() == 1
    assert model.summary == "1 job"
    model.put(replace(done("b", 2, 0, 1)))  # it was taken up again
    assert [len(job.variants) for job in model.jobs()] == [1, 2, 1]


def test_a_place_keeps_its_key_while_its_picture_comes_out_of_turn(qapp: object) -> None:
    model = VariantStripModel()
    original = original_entry(PHOTO)
    running = replace(done("j", 1), state=JobState.READY)
    model.reset([original, *job_entries(running)])
    assert [entry.key for entry in model.entries()] == ["original", "j:0", "j:1", "j:2"]
    second = replace(done("j", 1, 1), state=JobState.READY)
    model.update_entries([original, *job_entries(second)])
    keys = [entry.key for entry in model.entries()]
    assert sorted(keys) == ["j:0", "j:1", "j:2", "original"]
    entry = model.entry("j:1")
    assert entry is not None
    assert entry.path == Path("/v/j-1.jpg")
    model.update_entries([original, *job_entries(done("j", 1, 0, 1, 2))])
    assert [entry.key for entry in model.entries()] == ["original", "j:0", "j:1", "j:2"]
    model.update_entries([original, *job_entries(done("j", 1, 0, 2))])  # one is in the trash
    model.update_entries([original, *job_entries(done("j", 1, 0, 1, 2))])
    assert [entry.key for entry in model.entries()] == ["original", "j:0", "j:1", "j:2"]


def test_a_photo_keeps_its_row_when_it_is_found_elsewhere(qapp: object) -> None:
    model = PhotoListModel()
    other = Path("/p/other.jpg")
    model.add([PHOTO, other])
    model.set_variants(PHOTO, 2, 0)
    changes: list[int] = []
    model.dataChanged.connect(lambda first, _last: changes.append(first.row()))
    model.set_missing(PHOTO, True)
    model.set_missing(PHOTO, True)
    assert changes == [0]
    assert model.index(0).data(CAPTION_ROLE) == "Missing · 2 variants"
    found = Path("/elsewhere/IMG.jpg")
    model.replace(PHOTO, found)
    assert model.paths() == [found, other]
    assert not model.is_missing(found)
    model.replace(found, other)  # it is in the list already
    assert model.paths() == [found, other]
