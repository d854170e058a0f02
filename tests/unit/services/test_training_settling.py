"""What is too new to be given up: a 404 just after sending, a clock that is set, a 429."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from phota_desktop.cli import following
from phota_desktop.cli.exits import Exit
from phota_desktop.cli.following import follow
from phota_desktop.cli.output import Output
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.training import TrainingOrder, TrainingProgress, TrainingState
from phota_desktop.services import reconciling
from phota_desktop.services.watching import Pace, Watcher
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open
from tests.unit.services.folder_bucket import FolderBucket
from tests.unit.services.trainers import PASTED, PRICE, costs

QUICK = Pace(apart=0.02, often=0.06, seldom=0.06)


@pytest.mark.parametrize(
    ("times", "look_for", "code", "outcome"),
    [(3, 120.0, Exit.DONE, ProfileStatus.READY), (1000, 0.2, Exit.FAILED, None)],
    ids=["at first", "for two minutes"],
)
async def test_a_status_that_is_not_found_ends_no_new_training(
    tmp_path: Path,
    opened: Open,
    bucket: FolderBucket,
    order: TrainingOrder,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    look_for: float,
    code: Exit,
    outcome: ProfileStatus | None,
) -> None:
    monkeypatch.setattr(following, "PACE", QUICK)
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", look_for)
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
            fake.set_chaos(Fault("status", "status", status=404, times=times), training_seconds=0.0)
            assert await follow(services, Output(), "add", begun.tag) is code
            ended = services.trainer.get(begun.tag)
            assert ended is not None
            assert (ended.state, ended.outcome) == (TrainingState.ENDED, outcome)
            asked = [row["step"] for row in fake.ledger.rows("profiles")]
            assert asked.count("status") == 4 or outcome is None
    assert bucket.objects == []


async def test_photos_that_are_left_are_no_success(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            bucket.stuck = True
            assert await follow(services, Output(), "add", begun.tag) is Exit.OPEN


@pytest.mark.usefixtures("quick_looks")
async def test_the_missing_are_asked_after_one_by_one(tmp_path: Path, opened: Open) -> None:
    pace = Pace(apart=0.1, often=0.4, seldom=0.4)
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0, listed="strings") as fake:
        async with opened(fake) as services:
            for _ in range(5):
                begun = await services.trainer.begin(PASTED, PRICE)
                await services.trainer.wait(begun.tag)
            await asyncio.sleep(reconciling.LOOK_FOR_S)
            assert fake._servers is not None
            fake._servers.memory.trainees.profiles.clear()
            watcher = Watcher(
                services.people,
                services.trainer,
                services.session,
                services.tasks,
                lambda: True,
                pace=pace,
            )
            watcher.start()
            before = len(fake.ledger.rows("profiles"))
            began = time.monotonic()
            await watcher.refresh()
            while any(one.state is TrainingState.TRAINING for one in services.trainer.known()):
                await asyncio.sleep(0.01)
            took = time.monotonic() - began
            watcher.stop()
        asked = [row["step"] for row in fake.ledger.rows("profiles")[before:]]
        assert asked.count("status") == 5
        assert took >= 0.9 * 5 * pace.apart
        assert len(asked) <= took / pace.apart + 2


async def test_a_clock_that_is_set_forward_does_not_shorten_the_looks(
    tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", 1.0)
    monkeypatch.setattr(reconciling, "PAUSE_S", 0.05)
    now = time.time
    with FakePhotaThread(
        tmp_path / "ledger", Fault("add", "lose_answer"), listed_after=0.6
    ) as fake:
        async with opened(fake) as services:

            def on_changed(training: object) -> None:
                if getattr(training, "state", None) is TrainingState.SENT:
                    monkeypatch.setattr(time, "time", lambda: now() + 7200)

            services.trainer.changed.subscribe(on_changed)
            begun = await services.trainer.begin(PASTED, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert training.state is TrainingState.TRAINING  # it was listed late, yet in time


async def test_after_a_restart_the_time_of_day_counts(
    tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(PASTED, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert services.trainer.is_settling(training)
        monkeypatch.setattr(time, "time", lambda: now() + 200)
        async with opened(fake) as services:
            await services.trainer.load()
            assert not services.trainer.is_settling(training)
        monkeypatch.setattr(time, "time", lambda: now() - 200)
        async with opened(fake) as services:
            await services.trainer.load()
            assert services.trainer.is_settling(training)


async def test_a_training_that_is_refused_for_now_can_be_withdrawn(
    tmp_path: Path, opened: Open, bucket: FolderBucket, order: TrainingOrder
) -> None:
    progress: list[TrainingProgress] = []
    busy = Fault("add", "status", status=429, retry_after="60")
    with FakePhotaThread(tmp_path / "ledger", busy) as fake:
        async with opened(fake) as services:
            services.trainer.progress.subscribe(progress.append)
            begun = await services.trainer.begin(order, PRICE)
            async with asyncio.timeout(10):
                while not progress or progress[-1].phase != "waiting":
                    await asyncio.sleep(0.01)
            assert len(bucket.objects) == 7
            canceled = await services.trainer.cancel(begun.tag)
            assert canceled.state is TrainingState.CANCELED
            assert await services.trainer.cleaned() == 0
            assert costs(services, begun.tag) == []
        assert fake.ledger.trainings() == []
    assert bucket.objects == []


async def test_one_that_may_have_begun_before_cannot(
    tmp_path: Path, opened: Open, order: TrainingOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", 0.2)
    monkeypatch.setattr(reconciling, "PAUSE_S", 0.05)
    with FakePhotaThread(tmp_path / "ledger", Fault("add", "drop")) as fake:
        async with opened(fake) as services:
            begun = await services.trainer.begin(order, PRICE)
            await services.trainer.wait(begun.tag)
            fake.set_chaos(Fault("add", "status", status=429, retry_after="60"))
            await services.trainer.go_on(begun.tag)
            async with asyncio.timeout(10):
                while [row["step"] for row in fake.ledger.rows("profiles")].count("add") < 2:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
            with pytest.raises(PhotaError) as caught:
                await services.trainer.cancel(begun.tag)
            assert caught.value.kind is ErrorKind.INVALID
