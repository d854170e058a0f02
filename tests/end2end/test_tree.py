"""The family tree by real keys, and a draft that becomes a final version in a paid account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.canvas_pilot import CANVAS, VIEW
from tests.end2end.library_pilot import TREE, LibraryPilot, run
from tests.end2end.screen import PATIENCE, Screen, wait_until
from tests.fake_phota.running import FakePhota

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(240)]

CURRENT = f"getattr({TREE}.picture, 'name', '')"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakePhota]:
    with FakePhota(tmp_path / "ledger", job_seconds=0.2) as running:
        yield running


def _walk(pilot: LibraryPilot, key: str, name: str) -> None:
    pilot.screen.key(key)
    pilot.wait(f"{CURRENT} == {name!r}", f"{key} does not lead to {name}")


def test_the_tree_is_walked_continued_and_recalled(
    screen: Screen, tmp_path: Path, photographs: list[Path]
) -> None:
    photo, out = photographs[0], str(tmp_path / "out")
    run(tmp_path, "enhance", str(photo), "--engine", "local", "-n", "2", "--out", out)
    first, second = (f"china-enhance-{n}.jpg" for n in (1, 2))
    made = f"{out}/{second}"
    run(
        tmp_path, *("edit", made, "--engine", "local", "--prompt", "much warmer", "--out", out)
    )  # fmt: skip
    child = "china-enhance-2-edit-1.jpg"
    pilot = LibraryPilot(screen, tmp_path, photo)
    pilot.open_tree()
    pilot.wait(f"{CURRENT} == {photo.name!r}", "it does not begin with the photo")
    assert pilot.text("lineageTotals").startswith("4 pictures · 2 requests")
    _walk(pilot, "Right", first)
    _walk(pilot, "Down", second)
    _walk(pilot, "Right", child)
    _walk(pilot, "Left", second)
    _walk(pilot, "Home", photo.name)
    _walk(pilot, "Right", second)  # the way that was gone before
    _walk(pilot, "Right", child)

    # A mark goes to what is chosen here; C compares it with what it was made from.
    screen.key("4")
    pilot.wait(f"{TREE}.picture.marks.stars == 4", "it is not marked")
    screen.key("c")
    pilot.wait(f"{VIEW} == 'side'", "it is not compared")
    shown = f"sorted(p.rsplit('/', 1)[-1] for p in {CANVAS}.shown_paths)"
    pilot.wait(f"{shown} == {sorted([second, child])!r}", "others are compared")

    # Return shows it on the canvas; its settings are recalled into the form.
    pilot.open_tree()
    pilot.wait(f"{CURRENT} == {child!r}", "the tree does not begin with what is shown")
    screen.key("Return")
    pilot.wait(f"{CANVAS}.shown_paths[-1].endswith({child!r})", "Return shows nothing")
    screen.key("ctrl+r")
    pilot.wait("find('operationTabs').currentIndex() == 1", "its operation is not recalled")
    pilot.wait("find('promptEditor').wire_text() == 'much warmer'", "its prompt is not recalled")

    # Continue from it: it becomes the photo, and what comes is its child.
    screen.key("Escape")  # out of the prompt
    pilot.wait(f"{CANVAS}.hasFocus()", "Escape does not lead to the canvas")
    pilot.open_tree()
    pilot.wait(f"{CURRENT} == {child!r}", "the tree does not begin with what is shown")
    pilot.click("lineageContinue")
    pilot.wait(f"window.studio.photo.name == {child!r}", "it is not continued")
    pilot.wait("find('submitButton').isEnabled()", "nothing can be asked for")
    screen.key("ctrl+Return")
    pilot.wait("len(window.jobs.jobs()) == 3", "nothing is asked for")
    pilot.wait("all(job.state.is_final for job in window.jobs.jobs())", "it does not end", 90)
    pilot.ask(f"{CANVAS}.setFocus()")
    pilot.open_tree()
    _walk(pilot, "Right", "china-enhance-2-edit-1-edit-1.jpg")
    _walk(pilot, "Left", child)
    _walk(pilot, "Left", second)


def test_a_draft_becomes_a_final_version_for_its_price(
    screen: Screen, tmp_path: Path, photographs: list[Path], fake: FakePhota
) -> None:
    pilot = LibraryPilot(screen, tmp_path, photographs[0], **fake.environ())
    screen.key("alt+2")
    pilot.wait("find('operationTabs').currentIndex() == 1", "no edit")
    pilot.click("promptEditor")
    screen.type("a red hat")
    pilot.wait("find('submitButton').isEnabled()", "nothing can be asked for")
    pilot.click("submitButton")
    pilot.click("consentAgree")
    pilot.wait("len(window.studio.strip.entries()) == 2", "nothing is asked for")
    pilot.wait("window.studio.strip.entries()[1].path is not None", "no draft comes")
    [draft] = fake.ledger.posts()

    pilot.ask(f"{CANVAS}.setFocus()")
    screen.key("Right")
    pilot.wait("window.studio.variant_path is not None", "the draft is not chosen")
    screen.key("ctrl+shift+f")
    pilot.wait("find('finalizeDialog').isActiveWindow()", "nothing asks")
    assert pilot.text("finalAgree") == "Make the final version · price not published"
    assert pilot.ask("find('finalCancel').hasFocus()"), "money is not spent by a stray Return"
    screen.key("Escape")
    pilot.wait("window.isActiveWindow()", "it stays")
    assert fake.ledger.posts() == [draft], "Escape pays nothing"

    screen.key("ctrl+shift+f")
    pilot.wait("find('finalizeDialog').isActiveWindow()", "nothing asks")
    pilot.click("finalAgree")
    wait_until(lambda: len(fake.ledger.posts()) == 2, PATIENCE, "nothing is sent")
    final = fake.ledger.posts()[1]
    assert final["prompt"] == draft["prompt"]
    assert final["pictures_sha256"] == draft["pictures_sha256"]
    pilot.wait("len(window.studio.strip.entries()) == 3", "it is not beside the draft")
    pilot.wait("window.studio.strip.entries()[2].path is not None", "no final comes")
    pilot.ask(f"{CANVAS}.setFocus()")
    pilot.open_tree()
    pilot.wait(f"any(c.final_of for c in {TREE}.cards.values())", "the tree does not link the two")
