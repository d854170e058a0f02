"""Good photographs, and random ways to spoil them as cameras and messengers do."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage
import sklearn.datasets
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

TUNED = ("china", "coffee", "astronaut", "rocket", "chelsea")
"""The photos that the engine's figures were looked at on; chelsea set its caution with whites."""
HELD = ("flower", "motorcycle_left", "motorcycle_right", "camera")
"""Photos that were measured along, but for which no figure was moved."""
LEFT_OUT = (
    "retina, ihc, cell, microaneurysms: slides under one coloured light, whose colour is right; "
    "hubble, moon: no daylight white; brick, grass, gravel, coins: flat grey textures for "
    "algorithms; page, text, logo, colour wheels: no photographs."
)
KINDS = ("under-exposed", "cast", "noisy", "compressed", "combined")


@dataclass(frozen=True)
class Case:
    """A spoiled photo beside the good one."""

    photo: str
    kind: str
    good: Pixels
    spoiled: Pixels
    told: str


def photos(names: tuple[str, ...] = TUNED + HELD) -> dict[str, Pixels]:
    """Return the photographs by name, height × width × 3, from the test group's packages."""
    folders = (
        Path(skimage.__file__).parent / "data",
        Path(sklearn.datasets.__file__).parent / "images",
    )
    found: dict[str, Pixels] = {}
    for name in names:
        path = next(path for folder in folders for path in folder.glob(f"{name}.*"))
        with Image.open(path) as picture:
            found[name] = np.array(picture.convert("RGB"), np.uint8)
    return found


def varied(photo: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a random part of 60 to 100 % a side, at 60 to 100 % of its size."""
    share = rng.uniform(0.6, 1.0)
    height, width = (int(side * share) for side in photo.shape[:2])
    top = int(rng.integers(0, photo.shape[0] - height + 1))
    left = int(rng.integers(0, photo.shape[1] - width + 1))
    part = Image.fromarray(photo[top : top + height, left : left + width])
    scale = rng.uniform(0.6, 1.0)
    size = (max(160, int(width * scale)), max(160, int(height * scale)))
    return np.array(part.resize(size, Image.Resampling.LANCZOS), np.uint8)


def underexposed(photo: Pixels, stops: float) -> Pixels:
    """Take light away and round to bytes again."""
    return _encoded(_light(photo) * 2.0**-stops)


def cast(photo: Pixels, gains: NDArray[np.float64]) -> Pixels:
    """Multiply the channels' light; what exceeds white is lost."""
    return _encoded(_light(photo) * gains)


def noisy(photo: Pixels, sigma: float, photons: float, rng: np.random.Generator) -> Pixels:
    """Add noise of ``sigma`` levels; share ``photons`` of its variance grows with the level."""
    level = photo.astype(np.float64)
    variance = sigma**2 * ((1 - photons) + photons * level / 127.5)
    spoiled = level + rng.normal(size=photo.shape) * np.sqrt(variance)
    return np.clip(np.rint(spoiled), 0, 255).astype(np.uint8)


def compressed(photo: Pixels, quality: int) -> Pixels:
    """Write as JPEG, colours at half resolution, and read again."""
    out = io.BytesIO()
    Image.fromarray(photo).save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return np.array(Image.open(out).convert("RGB"), np.uint8)


def cases(good: dict[str, Pixels], rounds: int, seed: int) -> Iterator[Case]:
    """Yield each photo spoiled in each of KINDS, ``rounds`` times; the first of them whole."""
    for round_ in range(rounds):
        for name, photo in good.items():
            for kind in KINDS:
                key = [seed, round_, *(f"{name} {kind}".encode())]
                rng = np.random.default_rng(key)
                part = photo if round_ == 0 else varied(photo, rng)
                spoiled, told = _spoiled(part, kind, rng)
                yield Case(name, kind, part, spoiled, told)


def _spoiled(photo: Pixels, kind: str, rng: np.random.Generator) -> tuple[Pixels, str]:
    steps = [kind]
    if kind == "combined":
        # In the order in which light, sensor and messenger do it.
        count = int(rng.integers(2, 5))
        chosen = rng.choice(4, size=count, replace=False)
        steps = [KINDS[place] for place in sorted(chosen)]
    told = []
    for step in steps:
        if step == "under-exposed":
            stops = rng.uniform(0.8, 2.5)
            photo = underexposed(photo, stops)
            told.append(f"-{stops:.1f} EV")
        elif step == "cast":
            gains = _gains(rng)
            photo = cast(photo, gains)
            told.append("cast " + " ".join(f"{gain:.2f}" for gain in gains))
        elif step == "noisy":
            sigma, photons = rng.uniform(5, 25), rng.choice([0.0, 0.5, 0.9])
            photo = noisy(photo, sigma, photons, rng)
            told.append(f"noise {sigma:.0f}")
        else:
            quality = int(rng.integers(8, 31))
            photo = compressed(photo, quality)
            told.append(f"quality {quality}")
    return photo, ", ".join(told)


def _gains(rng: np.random.Generator) -> NDArray[np.float64]:
    if rng.random() < 0.5:
        # A lamp taken for daylight: red and blue go opposite ways.
        shift = rng.uniform(0.1, 0.3) * rng.choice([-1, 1])
        return np.array([1 + shift, 1.0, 1 - shift])
    while True:
        gains = 1 + rng.uniform(0.1, 0.3, 3) * rng.choice([-1, 0, 1], 3)
        # Three equal gains are an exposure.
        if np.ptp(np.log(gains)) >= 0.1:
            return gains


def _light(photo: Pixels) -> NDArray[np.float64]:
    level = photo / 255.0
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def _encoded(light: NDArray[np.float64]) -> Pixels:
    light = np.clip(light, 0, 1)
    level = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(level * 255).astype(np.uint8)
