"""Loads all that decoding may need, since nothing can be loaded once the doors are shut."""

from __future__ import annotations

import contextlib
import ctypes
from io import BytesIO

import cv2
import numpy as np
from PIL import Image, ImageCms

from phota_desktop.decoder import verbs
from phota_desktop.imaging import decoding, reading
from phota_desktop.imaging.formats import PhotoFormat, format_of
from phota_desktop.imaging.problems import BadImageError

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE_BLOCK = 4 << 20


def warm_up() -> None:
    """Import, and decode a small picture of each format, so that nothing is loaded later."""
    with contextlib.suppress(OSError, AttributeError):
        system = ctypes.CDLL(None)
        # Freed pictures leave the process, and few threads need few heaps.
        system.mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)
        system.mallopt(_M_ARENA_MAX, 2)
    for name in ("rawpy", "pi_heif"):
        with contextlib.suppress(ImportError):
            __import__(name)
    Image.preinit()
    for text in ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "ascii"):
        b"".decode(text)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    small = Image.new("RGB", (16, 16), (90, 120, 150))
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"):
        held = BytesIO()
        small.save(held, kind, icc_profile=profile)
        _decoded(held.getvalue())
    cv2.resize(np.zeros((2048, 2048, 3), np.uint8), (512, 512), interpolation=cv2.INTER_AREA)
    for broken in (b"\x00\x00\x00\x18ftypheic" + bytes(20), b"II*\x00\x10\x00\x00\x00CR\x02\x00"):
        _decoded(broken + bytes(64))
    assert verbs.VERBS  # noqa: S101 - its imports are what counts


def _decoded(data: bytes) -> None:
    kind = format_of(BytesIO(data)) or PhotoFormat.JPEG
    with contextlib.suppress(BadImageError):
        facts = reading.inspect(BytesIO(data), kind, len(data), verbs.PATH)
        decoding.decode(data, *facts, layout="BGRA")
