"""What is to stand in a file: the original's words, the file's own, and ours, made into blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from phota_desktop.core.library import Marks
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import MetadataChoice, Provenance
from phota_desktop.imaging import (
    exif,
    iptc,
    jpeg_segments,
    metadata_files,
    xmp_carrying,
    xmp_provenance,
)
from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.icc import is_srgb
from phota_desktop.imaging.metadata_files import Blocks
from phota_desktop.imaging.reading import PhotoInfo
from phota_desktop.imaging.xmp import Packet

NOT_XMP = "The original's XMP could not be copied."
NOT_EXIF = "The original's EXIF could not be copied."
NOT_OWN = "The picture's own XMP could not be read and was replaced."
_SAME_SHAPE = 0.01
_MAX_EXIF = jpeg_segments.MAX_PAYLOAD - len(jpeg_segments.EXIF_ID)


@dataclass(frozen=True)
class Source:
    """The original: what it carries, and whether faces still lie where it says."""

    embedded: Embedded = field(default_factory=Embedded)
    info: PhotoInfo | None = None


class Writer:
    """Makes the blocks of one file."""

    def __init__(
        self,
        kind: PhotoFormat,
        content: bytes,
        size: tuple[int, int],
        own: Embedded,
        source: Source,
        choice: MetadataChoice,
        now: float,
        made: Provenance | None,
    ) -> None:
        self.warnings: list[str] = []
        self._kind, self._content, self._size = kind, content, size
        self._own, self._source, self._choice, self._now = own, source, choice, now
        self._made = made
        self._own_cut = False

    def blocks(
        self, provenance: Provenance | None, marks: Marks | None, people: Sequence[str]
    ) -> Blocks:
        """Return what is to be written; empty blocks are left as they are in the file."""
        sets = iptc.parse(self._source.embedded.iptc or self._own.iptc or b"")
        if sets and people:
            sets = iptc.with_keywords(sets, people)
        changed = bool(self._source.embedded.iptc) or bool(people)
        resources = self._source.embedded.resources or self._own.resources
        return Blocks(
            exif=self._exif(stamped=provenance is not None and self._choice.provenance),
            xmp=self._packet(provenance, marks, people, sets),
            iptc=iptc.write(sets) if sets and changed else None,
            resources=resources,
            drop_credentials=self._own.has_credentials,
        )

    def _exif(self, *, stamped: bool) -> exif.Exif | None:
        block = self._source.embedded.exif
        if not block:
            return self._own_exif_without_place()
        srgb = self._own.icc is None or is_srgb(self._own.icc)
        told = exif.Told(
            self._size,
            gps=self._choice.gps,
            srgb=srgb,
            orientation=self._own.orientation,
            modified=_moment(self._now) if stamped else None,
            compressed=self._kind != PhotoFormat.TIFF,
            chroma=self._kind == PhotoFormat.JPEG and _is_chroma(self._content),
        )
        try:
            made = exif.for_result(exif.parse(block), told)
            if self._kind == PhotoFormat.JPEG and len(exif.write(made)) > _MAX_EXIF:
                raise ValueError("EXIF block too large")
        except ValueError:
            self.warnings.append(NOT_EXIF)
            return None
        return made

    def _own_exif_without_place(self) -> exif.Exif | None:
        """Return what the file says itself, without coordinates; None where it may stay."""
        if self._choice.gps or not self._own.exif:
            return None
        try:
            parsed = exif.parse(self._own.exif)
        except ValueError:
            return None
        if not parsed.gps:
            return None
        if self._kind == PhotoFormat.TIFF:
            return replace(parsed, image={}, gps={})
        return exif.without_place(parsed)

    def _packet(
        self,
        provenance: Provenance | None,
        marks: Marks | None,
        people: Sequence[str],
        sets: Sequence[iptc.DataSet],
    ) -> Packet | None:
        original = self._original_packet()
        own = self._own_packet()
        before = xmp_provenance.before(original, own)
        ours: dict[v.Name, v.Value] = {}
        if provenance is not None and self._choice.provenance:
            digest = hashlib.sha256(self._content).hexdigest()
            writing = xmp_provenance.Writing(digest, self._now, before)
            ours.update(xmp_provenance.provenance(provenance, writing))
        if provenance is not None and self._choice.recipe:
            ours.update(xmp_provenance.recipe(provenance))
        if marks is not None:
            ours.update(xmp_provenance.marks(marks))
        carried = original is not None or bool(self._source.embedded.iptc)
        if not (carried or ours or people or self._own_cut):
            return None  # nothing but what the file says already
        packet = Packet.empty()
        if original is not None:
            packet = xmp_carrying.carried(
                original,
                size=self._size,
                orientation=self._own.orientation,
                gps=self._choice.gps,
                regions=self._same_faces,
                judged=self._same_picture,
            )
        if own is not None:
            packet = packet.joined(own)
        if ours or people or packet.names or self._kind == PhotoFormat.WEBP:
            words = iptc.as_xmp(sets, packet.names)
            known = words.get((v.DC, "subject"))
            if isinstance(known, v.Bag) and not before.subjects:
                before = replace(before, subjects=known.items)
            ours = {**words, **ours, **xmp_provenance.people(people, before)}
        if not ours and not packet.names and not self._own_cut:
            return None
        ours[v.DC, "format"] = metadata_files.FORMATS[self._kind]
        gone = {*ours, *xmp_provenance.outdated(ours)}
        kept = packet.without(gone.__contains__)
        return kept.adding(v.block(kept.about, ours))

    def _original_packet(self) -> Packet | None:
        embedded = self._source.embedded
        if not embedded.xmp:
            return None
        try:
            packet = Packet(embedded.xmp)
            return packet.joined(Packet(embedded.more_xmp)) if embedded.more_xmp else packet
        except ValueError:
            self.warnings.append(NOT_XMP)
            return None

    def _own_packet(self) -> Packet | None:
        if not self._own.xmp:
            return None
        try:
            packet = Packet(self._own.xmp)
            if self._own.more_xmp:
                packet = packet.joined(Packet(self._own.more_xmp))
        except ValueError:
            self.warnings.append(NOT_OWN)
            return None
        if self._choice.gps:
            return packet
        placeless = packet.without(xmp_carrying.is_place, xmp_carrying.is_place)
        self._own_cut = placeless is not packet
        return placeless

    @property
    def _same_picture(self) -> bool:
        """Tell whether this is the original itself, written anew."""
        return self._made is None

    @property
    def _same_faces(self) -> bool:
        """Tell whether what the original says of places in it holds for the new picture."""
        info = self._source.info
        if info is None or self._source.embedded.orientation != 1:
            return False
        if self._made and any(way is not Operation.ENHANCE for way, _ in self._made.done):
            return False
        width, height = self._size
        ratio = (width * info.height) / max(1, height * info.width)
        return abs(ratio - 1) < _SAME_SHAPE


def _is_chroma(content: bytes) -> bool:
    """Tell whether a JPEG holds Y, Cb and Cr, as all do that do not say otherwise."""
    frame = jpeg_segments.frame(content)
    adobe = next(jpeg_segments.payloads(content, jpeg_segments.APP14, b"Adobe"), b"")
    return frame is not None and frame.components == 3 and adobe[6:7] != b"\x00"


def _moment(seconds: float) -> tuple[str, str]:
    told = datetime.fromtimestamp(seconds).astimezone()
    zone = told.strftime("%z")
    return told.strftime("%Y:%m:%d %H:%M:%S"), f"{zone[:3]}:{zone[3:5]}"
