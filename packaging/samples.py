"""Makes ``resources/samples`` anew: ``python packaging/samples.py`` (needs the test group).

The photos ship with scikit-image and are in the public domain or CC0; each is darkened or tinted
a little first, as photos out of a camera are, so that before and after can be told apart.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

FOLDER = ROOT / "resources" / "samples"
LOOKS = ("natural", "brighter", "warmer", "punchier")
QUALITY = 90


@dataclass(frozen=True)
class Source:
    """One photo: its file in scikit-image, our name, words, and how it is worsened.

    ``exposure`` is in stops, ``gains`` multiply linear red, green and blue.
    """

    file: str
    name: str
    title: str
    source: str
    exposure: float
    gains: tuple[float, float, float]


SOURCES = (
    Source(
        "astronaut.png",
        "portrait",
        "Portrait",
        "Eileen Collins, NASA Great Images; public domain. Darkened by one stop.",
        -1.0,
        (1.0, 1.0, 1.0),
    ),
    Source(
        "chelsea.png",
        "cat",
        "Cat",
        "Chelsea, by Stefan van der Walt; CC0. Darkened and tinted cold.",
        -0.6,
        (0.86, 1.0, 1.18),
    ),
    Source(
        "coffee.png",
        "still-life",
        "Still life",
        "Espresso, by Rachel Michetti; CC0. Darkened by four fifths of a stop.",
        -0.8,
        (1.0, 1.0, 1.0),
    ),
)


def worsened(rgb: NDArray[np.uint8], source: Source) -> NDArray[np.uint8]:
    """Return the photo as a camera that metered badly would have made it."""
    scaled = rgb.astype(np.float64) / 255
    linear = np.where(scaled <= 0.04045, scaled / 12.92, ((scaled + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear * 2**source.exposure * np.array(source.gains), 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (encoded * 255 + 0.5).astype(np.uint8)


def main() -> None:
    """Write photos, variants and their listing."""
    from phota_desktop.engine.enhance import enhance

    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise SystemExit("scikit-image is not installed; `packaging/dev.py test` installs it.")
    data = Path(spec.origin).parent / "data"
    FOLDER.mkdir(parents=True, exist_ok=True)
    listing = []
    for source in SOURCES:
        with Image.open(data / source.file) as opened:
            photo = worsened(np.asarray(opened.convert("RGB")), source)
        photo_name = f"{source.name}.jpg"
        Image.fromarray(photo).save(FOLDER / photo_name, quality=QUALITY)
        names = []
        for look, picture in zip(LOOKS, enhance(photo, len(LOOKS)), strict=True):
            names.append(f"{source.name}-{look}.jpg")
            Image.fromarray(picture).save(FOLDER / names[-1], quality=QUALITY)
        listing.append(
            {
                "photo": photo_name,
                "variants": names,
                "title": source.title,
                "source": source.source,
            }
        )
    text = json.dumps(listing, indent=2, ensure_ascii=False) + "\n"
    (FOLDER / "samples.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
