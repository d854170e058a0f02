"""The highest quality whose file is not larger than wished, found by trying."""

from __future__ import annotations

from collections.abc import Callable

from phota_desktop.core.errors import ErrorKind, PhotaError

MOST_TRIES = 8
LEAST_QUALITY = 5
"""Below it a JPEG is blocks; a smaller picture looks better."""


def best_within(encode: Callable[[int], bytes], quality: int, most_bytes: int) -> tuple[bytes, int]:
    """Return the largest file of at most ``most_bytes`` and its quality, at most ``quality``.

    ``encode`` is called at most eight times. Raises ``PhotaError`` INVALID when not even the
    lowest quality fits.
    """
    content = encode(quality)
    if len(content) <= most_bytes:
        return content, quality
    low, high = min(LEAST_QUALITY, quality), quality
    best: tuple[bytes, int] | None = None
    smallest = len(content)
    for _ in range(MOST_TRIES - 1):
        # ``low`` is open while nothing fits, ``high`` never fits.
        middle = (low + high) // 2
        if middle >= high or (best is not None and middle <= best[1]):
            break
        content = encode(middle)
        smallest = min(smallest, len(content))
        if len(content) <= most_bytes:
            best = (content, middle)
            low = middle + 1
        else:
            high = middle
    if best is None:
        raise PhotaError(
            ErrorKind.INVALID,
            f"The picture does not fit into {_kilobytes(most_bytes)}: at the lowest quality it has "
            f"{_kilobytes(smallest)}.",
            hint="Choose a larger file or fewer pixels.",
        )
    return best


def _kilobytes(count: int) -> str:
    return f"{count / 1000:,.0f} kB"
