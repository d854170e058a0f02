"""Reads an edit prompt into adjustments, or refuses it with what the local engine can do."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from phota_desktop.engine import changes
from phota_desktop.engine import vocabulary as words
from phota_desktop.engine.vocabulary import VOCABULARY, Kind

STRENGTHS = (1.0, 0.6, 1.4, 0.35)
"""How strongly variant 0, 1, 2, 3 applies what was asked for."""

_MENTION = re.compile(r"\[\[[^\[\]]*\]\]")
_WORD = re.compile(r"[+-]?\d+(?:\.\d+)?\s*[%°]?|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_RATIO = re.compile(r"\b(\d{1,2})\s*(?::|/|x|×|by)\s*(\d{1,2})\b(?!\s*(?:degrees?|%|percent|°))")
_OTHER_WAY = {"too", "overly"}
_HALF_TURN = "upside-down"
_SWITCHES = {Kind.MONOCHROME, Kind.SEPIA}
_TURNS = {"left": -1.0, "anticlockwise": -1.0, "right": 1.0, "clockwise": 1.0}
_AXES = {
    "horizontal": 1.0,
    "horizontally": 1.0,
    "vertical": -1.0,
    "vertically": -1.0,
    "upside-down": -1.0,
}


@dataclass(frozen=True)
class Adjustment:
    """One change.

    ``amount`` is 1 for the usual strength, negative for the other way; degrees clockwise for
    ROTATE and STRAIGHTEN (NaN: find the tilt); 1 or -1 for FLIP from left to right or top to
    bottom; for EXPOSURE in half stops. ``ratio`` is for CROP, "" means the request's.
    """

    kind: Kind
    amount: float = 1.0
    ratio: str = ""


class UnknownEdit(ValueError):  # noqa: N818 - the contract's name
    """The prompt asks for something that the local engine cannot do; str() is a sentence."""

    def __init__(self, words: Sequence[str], vocabulary: Sequence[str] = VOCABULARY) -> None:
        self.words = tuple(words)
        self.vocabulary = tuple(vocabulary)
        named = ", ".join(f"“{word}”" for word in self.words[:5])
        known = ", ".join(self.vocabulary)
        super().__init__(
            f"The local engine does not understand {named or 'this prompt'}. It can do: {known}; "
            "each with “slightly”, “strongly” or “a little less”."
        )

    def __reduce__(self) -> tuple[type[UnknownEdit], tuple[tuple[str, ...], tuple[str, ...]]]:
        return UnknownEdit, (self.words, self.vocabulary)


def parse(prompt: str, fillers: frozenset[str] = frozenset()) -> list[Adjustment]:
    """Return what ``prompt`` asks for, in its order; empty for an empty prompt.

    ``[[profile_id]]`` mentions are left out. ``fillers`` are further words that change nothing.
    Raises UnknownEdit that names every word not understood.
    """
    text = _MENTION.sub(" ", prompt).lower().replace("’", "'")
    for pattern, word in words.PHRASES:
        text = re.sub(pattern, f" {word} ", text)
    found: list[Adjustment] = []
    unknown: list[str] = []
    spared = False
    for part in re.split(r"[,;!?\n]|\.(?!\d)", text):
        reading = _Clause(fillers)
        reading.read(part)
        found += reading.found
        unknown += reading.unknown
        spared = spared or reading.spared
    nothing = not (fillers or found or spared)
    if unknown or (nothing and text.strip(" .,;!?\n")):
        raise UnknownEdit(tuple(dict.fromkeys(unknown)))
    return found


def apply(
    rgb: NDArray[np.uint8], adjustments: Sequence[Adjustment], aspect_ratio: str = "auto"
) -> NDArray[np.uint8]:
    """Return ``rgb`` (height × width × 3) with the adjustments done, cropped to the ratio.

    Turning and cropping change the size; nothing else does.
    """
    done = rgb
    ratio = aspect_ratio
    for wanted in adjustments:
        if wanted.kind is Kind.CROP:
            ratio = wanted.ratio or ratio
        else:
            done = changes.CHANGES[wanted.kind](done, wanted.amount)
    return np.ascontiguousarray(changes.cropped(done, ratio))


def scaled(adjustments: Sequence[Adjustment], strength: float) -> list[Adjustment]:
    """Return the adjustments at ``strength`` times their amount; geometry stays as it is."""
    return [
        one if one.kind in changes.GEOMETRY else replace(one, amount=one.amount * strength)
        for one in adjustments
    ]


def variants(
    rgb: NDArray[np.uint8], adjustments: Sequence[Adjustment], aspect_ratio: str, count: int
) -> list[NDArray[np.uint8]]:
    """Return ``count`` (1 to 4) pictures: as asked for, gentler, stronger, hardly."""
    return [
        apply(rgb, scaled(adjustments, strength), aspect_ratio) for strength in STRENGTHS[:count]
    ]


class _Clause:
    """Reads the words between two commas; modifiers count for the word they stand beside."""

    def __init__(self, fillers: frozenset[str]) -> None:
        self.found: list[Adjustment] = []
        self.unknown: list[str] = []
        self.spared = False
        self._silent = words.FILLERS | words.MORE
        self._fillers = fillers
        self._negated = self._was_negated = False
        self._factor = self._sign = 1.0
        self._number: float | None = None

    def read(self, text: str) -> None:
        """Take up every word of ``text``."""
        ratio = _RATIO.search(text)
        if ratio is not None:
            text = text[: ratio.start()] + " " + text[ratio.end() :]
        tokens = [match.group().replace(" ", "") for match in _WORD.finditer(text)]
        turns = any(token in _TURNS or token[0].isdigit() for token in tokens)
        for token, after in zip_longest(tokens, tokens[1:], fillvalue=""):
            self._take("rotate" if turns and token in ("turn", "turned") else token, after)
        if ratio is not None:
            self._crop(f"{int(ratio[1])}:{int(ratio[2])}")
        if self.found:
            self._late()
        elif not self.unknown and not self.spared and (self._sign, self._factor) != (1.0, 1.0):
            self.unknown += tokens

    def _take(self, token: str, after: str) -> None:
        last = self.found[-1].kind if self.found else None
        if token[0] in "+-0123456789":
            self._number = _number(token, after)
        elif token in self._fillers:
            return
        elif token in words.ENDS:
            self._late()
            self._negated = False
        elif token in ("or", "nor"):
            self._negated = self._was_negated
        elif token in _OTHER_WAY or (token in ("so", "that") and self._negated):
            # “too dark” and “not so dark” both ask for the other way.
            self._sign, self._negated = -1.0, False
        elif token in words.AMOUNTS:
            self._factor *= words.AMOUNTS[token]
        elif token in words.LESS:
            self._sign = -1.0
        elif token in words.NEVER:
            self._negated = True
        elif token in _TURNS and last is Kind.ROTATE:
            amount = abs(self.found[-1].amount) * _TURNS[token]
            self.found[-1] = replace(self.found[-1], amount=amount)
        elif token in _AXES and last is Kind.FLIP:
            self.found[-1] = replace(self.found[-1], amount=_AXES[token])
        elif token == _HALF_TURN and last is Kind.ROTATE:
            self.found[-1] = replace(self.found[-1], amount=180.0)
        elif token in words.RATIOS:
            self._crop(words.RATIOS[token])
        elif token in words.SUBJECTS:
            self._subject(token, after)
        elif token not in self._silent and token not in ("turn", "turned"):
            self.unknown.append(token)

    def _subject(self, token: str, after: str) -> None:
        kind, way = words.SUBJECTS[token]
        if kind in (Kind.SATURATION, Kind.TINT) and after in words.SUBJECTS:
            # “colour saturation”, “colour noise”, “tint green”.
            return
        self._was_negated = self._negated
        if self._negated:
            # “no noise” asks for less of what is there; “no vignette” asks for nothing.
            if kind is Kind.DENOISE and way < 0:
                self.found.append(Adjustment(kind, 1.0))
            self.spared, self._negated = True, False
            self._factor = self._sign = 1.0
            return
        amount = way * self._sign * self._factor
        if kind is Kind.DENOISE and amount < 0:
            self.unknown.append(token)
        elif kind in _SWITCHES:
            amount = 0.5 if self._sign < 0 else min(self._factor, 1.0)
        elif kind is Kind.STRAIGHTEN:
            amount = float("nan")
        elif kind in changes.GEOMETRY:
            # “rotate slightly” is no quarter turn.
            amount = way if self._factor == 1.0 else 4.0 * self._factor
        self.found.append(Adjustment(kind, amount))
        self._factor = self._sign = 1.0

    def _late(self) -> None:
        """Give a number or modifier that no word followed to the word before it."""
        if self.found:
            last = self.found[-1]
            amount = last.amount
            if last.kind in (Kind.ROTATE, Kind.STRAIGHTEN):
                if self._number is not None:
                    amount = self._number * (-1.0 if amount < 0 else 1.0)
                elif self._factor != 1.0 and last.kind is Kind.ROTATE:
                    amount = math.copysign(4.0 * self._factor, amount)
            elif last.kind in _SWITCHES:
                amount = min(amount, 0.5 if self._sign < 0 else self._factor)
            elif last.kind not in changes.GEOMETRY:
                if self._number is not None:
                    size = self._number if abs(self._number) <= 4 else self._number / 25
                    amount = max(-4.0, min(4.0, size)) * (-1.0 if amount < 0 else 1.0)
                amount *= self._factor * self._sign
            self.found[-1] = replace(last, amount=amount)
        self._factor, self._sign, self._number = 1.0, 1.0, None

    def _crop(self, ratio: str) -> None:
        self.found = [one for one in self.found if one.kind is not Kind.CROP]
        self.found.append(Adjustment(Kind.CROP, 1.0, ratio))


def _number(token: str, after: str) -> float:
    value = float(token.rstrip("%°"))
    if token.endswith("%") or after == "percent":
        return value / 25
    return value * 2 if after in ("ev", "stop", "stops") else value
