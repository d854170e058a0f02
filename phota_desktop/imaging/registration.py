"""Where a variant lies over its original: found by points, refined, and doubted before it is told.

Three steps. A start: frame laid on frame, or what matching features (SIFT) suggest. Refinement:
points with detail are followed from the original into the variant (Lucas and Kanade) and one map is
laid through them that does not heed those which disagree, twice, at increasing sizes. Doubt: parts
with detail have to look alike under the map, enough of them, over enough of the frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from phota_desktop.core.alignment import IDENTITY, SAME_SHAPE, Alignment, FrameMap, Size
from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.decoding import fitted, resized
from phota_desktop.imaging.fitting import FEWEST_POINTS, Doubles, Fit, fitted_map

Floats = npt.NDArray[np.float32]

COARSE_SIDE, FINE_SIDE = 512, 1024
"""Pixels of the long sides at which a start is sought and at which it is refined."""
LEAST_SIDE = 32
"""Pictures with a shorter side than this at ``COARSE_SIDE`` are not aligned: too few parts."""
MOST_SCALE, MOST_DEGREES = 2.5, 15.0
"""Beyond these a start is chance: no edit turns or enlarges a photo more and still compares."""

_LOCAL = 12
"""Half the side, in working pixels, of the window over which tone and contrast are levelled."""
_LEAST_SPREAD = 2.5
"""Levels added to the local spread, so that noise in flat parts is not made into detail."""
_CONTRAST = 42.0
"""Levels that one local spread becomes; three of them reach black and white."""
_CELLS = 24
"""Parts along the long side; one point is followed and one comparison made in each."""
_WINDOW = 21
_LEAST_DETAIL = 6.0
"""Levels of local spread that a part must have to be compared."""
_ALIKE = 0.5
"""Correlation of levelled parts from which they look alike."""
_LEAST_ALIKE, _FEWEST_ALIKE = 0.28, 14
"""The share and number of parts that must look alike. Under the best map that unrelated pictures
allow at most 15 % do (a brick wall over itself turned); with 30 % replaced and noise 42 % do."""
_LEAST_OF_FRAME = 0.25
"""The same as a share of the smaller frame, of which the other picture may cover only a part."""
_GOOD_START = 0.55
_MOST_UNCERTAIN = 0.4
"""Pixels of the smaller picture by which the map may be off over the frame and still be told."""
_ROUNDS = 2
"""Times that points are followed: into the frame as guessed, then into the frame as found."""


def register(
    original: Pixels, variant: Pixels, is_cancelled: Callable[[], bool] = lambda: False
) -> Alignment:
    """Find where the original's points are in the variant.

    Both are upright pictures, HxW gray, HxWx3 BGR or HxWx4 BGRA, uint8, of any sizes; levels of
    at least 1024 pixels suffice (``Alignment.of_sizes`` then tells pixels of the whole pictures),
    and larger ones are reduced to that. Supported: shifts that leave half of the frame, scale 0.4
    to 2.5, turns up to 15°, other aspect ratios, cropped, extended or stretched. Not: mirrored or
    upside down, bent, seen from elsewhere. Takes about 60 MB besides its inputs, whatever their
    size. Raises ``CancelledError`` when ``is_cancelled`` says so between two steps.
    """
    sizes = _size(original), _size(variant)
    if original.shape == variant.shape and np.array_equal(original, variant):
        return Alignment.same(*sizes)
    if min(*sizes[0], *sizes[1]) < LEAST_SIDE:
        return Alignment.unsure(*sizes)
    fine = _Pair(original, variant, FINE_SIDE)
    coarse = fine.reduced(COARSE_SIDE)
    if min(*coarse.original_size, *coarse.variant_size) < LEAST_SIDE:
        return Alignment.unsure(*sizes)
    best: tuple[float, FrameMap] | None = None
    for start in _starts(coarse, *sizes):
        if is_cancelled():
            raise CancelledError
        rough = _refined(coarse, start)
        if rough is None:
            continue
        alike = _likeness(coarse, rough[0]).share
        if best is None or alike > best[0]:
            best = (alike, rough[0])
        if alike >= _GOOD_START:
            break
    if best is None:
        return Alignment.unsure(*sizes)
    if is_cancelled():
        raise CancelledError
    found = _refined(fine, best[1])
    if found is None:
        return Alignment.unsure(*sizes, best[0])
    frames, fit = found
    if is_cancelled():
        raise CancelledError
    likeness = _likeness(coarse, frames)
    pixel = max(min(*sizes, key=math.prod)) / max(fine.variant_size)
    # A part that both pictures share, as a wall or a copied patch, does not make them one picture.
    covered = likeness.overlap * max(1.0, abs(frames.area))
    if (
        likeness.share < _LEAST_ALIKE
        or likeness.share * covered < _LEAST_OF_FRAME
        or likeness.alike < _FEWEST_ALIKE
        or fit.uncertainty * pixel > _MOST_UNCERTAIN
    ):
        return Alignment.unsure(*sizes, likeness.share)
    return Alignment(
        frames,
        *sizes,
        confidence=likeness.share,
        residual=fit.residual * pixel,
        uncertainty=fit.uncertainty * pixel,
        is_sure=True,
    )


class _Pair:
    """Luminance of both pictures at a working size."""

    def __init__(self, original: Pixels, variant: Pixels, side: int) -> None:
        self.original, self.variant = _gray(original, side), _gray(variant, side)
        self.original_size, self.variant_size = _size(self.original), _size(self.variant)
        self.levelled = _levelled(self.original)
        self._warped: tuple[FrameMap, Pixels, Pixels] | None = None

    def reduced(self, side: int) -> _Pair:
        """Return the pair at a smaller size."""
        return _Pair(self.original, self.variant, side)

    def warped(self, frames: FrameMap) -> tuple[Pixels, Pixels]:
        """Return the variant laid over the original by the map, levelled, and where it has pixels.

        The second is 255 where the original's pixel lies inside the variant's frame, else 0.
        """
        if self._warped is None or self._warped[0] != frames:
            matrix = centred(frames, self.original_size, self.variant_size)
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            laid = cv2.warpAffine(
                self.variant, matrix, self.original_size, flags=flags, borderMode=cv2.BORDER_REFLECT
            )
            whole = np.full(self.variant.shape, 255, np.uint8)
            inside = cv2.warpAffine(
                whole, matrix, self.original_size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
            )
            self._warped = (frames, _levelled(_bytes(laid)), _bytes(inside))
        return self._warped[1:]


@dataclass(frozen=True)
class _Likeness:
    """How many parts with detail were compared, and how many of them look alike.

    ``overlap`` is the share of the original's frame where the variant has pixels.
    """

    compared: int
    alike: int
    overlap: float

    @property
    def share(self) -> float:
        return self.alike / self.compared if self.compared else 0.0


def centred(frames: FrameMap, source: Size, target: Size) -> Doubles:
    """Return a map as OpenCV wants it: 2×3, between pixels whose centres have whole numbers."""
    xx, xy, x, yx, yy, y = frames.in_pixels(source, target)
    return np.array([[xx, xy, x + (xx + xy - 1) / 2], [yx, yy, y + (yx + yy - 1) / 2]], np.float64)


def _starts(pair: _Pair, original: Size, variant: Size) -> Iterator[FrameMap]:
    """Yield guesses, the likeliest and cheapest first."""
    yield IDENTITY
    wider = (variant[0] / variant[1]) / (original[0] / original[1])
    if abs(wider - 1) > SAME_SHAPE:
        # A centred crop (covering the new frame), or an extension (contained in it).
        for across, down in ((1.0, wider), (1 / wider, 1.0)):
            yield FrameMap(across, 0.0, (1 - across) / 2, 0.0, down, (1 - down) / 2)
    found = _by_features(pair)
    if found is not None:
        yield found


def _by_features(pair: _Pair) -> FrameMap | None:
    """Match SIFT features of the levelled pictures; None when no map of bounded size fits."""
    sift = cv2.SIFT.create(nfeatures=800, contrastThreshold=0.03)
    (points, words), (others, other_words) = (
        sift.detectAndCompute(gray, None) for gray in (pair.levelled, _levelled(pair.variant))
    )
    if len(points) < FEWEST_POINTS or len(others) < FEWEST_POINTS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(words, other_words, k=2)
    kept = [two[0] for two in pairs if len(two) == 2 and two[0].distance < 0.8 * two[1].distance]
    if len(kept) < FEWEST_POINTS:
        return None
    source = np.array([points[match.queryIdx].pt for match in kept], np.float64)
    target = np.array([others[match.trainIdx].pt for match in kept], np.float64)
    return _sampled(pair, source, target, 3.0)


def _sampled(pair: _Pair, source: Doubles, target: Doubles, reach: float) -> FrameMap | None:
    """Lay a similarity through the most points (RANSAC); ``reach`` in pixels."""
    if len(source) < FEWEST_POINTS:
        return None
    matrix, inliers = cv2.estimateAffinePartial2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=reach, maxIters=2000
    )
    if matrix is None or int(inliers.sum()) < FEWEST_POINTS // 2:
        return None
    return _in_fractions(np.asarray(matrix, np.float64), pair)


def _refined(pair: _Pair, frames: FrameMap) -> tuple[FrameMap, Fit] | None:
    """Follow points from the original into the variant laid over it, and fit the map anew."""
    fit: Fit | None = None
    for round_ in range(_ROUNDS):
        source, laid = _followed(pair, frames, levels=3 if round_ == 0 else 1)
        target = _applied(centred(frames, pair.original_size, pair.variant_size), laid)
        if round_ == 0:
            sampled = _sampled(pair, source, target, 2.0)
            if sampled is None:
                return None
            frames = sampled
        start = centred(frames, pair.original_size, pair.variant_size)
        fit = fitted_map(start, source, target, pair.original_size)
        if fit is None:
            return None
        frames = _in_fractions(fit.matrix, pair)
        if not _is_plausible(frames, pair):
            return None
    return (frames, fit) if fit else None


def _followed(pair: _Pair, frames: FrameMap, levels: int) -> tuple[Doubles, Doubles]:
    """Return points of the original, and where they are in the variant laid over it, in pixels."""
    laid, inside = pair.warped(frames)
    points = _points(pair.levelled, inside)
    if not len(points):
        return np.empty((0, 2)), np.empty((0, 2))
    there, ok = _tracked(pair.levelled, laid, points, levels)
    back, back_ok = _tracked(laid, pair.levelled, there, levels)
    near = np.linalg.norm((back - points).reshape(-1, 2), axis=1) < 0.7
    good = ok & back_ok & near
    return (
        points.reshape(-1, 2)[good].astype(np.float64),
        there.reshape(-1, 2)[good].astype(np.float64),
    )


def _tracked(
    first: Pixels, second: Pixels, points: Floats, levels: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.01)
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        first,
        second,
        points,
        np.empty_like(points),
        winSize=(_WINDOW, _WINDOW),
        maxLevel=levels,
        criteria=stop,
    )
    return np.asarray(there, np.float32), np.asarray(found).ravel() == 1


def _points(levelled: Pixels, inside: Pixels) -> Floats:
    """Return the best corner of each part, Nx1x2, so that they lie all over the frame."""
    height, width = levelled.shape
    strength = cv2.cornerMinEigenVal(levelled, 5, ksize=3)
    edge = _WINDOW // 2 + 1
    away = cv2.erode(inside, np.ones((_WINDOW, _WINDOW), np.uint8))
    strength[away == 0] = 0
    strength[:edge], strength[-edge:], strength[:, :edge], strength[:, -edge:] = 0, 0, 0, 0
    cell = max(8, round(max(width, height) / _CELLS))
    rows, columns = height // cell, width // cell
    cells = strength[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
    flat = cells.transpose(0, 2, 1, 3).reshape(rows * columns, cell * cell)
    best = flat.argmax(axis=1)
    peak = flat[np.arange(len(flat)), best]
    number = np.flatnonzero(peak > max(1e-4, 0.02 * float(np.percentile(peak, 95))))
    y = number // columns * cell + best[number] // cell
    x = number % columns * cell + best[number] % cell
    return np.stack([x, y], axis=1).astype(np.float32).reshape(-1, 1, 2)


def _is_plausible(frames: FrameMap, pair: _Pair) -> bool:
    """Tell whether a map is within what edits do; chance often shrinks or turns everything."""
    found = Alignment(frames, pair.original_size, pair.variant_size)
    return (
        1 / MOST_SCALE <= found.scale <= MOST_SCALE
        and abs(found.rotation) <= MOST_DEGREES
        and 0.4 <= found.stretch <= 2.5
        and frames.area > 0
        and max(abs(part) for part in found.shift) <= 0.5
    )


def _likeness(pair: _Pair, frames: FrameMap) -> _Likeness:
    """Correlate the parts with detail of the original and of the variant laid over it."""
    laid, inside = pair.warped(frames)
    height, width = laid.shape
    cell = max(8, round(max(width, height) / _CELLS))
    grid = (max(1, width // cell), max(1, height // cell))

    def mean(values: cv2.typing.MatLike) -> Doubles:
        return np.asarray(cv2.resize(values, grid, interpolation=cv2.INTER_AREA), np.float64)

    one, two = pair.levelled.astype(np.float32), laid.astype(np.float32)
    mean_one, mean_two = mean(one), mean(two)
    spread_one = mean(one * one) - mean_one**2
    spread_two = mean(two * two) - mean_two**2
    together = mean(one * two) - mean_one * mean_two
    compared = (mean(inside) > 250) & (spread_one > _LEAST_DETAIL**2)
    alike = compared & (together > _ALIKE * np.sqrt(np.maximum(spread_one * spread_two, 1e-6)))
    overlap = cv2.mean(inside)[0] / 255
    return _Likeness(int(compared.sum()), int(alike.sum()), overlap)


def _in_fractions(matrix: Doubles, pair: _Pair) -> FrameMap:
    """Turn OpenCV's 2×3 between whole-numbered pixel centres into a map of fractions."""
    (width, height), (across, down) = pair.original_size, pair.variant_size
    (xx, xy, x), (yx, yy, y) = matrix
    x, y = x + (1 - xx - xy) / 2, y + (1 - yx - yy) / 2
    return FrameMap(
        float(xx * width / across),
        float(xy * height / across),
        float(x / across),
        float(yx * width / down),
        float(yy * height / down),
        float(y / down),
    )


def _applied(matrix: Doubles, points: Doubles) -> Doubles:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float64)


def _levelled(gray: Pixels) -> Pixels:
    """Take out local brightness and contrast, so that tone changes hardly matter; 128 is even."""
    levels = gray.astype(np.float32)
    window = (2 * _LOCAL + 1, 2 * _LOCAL + 1)
    mean = cv2.boxFilter(levels, cv2.CV_32F, window)
    square = cv2.sqrBoxFilter(levels, cv2.CV_32F, window)
    spread = cv2.sqrt(np.maximum(square - mean * mean, 0.0)) + _LEAST_SPREAD
    even = cv2.divide(cv2.subtract(levels, mean), spread, scale=_CONTRAST)
    return _bytes(cv2.addWeighted(even, 1.0, even, 0.0, 128.0, dtype=cv2.CV_8U))


def _gray(pixels: Pixels, side: int) -> Pixels:
    """Reduce to a long side and to luminance."""
    small = resized(pixels, fitted(*_size(pixels), side))
    if small.ndim == 2:
        return small
    code = cv2.COLOR_BGR2GRAY if small.shape[2] == 3 else cv2.COLOR_BGRA2GRAY
    return _bytes(cv2.cvtColor(small, code))


def _size(pixels: Pixels) -> Size:
    return pixels.shape[1], pixels.shape[0]


def _bytes(array: cv2.typing.MatLike) -> Pixels:
    return np.asarray(array, np.uint8)
