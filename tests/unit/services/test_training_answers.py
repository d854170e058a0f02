"""Every answer about a training, through the real client: what a person reads, what is on record.

The server is the fake Phota on loopback, the photos' server a bucket that speaks S3.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from phota_desktop.core.errors import WORDS, ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.services.people import Person
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
