"""XMP packets edited in place: what is not touched stays as it is, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.sax.saxutils import quoteattr

from phota_desktop.imaging.xmp_tree import Attribute, Element, read, utf8
from phota_desktop.imaging.xmp_values import META, RDF, XML, Name, Xml

_SPACE = b" \t\r\n"
_SKELETON = f'<x:xmpmeta xmlns:x="{META}"><rdf:RDF xmlns:rdf="{RDF}"/></x:xmpmeta>'.encode()
_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
_TAIL = b'\n<?xpacket end="w"?>'
_SYNTAX = frozenset(
    (*((RDF, word) for word in ("about", "ID", "nodeID", "datatype")), ("", "about"), ("", "ID"))
)

Span = tuple[int, int]
Property = Element | Attribute


class Packet:
    """One packet of XMP; every change makes a new one."""

    def __init__(self, data: bytes) -> None:
        """Read a packet, wrapped or bare. Raises ValueError for anything else."""
        data = utf8(data)
        core = data.strip(b"\x00" + _SPACE)
        lead = data.find(core)
        self._lead, self._tail = data[:lead], data[lead + len(core) :]
        self._data = core
        self._root = read(core)
        found = [one for one in self._root.walk() if one.name == (RDF, "RDF")]
        if len(found) != 1:
            raise ValueError("XMP packet without RDF")
        self._rdf = found[0]

    @classmethod
    def empty(cls) -> Packet:
        """Return a packet without properties."""
        return cls(_SKELETON)

    @property
    def file(self) -> bytes:
        """The bytes as they were given, with all changes, around the packet too."""
        return self._lead + self._data + self._tail

    @property
    def wrapped(self) -> bytes:
        """The packet as it is embedded in pictures."""
        return _HEAD + self.bare + _TAIL

    @property
    def bare(self) -> bytes:
        """The root element alone."""
        return self._data[self._root.start : self._root.end]

    @property
    def about(self) -> str:
        """What the packet is about; mostly empty."""
        for holder in self._holders():
            for one in holder.attributes:
                if one.name in ((RDF, "about"), ("", "about")) and one.text:
                    return one.text
        return ""

    @property
    def names(self) -> frozenset[Name]:
        """The names of all properties."""
        return frozenset(held.name for held in self._properties())

    def text(self, name: Name) -> str | None:
        """Return the text of a property, the first of a list; None where there is none."""
        words = self.texts(name)
        return words[0] if words else None

    def texts(self, name: Name) -> list[str]:
        """Return all texts of a property, in order."""
        for held in self._properties():
            if held.name != name:
                continue
            if isinstance(held, Attribute):
                return [held.text]
            listed = [one for one in _in_order(held) if one.name == (RDF, "li")]
            return [_text(one) for one in listed] if listed else [_text(held)]
        return []

    def entries(self, name: Name) -> list[Xml]:
        """Return the entries of a list as they are, with the declarations they need."""
        for held in self._properties():
            if held.name == name and isinstance(held, Element):
                return [
                    Xml(self._moved(one))
                    for one in _in_order(held, deep=False)
                    if one.name == (RDF, "li")
                ]
        return []

    def fields(self, name: Name) -> dict[Name, str]:
        """Return the texts of all fields of a structure."""
        found: dict[Name, str] = {}
        for held in self._properties():
            if held.name == name and isinstance(held, Element):
                for one in held.walk():
                    found.update({a.name: a.text for a in one.attributes if a.name[0] != RDF})
                    if one is not held and one.name[0] != RDF:
                        found[one.name] = one.text
        return found

    def without(
        self, stale: Callable[[Name], bool], nested: Callable[[Name], bool] | None = None
    ) -> Packet:
        """Drop properties by name, and by ``nested`` what is within those that stay."""
        spans: list[Span] = []
        for holder in self._holders():
            held = list(_held(holder))
            gone = [one for one in held if stale(one.name)]
            if gone and len(gone) == len(held):
                spans.append(self._span(holder))
                continue
            spans.extend(self._span(one) for one in gone)
            if nested:
                for one in held:
                    if isinstance(one, Element) and not stale(one.name):
                        spans.extend(self._nested(one, nested))
        return self._cut(spans) if spans else self

    def joined(self, other: Packet) -> Packet:
        """Add the properties of another packet, which win."""
        names = other.names
        if not names:
            return self
        kept = self.without(names.__contains__)
        about = kept.about
        moved = [other._moved(holder, about) for holder in other._holders()]
        return kept.adding(b"".join(b"\n  " + one for one in moved))

    def adding(self, block: bytes) -> Packet:
        """Add rdf:Description elements, given as XML with all their declarations."""
        rdf, data = self._rdf, self._data
        block = block if block.startswith(b"\n") else b"\n  " + block
        if rdf.close == rdf.end:
            tag = data[rdf.start : rdf.end]
            qualified = tag[1:].split(None, 1)[0].rstrip(b"/>")
            opened = tag[: tag.rindex(b"/")].rstrip(_SPACE)
            inner = opened + b">" + block + b"\n</" + qualified + b">"
            return self._with(data[: rdf.start] + inner + data[rdf.end :])
        at = rdf.children[-1].end if rdf.children else rdf.body
        return self._with(data[:at] + block + data[at:])

    def sizes(self) -> list[tuple[int, Name]]:
        """Return how many bytes each property takes that stands as an element, largest first."""
        held = (one for one in self._properties() if isinstance(one, Element))
        return sorted(((one.end - one.start, one.name) for one in held), reverse=True)

    def _with(self, core: bytes) -> Packet:
        return Packet(self._lead + core + self._tail)

    def _holders(self) -> list[Element]:
        return [one for one in self._rdf.children if one.name == (RDF, "Description")]

    def _properties(self) -> Iterator[Property]:
        for holder in self._holders():
            yield from _held(holder)

    def _nested(self, held: Element, stale: Callable[[Name], bool]) -> Iterator[Span]:
        waiting = [held]
        while waiting:
            one = waiting.pop()
            yield from ((a.start, a.end) for a in one.attributes if stale(a.name))
            for child in one.children:
                if stale(child.name):
                    yield self._span(child)
                else:
                    waiting.append(child)

    def _span(self, part: Element | Attribute) -> Span:
        start = part.start
        if isinstance(part, Element):
            while start and self._data[start - 1] in _SPACE:
                start -= 1
        return start, part.end

    def _cut(self, spans: list[Span]) -> Packet:
        pieces, at = [], 0
        for start, end in sorted(spans):
            pieces.append(self._data[at:start])
            at = max(at, end)
        pieces.append(self._data[at:])
        return self._with(b"".join(pieces))

    def _moved(self, part: Element, about: str | None = None) -> bytes:
        """Return an element with the declarations it inherits, to stand in another packet."""
        data = self._data
        tag = data[part.start : part.body]
        name = tag[1:].split(None, 1)[0].rstrip(b"/>")
        dropped = part.attributes if about is not None else ()
        rdf = next((p for p, uri in part.scope.items() if uri == RDF and p), "")
        inner = data[part.start : part.end]

        def used(prefix: str) -> bool:
            return (
                not prefix
                or (prefix == rdf and about is not None)
                or (f"{prefix}:".encode() in inner)
            )

        added = "".join(
            f" xmlns{':' * bool(prefix)}{prefix}={quoteattr(uri)}"
            for prefix, uri in sorted(part.scope.items())
            if prefix not in part.declared and prefix != "xml" and used(prefix)
        )
        kept, at = b"", part.start + 1 + len(name)
        for one in dropped:
            if one.name in ((RDF, "about"), ("", "about")):
                kept += data[at : one.start]
                at = one.end
        kept += data[at : part.body]
        if about is not None:
            added += f" {rdf}:about={quoteattr(about)}" if rdf else ""
        return b"<" + name + added.encode() + kept + data[part.body : part.end]


def _held(holder: Element) -> Iterator[Property]:
    """Yield the properties of an rdf:Description."""
    yield from (one for one in holder.attributes if one.name not in _SYNTAX and one.name[0] != XML)
    yield from holder.children


def _in_order(element: Element, *, deep: bool = True) -> Iterator[Element]:
    for child in element.children:
        yield child
        if deep or child.name in ((RDF, "Seq"), (RDF, "Bag"), (RDF, "Alt")):
            yield from _in_order(child, deep=deep)


def _text(element: Element) -> str:
    resource = next((a.text for a in element.attributes if a.name == (RDF, "resource")), "")
    return resource or element.text
