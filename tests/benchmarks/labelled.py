"""Training photos whose faults are known: real photographs, spoiled in measured ways, as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import simplejpeg

from phota_desktop.core.photo_check import Finding
from tests.benchmarks import degrade
from tests.benchmarks.degrade import Pixels

FITTED = degrade.TUNED
"""Photos on which the limits were fitted."""
HELD = degrade.HELD
"""Photos for which no limit was moved; the size of the tiles was chosen looking at all of them."""
SHORT, LOOK = 1100, 1024
NONE = Finding.GOOD


@dataclass(frozen=True)
class Labelled:
    """A file, the photograph it comes from, its fault (GOOD for none), how it was made."""

    path: Path
    photo: str
    kind: Finding
    told: str


def extended(photo: Pixels, short: int = SHORT) -> Pixels:
    """Reflect at the borders until the shorter side is long enough: nothing is resampled."""
    height, width = photo.shape[:2]
    more = short / min(height, width)
    pads = [max(0, int(side * more + 0.5) - side) for side in (height, width)]
    return np.pad(photo, ((0, pads[0]), (0, pads[1]), (0, 0)), mode="symmetric")


def enlarged(photo: Pixels, short: int = SHORT) -> Pixels:
    """Enlarge as a digital zoom does: soft at a pixel's size, and still no fault."""
    scale = short / min(photo.shape[:2])
    return _bytes(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))


def part(photo: Pixels, rng: np.random.Generator, low: float = 0.65) -> Pixels:
    """Cut out a random part of ``low`` to 100 % a side."""
    share = rng.uniform(low, 1.0)
    height, width = (int(side * share) for side in photo.shape[:2])
    top = int(rng.integers(0, photo.shape[0] - height + 1))
    left = int(rng.integers(0, photo.shape[1] - width + 1))
    return photo[top : top + height, left : left + width]


def gauss(photo: Pixels, sigma: float) -> Pixels:
    """Blur by a Gaussian; ``sigma`` in pixels of a look 1024 pixels long, as all figures here."""
    return _bytes(cv2.GaussianBlur(photo, (0, 0), sigma * _unit(photo)))


def defocus(photo: Pixels, radius: float) -> Pixels:
    """Blur by a disc, as a lens out of focus does."""
    reach = radius * _unit(photo)
    size = int(np.ceil(reach)) * 2 + 1
    rows, columns = np.mgrid[:size, :size] - size // 2
    disc = np.clip(reach + 0.5 - np.hypot(rows, columns), 0, 1).astype(np.float32)
    return _bytes(cv2.filter2D(photo, -1, disc / disc.sum()))


def shaken(photo: Pixels, length: float, degrees: float) -> Pixels:
    """Blur along a line, as a moving camera does."""
    size = int(length * _unit(photo)) | 1
    line = np.zeros((size, size), np.float32)
    line[size // 2] = 1
    turn = cv2.getRotationMatrix2D((size // 2, size // 2), degrees, 1)
    line = cv2.warpAffine(line, turn, (size, size))
    return _bytes(cv2.filter2D(photo, -1, line / line.sum()))


def soft_background(photo: Pixels, rng: np.random.Generator) -> Pixels:
    """Keep an ellipse of two fifths a side sharp, where there is most detail; blur the rest."""
    height, width = photo.shape[:2]
    gray = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = cv2.boxFilter(np.abs(gray - cv2.GaussianBlur(gray, (0, 0), 2)), -1, (401, 401))
    detail[: height // 5], detail[-height // 5 :] = 0, 0
    detail[:, : width // 5], detail[:, -width // 5 :] = 0, 0
    y, x = np.unravel_index(int(detail.argmax()), detail.shape)
    mask = np.zeros((height, width), np.float32)
    cv2.ellipse(mask, (int(x), int(y)), (width // 5, height // 5), 0, 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 15)[..., None]
    behind = defocus(photo, rng.uniform(6, 14))
    return _bytes(photo * mask + behind * (1 - mask))


def on_white_wall(photo: Pixels) -> Pixels:
    """Put the photo, as an ellipse, before a white that fills about half of the picture."""
    height, width = photo.shape[:2]
    mask = np.zeros((height, width), np.float32)
    middle, axes = (width // 2, height * 3 // 5), (width * 2 // 5, height * 2 // 5)
    cv2.ellipse(mask, middle, axes, 0, 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 2)[..., None]
    return _bytes(photo * mask + 255.0 * (1 - mask))


def write(path: Path, photo: Pixels, quality: int = 92) -> Path:
    path.write_bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(photo), quality, "RGB", "420"))
    return path


def faults(folder: Path, names: tuple[str, ...], rounds: int, seed: int) -> Iterator[Labelled]:
    """Write photos with one fault or none each; the first round whole, then random parts."""
    for name, photo in degrade.photos(names).items():
        for round_ in range(rounds):
            rng = np.random.default_rng([seed, round_, *name.encode()])
            base = extended(photo if round_ == 0 else part(photo, rng))
            for n, (kind, told, made) in enumerate(_variants(base, photo, rng)):
                path = folder / f"{name}-{round_}-{n}.jpg"
                yield Labelled(write(path, made), name, kind, told)


def _variants(
    base: Pixels, photo: Pixels, rng: np.random.Generator
) -> Iterator[tuple[Finding, str, Pixels]]:
    yield NONE, "untouched", base
    yield NONE, "enlarged", enlarged(photo)
    yield NONE, "noise 4", degrade.noisy(base, 4, 0.5, rng)
    yield NONE, "quality 40", degrade.compressed(base, 40)
    yield NONE, "-0.4 EV", degrade.underexposed(base, 0.4)
    yield NONE, "+0.4 EV", degrade.underexposed(base, -0.4)
    yield NONE, "soft background", soft_background(base, rng)
    yield NONE, "white wall", on_white_wall(base)
    for sigma in (2.0, 3.0, 5.0, 9.0):
        yield Finding.BLURRED, f"gauss {sigma:.0f}", gauss(base, sigma)
    for radius in (4.0, 8.0):
        yield Finding.BLURRED, f"defocus {radius:.0f}", defocus(base, radius)
    for length in (12.0, 20.0, 30.0):
        made = shaken(base, length, rng.uniform(0, 180))
        yield Finding.BLURRED, f"shaken {length:.0f}", made
    noisy = degrade.noisy(gauss(base, 4.0), 5, 0.5, rng)
    yield Finding.BLURRED, "gauss 4 noise 5", noisy
    yield Finding.BLURRED, "gauss 3 quality 40", degrade.compressed(gauss(base, 3.0), 40)
    for stops in (2.5, 3.2, 4.0):
        dark = degrade.noisy(degrade.underexposed(base, stops), 4, 0.5, rng)
        yield Finding.DARK, f"-{stops} EV", dark
    for stops in (2.5, 3.2, 4.0):
        yield Finding.OVEREXPOSED, f"+{stops} EV", degrade.underexposed(base, -stops)
    for _ in range(2):
        short = int(rng.integers(250, 1000))
        scale = short / min(base.shape[:2])
        small = cv2.resize(base, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        yield Finding.TOO_SMALL, f"short side {short}", _bytes(small)


@dataclass(frozen=True)
class Copy:
    """A file that is an original of its own (``of`` is None) or made from another file."""

    path: Path
    photo: str
    kind: Finding
    told: str
    of: Path | None = None


def copies(folder: Path, names: tuple[str, ...], seed: int) -> Iterator[Copy]:
    """Write originals, their byte copies, and their recompressed, reduced, toned copies.

    Two parts of one photograph that share at most about half of their view are originals both.
    The stereo pair counts once.
    """
    for name, photo in degrade.photos(tuple(n for n in names if n != "motorcycle_right")).items():
        rng = np.random.default_rng([seed, *name.encode()])
        height, width = photo.shape[:2]
        parts = (photo, photo[: height * 7 // 10, : width * 7 // 10])
        parts += (photo[height * 3 // 10 :, width * 3 // 10 :],)
        for n, one in enumerate(parts):
            big = enlarged(one, 1600)
            original = write(folder / f"{name}-{n}.jpg", big, 93)
            yield Copy(original, name, NONE, "original")
            twin = folder / f"{name}-{n} (copy).jpg"
            twin.write_bytes(original.read_bytes())
            yield Copy(twin, name, Finding.DUPLICATE, "byte copy", original)
            for quality in (30, 60, 85):
                path = write(folder / f"{name}-{n}-q{quality}.jpg", big, quality)
                yield Copy(path, name, Finding.NEAR_DUPLICATE, f"quality {quality}", original)
            for short in (1080, 1300):
                scale = short / min(big.shape[:2])
                less = cv2.resize(big, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                path = write(folder / f"{name}-{n}-s{short}.jpg", _bytes(less), 70)
                yield Copy(path, name, Finding.NEAR_DUPLICATE, f"short {short} q70", original)
            # Darker only: of like pictures the one with light stays, and that is the original.
            toned = degrade.underexposed(big, float(rng.uniform(0.2, 0.5)))
            path = write(folder / f"{name}-{n}-toned.jpg", toned, 75)
            yield Copy(path, name, Finding.NEAR_DUPLICATE, "toned q75", original)


def _unit(photo: Pixels) -> float:
    return max(photo.shape[:2]) / LOOK


def _bytes(levels: cv2.typing.MatLike) -> Pixels:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
