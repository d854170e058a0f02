"""The one tone change that explains most of what differs between two pictures."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from phota_desktop.imaging.delta_e import Floats

_SAMPLES = 2000
"""Parts from which the tone change is learnt."""
_KNOTS = 8
"""Lightnesses between which the tone change is straight; clipping has a knee."""


def toned(one: Floats, two: Floats, known: npt.NDArray[np.bool_] | None) -> Floats:
    """Give the first picture the tone of the second: one map of colours for all of it.

    HxWx3 CIELAB in and out; ``known`` is HxW, where both have data (None: everywhere).
    A line of pieces over L, and powers of a and b that depend on L, fitted by least squares that
    heed a part less the more it differs, so that a replaced region does not pass as tone.
    """
    colours = one.reshape(-1, 3)
    source, target = colours, two.reshape(-1, 3)
    if known is not None:
        source, target = source[known.ravel()], target[known.ravel()]
    if not len(source):
        return one
    step = max(1, len(source) // _SAMPLES)
    terms, wanted = _terms(source[::step]), target[::step].astype(np.float64) / 100
    # Where little speaks for a term, the colours stay as they are.
    stay = np.zeros((terms.shape[1], 3))
    stay[:_KNOTS, 0] = np.linspace(0, 1, _KNOTS)
    stay[_KNOTS : _KNOTS + 2, 1:] = np.eye(2)
    # Either all of the picture changed its tone, or most of it stayed as it is: the better fit.
    rest = _product(terms, stay)
    even, calm = np.ones(len(wanted)), _heed(np.linalg.norm(rest - wanted, axis=1))
    numbers = min(
        (_tone(terms, wanted - rest, weights) for weights in (even, calm)),
        key=lambda found: float(
            np.minimum(np.linalg.norm(_product(terms, found) + rest - wanted, axis=1), 0.05).mean()
        ),
    )
    numbers = stay + numbers
    made = _product(_terms(colours), numbers * 100)
    return np.asarray(made.reshape(one.shape), np.float32)


def _tone(
    terms: Floats, wanted: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the numbers by which the terms explain most parts; small for idle terms."""
    bound = np.eye(terms.shape[1]) * 1e-4 * len(wanted)
    for _ in range(6):
        weighted = terms * weights[:, None]
        numbers = np.linalg.solve(_product(weighted.T, terms) + bound, _product(weighted.T, wanted))
        weights = _heed(np.linalg.norm(_product(terms, numbers) - wanted, axis=1))
    return numbers


def _heed(far: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return weights that fall with the distance, measured by that of most parts."""
    reach = max(3.0 * float(np.median(far)), 0.02)
    return np.asarray(1 / (1 + (far / reach) ** 2) ** 2, np.float64)


def _product(one: npt.NDArray[Any], two: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Multiply matrices without BLAS, whose threads cost more here than they do."""
    return np.asarray(
        cv2.gemm(one.astype(np.float64), two.astype(np.float64), 1.0, np.empty(0), 0.0)
    )


def _terms(colours: Floats) -> Floats:
    light, a, b = (colours / 100).T
    at = np.arange(_KNOTS, dtype=np.float32)[:, None]
    knots = np.maximum(1 - np.abs(np.clip(light, 0, 1) * (_KNOTS - 1) - at), 0)
    terms = [a, b, light * a, light * b, light * light * a, light * light * b, a * a, a * b, b * b]
    return np.asarray(np.stack([*knots, *terms], axis=1), np.float32)
