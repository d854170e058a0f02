"""XMP packets: what a changed picture may keep of its original's packet, by XML namespace."""

from __future__ import annotations

from xml.etree import ElementTree as ET

MAX_PACKET = 65_000
"""Largest packet carried; it must fit one JPEG segment with its identifier."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = "adobe:ns:meta/"
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_NOTE = "http://ns.adobe.com/xmp/note/"
_RAW = "http://ns.adobe.com/camera-raw-settings/1.0/"
_REGIONS = "http://www.metadataworkinggroup.com/schemas/regions/"

for _prefix, _uri in (
    *(("rdf", _RDF), ("x", _META), ("tiff", _TIFF), ("exif", _EXIF), ("xmp", _XMP)),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"),
    ("xmpRights", "http://ns.adobe.com/xap/1.0/rights/"),
    ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
    ("Iptc4xmpCore", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"),
    ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
    ("aux", "http://ns.adobe.com/exif/1.0/aux/"),
    ("exifEX", "http://cipa.jp/exif/1.0/"),
    ("lr", "http://ns.adobe.com/lightroom/1.0/"),
    ("mwg-rs", _REGIONS),
):
    ET.register_namespace(_prefix, _uri)

_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
_TAIL = b'\n<?xpacket end="w"?>'


def for_result(
    original: bytes, result: bytes | None, size: tuple[int, int], *, keep_gps: bool, turned: bool
) -> bytes:
    """Rewrite an original's packet for a picture made from it.

    Orientation and pixel size are set to the new picture's (``size``: width, height). Dropped are
    thumbnails, raw-development settings (a program would apply them twice), pointers to extended
    packets, place if ``keep_gps`` is false, and face regions if the picture was ``turned``.
    Properties of the ``result``'s own packet win over the original's. Raises ValueError for
    anything that is not a plain packet.
    """
    rdf_root, rdf = _parse(original)
    for holder in rdf.findall(f"{{{_RDF}}}Description"):
        _clean(holder, size, keep_gps=keep_gps, turned=turned)
    if result:
        _, other = _parse(result)
        theirs = other.findall(f"{{{_RDF}}}Description")
        known = {name for holder in theirs for name in _names(holder)} - {f"{{{_RDF}}}about"}
        for holder in rdf.findall(f"{{{_RDF}}}Description"):
            _drop(holder, known)
            if not _names(holder) - {f"{{{_RDF}}}about"}:
                rdf.remove(holder)
        about = next((h.get(f"{{{_RDF}}}about") for h in rdf if h.get(f"{{{_RDF}}}about")), "")
        for holder in theirs:
            holder.set(f"{{{_RDF}}}about", about or "")
            rdf.append(holder)
    packet: bytes = _HEAD + ET.tostring(rdf_root, encoding="utf-8") + _TAIL
    if len(packet) > MAX_PACKET:
        raise ValueError("XMP packet too large")
    return packet


def _parse(packet: bytes) -> tuple[ET.Element, ET.Element]:
    """Return the root and its rdf:RDF element."""
    if len(packet) > MAX_PACKET:
        raise ValueError("XMP packet too large")
    if b"<!" in packet.replace(b"<![CDATA[", b"").replace(b"<!--", b""):
        raise ValueError("XMP packet with declarations")
    try:
        # Safe without defusedxml: declarations, the carriers of entities, were refused above.
        root = ET.fromstring(packet.strip(b"\x00 \t\r\n"))  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise ValueError("XMP packet cannot be parsed") from error
    rdf = root if root.tag == f"{{{_RDF}}}RDF" else root.find(f"{{{_RDF}}}RDF")
    if rdf is None:
        raise ValueError("XMP packet without RDF")
    return root, rdf


def _names(holder: ET.Element) -> set[str]:
    return {*holder.attrib, *(child.tag for child in holder)}


def _drop(holder: ET.Element, names: set[str]) -> None:
    for name in names & set(holder.attrib):
        del holder.attrib[name]
    for child in [child for child in holder if child.tag in names]:
        holder.remove(child)


def _clean(holder: ET.Element, size: tuple[int, int], *, keep_gps: bool, turned: bool) -> None:
    stale = {f"{{{_XMP}}}Thumbnails", f"{{{_NOTE}}}HasExtendedXMP"}
    for name in _names(holder):
        place = "GPS" in name.rpartition("}")[2]
        if (
            name.startswith(f"{{{_RAW}}}")
            or (place and not keep_gps)
            or (turned and name.startswith(f"{{{_REGIONS}}}"))
        ):
            stale.add(name)
    _drop(holder, stale)
    fixed = {
        f"{{{_TIFF}}}Orientation": "1",
        f"{{{_TIFF}}}ImageWidth": str(size[0]),
        f"{{{_TIFF}}}ImageLength": str(size[1]),
        f"{{{_EXIF}}}PixelXDimension": str(size[0]),
        f"{{{_EXIF}}}PixelYDimension": str(size[1]),
    }
    for name, value in fixed.items():
        if name in holder.attrib:
            holder.set(name, value)
        for child in holder.findall(name):
            child.text = value
