"""From a checked request to result files, in a worker: decode, size, work on it, encode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pybase64
from numpy.typing import NDArray

from phota_desktop.engine import adjust, codec, enhance, remix, render, sizes
from phota_desktop.engine.errors import invalid
from phota_desktop.engine.fields import Operation
from phota_desktop.engine.files import write_atomically
from phota_desktop.engine.orders import Order
from phota_desktop.engine.worker import report

Pixels = NDArray[np.uint8]
"""Height × width × 3, RGB."""


def make(order: Order, results: Path, job_id: str) -> tuple[str, ...]:
    """Write the pictures of ``order`` into ``results`` and return their names.

    Raises RefusalError 400 when a picture turns out to be undecodable, or words unknown.
    """
    report(0.0)
    try:
        return _made(order, results, job_id)
    except adjust.UnknownEdit as unknown:
        raise invalid(str(unknown), "UNKNOWN_EDIT") from None


def _made(order: Order, results: Path, job_id: str) -> tuple[str, ...]:
    wanted = order.submission
    names = []
    for number, pixels in enumerate(_MAKERS[wanted.operation](order), start=1):
        report(0.2 + 0.7 * (number - 0.5) / wanted.variants)
        name = f"{job_id}-{number}.{wanted.output_format}"
        encoded = codec.encode(pixels, wanted.output_format)
        write_atomically(results / name, encoded, lasting=False)
        names.append(name)
    report(0.95)
    return tuple(names)


def write_answer(results: Path, names: tuple[str, ...], answer: Path) -> None:
    """Write the JSON answer that holds the pictures as base64 to the file ``answer``."""
    with answer.open("wb") as file:
        # The local engine recognises nobody, so it never counts anybody.
        file.write(b'{"known_subjects":{"counts":{}},"images":[')
        for place, name in enumerate(names):
            file.write(b',"' if place else b'"')
            file.write(pybase64.b64encode((results / name).read_bytes()))
            file.write(b'"')
        file.write(b'],"download_urls":[]}')


def _photo(order: Order, place: int) -> Pixels:
    try:
        return codec.decode(order.photos[place].read_bytes()).rgb
    except codec.UndecodableError as error:
        raise invalid(f"Picture {place + 1}: {error}", "INVALID_IMAGE") from None


def _limited(pixels: Pixels, longest: int) -> Pixels:
    height, width = pixels.shape[:2]
    return _resized(pixels, *sizes.fitted(width, height, longest))


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    if (pixels.shape[1], pixels.shape[0]) == (width, height):
        return pixels
    reduced = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(reduced, dtype=np.uint8)


def _enhanced(order: Order) -> Iterator[Pixels]:
    source = _limited(_photo(order, 0), sizes.LONGEST)
    report(0.2)
    yield from enhance.enhance(source, order.submission.variants, order.submission.prompt)


def _edited(order: Order) -> Iterator[Pixels]:
    """Yield the first picture edited; the others are references, which only Phota can use."""
    wanted = order.submission
    source = _photo(order, 0)
    height, width = source.shape[:2]
    size = sizes.reduced_for(width, height, wanted.aspect_ratio, wanted.resolution)
    source = _resized(source, *size)
    report(0.2)
    changes = adjust.parse(wanted.prompt)
    for strength in adjust.STRENGTHS[: wanted.variants]:
        done = adjust.apply(source, adjust.scaled(changes, strength), wanted.aspect_ratio)
        yield _limited(done, sizes.NOMINAL[wanted.resolution])


def _generated(order: Order) -> Iterator[Pixels]:
    wanted = order.submission
    width, height = sizes.canvas(wanted.aspect_ratio, wanted.resolution)
    for variant in range(wanted.variants):
        yield render.practice_picture(wanted.prompt, width, height, order.names, variant)


def _remixed(order: Order) -> Iterator[Pixels]:
    source = _limited(_photo(order, 0), sizes.LONGEST)
    reference = _limited(_photo(order, 1), sizes.LONGEST)
    report(0.2)
    for variant in range(order.submission.variants):
        yield remix.remix(source, reference, order.submission.prompt, variant)


_MAKERS: dict[Operation, Callable[[Order], Iterator[Pixels]]] = {
    Operation.ENHANCE: _enhanced,
    Operation.EDIT: _edited,
    Operation.GENERATE: _generated,
    Operation.REMIX: _remixed,
}
