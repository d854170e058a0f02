"""Trainings against the fake Phota: recorded first, found again by their tag, paid once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.ledger import total
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.services import training
from phota_desktop.services.composition import Services
from phota_desktop.services.training import Trainer, TrainingOrder
from phota_desktop.store.charges import Charges
from phota_desktop.store.trainings import TrainingLog, TrainingState
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread

ORDER = TrainingOrder(
    "Anna", TrainingTier.FAST, tuple(f"https://a.example/{n}.jpg" for n in range(5))
)

Open = Callable[..., AbstractAsyncContextManager[Services]]
Train = Callable[[FakePhotaThread], AbstractAsyncContextManager[Trainer]]


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "LOOK_FOR_S", 0.3)
    monkeypatch.setattr(training, "PAUSE_S", 0.1)


@pytest.fixture
def log(tmp_path: Path) -> TrainingLog:
    return TrainingLog(tmp_path / "trainings")


@pytest.fixture
def trainer(open_real_services: Open, log: TrainingLog) -> Train:
    @asynccontextmanager
    async def opening(fake: FakePhotaThread) -> AsyncIterator[Trainer]:
        async with open_real_services(fake.environ(), engine=Engine.PHOTA) as services:
            charges = Charges(services.journal)
            yield Trainer(services.session, log, charges, services.threads)

    return opening


def states(log: TrainingLog) -> list[TrainingState]:
    return [each.state for each in log.all()]


async def test_a_training_is_on_record_and_begun_once(
    tmp_path: Path, trainer: Train, log: TrainingLog
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.01) as fake:
        async with trainer(fake) as begins:
            begun = await begins.begin(ORDER)
            [row] = fake.ledger.rows("training")
            assert (row["tag"], row["profile_id"], row["cents"]) == (
                begun.tag,
                begun.profile_id,
                149,
            )
            assert (await begins.settle(begun.profile_id)).status is not None
            assert states(log) == [TrainingState.KNOWN]
            assert log.all()[0].sources == ()
            assert await begins.doubtful() == []
            second = await begins.begin(ORDER)
            assert second.tag != begun.tag
            await begins.forget(begun.profile_id)
            assert [each.tag for each in log.all()] == [second.tag]


async def test_trainings_are_in_the_ledger_and_count_for_the_daily_cap(
    tmp_path: Path, open_real_services: Open, log: TrainingLog
) -> None:
    price = Decimal("1.49")
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=Engine.PHOTA) as services:
            charges = Charges(services.journal)
            begins = Trainer(services.session, log, charges, services.threads)
            begun = await begins.begin(ORDER, price)
            await begins.begin(ORDER)
            fake.set_chaos(Fault("profiles", "status", status=402))
            with pytest.raises(PhotaError):
                await begins.begin(ORDER, price)
            fake.set_chaos(Fault("profiles", "drop", times=1))
            with pytest.raises(PhotaError):
                await begins.begin(ORDER, price)
            await begins.forget(begun.profile_id)  # it was paid all the same
            entries = sorted(await services.ledger.entries(), key=lambda one: one.time)
            assert [(one.amount, one.certain) for one in entries] == [
                (price, True),
                (None, True),
                (price, False),
            ]
            assert {one.operation for one in entries} == {"training"}
            assert entries[0].profile_ids == (begun.profile_id,)
            assert await services.ledger.entries(until=entries[0].time) == ()
            assert services.journal.spent_today(time.time()) == total(entries) == 2 * price
            await services.queue.stay_below(
                Decimal("3.10"), [Estimate(Decimal(0), Decimal("0.12"))]
            )
            with pytest.raises(PhotaError) as caught:
                await services.queue.stay_below(Decimal("2.98"), [Estimate(price, price)])
            assert caught.value.field == "daily_cap"
            path = await services.ledger.write_csv(tmp_path / "costs.csv", entries, {})
            assert path.read_text("utf-8-sig").splitlines()[-1] == "Total,,,,,0,2.98,USD,"
            assert ",training,," in path.read_text("utf-8-sig")


@pytest.mark.parametrize("do", ["lose_answer", "reset", "garbage", "truncate"])
async def test_a_lost_answer_is_found_by_its_tag(
    tmp_path: Path, trainer: Train, log: TrainingLog, do: str
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("profiles", do, times=1)) as fake:
        async with trainer(fake) as begins:
            begun = await begins.begin(ORDER)
        [row] = fake.ledger.rows("training")
        assert begun.profile_id == row["profile_id"]
        assert states(log) == [TrainingState.KNOWN]


async def test_what_is_not_found_is_never_sent_again_by_itself(
    tmp_path: Path, trainer: Train, log: TrainingLog
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("profiles", "drop", times=1)) as fake:
        async with trainer(fake) as begins:
            with pytest.raises(PhotaError) as caught:
                await begins.begin(ORDER)
            assert caught.value.kind is ErrorKind.UNKNOWN
            assert "may have begun" in caught.value.message
        assert not fake.ledger.rows("training")
        async with trainer(fake) as begins:  # as after a restart
            [doubt] = await begins.doubtful()
            assert (doubt.name, doubt.sources) == (ORDER.name, ORDER.sources)
            assert (await begins.find(doubt)).state is TrainingState.SENT
            await begins.give_up(doubt)
            assert await begins.doubtful() == []
        assert states(log) == [TrainingState.GIVEN_UP]
        assert not fake.ledger.rows("training")


async def test_a_500_may_have_begun_it(tmp_path: Path, trainer: Train) -> None:
    fault = Fault("profiles", "status", times=1, status=502, body="html", charged=True)
    with FakePhotaThread(tmp_path / "ledger", fault) as fake:
        async with trainer(fake) as begins:
            begun = await begins.begin(ORDER)
        assert [row["profile_id"] for row in fake.ledger.rows("training")] == [begun.profile_id]


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "key_rejected"), (402, "no_credit"), (422, "invalid")]
)
async def test_a_refusal_is_the_end_of_it(
    tmp_path: Path, trainer: Train, log: TrainingLog, status: int, kind: str
) -> None:
    fault = Fault("profiles", "status", status=status)
    with FakePhotaThread(tmp_path / "ledger", fault) as fake:
        async with trainer(fake) as begins:
            with pytest.raises(PhotaError) as caught:
                await begins.begin(ORDER)
            assert caught.value.kind == kind
            assert await begins.doubtful() == []
        assert states(log) == [TrainingState.FAILED]
        assert not fake.ledger.rows("training")


async def test_a_busy_server_is_asked_again_after_a_look(tmp_path: Path, trainer: Train) -> None:
    fault = Fault("profiles", "status", times=1, status=429, retry_after="0")
    with FakePhotaThread(tmp_path / "ledger", fault) as fake:
        async with trainer(fake) as begins:
            await begins.begin(ORDER)
        assert len(fake.ledger.rows("training")) == 1


async def test_looks_that_fail_find_nothing_out(tmp_path: Path, trainer: Train) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("profiles", "lose_answer", times=3)) as fake:
        async with trainer(fake) as begins:
            begun = await begins.begin(ORDER)  # the add and two looks fail, the third look finds
        assert [row["profile_id"] for row in fake.ledger.rows("training")] == [begun.profile_id]
    with FakePhotaThread(tmp_path / "other", Fault("profiles", "drop")) as fake:
        async with trainer(fake) as begins:
            with pytest.raises(PhotaError):
                await begins.begin(ORDER)
            assert len(await begins.doubtful()) == 1


async def test_other_accounts_and_servers_have_doubts_of_their_own(
    tmp_path: Path, trainer: Train, log: TrainingLog
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("profiles", "drop", times=1)) as fake:
        async with trainer(fake) as begins:
            with contextlib.suppress(PhotaError):
                await begins.begin(ORDER)
    with FakePhotaThread(tmp_path / "other") as fake:
        async with trainer(fake) as begins:
            assert await begins.doubtful() == []
    assert states(log) == [TrainingState.SENT]


async def test_a_look_ends_a_doubt_of_an_earlier_start(
    tmp_path: Path, trainer: Train, log: TrainingLog
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with trainer(fake) as begins:
            begun = await begins.begin(ORDER)
            # As a kill right after the sending would leave it.
            log.save(replace(begun, state=TrainingState.SENT, profile_id=""))
            [found] = await begins.look_again()
            assert await begins.look_again() == []
    assert found.profile_id == begun.profile_id
    assert states(log) == [TrainingState.KNOWN]


async def test_the_local_engine_has_looked_at_the_photos_when_it_is_settled(
    open_real_services: Open, log: TrainingLog, photo: Path
) -> None:
    sources = []
    for n in range(5):
        copy = photo.with_name(f"{n}.jpg")
        copy.write_bytes(photo.read_bytes())
        sources.append(copy.as_uri())
    async with open_real_services(engine=Engine.LOCAL) as services:
        begins = Trainer(services.session, log, Charges(services.journal), services.threads)
        begun = await begins.begin(TrainingOrder("Rex", TrainingTier.FAST, tuple(sources)))
        profile = await begins.settle(begun.profile_id)
    assert profile.status is ProfileStatus.QUEUING
