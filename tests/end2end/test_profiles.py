"""From twelve photos to a person in a request, by real keys and a real mouse."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.end2end.pilot import Pilot
from tests.end2end.screen import Screen, wait_until
from tests.end2end.sidebar_pilot import CREDENTIALS, ROWS, SidebarPilot, write_settings
from tests.end2end.test_four_operations import Studio
from tests.fake_bucket import KEY_ID, SECRET, FakeBucket
from tests.fake_phota.running import FakePhota
from tests.ui.profile_sheet import write_album

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(180)]

LONG = 600.0
STAGES = ("validating_seconds", "queuing_seconds", "in_progress_seconds")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_album(tmp_path_factory.mktemp("album"))


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakePhota]:
    with FakePhota(tmp_path / "ledger", job_seconds=0.2, **at_stage(0)) as running:
        yield running


def at_stage(number: int) -> dict[str, object]:
    """Return traits by which a training comes to its stage of that number, and stays there."""
    return {stage: 0.0 if n < number else LONG for n, stage in enumerate(STAGES)}


def test_twelve_photos_become_a_person_who_rides_and_is_mentioned(
    screen: Screen,
    tmp_path: Path,
    album: list[Path],
    photographs: list[Path],
    fake: FakePhota,
    fake_bucket: FakeBucket,
) -> None:
    write_settings(tmp_path, fake_bucket)
    pilot = Pilot(screen, tmp_path, str(photographs[0]), **fake.environ(), **CREDENTIALS)
    people = SidebarPilot(pilot)
    people.drop(album)
    people.fill_in(12, "Anna Berg", consent=True)
    assert pilot.text("trainButton") == "Train Anna Berg for $2.90"
    assert not fake_bucket.objects(), "nothing goes out before the button"

    fake_bucket.rules.delay = 0.3
    people.train()
    people.wait_for("Uploading")
    people.wait_for("Checking")
    pilot.wait("find('spendLabel').text() == 'Today $2.90 of $5.00'", "it is not counted at once")
    fake_bucket.rules.delay = 0.0
    assert len(fake_bucket.objects()) == 12
    for stage, words in ((1, "Queued"), (2, "Training")):
        fake.set_chaos(job_seconds=0.2, **at_stage(stage))
        people.refresh_until(f"{ROWS}[0].words.startswith({words!r})", f"it is not {words}")
    assert len(fake_bucket.objects()) == 12, "the photos stay until the training ends"
    fake.set_chaos(job_seconds=0.2, **at_stage(3))
    people.wait_for("Ready")  # by itself
    wait_until(lambda: not fake_bucket.objects(), 10, "photos are left in the bucket")
    [training] = fake.ledger.trainings()
    assert (training["cents"], training["photos"]) == (290, 12)
    assert [(one["status"], one["exif"]) for one in fake.ledger.fetches()] == [(200, False)] * 12

    anna = str(training["profile_id"])
    people.tick()
    pilot.wait(f"window.studio.form.profile_ids == ({anna!r},)", "the tick was not taken")
    studio = Studio(pilot, fake, tmp_path, anna, "")
    studio.choose("Edit")
    studio.write("A warmer light")
    studio.submit()
    studio.result("*-edit-*.jpg")
    edit = studio.post()
    assert (edit["operation"], edit["profile_ids"]) == ("edit", [anna])

    studio.choose("Generate")
    studio.write_anew("Portrait of ")
    studio.mention("anna", anna)
    pilot.click("submitButton")
    studio.result("*generate-*.jpg")
    assert fake.ledger.posts()[1]["prompt"] == f"Portrait of [[{anna}]]"
    assert len(fake.ledger.posts()) == 2

    screen.key("ctrl+l")
    pilot.wait("find('ledgerTable').isVisible()", "the ledger was not shown")
    assert _cells(pilot, "$2.90"), "the ledger does not tell of the training"
    pilot.click("closeLedger")
    people.choose("photosSentAction")
    pilot.wait("find('privacyDialog').accessibleDescription()", "nothing was read")
    told = str(pilot.ask("find('privacyDialog').accessibleDescription()"))
    assert told.startswith("12 photos sent for training · 1 photo in 2 requests"), told
    assert "0 photos still in the bucket" in told
    assert len(fake.ledger.trainings()) == 1
    assert not fake.ledger.key_leaks()


def test_the_local_engine_trains_for_practice(
    screen: Screen, tmp_path: Path, album: list[Path], photographs: list[Path]
) -> None:
    pilot = Pilot(screen, tmp_path, str(photographs[0]), PHOTA_DESKTOP_QT_DIALOGS="1")
    people = SidebarPilot(pilot)
    pilot.click("addProfileButton")
    pilot.click("addTrainingFolderButton")
    pilot.wait("find('folderDialog').isVisible()", "no folder is asked for")
    screen.type(str(album[0].parent))
    screen.key("Escape")  # the names that are offered
    screen.key("Return")
    people.fill_in(12, "Bello", consent=False)
    people.train()
    people.wait_for("Training")
    people.wait_for("Ready")
    bello = str(pilot.ask(f"{ROWS}[0].profile_id"))

    people.tick()
    pilot.wait(f"window.studio.form.profile_ids == ({bello!r},)", "the tick was not taken")
    studio = Studio(pilot, None, tmp_path, bello, "")  # type: ignore[arg-type]
    studio.choose("Edit")
    studio.write("warmer")
    pilot.click("submitButton")
    studio.result("*-edit-*.jpg")
    studio.choose("Generate")
    studio.write_anew("Portrait of ")
    studio.mention("bel", bello)
    pilot.click("submitButton")
    studio.result("*generate-*.jpg")
    generate, edit = _jobs(tmp_path)
    assert edit["profile_ids"] == [bello]
    assert generate["prompt"] == f"Portrait of [[{bello}]]"


def test_a_killed_upload_goes_on_by_its_button_and_is_paid_once(
    screen: Screen, tmp_path: Path, album: list[Path], fake: FakePhota, fake_bucket: FakeBucket
) -> None:
    write_settings(tmp_path, fake_bucket)
    fake_bucket.rules.delay = 0.4
    pilot = _began(screen, tmp_path, album, fake)
    wait_until(lambda: bool(fake_bucket.objects()), 20, "nothing was uploaded")
    pilot.program.kill()
    pilot.program.wait()
    fake_bucket.rules.delay = 0.0
    assert not fake.ledger.trainings()

    pilot = Pilot(screen, tmp_path, **fake.environ(), **CREDENTIALS)
    people = SidebarPilot(pilot)
    pilot.wait("find('continueTrainingButton').isEnabled()", "nothing is asked about it")
    assert people.words() == ["Interrupted: nothing paid"]
    assert not fake_bucket.objects(), "what was uploaded stays there"
    assert pilot.text("continueTrainingButton") == "Continue ($2.90)"
    assert not fake.ledger.trainings(), "nothing is paid before a person says so"
    fake.set_chaos(**at_stage(3))
    pilot.click("continueTrainingButton")
    people.wait_for("Ready", 30)
    wait_until(lambda: not fake_bucket.objects(), 10, "photos are left in the bucket")
    assert pilot.ask(f"len({ROWS})") == 1
    [training] = fake.ledger.trainings()
    assert (training["cents"], training["photos"]) == (290, 12)


def test_a_training_goes_on_by_itself_after_a_kill(
    screen: Screen, tmp_path: Path, album: list[Path], fake: FakePhota, fake_bucket: FakeBucket
) -> None:
    write_settings(tmp_path, fake_bucket)
    fake.set_chaos(**at_stage(2))
    pilot = _began(screen, tmp_path, album, fake)
    SidebarPilot(pilot).wait_for("Checking")
    wait_until(lambda: bool(fake.ledger.rows("fetched")), 20, "Phota fetched no photos")
    SidebarPilot(pilot).refresh_until(f"{ROWS}[0].words.startswith('Training')", "no training")
    pilot.program.kill()
    pilot.program.wait()
    assert len(fake_bucket.objects()) == 12

    fake.set_chaos(**at_stage(3))
    pilot = Pilot(screen, tmp_path, **fake.environ(), **CREDENTIALS)
    SidebarPilot(pilot).wait_for("Ready")
    wait_until(lambda: not fake_bucket.objects(), 10, "photos are left in the bucket")
    assert pilot.ask(f"[row.name for row in {ROWS}]") == ["Anna"]
    assert len(fake.ledger.trainings()) == 1


def test_a_profile_is_deleted_after_its_question_and_others_come_by_a_refresh(
    screen: Screen, tmp_path: Path, fake: FakePhota
) -> None:
    fake.set_chaos(listed="full", **at_stage(3))
    anna, bello = (_made_elsewhere(fake, name) for name in ("Anna Berg", "Bello"))
    write_settings(tmp_path, None, consented=True)
    pilot = Pilot(screen, tmp_path, **fake.environ())
    people = SidebarPilot(pilot)
    pilot.wait(f"[row.name for row in {ROWS}] == ['Anna Berg', 'Bello']", "not both are listed")

    people.choose("deleteAction")
    pilot.wait("find('deleteProfileDialog').isVisible()", "nothing is asked")
    told = str(
        pilot.ask(
            "' '.join(w.text() for w in find('deleteProfileDialog').children()"
            " if hasattr(w, 'text'))"
        )
    )
    for words in ("Delete Anna Berg?", "At Phota", "This cannot be undone.", "This computer"):
        assert words in told
    screen.key("Return")  # Cancel has the focus
    pilot.wait("app.activeModalWidget() is None", "the question stays")
    assert fake.ledger.asked("delete") == []

    pilot.click("profileList")
    screen.key("Home", "Delete")
    pilot.click("deleteProfileAgree")
    pilot.wait(f"[row.name for row in {ROWS}] == ['Bello']", "the row stays")
    assert [row["profile_id"] for row in fake.ledger.rows("deleted")] == [anna]

    _call(fake, "DELETE", f"/profiles/{bello}")
    _made_elsewhere(fake, "Cleo")
    people.refresh_until(f"[row.name for row in {ROWS}] == ['Cleo']", "the list is not the new one")


def test_a_bucket_is_set_up_by_keys_and_tested(
    screen: Screen, tmp_path: Path, fake: FakePhota, fake_bucket: FakeBucket
) -> None:
    pilot = Pilot(screen, tmp_path, **fake.environ())
    pilot.click("addProfileButton")
    pilot.click("setUpBucketButton")
    pilot.wait("find('bucketEdit').hasFocus()", "the first field has no focus")
    address = fake_bucket.address
    fields = {
        "bucketEdit": address.bucket,
        "regionEdit": address.region,
        "endpointEdit": address.endpoint,
        "prefixEdit": "",
        "keyIdEdit": KEY_ID,
        "secretEdit": SECRET,
    }
    for name, text in fields.items():
        pilot.wait(f"find({name!r}).hasFocus()", f"Tab does not come to {name}")
        if text:
            screen.key("ctrl+a")
            screen.type(text)
            pilot.wait(f"find({name!r}).text() == {text!r}", f"{name} was not typed")
        screen.key("Tab")
    pilot.click("testBucketButton")
    done = "[step.mark for step in find('bucketSteps').steps]"
    pilot.wait(f"{done} and set({done}) <= {{'good', 'warn'}}", "the test did not end")
    titles = pilot.ask("[step.title for step in find('bucketSteps').steps]")
    assert isinstance(titles, list)
    assert len(titles) >= 5, titles
    # Of this loopback server alone it is said that Phota cannot come to it.
    marks = ["warn" if title.startswith("Read it") else "good" for title in titles]
    assert pilot.ask(done) == marks
    assert pilot.text("bucketVerdict") == "This bucket works, with a warning."
    pilot.wait("find('testBucketButton').hasFocus()", "the focus went elsewhere")
    pilot.click("saveBucketButton")
    pilot.wait("'session' in find('bucketSecretStatus').text()", "it is not said where the key is")
    pilot.wait("window.settings.value.bucket is not None", "the bucket was not saved")
    screen.key("Escape")
    pilot.wait("find('addProfileDialog').isActiveWindow()", "the form is not there again")
    screen.key("Escape")
    pilot.wait("app.activeModalWidget() is None", "the form stays open")
    screen.key("ctrl+q")
    wait_until(lambda: pilot.program.poll() is not None, 15, "Ctrl+Q does not close the window")
    assert not fake_bucket.objects()
    kept = b"".join(p.read_bytes() for p in (tmp_path / "phota").rglob("*") if p.is_file())
    assert address.bucket.encode() in kept
    assert SECRET.encode() not in kept


def _made_elsewhere(fake: FakePhota, tag: str) -> str:
    """Train a profile as another program of the same account does; return its id."""
    addresses = [f"https://photos.example/{tag}-{n}.jpg" for n in range(5)]
    order = {"image_urls": addresses, "tag": tag, "training_tier": "fast"}
    return str(_call(fake, "POST", "/profiles/add", order)["profile_id"])


def _call(fake: FakePhota, method: str, path: str, body: object = None) -> dict[str, object]:
    answer = httpx.request(
        method, fake.url + path, json=body, headers={"X-API-Key": fake.key}, trust_env=False
    )
    answer.raise_for_status()
    found = answer.json()
    assert isinstance(found, dict)
    return found


def _began(screen: Screen, home: Path, album: list[Path], fake: FakePhota) -> Pilot:
    """Begin a training of Anna; return the running program."""
    pilot = Pilot(screen, home, **fake.environ(), **CREDENTIALS)
    people = SidebarPilot(pilot)
    people.drop(album)
    people.fill_in(len(album), "Anna", consent=True)
    people.train()
    people.wait_for("Uploading")
    return pilot


def _cells(pilot: Pilot, text: str) -> bool:
    """Tell whether the ledger's table says something anywhere."""
    return bool(
        pilot.ask(
            f"(lambda m: any({text!r} in str(m.index(r, c).data()) for r in range(m.rowCount())"
            " for c in range(m.columnCount())))(find('ledgerTable').model())"
        )
    )


def _jobs(home: Path) -> list[dict[str, object]]:
    """Return the requests on record, newest first."""
    with contextlib.closing(sqlite3.connect(home / "phota" / "journal.sqlite3")) as journal:
        rows = journal.execute("SELECT document FROM jobs ORDER BY sequence DESC").fetchall()
    return [json.loads(text)["request"] for (text,) in rows]
