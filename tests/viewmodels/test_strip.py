"""The strip keeps its rows by key while jobs go from waiting to done."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobError, JobState, Variant
from phota_desktop.core.options import OutputFormat
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.jobs import JobAction, JobListModel, actions_for
from phota_desktop.viewmodels.variants import (
    EntryKind,
    VariantStripModel,
    job_entries,
    numbered,
    original_entry,
)

PHOTO = Path("/p/IMG.jpg")


def job(state: JobState, got: int = 0, *, asked: int = 2, engine: Engine = Engine.PHOTA) -> Job:
    variants = tuple(Variant(n, Path(f"/v/{n}.jpg"), "0", 2048, 1365, "jpg") for n in range(got))
    return Job(
        id="j",
        client_request_id="c",
        engine=engine,
        request=EnhanceRequest(PHOTO, variants=asked),
        created=1000.0,
        state=state,
        variants=variants,
    )


def kinds(one: Job) -> list[EntryKind]:
    return [entry.kind for entry in job_entries(one)]


def test_places_follow_the_state() -> None:
    assert kinds(job(JobState.QUEUED)) == [EntryKind.WAITING] * 2
    assert kinds(job(JobState.ACCEPTED)) == [EntryKind.RUNNING] * 2
    assert kinds(job(JobState.READY, 1)) == [EntryKind.RESULT, EntryKind.RUNNING]
    assert kinds(job(JobState.DONE, 2)) == [EntryKind.RESULT] * 2
    assert kinds(job(JobState.PARTIAL, 1)) == [EntryKind.RESULT, EntryKind.FAILED]
    assert kinds(job(JobState.REFUSED)) == [EntryKind.REFUSED]
    assert kinds(job(JobState.UNKNOWN)) == [EntryKind.UNKNOWN]
    assert kinds(job(JobState.CANCELED)) == []
    assert kinds(replace(job(JobState.ACCEPTED), hidden=True)) == []


def test_local_variants_are_named_by_look_and_paid_ones_carry_the_cost() -> None:
    local = job_entries(job(JobState.DONE, 2, engine=Engine.LOCAL))
    assert [entry.title for entry in local] == ["Natural", "Brighter"]
    price = Estimate(Decimal("0.24"), Decimal("0.30"))
    done = replace(job(JobState.DONE, 2), estimate=price)
    paid = job_entries(replace(done, cost=Decimal("0.24")))
    assert [entry.title for entry in paid] == ["v1", "v2"]
    assert [entry.detail for entry in paid] == ["2048 × 1365 · $0.12"] * 2
    recognised = job_entries(replace(done, cost=Decimal("0.30")))
    assert recognised[1].detail == "2048 × 1365 · $0.15"
    mixed = job_entries(replace(done, cost=Decimal("0.27")))
    assert mixed[0].detail == "2048 × 1365 · $0.12–0.15", "nobody says which of them"
    assert job_entries(done)[0].detail == "2048 × 1365", "no price is known"


def test_pictures_of_several_jobs_are_numbered_as_one_strip() -> None:
    strip = [original_entry(PHOTO), *job_entries(job(JobState.DONE, 2))]
    strip += job_entries(job(JobState.REFUSED)) + job_entries(job(JobState.DONE, 1, asked=1))
    titles = [entry.title for entry in numbered(strip)]
    assert titles == ["Original", "v1", "v2", "Refused", "v4"]
    local = job_entries(job(JobState.DONE, 2, engine=Engine.LOCAL))
    assert [entry.title for entry in numbered(local)] == ["Natural", "Brighter"]


def test_rows_stay_where_they_are_by_key(qapp: object) -> None:
    model = VariantStripModel()
    original = original_entry(PHOTO)
    model.reset([original, *job_entries(job(JobState.ACCEPTED))])
    removed: list[int] = []
    inserted: list[int] = []
    model.rowsRemoved.connect(lambda _p, first, _l: removed.append(first))
    model.rowsInserted.connect(lambda _p, first, _l: inserted.append(first))
    model.update_entries([original, *job_entries(job(JobState.DONE, 2))])
    assert (removed, inserted) == ([], [])
    assert model.row("j:1") == 2
    failure = replace(job(JobState.FAILED), error=JobError(ErrorKind.BUSY, "busy"))
    model.update_entries([original, *job_entries(failure)])
    assert removed == [2]


def test_actions_fit_the_state() -> None:
    assert JobAction.CANCEL in actions_for(job(JobState.ACCEPTED))
    assert JobAction.SEND in actions_for(job(JobState.QUEUED), unsent=True)
    assert JobAction.SEND not in actions_for(job(JobState.QUEUED))
    assert actions_for(job(JobState.UNKNOWN))[0] is JobAction.CHECK_AGAIN
    assert actions_for(job(JobState.FAILED))[0] is JobAction.RETRY
    late = replace(job(JobState.FAILED), remote_job_id="r")
    assert actions_for(late)[0] is JobAction.CHECK_AGAIN
    assert JobAction.RETRY not in actions_for(job(JobState.REFUSED))


def test_jobs_stand_newest_first_and_are_counted(qapp: object) -> None:
    model = JobListModel()
    model.put(replace(job(JobState.QUEUED), id="1", sequence=1))
    model.put(replace(job(JobState.ACCEPTED), id="3", sequence=3))
    model.put(replace(job(JobState.DONE, 2), id="2", sequence=2))
    assert [one.id for one in model.jobs()] == ["3", "2", "1"]
    assert model.summary == "1 running · 1 waiting"
    model.put(replace(job(JobState.DONE, 2), id="3", sequence=3))
    model.put(replace(job(JobState.CANCELED), id="1", sequence=1))
    assert model.summary == "3 jobs"


def test_details_hold_no_prompt(qapp: object) -> None:
    model = JobListModel()
    secret = replace(job(JobState.FAILED), request=EnhanceRequest(PHOTO, prompt="my secret wish"))
    model.put(secret)
    assert "secret" not in model.details("j")
    assert "client request id: c" in model.details("j")


def test_the_button_carries_the_price(qapp: object) -> None:
    form = RequestForm()
    changes: list[int] = []
    form.changed.connect(lambda: changes.append(1))
    form.set_variants(3)
    form.set_variants(3)
    assert len(changes) == 1, "a setter tells only a change"
    assert form.button_text(PHOTO) == "Enhance 3 · free"
    form.set_engine(Engine.PHOTA)
    assert form.button_text(PHOTO) == "Enhance 3 · $0.36"
    form.set_format("png")
    form.set_prompt("  soft  ")
    assert form.request(PHOTO) == EnhanceRequest(
        PHOTO, prompt="soft", variants=3, output_format=OutputFormat.PNG
    )
