"""Trainings watched to their end over HTTP: how often is asked, when it stops, what is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import Training, TrainingOrder, TrainingState
from phota_desktop.core.training_time import DOCUMENTED, expected_training_seconds
from phota_desktop.services import reconciling
from phota_desktop.services.composition import Services
from phota_desktop.services.people import AT_ONCE, Person
from phota_desktop.services.watching import Pace, Watcher
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.fake_phota.trainees import FakeProfile
from tests.unit.services.conftest import Open

PHOTA, LOCAL = Engine.PHOTA, Engine.LOCAL
URLS = tuple(f"https://photos.example/{n}.jpg" for n in range(10))
ORDER = TrainingOrder("Anna", TrainingTier.STANDARD, URLS, consent="Anna agrees.")
QUICK = Pace(apart=0.02, often=0.06, seldom=0.12, patience=60.0, longest=0.4)


@dataclass
class Watched:
    """A watcher over real services, and what it told."""

    services: Services
    watcher: Watcher
    consents: bool = True
    ready: list[Person] = field(default_factory=list)
    ended: list[Person] = field(default_factory=list)


@asynccontextmanager
async def watching(
    opening: Open,
    fake: FakePhotaThread | None,
    pace: Pace = QUICK,
    *,
    engine: Engine = PHOTA,
    consents: bool = True,
) -> AsyncIterator[Watched]:
    async with opening(fake.environ() if fake else None, engine=engine) as services:
        await services.trainer.load()
        watcher = Watcher(
            services.people,
            services.trainer,
            services.session,
            services.tasks,
            lambda: made.consents,
            pace=pace,
            local_pace=Pace(apart=0.05, often=0.2, seldom=0.2),
        )
        made = Watched(services, watcher, consents)
        watcher.ready.subscribe(made.ready.append)
        watcher.ended.subscribe(made.ended.append)
        watcher.start()
        try:
            yield made
        finally:
            watcher.stop()


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def crowd(fake: FakePhotaThread, number: int, tag: str | None = None) -> None:
    """Put profiles in training at the server."""
    assert fake._servers is not None
    profiles = fake._servers.memory.trainees.profiles
    for n in range(number):
        made = FakeProfile(f"prof_{n:016}", tag)
        made.fetched = made.created
        profiles[made.id] = made


def asked(fake: FakePhotaThread, *steps: str) -> list[dict[str, object]]:
    """Return the questions about profiles that reached the server."""
    return [row for row in fake.ledger.rows("profiles") if row["step"] in (steps or STEPS)]


STEPS = ("ids", "status", "picture")


@pytest.mark.parametrize("listed", ["status", "strings"])
async def test_three_hundred_in_training_are_asked_about_within_the_limit(
    tmp_path: Path, open_real_services: Open, listed: str
) -> None:
    pace = Pace(apart=0.05, often=0.4, seldom=0.8)
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0, listed=listed) as fake:
        crowd(fake, 300)
        async with watching(open_real_services, fake, pace) as watched:
            assert await watched.watcher.refresh() is None
            first = len(asked(fake))
            assert first == (1 if listed == "status" else 1 + AT_ONCE)
            began = time.monotonic()
            await asyncio.sleep(1.5)
            took = time.monotonic() - began
        rows = asked(fake)[first:]
        if listed == "status":  # one list says it all
            assert {row["step"] for row in rows} == {"ids"}
            assert 2 <= len(rows) <= took / pace.often + 1
        else:  # in turn: each is asked about once before any a second time
            assert 10 <= len(rows) <= took / pace.apart + 1
            ids = [row["profile_id"] for row in asked(fake, "status")]
            assert len(set(ids)) == len(ids)


async def test_one_profile_is_not_asked_about_more_often_than_that(
    tmp_path: Path, open_real_services: Open
) -> None:
    pace = Pace(apart=0.01, often=0.2, seldom=0.6, patience=0.5)
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0, listed="strings") as fake:
        fake.set_chaos(
            training_seconds=600.0, listed="strings", validating_seconds=0, queuing_seconds=0
        )
        crowd(fake, 1)
        async with watching(open_real_services, fake, pace) as watched:
            await watched.watcher.refresh()
            await asyncio.sleep(2.0)
        # First every 0.2 s, and every 0.6 s once it has been at work for 0.5 s.
        assert 4 <= len(asked(fake, "status")) <= 7


async def test_a_training_is_followed_through_its_states_and_then_left_alone(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.9, picture_after=0.2) as fake:
        async with watching(open_real_services, fake) as watched:
            services, seen = watched.services, list[ProfileStatus | None]()
            services.people.learned.subscribe(lambda said: seen.append(said[0].status))
            await watched.watcher.refresh()
            assert not asked(fake)[1:]
            begun = await services.trainer.begin(ORDER, Decimal("2.90"))
            await until(lambda: watched.ready)
            assert list(dict.fromkeys(seen)) == [
                ProfileStatus.VALIDATING,
                ProfileStatus.QUEUING,
                ProfileStatus.IN_PROGRESS,
                ProfileStatus.READY,
            ]
            [person] = services.people.people
            assert watched.ready[0].id == person.id
            known = services.trainer.get(begun.tag)
            assert known is not None
            assert watched.watcher.began(person.id, known) == known.sent
            assert watched.watcher.expected(known) == DOCUMENTED[PHOTA, TrainingTier.STANDARD]
            await until(lambda: services.people.people[0].picture)
            await until(lambda: services.trainer.known()[0].state is TrainingState.ENDED)
            assert services.trainer.known()[0].outcome is ProfileStatus.READY
            quiet = len(asked(fake))
            await asyncio.sleep(0.3)
            assert len(asked(fake)) == quiet
            assert (len(watched.ready), watched.ended) == (1, [])


async def test_a_failure_is_told_with_its_reason(tmp_path: Path, open_real_services: Open) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.3, training_ends="ERROR") as fake:
        async with watching(open_real_services, fake) as watched:
            await watched.services.trainer.begin(ORDER, None)
            await watched.watcher.refresh()
            await until(lambda: watched.ended)
            people = watched.services.people
            await until(lambda: people.people[0].message == "No subject detected.")
            await until(lambda: watched.services.trainer.known()[0].outcome is ProfileStatus.ERROR)


async def test_what_ended_while_the_program_was_closed_is_told_if_it_is_ours(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0) as fake:
        async with watching(open_real_services, fake) as watched:
            begun = await watched.services.trainer.begin(ORDER, None)
            await watched.services.trainer.wait(begun.tag)
        crowd(fake, 2)
        fake.set_chaos(training_seconds=0.0)
        async with watching(open_real_services, fake) as watched:
            await watched.watcher.refresh()
            await until(lambda: watched.ready)
            assert len(watched.services.people.people) == 3
            await asyncio.sleep(0.1)
            assert [person.name for person in watched.ready] == ["Anna"]
        async with watching(open_real_services, fake) as watched:
            await watched.watcher.refresh()
            await asyncio.sleep(0.1)
            assert watched.ready == []


async def test_watching_goes_on_after_a_restart(tmp_path: Path, open_real_services: Open) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0) as fake:
        for training_seconds in (600.0, 0.3):
            fake.set_chaos(training_seconds=training_seconds)
            async with watching(open_real_services, fake) as watched:
                if training_seconds > 1:
                    begun = await watched.services.trainer.begin(ORDER, None)
                    await watched.services.trainer.wait(begun.tag)
                await watched.watcher.refresh()
                if training_seconds < 1:
                    await until(lambda: watched.ready)


async def test_a_profile_deleted_elsewhere_ends_its_training(
    tmp_path: Path, open_real_services: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", 0.0)
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0) as fake:
        async with watching(open_real_services, fake) as watched:
            services = watched.services
            begun = await services.trainer.begin(ORDER, None)
            known = await services.trainer.wait(begun.tag)
            await watched.watcher.refresh()
            assert services.people.find(known.profile_id)
            await services.session.client(PHOTA).profiles.delete(known.profile_id)
            await until(lambda: not services.people.people)
            await until(lambda: services.trainer.known()[0].state is TrainingState.ENDED)
            assert services.trainer.known()[0].outcome is None
            assert (watched.ready, watched.ended) == ([], [])


async def test_nothing_goes_out_before_consent(tmp_path: Path, open_real_services: Open) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0) as fake:
        crowd(fake, 3)
        async with watching(open_real_services, fake, consents=False) as watched:
            await asyncio.sleep(0.2)
            assert not asked(fake)
            await watched.watcher.refresh()  # a person's own wish
            first = len(asked(fake))
            await asyncio.sleep(0.2)
            assert len(asked(fake)) == first
            watched.consents = True
            watched.watcher.wake()
            await until(lambda: len(asked(fake)) > first)


async def test_errors_are_waited_out_longer_each_time(
    tmp_path: Path, open_real_services: Open
) -> None:
    pace = Pace(apart=0.05, often=0.05, seldom=0.05, longest=0.4)
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0) as fake:
        crowd(fake, 1)
        async with watching(open_real_services, fake, pace) as watched:
            await watched.watcher.refresh()
            fake.set_chaos(Fault("profiles", "status", status=503), training_seconds=600.0)
            before = len(asked(fake))
            await asyncio.sleep(1.5)  # pauses of 0.1, 0.2, 0.4, 0.4, 0.4
            assert 3 <= len(asked(fake)) - before <= 7
            fake.set_chaos(
                Fault("profiles", "status", status=429, retry_after="2"), training_seconds=600.0
            )
            await asyncio.sleep(0.5)
            before = len(asked(fake))
            await asyncio.sleep(1.0)
            assert len(asked(fake)) == before
            fake.set_chaos(training_seconds=0.0)
            await until(lambda: watched.ready)


async def test_the_first_list_is_tried_until_there_is_a_network(
    tmp_path: Path, open_real_services: Open
) -> None:
    fault = Fault("profiles", "drop", times=3)
    with FakePhotaThread(tmp_path / "ledger", fault, training_seconds=0.0) as fake:
        crowd(fake, 1)
        async with watching(open_real_services, fake) as watched:
            assert await watched.watcher.refresh() is not None
            await until(lambda: watched.services.people.is_listed)
            await until(lambda: watched.services.people.people[0].picture)


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_a_refused_key_or_no_credit_ends_the_asking_until_it_is_put_right(
    tmp_path: Path, open_real_services: Open, status: int
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0) as fake:
        crowd(fake, 1)
        async with watching(open_real_services, fake) as watched:
            await watched.watcher.refresh()
            fake.set_chaos(Fault("profiles", "status", status=status), training_seconds=600.0)
            before = len(asked(fake))
            await until(lambda: len(asked(fake)) > before)
            before = len(asked(fake))
            await asyncio.sleep(0.4)
            assert len(asked(fake)) == before
            fake.set_chaos(training_seconds=600.0)
            await watched.watcher.refresh()
            await until(lambda: len(asked(fake)) > before + 2)


async def test_the_local_engine_is_watched_without_any_consent(
    tmp_path: Path, open_real_services: Open
) -> None:
    photos = []
    for n in range(5):
        photos.append(tmp_path / f"{n}.jpg")
        Image.effect_noise((1100, 1100), 30 + n).convert("RGB").save(photos[-1], quality=80)
    order = TrainingOrder("Rex", TrainingTier.FAST, tuple(map(str, photos)))
    async with watching(open_real_services, None, engine=LOCAL, consents=False) as watched:
        await watched.watcher.refresh()
        await watched.services.trainer.begin(order, Decimal(0))
        await until(lambda: watched.ready, 20.0)
        await until(lambda: watched.services.people.people[0].picture)
        assert watched.ready[0].name == "Rex"


def ended(seconds: float, tier: TrainingTier = TrainingTier.STANDARD) -> Training:
    order = TrainingOrder("x", tier, ())
    return Training(
        *("pd-1", PHOTA, "", "", order, 0.0, TrainingState.ENDED),
        sent=1000.0,
        ended=1000.0 + seconds,
        outcome=ProfileStatus.READY,
    )


def test_the_time_of_a_training_is_what_ours_took_or_what_is_documented() -> None:
    standard, fast = TrainingTier.STANDARD, TrainingTier.FAST
    assert expected_training_seconds(PHOTA, standard, ()) == 1200.0
    assert expected_training_seconds(PHOTA, fast, ()) is None
    assert expected_training_seconds(LOCAL, standard, ()) is None
    ours = [ended(600.0), ended(800.0), ended(1e6), ended(-5.0), ended(60.0, fast)]
    assert expected_training_seconds(PHOTA, standard, ours) == 700.0
    assert expected_training_seconds(PHOTA, fast, ours) is None
