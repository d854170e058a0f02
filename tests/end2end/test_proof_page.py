"""The proof page in Debian's Chromium without a network: look, compare, choose, save, read back."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phota_desktop.core.picks import Choice
from phota_desktop.core.proofing import ProofPicture, ProofSettings
from phota_desktop.services.proofs import Proofs
from phota_desktop.services.threads import Threads
from tests.end2end.chromium import Browser, chromium

pytestmark = pytest.mark.chromium
RED, BLUE = (200, 30, 30), (30, 30, 200)
VISIBLE = "return [...document.querySelectorAll('.card')].filter(c => !c.hidden).length"


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads()
    yield made
    made.close()


@pytest.fixture
async def page(threads: Threads, tmp_path: Path) -> Path:
    original, made = tmp_path / "original.png", tmp_path / "made.png"
    Image.new("RGB", (600, 400), RED).save(original)
    Image.new("RGB", (600, 400), BLUE).save(made)
    named = ("Anna & Ben.jpg", "<b>two</b>.jpg", "three.jpg")
    pictures = [ProofPicture(f"job:{n}", made, name, "", original) for n, name in enumerate(named)]
    pictures.append(ProofPicture("job:3", made, "alone.jpg"))
    report = await Proofs(threads).write_page(
        pictures, tmp_path / "Wedding.html", ProofSettings(title="Wedding <i>", side=600)
    )
    assert report.path is not None
    return report.path


@pytest.fixture
def browser(tmp_path: Path, page: Path) -> Iterator[Browser]:
    with chromium(tmp_path) as found:
        found.resize(1200, 900)
        found.open(page.as_uri())
        yield found


def colours(browser: Browser, y: int = 300) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    data = base64.b64decode(browser.screenshot())
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))[y]


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(np.asarray(pixel, int) - colour).max() < 12)


def saved_picks(browser: Browser, folder: Path) -> Path:
    browser.click("#save")
    until = time.monotonic() + 10
    while not (found := list((folder / "downloads").glob("*.json"))):
        assert time.monotonic() < until, "no picks file was saved"
        time.sleep(0.05)
    return found[0]


async def test_pictures_are_chosen_offline_and_the_picks_come_back(
    browser: Browser, threads: Threads, tmp_path: Path
) -> None:
    assert browser.text("h1") == "Wedding <i>"
    assert browser.text("#count") == "0 of 4 picked"
    assert "<b>two</b>.jpg" in browser.text(".card:nth-child(2) .name")
    browser.click(".card:nth-child(1) [data-value=pick]")
    browser.click(".card:nth-child(2) [data-value=reject]")
    browser.click(".card:nth-child(3) [data-value=pick]")
    browser.click(".card:nth-child(3) [data-value=pick]")  # a second click takes it back
    browser.click(".card:nth-child(4) .look")
    browser.press("p")
    browser.click("#note")
    browser.write("#note", "the best\u2026 <script>")
    browser.press("Escape")
    assert browser.text("#count") == "2 of 4 picked, 1 not wanted"
    picks = await Proofs(threads).read_picks(saved_picks(browser, tmp_path))
    assert picks.title == "Wedding <i>"
    assert [(pick.key, pick.choice) for pick in picks.picks] == [
        ("job:0", Choice.PICK),
        ("job:1", Choice.REJECT),
        ("job:2", Choice.OPEN),
        ("job:3", Choice.PICK),
    ]
    assert picks.picks[3].note == "the best… <script>"
    assert browser.log() == []  # no error, nothing refused by the policy, nothing asked for
    assert browser.run("return performance.getEntriesByType('resource').length") == 0


def test_the_line_divides_original_and_new_exactly(browser: Browser) -> None:
    browser.click(".card:nth-child(1) .look")
    row = colours(browser)
    assert near(row[500], RED)
    assert near(row[700], BLUE)
    browser.drag((600, 300), (800, 300))
    row = colours(browser)
    assert near(row[780], RED)
    assert near(row[820], BLUE)
    browser.press("Left", *["Left"] * 9)  # by keys, a hundredth each
    row = colours(browser)
    at = round(1200 * (800 / 1200 - 0.10))
    assert near(row[at - 20], RED)
    assert near(row[at + 20], BLUE)


def test_what_was_chosen_is_there_after_the_page_is_opened_again(
    browser: Browser, page: Path
) -> None:
    browser.click(".card:nth-child(2) [data-value=pick]")
    browser.run("window.onbeforeunload = null; location.reload()")
    browser.wait_for("document.readyState === 'complete'")
    assert browser.text("#count") == "1 of 4 picked"
    browser.run(
        "const s = document.getElementById('only'); s.value = 'pick'; "
        "s.dispatchEvent(new Event('change'))"
    )
    assert browser.run(VISIBLE) == 1
    assert browser.run("return document.activeElement.tagName") is not None


def test_the_viewer_is_walked_by_keys_and_gives_the_focus_back(browser: Browser) -> None:
    browser.click(".card:nth-child(1) .look")
    browser.press("PageDown")
    assert "(2 of 4)" in browser.text("#shownName")
    browser.press("x")
    browser.press("Escape")
    told = browser.run("return document.activeElement.getAttribute('aria-label')")
    assert told == "Show <b>two</b>.jpg large"
    assert browser.text("#count") == "0 of 4 picked, 1 not wanted"


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser) -> None:
    browser.resize(390, 800)
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    browser.click(".card:nth-child(1) .look")
    assert browser.run(
        "return [...document.querySelectorAll('#bar button')]"
        ".every(b => b.getBoundingClientRect().bottom <= innerHeight)"
    )
