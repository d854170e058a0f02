"""What one request asks otherwise than another, in few words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from pathlib import Path

from phota_desktop.core.catalogue import Choice, choice_of
from phota_desktop.core.options import (
    BASE_MODELS,
    CAPABILITIES,
    DEFAULT_MODEL,
    AspectRatio,
    Operation,
    OutputFormat,
)
from phota_desktop.core.requests import ImageInput, StudioRequest, mentions

_ALIKE = 0.5
"""Prompts that share more than this of their words are told by the words that changed."""
_MOST_RUNS = 2
"""Places at which a prompt may have been changed to be told by the words that changed."""
_MENTION = re.compile(r"\[\[([^\[\]\s]{1,128})\]\]")
_MOST_LETTERS = 8

Names = Mapping[str, str]
"""The names of people and pets by their profile id."""


def changes(
    request: StudioRequest, before: StudioRequest | None = None, names: Names | None = None
) -> tuple[str, ...]:
    """Return what ``request`` asks otherwise than ``before``, what matters most first.

    Without an earlier request, or after one of another operation, it is what differs from the
    usual. The words hold foreign text (prompts, names of files and people). The number of
    variants is no change: it is how often the same was asked for.
    """
    names = names or {}
    if before is not None and before.operation is not request.operation:
        before = None
    found = _prompt(request.prompt, before.prompt if before else "", names)
    found += _settings(choice_of(request), choice_of(before) if before else None)
    found += _people(request, before, names)
    found += _pictures(request, before)
    return tuple(found)


def readable_prompt(prompt: str, names: Names) -> str:
    """Return a prompt with ``@name`` for each mention; an unknown one is told by its id's start."""
    return _MENTION.sub(lambda found: f"@{_name(found.group(1), names)}", prompt)


def _name(profile_id: str, names: Names) -> str:
    return names.get(profile_id) or profile_id[:_MOST_LETTERS]


def _prompt(prompt: str, before: str, names: Names) -> list[str]:
    prompt, before = (" ".join(readable_prompt(one, names).split()) for one in (prompt, before))
    if prompt == before:
        return []
    if not prompt:
        return ["no prompt"]
    return _changed_words(before.split(), prompt.split()) or [f"“{prompt}”"]


def _changed_words(before: list[str], after: list[str]) -> list[str]:
    """Return ``+added`` and ``−removed`` words; nothing where the two have little in common."""
    keys = [[word.strip(".,;:!?“”\"'").casefold() for word in words] for words in (before, after)]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    if not before or matcher.ratio() <= _ALIKE:
        return []
    added, removed = [], []
    for kind, a, a_end, b, b_end in matcher.get_opcodes():
        if kind != "equal":
            added.append(" ".join(after[b:b_end]).strip(" ,;"))
            removed.append(" ".join(before[a:a_end]).strip(" ,;"))
    if len(added) > _MOST_RUNS:
        return []
    return [f"+{words}" for words in added if words] + [f"−{words}" for words in removed if words]


def _settings(now: Choice, before: Choice | None) -> list[str]:
    usual = before is None
    was = before or Choice(now.operation)
    if not CAPABILITIES[now.operation].base_model:
        # Enhance and remix have one model and one size; only the file's format can differ.
        return _other(usual, was.output_format, now.output_format, OutputFormat.JPG)
    return [
        *_other(usual, _model(was.base_model), _model(now.base_model), _model(DEFAULT_MODEL)),
        *_other(usual, was.resolution, now.resolution, None),
        *_other(usual, was.aspect_ratio, now.aspect_ratio, AspectRatio.AUTO),
        *_other(usual, was.quality or "auto", now.quality or "auto", "auto", " quality"),
        *_other(usual, was.output_format, now.output_format, OutputFormat.JPG),
    ]


def _other(usual: bool, was: str, now: str, default: str | None, after: str = "") -> list[str]:
    """Return ``1K → 4K``; where nothing came before, the value alone unless it is the default."""
    shown = [one.upper() if isinstance(one, OutputFormat) else str(one) for one in (was, now)]
    if usual:
        return [] if now == default else [f"{shown[1]}{after}"]
    return [f"{shown[0]} → {shown[1]}{after}"] if was != now else []


def _model(model_id: str) -> str:
    known = BASE_MODELS.get(model_id)
    return known.name if known is not None else model_id


def _people(request: StudioRequest, before: StudioRequest | None, names: Names) -> list[str]:
    now, was = _riding(request), _riding(before) if before else ()
    sign = "+" if before else "with "
    come = [f"{sign}{_name(one, names)}" for one in now if one not in was]
    return come + [f"−{_name(one, names)}" for one in was if one not in now]


def _riding(request: StudioRequest) -> tuple[str, ...]:
    """Return who rides along without being named in the prompt, which tells it already."""
    named = mentions(request.prompt)
    return tuple(one for one in request.profile_ids if one not in named)


def _pictures(request: StudioRequest, before: StudioRequest | None) -> list[str]:
    if request.operation is Operation.REMIX:
        style = request.images[1]
        if before is not None and before.images[1] == style:
            return []
        return [f"style of {_file_name(style)}"]
    more = len(request.images) - 1
    if more <= 0 or (before is not None and before.images[1:] == request.images[1:]):
        return []
    return [f"with {more} more {'photo' if more == 1 else 'photos'}"]


def _file_name(image: ImageInput) -> str:
    return image.name if isinstance(image, Path) else image.url
