"""Lenient reading of what Phota says: the only place that looks into untyped JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from phota_desktop.api.answers import Accepted, Failed, Finished, ModelCatalogue, Running
from phota_desktop.api.spill import (
    MAX_PICTURES,
    WRAPPERS,
    Spilled,
    UnreadableAnswerError,
    load_json,
)
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.person_report import without_secrets
from phota_desktop.core.profiles import Profile, ProfileStatus
from phota_desktop.core.secrets import masked

_DEPTH = 3
_TEXT = 500
_MAX_LINK = 8192

_DONE = frozenset({"succeeded", "success", "completed", "complete", "done", "finished", "ready"})
_REFUSED = frozenset({"moderated", "refused", "blocked"})
_TIMED_OUT = frozenset({"timeout", "timed_out", "timedout"})
_FAILED = (
    frozenset({"failed", "failure", "error", "errored", "rejected", "expired", "aborted"})
    | frozenset({"cancelled", "canceled"})
    | _REFUSED
    | _TIMED_OUT
)


@dataclass(frozen=True)
class Complaint:
    """What an error body says: code, sentence, the field it speaks of and the request's id."""

    code: str = ""
    text: str = ""
    field: str = ""
    request_id: str = ""

    @property
    def is_moderation(self) -> bool:
        """True when content rules are the reason."""
        return "MODERATION" in self.code.upper() or "CONTENT_MODERATION" in self.text


def text(value: object, limit: int = _TEXT) -> str:
    """Return ``value`` as one bounded line of plain text; empty unless it is a string or number.

    A server may repeat the key that it was sent: no text of it keeps that.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    if isinstance(value, int) and abs(value) > 10**30:
        return ""
    plain = masked(str(value)[: limit * 4].encode("utf-8", "replace").decode())
    line = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def said_text(value: object) -> str:
    """Return a server's words for a person: they may hold the secret links that it was sent."""
    return without_secrets(text(value))


def complaint(body: bytes) -> Complaint:
    """Read an error body; HTML, empty and broken ones say nothing."""
    try:
        return complaint_in(load_json(body.decode("utf-8-sig", "replace")))
    except UnreadableAnswerError:
        return Complaint()


def complaint_in(document: object) -> Complaint:
    """Read an error from parsed JSON: every known layout, in the order of section 2."""
    if isinstance(document, str):
        return Complaint(text=said_text(document))
    if not isinstance(document, dict):
        return Complaint()
    error = document.get("error")
    inner = error if isinstance(error, dict) else {}
    detail = document.get("detail", inner.get("detail"))
    nested = detail if isinstance(detail, dict) else {}
    code = _first_text(
        document.get("code"),
        document.get("error_code"),
        document.get("type"),
        document.get("error_type"),
        inner.get("code"),
        inner.get("type"),
        nested.get("code"),
        nested.get("type"),
        error if isinstance(error, str) and error.isupper() else None,
    )
    said = _first_text(
        detail,
        _joined_details(detail),
        nested.get("message"),
        nested.get("msg"),
        nested.get("detail"),
        document.get("message"),
        inner.get("message"),
        error,
    )
    return Complaint(
        code,
        without_secrets(said),
        _field_of(detail),
        _first_text(document.get("request_id"), nested.get("request_id"), inner.get("request_id")),
    )


def submitted(spilled: Spilled, request_id: str) -> Accepted | Finished:
    """Read the answer to a submit; UnreadableAnswerError when it has neither job nor picture.

    Pictures win over a job id: a server without the async mode answers with them at once.
    """
    document = spilled.document
    finished = _finished(spilled, request_id)
    if finished.download_urls or finished.parts:
        return finished
    for layer in _layers(document):
        poll_url = _first_link(layer.get("poll_url"), layer.get("status_url"))
        known = _first_text(layer.get("job_id"), layer.get("jobId"))
        if not known and (poll_url or _state_in(layer)):
            known = text(layer.get("id"), 200)
        if known or poll_url:
            return Accepted(known, poll_url, finished.request_id, spilled.text)
    if any("images" in layer or "download_urls" in layer for layer in _layers(document)):
        return finished
    raise UnreadableAnswerError("it names neither a job nor a picture")


def job(
    spilled: Spilled, request_id: str, retry_after: float | None
) -> Running | Finished | Failed:
    """Read the answer to a poll; unknown states are running, links anywhere are success."""
    finished = _finished(spilled, request_id)
    if finished.download_urls or finished.parts:
        return finished
    layers = list(_layers(spilled.document))
    if not layers:
        raise UnreadableAnswerError("it is not a JSON object")
    state = next((found for layer in layers if (found := _state_in(layer))), "")
    said = _job_complaint(layers)
    word = state.lower()
    if word in _FAILED or said.is_moderation or (not word and (said.code or said.text)):
        return Failed(_job_error(word, said, finished.request_id), spilled.text)
    if word in _DONE:
        missing = PhotaError(
            ErrorKind.BUSY,
            "Phota finished this job without naming a picture.",
            request_id=finished.request_id or None,
        )
        return Failed(missing, spilled.text)
    progress = next((p for layer in layers if (p := _progress(layer)) is not None), None)
    return Running(state, finished.request_id, spilled.text, retry_after, progress)


def profiles(document: object) -> tuple[Profile, ...]:
    """Read ``GET /profiles/ids``: entries may be objects or bare ids; odd ones are left out."""
    listed = document
    if isinstance(document, dict):
        names = ("profiles", "profile_ids", "ids", "data", "items")
        # Without one of these it is not an empty account, but an answer that says nothing of it.
        listed = next((document[name] for name in names if name in document), None)
    if isinstance(listed, dict):
        listed = [
            {"profile_id": key, "status": value} if isinstance(value, str) else key
            for key, value in listed.items()
        ]
    if not isinstance(listed, list):
        raise UnreadableAnswerError("it holds no list of profiles")
    found = (profile(entry) for entry in listed)
    return tuple(dict.fromkeys(entry for entry in found if entry is not None))


def profile(entry: object, known_id: str = "") -> Profile | None:
    """Read one profile; ``known_id`` stands in for a missing id. None when there is no id."""
    if not isinstance(entry, dict):
        bare = text(entry, 200) if isinstance(entry, str) else known_id
        return Profile(bare) if bare else None
    name = _first_text(entry.get("profile_id"), entry.get("id")) or known_id
    if not name:
        return None
    word = text(entry.get("status")).upper()
    status: ProfileStatus | None = None
    if word:
        known = word in ProfileStatus.__members__
        status = ProfileStatus(word) if known else ProfileStatus.IN_PROGRESS
    return Profile(name, status, said_text(entry.get("message")), text(entry.get("tag"), 128))


def models(document: object, raw: str) -> ModelCatalogue | None:
    """Read ``GET /models`` in whatever shape it has; None when no name can be found."""
    listed = document
    if isinstance(document, dict):
        names = ("models", "base_models", "data", "items")
        listed = next((document[name] for name in names if name in document), None)
    if isinstance(listed, dict):
        listed = list(listed)
    if not isinstance(listed, list):
        return None
    ids = (
        _first_text(entry.get("id"), entry.get("base_model"), entry.get("name"))
        if isinstance(entry, dict)
        else text(entry)
        for entry in listed
    )
    found = tuple(dict.fromkeys(name for name in ids if name))
    return ModelCatalogue(found, raw) if found else None


def _layers(document: object, depth: int = _DEPTH) -> Iterator[dict[str, object]]:
    """Yield the answer's object and the ones it is wrapped in, outermost first."""
    if not isinstance(document, dict):
        return
    yield document
    if depth > 0:
        for name in WRAPPERS:
            yield from _layers(document.get(name), depth - 1)


def _finished(spilled: Spilled, request_id: str) -> Finished:
    links: dict[str, None] = {}
    subjects: Mapping[str, int] | None = None
    said_id = request_id
    for layer in _layers(spilled.document):
        for name in ("download_urls", "urls", "image_urls", "images", "result", "output", "data"):
            links.update(dict.fromkeys(_links(layer.get(name))))
        if subjects is None:
            subjects = _subjects(layer.get("known_subjects"))
        said_id = said_id or text(layer.get("request_id"), 200)
    return Finished(tuple(links)[:MAX_PICTURES], spilled.parts, subjects, said_id, spilled.text)


def _links(value: object) -> Iterator[str]:
    if not isinstance(value, list):
        return
    for entry in value[: MAX_PICTURES * 2]:
        named = (
            _first_link(entry.get("url"), entry.get("download_url"))
            if isinstance(entry, dict)
            else _first_link(entry)
        )
        if named:
            yield named


def _first_link(*values: object) -> str:
    for value in values:
        if isinstance(value, str) and 1 < len(value) <= _MAX_LINK:
            stripped = value.strip()
            if stripped.startswith(("https://", "http://", "/")) and stripped.isascii():
                return stripped
    return ""


def _first_text(*values: object) -> str:
    return next((found for value in values if (found := text(value))), "")


def _subjects(value: object) -> Mapping[str, int] | None:
    if not isinstance(value, dict):
        return None
    counts = value.get("counts", value)
    if not isinstance(counts, dict):
        return None
    return {
        text(name, 200): count
        for name, count in counts.items()
        if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 10**6
    }


def _state_in(layer: Mapping[str, object]) -> str:
    words = (layer.get(name) for name in ("status", "state", "job_status"))
    return next((text(word, 60) for word in words if isinstance(word, str) and text(word)), "")


def _progress(layer: Mapping[str, object]) -> float | None:
    value = layer.get("progress")
    if isinstance(value, dict):
        value = value.get("fraction", value.get("percent"))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not 0 <= value <= 100 or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(value) / 100 if value > 1 else float(value)


def _job_complaint(layers: list[dict[str, object]]) -> Complaint:
    for layer in layers:
        for name in ("error", "errors", "failure", "detail"):
            value = layer.get(name)
            if isinstance(value, list):
                value = {"detail": value}
            found = complaint_in(value)
            if found.code or found.text:
                code = found.code or _first_text(layer.get("code"), layer.get("error_code"))
                if not code and isinstance(value, str) and value.isupper():
                    code = value
                said_id = found.request_id or text(layer.get("request_id"), 200)
                return Complaint(code, found.text, found.field, said_id)
    top = layers[0]
    code = _first_text(top.get("code"), top.get("error_code"), top.get("error_type"))
    # "message" alone may be a kind word about progress; with a code it is a complaint.
    return Complaint(code, text(top.get("message")) if code else "")


def _job_error(word: str, said: Complaint, request_id: str) -> PhotaError:
    code = said.code.lower()
    if said.is_moderation or word in _REFUSED:
        kind = ErrorKind.REFUSED
    elif word == "expired":
        kind = ErrorKind.GONE
    elif "timeout" in code or "timed_out" in code or word in _TIMED_OUT:
        kind = ErrorKind.TOO_SLOW
    elif "credit" in code or "payment" in code or "balance" in code:
        kind = ErrorKind.NO_CREDIT
    elif "invalid" in code or "validation" in code or "bad_request" in code:
        kind = ErrorKind.INVALID
    else:
        kind = ErrorKind.BUSY
    message = said.text if kind in (ErrorKind.INVALID, ErrorKind.BUSY) else ""
    if kind is ErrorKind.BUSY and not message:
        message = "Phota could not do this job."
    return PhotaError(
        kind,
        message,
        hint="" if message else said.text,
        request_id=said.request_id or request_id or None,
    )


def _joined_details(detail: object) -> str:
    if not isinstance(detail, list):
        return ""
    said = []
    for entry in detail[:5]:
        if isinstance(entry, dict):
            words = _first_text(entry.get("msg"), entry.get("message"))
            place = _field_of([entry])
            said.append(f"{place}: {words}" if place and words else words)
        else:
            said.append(text(entry))
    return text("; ".join(part for part in said if part))


def _field_of(detail: object) -> str:
    entries = detail if isinstance(detail, list) else [detail]
    for entry in entries[:5]:
        if not isinstance(entry, dict):
            continue
        place = entry.get("loc", entry.get("field"))
        if isinstance(place, str):
            return text(place, 60)
        if isinstance(place, list):
            names = [text(name, 60) for name in place if isinstance(name, str)]
            names = [name for name in names if name not in ("body", "query", "path", "header")]
            if names:
                return names[0]
    return ""
