"""Strict reading of request bodies: every rule of the documents, nothing guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from phota_desktop.engine.errors import Problem, invalid, moderated, unprocessable
from phota_desktop.engine.fields import (
    MODELS,
    PROFILE_ADD,
    STUDIO,
    TIERS,
    Field,
    Kind,
    Operation,
)

PRACTICE_WORD = "practice-moderation"
"""A prompt that holds this word is declined, so that people can meet CONTENT_MODERATION."""

_MENTION = re.compile(r"\[\[([^\[\]]+)\]\]")
_IMAGE_FIELDS = ("image", "input_image", "reference_image")


@dataclass(frozen=True)
class Submission:
    """A checked image request; ``images`` are (field path, base64 text) in order."""

    operation: Operation
    prompt: str
    images: tuple[tuple[str, str], ...]
    profile_ids: tuple[str, ...]
    variants: int
    output_format: str
    response_mode: str
    is_async: bool
    client_request_id: str | None
    base_model: str
    aspect_ratio: str
    resolution: str


@dataclass(frozen=True)
class ProfileOrder:
    """A checked training request; ``sources`` are ``file:`` or ``data:`` addresses."""

    sources: tuple[str, ...]
    tier: str
    tag: str | None


def parse(data: bytes) -> object:
    """Return the JSON document in ``data``; RefusalError 422 for anything else."""
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else type(error).__name__
        problem = Problem(("body",), "json_invalid", f"The body is not valid JSON: {reason}.")
        raise unprocessable([problem]) from None


def submission(operation: Operation, document: object) -> Submission:
    """Check a body of ``operation``; RefusalError 422 or 400 with every rule it breaks."""
    table = STUDIO[operation]
    values = _checked(table, document)
    _check_async(values)
    prompt = _text(values.get("prompt"))
    base_model = _text(values.get("base_model"))
    resolution = _text(values.get("resolution"))
    if base_model:
        _check_model(base_model, resolution, values.get("quality"))
    named = _texts(values.get("profile_ids"))
    mentioned = tuple(_MENTION.findall(prompt))
    if PRACTICE_WORD in prompt.lower():
        raise moderated()
    return Submission(
        operation=operation,
        prompt=prompt,
        images=tuple(_images(values)),
        profile_ids=tuple(dict.fromkeys((*named, *mentioned))),
        variants=_count(values["num_output_images"]),
        output_format=_text(values["output_format"]),
        response_mode=_text(values["response_mode"]),
        is_async=values["async"] is True,
        client_request_id=_text(values.get("client_request_id")) or None,
        base_model=base_model,
        aspect_ratio=_text(values.get("aspect_ratio")),
        resolution=resolution,
    )


def profile_order(document: object) -> ProfileOrder:
    """Check a body of ``/profiles/add``; RefusalError 422 or 400."""
    values = _checked(PROFILE_ADD, document)
    sources = _texts(values["image_urls"])
    tier = _text(values["training_tier"])
    fewest, most = TIERS[tier]
    if not fewest <= len(sources) <= most:
        said = f"The {tier} tier takes {fewest} to {most} photos, not {len(sources)}."
        raise unprocessable([Problem(("body", "image_urls"), "value_error", said)])
    for place, source in enumerate(sources):
        scheme = source[:16].lower()
        if scheme.startswith(("http://", "https://")):
            raise invalid(
                f"image_urls.{place}: the local engine opens no connections; "
                "give file: addresses of this computer or data: addresses."
            )
        if not scheme.startswith(("file://", "data:")):
            raise invalid(f"image_urls.{place}: this is no file: or data: address.")
    return ProfileOrder(sources, tier, _text(values.get("tag")) or None)


def tag_query(values: list[str]) -> str | None:
    """Check the ``tag`` query of ``/profiles/ids``; RefusalError 422."""
    if not values:
        return None
    if not 1 <= len(values[-1]) <= 128:
        said = "The tag has 1 to 128 characters."
        raise unprocessable([Problem(("query", "tag"), "value_error", said)])
    return values[-1]


def _checked(table: Mapping[str, Field], document: object) -> dict[str, object]:
    if not isinstance(document, dict):
        said = "The body must be a JSON object."
        raise unprocessable([Problem(("body",), "model_type", said)])
    problems = [
        Problem(
            ("body", name[:80]), "extra_forbidden", f"The field {name[:80]!r} is not known here."
        )
        for name in document
        if name not in table
    ]
    values: dict[str, object] = {}
    for name, field in table.items():
        if name not in document:
            values[name] = field.default
            if field.required:
                said = f"The field {name!r} is required."
                problems.append(Problem(("body", name), "missing", said))
            continue
        value = document[name]
        if value is None and field.nullable:
            values[name] = field.default
            continue
        values[name] = value
        problems += _problems(("body", name), field, value)
    if problems:
        raise unprocessable(problems)
    return values


def _problems(loc: tuple[str | int, ...], field: Field, value: object) -> Iterator[Problem]:
    if field.kind is Kind.TEXTS:
        yield from _list_problems(loc, field, value)
    elif field.kind is Kind.FLAG:
        if not isinstance(value, bool):
            yield Problem(loc, "bool_type", "This must be true or false.")
    elif field.kind is Kind.COUNT:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Problem(loc, "int_type", "This must be a whole number.")
        elif not field.fewest <= value <= field.most:
            said = f"This must be {field.fewest} to {field.most}."
            yield Problem(loc, "out_of_range", said)
    elif field.kind is Kind.CHOICE:
        if not isinstance(value, str) or value not in field.choices:
            yield Problem(loc, "enum", f"This must be one of {', '.join(field.choices)}.")
    else:
        yield from _text_problems(loc, value, field.fewest, field.most)


def _list_problems(loc: tuple[str | int, ...], field: Field, value: object) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(loc, "list_type", "This must be a list of strings.")
        return
    if not field.fewest <= len(value) <= field.most:
        yield Problem(loc, "list_length", f"This takes {field.fewest} to {field.most} entries.")
        return
    for place, entry in enumerate(value):
        yield from _text_problems((*loc, place), entry, 1, field.longest)


def _text_problems(
    loc: tuple[str | int, ...], value: object, fewest: int, most: int
) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(loc, "string_type", "This must be a string.")
    elif len(value) < fewest:
        yield Problem(loc, "string_too_short", "This must not be empty.")
    elif most and len(value) > most:
        yield Problem(loc, "string_too_long", f"This takes at most {most} characters.")
    elif not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        yield Problem(loc, "string_unicode", "This holds characters that are no Unicode text.")


def _check_async(values: Mapping[str, object]) -> None:
    problems = []
    if values["async"] is True and values["response_mode"] != "urls":
        said = "A request with async needs response_mode 'urls'."
        problems.append(Problem(("body", "response_mode"), "value_error", said))
    callback = _text(values.get("callback_url"))
    if callback:
        if values["async"] is not True:
            said = "A callback_url goes only with async."
            problems.append(Problem(("body", "callback_url"), "value_error", said))
        if not _is_https(callback):
            said = "A callback_url must be an https address."
            problems.append(Problem(("body", "callback_url"), "value_error", said))
    if problems:
        raise unprocessable(problems)


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _check_model(base_model: str, resolution: str, quality: object) -> None:
    model = MODELS[base_model]
    if resolution not in model.resolutions:
        offered = ", ".join(model.resolutions)
        raise invalid(f"resolution: {model.name} makes {offered}, not {resolution}.")
    if quality is not None and not model.has_quality:
        raise invalid(f"quality: only gpt-image-2 takes a quality, {base_model} has none.")


def _images(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for place, text in enumerate(_texts(values.get("images"))):
        yield raw_base64(f"images.{place}", text)
    for name in _IMAGE_FIELDS:
        text = _text(values.get(name))
        if text:
            yield raw_base64(name, text)


def raw_base64(place: str, text: str) -> tuple[str, str]:
    """Return ``place`` and the base64 in ``text`` without a ``data:`` prefix; RefusalError 400."""
    start = text[:256].lower()
    if start.startswith(("http://", "https://")):
        raise invalid(
            f"{place}: the local engine opens no connections; send the picture as base64."
        )
    if start.startswith("data:"):
        # Not in the documents, but harmless: what counts is behind the comma.
        header, comma, _ = start.partition(",")
        if not comma or not header.endswith(";base64"):
            raise invalid(f"{place}: this data address holds no base64.", "INVALID_IMAGE")
        return place, text[len(header) + 1 :]
    return place, text


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(entry) for entry in value) if isinstance(value, list) else ()


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
