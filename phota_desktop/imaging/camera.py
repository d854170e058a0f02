"""What a picture's file says of itself: pixels, colours, and how the camera took it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from phota_desktop.imaging import exif
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.exif import Directory, Exif
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.icc import name_of
from phota_desktop.imaging.reading import inspect, open_photo

_MOST = 120
"""Characters of a text that somebody else wrote."""

# Exif 2.32, tables 4, 7 and 8.
_MAKE, _MODEL = 0x010F, 0x0110
_EXPOSURE, _APERTURE, _ISO, _TAKEN = 0x829A, 0x829D, 0x8827, 0x9003
_BIAS, _FOCAL, _FOCAL_35 = 0x9204, 0x920A, 0xA405
_COLOR_SPACE, _LENS_MAKE, _LENS = 0xA001, 0xA433, 0xA434


@dataclass(frozen=True)
class PhotoFacts:
    """Facts in words; empty where the file says nothing.

    ``width`` and ``height`` are as displayed, in pixels; ``bits`` are those of one sample.
    """

    path: Path
    format: PhotoFormat
    bytes: int
    width: int
    height: int
    bits: int
    profile: str
    camera: str = ""
    lens: str = ""
    exposure: str = ""
    taken: str = ""


def read_facts(path: Path) -> PhotoFacts:
    """Read a picture's header and what it carries. Raises ``BadImageError``."""
    with open_photo(path) as (stream, kind, size):
        info, embedded = inspect(stream, kind, size, path)
    block = _parsed(embedded)
    return PhotoFacts(
        path=path,
        format=kind,
        bytes=size,
        width=info.width,
        height=info.height,
        bits=info.bits,
        profile=_profile(embedded, block, info.mode),
        camera=_camera(block) if block else "",
        lens=_lens(block) if block else "",
        exposure=_exposure(block) if block else "",
        taken=_taken(block) if block else "",
    )


def _parsed(embedded: Embedded) -> Exif | None:
    try:
        return exif.parse(embedded.exif) if embedded.exif else None
    except ValueError:
        return None


def _profile(embedded: Embedded, block: Exif | None, mode: str) -> str:
    """Return the profile's own name, else what stands in for one."""
    if embedded.icc:
        return _short(name_of(embedded.icc)) or "Profile without a name"
    space = block.number(block.photo, _COLOR_SPACE) if block else None
    if space == 1:
        return "sRGB"
    if mode == "CMYK":
        return "CMYK without a profile"
    return "None; taken as sRGB"


def _camera(block: Exif) -> str:
    """Return maker and model, the maker once: many models begin with it."""
    make, model = _text(block.image, _MAKE), _text(block.image, _MODEL)
    first = make.split(" ")[0].casefold() if make else ""
    if not model or (first and model.casefold().startswith(first)):
        return model or make
    return f"{make} {model}".strip()


def _lens(block: Exif) -> str:
    return _text(block.photo, _LENS) or _text(block.photo, _LENS_MAKE)


def _exposure(block: Exif) -> str:
    """Return ``1/250 s · f/2.8 · ISO 400 · 35 mm``, as much of it as there is."""
    seconds = _ratio(block, _EXPOSURE)
    aperture = _ratio(block, _APERTURE)
    iso = block.number(block.photo, _ISO)
    bias = _ratio(block, _BIAS)
    focal = _ratio(block, _FOCAL)
    small = block.number(block.photo, _FOCAL_35)
    parts = []
    if seconds and seconds > 0:
        parts.append(f"1/{1 / seconds:.0f} s" if seconds < 0.4 else f"{seconds:g} s")
    if aperture and aperture > 0:
        parts.append(f"f/{aperture:.1f}".removesuffix(".0"))
    if iso:
        parts.append(f"ISO {iso}")
    if focal and focal > 0:
        length = f"{focal:.0f} mm" if focal >= 10 else f"{focal:.1f} mm"
        parts.append(f"{length} ({small} mm)" if small and small != round(focal) else length)
    if bias and abs(bias) >= 0.05:
        parts.append(f"{bias:+.1f} EV".replace("-", "−"))
    return " · ".join(parts)


def _taken(block: Exif) -> str:
    """Return ``2024-05-17 14:03:22``, by the camera's own clock."""
    text = _text(block.photo, _TAKEN)
    day, _, time = text.partition(" ")
    if not day.replace(":", "").isdigit() or not day.replace("0", "").replace(":", ""):
        return ""
    return f"{day.replace(':', '-')} {time}".strip()


def _text(directory: Directory, tag: int) -> str:
    entry = directory.get(tag)
    if entry is None or entry.kind != 2:
        return ""
    raw = entry.raw.split(b"\x00")[0]
    try:
        return _short(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _short(raw.decode("latin-1"))


def _short(text: str) -> str:
    return " ".join(text.split())[:_MOST]


def _ratio(block: Exif, tag: int) -> float | None:
    """Return a rational number, signed or not; None without one."""
    entry = block.photo.get(tag)
    if entry is None or entry.kind not in (5, 10) or len(entry.raw) < 8:
        return None
    signed = entry.kind == 10
    above = int.from_bytes(entry.raw[:4], block.order, signed=signed)
    below = int.from_bytes(entry.raw[4:8], block.order, signed=signed)
    return above / below if below else None
