"""Words for a new profile: what the tiers mean, and where the photos go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from phota_desktop.core.hosting import LINK_SECONDS
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.viewmodels.words import count, money, plain

PRACTICE = "Practice: stays on this computer, recognises nobody, free."
TIER_MEANS = {
    TrainingTier.STANDARD: "10 to 50 photos, about 20 minutes.\nThe best likeness.",
    TrainingTier.FAST: "5 to 10 photos, quicker.\nA likeness from fewer looks.",
}
_LONGEST_ON_BUTTON = 24


def price_words(price: Decimal | None, engine: Engine) -> str:
    """Return the price of one training."""
    if engine is Engine.LOCAL:
        return "Free"
    return "Price not published" if price is None else money(price)


def train_words(name: str, price: Decimal | None, engine: Engine) -> str:
    """Return what stands on the button that begins a training."""
    whom = plain(name.strip(), _LONGEST_ON_BUTTON)
    verb = f"Train {whom}" if whom else "Train"
    if engine is Engine.LOCAL:
        return f"{verb} (practice, free)"
    return f"{verb} (price not published)" if price is None else f"{verb} for {money(price)}"


def where_words(
    engine: Engine, bucket: str, tier: TrainingTier, *, files: int, addresses: int
) -> str:
    """Return where the photos go; ``bucket`` is its label, empty for none."""
    if engine is Engine.LOCAL:
        return PRACTICE
    said = []
    if files and bucket:
        hours = count(LINK_SECONDS[tier] // 3600, "hour")
        said.append(
            f"Uploaded to {plain(bucket, 80)} without place, camera or other metadata;"
            f" Phota can fetch them for {hours}; deleted when training ends."
        )
    elif files or not addresses:
        said.append(
            "Phota fetches photos from web addresses only: photos of this computer go through a"
            " bucket of your own, and are deleted there when training ends."
        )
        if bucket:
            said = [f"Photos go through {plain(bucket, 80)}; deleted there when training ends."]
    if addresses:
        said.append("Phota itself fetches the photos at the addresses you gave.")
    return " ".join(said)


def again_words(name: str, *, had_photos: bool) -> str:
    """Return what a training for somebody who has a profile means."""
    whom = plain(name, 60) or "this profile"
    earlier = " and those used before that are still here" if had_photos else ""
    return (
        f"Phota cannot add photos to a trained profile. This trains a new one of {whom} with"
        f" your photos{earlier}; the old one stays until you delete it."
    )


_SPACE_IN_IT = re.compile(r"\s")


@lru_cache(maxsize=4)
def read_addresses(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the https addresses, one a line, and a sentence for each line that is none."""
    found: dict[str, int] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        address = line.strip()
        if not address:
            continue
        if address in found:
            wrong.append(f"Line {number} is the same address as line {found[address]}.")
        elif not address.lower().startswith("https://"):
            wrong.append(f"Line {number} does not begin with https://.")
        elif _SPACE_IN_IT.search(address) or not _host(address):
            wrong.append(f"Line {number} is not a whole address.")
        else:
            found[address] = number
    return tuple(found), tuple(wrong)


def _host(address: str) -> str:
    from urllib.parse import urlsplit

    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def join_addresses(text: str, links: Sequence[str]) -> str:
    """Return the text with more addresses behind what it has."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join([*lines, *(link for link in links if link not in lines)])
