"""What each edit word does to the pixels; the amounts are those of ``adjust.Adjustment``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import cv2
import numpy as np

from phota_desktop.engine import noise
from phota_desktop.engine.colour import LEVELS, Floats, Pixels, encoded, in_lab, through
from phota_desktop.engine.tilt import levelled, turned
from phota_desktop.engine.vocabulary import Kind

GEOMETRY = frozenset({Kind.STRAIGHTEN, Kind.ROTATE, Kind.FLIP, Kind.CROP})
"""These move pixels; strength makes no sense for them."""


def exposed(rgb: Pixels, amount: float) -> Pixels:
    """Half a stop per unit; the brightest tones bend instead of clipping."""
    gain = 2.0 ** (amount / 2)
    return through(rgb, encoded(shouldered(LEVELS * np.float32(gain), gain)))


def shouldered(light: Floats, gain: float) -> Floats:
    """Bend linear ``light`` of up to ``gain`` into 0 to 1, straight up to a knee of 0.6."""
    knee, top = 0.6, max(gain, 1.0)
    if top <= 1.0:
        return light
    over = np.maximum(light - np.float32(knee), 0)
    room, reach = 1 - knee, top - knee
    # Slope 1 at the knee, value 1 at the top.
    bent = knee + room * (1 - (1 - np.minimum(over / reach, 1)) ** (reach / room))
    return np.where(light > knee, bent, light).astype(np.float32)


def contrasted(rgb: Pixels, amount: float) -> Pixels:
    """Apply an S-curve around the middle grey of sRGB; a flat one for negative amounts."""
    levels = np.linspace(0, 1, 256, dtype=np.float32)
    bend = levels - np.sin(2 * np.pi * levels) / (2 * np.pi)
    if amount < 0:
        bend = 0.5 + 0.55 * (levels - 0.5)
    share = 1 - math.exp(-0.45 * abs(amount))
    return through(rgb, 255 * (levels + share * (bend - levels)))


def warmed(rgb: Pixels, amount: float) -> Pixels:
    """Shift towards amber, or blue: 12 % more red and less blue light a unit, same luminance."""
    return balanced(rgb, (1.12**amount, 1.0, 1.12**-amount))


def tinted(rgb: Pixels, amount: float) -> Pixels:
    """Shift towards magenta, or green, at the same luminance."""
    return balanced(rgb, (1.03**amount, 1.055**-amount, 1.03**amount))


def balanced(rgb: Pixels, gains: tuple[float, float, float]) -> Pixels:
    """Multiply the linear light of the channels, keeping the luminance of a grey."""
    scale = np.asarray(gains, np.float32)
    scale = scale / np.float32(0.2126 * scale[0] + 0.7152 * scale[1] + 0.0722 * scale[2])
    return through(rgb, encoded(LEVELS[:, None] * scale[None, :]))


def saturated(rgb: Pixels, amount: float) -> Pixels:
    """Scale chroma by 1.25 a unit; -4 leaves next to none."""
    factor = np.float32(1.25**amount if amount >= 0 else max(0.0, 1 + 0.25 * amount))
    return in_lab(rgb, lambda lab: _chroma(lab, factor))


def vibrant(rgb: Pixels, amount: float) -> Pixels:
    """Scale the chroma of dull colours, less that of strong ones and of skin."""

    def change(lab: Floats) -> Floats:
        chroma = np.hypot(lab[..., 1], lab[..., 2])
        hue = np.arctan2(lab[..., 2], lab[..., 1])
        # Skin of every shade lies around 50° in Lab.
        skin = np.exp(-(((hue - 0.87) / 0.45) ** 2))
        weight = np.exp(-chroma / 45) * (1 - 0.6 * skin)
        return _chroma(lab, np.maximum(1 + 0.45 * amount * weight, 0).astype(np.float32))

    return in_lab(rgb, change)


def _chroma(lab: Floats, factor: Floats | np.float32) -> Floats:
    lab[..., 1] *= factor
    lab[..., 2] *= factor
    return lab


def monochrome(rgb: Pixels, amount: float) -> Pixels:
    """Keep only the lightness; 0.5 keeps half of the colour."""
    keep = np.float32(max(0.0, 1 - amount))
    return in_lab(rgb, lambda lab: _chroma(lab, keep))


def sepia(rgb: Pixels, amount: float) -> Pixels:
    """Tone like a gelatin print: brown shadows, cream lights, the lightness as it was."""
    share = np.float32(min(1.0, max(0.0, amount)))

    def change(lab: Floats) -> Floats:
        tone = np.sin(np.pi * np.clip(lab[..., 0], 0, 100) / 115)
        lab[..., 1] += share * (8 * tone - lab[..., 1])
        lab[..., 2] += share * (25 * tone - lab[..., 2])
        return lab

    return in_lab(rgb, change)


def sharpened(rgb: Pixels, amount: float) -> Pixels:
    """Sharpen by unsharp masking of the luma, or soften with a Gaussian for negative amounts."""
    unit = math.hypot(rgb.shape[0], rgb.shape[1]) / 2000
    if amount < 0:
        sigma = max(0.6, 1.6 * -amount * max(unit, 0.5))
        return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)
    ycc = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
    luma = ycc[..., 0]
    soft = cv2.GaussianBlur(luma, (0, 0), max(0.8, 1.2 * unit))
    share = min(0.55 * amount, 2.5)
    ycc[..., 0] = cv2.addWeighted(luma, 1 + share, soft, -share, 0)
    return np.asarray(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB), np.uint8)


def denoised(rgb: Pixels, amount: float) -> Pixels:
    """Take away the noise that is measured, and somewhat more than enhance would."""
    grain = noise.measured(rgb)
    stronger = grain.stronger(1.2 * amount, least=2.5 * amount)
    return noise.removed(rgb, stronger)


def vignetted(rgb: Pixels, amount: float) -> Pixels:
    """Darken towards the corners, 0.7 stops a unit there; negative amounts lighten them."""
    height, width = rgb.shape[:2]
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1)[:, None]
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1)[None, :]
    radius = (x * x + y * y) / 2
    stops = -0.7 * amount * radius**1.5
    # A power of 1/2.2 of the light is close enough for a gain without hard edges.
    gain = np.exp2(stops / 2.2).astype(np.float32)
    result = np.empty_like(rgb)
    for channel in range(3):
        result[..., channel] = np.clip(rgb[..., channel] * gain + 0.5, 0, 255)
    return result


def straightened(rgb: Pixels, degrees: float) -> Pixels:
    """Level the horizon, by the tilt found when ``degrees`` is NaN."""
    return levelled(rgb) if math.isnan(degrees) else turned(rgb, degrees)


def flipped(rgb: Pixels, amount: float) -> Pixels:
    """Mirror left to right for 1, top to bottom for -1."""
    return rgb[:, ::-1] if amount > 0 else rgb[::-1]


def cropped(rgb: Pixels, aspect_ratio: str) -> Pixels:
    """Return the largest centred part of that shape; ``auto`` and "" leave it as it is.

    ``aspect_ratio`` is like ``16:9``.
    """
    if aspect_ratio in ("", "auto"):
        return rgb
    across, down = (int(part) for part in aspect_ratio.split(":"))
    if not across or not down:
        return rgb
    height, width = rgb.shape[:2]
    new_width = min(width, max(1, round(height * across / down)))
    new_height = min(height, max(1, round(width * down / across)))
    left, top = (width - new_width) // 2, (height - new_height) // 2
    return rgb[top : top + new_height, left : left + new_width]


CHANGES: Mapping[Kind, Callable[[Pixels, float], Pixels]] = {
    Kind.EXPOSURE: exposed,
    Kind.CONTRAST: contrasted,
    Kind.WARMTH: warmed,
    Kind.TINT: tinted,
    Kind.SATURATION: saturated,
    Kind.VIBRANCE: vibrant,
    Kind.MONOCHROME: monochrome,
    Kind.SEPIA: sepia,
    Kind.SHARPEN: sharpened,
    Kind.DENOISE: denoised,
    Kind.VIGNETTE: vignetted,
    Kind.STRAIGHTEN: straightened,
    Kind.ROTATE: turned,
    Kind.FLIP: flipped,
}
