"""Training photos judged before a training is paid for: a verdict for each, and one for the set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from phota_desktop.core.profiles import TrainingTier

LEAST_SIDE = 1024
"""Pixels of the shorter side: Phota advises "1K pixels" at least and gives no exact figure."""
# The limits below lie between good and spoiled photos of tests/benchmarks/test_checking.py.
MOST_BLUR = 0.95
"""Edges wider than this are blurred: a Gaussian's sigma in pixels of a look 1024 pixels long."""
LEAST_BRIGHTEST = 118.0
LEAST_LIGHT = 60.0
"""Levels (0 to 255) that a hundredth-brightest and a tenth-brightest pixel must reach."""
MOST_BURNT = 0.15
"""Share of the photo, white background left out, that may have lost colour to white."""
MOST_DIFFERENT_BITS = 48
"""Of 255 bits of the fingerprint, for photos that count as the same picture."""
SAME_SHAPE = 0.03
"""Relative difference of aspect ratios within which two pictures can be the same."""
CLOSE_TOGETHER = timedelta(minutes=30)
FEW_LEVELS = 18.0
"""Spread of the photos' median levels below which all were taken in similar light."""


class Finding(StrEnum):
    """What can be wrong with a photo, the gravest first. GOOD stands alone."""

    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    GOOD = "good"


_ORDER = tuple(Finding)


@dataclass(frozen=True)
class PhotoFacts:
    """What was measured of one file; with ``problem``, why it cannot be decoded and nothing else.

    ``width`` and ``height`` are as displayed; ``blur`` is the spread of its sharpest edges (None
    when it has too few to tell); ``median``, ``light`` and ``brightest`` are the levels below
    which 50, 90 and 98 % of the pixels lie; ``burnt`` is a share; ``taken`` the camera's time.
    """

    path: Path
    problem: str = ""
    width: int = 0
    height: int = 0
    bytes: int = 0
    digest: str = ""
    fingerprint: int | None = None
    blur: float | None = None
    median: float = 0.0
    light: float = 0.0
    brightest: float = 0.0
    burnt: float = 0.0
    taken: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """One photo's verdict: the gravest finding, all findings, a sentence, and the preset.

    ``twin`` is the photo that stays instead of this duplicate.
    """

    path: Path
    kind: Finding
    words: str
    leave_out: bool
    findings: tuple[Finding, ...] = ()
    twin: Path | None = None


@dataclass(frozen=True)
class SetVerdict:
    """Whether the chosen photos make a training of that tier, in words, with hints on spread."""

    tier: TrainingTier
    count: int
    enough: bool
    words: str
    other_tier: TrainingTier | None = None
    hints: tuple[str, ...] = ()


def judge(photos: Sequence[PhotoFacts]) -> tuple[Verdict, ...]:
    """Return a verdict for each photo, in the order given.

    Of several like pictures the one with no other fault stays, then the largest, then the first.
    """
    own = [_own_findings(photo) for photo in photos]
    ranked = sorted(
        (place for place, photo in enumerate(photos) if not photo.problem),
        key=lambda n: (bool(own[n]), -photos[n].width * photos[n].height, -photos[n].bytes, n),
    )
    kept: list[int] = []
    stays: dict[str, int] = {}
    twins: dict[int, tuple[Finding, int]] = {}
    for place in ranked:
        photo = photos[place]
        if photo.digest in stays:
            twins[place] = (Finding.DUPLICATE, stays[photo.digest])
            continue
        alike = next((n for n in kept if _alike(photos[n], photo)), None)
        stays[photo.digest] = place if alike is None else alike
        if alike is None:
            kept.append(place)
        else:
            twins[place] = (Finding.NEAR_DUPLICATE, alike)
    return tuple(
        _verdict(photo, own[place], twins.get(place), photos) for place, photo in enumerate(photos)
    )


def judge_set(
    photos: Sequence[PhotoFacts],
    chosen: Collection[Path],
    tier: TrainingTier,
    *,
    pet: bool = False,
) -> SetVerdict:
    """Judge the photos that a person chose (paths among ``photos``) for a tier."""
    picked = [photo for photo in photos if photo.path in chosen and not photo.problem]
    count = len(picked)
    fewest, most = tier.photo_range
    enough = fewest <= count <= most
    other = next(
        (
            one
            for one in TrainingTier
            if one is not tier and one.photo_range[0] <= count <= one.photo_range[1]
        ),
        None,
    )
    name = tier.label
    if enough:
        words = f"{_photos(count)}: enough for {name} ({fewest} to {most})."
    elif count < fewest:
        words = f"{_photos(count)}: {name} needs at least {fewest}; add {fewest - count} more."
    else:
        words = f"{_photos(count)}: {name} takes at most {most}; leave out {count - most}."
    if not enough and other is not None:
        words += f" {other.label} would take them."
    return SetVerdict(tier, count, enough, words, None if enough else other, _hints(picked, pet))


def _own_findings(photo: PhotoFacts) -> tuple[Finding, ...]:
    if photo.problem:
        return (Finding.UNREADABLE,)
    found = []
    if min(photo.width, photo.height) < LEAST_SIDE:
        found.append(Finding.TOO_SMALL)
    # Too few edges to tell counts as sharp: a wrong "blurred" would cost a good photo.
    if (photo.blur or 0.0) > MOST_BLUR:
        found.append(Finding.BLURRED)
    if photo.brightest < LEAST_BRIGHTEST or photo.light < LEAST_LIGHT:
        found.append(Finding.DARK)
    if photo.burnt > MOST_BURNT:
        found.append(Finding.OVEREXPOSED)
    return tuple(found)


def _alike(one: PhotoFacts, other: PhotoFacts) -> bool:
    if one.fingerprint is None or other.fingerprint is None:
        return False
    shapes = one.width * other.height, other.width * one.height
    if abs(shapes[0] - shapes[1]) > SAME_SHAPE * max(shapes):
        return False
    return (one.fingerprint ^ other.fingerprint).bit_count() <= MOST_DIFFERENT_BITS


def _verdict(
    photo: PhotoFacts,
    own: tuple[Finding, ...],
    twin: tuple[Finding, int] | None,
    photos: Sequence[PhotoFacts],
) -> Verdict:
    findings = sorted((*own, *((twin[0],) if twin else ())), key=_ORDER.index)
    if not findings:
        return Verdict(photo.path, Finding.GOOD, "Good for training.", leave_out=False)
    other = photos[twin[1]] if twin else None
    words = " ".join(_said(finding, photo, other) for finding in findings)
    return Verdict(
        photo.path,
        findings[0],
        words,
        leave_out=any(finding is not Finding.OVEREXPOSED for finding in findings),
        findings=tuple(findings),
        twin=other.path if other else None,
    )


def _said(finding: Finding, photo: PhotoFacts, twin: PhotoFacts | None) -> str:
    other = f"“{twin.path.name}”" if twin else "another photo"
    if finding is Finding.UNREADABLE:
        return photo.problem
    if finding is Finding.TOO_SMALL:
        return (
            f"Too small: {photo.width} × {photo.height} pixels;"
            f" the shorter side should have {LEAST_SIDE} or more."
        )
    return {
        Finding.DUPLICATE: f"The same picture as {other}.",
        Finding.NEAR_DUPLICATE: f"Nearly the same picture as {other}.",
        Finding.BLURRED: "Blurred: not even its sharpest parts are sharp.",
        Finding.DARK: "Too dark: even its brightest parts have little light.",
        Finding.OVEREXPOSED: "Over-exposed: large parts are burnt out. Keep it if the face is not.",
    }[finding]


def _hints(photos: Sequence[PhotoFacts], pet: bool) -> tuple[str, ...]:
    """Return what the set lacks as far as files tell it, and last what only a person can see."""
    hints = []
    times = [photo.taken for photo in photos if photo.taken is not None]
    if len(times) >= 3 and len(times) * 2 >= len(photos):
        span = max(times) - min(times)
        if span <= CLOSE_TOGETHER:
            minutes = max(1, round(span.total_seconds() / 60))
            hints.append(
                f"Taken within {minutes} minute{'s' if minutes > 1 else ''}:"
                " photos of other days and places help."
            )
    medians = [photo.median for photo in photos]
    if len(medians) >= 5 and max(medians) - min(medians) < FEW_LEVELS:
        hints.append("All in similar light: add some from indoors and outdoors, sun and shade.")
    looks = "" if pet else "a neutral face, a smile, a frown and surprise; "
    who = "your pet" if pet else "this person"
    hints.append(
        f"This computer cannot tell who is in a photo. See for yourself that there are {looks}"
        f"views from the front, both sides and one profile; and that {who} is large in the"
        " picture, not covered, and seen most often across the set."
    )
    return tuple(hints)


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"
