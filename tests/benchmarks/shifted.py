"""Pairs of an original and a variant that a model moved, toned, compressed and partly replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from phota_desktop.core.alignment import FrameMap
from phota_desktop.imaging.registration import centred
from tests.benchmarks import degrade
from tests.benchmarks.degrade import Pixels

LONG_SIDE = 2048
"""Pixels of the variant's long side; the shifts are meant for it."""
TUNED = degrade.TUNED
"""Photos on which limits were set."""
HELD = ("flower", "motorcycle_left", "camera")
"""Photos for which nothing was set; the second of the stereo pair is the same scene."""
OTHERS = ("hubble_deep_field", "moon", "retina", "ihc")
"""Little or strange detail: stars, a plain, vessels, tissue. Nothing was set for them either."""
TEXTURES = ("brick", "grass", "gravel", "coins", "page")
_MARGIN = 0.86


@dataclass(frozen=True)
class Moved:
    """BGR pictures, and where the original's points are in the variant."""

    photo: str
    original: Pixels
    variant: Pixels
    truth: FrameMap


def master(name: str, long_side: int = 2600) -> Pixels:
    """Return a photo as BGR, enlarged so that a variant can be cut out of it without borders."""
    photo = degrade.photos((name,))[name]
    scale = long_side / max(photo.shape[:2])
    large = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(large, cv2.COLOR_RGB2BGR), np.uint8)


def moved(
    name: str,
    whole: Pixels,
    rng: np.random.Generator,
    other: Pixels | None,
    long_side: int = LONG_SIDE,
) -> Moved:
    """Move within ±30 px of 2048, 0.97 to 1.03, ±1°; change tone, add noise, replace, compress.

    ``other`` is pasted over 10 to 30 % of the frame. What comes in at the borders is the photo's
    own. Exposure ±1 EV, warmth ±20 %, contrast and gamma by curves; JPEG quality 60 to 95.
    """
    height, width = whole.shape[:2]
    size = int(width * _MARGIN), int(height * _MARGIN)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    original = np.ascontiguousarray(whole[top : top + size[1], left : left + size[0]])
    scale = long_side / max(size)
    across, down = round(size[0] * scale), round(size[1] * scale)
    truth = FrameMap.similar(
        across / down,
        rng.uniform(0.97, 1.03),
        rng.uniform(-1, 1),
        (rng.uniform(-30, 30) / across, rng.uniform(-30, 30) / down),
    )
    matrix = centred(truth.inverse(), (across, down), size)
    matrix[:, 2] += (left, top)
    made = cv2.warpAffine(
        cv2.GaussianBlur(whole, (0, 0), 0.5),
        matrix,
        (across, down),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    variant = np.asarray(made, np.uint8)
    if other is not None:
        share = np.sqrt(rng.uniform(0.1, 0.3))
        part = int(across * share), int(down * share)
        x, y = rng.integers(0, across - part[0] + 1), rng.integers(0, down - part[1] + 1)
        variant[y : y + part[1], x : x + part[0]] = cv2.resize(other, part)
    noisy = toned(variant, rng) + rng.normal(0, rng.uniform(0, 6), variant.shape)
    written = cv2.imencode(
        ".jpg",
        np.clip(np.rint(noisy), 0, 255).astype(np.uint8),
        (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))),
    )[1]
    decoded = np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)
    return Moved(name, original, decoded, truth)


def toned(bgr: Pixels, rng: np.random.Generator) -> np.ndarray:
    """Change exposure, warmth, contrast and gamma at random; floats of 0 to 255 come back."""
    warmth = rng.uniform(-0.2, 0.2)
    gains = np.array([1 - warmth, 1.0, 1 + warmth]) * 2.0 ** rng.uniform(-1, 1)
    exponent, contrast = 1 / 2.2 * rng.uniform(0.8, 1.25), rng.uniform(-0.6, 1.2)
    level = np.arange(256) / 255
    curves = np.clip(level[:, None] ** 2.2 * gains, 0, 1) ** exponent
    curves += contrast * (curves - 0.5) * curves * (1 - curves)
    table = (np.clip(curves, 0, 1) * 255).astype(np.float32).reshape(1, 256, 3)
    return np.asarray(cv2.LUT(bgr, table))


def pairs(names: tuple[str, ...], each: int, seed: int) -> Iterator[Moved]:
    """Yield ``each`` moved variants of every photo, another photo pasted into each."""
    for place, name in enumerate(names):
        whole, other = master(name), master(names[(place + 1) % len(names)], 1300)
        for round_ in range(each):
            rng = np.random.default_rng([seed, round_, *name.encode()])
            yield moved(name, whole, rng, other)


def unrelated(
    names: tuple[str, ...], count: int, seed: int
) -> Iterator[tuple[str, Pixels, Pixels]]:
    """Yield pairs of pictures that have no point in common, with what they are.

    Two photos, or two opposite quarters of one, or a photo and its mirrored or turned self.
    """
    wholes = {name: master(name, 1024) for name in names}
    rng = np.random.default_rng(seed)
    for number in range(count):
        name = names[int(rng.integers(len(names)))]
        whole = wholes[name]
        height, width = (side // 2 for side in whole.shape[:2])
        kind = number % 4
        if kind == 0:
            yield f"{name}: quarters", _view(whole[:height, :width]), _view(whole[height:, width:])
        elif kind == 1:
            turned = (cv2.flip(whole, 1), cv2.rotate(whole, cv2.ROTATE_180), cv2.transpose(whole))
            yield f"{name}: turned", whole, _view(turned[int(rng.integers(3))])
        else:
            second = names[int(rng.integers(len(names)))]
            if second != name:
                part = degrade.varied(wholes[second], rng)
                yield f"{name}, {second}", whole, _view(part)


def _view(picture: cv2.typing.MatLike) -> Pixels:
    scale = 1024 / max(picture.shape[:2])
    return np.asarray(
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8
    )
