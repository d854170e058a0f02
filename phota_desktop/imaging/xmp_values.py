"""XMP properties as values, the namespaces they stand in, and how they are written down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

Name = tuple[str, str]
"""A namespace and a name in it."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META = "adobe:ns:meta/"
XML = "http://www.w3.org/XML/1998/namespace"
TIFF = "http://ns.adobe.com/tiff/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
EXIF_EX = "http://cipa.jp/exif/1.0/"
AUX = "http://ns.adobe.com/exif/1.0/aux/"
XMP = "http://ns.adobe.com/xap/1.0/"
MM = "http://ns.adobe.com/xap/1.0/mm/"
REF = "http://ns.adobe.com/xap/1.0/sType/ResourceRef#"
EVENT = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
NOTE = "http://ns.adobe.com/xmp/note/"
DC = "http://purl.org/dc/elements/1.1/"
TERMS = "http://purl.org/dc/terms/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
IPTC = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
REGIONS = "http://www.metadataworkinggroup.com/schemas/regions/"
MICROSOFT_REGIONS = "http://ns.microsoft.com/photo/1.2/"
MICROSOFT = "http://ns.microsoft.com/photo/1.0/"
CAMERA_RAW = "http://ns.adobe.com/camera-raw-settings/1.0/"
CAMERA_RAW_SAVED = "http://ns.adobe.com/camera-raw-saved-settings/1.0/"
DIGIKAM = "http://www.digikam.org/ns/1.0/"
DARKTABLE = "http://darktable.sf.net/"
RECIPE = "urn:phota-desktop:recipe/1.0/"
"""Ours: the settings of the request, in words."""

PREFIXES: Mapping[str, str] = {
    RDF: "rdf",
    META: "x",
    TIFF: "tiff",
    EXIF: "exif",
    EXIF_EX: "exifEX",
    AUX: "aux",
    XMP: "xmp",
    MM: "xmpMM",
    REF: "stRef",
    EVENT: "stEvt",
    RIGHTS: "xmpRights",
    NOTE: "xmpNote",
    DC: "dc",
    PHOTOSHOP: "photoshop",
    IPTC: "Iptc4xmpCore",
    IPTC_EXT: "Iptc4xmpExt",
    DIGIKAM: "digiKam",
    DARKTABLE: "darktable",
    RECIPE: "photaRecipe",
}

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Bag:
    """Words without an order."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Seq:
    """Words, structures or their XML, in order."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Alt:
    """One text, in the default language."""

    text: str


@dataclass(frozen=True)
class Struct:
    """Named fields."""

    fields: Mapping[Name, str]


@dataclass(frozen=True)
class Xml:
    """A node of another packet that is taken over, with every declaration it needs."""

    content: bytes


Value = str | Bag | Seq | Alt | Struct | Xml


def clean(text: str) -> str:
    """Leave out what XML cannot hold (control characters, halves of pairs), ends of lines alike."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def block(about: str, properties: Mapping[Name, Value]) -> bytes:
    """Write properties as one rdf:Description that declares all its namespaces itself."""
    used = {RDF}
    for name, value in properties.items():
        used.add(name[0])
        used.update(_inner(value))
    declared = "".join(f' xmlns:{PREFIXES[uri]}="{uri}"' for uri in sorted(used))
    lines = "".join(f"\n   {_written(name, value)}" for name, value in properties.items())
    about = quoteattr(clean(about))
    return f"<rdf:Description{declared} rdf:about={about}>{lines}\n  </rdf:Description>".encode()


def _inner(value: Value) -> Iterator[str]:
    if isinstance(value, Struct):
        yield from (namespace for namespace, _ in value.fields)
    elif isinstance(value, Seq):
        for one in value.items:
            yield from _inner(one)


def _written(name: Name, value: Value) -> str:
    tag = f"{PREFIXES[name[0]]}:{name[1]}"
    match value:
        case str():
            return f"<{tag}>{escape(clean(value))}</{tag}>"
        case Struct():
            return f'<{tag} rdf:parseType="Resource">{_fields(value)}</{tag}>'
        case Alt(text):
            words = f'<rdf:li xml:lang="x-default">{escape(clean(text))}</rdf:li>'
            return f"<{tag}><rdf:Alt>{words}</rdf:Alt></{tag}>"
        case Bag(items):
            return f"<{tag}><rdf:Bag>{''.join(map(_listed, items))}</rdf:Bag></{tag}>"
        case Seq(items):
            return f"<{tag}><rdf:Seq>{''.join(map(_listed, items))}</rdf:Seq></{tag}>"
    raise TypeError(f"no property: {type(value).__name__}")


def _listed(value: Value) -> str:
    match value:
        case Struct():
            return f'\n    <rdf:li rdf:parseType="Resource">{_fields(value)}</rdf:li>'
        case Xml(content):
            return f"\n    {content.decode()}"
        case str():
            return f"<rdf:li>{escape(clean(value))}</rdf:li>"
    raise TypeError(f"no element of a list: {type(value).__name__}")


def _fields(value: Struct) -> str:
    return "".join(_written(name, field) for name, field in value.fields.items())
