"""IPTC's older records (IIM): read, written, and told in XMP, which says the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.xmp_values import Name, Value

_MARK = 0x1C
_ENVELOPE, _APPLICATION = 1, 2
_CHARSET, _KEYWORD = 90, 25
_UTF8 = b"\x1b%G"
_MOST_KEYWORD = 64
_DATE, _TIME = 55, 60

_TEXTS: Mapping[int, Name] = {
    5: (v.DC, "title"),
    15: (v.PHOTOSHOP, "Category"),
    22: (v.PHOTOSHOP, "TransmissionReference"),
    40: (v.PHOTOSHOP, "Instructions"),
    85: (v.PHOTOSHOP, "AuthorsPosition"),
    90: (v.PHOTOSHOP, "City"),
    92: (v.IPTC, "Location"),
    95: (v.PHOTOSHOP, "State"),
    100: (v.IPTC, "CountryCode"),
    101: (v.PHOTOSHOP, "Country"),
    103: (v.PHOTOSHOP, "TransmissionReference"),
    105: (v.PHOTOSHOP, "Headline"),
    110: (v.PHOTOSHOP, "Credit"),
    115: (v.PHOTOSHOP, "Source"),
    116: (v.DC, "rights"),
    120: (v.DC, "description"),
    122: (v.PHOTOSHOP, "CaptionWriter"),
}
_LISTS: Mapping[int, Name] = {
    _KEYWORD: (v.DC, "subject"),
    20: (v.PHOTOSHOP, "SupplementalCategories"),
    80: (v.DC, "creator"),
}
_ALTERNATIVES = frozenset(((v.DC, "title"), (v.DC, "rights"), (v.DC, "description")))
_IN_ORDER = frozenset(((v.DC, "creator"),))
_WORDS = frozenset((*_TEXTS, *_LISTS, 26, 27, 65, 70, 118))
"""Datasets of the application record that hold text."""


@dataclass(frozen=True)
class DataSet:
    """One value: its record, its number in it, its bytes."""

    record: int
    number: int
    raw: bytes


def parse(records: bytes) -> tuple[DataSet, ...]:
    """Read datasets up to the first that is broken."""
    found = []
    at = 0
    while at + 5 <= len(records) and records[at] == _MARK:
        record, number = records[at + 1], records[at + 2]
        length = int.from_bytes(records[at + 3 : at + 5], "big")
        at += 5
        if length & 0x8000:
            digits = length & 0x7FFF
            length = int.from_bytes(records[at : at + digits], "big") if digits <= 4 else -1
            at += digits
        if length < 0 or at + length > len(records):
            break
        found.append(DataSet(record, number, records[at : at + length]))
        at += length
    return tuple(found)


def write(sets: Iterable[DataSet]) -> bytes:
    """Write datasets; those of 32 KB and more with an extended length."""
    pieces = []
    for one in sets:
        length = len(one.raw)
        if length < 0x8000:
            said = length.to_bytes(2, "big")
        else:
            said = (0x8004).to_bytes(2, "big") + length.to_bytes(4, "big")
        pieces.append(bytes((_MARK, one.record, one.number)) + said + one.raw)
    return b"".join(pieces)


def as_xmp(sets: Sequence[DataSet], known: Iterable[Name] = ()) -> dict[Name, Value]:
    """Return what the records say as XMP properties, but for those ``known`` already."""
    taken = frozenset(known)
    found: dict[Name, Value] = {}
    lists: dict[Name, list[str]] = {}
    for one in sets:
        if one.record != _APPLICATION:
            continue
        words = _decoded(one.raw, sets)
        if (name := _TEXTS.get(one.number)) and words:
            found.setdefault(name, v.Alt(words) if name in _ALTERNATIVES else words)
        elif (name := _LISTS.get(one.number)) and words:
            lists.setdefault(name, []).append(words)
    for name, several in lists.items():
        listed = tuple(dict.fromkeys(several))
        found[name] = v.Seq(listed) if name in _IN_ORDER else v.Bag(listed)
    if created := _created(sets):
        found[v.PHOTOSHOP, "DateCreated"] = created
    return {name: value for name, value in found.items() if name not in taken}


def with_keywords(sets: Sequence[DataSet], names: Sequence[str]) -> tuple[DataSet, ...]:
    """Add keywords that are not there yet; all text becomes UTF-8 and says so.

    Keywords of more than 64 bytes have no place here and stay in XMP alone.
    """
    there = {_decoded(one.raw, sets) for one in sets if (one.record, one.number) == (2, _KEYWORD)}
    new = [
        DataSet(_APPLICATION, _KEYWORD, name.encode("utf-8", "replace"))
        for name in dict.fromkeys(names)
        if name not in there
    ]
    new = [one for one in new if one.raw and len(one.raw) <= _MOST_KEYWORD]
    if not new:
        return tuple(sets)
    told = [
        replace(one, raw=_decoded(one.raw, sets).encode())
        if one.record == _APPLICATION and one.number in _WORDS
        else one
        for one in sets
        if (one.record, one.number) != (_ENVELOPE, _CHARSET)
    ]
    envelope = [one for one in told if one.record < _APPLICATION]
    return (
        *envelope,
        DataSet(_ENVELOPE, _CHARSET, _UTF8),
        *(one for one in told if one.record >= _APPLICATION),
        *new,
    )


def _decoded(raw: bytes, sets: Sequence[DataSet]) -> str:
    """Return text by the character set the records name, else by the likeliest."""
    raw = raw.strip(b"\x00")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        told = any(
            (one.record, one.number, one.raw) == (_ENVELOPE, _CHARSET, _UTF8) for one in sets
        )
        return raw.decode("utf-8" if told else "cp1252", "replace")


def _created(sets: Sequence[DataSet]) -> str:
    def first(number: int) -> str:
        found = (one.raw for one in sets if (one.record, one.number) == (_APPLICATION, number))
        return next(found, b"").decode("ascii", "replace")

    day, time = first(_DATE), first(_TIME)
    if len(day) != 8 or not day.isdigit() or "00" in (day[4:6], day[6:8]):
        return ""
    written = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if len(time) >= 6 and time[:6].isdigit():
        written += f"T{time[:2]}:{time[2:4]}:{time[4:6]}"
        zone = time[6:]
        if len(zone) == 5 and zone[0] in "+-" and zone[1:].isdigit():
            written += f"{zone[:3]}:{zone[3:]}"
    return written
