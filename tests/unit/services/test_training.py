"""Trainings against the fake Phota: recorded first, uploaded, sent once, taken back at the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import Profile, ProfileStatus, TrainingTier
from phota_desktop.core.training import (
    Kind,
    Training,
    TrainingOrder,
    TrainingProgress,
    TrainingState,
)
from phota_desktop.services import reconciling
from phota_desktop.services.composition import Services
from phota_desktop.services.training import Trainer
from phota_desktop.services.training_record import without_query
from phota_desktop.store.charges import Charges
from phota_desktop.store.lock import JobClaim
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.folder_bucket import FolderBucket, no_such_bucket

URLS = tuple(f"https://a.example/{n}.jpg?token=secret{n}" for n in range(5))
PASTED = TrainingOrder("Anna", TrainingTier.FAST, URLS, consent="Anna agrees.")
PRICE = Decimal("1.49")

Open = Callable[..., AbstractAsyncContextManager[Services]]


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", 0.2)
    monkeypatch.setattr(reconciling, "PAUSE_S", 0.05)


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[FolderBucket]:
    made = FolderBucket(tmp_path / "bucket")
    yield made
    made.close()


@pytest.fixture
def order(tmp_path: Path) -> TrainingOrder:
    """Return seven photos of this computer: three batches of uploads."""
    photos = []
    for n in range(7):
        path = tmp_path / f"IMG_{n}.jpg"
        Image.effect_noise((160, 120), 20 + 10 * n).convert("RGB").save(path, quality=90)
        photos.append(str(path))
    return TrainingOrder("Rex", TrainingTier.FAST, tuple(photos), Kind.DOG, "Rex is mine.")


@pytest.fixture
def opened(open_real_services: Open, bucket: FolderBucket) -> Open:
    """Open services whose trainer hosts photos in a folder."""

    @asynccontextmanager
    async def opening(
        fake: FakePhotaThread | None = None, engine: Engine = Engine.PHOTA
    ) -> AsyncIterator[Services]:
        async with open_real_services(fake.environ() if fake else {}, engine=engine) as services:
            host_in(services, bucket)
            yield services
            await services.trainer.close()

    return opening


def host_in(services: Services, bucket: FolderBucket) -> None:
    """Give the services a trainer that hosts photos in a folder."""
    bucket.attach(services.trainings, services.threads)

    async def name(training: Training) -> None:
        await services.people.rename(training.profile_id, training.name, str(training.order.kind))

    services.trainer = Trainer(
        services.session,
        services.trainings,
        Charges(services.journal),
        services.threads,
        services.tasks,
        JobClaim(services.folders.runtime),
        services.queue.spending,
        hosting=bucket,
        prices=services.prices,
        cap=lambda: services.settings.daily_cap,
        name=name,
    )


def costs(services: Services, tag: str) -> list[tuple[Decimal | None, bool]]:
    return [(one.amount, one.certain) for one in Charges(services.journal).of_training(tag)]


async def ends(services: Services, training: Training) -> Training:
    """Ask for the profile's state until it is final, as a watcher does."""
    api = services.session.client(training.engine).profiles
    while True:
        profile = await api.status(training.profile_id)
        await services.trainer.learn(profile)
        if profile.status is not None and profile.status.is_final:
            await services.trainer.cleaned()
            found = services.trainings.get(training.tag)
            assert found is not None
            return found
        await asyncio.sleep(0.02)


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


async def test_a_training_is_withdrawn_while_it_is_not_sent(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            while not bucket.objects:
                await asyncio.sleep(0)
            canceled = await services.trainer.cancel(begun.tag)
            assert canceled.state is TrainingState.CANCELED
            assert await services.trainer.cleaned() == 0
            assert bucket.objects == []
            assert (await services.trainer.wait(begun.tag)) == canceled
            assert not services.trainer.needs_a_word(begun.tag)
            again = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(again.tag)
            with pytest.raises(PhotaError) as caught:
                await services.trainer.cancel(again.tag)
            assert "delete the profile" in caught.value.message
        assert [row["tag"] for row in fake.ledger.trainings()] == [again.tag]


async def test_a_withdrawal_at_any_moment_is_clear(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            for turns in range(0, 400, 13):
                begun = await services.trainer.begin(order, PRICE)
                for _ in range(turns):
                    await asyncio.sleep(0.0005)
                try:
                    await services.trainer.cancel(begun.tag)
                except PhotaError:
                    training = await services.trainer.wait(begun.tag)
                    assert training.state is TrainingState.TRAINING
                    assert costs(services, begun.tag) == [(PRICE, True)]
                    await ends(services, training)
                else:
                    assert costs(services, begun.tag) == []
                await services.trainer.cleaned()
                assert bucket.objects == []
            tags = {one.tag for one in services.trainer.known() if one.profile_id}
        assert {row["tag"] for row in fake.ledger.trainings()} == tags


async def test_what_is_not_found_is_never_sent_again_by_itself(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("add", "drop", times=1)) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.SENT
            assert bucket.objects == []
        async with opened(fake) as services:  # as after a restart
            await services.trainer.load()
            assert services.trainer.is_running(begun.tag)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.SENT
            assert services.trainer.needs_a_word(begun.tag)
            given_up = await services.trainer.give_up(begun.tag)
            assert given_up.state is TrainingState.GIVEN_UP
            assert costs(services, begun.tag) == [(PRICE, False)]
        assert not fake.ledger.trainings()
        adds = [row for row in fake.ledger.rows("profiles") if row["step"] == "add"]
        assert [row["tag"] for row in adds] == [begun.tag]


async def test_sending_again_keeps_the_tag_and_counts_what_it_may_cost(
    tmp_path: Path, opened: Open, order: TrainingOrder
) -> None:
    faults = Fault("add", "drop", times=2), Fault("ids", "status", status=503)
    with FakePhotaThread(tmp_path / "ledger", *faults) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
            fake.set_chaos(Fault("add", "drop", times=1))
            await services.trainer.go_on(begun.tag)
            await services.trainer.wait(begun.tag)
            assert costs(services, begun.tag) == [(PRICE, False), (PRICE, False)]
            fake.set_chaos(Fault("add", "status", status=402))
            await services.trainer.go_on(begun.tag)
            training = await services.trainer.wait(begun.tag)
            # Refused this time, it may still have begun before.
            assert training.state is TrainingState.SENT
            assert costs(services, begun.tag) == [(PRICE, False), (PRICE, False)]
            fake.set_chaos()
            await services.trainer.go_on(begun.tag)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.TRAINING
            assert costs(services, begun.tag) == [(PRICE, True)]
        assert [row["tag"] for row in fake.ledger.trainings()] == [begun.tag]
        tags = {row["tag"] for row in fake.ledger.rows("profiles") if row["step"] == "add"}
        assert tags == {begun.tag}


async def test_what_began_twice_is_counted_twice(
    tmp_path: Path, opened: Open, order: TrainingOrder
) -> None:
    fault = Fault("add", "lose_answer", times=1)
    with FakePhotaThread(tmp_path / "ledger", fault, listed_after=0.8) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.SENT  # this list is later than rule R4 waits
            await services.trainer.go_on(begun.tag)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.TRAINING
            assert len(fake.ledger.trainings()) == 2
            assert costs(services, begun.tag) == [(PRICE, False), (PRICE, True)]


async def test_a_second_click_sends_nothing_more(
    tmp_path: Path, opened: Open, order: TrainingOrder
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("add", "drop", times=1)) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
            await asyncio.gather(*(services.trainer.go_on(begun.tag) for _ in range(5)))
            await services.trainer.wait(begun.tag)
            await services.trainer.go_on(begun.tag)
        assert len(fake.ledger.trainings()) == 1


async def test_one_program_at_a_time_works_at_a_training(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            bucket.broken = no_such_bucket()
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
            other = JobClaim(services.folders.runtime)
            assert other.claim(begun.tag)
            await services.trainer.go_on(begun.tag)
            await services.trainer.wait(begun.tag)
            problem = services.trainer.problem(begun.tag)
            assert problem is not None
            assert "Another window" in problem.message
            with pytest.raises(PhotaError, match="Another window"):
                await services.trainer.cancel(begun.tag)
            other.release(begun.tag)
            assert (await services.trainer.cancel(begun.tag)).state is TrainingState.CANCELED


async def test_a_final_state_ends_a_training_and_a_vanished_profile_too(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    traits = {"training_ends": "ERROR", "training_message": "Too dark.", "training_seconds": 0.05}
    with FakePhotaThread(tmp_path / "ledger", **traits) as fake:
        async with opened(fake) as services:
            trainer = services.trainer
            begun = await trainer.begin(order, PRICE)
            ended = await ends(services, await trainer.wait(begun.tag))
            assert (ended.outcome, ended.message) == (ProfileStatus.ERROR, "Too dark.")
            fake.set_chaos(training_seconds=60.0)
            other = await trainer.wait((await trainer.begin(order, PRICE)).tag)
            await trainer.vanished([])  # a list older than the profile: it is there
            assert trainer.get(other.tag) == other
            await trainer.learn(Profile(other.profile_id, ProfileStatus.QUEUING))
            assert len(bucket.objects) == 7
            await services.session.client(Engine.PHOTA).profiles.delete(other.profile_id)
            await trainer.vanished([ended.profile_id])
            await trainer.cleaned()
            gone = trainer.get(other.tag)
            assert gone is not None
            assert (gone.state, gone.outcome) == (TrainingState.ENDED, None)
            assert bucket.objects == []
            await trainer.forget_profile(ended.profile_id)
            assert [one.tag for one in trainer.known()] == [other.tag]
            assert costs(services, ended.tag) == [(PRICE, True)]  # it was paid all the same


async def test_a_list_that_tells_the_tag_ends_a_doubt(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    faults = Fault("add", "lose_answer"), Fault("ids", "status", status=503)
    with FakePhotaThread(tmp_path / "ledger", *faults) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
            [row] = fake.ledger.trainings()
            listed = Profile(row["profile_id"], ProfileStatus.READY, tag=begun.tag)
            await services.trainer.learn(listed)
            await services.trainer.cleaned()
            found = services.trainings.get(begun.tag)
            assert found is not None
            assert (found.state, found.profile_id) == (TrainingState.ENDED, listed.id)
            assert costs(services, begun.tag) == [(PRICE, True)]
    assert bucket.objects == []


@pytest.mark.parametrize("listed", ["status", "full", "bare", "strings"])
async def test_a_look_ends_a_doubt_of_an_earlier_start(
    tmp_path: Path, opened: Open, order: TrainingOrder, listed: str
) -> None:
    faults = Fault("add", "lose_answer"), Fault("ids", "status", status=503)
    with FakePhotaThread(tmp_path / "ledger", *faults) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
        fake.set_chaos(listed=listed)
        async with opened(fake) as services:
            await services.trainer.load()
            await services.trainer.look_again()  # or the start has looked before
            assert await services.trainer.look_again() == []
            found = await services.trainer.wait(begun.tag)
            assert found.state is TrainingState.TRAINING
            assert services.people.names[found.profile_id] == "Rex"
        assert [row["profile_id"] for row in fake.ledger.trainings()] == [found.profile_id]


async def test_a_server_without_tags_is_not_believed(tmp_path: Path, opened: Open) -> None:
    with FakePhotaThread(tmp_path / "ledger", tag_filter=False, listed="bare") as fake:
        async with opened(fake) as services:
            foreign = services.session.client(Engine.PHOTA).profiles
            for n in range(2):
                await foreign.add(URLS, f"other-{n}", TrainingTier.FAST)
            fake.set_chaos(Fault("add", "drop"), tag_filter=False, listed="bare")
            begun = await services.trainer.begin(PASTED, PRICE)
            assert (await services.trainer.wait(begun.tag)).state is TrainingState.SENT


async def test_other_accounts_have_trainings_of_their_own(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("add", "drop", times=1)) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
    with FakePhotaThread(tmp_path / "other") as fake:
        async with opened(fake) as services:
            await services.trainer.load()
            assert services.trainer.known() == ()
            assert [one.tag for one in services.trainer.open_elsewhere()] == [begun.tag]
            with pytest.raises(PhotaError, match="another server"):
                await services.trainer.go_on(begun.tag)
            assert not services.trainer.is_running(begun.tag)
        assert not fake.ledger.trainings()


async def test_photos_go_when_no_link_opens_them_any_more(
    tmp_path: Path,
    opened: Open,
    bucket: FolderBucket,
    order: TrainingOrder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from phota_desktop.services import training_photos

    monkeypatch.setitem(training_photos.LINK_SECONDS, TrainingTier.FAST, 0)
    with FakePhotaThread(tmp_path / "ledger", training_seconds=60.0) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.TRAINING
            async with asyncio.timeout(5):
                while bucket.objects:
                    await asyncio.sleep(0.01)


async def test_no_link_and_no_photo_is_kept_anywhere(
    tmp_path: Path, opened: Open, order: TrainingOrder
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.05) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            await ends(services, await services.trainer.wait(begun.tag))
            home = services.folders.home
        kept = [path for path in home.rglob("*") if path.is_file()]
        assert not [path for path in kept if b"X-Amz-Signature" in path.read_bytes()]
        assert not [path for path in kept if path.suffix == ".jpg"]
        assert "X-Amz" not in json.dumps(fake.ledger.rows("profiles"))
