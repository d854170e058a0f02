"""Practice pictures: abstract graphics that say in large words that they are no photographs."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_PALETTES = (
    ((18, 24, 48), (74, 88, 170), (240, 168, 120), (250, 226, 190)),
    ((12, 38, 40), (24, 112, 104), (226, 196, 110), (246, 236, 208)),
    ((38, 16, 44), (150, 54, 110), (250, 140, 110), (255, 222, 190)),
    ((16, 30, 22), (60, 120, 70), (190, 206, 120), (244, 244, 214)),
)
"""Dark to light; one for each variant."""
_WORDS = "PRACTICE PICTURE"
_MENTION = re.compile(r"\[\[[^\[\]]*\]\]")
_LOWER = "made by the local engine, not a photograph"


def practice_picture(
    prompt: str, width: int, height: int, names: Sequence[str], variant: int
) -> NDArray[np.uint8]:
    """Return a ``height`` × ``width`` × 3 picture with the prompt and the profiles' names on it.

    The same prompt and variant give the same picture. Large words in its middle and small ones
    all over it say what it is, so that neither the whole nor a part passes for a photograph.
    """
    for name in names:
        mention = _MENTION.search(prompt)
        if mention is not None:
            prompt = prompt[: mention.start()] + name + prompt[mention.end() :]
    seed = hashlib.sha256(f"{variant}\0{prompt}".encode("utf-8", "replace")).digest()
    chance = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    palette = _PALETTES[(variant + seed[8]) % len(_PALETTES)]
    picture = Image.fromarray(_waves(width, height, palette, chance)).convert("RGBA")
    picture.alpha_composite(_small_words(width, height))
    picture.alpha_composite(_plate(width, height, prompt, names))
    return np.array(picture.convert("RGB"), np.uint8)


def _waves(
    width: int,
    height: int,
    palette: tuple[tuple[int, int, int], ...],
    chance: np.random.Generator,
) -> NDArray[np.uint8]:
    """Paint hard-edged ribbons of colour, one behind the other, below a disc."""
    across = np.linspace(0, 1, width, dtype=np.float32)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    colours = np.asarray(palette, np.float32)
    sky = colours[3] + (colours[2] - colours[3]) * (down * 0.9)[..., None]
    canvas = np.broadcast_to(sky, (height, width, 3)).astype(np.uint8)
    picture = Image.fromarray(canvas)
    draw = ImageDraw.Draw(picture)
    radius = min(width, height) * float(chance.uniform(0.1, 0.17))
    x, y = width * float(chance.uniform(0.2, 0.8)), height * float(chance.uniform(0.12, 0.3))
    for ring in (1.5, 1.25, 1.0):
        share = 0.35 if ring > 1 else 1.0
        tone = colours[3] * share + colours[2] * (1 - share)
        box = (x - radius * ring, y - radius * ring, x + radius * ring, y + radius * ring)
        draw.ellipse(box, fill=tuple(int(part) for part in tone))
    ribbons = 9
    for number in range(ribbons):
        depth = number / (ribbons - 1)
        line = 0.34 + 0.62 * depth + np.zeros(width, np.float32)
        for wave in range(1, 4):
            phase, size = chance.uniform(0, 6.28), chance.uniform(0.2, 1.0)
            line += 0.055 / wave * size * np.sin(6.28 * across * wave * 0.9 + phase)
        tone = colours[2] + (colours[1] - colours[2]) * min(1.0, depth * 2)
        if depth > 0.5:
            tone = colours[1] + (colours[0] - colours[1]) * (2 * depth - 1)
        top = [(place, float(edge) * height) for place, edge in enumerate(line)]
        shape = [*top, (width, height), (0, height)]
        draw.polygon(shape, fill=tuple(int(part) for part in tone))
    return np.asarray(picture, np.uint8)


def _small_words(width: int, height: int) -> Image.Image:
    size = max(7, round(min(width, height) / 42))
    font = ImageFont.load_default(size)
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    step = max(1, round(draw.textlength(_WORDS, font=font) + 3 * size))
    for row, y in enumerate(range(size, height, size * 5)):
        for x in range(-step + (row % 2) * step // 2, width, step):
            draw.text((x, y), _WORDS, font=font, fill=(255, 255, 255, 110))
    return layer


def _plate(width: int, height: int, prompt: str, names: Sequence[str]) -> Image.Image:
    """Return the layer with the label: words as wide as the plate, the prompt below them."""
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    inner = width * 0.8
    probe = draw.textlength(_WORDS, font=ImageFont.load_default(100))
    large = max(8.0, min(100 * inner / probe, height * 0.16))
    small = max(7.0, min(large * 0.36, height * 0.045))
    font, lower = ImageFont.load_default(large), ImageFont.load_default(small)
    lines = [_LOWER, "", *_wrapped(prompt, int(inner / (small * 0.56)))]
    if names:
        lines += ["", *_wrapped("with " + ", ".join(names), int(inner / (small * 0.56)))[:2]]
    room = int((height * 0.86 - large * 1.9) / (small * 1.3))
    lines = lines[: max(1, room)]
    tall = large * 1.5 + len(lines) * small * 1.3 + small
    top = (height - tall) / 2
    box = (width * 0.06, top, width * 0.94, top + tall)
    draw.rounded_rectangle(box, radius=small * 0.8, fill=(10, 12, 18, 205))
    middle = width / 2
    draw.text((middle, top + large * 0.85), _WORDS, font=font, fill="white", anchor="mm")
    for number, line in enumerate(lines):
        y = top + large * 1.5 + (number + 0.5) * small * 1.3
        tone = (255, 214, 150, 255) if number == 0 else (232, 236, 244, 255)
        draw.text((middle, y), line, font=lower, fill=tone, anchor="mm")
    return layer


def _wrapped(text: str, columns: int) -> list[str]:
    clean = "".join(letter if letter.isprintable() else " " for letter in text)[:2000]
    # Lone surrogates are no letters of any font.
    clean = clean.encode("utf-8", "replace").decode()
    lines = textwrap.wrap(clean, max(8, columns))
    return [*lines[:7], lines[7] + " …"] if len(lines) > 8 else lines
