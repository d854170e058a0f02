"""First words for each operation, for people who face an empty prompt."""

from __future__ import annotations

from collections.abc import Mapping

from phota_desktop.core.options import Operation

STARTERS: Mapping[Operation, tuple[str, ...]] = {
    Operation.ENHANCE: (
        "Keep the evening mood; lift only the shadows on the faces.",
        "Neutral white, as on an overcast day. Leave skin tones natural.",
        "Bring back detail in the sky and keep the rest as it is.",
        "Calm the noise of the high ISO and keep fine texture.",
    ),
    Operation.EDIT: (
        "Remove the people in the background. Keep everything else as it is.",
        "Replace the background with a plain light grey studio wall.",
        "Make it early morning with soft light from the left. Keep pose and clothes.",
        "Extend the picture to the sides and continue the surroundings.",
        "Take away reflections on the glasses. Keep eyes and expression.",
    ),
    Operation.GENERATE: (
        "Portrait by a window, soft side light, 85 mm lens, quiet background.",
        "Walking on a beach at sunset, seen from behind, 35 mm lens, warm light.",
        "At a kitchen table with morning coffee, candid, natural light.",
        "Black and white studio portrait, one large soft light, dark background.",
    ),
    Operation.REMIX: (
        "Take the palette and the light of the reference. Keep faces and pose.",
        "Take only the film look of the reference: grain, contrast and tint.",
        "Keep the composition of my photo; let the mood be that of the reference.",
    ),
}
"""Each says what changes and what stays, which is what the models follow best."""
