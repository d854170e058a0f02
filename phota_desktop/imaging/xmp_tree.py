"""XML as a tree that knows where each part lies in its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from phota_desktop.imaging.xmp_values import XML, Name

MAX_BYTES = 4_000_000
"""Largest packet that is read, extended parts included."""
MAX_ELEMENTS = 50_000
MAX_DEPTH = 64
MAX_PREFIXES = 300

_TAG = re.compile(rb"<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>")
_ATTRIBUTE = re.compile(rb"\s+([^\s=]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_NUMBERED = re.compile(r"&#(x[0-9A-Fa-f]+|[0-9]+);")
_ENCODING = re.compile(rb"(<\?xml[^>]*encoding\s*=\s*)(\"[^\"]*\"|'[^']*')")
_ENTITIES = {"&quot;": '"', "&apos;": "'"}
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Attribute:
    """An attribute with the space before it, and the text it holds."""

    name: Name
    start: int
    end: int
    text: str


@dataclass
class Element:
    """An element ``start:end``, whose inner part is ``body:close`` (nothing in an empty tag)."""

    name: Name
    start: int
    body: int
    scope: Mapping[str, str]
    declared: frozenset[str]
    attributes: tuple[Attribute, ...]
    close: int = 0
    end: int = 0
    words: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly within."""
        return "".join(self.words)

    def walk(self) -> Iterator[Element]:
        """Yield this element and all below it."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(one.children)


def utf8(data: bytes) -> bytes:
    """Return a packet in UTF-8; in files it may be in UTF-16 as well."""
    if len(data) > MAX_BYTES:
        raise ValueError("XMP packet too large")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return _ENCODING.sub(rb'\1"UTF-8"', data[2:].decode(encoding).encode(), count=1)
    for start, encoding in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if data.startswith(start):
            return _ENCODING.sub(rb'\1"UTF-8"', data.decode(encoding).encode(), count=1)
    return data.removeprefix(_UTF8_MARK)


def read(data: bytes) -> Element:
    """Read the tree of UTF-8 bytes. Raises ValueError where they are no plain XML."""
    reading = _Reading(data)
    if reading.found is None:
        raise ValueError("XMP packet without a root")
    return reading.found


class _Reading:
    """One run of the parser, which tells where everything lies."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[Element] = []
        self._count = 0
        self.found: Element | None = None
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = False
        parser.StartDoctypeDeclHandler = self._refused
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._said
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise ValueError("XMP packet cannot be parsed") from error

    def _refused(self, *_: object) -> None:
        # Declarations are the carriers of entities, which could unfold without end.
        raise ValueError("XMP packet with declarations")

    def _started(self, _name: str, _attributes: object) -> None:
        start = self._parser.CurrentByteIndex
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise ValueError("XMP packet too large")
        tag = _TAG.match(self._data, start)
        if tag is None:
            raise ValueError("XMP packet cannot be read")
        raw = [
            (one.group(1).decode(), one.start(), one.end(), one.group(2)[1:-1].decode())
            for one in _ATTRIBUTE.finditer(self._data, tag.start(2), tag.end(2))
        ]
        outer = self._open[-1].scope if self._open else {"xml": XML}
        declared = {
            name.removeprefix("xmlns").removeprefix(":"): unescape(value, _ENTITIES)
            for name, _, _, value in raw
            if name == "xmlns" or name.startswith("xmlns:")
        }
        scope = {**outer, **declared} if declared else outer
        if len(scope) > MAX_PREFIXES:
            raise ValueError("XMP packet with too many prefixes")
        attributes = tuple(
            Attribute(_resolved(name, scope, own=False), at, end, _plain(value))
            for name, at, end, value in raw
            if name != "xmlns" and not name.startswith("xmlns:")
        )
        element = Element(
            _resolved(tag.group(1).decode(), scope, own=True),
            start,
            tag.end(),
            scope,
            frozenset(declared),
            attributes,
            close=tag.end(),
            end=tag.end(),
        )
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.found = element
        self._open.append(element)

    def _ended(self, _name: str) -> None:
        element = self._open.pop()
        if self._data[element.body - 2 : element.body] != b"/>":
            element.close = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.close) + 1

    def _said(self, words: str) -> None:
        if self._open:
            self._open[-1].words.append(words)


def _plain(value: str) -> str:
    """Return what an attribute says, with its references resolved."""
    value = _NUMBERED.sub(
        lambda m: escape(chr(int(m[1][1:], 16) if m[1][0] == "x" else int(m[1]))), value
    )
    return unescape(value, _ENTITIES)


def _resolved(name: str, scope: Mapping[str, str], *, own: bool) -> Name:
    prefix, colon, local = name.rpartition(":")
    if not colon and not own:
        return "", name
    if prefix not in scope:
        if not prefix:
            return "", local
        raise ValueError("XMP packet with an unknown prefix")
    return scope[prefix], local
