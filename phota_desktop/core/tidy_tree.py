"""Where the nodes of a tree stand so that nothing overlaps and parents stand before their middle.

A tidy layout in the sense of Reingold and Tilford: each subtree is as narrow as its parts allow,
children keep their order, a parent stands at the middle of its first and last child.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A node's generation, 0 for a root, and where its middle is across the tree."""

    depth: int
    across: float


@dataclass
class _Laid:
    """A subtree around its root at 0: the outermost middles of each generation below it."""

    first: list[float]
    last: list[float]


def tidy(
    children: Mapping[str, Sequence[str]],
    roots: Sequence[str],
    apart: Callable[[str, str], float],
) -> dict[str, Place]:
    """Return a place for every node, the roots one after another, the first edge at 0 or above.

    ``apart`` tells how far the middles of two neighbouring children (and all below them) are
    from each other at least. Every node must have one parent at most.
    """
    laid: dict[str, _Laid] = {}
    beside: dict[str, float] = {}  # from a parent's middle to its child's
    for key in _children_first(children, roots):
        offsets, whole = _side_by_side(children.get(key, ()), laid, apart)
        middle = (offsets[0] + offsets[-1]) / 2 if offsets else 0.0
        for child, offset in zip(children.get(key, ()), offsets, strict=True):
            beside[child] = offset - middle
        laid[key] = _Laid(
            [0.0, *(edge - middle for edge in whole.first)],
            [0.0, *(edge - middle for edge in whole.last)],
        )
    offsets, whole = _side_by_side(roots, laid, apart)
    lowest = min(whole.first, default=0.0)
    places = {root: Place(0, offset - lowest) for root, offset in zip(roots, offsets, strict=True)}
    waiting = list(roots)
    while waiting:
        key = waiting.pop()
        at = places[key]
        for child in children.get(key, ()):
            places[child] = Place(at.depth + 1, at.across + beside[child])
            waiting.append(child)
    return places


def _children_first(children: Mapping[str, Sequence[str]], roots: Sequence[str]) -> list[str]:
    order, waiting = [], list(roots)
    while waiting:
        key = waiting.pop()
        order.append(key)
        waiting.extend(children.get(key, ()))
    return order[::-1]


def _side_by_side(
    keys: Sequence[str], laid: dict[str, _Laid], apart: Callable[[str, str], float]
) -> tuple[list[float], _Laid]:
    """Push subtrees together until they touch; what was laid before is used up."""
    offsets: list[float] = []
    whole = _Laid([], [])
    for n, key in enumerate(keys):
        part = laid.pop(key)
        room = apart(keys[n - 1], key) if n else 0.0
        shared = zip(whole.last, part.first, strict=False)
        offset = max((before - after for before, after in shared), default=0.0) + room
        offsets.append(offset)
        depth = len(whole.first)
        # Where both reach, the new one is the last; where one alone reaches, it is both.
        whole.first += [edge + offset for edge in part.first[depth:]]
        whole.last[: len(part.last)] = [edge + offset for edge in part.last]
    return offsets, whole
