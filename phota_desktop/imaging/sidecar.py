"""XMP sidecars: stars, label and names beside a picture, for programs that read them there.

darktable and digiKam look for ``NAME.EXT.xmp``. Lightroom and Bridge look for ``NAME.xmp``, and
beside RAW files only: in a JPEG, PNG or TIFF they read what is written into the file itself.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.core.provenance import Provenance, SidecarNaming, source_type
from phota_desktop.imaging import xmp_provenance
from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.files import clear_parts, disk_error, sync, sync_folder, write_new
from phota_desktop.imaging.xmp import Packet
from phota_desktop.imaging.xmp_carrying import SOURCE_TYPE
from phota_desktop.imaging.xmp_tree import MAX_BYTES

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_RATING = (v.XMP, "Rating")
_COLOURS = (v.DARKTABLE, "colorlabels")
_NUMBERS = {
    Label.RED: "0",
    Label.YELLOW: "1",
    Label.GREEN: "2",
    Label.BLUE: "3",
    Label.PURPLE: "4",
}
_TRIES = 3


def sidecar(
    marks: Marks,
    provenance: Provenance | None = None,
    people: Sequence[str] = (),
    existing: bytes | None = None,
) -> bytes:
    """Return a sidecar's content: a new one, or ``existing`` with ours put in.

    What another program wrote stays as it is, byte for byte, but for the properties we set; marks
    that are not set leave theirs alone. Raises ValueError where ``existing`` is no XMP.
    """
    packet = Packet(existing) if existing is not None else Packet.empty()
    before = xmp_provenance.before(None, packet)
    ours: dict[v.Name, v.Value] = dict(xmp_provenance.marks(marks))
    if provenance is not None:
        ours[SOURCE_TYPE] = source_type(provenance.done, before.own_said)
    ours.update(xmp_provenance.people(people, before))
    if marks.label is not Label.NONE and any(name[0] == v.DARKTABLE for name in packet.names):
        ours[_COLOURS] = v.Seq((_NUMBERS[marks.label],))
    gone = {_RATING} if marks.flag is Flag.PICK and packet.text(_RATING) == "-1" else set()
    gone |= {name for name in xmp_provenance.outdated(ours) if name in packet.names}
    if not gone and not _new(packet, ours):
        return existing if existing is not None else _DECLARATION + packet.file
    kept = packet.without(lambda name: name in ours or name in gone)
    made = kept.adding(v.block(kept.about, ours)) if ours else kept
    return made.file if existing is not None else _DECLARATION + made.file


def sidecar_of(picture: Path, naming: SidecarNaming) -> Path:
    """Return where a picture's sidecar lies: ``NAME.xmp`` or ``NAME.EXT.xmp``."""
    if naming is SidecarNaming.STEM:
        return picture.with_name(f"{picture.stem}.xmp")
    return picture.with_name(f"{picture.name}.xmp")


def write_sidecar(
    picture: Path,
    marks: Marks,
    *,
    provenance: Provenance | None = None,
    people: Sequence[str] = (),
    naming: SidecarNaming = SidecarNaming.FULL,
) -> Path:
    """Write a picture's sidecar, or put ours into the one that is there; return its path.

    Written in one step; one that changed meanwhile is read again. Raises ``PhotaError`` INVALID,
    and leaves the file as it is, where it is no XMP; DISK where it cannot be written.
    """
    place = sidecar_of(picture, naming)
    for _ in range(_TRIES):
        try:
            # Through a link the file is changed that it leads to.
            target = place.resolve(strict=True)
            state = target.stat()
            existing = _read(target)
        except FileNotFoundError:
            content = sidecar(marks, provenance, people)
            written = _claimed(place, content)
            if written:
                return place
            continue
        except (OSError, RuntimeError) as error:
            raise disk_error(place.parent, _os_error(error)) from error
        try:
            content = sidecar(marks, provenance, people, existing)
        except ValueError as error:
            raise PhotaError(
                ErrorKind.INVALID,
                f"“{place.name}” is no XMP that can be read.",
                hint="It was left as it is. Rename it, and export again.",
            ) from error
        if content == existing or _replaced(target, content, state):
            return place
    raise PhotaError(
        ErrorKind.DISK, f"“{place.name}” is being changed by another program.", hint="Try again."
    )


def _new(packet: Packet, ours: Mapping[v.Name, v.Value]) -> bool:
    """Tell whether any of ours differs from what the packet says."""
    for name, value in ours.items():
        said = packet.texts(name)
        match value:
            case str():
                wanted = [v.clean(value)]
            case v.Bag(items):
                wanted = [v.clean(one) for one in items]
            case v.Seq(items):
                wanted = [one for one in items if isinstance(one, str)]
            case _:
                return True
        if said != wanted:
            return True
    return False


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _claimed(place: Path, content: bytes) -> bool:
    """Write a new sidecar; False where another came to stand there first."""
    written = write_new(place, content)
    if written == place:
        return True
    written.unlink(missing_ok=True)  # ours, made a moment ago under the next free name
    return False


def _replaced(target: Path, content: bytes, state: os.stat_result) -> bool:
    """Replace a file in one step with its permissions; False where it changed meanwhile."""
    clear_parts(target.parent)
    try:
        handle, name = tempfile.mkstemp(prefix=".phota-", suffix=".part", dir=target.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                sync(stream.fileno())
            part.chmod(state.st_mode & 0o777)
            now = target.stat()
            if (now.st_mtime_ns, now.st_size, now.st_ino) != (
                state.st_mtime_ns,
                state.st_size,
                state.st_ino,
            ):
                return False
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise disk_error(target.parent, error) from error
    return True


def _os_error(error: OSError | RuntimeError) -> OSError:
    return error if isinstance(error, OSError) else OSError(40, "Too many levels of links")
