"""XMP of our own: where a picture comes from, its marks, its people and, by choice, its recipe."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from phota_desktop import __version__
from phota_desktop.core.jobs import Engine
from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import (
    MODEL_MADE,
    Provenance,
    Step,
    document_id,
    instance_id,
    source_type,
)
from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.xmp import Packet
from phota_desktop.imaging.xmp_carrying import SOURCE_TYPE
from phota_desktop.imaging.xmp_values import Name, Seq, Struct, Value, Xml

TOOL = f"Phota Desktop {__version__}"
_ENGINES = {Engine.PHOTA: "Phota", Engine.LOCAL: "Phota Desktop local engine"}
_LABELS = {
    Label.RED: ("Red", "1"),
    Label.YELLOW: ("Yellow", "3"),
    Label.GREEN: ("Green", "4"),
    Label.BLUE: ("Blue", "5"),
    Label.PURPLE: ("Purple", "6"),
}
"""The words of xmp:Label and digiKam's numbers."""
_PICKS = {Flag.REJECT: "1", Flag.PICK: "3"}
_REJECTED = "-1"


@dataclass(frozen=True)
class Before:
    """What the original and the result said of themselves before; ids are empty for none."""

    document: str = ""
    instance: str = ""
    first: str = ""
    """The id of the document that all began with."""
    history: tuple[Xml, ...] = ()
    said: str = ""
    """The original's source type."""
    own_said: str = ""
    """The result's own source type, as it came."""
    subjects: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Writing:
    """The file that is being written."""

    content_sha256: str
    now: float
    before: Before = field(default_factory=Before)


def before(original: Packet | None, own: Packet | None) -> Before:
    """Read what the original's packet and the result's own say of themselves."""
    said = (own and own.text(SOURCE_TYPE)) or ""
    subjects: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    for packet in (original, own):
        if packet is not None:
            subjects = tuple(packet.texts((v.DC, "subject"))) or subjects
            people = tuple(packet.texts((v.IPTC_EXT, "PersonInImage"))) or people
    if original is None:
        return Before(own_said=said, subjects=subjects, people=people)
    document = original.text((v.MM, "DocumentID")) or ""
    return Before(
        document=document,
        instance=original.text((v.MM, "InstanceID")) or "",
        first=original.text((v.MM, "OriginalDocumentID")) or document,
        history=tuple(original.entries((v.MM, "History"))),
        said=original.text(SOURCE_TYPE) or "",
        own_said=said,
        subjects=subjects,
        people=people,
    )


def provenance(made: Provenance, writing: Writing) -> dict[Name, Value]:
    """Return source type, ids, history, tool and date of a picture made by ``made``."""
    known = writing.before
    document = document_id(made.sha256 or writing.content_sha256)
    instance = instance_id(f"{writing.content_sha256} {writing.now}")
    parent, root = _parent(made, known)
    now = moment(writing.now)
    kind = known.own_said if known.own_said in MODEL_MADE else source_type(made.done, known.said)
    found: dict[Name, Value] = {
        SOURCE_TYPE: kind,
        (v.XMP, "CreatorTool"): TOOL,
        (v.XMP, "ModifyDate"): now,
        (v.XMP, "MetadataDate"): now,
        (v.MM, "DocumentID"): document,
        (v.MM, "InstanceID"): instance,
        (v.MM, "OriginalDocumentID"): root or document,
    }
    if parent:
        reference = {(v.REF, "documentID"): parent}
        if parent == known.document and known.instance:
            reference[v.REF, "instanceID"] = known.instance
        reference[v.REF, "originalDocumentID"] = root
        if made.source_name:
            reference[v.REF, "filePath"] = made.source_name
        found[v.MM, "DerivedFrom"] = Struct(reference)
    steps = (*made.earlier, Step(made.operation, made.engine, made.model, made.made, document))
    events = [_event(step) for step in steps]
    found[v.MM, "History"] = Seq((*known.history, *events, _saved(instance, now)))
    if made.engine is Engine.PHOTA:
        found[v.IPTC_EXT, "AISystemUsed"] = _ENGINES[made.engine]
        if made.model:
            found[v.IPTC_EXT, "AISystemVersionUsed"] = made.model
    return found


def marks(given: Marks) -> dict[Name, Value]:
    """Return rating and label, as far as they are set; a rejected picture has -1 stars."""
    rejected = given.flag is Flag.REJECT
    found: dict[Name, Value] = {}
    if rejected or given.stars:
        found[v.XMP, "Rating"] = _REJECTED if rejected else str(given.stars)
    if given.label is not Label.NONE:
        found[v.XMP, "Label"], found[v.DIGIKAM, "ColorLabel"] = _LABELS[given.label]
    if given.flag is not Flag.NONE:
        found[v.DIGIKAM, "PickLabel"] = _PICKS[given.flag]
    return found


def outdated(ours: Collection[Name]) -> frozenset[Name]:
    """Return what would contradict ``ours``: Windows has a rating of its own, in percent."""
    if (v.XMP, "Rating") not in ours:
        return frozenset()
    return frozenset((space, "Rating") for space in (v.MICROSOFT, v.MICROSOFT.rstrip("/")))


def read_marks(packet: Packet) -> Marks:
    """Return the marks that a packet holds, of ours or another program."""
    rating = packet.text((v.XMP, "Rating")) or ""
    stars = int(float(rating)) if re.fullmatch(r"[0-5](\.0+)?", rating.strip()) else 0
    pick = packet.text((v.DIGIKAM, "PickLabel")) or ""
    flag = next((f for f, number in _PICKS.items() if number == pick), Flag.NONE)
    if rating.strip() == _REJECTED:
        flag = Flag.REJECT
    word = (packet.text((v.XMP, "Label")) or "").strip().lower()
    label = next((one for one in _LABELS if one.value == word), Label.NONE)
    return Marks(stars, flag, label)


def people(names: Sequence[str], known: Before) -> dict[Name, Value]:
    """Return names as IPTC's people in the picture and as keywords, with those that stood there."""
    if not names:
        return {}
    return {
        (v.IPTC_EXT, "PersonInImage"): v.Bag(tuple(dict.fromkeys((*known.people, *names)))),
        (v.DC, "subject"): v.Bag(tuple(dict.fromkeys((*known.subjects, *names)))),
    }


def recipe(made: Provenance) -> dict[Name, Value]:
    """Return the prompt and the settings in our own namespace, the prompt in IPTC's too."""
    found: dict[Name, Value] = {
        (v.RECIPE, "Engine"): made.engine.value,
        (v.RECIPE, "Operation"): made.operation.value,
    }
    for name, word in {"model": made.model, **made.recipe, "prompt": made.prompt}.items():
        if word:
            found[v.RECIPE, _title(name)] = word
    if made.prompt and made.engine is Engine.PHOTA:
        found[v.IPTC_EXT, "AIPromptInformation"] = made.prompt
    return found


def moment(seconds: float) -> str:
    """Return wall-clock seconds as XMP writes a time: local, with its distance from UTC."""
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


def _parent(made: Provenance, known: Before) -> tuple[str, str]:
    """Return the document ids of the direct parent and of the first of the chain."""
    chain = list(made.ancestors)
    if not chain and made.source_sha256:
        chain = [document_id(made.source_sha256)]
    if not chain and not known.document:
        return "", ""
    root = known.first or chain[0]
    if known.document and len(chain) <= 1:
        return known.document, root
    return chain[-1], root


def _event(step: Step) -> Struct:
    action = "created" if step.operation is Operation.GENERATE else "edited"
    fields = {
        (v.EVENT, "action"): action,
        (v.EVENT, "parameters"): step.operation.value + (f", {step.model}" if step.model else ""),
        (v.EVENT, "softwareAgent"): _ENGINES[step.engine],
    }
    if step.made:
        fields[v.EVENT, "when"] = moment(step.made)
    return Struct(fields)


def _saved(instance: str, now: str) -> Struct:
    return Struct(
        {
            (v.EVENT, "action"): "saved",
            (v.EVENT, "instanceID"): instance,
            (v.EVENT, "when"): now,
            (v.EVENT, "softwareAgent"): TOOL,
            (v.EVENT, "changed"): "/metadata",
        }
    )


def _title(name: str) -> str:
    words = re.sub(r"[^0-9A-Za-z]+", " ", name).split()
    joined = "".join(word[:1].upper() + word[1:] for word in words) or "Setting"
    return joined if joined[0].isalpha() else f"Setting{joined}"
