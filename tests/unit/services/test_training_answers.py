"""Every answer about a training, through the real client: what a person reads, what is on record.

The server is the fake Phota on loopback, the photos' server a bucket that speaks S3.
"""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.api import retry
from phota_desktop.core.errors import WORDS, ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import Training, TrainingOrder, TrainingState
from phota_desktop.services import reconciling
from phota_desktop.services.composition import Services
from phota_desktop.services.people import Person
from phota_desktop.services.watching import Pace, Watcher
from phota_desktop.store.charges import Charges
from phota_desktop.viewmodels.people_rows import status_words
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import KEY, FakePhotaThread
from tests.unit.services.conftest import Open

PHOTA = Engine.PHOTA
URLS = [f"https://photos.example/{n}.jpg?X-Amz-Signature=secret-of-a-link" for n in range(5)]
FAST = TrainingTier.FAST
LONG = 600.0
_SENTENCE = re.compile(r"[.!?](?=\s|$)")


def check_words(error: PhotaError, *secrets: str) -> str:
    """Return what a person reads of an error: two sentences at most, an action, no secret."""
    said = f"{error.message} {error.hint}".strip()
    assert 1 <= len(_SENTENCE.findall(said)) <= 2, said
    for never in ("Traceback", "Error(", "object at 0x", "secret", "X-Amz", KEY, *secrets):
        assert never not in said
    assert WORDS[error.kind].action, "one next action"
    return said


async def _seen(tmp_path: Path, open_real_services: Open, **traits: object) -> Person:
    """Train somebody and return what the list of people says of them."""
    with FakePhotaThread(tmp_path / "ledger", **traits) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await services.session.client(PHOTA).profiles.add(URLS, "pd-1", FAST)
            assert await services.people.refresh() is None
            [person] = services.people.people
            return person


# -- the six states --------------------------------------------------------------------------


@pytest.mark.parametrize("listed", ["status", "strings", "tag"])
@pytest.mark.parametrize(
    ("traits", "status"),
    [
        ({"validating_seconds": LONG}, ProfileStatus.VALIDATING),
        ({"validating_seconds": 0, "queuing_seconds": LONG}, ProfileStatus.QUEUING),
        ({"training_seconds": 0, "in_progress_seconds": LONG}, ProfileStatus.IN_PROGRESS),
        ({"training_seconds": 0}, ProfileStatus.READY),
        ({"training_seconds": 0, "training_ends": "ERROR"}, ProfileStatus.ERROR),
        ({"training_seconds": 0, "training_ends": "INACTIVE"}, ProfileStatus.INACTIVE),
    ],
    ids=lambda value: str(value) if isinstance(value, ProfileStatus) else "",
)
async def test_each_state_is_told_however_the_list_looks(
    tmp_path: Path,
    open_real_services: Open,
    traits: dict[str, object],
    status: ProfileStatus,
    listed: str,
) -> None:
    person = await _seen(tmp_path, open_real_services, listed=listed, **traits)
    assert person.status is status
    assert person.is_ready is (status is ProfileStatus.READY)
    if status is ProfileStatus.ERROR:
        assert person.message == "No subject detected."
    assert (person.picture is not None) is (status is ProfileStatus.READY)


async def test_a_word_that_nobody_knows_is_a_training_that_goes_on(
    tmp_path: Path, open_real_services: Open
) -> None:
    person = await _seen(tmp_path, open_real_services, training_ends="POLISHING")
    assert person.status in (ProfileStatus.VALIDATING, ProfileStatus.IN_PROGRESS)
    assert not person.is_ready


async def test_a_picture_that_is_not_there_yet_is_no_error(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0, picture_after=LONG) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            api = services.session.client(PHOTA).profiles
            made = await api.add(URLS, "pd-1", FAST)
            assert await services.people.refresh() is None
            [person] = services.people.people
            assert person.picture is None
            assert person.initials
            with pytest.raises(PhotaError) as caught:
                await api.picture(made)
            assert caught.value.kind is ErrorKind.GONE
            check_words(caught.value)
            fake.set_chaos(training_seconds=0)
            assert await services.people.refresh() is None
            [person] = services.people.people
            assert person.picture is not None


# -- the client's own words -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault("add", "status", status=402), ErrorKind.NO_CREDIT, "Not enough credit"),
        (Fault("add", "status", status=401), ErrorKind.KEY_REJECTED, "API key"),
        (Fault("add", "status", status=403), ErrorKind.KEY_REJECTED, "API key"),
        (Fault("add", "status", status=404), ErrorKind.INVALID, "takes no trainings"),
        (Fault("add", "status", status=429), ErrorKind.BUSY, "Phota is busy."),
        (
            Fault("add", "status", status=422, field="image_urls", detail="Too few."),
            None,
            "Too few",
        ),
    ],
)
async def test_refusals_of_an_add_cost_nothing_and_have_words(
    tmp_path: Path, open_real_services: Open, fault: Fault, kind: ErrorKind | None, words: str
) -> None:
    with FakePhotaThread(tmp_path / "ledger", fault) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            with pytest.raises(PhotaError) as caught:
                await services.session.client(PHOTA).profiles.add(URLS, "pd-1", FAST)
        assert caught.value.kind is (kind or ErrorKind.INVALID)
        assert caught.value.surely_not_charged
        assert words in check_words(caught.value)
        assert fake.ledger.trainings() == []


async def test_what_is_gone_says_so_of_the_profile(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            api = services.session.client(PHOTA).profiles
            for call in (api.status, api.picture, api.delete):
                with pytest.raises(PhotaError) as caught:
                    await call("prof_unknown")
                assert caught.value.kind is ErrorKind.GONE
                assert "This profile no longer exists" in check_words(caught.value)


# -- the service: what is on record, and what a person reads of it ------------------------------

ORDER = TrainingOrder("Anna", FAST, tuple(URLS), consent="Anna agrees.")
PRICE = Decimal("1.49")


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for a lost answer for a moment; how long it is looked for is tested with the trainer."""
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", 0.3)
    monkeypatch.setattr(reconciling, "PAUSE_S", 0.1)
    monkeypatch.setattr(retry, "FIRST_DELAY_S", 0.02)


async def train(services: Services, order: TrainingOrder = ORDER) -> Training:
    """Train, and return what is on record once nothing more happens by itself."""
    begun = await services.trainer.begin(order, PRICE)
    await services.trainer.wait(begun.tag)
    found = services.trainings.get(begun.tag)
    assert found is not None
    return found


def words_of(services: Services, training: Training) -> str:
    """Return what a person reads of a training that came to nothing, here and after a restart."""
    problem = services.trainer.problem(training.tag)
    assert problem is not None
    said = check_words(problem)
    assert training.message
    for never in ("Traceback", "secret", "X-Amz", KEY):
        assert never not in training.message
    return said


def charged(services: Services, training: Training) -> list[tuple[Decimal | None, bool]]:
    """Return what a training cost, and whether that is certain."""
    rows = Charges(services.journal).of_training(training.tag)
    return [(row.amount, row.certain) for row in rows]


@pytest.mark.parametrize(
    ("fault", "traits", "kind", "words"),
    [
        (None, {"no_subject": "add"}, ErrorKind.INVALID, "No subject detected"),
        (Fault("add", "status", status=400, detail="Too dark."), {}, ErrorKind.INVALID, "Too dark"),
        (Fault("add", "status", status=402), {}, ErrorKind.NO_CREDIT, "Not enough credit"),
        (Fault("add", "status", status=401), {}, ErrorKind.KEY_REJECTED, "API key"),
        (Fault("add", "status", status=403), {}, ErrorKind.KEY_REJECTED, "API key"),
        (Fault("add", "status", status=404), {}, ErrorKind.INVALID, "takes no trainings"),
        (Fault("add", "status", status=413), {}, ErrorKind.INVALID, "too large"),
        (Fault("add", "status", status=429), {}, ErrorKind.BUSY, "Phota is busy"),
        (Fault("add", "moderation"), {}, ErrorKind.REFUSED, "declined"),
        (Fault("add", "redirect"), {}, ErrorKind.INVALID, "another address"),
    ],
    ids=lambda value: f"{value.do}-{value.status}" if isinstance(value, Fault) else None,
)
async def test_what_is_refused_failed_and_cost_nothing(
    tmp_path: Path,
    open_real_services: Open,
    fault: Fault | None,
    traits: dict[str, object],
    kind: ErrorKind,
    words: str,
) -> None:
    faults = [fault] if fault else []
    with FakePhotaThread(tmp_path / "ledger", *faults, **traits) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            training = await train(services)
            assert training.state is TrainingState.FAILED
            problem = services.trainer.problem(training.tag)
            assert problem is not None
            assert problem.kind is kind
            assert words in words_of(services, training)
            assert words in training.message
            assert charged(services, training) == []
            assert not services.trainer.needs_a_word(training.tag)
    assert fake.ledger.trainings() == []


@pytest.mark.parametrize("do", ["lose_answer", "reset", "garbage", "truncate"])
async def test_a_lost_answer_that_is_found_needs_no_words(
    tmp_path: Path, open_real_services: Open, do: str
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("add", do)) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            training = await train(services)
            assert training.state is TrainingState.TRAINING
            assert training.message == ""
            assert services.trainer.problem(training.tag) is None
            assert charged(services, training) == [(PRICE, True)]
    assert [row["tag"] for row in fake.ledger.trainings()] == [training.tag]


async def test_a_lost_answer_that_is_not_found_says_what_is_unknown(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("add", "drop", times=1)) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            training = await train(services)
            assert training.state is TrainingState.SENT
            assert "may have begun" in words_of(services, training)
            assert charged(services, training) == [(PRICE, False)]
            assert services.trainer.needs_a_word(training.tag)
            assert fake.ledger.trainings() == []
            await services.trainer.go_on(training.tag)
            assert (await services.trainer.wait(training.tag)).state is TrainingState.TRAINING
    assert [row["tag"] for row in fake.ledger.trainings()] == [training.tag]


@pytest.mark.parametrize("trouble", ["drop", "status", "garbage"])
async def test_a_lost_answer_stays_in_doubt_while_the_list_cannot_be_had(
    tmp_path: Path, open_real_services: Open, trouble: str
) -> None:
    faults = Fault("add", "lose_answer"), Fault("ids", trouble, status=503)
    with FakePhotaThread(tmp_path / "ledger", *faults) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            training = await train(services)
            # It was charged: to call it failed would have it paid a second time.
            assert training.state is TrainingState.SENT
            assert charged(services, training) == [(PRICE, False)]
            words_of(services, training)
            fake.set_chaos()
            assert [one.tag for one in await services.trainer.look_again()] == [training.tag]
            assert charged(services, training) == [(PRICE, True)]
    assert len(fake.ledger.trainings()) == 1


@pytest.mark.parametrize("status", [502, 503, 504, 500])
async def test_a_500_may_have_begun_it(
    tmp_path: Path, open_real_services: Open, status: int
) -> None:
    fault = Fault("add", "status", status=status, body="html", charged=True)
    with FakePhotaThread(tmp_path / "ledger", fault) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            training = await train(services)
            assert training.state is TrainingState.TRAINING
            assert charged(services, training) == [(PRICE, True)]
    assert len(fake.ledger.trainings()) == 1


@pytest.mark.parametrize(
    ("traits", "outcome", "message"),
    [
        ({}, ProfileStatus.READY, ""),
        ({"no_subject": "training"}, ProfileStatus.ERROR, "No subject detected"),
        (
            {"training_ends": "ERROR", "training_message": "Could not download image 3."},
            ProfileStatus.ERROR,
            "Could not download image 3.",
        ),
        (
            {"training_ends": "INACTIVE", "training_message": "Not used for long."},
            ProfileStatus.INACTIVE,
            "Not used for long.",
        ),
    ],
    ids=["ready", "no subject", "error", "inactive"],
)
async def test_the_end_of_a_training_is_on_record_in_the_servers_words(
    tmp_path: Path,
    open_real_services: Open,
    traits: dict[str, object],
    outcome: ProfileStatus,
    message: str,
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0, **traits) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            training = await train(services)
            profile = await services.session.client(PHOTA).profiles.status(training.profile_id)
            await services.trainer.learn(profile)
            ended = services.trainings.get(training.tag)
            assert ended is not None
            assert (ended.state, ended.outcome) == (TrainingState.ENDED, outcome)
            assert message in ended.message
            assert charged(services, training) == [(PRICE, True)]
            await services.people.refresh()
            [person] = services.people.people
            assert person.name == "Anna"
            read = status_words(person)
            assert read
            if outcome is ProfileStatus.ERROR:
                assert message in read


@pytest.mark.parametrize("listed", ["status", "strings", "full"])
async def test_the_reason_of_a_failure_is_on_record_however_it_is_heard(
    tmp_path: Path, open_real_services: Open, listed: str
) -> None:
    """A list says that a training failed, and only a question about it says why."""
    with FakePhotaThread(tmp_path / "ledger", listed=listed) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            people, trainer = services.people, services.trainer
            quick = Pace(apart=0.01, often=0.03, seldom=0.03)
            watcher = Watcher(
                people, trainer, services.session, services.tasks, lambda: True, pace=quick
            )
            watcher.start()
            training = await train(services)
            assert await watcher.refresh() is None
            fake.set_chaos(training_seconds=0.0, no_subject="training", listed=listed)
            async with asyncio.timeout(5):
                while not services.trainings.all()[0].state.is_over:
                    await asyncio.sleep(0.02)
                while not people.people[0].message or not services.trainings.all()[0].message:
                    await asyncio.sleep(0.02)
            watcher.stop()
            ended = services.trainings.get(training.tag)
            assert ended is not None
            assert "No subject detected" in status_words(people.people[0])
            assert "No subject detected" in ended.message


async def test_no_link_outlives_the_answer(tmp_path: Path, open_real_services: Open) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            training = await train(services)
            assert training.state is TrainingState.TRAINING
    home = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"secret-of-a-link" not in home
    assert KEY.encode() not in home
