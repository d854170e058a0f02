"""What the drawer's tabs say about the four operations."""

from __future__ import annotations

from dataclasses import dataclass

from phota_desktop.core.options import Operation


@dataclass(frozen=True)
class Offer:
    """One tab of the drawer: an operation, its verb and what it does."""

    operation: Operation
    title: str
    promise: str
    prompt_hint: str


OFFERS = (
    Offer(
        Operation.ENHANCE,
        "Enhance",
        "Improves light, colour and detail. Size and look follow your photo.",
        "Optional: say what matters, for example “keep the evening mood”",
    ),
    Offer(
        Operation.EDIT,
        "Edit",
        "Changes your photos by words. The first photo is the primary one.",
        "Say what to change, for example “take the car out of the street”",
    ),
    Offer(
        Operation.GENERATE,
        "Generate",
        "Makes a new picture from words alone. Type @ to bring in people and pets.",
        "Describe the picture, for example “a portrait by a window, soft light”",
    ),
    Offer(
        Operation.REMIX,
        "Remix",
        "Keeps your photo and takes light, palette and mood from a reference.",
        "Optional: say what to keep or to stress",
    ),
)
"""The operations the drawer offers, in the order of its tabs."""


def offer_for(operation: Operation) -> Offer:
    """Return the tab of an operation."""
    return next(offer for offer in OFFERS if offer.operation is operation)
