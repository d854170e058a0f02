"""What a training photo's file and pixels say, measured on a reduced copy of it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import cv2

from phota_desktop.core.photo_check import PhotoFacts
from phota_desktop.imaging import exif
from phota_desktop.imaging.decoding import decode, factor_for
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.exposure import exposure
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.likeness import fingerprint
from phota_desktop.imaging.problems import BadImageError
from phota_desktop.imaging.reading import probe, read_whole
from phota_desktop.imaging.sharpness import LOOK_SIDE, blur

_DATE_TAKEN = 0x9003


def measure(path: Path) -> PhotoFacts:
    """Read and decode a photo once, whole, and measure it. A bad picture is a fact, not raised.

    A JPEG is decoded at the reduction that still has 1024 pixels on the long side; every byte of
    it is read all the same, so a file that ends too early is found.
    """
    try:
        return _measured(path)
    except BadImageError as problem:
        return PhotoFacts(path, problem=f"{problem.message} {problem.hint}".strip())


def memory_needed(path: Path) -> int:
    """Return roughly how many bytes ``measure`` will hold at once; 0 for what it will refuse."""
    try:
        info = probe(path)
    except BadImageError:
        return 0
    pixels = info.width * info.height
    if info.format == PhotoFormat.JPEG and info.mode != "CMYK":
        # A progressive JPEG keeps its coefficients: two bytes each, one and a half to a pixel.
        return info.bytes + 3 * pixels + 3 * pixels // factor_for(max(info.stored_size), 1024) ** 2
    # LibRaw holds the sensor's values, four 16-bit colours of each, and the outcome.
    return info.bytes + (20 if info.format == PhotoFormat.RAW else 8) * pixels


def _measured(path: Path) -> PhotoFacts:
    data, info, embedded = read_whole(path)
    pixels = decode(data, info, embedded, max_side=LOOK_SIDE).opaque()
    gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype("uint8", copy=False)
    light = exposure(pixels)
    return PhotoFacts(
        path,
        width=info.width,
        height=info.height,
        bytes=len(data),
        digest=hashlib.sha256(data).hexdigest(),
        fingerprint=fingerprint(gray),
        blur=blur(gray),
        median=light.median,
        light=light.light,
        brightest=light.brightest,
        burnt=light.burnt,
        taken=_taken(embedded),
    )


def _taken(embedded: Embedded) -> datetime | None:
    """Read when the shutter opened; None when the file does not tell."""
    if not embedded.exif:
        return None
    try:
        entry = exif.parse(embedded.exif).photo.get(_DATE_TAKEN)
        if entry is None:
            return None
        text = entry.raw.decode("ascii").strip("\x00 ")
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
