"""Edit, generate and remix by real keys and a real mouse, against a fake Phota."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from phota_desktop.imaging.prepare import prepare
from tests.end2end.pilot import Pilot
from tests.end2end.screen import ROOT, Screen, wait_until
from tests.fake_phota.running import FakePhota

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(180)]

TABS = ("Enhance", "Edit", "Generate", "Remix")
PROMPT = "find('promptEditor')"


@dataclass(frozen=True)
class Studio:
    """A window with a key of the fake, in whose account Anna and Bello are ready."""

    pilot: Pilot
    fake: FakePhota
    home: Path
    anna: str
    bello: str

    def wire(self) -> object:
        return self.pilot.ask(f"{PROMPT}.wire_text()")

    def choose(self, operation: str) -> None:
        """Click the tab of an operation."""
        row = TABS.index(operation)
        self.pilot.click_in("operationTabs", f"w.tabRect({row})")
        self.pilot.wait(f"find('operationTabs').currentIndex() == {row}", "the tab was not taken")

    def write(self, text: str) -> None:
        """Click into the prompt and type."""
        self.pilot.click("promptEditor")
        self.pilot.wait(f"{PROMPT}.hasFocus()", "the prompt has no focus")
        self.pilot.screen.type(text)

    def write_anew(self, text: str) -> None:
        """Type in place of what an earlier operation left in the prompt."""
        self.write("")
        self.pilot.screen.key("ctrl+a", "BackSpace")
        self.wait_for_wire("")
        self.pilot.screen.type(text)

    def wait_for_wire(self, text: str) -> None:
        self.pilot.wait(f"{PROMPT}.wire_text() == {text!r}", f"the prompt is not {text!r}")

    def mention(self, typed: str, profile: str) -> None:
        """Type ``@`` and some letters, and take the first of those offered with Return."""
        before = str(self.wire())
        self.pilot.screen.type(f"@{typed}")
        self.pilot.wait("find('mentionPopup') is not None", "nobody was offered")
        self.pilot.wait(
            f"find('mentionList').model().rowCount() == 1 and {PROMPT}.toPlainText()[-1:] != '@'",
            "not one alone was offered",
        )
        self.pilot.screen.key("Return")
        self.wait_for_wire(f"{before}[[{profile}]]")

    def submit(self) -> None:
        """Click the button and agree to the first paid call."""
        self.pilot.click("submitButton")
        self.pilot.click("consentAgree")

    def result(self, pattern: str) -> Path:
        """Wait for the first file of that pattern."""
        folder = self.home / "phota" / "results"
        wait_until(lambda: any(folder.glob(pattern)), 30, f"no result {pattern}")
        return next(folder.glob(pattern))

    def post(self) -> dict[str, object]:
        """Return the one request that was paid."""
        [row] = self.fake.ledger.posts()
        assert row["charged"]
        return row


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakePhota]:
    with FakePhota(tmp_path / "ledger", training_seconds=0.0, job_seconds=0.2) as running:
        yield running


@pytest.fixture
def studio(screen: Screen, tmp_path: Path, photographs: list[Path], fake: FakePhota) -> Studio:
    ids = [_learn(tmp_path, fake, name) for name in ("Anna Berg", "Bello")]
    pilot = Pilot(screen, tmp_path, str(photographs[0]), **fake.environ())
    pilot.wait("window.studio.photo is not None", "the photo was not opened")
    pilot.click("refreshPeople")  # before the first paid call nothing is asked without a click
    pilot.wait("len(window.parts.prompts.people) == 2", "nobody is listed")
    return Studio(pilot, fake, tmp_path, *ids)


def _learn(home: Path, fake: FakePhota, name: str) -> str:
    """Have a profile made by the command line; return its id."""
    addresses = [f"https://photos.example/{name.split()[0]}-{n}.jpg" for n in range(5)]
    environ = {"HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota"), **fake.environ()}
    subprocess.run(
        [
            *(sys.executable, "-m", "phota_desktop", "profiles", "add", *addresses),
            *("--name", name, "--tier", "fast", "--yes"),
        ],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environ},
        check=True,
        capture_output=True,
    )
    return str(fake.ledger.rows("training")[-1]["profile_id"])


def _sent(photo: Path, folder: Path) -> str:
    """Return the hash of what is sent for a photo."""
    prepared = prepare(photo, folder / f"sent-{photo.stem}").path
    return hashlib.sha256(base64.b64encode(prepared.read_bytes())).hexdigest()


def test_a_mention_is_completed_deleted_whole_and_taken_back(studio: Studio) -> None:
    pilot = studio.pilot
    studio.write("Light on ")
    studio.mention("an", studio.anna)
    assert not pilot.ask("find('promptEditor')._popup.isVisible()")
    assert pilot.ask(f"{PROMPT}.accessibleDescription()") == "Light on Anna Berg"

    pilot.screen.key("BackSpace")
    studio.wait_for_wire("Light on ")
    pilot.screen.key("ctrl+z")
    studio.wait_for_wire(f"Light on [[{studio.anna}]]")
    pilot.screen.key("ctrl+shift+z")
    studio.wait_for_wire("Light on ")
    pilot.screen.key("ctrl+z")
    studio.wait_for_wire(f"Light on [[{studio.anna}]]")

    # The list is taken by the mouse as well, and Escape leaves what was typed.
    pilot.screen.key("ctrl+End")
    pilot.screen.type(" and @")
    pilot.wait("find('mentionList').model().rowCount() == 2", "not both were offered")
    pilot.click_in("mentionList", "w.visualRect(w.model().index(1, 0))")
    both = f"Light on [[{studio.anna}]] and [[{studio.bello}]]"
    studio.wait_for_wire(both)
    pilot.screen.type(" @a")
    pilot.wait("find('mentionPopup') is not None", "nobody was offered")
    pilot.screen.key("Escape")
    pilot.wait(f"not {PROMPT}._popup.isVisible()", "Escape did not close the list")
    studio.wait_for_wire(f"{both} @a")

    # Cut and pasted, the chips are the same people.
    pilot.wait(f"{PROMPT}.hasFocus()", "the prompt lost the focus")
    pilot.screen.key("ctrl+a", "ctrl+x")
    studio.wait_for_wire("")
    pilot.screen.key("ctrl+v")
    studio.wait_for_wire(f"{both} @a")
    assert not studio.fake.ledger.posts()


def test_a_switch_to_reve_lets_the_resolution_fall_and_says_so(studio: Studio) -> None:
    pilot = studio.pilot
    studio.choose("Edit")
    pilot.click("resolutionBox_4K")
    pilot.wait("find('resolutionBox_4K').isChecked()", "4K was not taken")
    pilot.click("baseModelBox")
    row = pilot.ask("find('baseModelBox').findData('reve')")
    pilot.wait("find('baseModelBox').view().isVisible()", "the models were not offered")
    pilot.screen.click(
        *pilot.centre(
            f"(lambda v: box(v.viewport(), v.visualRect(v.model().index({row}, 0))))"
            "(find('baseModelBox').view())"
        )
    )
    pilot.wait("find('baseModelBox').currentData() == 'reve'", "Reve was not taken")
    pilot.wait("find('resolutionBox_1K').isChecked()", "the resolution did not fall")
    assert "1K" in pilot.text("adjustedLabel")
    offered = [
        pilot.ask(
            f"any(w.objectName() == 'resolutionBox_{one}' and w.isVisible()"
            " for w in app.allWidgets())"
        )
        for one in ("1K", "2K", "4K")
    ]
    assert offered == [True, False, False], "what would be refused is absent"


def test_a_remix_with_a_dropped_reference_comes_back(
    studio: Studio, photographs: list[Path], tmp_path: Path
) -> None:
    pilot = studio.pilot
    studio.choose("Remix")
    assert not pilot.ask("find('submitButton').isEnabled()"), "a remix needs a reference"
    slot = "find('referenceSlot').picture is not None"
    pilot.drop([photographs[1]], pilot.place("referenceSlot"), slot)
    assert pilot.ask("find('referenceSlot').picture.name") == photographs[1].name
    assert pilot.ask("window.studio.photo.name") == photographs[0].name, "it opens nothing"
    studio.submit()
    assert studio.result("china-remix-*.jpg").stat().st_size
    row = studio.post()
    assert row["operation"] == "remix"
    assert row["pictures_sha256"] == [_sent(photo, tmp_path) for photo in photographs[:2]]
    pilot.wait("len(window.studio.strip.entries()) == 2", "the strip does not show it")


def test_an_edit_sends_its_photos_in_the_order_they_were_dragged_to(
    studio: Studio, photographs: list[Path], tmp_path: Path
) -> None:
    pilot = studio.pilot
    studio.choose("Edit")
    assert not pilot.ask("find('submitButton').isEnabled()"), "an edit needs words"
    sources = "len(window.studio.form.sources) == 2"
    pilot.drop([photographs[2]], pilot.place("sourceList"), sources)
    pictures = "[p.name for p in window.studio.form.sources]"
    assert pilot.ask(pictures) == ["china.jpg", "rocket.jpg"]
    first, second = (
        pilot.place_in("sourceList", f"w.visualRect(w.model().index({row}, 0))") for row in (0, 1)
    )
    pilot.screen.drag(second, (first[0] - 20, first[1]))
    pilot.wait(f"{pictures} == ['rocket.jpg', 'china.jpg']", "the second is not the first now")
    studio.write("Give ")
    studio.mention("bell", studio.bello)
    pilot.screen.type(" a hat")
    studio.submit()
    studio.result("*-edit-*.jpg")
    row = studio.post()
    assert row["prompt"] == f"Give [[{studio.bello}]] a hat"
    assert row["pictures_sha256"] == [_sent(photographs[n], tmp_path) for n in (2, 0)]


def test_a_generation_names_both_people_by_their_ids(studio: Studio) -> None:
    pilot = studio.pilot
    studio.choose("Generate")
    studio.write("Portrait of ")
    studio.mention("anna", studio.anna)
    pilot.screen.type(" with ")
    studio.mention("bello", studio.bello)
    pilot.screen.type(" at sea")
    studio.submit()
    studio.result("*generate-*.jpg")
    row = studio.post()
    assert row["operation"] == "generate"
    assert row["prompt"] == f"Portrait of [[{studio.anna}]] with [[{studio.bello}]] at sea"
    assert row["pictures_sha256"] == []
    assert "profile_ids" not in row["fields"]  # type: ignore[operator]
