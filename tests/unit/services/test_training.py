"""Trainings against the fake Phota: recorded first, uploaded, sent once."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import (
    TrainingOrder,
    TrainingProgress,
    TrainingState,
)
from phota_desktop.services.training_record import without_query
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open
from tests.unit.services.folder_bucket import FolderBucket, no_such_bucket
from tests.unit.services.trainers import PASTED, PRICE, URLS, costs, ends

pytestmark = pytest.mark.usefixtures("quick_looks")


async def test_photos_of_this_computer_are_uploaded_and_taken_back(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    seen: list[TrainingState] = []
    progress: list[TrainingProgress] = []
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.1) as fake:
        async with opened(fake) as services:
            services.trainer.changed.subscribe(lambda one: seen.append(one.state))
            services.trainer.progress.subscribe(progress.append)
            begun = await services.trainer.begin(order, PRICE)
            assert begun.state is TrainingState.RECORDED
            assert not fake.ledger.trainings()
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.TRAINING
            [row] = fake.ledger.trainings()
            assert (row["tag"], row["profile_id"]) == (begun.tag, training.profile_id)
            assert costs(services, begun.tag) == [(PRICE, True)]
            assert bucket.told == [3600]
            assert training.links_until is not None
            assert 3500 < training.links_until - time.time() <= 3600
            ended = await ends(services, training)
            assert (ended.state, ended.outcome) == (TrainingState.ENDED, ProfileStatus.READY)
            assert services.people.names[training.profile_id] == "Rex"
            told = services.notebook.names(services.people.account)[training.profile_id]
            assert (told.name, told.kind) == ("Rex", "dog")
        assert [one["status"] for one in fake.ledger.rows("fetch")] == [200] * 7
    assert bucket.objects == []
    assert list(dict.fromkeys(seen)) == ["recorded", "uploading", "sent", "training", "ended"]
    phases = [one.phase for one in progress]
    assert phases == sorted(phases, key=["preparing", "uploading", "sending"].index)
    uploads = [one.done for one in progress if one.phase == "uploading"]
    assert uploads == sorted(uploads)
    assert (uploads[-1], {one.total for one in progress[:-1]}) == (7, {7})


async def test_what_is_on_record_before_the_request_leaves(
    tmp_path: Path, opened: Open, order: TrainingOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phota_desktop.api.profiles import ProfilesApi

    before: list[tuple[TrainingState, list[tuple[Decimal | None, bool]]]] = []
    add = ProfilesApi.add
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:

            async def watched(
                api: ProfilesApi, urls: list[str], tag: str, tier: TrainingTier
            ) -> str:
                found = services.trainings.get(tag)
                assert found is not None
                before.append((found.state, costs(services, tag)))
                return await add(api, urls, tag, tier)

            monkeypatch.setattr(ProfilesApi, "add", watched)
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
    assert before == [(TrainingState.SENT, [(PRICE, False)])]


async def test_the_local_engine_takes_photos_where_they_are_and_costs_nothing(
    opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    async with opened(engine=Engine.LOCAL) as services:
        begun = await services.trainer.begin(order, Decimal(0), cap=Decimal(0))
        training = await services.trainer.wait(begun.tag)
        assert training.state is TrainingState.TRAINING
        assert costs(services, begun.tag) == []
        assert bucket.told == []
        with pytest.raises(PhotaError) as caught:
            await services.trainer.begin(PASTED, None)
        assert "opens no connections" in caught.value.message


async def test_pasted_addresses_lose_their_secrets_once_the_answer_is_known(
    tmp_path: Path, opened: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(PASTED, PRICE)
            assert begun.order.photos == URLS
            training = await services.trainer.wait(begun.tag)
            assert training.order.photos == tuple(f"https://a.example/{n}.jpg?…" for n in range(5))
            assert training.links_until is None
            assert b"secret" not in services.folders.journal_file.read_bytes()
            with pytest.raises(PhotaError) as caught:
                await services.trainer.begin(training.order, PRICE)
            assert caught.value.hint == "Paste them again."
        assert len(fake.ledger.trainings()) == 1


def test_addresses_without_secrets_stay_as_they_are() -> None:
    plain = ("/photos/a?b.jpg", "https://a.example/1.jpg", "https://a.example:1/x%20y.jpg")
    assert tuple(map(without_query, plain)) == plain
    assert without_query("https://me:pw@a.example/1.jpg#x") == "https://a.example/1.jpg?…"
    assert without_query("https://a.example/1.jpg?…") == "https://a.example/1.jpg?…"
    assert without_query("https://[broken") == "?…"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"photos": URLS[:4]}, "photos"),
        ({"photos": URLS[:4] + URLS[:1]}, "photos"),
        ({"tier": TrainingTier.STANDARD}, "photos"),
        ({"photos": (*URLS, "/nowhere/1.jpg")}, "photos"),
    ],
)
async def test_what_cannot_be_a_training_is_not_on_record(
    tmp_path: Path, opened: Open, change: dict[str, object], field: str
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            with pytest.raises(PhotaError) as caught:
                await services.trainer.begin(replace(PASTED, **change), PRICE)  # type: ignore[arg-type]
            assert caught.value.field == field
            assert services.trainings.all() == []


async def test_photos_of_this_computer_need_a_bucket(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    bucket.is_ready = False
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            with pytest.raises(PhotaError) as caught:
                await services.trainer.begin(order, PRICE)
            assert (caught.value.kind, caught.value.field) == (ErrorKind.INVALID, "bucket")
            assert services.trainings.all() == []


async def test_the_cap_counts_what_is_still_being_uploaded(
    tmp_path: Path, opened: Open, order: TrainingOrder
) -> None:
    cap = 2 * PRICE
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            one = await services.trainer.begin(order, PRICE, cap=cap)
            two = await services.trainer.begin(order, PRICE, cap=cap)
            for _ in range(2):  # while they are on their way, and when they are paid
                with pytest.raises(PhotaError) as caught:
                    await services.trainer.begin(order, PRICE, cap=cap)
                assert caught.value.field == "daily_cap"
                await services.trainer.wait(one.tag)
                await services.trainer.wait(two.tag)
            await services.trainer.begin(order, PRICE, cap=3 * PRICE)
            entries = await services.ledger.entries()
        assert {entry.operation for entry in entries} == {"training"}


async def test_a_bucket_that_fails_leaves_a_training_to_go_on_with(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    bucket.broken = no_such_bucket()
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.RECORDED
            assert training.message == "There is no such bucket."
            assert services.trainer.needs_a_word(begun.tag)
            assert costs(services, begun.tag) == []
            assert bucket.objects == []
            bucket.broken = None
            await services.trainer.go_on(begun.tag)
            training = await services.trainer.wait(begun.tag)
            assert (training.state, training.message) == (TrainingState.TRAINING, "")
            assert costs(services, begun.tag) == [(PRICE, True)]
        assert [row["tag"] for row in fake.ledger.trainings()] == [begun.tag]


async def test_photos_of_an_earlier_try_are_never_sent_along(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    fault = Fault("add", "drop", times=1)
    with FakePhotaThread(tmp_path / "ledger", fault) as fake:
        async with opened(fake) as services:
            bucket.stuck = True
            begun = await services.trainer.begin(order, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.SENT
            assert len(bucket.objects) == 7
            await services.trainer.go_on(begun.tag)
            await services.trainer.wait(begun.tag)
            problem = services.trainer.problem(begun.tag)
            assert problem is not None
            assert "cannot be deleted" in problem.message
            assert not fake.ledger.trainings()
            bucket.stuck = False
            await services.trainer.go_on(begun.tag)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.TRAINING
        [row] = fake.ledger.trainings()
        assert (row["tag"], row["photos"]) == (begun.tag, 7)


async def test_a_photo_that_cannot_be_read_any_more_ends_it(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    Path(order.photos[6]).write_bytes(b"no photo")
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.FAILED
            assert "IMG_6.jpg" in training.message
            await services.trainer.forget(begun.tag)
            assert services.trainer.known() == ()
        assert not fake.ledger.trainings()
    assert bucket.objects == []
