"""Metadata on its way out and back: private parts cut from uploads, the original's carried home."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.library import Marks
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import MetadataChoice, Provenance
from phota_desktop.imaging import (
    exif,
    jpeg_segments,
    metadata_files,
    png_chunks,
    webp_chunks,
    xmp_carrying,
)
from phota_desktop.imaging.embedded import Embedded, read_embedded
from phota_desktop.imaging.formats import HEAD_BYTES, PhotoFormat, sniff
from phota_desktop.imaging.metadata_blocks import Source, Writer
from phota_desktop.imaging.reading import inspect, open_photo, read_photo
from phota_desktop.imaging.xmp import Packet

CREDENTIALS = (
    "The picture is signed with content credentials, which new metadata would break:"
    " it was left as it is."
)
CREDENTIALS_DROPPED = (
    "The picture's content credentials were taken out: its metadata changed, and they would no"
    " longer be valid."
)
NOT_SIGNED = "The picture was not signed. {why}"
NOT_READ = "The original's metadata could not be read and was not copied."
NOT_WRITTEN = "The metadata could not be written into the picture."
FOLLOWERS_CUT = "The small pictures within the file were taken out: they told the place too."
NOT_FORMAT = "Metadata cannot be written into this format."


@dataclass(frozen=True)
class Carried:
    """A file's bytes with metadata in them, and sentences about what could not be carried."""

    content: bytes
    warnings: tuple[str, ...] = ()


def strip_private(data: bytes) -> bytes:
    """Cut everything but pixels and colour out of a JPEG, PNG or WebP, without recompression.

    Returns the very same object when there was nothing to cut. Raises ValueError on a broken file
    or another format.
    """
    match sniff(data[:HEAD_BYTES]):
        case PhotoFormat.JPEG:
            return jpeg_segments.strip(data)
        case PhotoFormat.PNG:
            return png_chunks.strip(data)
        case PhotoFormat.WEBP:
            return webp_chunks.strip(data)
    raise ValueError("metadata cannot be cut from this format")


def has_place(content: bytes, embedded: Embedded) -> bool:
    """Tell whether a file that cannot be written into says where it was taken."""
    if b"GPSL" in content:  # XMP that only its own format's reader finds
        return True
    try:
        place = embedded.exif and exif.parse(embedded.exif).gps
        packet = Packet(embedded.xmp) if embedded.xmp else None
    except ValueError:
        return True  # nobody knows
    told = packet and packet.without(xmp_carrying.is_place, xmp_carrying.is_place)
    return bool(place) or told is not packet


def _without_second_place(content: bytes) -> bytes:
    """Cut previews behind a JPEG's picture that say themselves where it was taken."""
    try:
        cut = jpeg_segments.without_followers(content)
        behind = content[-(len(content) - len(cut)) :] if len(cut) < len(content) else b""
    except ValueError:
        return content
    at, says = behind.find(jpeg_segments.EXIF_ID), b"GPSL" in behind
    while at >= 0 and not says:
        block = behind[at + len(jpeg_segments.EXIF_ID) :][: jpeg_segments.MAX_PAYLOAD]
        says = exif.is_block(block) and bool(exif.parse(block).gps)
        at = behind.find(jpeg_segments.EXIF_ID, at + 1)
    return cut if says else content


def finish(
    content: bytes,
    size: tuple[int, int],
    *,
    original: Path | None,
    provenance: Provenance | None,
    choice: MetadataChoice,
    marks: Marks | None = None,
    people: Sequence[str] = (),
    now: float | None = None,
    signing: Path | None = None,
) -> Carried:
    """Write metadata into a JPEG, PNG, WebP or TIFF without recompression, by a person's choice.

    ``size`` is the (width, height) of ``content`` as stored; ``original`` the photo whose words
    are carried, for a chain of results the first. The pixels, the colour profile and the file's
    own words stay; its own XMP wins over the original's, ours over both. What is signed with
    content credentials comes back untouched unless the choice gives them up, or signs anew with
    the key in the folder ``signing``. ``now`` is the
    wall-clock time of writing. Without ``provenance`` it is taken for the original itself, written
    anew, whose rating and faces hold. Never raises for what is in the files: what cannot be read or
    carried becomes a warning.
    """
    kind = sniff(content[:HEAD_BYTES])
    if kind is None or kind not in metadata_files.FORMATS:
        return Carried(content, (NOT_FORMAT,))
    own = read_embedded(BytesIO(content), kind)
    signs = choice.sign and signing is not None and provenance is not None
    if own.has_credentials and choice.keep_credentials and not signs:
        return Carried(content, (CREDENTIALS,))
    warnings = [CREDENTIALS_DROPPED] if own.has_credentials and not signs else []
    if not choice.gps and kind == PhotoFormat.JPEG:
        bare = _without_second_place(content)
        warnings += [FOLLOWERS_CUT] if bare is not content else []
        content = bare
    source = Source()
    if original is not None and choice.carry:
        try:
            with open_photo(original) as (stream, original_kind, length):
                # In a HEIC or RAW only their libraries find it.
                info, embedded = inspect(stream, original_kind, length, original)
            source = Source(embedded, info)
        except (PhotaError, OSError):
            warnings.append(NOT_READ)
    writer = Writer(kind, content, size, own, source, choice, now or time.time(), provenance)
    try:
        wanted = writer.blocks(
            provenance if choice.provenance or choice.recipe else None,
            marks if choice.marks else None,
            people if choice.people else (),
        )
        written = metadata_files.write(kind, content, wanted, size)
    except ValueError:
        return Carried(content, (*warnings, *writer.warnings, NOT_WRITTEN))
    done = Carried(written, (*warnings, *writer.warnings))
    if signing is None or provenance is None or not choice.sign:
        return done
    parent = content if own.has_credentials else _parent(original, provenance)
    return _signed(done, provenance, signing, parent, had=own.has_credentials)


def _parent(original: Path | None, provenance: Provenance) -> bytes | None:
    """Return the photo that a picture was made from, as the parent of its credentials."""
    if original is None or provenance.operation is Operation.GENERATE:
        return None
    try:
        return read_photo(original)
    except PhotaError:
        return None


def _source_type(content: bytes) -> str:
    """Return the source type that a file of ours says, so that both say the same."""
    kind = sniff(content[:HEAD_BYTES])
    packet = read_embedded(BytesIO(content), kind).xmp if kind else None
    try:
        return (packet and Packet(packet).text(xmp_carrying.SOURCE_TYPE)) or ""
    except ValueError:
        return ""


def _signed(
    done: Carried, provenance: Provenance, folder: Path, parent: bytes | None, *, had: bool
) -> Carried:
    from phota_desktop.imaging import credentials

    try:
        source = _source_type(done.content)
        content = credentials.sign(done.content, provenance, folder, parent=parent, source=source)
    except credentials.SigningError as error:
        told = (NOT_SIGNED.format(why=error), *((CREDENTIALS_DROPPED,) if had else ()))
        return Carried(done.content, (*done.warnings, *told))
    return Carried(content, done.warnings)
