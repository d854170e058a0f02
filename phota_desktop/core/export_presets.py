"""Export settings as JSON, and read back: what cannot be understood is as new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from phota_desktop.core.exporting import (
    LEAST_BYTES,
    MOST_BYTES,
    ColourSpace,
    ExportFormat,
    ExportPreset,
    ExportSettings,
    Resize,
    Sharpening,
    Subsampling,
)
from phota_desktop.core.provenance import MetadataChoice, SidecarNaming

MAX_NAME = 100
MAX_PRESETS = 200
MAX_TEXT = 4096
_Word = TypeVar("_Word", bound=StrEnum)


def to_plain(settings: ExportSettings) -> dict[str, object]:
    """Return ``settings`` as JSON values, every field written."""
    plain: dict[str, object] = {
        one.name: getattr(settings, one.name) for one in fields(ExportSettings)
    }
    plain["folder"] = None if settings.folder is None else str(settings.folder)
    plain["metadata"] = {
        one.name: getattr(settings.metadata, one.name) for one in fields(MetadataChoice)
    }
    if settings.resize is not None:
        plain["resize"] = {one.name: getattr(settings.resize, one.name) for one in fields(Resize)}
    return plain


def from_plain(plain: object) -> ExportSettings:
    """Read what ``to_plain`` wrote, or another version of it: a field that is odd is as new."""
    return ExportSettings(**_known(plain, _READERS))  # type: ignore[arg-type]  # by its reader


def presets_from_plain(listed: object) -> list[ExportPreset]:
    """Return the presets in a JSON list, each name once; nothing for what is no list of them."""
    found: dict[str, ExportPreset] = {}
    for plain in listed[:MAX_PRESETS] if isinstance(listed, list) else ():
        name = named(plain.get("name")) if isinstance(plain, dict) else ""
        if name:
            found.setdefault(name, ExportPreset(name, from_plain(plain)))
    return list(found.values())


def named(name: object) -> str:
    """Return a preset's name as it is kept; empty for what is none."""
    if not isinstance(name, str):
        return ""
    return " ".join(c for c in name.encode("utf-8", "ignore").decode().split() if c)[:MAX_NAME]


def _known(plain: object, readers: dict[str, Callable[[object], object]]) -> dict[str, object]:
    known = {}
    for name, reader in readers.items():
        if isinstance(plain, dict) and name in plain:
            try:
                known[name] = reader(plain[name])
            except (ValueError, TypeError, OverflowError):
                continue
    return known


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError
        return value

    return read


def _real(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or "\x00" in value:
        raise ValueError
    value.encode()  # half a surrogate pair can be written in JSON and nowhere else
    return value


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _one_of(words: type[_Word]) -> Callable[[object], _Word]:
    def read(value: object) -> _Word:
        return words(_text(value))

    return read


def _or_none(reader: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else reader(value)


def _folder(value: object) -> Path:
    folder = Path(_text(value))
    if not folder.is_absolute():
        raise ValueError  # it would be wherever the program was started
    return folder


def _bits(value: object) -> int:
    if value not in (8, 16) or isinstance(value, bool):
        raise ValueError
    return 8 if value == 8 else 16


def _resize(value: object) -> Resize:
    side = _or_none(_whole(1, 1 << 20))
    readers = dict.fromkeys(("long_side", "width", "height"), side)
    resize = Resize(
        **_known(value, {**readers, "megapixels": _or_none(_real), "enlarge": _yes})  # type: ignore[arg-type]
    )
    if resize.problems():
        raise ValueError
    return resize


def _metadata(value: object) -> MetadataChoice:
    return MetadataChoice(**_known(value, {one.name: _yes for one in fields(MetadataChoice)}))  # type: ignore[arg-type]


_READERS: dict[str, Callable[[object], object]] = {
    "format": _one_of(ExportFormat),
    "quality": _whole(1, 100),
    "subsampling": _one_of(Subsampling),
    "target_bytes": _or_none(_whole(LEAST_BYTES, MOST_BYTES)),
    "resize": _or_none(_resize),
    "colour": _one_of(ColourSpace),
    "sharpening": _one_of(Sharpening),
    "lossless": _yes,
    "bits": _bits,
    "metadata": _metadata,
    "name_template": _text,
    "folder": _or_none(_folder),
    "sidecar": _yes,
    "sidecar_naming": _one_of(SidecarNaming),
}
