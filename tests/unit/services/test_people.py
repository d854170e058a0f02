"""People and pets of an account: listed, named by us, pictured, through every kind of trouble."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.training import new_tag
from phota_desktop.engine.orders import Looked
from phota_desktop.engine.profiles import ProfileStore
from phota_desktop.services import portraits
from phota_desktop.services.composition import Services
from phota_desktop.services.people import People, Person
from tests.fake_phota.chaos import Fault
from tests.fake_phota.pictures import picture
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

PHOTA, LOCAL = Engine.PHOTA, Engine.LOCAL
READY = ProfileStatus.READY
URLS = [f"https://photos.example/{n}.jpg" for n in range(10)]


async def train(services: Services, *tags: str) -> list[str]:
    """Add profiles at Phota and return their ids."""
    client = services.session.client(PHOTA)
    return [await client.profiles.add(URLS, tag) for tag in tags]


async def test_an_account_is_listed_with_states_and_pictures(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            people = services.people
            one, two = await train(services, "", "")
            seen: list[tuple[Person, ...]] = []
            people.changed.subscribe(lambda people: seen.append(people.people))
            assert not people.is_listed
            assert await people.refresh() is None
            assert people.is_listed
            assert [person.id for person in people.people] == [one, two]
            assert all(person.is_ready for person in people.people)
            assert {person.picture.read_bytes() for person in people.people if person.picture} == {
                picture(one, 0),
                picture(two, 0),
            }
            folder = tmp_path / "home" / "cache" / "people" / people.account
            assert (folder / f"{one}.jpg").is_file()
            assert (folder / f"{one}.jpg").stat().st_mode & 0o077 == 0
            assert [len(shown) for shown in seen] == [2] * len(seen)
            told = len(seen)
            assert await people.refresh() is None
            assert len(seen) == told
        assert not fake.ledger.key_leaks()


async def test_names_are_kept_by_account_on_this_computer(
    tmp_path: Path, open_real_services: Open
) -> None:
    with (
        FakePhotaThread(tmp_path / "one", training_seconds=0.0) as fake,
        FakePhotaThread(tmp_path / "two", key="another-key-123456") as other,
    ):
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            one, two, three = await train(services, "", "", "")
            await services.people.refresh()
            await services.people.rename(two, "  Zoë\n\tvan   Dyke\u202e ")
            await services.people.rename(three, "anna")
            assert [person.name for person in services.people.people] == [
                "anna",
                "Zoë van Dyke",
                f"Profile {one[-6:]}",
            ]
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await services.people.refresh()
            found = services.people.find(two)
            assert found is not None
            assert (found.name, found.initials) == ("Zoë van Dyke", "ZD")
            await services.people.rename(two, "")
            assert services.people.names[two] == f"Profile {two[-6:]}"
        async with open_real_services(other.environ(), engine=PHOTA) as services:
            await services.people.refresh()
            assert services.people.people == ()
            assert services.people.names == {}


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Ada Lovelace", "AL"), ("rex", "R"), ("(Jo) de la Cruz", "JC"), ("…", "?"), ("", "?")],
)
def test_initials_stand_for_a_picture(name: str, initials: str) -> None:
    assert Person("x", name).initials == initials


async def test_the_local_engine_has_people_of_its_own(
    tmp_path: Path, open_real_services: Open, local_profile: Callable[..., str]
) -> None:
    ready, new, failed = (
        local_profile("Anna"),
        local_profile("Bo", age=1),
        local_profile(new_tag(), usable=2),
    )
    async with open_real_services(engine=LOCAL) as services:
        people = services.people
        assert people.account == "local"
        assert await people.refresh() is None
        anna, bo, nobody = people.people
        assert (anna.id, anna.name, anna.status) == (ready, "Anna", READY)
        assert anna.picture == tmp_path / "home" / "cache" / "people" / "local" / f"{ready}.jpg"
        assert (bo.id, bo.status, bo.picture) == (new, ProfileStatus.VALIDATING, None)
        assert (nobody.id, nobody.status) == (failed, ProfileStatus.ERROR)
        assert nobody.message.startswith("Only 2 of 10 photos")
        assert nobody.name == f"Profile {failed[-6:]}"


async def test_a_training_is_followed_to_its_end(tmp_path: Path, open_real_services: Open) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=60.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await train(services, "")
            await services.people.refresh()
            [person] = services.people.people
            assert person.status is ProfileStatus.VALIDATING
            fake.set_chaos(training_seconds=0.0, training_ends="ERROR")
            await services.people.refresh()
            [person] = services.people.people
            assert (person.status, person.message) == (ProfileStatus.ERROR, "No subject detected.")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("profiles", "drop"), ErrorKind.OFFLINE),
        (Fault("profiles", "garbage"), ErrorKind.BUSY),
        (Fault("profiles", "status", status=500, body="html"), ErrorKind.BUSY),
        (Fault("profiles", "status", status=401), ErrorKind.KEY_REJECTED),
    ],
)
async def test_an_error_never_empties_the_list(
    tmp_path: Path, open_real_services: Open, fault: Fault, kind: ErrorKind
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=60.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await train(services, "", "")
            assert await services.people.refresh() is None
            before = services.people.people
            assert len(before) == 2
            fake.set_chaos(fault, training_seconds=60.0)
            error = await services.people.refresh()
            assert error is not None
            assert error.kind is kind
            assert services.people.people == before
            fake.set_chaos(training_seconds=60.0)
            assert await services.people.refresh() is None


async def test_a_picture_that_cannot_be_had_is_an_error_and_the_states_stay(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await train(services, "")
            fake.set_chaos(Fault("profiles", "drop", after=1), training_seconds=0.0)
            error = await services.people.refresh()
            assert error is not None
            assert error.kind is ErrorKind.OFFLINE
            assert [person.is_ready for person in services.people.people] == [True]


async def test_foreign_tags_are_names_and_ours_are_not(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=60.0, listed="full") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await train(services, new_tag(), "studio B", "Studio a", "studio B")
            await services.people.refresh()
            people = services.people
            assert people.tags == ("Studio a", "studio B")
            assert [person.is_nameless for person in people.people] == [False, False, False, True]
            assert people.people[3].called("Anna").name == "Anna"


def test_only_a_tag_as_we_make_them_is_ours() -> None:
    assert Person("1", "A", tag="pd-cats").foreign_tag == "pd-cats"
    assert Person("1", "A", tag=new_tag()).foreign_tag == ""


async def test_a_deleted_profile_leaves_nothing_here(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            one, two = await train(services, "", "")
            await services.people.refresh()
            await services.people.rename(one, "Anna", "dog")
            found = services.people.find(one)
            assert found is not None
            assert found.kind == "dog"
            assert found.picture is not None
            fake.set_chaos(Fault("profiles", "status", status=500), training_seconds=0.0)
            with pytest.raises(PhotaError):
                await services.eraser.delete_profile(one)
            assert services.people.find(one) == found
            fake.set_chaos(training_seconds=0.0)
            before = len(fake.ledger.rows("profiles"))
            await services.eraser.delete_profile(one)
            asked = [row["method"] for row in fake.ledger.rows("profiles")[before:]]
            assert asked == ["DELETE"]  # nothing else has to be asked to know who is left
            assert [person.id for person in services.people.people] == [two]
            assert one not in services.people.names
            assert not found.picture.exists()
            await services.eraser.delete_profile(one)  # 404 is as good as deleted
            with pytest.raises(PhotaError) as caught:
                await services.eraser.delete_profile(one, must_exist=True)
            assert caught.value.kind is ErrorKind.GONE
            listed = await services.session.client(PHOTA).profiles.ids()
            assert [profile.id for profile in listed] == [two]


async def test_without_a_key_nobody_is_listed_and_nothing_is_sent(open_real_services: Open) -> None:
    async with open_real_services(engine=PHOTA) as services:
        error = await services.people.refresh()
        assert error is not None
        assert error.kind is ErrorKind.KEY_REJECTED
        assert services.people.people == ()


async def test_two_refreshes_at_once_are_one(tmp_path: Path, open_real_services: Open) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await train(services, "")
            delay = Fault("profiles", "delay", seconds=0.1)
            fake.set_chaos(delay, training_seconds=0.0)
            first = asyncio.create_task(services.people.refresh())
            await asyncio.sleep(0)
            second = asyncio.create_task(services.people.refresh())
            await asyncio.sleep(0.05)
            first.cancel()
            # The second takes over what the first one left.
            assert await second is None
            assert [person.status for person in services.people.people] == [READY]


async def test_the_people_shown_are_those_of_the_engine_in_use(
    tmp_path: Path, open_real_services: Open, local_profile: Callable[..., str]
) -> None:
    local_profile("Practice")
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            people = services.people
            [phota] = await train(services, "")
            await people.refresh()
            told: list[People] = []
            people.changed.subscribe(told.append)
            services.session.set_engine(LOCAL)
            assert told
            assert people.people == ()
            await people.refresh()
            assert [person.name for person in people.people] == ["Practice"]
            services.session.set_engine(PHOTA)
            assert [person.id for person in people.people] == [phota]


async def test_a_picture_goes_with_its_profile(tmp_path: Path, open_real_services: Open) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            one, two = await train(services, "", "")
            await services.people.refresh()
            gone, kept = (services.people.find(each) for each in (one, two))
            assert gone is not None
            assert kept is not None
            await services.session.client(PHOTA).profiles.delete(one)
            await services.people.refresh()
            assert services.people.people == (kept,)
            assert gone.picture is not None
            assert kept.picture is not None
            assert not gone.picture.exists()
            assert kept.picture.exists()


async def test_a_picture_that_is_none_is_not_kept_and_asked_for_again(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            await train(services, "")
            fake.set_chaos(Fault("profiles", "garbage", after=1), training_seconds=0.0)
            assert await services.people.refresh() is None
            [person] = services.people.people
            assert person.picture is None
            assert not list((tmp_path / "home" / "cache").rglob("*.jpg"))
            fake.set_chaos(training_seconds=0.0)
            assert await services.people.refresh() is None
            [person] = services.people.people
            assert person.picture is not None


def _image(side: int, kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, 1)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>sign in</html>",
        b"%PDF-1.7",
        _image(8, "GIF"),
        _image(portraits.MAX_SIDE + 1, "PNG"),
        _image(8, "JPEG")[:40],
        _image(8, "JPEG") + bytes(portraits.MAX_BYTES),
    ],
    ids=range(7),
)
def test_only_portraits_are_written(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PhotaError) as caught:
        portraits.keep(tmp_path / "people", "prof_12345678", content)
    assert caught.value.kind is ErrorKind.BAD_IMAGE
    assert not (tmp_path / "people").exists()


@pytest.mark.parametrize(
    "profile_id", ["../../evil", "CON", "nul", "a/b", "Ab345678", "x" * 200, "."]
)
def test_no_id_leaves_the_folder_or_meets_another(tmp_path: Path, profile_id: str) -> None:
    path = portraits.keep(tmp_path, profile_id, _image(8, "JPEG"))
    assert path.parent == tmp_path
    assert path != portraits.place(tmp_path, profile_id.swapcase() + "x")
    assert portraits.kept(tmp_path, [profile_id, "absent-one"]) == {profile_id: path}


@pytest.fixture
def local_profile(tmp_path: Path) -> Callable[..., str]:
    """Make practice profiles that were added ``age`` seconds ago."""
    folder = tmp_path / "home" / "engine" / "profiles"

    def add(tag: str, *, age: float = 100.0, usable: int = 10) -> str:
        store = ProfileStore(folder, clock=lambda: time.time() - age)
        store.open()
        profile_id = store.add("standard", tag, 10)
        store.picture_path(profile_id).write_bytes(_image(64, "JPEG"))
        problems = () if usable == 10 else ("Photo 3 cannot be read.",)
        store.looked(profile_id, Looked(usable, problems))
        return profile_id

    return add
