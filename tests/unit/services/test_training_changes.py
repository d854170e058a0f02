"""What changes while a training is under way: the key, the journal, other programs, the disk."""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.cli.following import look_for_missing
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState, Provider
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import Profile, ProfileStatus, TrainingTier
from phota_desktop.core.secrets import ApiKey
from phota_desktop.core.training import Training, TrainingOrder, TrainingState
from phota_desktop.services import reconciling
from phota_desktop.services.composition import Services
from phota_desktop.store.charges import Charge, Charges
from phota_desktop.store.keys import KeyFinding, KeyState
from phota_desktop.store.lock import JobClaim
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

PHOTA = Engine.PHOTA
URLS = tuple(f"https://photos.example/{n}.jpg" for n in range(5))
ORDER = TrainingOrder("Anna", TrainingTier.FAST, URLS, consent="Anna agrees.")
PRICE = Decimal("1.49")
OTHER = "another-key-0123456789"


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", 0.2)
    monkeypatch.setattr(reconciling, "PAUSE_S", 0.05)


def change_key(services: Services, fake: FakePhotaThread) -> None:
    """Use the key of another account of the same server from now on, between two awaits."""
    services.session.finding = KeyFinding(ApiKey(OTHER), KeyState.OK, "session", "")
    services.tasks.spawn(services.session._clients.pop(PHOTA).close(), name="close old client")
    assert fake._servers is not None
    fake._servers.memory.key = OTHER


def adds(fake: FakePhotaThread) -> list[dict[str, object]]:
    return [row for row in fake.ledger.rows("profiles") if row["step"] == "add"]


def costs(services: Services, tag: str) -> list[tuple[Decimal | None, bool]]:
    return [(one.amount, one.certain) for one in Charges(services.journal).of_training(tag)]


@pytest.mark.parametrize("at", ["checked", "sent"])
async def test_no_other_account_pays_when_the_key_is_changed_meanwhile(
    tmp_path: Path, open_real_services: Open, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    from phota_desktop.services.training_photos import TrainingPhotos

    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            if at == "sent":

                def on_changed(training: Training) -> None:
                    if training.state is TrainingState.SENT:
                        change_key(services, fake)

                services.trainer.changed.subscribe(on_changed)
            else:

                async def addresses(
                    photos: TrainingPhotos, training: Training
                ) -> tuple[list[str], None]:
                    change_key(services, fake)
                    return list(training.order.photos), None

                monkeypatch.setattr(TrainingPhotos, "addresses", addresses)
            begun = await services.trainer.begin(ORDER, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert adds(fake) == []
            expected = TrainingState.FAILED if at == "sent" else TrainingState.RECORDED
            assert training.state is expected
            assert "another server or API key" in training.message
            assert costs(services, begun.tag) == []


async def test_the_list_of_another_account_ends_no_doubt_and_no_training(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            begun = await services.trainer.begin(ORDER, PRICE)
            second = await services.trainer.begin(replace(ORDER, name="Berta"), PRICE)
            for one in (begun, second):
                await services.trainer.wait(one.tag)
            api = services.session.client(PHOTA).profiles
            asked = api.status

            async def status(profile_id: str) -> object:
                change_key(services, fake)
                await asyncio.sleep(0.1)  # the old client is closed meanwhile
                raise PhotaError(ErrorKind.GONE)

            api.status = status  # type: ignore[assignment,method-assign]
            fake._servers.memory.trainees.profiles.clear()  # type: ignore[union-attr]
            await asyncio.sleep(reconciling.LOOK_FOR_S)
            await look_for_missing(services, ())
            assert services.trainer.missing(()) == []
            api.status = asked  # type: ignore[method-assign]
            states = {one.state for one in services.trainings.all()}
            assert states == {TrainingState.TRAINING}


async def test_nothing_is_sent_to_phota_without_consent(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            with pytest.raises(PhotaError) as caught:
                await services.trainer.begin(replace(ORDER, consent=" "), PRICE)
            assert caught.value.field == "consent"
            assert services.trainings.all() == []


@pytest.mark.parametrize("others", [1, 2])
async def test_a_stranger_is_never_taken_for_ours_where_the_list_knows_no_tags(
    tmp_path: Path, open_real_services: Open, others: int
) -> None:
    traits = {"tag_filter": False, "listed": "bare"}
    with FakePhotaThread(tmp_path / "ledger", **traits) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            foreign = services.session.client(PHOTA).profiles
            for n in range(others):
                await foreign.add(URLS, f"other-{n}", TrainingTier.FAST)
            fake.set_chaos(Fault("add", "drop"), **traits)
            begun = await services.trainer.begin(ORDER, PRICE)
            training = await services.trainer.wait(begun.tag)
            assert (training.state, training.profile_id) == (TrainingState.SENT, "")


async def test_a_journal_of_yesterday_sends_nothing_a_second_time(
    tmp_path: Path, open_real_services: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phota_desktop.services.training_steps import TrainingSteps

    async def cut(*_: object) -> None:
        raise PhotaError(ErrorKind.OFFLINE, surely_not_charged=True)

    with FakePhotaThread(tmp_path / "ledger", listed="strings") as fake:
        with monkeypatch.context() as patch:
            patch.setattr(TrainingSteps, "run", cut)
            async with open_real_services(fake.environ(), engine=PHOTA) as services:
                begun = await services.trainer.begin(ORDER, PRICE)
                await services.trainer.wait(begun.tag)
                journal = services.folders.journal_file
        shutil.copy(journal, tmp_path / "backup")
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await services.trainer.load()
            await services.trainer.go_on(begun.tag)
            sent = await services.trainer.wait(begun.tag)
            assert sent.profile_id
        shutil.copy(tmp_path / "backup", journal)
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await services.trainer.load()
            await services.trainer.go_on(begun.tag)
            again = await services.trainer.wait(begun.tag)
            assert len(adds(fake)) == 1
            assert (again.state, again.profile_id) == (TrainingState.TRAINING, sent.profile_id)
            assert costs(services, begun.tag) == [(PRICE, True)]


class Emptied:
    """A bucket that notes which trainings it was emptied of."""

    is_ready = True

    def __init__(self) -> None:
        self.cleaned: list[str] = []

    async def clean(self, tag: str) -> int:
        self.cleaned.append(tag)
        return 0


@pytest.mark.parametrize("state", [TrainingState.RECORDED, TrainingState.SENT])
async def test_photos_that_another_program_works_with_are_not_deleted(
    tmp_path: Path, open_real_services: Open, state: TrainingState
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            bucket = Emptied()
            services.trainer._photos._hosting = bucket  # type: ignore[assignment]
            begun = Training(
                tag="pd-12345678-1234-1234-1234-123456789abc",
                engine=PHOTA,
                base_url=services.session.base_url(PHOTA),
                account=services.session.account(PHOTA),
                order=ORDER,
                created=time.time(),
                state=state,
                links_until=time.time() - 1,
                sent=None if state is TrainingState.RECORDED else time.time(),
            )
            services.trainings.save(begun)
            address = BucketAddress(Provider.S3, "photos", "here")
            photo = HostedPhoto("a/b.jpg", begun.tag, address, "/a.jpg", HostedState.UPLOADED)
            services.trainings.save_photo(photo)
            other = JobClaim(services.folders.runtime)
            assert other.claim(begun.tag)
            await services.trainer.load()
            await services.trainer.wait(begun.tag)
            await asyncio.sleep(0.1)
            assert bucket.cleaned == []
            other.release(begun.tag)
            await services.trainer.load()
            await services.trainer.wait(begun.tag)
            await asyncio.sleep(0.1)
            assert bucket.cleaned


LINK = "https://photos.example/0.jpg?X-Amz-Signature=secret-of-a-link"
WORDS = f"Could not fetch {LINK}, and (http://u:secret-of-a-link@h.example/a#b)."


@pytest.mark.parametrize("when", ["at once", "later"])
async def test_no_link_is_kept_or_shown_from_the_words_of_a_server(
    tmp_path: Path, open_real_services: Open, when: str
) -> None:
    faults, traits = [Fault("add", "status", status=400, detail=WORDS)], {}
    if when == "later":
        faults = []
        traits = {"training_seconds": 0, "training_ends": "ERROR", "training_message": WORDS}
    with FakePhotaThread(tmp_path / "ledger", *faults, **traits) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            begun = await services.trainer.begin(ORDER, PRICE)
            training = await services.trainer.wait(begun.tag)
            said = str(services.trainer.problem(begun.tag))
            if when == "later":
                profile = await services.session.client(PHOTA).profiles.status(training.profile_id)
                await services.trainer.learn(profile)
                said = profile.message
            ended = services.trainer.get(begun.tag)
            assert ended is not None
            assert "Could not fetch https://photos.example/0.jpg" in said
            for words in (said, ended.message):
                assert "secret" not in words
    home = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"secret-of-a-link" not in home


async def test_an_answer_is_not_forgotten_while_the_disk_is_full(
    tmp_path: Path, open_real_services: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phota_desktop.services import training_steps

    monkeypatch.setattr(training_steps, "DISK_PAUSE_S", 0.02)
    with FakePhotaThread(tmp_path / "ledger", tag_filter=False, listed="strings") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            save, full = services.trainings.save, [3]

            def saved(training: Training, **more: object) -> None:
                if training.state is TrainingState.TRAINING and full[0]:
                    full[0] -= 1
                    raise PhotaError(ErrorKind.DISK, "The disk is full.")
                save(training, **more)  # type: ignore[arg-type]

            monkeypatch.setattr(services.trainings, "save", saved)
            begun = await services.trainer.begin(ORDER, PRICE)
            training = await services.trainer.wait(begun.tag)
            [row] = fake.ledger.trainings()
            expected = (TrainingState.TRAINING, row["profile_id"])
            assert (training.state, training.profile_id) == expected
            assert costs(services, begun.tag) == [(PRICE, True)]


async def test_what_one_account_says_ends_no_training_of_another(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=600.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            begun = await services.trainer.begin(ORDER, PRICE)
            training = await services.trainer.wait(begun.tag)
            change_key(services, fake)
            await services.trainer.learn(Profile(training.profile_id, ProfileStatus.ERROR))
            await asyncio.sleep(0.1)
            found = services.trainings.get(begun.tag)
            assert found is not None
            assert found.state is TrainingState.TRAINING


async def test_what_another_program_paid_meanwhile_counts_for_the_cap(
    tmp_path: Path, open_real_services: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phota_desktop.services.training_photos import TrainingPhotos

    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:

            async def addresses(
                _photos: TrainingPhotos, training: Training
            ) -> tuple[list[str], None]:
                Charges(services.journal).save(Charge("pd-other", time.time(), amount=PRICE))
                return list(training.order.photos), None

            monkeypatch.setattr(TrainingPhotos, "addresses", addresses)
            begun = await services.trainer.begin(ORDER, PRICE, cap=Decimal(2))
            training = await services.trainer.wait(begun.tag)
            assert adds(fake) == []
            assert training.state is TrainingState.RECORDED
            assert "your cap of $2.00 a day" in training.message
