"""How trainings end: withdrawn, lost and found again, over; and that no photo stays."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import Profile, ProfileStatus, TrainingTier
from phota_desktop.core.training import (
    TrainingOrder,
    TrainingState,
)
from phota_desktop.services import reconciling
from phota_desktop.store.lock import JobClaim
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open
from tests.unit.services.folder_bucket import FolderBucket, no_such_bucket
from tests.unit.services.trainers import PASTED, PRICE, URLS, costs, ends

pytestmark = pytest.mark.usefixtures("quick_looks")


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
            assert trainer.missing([]) == []  # a list may be older than the profile
            assert not await trainer.not_found(other.profile_id)  # as may an answer
            assert trainer.get(other.tag) == other
            await trainer.learn(Profile(other.profile_id, ProfileStatus.QUEUING))
            assert len(bucket.objects) == 7
            await asyncio.sleep(reconciling.LOOK_FOR_S)
            assert trainer.missing([ended.profile_id]) == [other]
            assert await trainer.not_found(other.profile_id)
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
