"""Twelve photos, a bucket and Phota on the command line: what a person reads when it goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fake_phota.chaos import Fault
from tests.faults.training import QUICK, Trainee, photographs

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return photographs(tmp_path_factory.mktemp("person") / "photos")


@pytest.fixture
def trainee(tmp_path: Path, moto_port: int, photos: list[str]) -> Iterator[Trainee]:
    with Trainee(tmp_path / "it", moto_port, photos).open() as opened:
        yield opened


def revoke(trainee: Trainee) -> None:
    trainee.store.revoke()


def forbid_reading(trainee: Trainee) -> None:
    trainee.store.rules.denied.add("get")


def nothing(_trainee: Trainee) -> None:
    pass


@pytest.mark.parametrize(
    ("spoil", "chaos", "code", "state", "paid", "words"),
    [
        (nothing, {}, 0, "ended", 1, "READY"),
        (nothing, {"no_subject": "add"}, 2, "failed", 0, "No subject detected"),
        (nothing, {"no_subject": "training"}, 1, "ended", 1, "No subject detected"),
        (nothing, Fault("add", "status", status=402), 5, "failed", 0, "Not enough credit"),
        (nothing, Fault("status", "status", status=404, times=1), 0, "ended", 1, "READY"),
        (revoke, {}, 6, "recorded", 0, "does not know this access key"),
        (forbid_reading, {}, 1, "ended", 1, "Could not download image 1"),
    ],
    ids=["ready", "no subject", "no subject later", "402", "404 at first", "revoked", "expired"],
)
def test_every_end_of_a_training_has_its_words(
    trainee: Trainee,
    spoil: Callable[[Trainee], None],
    chaos: Fault | dict[str, object],
    code: int,
    state: str,
    paid: int,
    words: str,
) -> None:
    faults, traits = ((chaos,), {}) if isinstance(chaos, Fault) else ((), chaos)
    trainee.fake.set_chaos(*faults, **{**QUICK, **traits})
    spoil(trainee)
    exit_code, said = trainee.run(*trainee.add())
    assert (exit_code, [row["state"] for row in trainee.recorded()]) == (code, [state]), said
    assert words in said
    assert trainee.charged() == [("2.90", 1)] * paid
    assert len(trainee.fake.ledger.trainings()) == paid
    assert trainee.objects() == []
    assert trainee.leaks() == []
    assert trainee.trouble == []
    assert not re.search(r"https?://[^\s]*\?", said), "a link is a secret"


def test_photos_that_cannot_be_deleted_are_told_and_deleted_later(trainee: Trainee) -> None:
    trainee.fake.set_chaos(**QUICK)
    trainee.store.rules.denied.add("delete")
    code, said = trainee.run(*trainee.add())
    assert code == 6
    assert "READY" in said
    assert "12 photos are still in your bucket; `phota-desktop resume` deletes them." in said
    assert trainee.run("resume")[0] == 6
    assert len(trainee.objects()) == 12
    trainee.store.rules.denied.clear()
    assert trainee.run("resume")[0] == 0
    assert trainee.problems() == []
