"""Pictures written where a person wants them: as they are, or as the settings ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.exporting import ExportSettings
from phota_desktop.core.library import Marks
from phota_desktop.core.provenance import Provenance
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.encoding import encoded, made_to_fit, with_profile
from phota_desktop.imaging.export_plan import Change, change_of, extension_of, named, wanted_profile
from phota_desktop.imaging.files import write_new
from phota_desktop.imaging.finishing import Finisher
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.metadata import Carried, has_place
from phota_desktop.imaging.metadata_files import FORMATS
from phota_desktop.imaging.output_colour import converted
from phota_desktop.imaging.problems import BadImage, BadImageError
from phota_desktop.imaging.raster import Raster, read_raster
from phota_desktop.imaging.reading import PhotoInfo, read_whole
from phota_desktop.imaging.resizing import resized
from phota_desktop.imaging.sharpening import sharpened
from phota_desktop.imaging.target_size import best_within

__all__ = ["Exported", "export_picture", "extension_of"]

POOR = "To fit the size, the quality is {quality} of 100."
NO_QUALITY = "{kind} has no quality to lower: the file is larger than asked."
CREDENTIALS_LOST = "Content credentials do not survive new pixels."
PLACE_CUT = "The place cannot be cut out of {kind}, so the picture was saved as {made}."
METADATA_TOO_LARGE = "The metadata alone are larger than the file may be."
_POOR_BELOW = 60
_LOSSY = (PhotoFormat.JPEG, PhotoFormat.WEBP)
_STRIPPED = (PhotoFormat.JPEG, PhotoFormat.PNG, PhotoFormat.WEBP)
_SAMPLE = 16
_LEAST_ROOM = 200
"""Bytes that a picture itself needs at the very least."""

Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Exported:
    """The file that was written, and sentences about what could not be carried into it.

    ``copied_as_is`` means the very bytes of the picture, ``same_pixels`` that its coded pixels
    were not touched. ``quality`` is the one that was found for a target size.
    """

    path: Path
    warnings: tuple[str, ...] = ()
    copied_as_is: bool = False
    same_pixels: bool = False
    bytes: int = 0
    quality: int | None = None


def export_picture(
    picture: Path,
    folder: Path,
    name: str,
    settings: ExportSettings,
    *,
    original: Path | None = None,
    provenance: Provenance | None = None,
    marks: Marks | None = None,
    people: Sequence[str] = (),
    signing: Path | None = None,
    cancelled: Cancelled = lambda: False,
) -> Exported:
    """Write ``picture`` into ``folder`` under ``name``, or the next free one (``name-2`` …).

    The bytes are copied when nothing asks for a change; metadata alone is written without
    recompression. ``name`` gets the extension of the format where it has another. Nothing is
    overwritten, no half file stays. ``signing`` is the folder of the key for content credentials.
    Blocking; takes up to three rasters of memory.

    Raises ``BadImageError`` for a picture that cannot be read; ``PhotaError`` INVALID where the
    settings cannot be met (a target size, a side too long), DISK when it cannot be written,
    CANCELED when ``cancelled`` said so.
    """
    content, info, embedded = read_whole(picture)
    _stop_if(cancelled)
    icc, told = wanted_profile(settings.colour, original)
    change = change_of(content, info, embedded, settings, icc)
    finisher = Finisher(original, provenance, settings.metadata, marks, tuple(people), signing)
    if finisher.strips and (info.orientation != 1 or change.kind not in _STRIPPED):
        # Without metadata nothing says how the picture lies.
        change = change.with_pixels()
    if not (change.pixels or change.kind in FORMATS) and finisher.hides_place:
        if has_place(content, embedded):
            change = change.with_pixels()
            told = (*told, PLACE_CUT.format(kind=info.format.name, made=change.kind.name))
        else:
            finisher = finisher.with_place()
    if not change.pixels:
        made = with_profile(content, change.kind, change.embed, info.stored_size)
        done = finisher.finished(made, info.stored_size)
        most = settings.target_bytes
        if most is None or len(done.content) <= most or change.kind not in _LOSSY:
            if most is not None and len(done.content) > most:
                told = (*told, NO_QUALITY.format(kind=change.kind.name))
            _stop_if(cancelled)
            return Exported(
                write_new(named(folder / name, change.kind), done.content),
                _once(*told, *done.warnings),
                copied_as_is=done.content == content,
                same_pixels=True,
                bytes=len(done.content),
            )
        del made, done
        change = change.with_pixels()
    if embedded.has_credentials:
        told = (*told, CREDENTIALS_LOST)
    raster = _rastered(content, info, embedded, change, settings, cancelled)
    del content  # at 45 megapixels every copy counts
    finisher = finisher.of(picture, embedded)
    told, size = (*told, *raster.notes), raster.size
    quality = None
    if settings.target_bytes is not None and _is_lossy(change.kind, settings):
        done, quality = _fitted(raster, change.kind, settings, finisher, cancelled)
        del raster
    else:
        made = _coded(raster, change.kind, settings, settings.quality)
        del raster
        done = finisher.finished(made, size)
        if settings.target_bytes is not None and len(done.content) > settings.target_bytes:
            told = (*told, NO_QUALITY.format(kind=change.kind.name))
    if quality is not None and quality < _POOR_BELOW:
        told = (*told, POOR.format(quality=quality))
    _stop_if(cancelled)
    return Exported(
        write_new(named(folder / name, change.kind), done.content),
        _once(*told, *done.warnings),
        bytes=len(done.content),
        quality=quality,
    )


def _rastered(
    content: bytes,
    info: PhotoInfo,
    embedded: Embedded,
    change: Change,
    settings: ExportSettings,
    cancelled: Cancelled,
) -> Raster:
    """Decode, resize, convert, sharpen, and make it fit the format: in this order, and why.

    The size first, since it leaves less to convert; sharpening at the final size and with all
    bits; rounding to the format's bits last.
    """
    try:
        raster = read_raster(content, info, embedded)
        _stop_if(cancelled)
        raster = resized(raster, change.size, cancelled)
        _stop_if(cancelled)
        if change.icc is not None:
            raster = converted(raster, change.icc)
            _stop_if(cancelled)
        raster = sharpened(raster, settings.sharpening)
        return made_to_fit(raster, change.kind, settings.bits)
    except MemoryError as error:
        raise _no_memory() from error
    except (cv2.error, ValueError) as error:
        raise BadImageError(BadImage.UNSUPPORTED, info.path) from error


def _is_lossy(kind: PhotoFormat, settings: ExportSettings) -> bool:
    return kind in _LOSSY and not (kind == PhotoFormat.WEBP and settings.lossless)


def _coded(raster: Raster, kind: PhotoFormat, settings: ExportSettings, quality: int) -> bytes:
    try:
        return encoded(
            raster, kind, quality, subsampling=settings.subsampling, lossless=settings.lossless
        )
    except MemoryError as error:
        raise _no_memory() from error
    except (cv2.error, ValueError, OSError) as error:
        raise PhotaError(
            ErrorKind.BUG, "The picture could not be encoded.", hint="Choose another format."
        ) from error


def _fitted(
    raster: Raster,
    kind: PhotoFormat,
    settings: ExportSettings,
    finisher: Finisher,
    cancelled: Cancelled,
) -> tuple[Carried, int]:
    """Return the finished file of at most the target size, and its quality."""

    def code(quality: int) -> bytes:
        _stop_if(cancelled)
        return _coded(raster, kind, settings, quality)

    most = settings.target_bytes or 0
    room = most - _metadata_bytes(raster, kind, finisher)
    for _ in range(2):
        if room < _LEAST_ROOM:
            break
        made, quality = best_within(code, settings.quality, room)
        done = finisher.finished(made, raster.size)
        if len(done.content) <= most:
            return done, quality
        room = most - (len(done.content) - len(made))
    raise PhotaError(
        ErrorKind.INVALID,
        METADATA_TOO_LARGE,
        hint="Choose a larger file, or leave metadata out.",
    )


def _metadata_bytes(raster: Raster, kind: PhotoFormat, finisher: Finisher) -> int:
    """Return how much metadata add to a file: measured on a corner of the picture."""
    corner = replace(raster, pixels=np.ascontiguousarray(raster.pixels[:_SAMPLE, :_SAMPLE]))
    bare = encoded(corner, kind)
    # One byte more, since chunks are padded to even lengths.
    return len(finisher.finished(bare, raster.size).content) - len(bare) + 1


def _stop_if(cancelled: Cancelled) -> None:
    if cancelled():
        raise PhotaError(ErrorKind.CANCELED)


def _no_memory() -> PhotaError:
    return PhotaError(
        ErrorKind.BAD_IMAGE,
        "There is not enough memory for this picture.",
        hint="Close other programs, or choose a smaller size.",
    )


def _once(*sentences: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))
