"""Comparing by a real mouse and real keys: what each view shows is read from the screen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.end2end.canvas_pilot import CANVAS, PORT, VIEW, CanvasPilot
from tests.end2end.screen import Pixels, Screen

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(60)]

LINE = f"{CANVAS}.compare.divider"
COMPARISON = f"{CANVAS}.comparison"
BAR = "find('compareBar')"


@pytest.fixture
def pilot(screen: Screen, finished: tuple[Path, tuple[Path, ...]]) -> Iterator[CanvasPilot]:
    home, photos = finished
    made = CanvasPilot(screen, home, *photos)
    yield made
    made.program.terminate()


def _apart(one: Pixels, other: Pixels) -> Pixels:
    return np.abs(one.astype(np.int16) - other.astype(np.int16)).max(axis=2).astype(np.uint8)


def _alone(pilot: CanvasPilot, n: int) -> Pixels:
    """Return how the canvas looks with one picture alone."""
    pilot.choose(n)
    pilot.settle()
    return pilot.seen()


def _open_part(pixels: Pixels) -> Pixels:
    """Return the middle of the canvas, where neither labels nor the bar are."""
    height, width = pixels.shape[:2]
    return pixels[height // 8 : -height // 6, width // 20 : -width // 20]


def test_the_original_while_held_and_by_a_tap(pilot: CanvasPilot) -> None:
    original, variant = _alone(pilot, 0), _alone(pilot, 2)
    assert _apart(original, variant).mean() > 5
    for key in ("b", "backslash"):
        pilot.screen.xdotool("keydown", key)
        pilot.wait_seen(original, f"{key} held does not show the original")
        # The X server repeats a held key: that is no second press.
        pilot.screen.xdotool("sleep", "0.9")
        assert np.array_equal(pilot.seen(), original)
        pilot.screen.xdotool("keyup", key)
        pilot.wait_seen(variant, f"{key} let go does not show the variant")
        pilot.key(key)
        pilot.wait_seen(original, f"a tap of {key} does not show the original")
        pilot.key(key)
        pilot.wait_seen(variant, f"another tap of {key} does not show the variant")


@pytest.mark.parametrize("turned", [False, True])
def test_the_line_is_dragged_and_either_side_shows_its_picture(
    pilot: CanvasPilot, turned: bool
) -> None:
    original, variant = _alone(pilot, 0), _alone(pilot, 2)
    pilot.show("swipe", "s")
    if turned:
        pilot.key("r", *["bracketleft"] * 6)
        pilot.wait(f"{LINE}.angle == 60", "the keys do not turn the line")
        pilot.settle()
    handle = f"(lambda p: [p.x(), p.y()])({CANVAS}.compare._handle())"
    left, top, width, height = pilot.box
    for across, down in ((0.3, 0.3), (0.7, 0.6)):
        x, y = pilot.ask(handle)  # type: ignore[misc]
        pilot.drag((left + round(x), top + round(y)), pilot.at(across, down))
        pilot.settle()
        seen = pilot.seen()
        rows, columns = np.mgrid[0:height, 0:width]
        normal_x, normal_y = pilot.ask(f"{LINE}.normal")  # type: ignore[misc]
        side = (columns - across * width) * normal_x + (rows - down * height) * normal_y
        before, after = (_open_part(part) for part in (side < -14, side > 14))
        assert before.sum() > 2000
        assert after.sum() > 2000
        assert np.median(_apart(_open_part(seen), _open_part(original))[before]) == 0
        assert np.percentile(_apart(_open_part(seen), _open_part(original))[before], 99) <= 1
        assert np.percentile(_apart(_open_part(seen), _open_part(variant))[after], 99) <= 1


def test_the_line_by_double_click_shift_ctrl_and_arrows(pilot: CanvasPilot) -> None:
    pilot.show("swipe", "s")
    middle = pilot.at(0.5, 0.5)
    pilot.double_click(middle)
    pilot.wait(f"{LINE}.angle == 90", "a double click does not turn it")
    assert pilot.ask(f"{PORT}.label()") == "Fit", "the line's double click is not the canvas's"
    pilot.double_click(middle)
    pilot.wait(f"{LINE}.angle == 180", "a double click does not turn it again")
    pilot.wheel(middle, 2, "ctrl")
    pilot.wait(f"{LINE}.angle == 190", "Ctrl+wheel does not turn it")
    assert pilot.ask(f"{PORT}.label()") == "Fit"
    pilot.wheel(middle, -2, "ctrl")
    pilot.wait(f"{LINE}.angle == 180", "Ctrl+wheel does not turn it back")
    pilot.drag(middle, (middle[0] + 100, middle[1] + 100), 1, "shift")
    pilot.wait(f"abs({LINE}.angle % 180 - 135) < 2", "Shift+drag does not aim it")
    assert pilot.ask(f"{COMPARISON}.variant is not None")
    # A click gives the line the arrow keys; before and after it they step through the variants.
    pilot.key("r")
    pilot.screen.click(*middle)
    pilot.wait(f"{CANVAS}.compare.hasFocus()", "a click does not give it the focus")
    shown = pilot.paths()
    for keys, share in ((("Right",) * 3, 0.03), (("shift+Right",), 0.1), (("Left",), -0.01)):
        x = f"{CANVAS}.compare._handle().x()"
        before = pilot.ask(x)
        assert isinstance(before, float)
        place = pilot.ask(f"{LINE}.position")
        assert isinstance(place, float)
        pilot.key(*keys)
        pilot.wait(f"abs(abs({LINE}.position - {place}) - {abs(share)}) < 1e-6", "it stays")
        after = pilot.ask(x)
        assert isinstance(after, float)
        assert (after - before) * share > 0, "right is right, however the line is turned"
    assert pilot.paths() == shown
    pilot.key("Escape")
    pilot.wait(f"{VIEW} == 'single' and {CANVAS}.hasFocus()", "Esc does not leave")


def test_side_by_side_of_two_selected_and_shift_drag_of_one(pilot: CanvasPilot) -> None:
    pilot.select(2, 4)
    pilot.show("side", "c")
    assert pilot.paths() == [pilot.variant(2), pilot.variant(4)]
    pilot.key("c", "shift+r")
    pilot.wait(f"{VIEW} == 'single' and {COMPARISON}.pinned is None", "C does not leave")
    pilot.show("side", "y")
    assert pilot.paths() == [pilot.variant(0), pilot.variant(4)]
    left = pilot.at(0.25, 0.5)
    across = pilot.ask(f"{CANVAS}._panes[1].rect.left()")
    assert isinstance(across, int)
    right = left[0] + across, left[1]
    pilot.move(left)
    pilot.key("ctrl+1")
    pilot.wait_percent(100)
    pilot.settle()
    files = pilot.file(0), pilot.file(4)
    one, other = pilot.point(files[0], left), pilot.point(files[1], right)
    assert max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 1, "not the same place"
    pilot.drag(right, (right[0] - 60, right[1] + 40), 1, "shift")
    pilot.settle()
    moved = pilot.point(files[1], (right[0] - 60, right[1] + 40))
    assert max(abs(a - b) for a, b in zip(moved, other, strict=True)) <= 1
    still = pilot.point(files[0], left)
    assert max(abs(a - b) for a, b in zip(still, one, strict=True)) <= 0.1
    pilot.drag(left, (left[0] + 50, left[1]))
    pilot.settle()
    both = pilot.point(files[1], (right[0] - 10, right[1] + 40))
    assert max(abs(a - b) for a, b in zip(both, other, strict=True)) <= 1, "they go together"
    pilot.key("ctrl+0")
    pilot.settle()
    assert not pilot.ask(f"{CANVAS}._offsets")


def test_a_survey_of_all_and_of_the_selected(pilot: CanvasPilot) -> None:
    pilot.show("survey", "n")
    assert pilot.paths() == [pilot.variant(n) for n in range(5)]
    pilot.key("n")
    pilot.wait(f"{VIEW} == 'single'", "N does not leave")
    pilot.select(0, 2, 3)
    pilot.show("survey", "n")
    assert sorted(pilot.paths()) == sorted(pilot.variant(n) for n in (0, 2, 3))
    for n, place in enumerate(pilot.ask(f"[p.shown.path for p in {CANVAS}._panes]")):  # type: ignore[arg-type, var-annotated]
        x, y = pilot.ask(  # type: ignore[misc]
            f"(lambda p: [p.x(), p.y()])({CANVAS}._panes[{n}].rect.center())"
        )
        left, top, *_ = pilot.box
        pilot.point(Path(place), (left + x, top + y - 20))


def test_the_difference_and_its_gain_by_keys(pilot: CanvasPilot) -> None:
    pilot.key("d")
    pilot.wait("'changed' in find('changedLabel').text()", "nothing is compared")
    pilot.settle()
    assert pilot.text("gainLabel") == "2×"
    usual = _open_part(pilot.seen()).mean()
    pilot.key("bracketright", "bracketright")
    pilot.wait("find('gainLabel').text() == '4×'", "] does not add")
    pilot.settle()
    strong = pilot.seen()
    pilot.key(*["bracketleft"] * 4)
    pilot.wait("find('gainLabel').text() == '1×'", "[ does not take away")
    pilot.wait_changed(strong, "the picture stays as it is")
    pilot.settle()
    assert _open_part(strong).mean() > usual > _open_part(pilot.seen()).mean()
    words = pilot.text("changedLabel")
    pilot.choose(2)
    pilot.wait(f"find('changedLabel').text() not in ({words!r}, 'comparing…')", "old words stay")
    pilot.key("d")
    pilot.wait(f"{VIEW} == 'single'", "D does not leave")


def test_flicking_keeps_zoom_and_place(pilot: CanvasPilot) -> None:
    place = pilot.at(0.4, 0.4)
    pilot.move(place)
    pilot.key("ctrl+1")
    pilot.wait_percent(100)
    original, variant = _alone(pilot, 0), _alone(pilot, 2)
    for key in ("comma", "period"):
        pilot.key(key)
        pilot.wait_seen_but_bar(original, f"{key} does not show the original")
        pilot.key(key)
        pilot.wait_seen_but_bar(variant, f"{key} does not show the variant again")


def test_pinned_and_aligned_across_photos(pilot: CanvasPilot) -> None:
    pilot.choose(2)
    pilot.show("swipe", "s")
    pilot.click("pinButton")
    pilot.wait(f"{COMPARISON}.pinned is not None", "the bar does not pin")
    pinned = pilot.variant(2)
    words = "find('alignLabel').text()"
    pilot.key("Down")
    pilot.wait(f"{words} == 'not aligned'", "a flower is laid over a temple")
    assert not pilot.ask("find('alignBox').isEnabled()")
    pilot.key("Down")
    pilot.wait(f"{words}.startswith('shifted')", "it is not told how they lie")
    pilot.settle()
    assert pilot.paths() == [pinned, "moved.jpg"]
    label = "find('alignLabel')"
    assert pilot.ask(f"{label}.width() >= {label}.fontMetrics().horizontalAdvance({label}.text())")
    on = pilot.seen()
    pilot.key("a")
    pilot.wait("not find('alignBox').isChecked()", "A does not act")
    pilot.wait_changed(on, "it still lies over the other")
    pilot.click("alignBox")
    pilot.wait("find('alignBox').isChecked()", "a click does not act")
    pilot.wait_seen(on, "it does not lie over the other again")
    pilot.key("shift+r")
    pilot.wait(f"{COMPARISON}.pinned is None", "Shift+R does not unpin")


def test_the_loupe_follows_the_mouse_in_both_panes(pilot: CanvasPilot) -> None:
    pilot.show("side", "y")
    files = pilot.file(0), pilot.file(1)
    place = pilot.at(0.2, 0.45)
    pilot.move(place)
    before = pilot.seen()
    wish = pilot.fraction(place)
    glass = f"[[g.pane.rect.center().x(), g.pane.rect.center().y()] for g in {CANVAS}._glasses]"

    def check(percent: int) -> None:
        pilot.settle()
        left, top, *_ = pilot.box
        for file, (x, y) in zip(files, pilot.ask(glass), strict=True):  # type: ignore[call-overload]
            here = pilot.point_like(file, (left + x, top + y), wish, percent)
            assert abs(here[0] - wish[0] * 2560) <= 3
            assert abs(here[1] - wish[1] * 1708) <= 3

    pilot.screen.xdotool("keydown", "g")
    pilot.wait(f"len({CANVAS}._glasses) == 2", "no glass in each pane")
    check(100)
    pilot.screen.xdotool("click", "4")
    pilot.wait(f"{CANVAS}._loupe_percent == 200", "the wheel does not enlarge")
    check(200)
    pilot.screen.xdotool("keyup", "g")
    pilot.wait(f"not {CANVAS}._glasses", "the loupe stays")
    pilot.wait_seen(before, "something of the loupe stays")
    pilot.screen.xdotool(
        "mousedown", "3", "sleep", "0.05", "mousemove", *map(str, pilot.at(0.3, 0.5))
    )
    pilot.wait(f"len({CANVAS}._glasses) == 2", "the right button shows none")
    wish = pilot.fraction(pilot.at(0.3, 0.5))
    check(200)
    pilot.screen.xdotool("mouseup", "3")
    pilot.wait(f"not {CANVAS}._glasses", "the loupe stays")
    assert pilot.ask(f"{PORT}.label()") == "Fit"


def test_a_photo_dropped_while_comparing_is_opened(
    pilot: CanvasPilot, photographs: list[Path]
) -> None:
    pilot.show("swipe", "s")
    pilot.drop([photographs[2]], pilot.at(0.5, 0.5), "window.studio.photo.name == 'rocket.jpg'")
    pilot.settle()
    assert pilot.paths() == ["rocket.jpg"]
    assert pilot.ask(VIEW) == "single", "there is nothing to compare it with yet"
    assert pilot.ask(f"{PORT}.label()") == "Fit"
    assert not pilot.ask(f"{CANVAS}.compare.isVisible()")
    pilot.key("Up")
    pilot.wait(
        f"{VIEW} == 'single' and window.studio.photo.name != 'rocket.jpg'", "↑ does not step"
    )


def test_a_fast_finger_ends_with_the_right_picture(pilot: CanvasPilot) -> None:
    shown = [_alone(pilot, n) for n in range(5)]
    rng = random.Random(5)  # noqa: S311 - the same fingers each time
    row = "window.studio.strip.row(window.studio.entry.key)"
    for _ in range(6):
        keys = [rng.choice(("Left", "Right", "Right", "b", "comma")) for _ in range(25)]
        pilot.screen.xdotool("key", "--delay", "9", *keys, *("Right", "Left"))
        pilot.screen.xdotool("sleep", "0.2")
        if pilot.ask(f"{COMPARISON}.showing_original"):
            pilot.key("b")
        if pilot.ask(f"{COMPARISON}.flicked"):
            pilot.key("comma")
        pilot.wait(f"not ({COMPARISON}.showing_original or {COMPARISON}.flicked)", "it stays")
        n = pilot.ask(row)
        assert isinstance(n, int)
        pilot.wait(f"{CANVAS}.shown_paths[-1].endswith({pilot.variant(n)!r})", "the wrong one")
        pilot.settle()
        seen = _open_part(pilot.seen())
        nearest = min(range(5), key=lambda m: float(_apart(seen, _open_part(shown[m])).mean()))
        assert nearest == n


def test_surround_full_screen_panels_and_the_order_of_escape(pilot: CanvasPilot) -> None:
    pilot.show("side", "y")
    seen = {tuple(pilot.seen()[-20, 20])}
    for _ in range(3):
        before = pilot.seen()
        pilot.key("l")
        pilot.wait_changed(before, "L changes nothing")
        seen.add(tuple(pilot.seen()[-20, 20]))
    assert len(seen) == 4, "black, grey, light and white"
    pilot.key("l")
    narrow = pilot.box
    pilot.key("Tab")
    pilot.wait(f"{CANVAS}.width() > {narrow[2]} + 300", "Tab does not hide the panels")
    pilot.key("Tab")
    pilot.wait(f"{CANVAS}.width() == {narrow[2]}", "Tab does not bring the panels back")
    for key in ("F11", "f"):
        pilot.key(key)
        pilot.wait("window.isFullScreen() and window.height() == 900", f"{key} does nothing")
        pilot.key(key)
        pilot.wait("not window.isFullScreen()", f"{key} does not lead back")
    pilot.key("f")
    pilot.wait("window.isFullScreen() and window.height() == 900", "no full screen")
    pilot.key("ctrl+e")
    pilot.wait("find('promptEditor').hasFocus()", "no prompt")
    steps = (
        ("find('imageCanvas').hasFocus() and window.isFullScreen()", "out of the prompt"),
        (f"not window.isFullScreen() and {VIEW} == 'side'", "out of the full screen"),
        (f"{VIEW} == 'single' and {COMPARISON}.variant is not None", "out of comparing"),
        (f"{COMPARISON}.variant is None", "to the original"),
    )
    for expression, what in steps:
        pilot.key("Escape")
        pilot.wait(expression, f"Esc does not lead {what}")
