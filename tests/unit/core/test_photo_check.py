"""Verdicts on training photos: each fault by itself, copies among them, and the whole set."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from phota_desktop.core import photo_check
from phota_desktop.core.photo_check import Finding, PhotoFacts, judge, judge_set
from phota_desktop.core.profiles import TrainingTier


def good(n: int = 0) -> PhotoFacts:
    """Return the facts of a faultless photo; each number has pixels of its own."""
    return PhotoFacts(
        Path(f"IMG_{n}.jpg"),
        width=3000,
        height=2000,
        bytes=1000,
        digest=f"digest {n}",
        fingerprint=hash((n, "fingerprint")) ** 4 % 2**255 if n else 0,
        blur=0.3,
        median=60.0 + 20 * n,
        light=180.0,
        brightest=220.0,
    )


def test_a_faultless_photo_stays() -> None:
    (verdict,) = judge([good()])
    assert (verdict.kind, verdict.leave_out, verdict.findings) == (Finding.GOOD, False, ())
    assert verdict.words == "Good for training."


@pytest.mark.parametrize(
    ("facts", "kind", "word"),
    [
        (PhotoFacts(Path("a.txt"), problem="“a.txt” is empty."), Finding.UNREADABLE, "empty"),
        (replace(good(), width=1023), Finding.TOO_SMALL, "1023 × 2000"),
        (replace(good(), height=640), Finding.TOO_SMALL, "1024 or more"),
        (replace(good(), blur=2.5), Finding.BLURRED, "Blurred"),
        (replace(good(), brightest=80.0), Finding.DARK, "dark"),
        (replace(good(), light=30.0), Finding.DARK, "dark"),
    ],
)
def test_a_fault_is_said_and_the_photo_left_out(
    facts: PhotoFacts, kind: Finding, word: str
) -> None:
    (verdict,) = judge([facts])
    assert (verdict.kind, verdict.leave_out) == (kind, True)
    assert word in verdict.words
    assert verdict.words.endswith(".")


def test_what_is_just_enough_is_enough() -> None:
    edge = replace(
        good(),
        width=photo_check.LEAST_SIDE,
        height=photo_check.LEAST_SIDE,
        blur=photo_check.MOST_BLUR,
        brightest=photo_check.LEAST_BRIGHTEST,
        light=photo_check.LEAST_LIGHT,
        burnt=photo_check.MOST_BURNT,
    )
    assert judge([edge])[0].kind is Finding.GOOD


def test_too_few_edges_are_not_called_blurred() -> None:
    assert judge([replace(good(), blur=None)])[0].kind is Finding.GOOD


def test_burnt_parts_are_said_but_the_person_decides() -> None:
    (verdict,) = judge([replace(good(), burnt=0.5)])
    assert verdict.kind is Finding.OVEREXPOSED
    assert not verdict.leave_out


def test_several_faults_are_all_said_the_gravest_first() -> None:
    (verdict,) = judge([replace(good(), blur=4.0, brightest=50.0, width=300)])
    assert verdict.findings == (Finding.TOO_SMALL, Finding.BLURRED, Finding.DARK)
    assert verdict.kind is Finding.TOO_SMALL
    assert all(word in verdict.words for word in ("small", "Blurred", "dark"))


def test_of_two_equal_files_the_first_stays() -> None:
    first, second = judge([good(), replace(good(), path=Path("copy.jpg"))])
    assert first.kind is Finding.GOOD
    assert (second.kind, second.twin) == (Finding.DUPLICATE, Path("IMG_0.jpg"))
    assert second.words == "The same picture as “IMG_0.jpg”."


def test_of_two_like_pictures_the_larger_stays() -> None:
    small = replace(good(), path=Path("small.jpg"), digest="s", width=1800, height=1200)
    small = replace(small, fingerprint=0b111)
    first, second = judge([small, good()])
    assert (first.kind, first.twin) == (Finding.NEAR_DUPLICATE, Path("IMG_0.jpg"))
    assert second.kind is Finding.GOOD


def test_of_two_like_pictures_the_faultless_one_stays() -> None:
    blurred = replace(good(), digest="b", path=Path("large.jpg"), width=6000, height=4000, blur=3.0)
    first, second = judge([blurred, good()])
    assert first.findings == (Finding.NEAR_DUPLICATE, Finding.BLURRED)
    assert second.kind is Finding.GOOD


def test_a_byte_copy_of_what_goes_names_what_stays() -> None:
    small = replace(good(), path=Path("small.jpg"), digest="s", width=1800, height=1200)
    _, first, second = judge([good(), small, replace(small, path=Path("copy.jpg"))])
    assert (first.kind, first.twin) == (Finding.NEAR_DUPLICATE, Path("IMG_0.jpg"))
    assert (second.kind, second.twin) == (Finding.DUPLICATE, Path("IMG_0.jpg"))


def test_a_chain_of_likeness_does_not_grow() -> None:
    """A is like B and B like C: C is judged by what stays, and A and C differ."""
    half = photo_check.MOST_DIFFERENT_BITS
    photos = [
        replace(good(), path=Path(name), digest=name, fingerprint=2**bits - 1)
        for name, bits in (("a", 0), ("b", half), ("c", 2 * half))
    ]
    kinds = [verdict.kind for verdict in judge(photos)]
    assert kinds == [Finding.GOOD, Finding.NEAR_DUPLICATE, Finding.GOOD]


def test_another_shape_is_another_picture() -> None:
    square = replace(good(), path=Path("square.jpg"), digest="q", width=2000)
    assert [verdict.kind for verdict in judge([good(), square])] == [Finding.GOOD] * 2


def test_pictures_without_a_fingerprint_are_like_none() -> None:
    flat = replace(good(), fingerprint=None)
    verdicts = judge([flat, replace(flat, path=Path("other.jpg"), digest="other")])
    assert [verdict.kind for verdict in verdicts] == [Finding.GOOD] * 2


@pytest.mark.parametrize(
    ("count", "tier", "enough", "other", "words"),
    [
        (4, TrainingTier.FAST, False, None, "4 photos: Quick needs at least 5; add 1 more."),
        (5, TrainingTier.FAST, True, None, "5 photos: enough for Quick (5 to 10)."),
        (12, TrainingTier.FAST, False, TrainingTier.STANDARD, "leave out 2"),
        (9, TrainingTier.STANDARD, False, TrainingTier.FAST, "Quick would take them."),
        (50, TrainingTier.STANDARD, True, None, "enough for Standard (10 to 50)"),
        (51, TrainingTier.STANDARD, False, None, "takes at most 50; leave out 1."),
        (1, TrainingTier.STANDARD, False, None, "1 photo: Standard needs at least 10"),
    ],
)
def test_the_count_is_held_against_the_tier(
    count: int, tier: TrainingTier, enough: bool, other: TrainingTier | None, words: str
) -> None:
    photos = [good(n) for n in range(count + 3)]
    verdict = judge_set(photos, [photo.path for photo in photos[:count]], tier)
    assert (verdict.count, verdict.enough, verdict.other_tier) == (count, enough, other)
    assert words in verdict.words


def test_unreadable_photos_never_count() -> None:
    photos = [PhotoFacts(Path("a.jpg"), problem="It is damaged."), good()]
    verdict = judge_set(photos, [photo.path for photo in photos], TrainingTier.FAST)
    assert verdict.count == 1


def hints(photos: list[PhotoFacts], *, pet: bool = False) -> str:
    chosen = [photo.path for photo in photos]
    return " ".join(judge_set(photos, chosen, TrainingTier.FAST, pet=pet).hints)


def test_photos_of_one_moment_and_one_light_get_hints() -> None:
    noon = datetime(2026, 11, 1, 12)
    photos = [
        replace(good(n), taken=noon + timedelta(minutes=n), median=100.0 + n) for n in range(6)
    ]
    assert "Taken within 5 minutes" in hints(photos)
    assert "similar light" in hints(photos)
    spread = [replace(photo, taken=noon + timedelta(days=n)) for n, photo in enumerate(photos)]
    assert "Taken within" not in hints(spread)
    assert "similar light" not in hints([good(n) for n in range(6)])


def test_few_dates_say_nothing_about_the_set() -> None:
    dated = [replace(good(n), taken=datetime(2026, 11, 1)) for n in range(2)]
    assert "Taken within" not in hints([*dated, *(good(n) for n in range(2, 9))])


def test_what_no_file_tells_is_left_to_the_person() -> None:
    assert "a smile" in hints([good()])
    assert "profile" in hints([good()], pet=True)
    assert "smile" not in hints([good()], pet=True)
