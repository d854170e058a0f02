"""What was sent of one person: read from a real journal, counted, paged, written as a text."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState, Provider
from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.person_report import shown_photo, without_secrets
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemoteImage,
    StudioRequest,
)
from phota_desktop.core.training import Kind, Training, TrainingOrder, TrainingState
from phota_desktop.services.composition import Services
from phota_desktop.services.privacy import PAGE, Privacy, Subject
from phota_desktop.store.codec import job_to_json
from phota_desktop.store.riding import LOOK
from phota_desktop.store.trainings import Trainings
from tests.unit.services.conftest import Open

ANNA = Subject("prof-anna")
BUCKET = BucketAddress(Provider.S3, "my-photos", "eu-central-1")
SIGNED = "https://me:pw@photos.example:8443/a/b.jpg?X-Amz-Signature=s3cr3t&k=v#frag"
NOON = 1_792_929_600.0
CONSENT = "Anna agrees that these photos are sent to Phota."


def job(
    n: int,
    request: StudioRequest,
    *,
    engine: Engine = Engine.PHOTA,
    state: JobState = JobState.DONE,
    sent: float | None = NOON,
    folder: Path | None = None,
) -> Job:
    copy = folder / f"{n}.jpg" if folder else None
    return Job(
        id=f"job-{n}",
        client_request_id=f"request-{n}",
        engine=engine,
        request=request,
        created=NOON + n,
        sent=sent + n if sent is not None else None,
        state=state,
        request_id=f"req-{n}",
        variants=(Variant(1, Path("/v/1.jpg"), "0", 64, 64, "jpg", copy_path=copy),),
    )


def training(photos: Sequence[str], **fields: object) -> Training:
    values: dict[str, object] = {
        "tag": f"pd-{uuid4()}",
        "engine": Engine.PHOTA,
        "base_url": "",
        "account": "",
        "order": TrainingOrder("Anna", TrainingTier.FAST, tuple(photos), Kind.PERSON, CONSENT),
        "created": NOON - 100,
        "state": TrainingState.ENDED,
        "profile_id": "prof-anna",
        "sent": NOON - 50,
        "ended": NOON,
        "outcome": ProfileStatus.READY,
    }
    return Training(**(values | fields))  # type: ignore[arg-type]


def privacy_of(services: Services) -> Privacy:
    return Privacy(
        Trainings(services.journal),
        services.journal,
        services.people,
        services.session,
        services.threads,
        lambda: services.folders.results,
    )


def test_addresses_are_shown_without_what_is_secret_in_them() -> None:
    assert shown_photo(SIGNED) == "https://photos.example:8443/a/b.jpg"
    assert shown_photo(RemoteImage("https://[::1]/x?sig=1")) == "https://[::1]/x"
    assert shown_photo("https://[nonsense/x?sig=1") == "an address that cannot be read"
    assert shown_photo(Path("/home/me/IMG 1.jpg")) == "IMG 1.jpg"


async def test_a_training_tells_each_photo_and_whether_it_is_still_there(
    open_real_services: Open,
) -> None:
    async with open_real_services() as services:
        trainings = Trainings(services.journal)
        one = training(["/p/a.jpg", "/p/b.jpg", "/p/c.jpg", SIGNED])
        trainings.save(one)
        for n, (source, state) in enumerate(
            (("/p/a.jpg", HostedState.DELETED), ("/p/b.jpg", HostedState.UPLOADED))
        ):
            gone = NOON if state is HostedState.DELETED else None
            row = HostedPhoto(f"x/{n}.jpg", one.tag, BUCKET, source, state, 9, "", NOON - 60, gone)
            trainings.save_photo(row)
        report = await privacy_of(services).report(ANNA)
        (told,) = report.trainings
        shown = [(photo.name, photo.way.value, photo.is_left) for photo in told.photos]
        assert shown == [
            ("a.jpg", "bucket", False),
            ("b.jpg", "bucket", True),
            ("c.jpg", "none", False),
            ("https://photos.example:8443/a/b.jpg", "address", False),
        ]
        assert (report.photos_trained, report.photos_left) == (3, 1)
        assert report.name == "Anna"
        assert report.last == NOON - 50
        assert told.consent == CONSENT


async def test_rides_and_mentions_are_found_also_of_removed_jobs(
    open_real_services: Open, tmp_path: Path
) -> None:
    async with open_real_services() as services:
        photo = Path("/p/a.jpg")
        local = Engine.LOCAL
        rides = EnhanceRequest(photo, profile_ids=("prof-anna",))
        two = EditRequest((photo, RemoteImage(SIGNED)), "[[prof-anna]] smiles")
        for one in (
            job(1, rides, folder=tmp_path / "out"),
            job(2, two),
            job(3, GenerateRequest("[[prof-anna]] at sea"), state=JobState.REFUSED),
            job(4, EnhanceRequest(photo, profile_ids=("prof-anna-2",))),
            job(5, EnhanceRequest(photo, prompt="prof-anna")),
            job(6, rides, engine=local),
            job(7, rides, state=JobState.QUEUED, sent=None),
        ):
            services.journal.add(one)
        services.journal.remove("job-2")
        report = await privacy_of(services).report(ANNA)
        assert [one.job_id for one in report.requests] == ["job-6", "job-3", "job-2", "job-1"]
        assert [(one.rode, one.mentioned) for one in report.requests[1:3]] == [(False, True)] * 2
        sums = report.figures
        assert (sums.requests, sums.photos, sums.local, sums.pictures) == (3, 3, 1, 4)
        assert report.last == NOON + 3
        assert report.folders == (tmp_path / "out",)


async def test_a_person_without_a_record_is_told_to_have_none(open_real_services: Open) -> None:
    async with open_real_services() as services:
        report = await privacy_of(services).report(ANNA)
        assert (report.trainings, report.requests, report.last) == ((), (), None)
        assert report.name == "Profile f-anna"


async def test_a_training_without_a_profile_is_found_by_its_tag(open_real_services: Open) -> None:
    async with open_real_services() as services:
        trainings = Trainings(services.journal)
        one = training(["/p/a.jpg"], state=TrainingState.RECORDED, profile_id="", sent=None)
        trainings.save(one)
        report = await privacy_of(services).report(Subject(tag=one.tag))
        assert (report.name, report.profile_id, report.photos_trained) == ("Anna", "", 0)


def test_what_a_server_echoes_loses_its_secrets() -> None:
    words = without_secrets(f"Cannot fetch {SIGNED} nor 'http://a.example/x?sig=s3cr3t'.")
    assert words == "Cannot fetch https://photos.example:8443/a/b.jpg nor 'http://a.example/x'."


async def test_the_text_is_harmless_complete_and_never_overwrites(
    open_real_services: Open, tmp_path: Path
) -> None:
    async with open_real_services() as services:
        trainings = Trainings(services.journal)
        odd = "/p/\u202egpj.exe\x1b[31m\n.jpg"
        one = training(
            [odd, SIGNED],
            order=TrainingOrder("A\u202enna", TrainingTier.FAST, (odd, SIGNED), consent=CONSENT),
        )
        trainings.save(one)
        row = HostedPhoto("x/1.jpg", one.tag, BUCKET, odd, HostedState.UPLOADED, 9, "", NOON)
        trainings.save_photo(row)
        services.journal.add(job(1, EditRequest((RemoteImage(SIGNED),), "[[prof-anna]]")))
        target = tmp_path / "report.txt"
        first = await privacy_of(services).write(target, ANNA)
        second = await privacy_of(services).write(target, ANNA)
    assert (first.name, second.name) == ("report.txt", "report (2).txt")
    assert first.stat().st_mode & 0o077 == 0
    text = first.read_text("utf-8")
    assert all(line.isprintable() for line in text.splitlines())
    assert "⟨U+202E⟩" in text
    assert "⟨U+001B⟩" in text
    for secret in ("s3cr3t", "Signature", "pw@"):
        assert secret not in text
    assert CONSENT in text
    assert "What followed the ? of an address may open the photo. The journal" in text
    assert "s3://my-photos" in text
    assert "STILL THERE" in text
    assert "request id: req-1" in text
    assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", text)


@pytest.mark.timeout(60)
async def test_50_000_jobs_hold_neither_the_loop_nor_a_commit(open_real_services: Open) -> None:
    """A third of them are of this person; the whole report has all, the panel's one page."""
    number, every = 50_000, 3
    async with open_real_services() as services:
        with services.journal.transaction() as database:
            for rest in range(every):
                ids = ("prof-anna",) if rest == 0 else ("prof-other",)
                pattern = job_to_json(job(7, EnhanceRequest(Path("/p/a.jpg"), profile_ids=ids)))
                database.executemany(
                    "INSERT INTO jobs (id, client_request_id, state, sent, document)"
                    " VALUES (?, ?, 'done', 1.0, ?)",
                    (
                        (f"j{n}", f"r{n}", pattern.replace("job-7", f"j{n}"))
                        for n in range(rest, number, every)
                    ),
                )
        privacy = privacy_of(services)
        gaps: list[float] = []
        commits: list[float] = []

        async def watch() -> None:
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.005)
                gaps.append(time.perf_counter() - began - 0.005)

        async def commit() -> None:
            while True:
                began = time.perf_counter()
                await services.threads.journal(services.journal.read, "SELECT 1")
                commits.append(time.perf_counter() - began)
                await asyncio.sleep(0.05)

        watching = [asyncio.create_task(watch()), asyncio.create_task(commit())]
        report = await privacy.report(ANNA)
        for one in watching:
            one.cancel()
        expected = len(range(0, number, every))
        assert report.figures.requests == expected
        assert PAGE <= len(report.requests) < PAGE + LOOK
        print(f"worst gap {max(gaps):.3f} s, worst wait {max(commits):.3f} s")  # noqa: T201
        assert max(gaps) < 0.25
        assert max(commits) < 0.5
        seen = [one.job_id for one in report.requests]
        before = report.next_before
        while before is not None:
            page = await privacy.page("prof-anna", before)
            seen += [one.job_id for one in page.requests]
            before = page.before
        assert len(seen) == len(set(seen)) == expected
