"""Jobs as JSON text and back, without loss: every field, path, decimal, tuple and None."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobError, JobState, Variant
from phota_desktop.core.options import AspectRatio, OutputFormat, Quality, Resolution
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemixRequest,
    RemoteImage,
)

# The names below are in journals: a renamed class keeps its old name here.
_VALUES: Mapping[str, type] = {
    "job": Job,
    "error": JobError,
    "variant": Variant,
    "estimate": Estimate,
    "remote_image": RemoteImage,
    "enhance": EnhanceRequest,
    "edit": EditRequest,
    "generate": GenerateRequest,
    "remix": RemixRequest,
}
_ENUMS: Mapping[str, type[StrEnum]] = {
    "engine": Engine,
    "state": JobState,
    "error_kind": ErrorKind,
    "format": OutputFormat,
    "ratio": AspectRatio,
    "resolution": Resolution,
    "quality": Quality,
}
_FIELDS = {
    name: frozenset(field.name for field in dataclasses.fields(kind))
    for name, kind in _VALUES.items()
}
_SIMPLE = frozenset({str, int, float, bool, type(None)})
_VALUE_NAMES = {kind: name for name, kind in _VALUES.items()}
_ENUM_NAMES = {kind: name for name, kind in _ENUMS.items()}

# One of these is the only key of an object that is not a plain mapping.
_PATH, _DECIMAL, _MAP, _KIND = "$path", "$decimal", "$map", "$"


def job_to_json(job: Job) -> str:
    """Return ``job`` as ASCII JSON; file names that are not UTF-8 survive as escapes."""
    return json.dumps(_plain(job), separators=(",", ":"))


def job_from_json(text: str) -> Job:
    """Return the job of :func:`job_to_json`; ValueError for anything else.

    Fields that a job of today does not have are left out, fields it has since gained take their
    default: both happen when a journal outlives a release.
    """
    try:
        value = _rich(json.loads(text))
    except (KeyError, TypeError, ArithmeticError, RecursionError) as exc:
        raise ValueError(f"Not a job: {exc!r}") from exc
    if not isinstance(value, Job):
        raise ValueError("Not a job.")
    return value


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return {_KIND: _ENUM_NAMES[type(value)], "value": value.value}
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Path):
        return {_PATH: str(value)}
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {_MAP: {name: _plain(part) for name, part in value.items()}}
    name = _VALUE_NAMES[type(value)]
    fields = dataclasses.fields(_VALUES[name])
    return {_KIND: name, **{f.name: _plain(getattr(value, f.name)) for f in fields}}


def _rich(plain: object) -> object:
    if isinstance(plain, list):
        return tuple([part if type(part) in _SIMPLE else _rich(part) for part in plain])
    if not isinstance(plain, dict):
        return plain
    name = plain.get(_KIND)
    if name is None:
        if _PATH in plain:
            return Path(plain[_PATH])
        if _DECIMAL in plain:
            return Decimal(plain[_DECIMAL])
        return {key: _rich(part) for key, part in plain[_MAP].items()}
    if name in _ENUMS:
        return _ENUMS[name](plain["value"])
    # Most fields are simple: to ask here halves the time in which a window loads its jobs.
    known = _FIELDS[name]
    return _VALUES[name](
        **{
            key: part if type(part) in _SIMPLE else _rich(part)
            for key, part in plain.items()
            if key in known
        }
    )
