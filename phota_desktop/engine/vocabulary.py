"""The words that the local engine's edit understands, as tables."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What an adjustment changes."""

    EXPOSURE = "exposure"
    CONTRAST = "contrast"
    WARMTH = "warmth"
    TINT = "tint"
    SATURATION = "saturation"
    VIBRANCE = "vibrance"
    MONOCHROME = "black and white"
    SEPIA = "sepia"
    SHARPEN = "sharpen"
    DENOISE = "denoise"
    VIGNETTE = "vignette"
    STRAIGHTEN = "straighten"
    ROTATE = "rotate"
    FLIP = "flip"
    CROP = "crop"


VOCABULARY = (
    "brighter", "darker", "exposure", "contrast", "warmer", "cooler", "tint (greener, pinker)",
    "saturation", "vibrance", "black and white", "sepia", "sharpen", "soften", "denoise",
    "vignette", "straighten", "rotate", "flip", "crop to the aspect ratio",
)  # fmt: skip
"""What a refusal tells."""

PHRASES = (
    (r"\bblack\s*(?:and|&|-|n|/)+\s*white\b|\bb\s*(?:&|/|and)\s*w\b|\bgr[ae]y\s*-?scale\b", "mono"),
    (r"\ba (?:little|tiny|wee) ?(?:bit)?\b|\ba (?:bit|touch|tad)\b|\bsome ?what\b", "slightly"),
    (r"\ba lot\b|\bvery much\b|\ba great deal\b|\ba good deal\b", "strongly"),
    (r"\bclock\s*-?wise\b", "clockwise"),
    (r"\b(?:counter|anti)\s*-?clock\s*-?wise\b", "anticlockwise"),
    (r"\bupside\s*-?down\b", "upside-down"),
    (r"\bleft (?:to|and) right\b", "horizontally"),
    (r"\b(?:top to bottom|up and down)\b", "vertically"),
    (r"\bwhite[ -]balance\b|\bcolou?r temperature\b", "warmth"),
    (r"\bhalf an?\b", "0.5"),
    (r"\bde[ -]nois(?:e|ed|ing)\b", "denoise"),
    (r"\bnoise reduction\b", "denoise"),
    (r"\b(?:do|does|should|must|is|are) ?n[o']?t\b|\bdo not\b", "dont"),
)
"""Spellings that count as one word, replaced before a prompt is split."""

SUBJECTS: dict[str, tuple[Kind, float]] = {
    **dict.fromkeys(
        ("brighter", "bright", "brighten", "brightness", "lighter", "lighten", "light", "lightness",
         "exposure", "expose", "luminosity"),
        (Kind.EXPOSURE, 1.0),
    ),
    **dict.fromkeys(("darker", "dark", "darken", "dim", "dimmer"), (Kind.EXPOSURE, -1.0)),
    **dict.fromkeys(("contrast", "contrasty", "punchier", "punch", "punchy"), (Kind.CONTRAST, 1.0)),
    **dict.fromkeys(("flatter", "flat", "flatten"), (Kind.CONTRAST, -1.0)),
    **dict.fromkeys(("warmer", "warm", "warmth", "golden", "yellower"), (Kind.WARMTH, 1.0)),
    **dict.fromkeys(("cooler", "cool", "colder", "cold", "bluer"), (Kind.WARMTH, -1.0)),
    **dict.fromkeys(("tint", "pinker", "pink", "magenta"), (Kind.TINT, 1.0)),
    **dict.fromkeys(("greener", "green"), (Kind.TINT, -1.0)),
    **dict.fromkeys(
        ("saturation", "saturated", "saturate", "colourful", "colorful", "colour", "color",
         "colours", "colors", "colouring", "coloring"),
        (Kind.SATURATION, 1.0),
    ),
    **dict.fromkeys(("desaturate", "desaturated", "muted", "paler"), (Kind.SATURATION, -1.0)),
    **dict.fromkeys(("vibrance", "vibrant", "vivid"), (Kind.VIBRANCE, 1.0)),
    **dict.fromkeys(("mono", "monochrome", "bw"), (Kind.MONOCHROME, 1.0)),
    "sepia": (Kind.SEPIA, 1.0),
    **dict.fromkeys(
        ("sharpen", "sharper", "sharp", "sharpness", "sharpening", "sharpened", "crisp", "crisper"),
        (Kind.SHARPEN, 1.0),
    ),
    **dict.fromkeys(
        ("soften", "softer", "soft", "softness", "softened", "blur", "blurred", "blurrier"),
        (Kind.SHARPEN, -1.0),
    ),
    **dict.fromkeys(("denoise", "denoised", "denoising"), (Kind.DENOISE, 1.0)),
    **dict.fromkeys(("noise", "grain", "noisy", "grainy"), (Kind.DENOISE, -1.0)),
    **dict.fromkeys(("vignette", "vignetting"), (Kind.VIGNETTE, 1.0)),
    **dict.fromkeys(("straighten", "straight", "level", "straightened"), (Kind.STRAIGHTEN, 1.0)),
    **dict.fromkeys(("rotate", "rotated"), (Kind.ROTATE, 90.0)),
    "upside-down": (Kind.ROTATE, 180.0),
    **dict.fromkeys(("flip", "mirror", "flipped", "mirrored"), (Kind.FLIP, 1.0)),
    **dict.fromkeys(("crop", "cropped"), (Kind.CROP, 1.0)),
}  # fmt: skip
"""Word → what it changes and which way."""

AMOUNTS: dict[str, float] = {
    **dict.fromkeys(("slightly", "little", "subtly", "subtle", "gently", "mildly", "bit"), 0.5),
    **dict.fromkeys(("moderately", "fairly", "quite"), 1.0),
    **dict.fromkeys(
        ("strongly", "strong", "much", "very", "really", "heavily", "significantly", "lot",
         "considerably", "far", "dramatically", "extremely"),
        1.7,
    ),
}  # fmt: skip
"""Word → factor on the usual amount."""

LESS = frozenset(
    {"less", "reduce", "decrease", "lower", "minus", "remove", "drop", "fewer", "down"}
)
"""Turns what follows round. ``not so`` and ``too`` count as well."""
MORE = frozenset({"more", "increase", "raise", "add", "boost", "plus", "higher", "up", "extra"})
NEVER = frozenset({"no", "not", "dont", "without", "never", "keep", "leave"})
"""What follows is not to be changed; a ``not warmer`` changes nothing."""

ENDS = frozenset({"and", "then", "but", "also"})
"""Begin a new clause, as commas do."""

FILLERS = frozenset({
    "a", "an", "the", "it", "its", "this", "that", "my", "me", "i", "please", "make", "making",
    "made", "photo", "photograph", "picture", "image", "shot", "to", "of", "in", "be", "look",
    "looks", "let", "give", "apply", "use", "do", "with", "want", "would", "like", "can", "could",
    "you", "is", "by", "turn", "convert", "change", "set", "bring", "get", "have", "as", "more",
    "overall", "whole", "entire", "everything", "tone", "tones", "effect", "style", "filter",
    "some", "just", "for", "should", "horizon", "out", "degrees", "degree", "percent", "ev",
    "stop", "stops", "unchanged", "same", "aspect", "ratio", "format", "shape", "on", "thanks",
    "adjust", "adjusted", "into", "there", "so", "at", "all",
})  # fmt: skip
"""Words that change nothing."""

RATIOS = {"square": "1:1"}
