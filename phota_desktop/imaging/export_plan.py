"""What must change in a picture so that its file is as asked, and the file's true name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from phota_desktop.core.exporting import (
    ColourSpace,
    ExportFormat,
    ExportSettings,
    Sharpening,
    Subsampling,
)
from phota_desktop.imaging import icc_profiles, jpeg_quality, webp_chunks
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.encoding import WRITABLE
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.output_colour import is_other
from phota_desktop.imaging.problems import BadImageError
from phota_desktop.imaging.raster import has_16_bits
from phota_desktop.imaging.reading import PhotoInfo, inspect, open_photo

NO_ORIGINAL = "The original's colours are not known; the colours stayed as they were."
_FORMATS = {
    ExportFormat.JPEG: PhotoFormat.JPEG,
    ExportFormat.PNG: PhotoFormat.PNG,
    ExportFormat.WEBP: PhotoFormat.WEBP,
    ExportFormat.TIFF: PhotoFormat.TIFF,
}
_INSTEAD = {PhotoFormat.GIF: PhotoFormat.PNG, PhotoFormat.BMP: PhotoFormat.PNG}
"""What is written for formats that are only read, JPEG for others."""
_SUFFIXES = {
    PhotoFormat.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    PhotoFormat.TIFF: (".tif", ".tiff"),
    PhotoFormat.HEIC: (".heic", ".heif"),
}
_FINENESS = (Subsampling.QUARTER, Subsampling.HALF, Subsampling.FULL)


@dataclass(frozen=True)
class Change:
    """What becomes of one picture.

    ``pixels``: whether they are coded anew, at ``size``. ``icc`` is the profile to convert to,
    None to keep the picture's own. ``embed`` is a profile to add to a file whose pixels stay.
    """

    kind: PhotoFormat
    size: tuple[int, int]
    icc: bytes | None = None
    pixels: bool = False
    embed: bytes = b""

    def with_pixels(self) -> Change:
        """Return the same with pixels coded anew."""
        kind = self.kind
        if kind not in WRITABLE:
            kind = _INSTEAD.get(kind, PhotoFormat.JPEG)
        return replace(self, kind=kind, pixels=True, embed=b"")


def change_of(
    content: bytes,
    info: PhotoInfo,
    embedded: Embedded,
    settings: ExportSettings,
    icc: bytes | None,
) -> Change:
    """Return what the settings ask of a picture; ``icc`` is the profile they ask for.

    A JPEG asked for as JPEG is coded anew only where that makes it smaller, by a lower quality or
    fewer colours than it has: a second coding cannot make it better. RAW and HEIC, as they are,
    are copied too.
    """
    kind = _FORMATS.get(settings.format, info.format)
    size = (info.width, info.height)
    if settings.resize is not None:
        size = settings.resize.size(*size)
    profile = embedded.profile or b""
    other = icc is not None and is_other(profile, icc)
    anew = (
        kind != info.format
        or size != (info.width, info.height)
        or other
        or settings.sharpening != Sharpening.NONE
        or _narrows(content, info, settings)
        or (settings.format != ExportFormat.AS_IS and _is_finer(content, info, settings))
    )
    embed = b""
    if icc and not other and not embedded.icc and info.mode not in ("L", "I;16", "CMYK"):
        # The colours are right already and only nothing says so.
        if kind == PhotoFormat.TIFF:
            anew = True
        elif kind in WRITABLE:
            embed = icc
    change = Change(kind, size, icc, embed=embed)
    return change.with_pixels() if anew else change


def wanted_profile(
    colour: ColourSpace, original: Path | None
) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile to convert to, None for no conversion, and what is to be told."""
    match colour:
        case ColourSpace.SRGB:
            return icc_profiles.srgb(), ()
        case ColourSpace.DISPLAY_P3:
            return icc_profiles.display_p3(), ()
        case ColourSpace.ADOBE_RGB:
            return icc_profiles.adobe_rgb(), ()
        case ColourSpace.ORIGINAL:
            return _profile_of(original)
    return None, ()


def _profile_of(original: Path | None) -> tuple[bytes | None, tuple[str, ...]]:
    if original is None:
        return None, (NO_ORIGINAL,)
    try:
        with open_photo(original) as (stream, kind, size):
            info, embedded = inspect(stream, kind, size, original)
    except (BadImageError, OSError):
        return None, (NO_ORIGINAL,)
    profile = embedded.profile or (b"" if info.mode == "CMYK" else icc_profiles.srgb())
    if profile[16:20] != b"RGB ":
        # A gray or printed original: its profile cannot hold the colours of a result.
        return None, (NO_ORIGINAL,)
    return profile, ()


def _narrows(content: bytes, info: PhotoInfo, settings: ExportSettings) -> bool:
    if settings.bits != 8 or info.format not in (PhotoFormat.PNG, PhotoFormat.TIFF):
        return False
    return info.bits > 8 or has_16_bits(content, info)


def _is_finer(content: bytes, info: PhotoInfo, settings: ExportSettings) -> bool:
    """Tell whether the file holds more than it was asked to."""
    try:
        if info.format == PhotoFormat.JPEG:
            quality = jpeg_quality.quality_of(content)
            own = _FINENESS.index(jpeg_quality.subsampling_of(content))
            return (quality is not None and quality > settings.quality) or own > _FINENESS.index(
                settings.subsampling
            )
        if info.format == PhotoFormat.WEBP:
            return not settings.lossless and _is_lossless(content)
    except ValueError:
        return False
    return False


def _is_lossless(content: bytes) -> bool:
    return any(chunk.kind == b"VP8L" for chunk in webp_chunks.walk(BytesIO(content)))


def extension_of(picture: Path, settings: ExportSettings) -> str:
    """Return the extension, without a dot, that the exported picture will have.

    Reads the file's head; a file that cannot be read has its own extension.
    """
    kind = _FORMATS.get(settings.format)
    if kind is not None:
        return kind.value
    try:
        with open_photo(picture) as (stream, own, size):
            if own in WRITABLE:
                return own.value
            info, embedded = inspect(stream, own, size, picture)
    except (BadImageError, OSError):
        return picture.suffix.lstrip(".").lower()
    icc, _ = wanted_profile(settings.colour, None)
    change = change_of(b"", info, embedded, settings, icc)
    return picture.suffix.lstrip(".").lower() if change.kind == own else change.kind.value


def named(target: Path, kind: PhotoFormat) -> Path:
    """Give the extension of the format, unless the name has one that fits."""
    suffix = target.suffix.lower()
    if suffix in _SUFFIXES.get(kind, (f".{kind.value}",)):
        return target
    if kind == PhotoFormat.RAW:
        return target  # every camera has its own
    known = {f".{f.value}" for f in PhotoFormat} | {
        s for group in _SUFFIXES.values() for s in group
    }
    stem = target.stem if suffix in known else target.name
    return target.with_name(f"{stem}.{kind.value}")
