"""The OpenAPI document of the local engine, made from the same tables that it validates with."""

from __future__ import annotations

from collections.abc import Mapping

from phota_desktop.engine.fields import PROFILE_ADD, STUDIO, Field, Kind
from phota_desktop.engine.middleware import PRACTICE, PRACTICE_HEADER, PRACTICE_JOBS
from phota_desktop.engine.validation import PRACTICE_WORD

Json = dict[str, object]

_ABOUT = (
    "The Phota contract served from this computer, for practice and for use without an account. "
    "No key is needed and nothing costs anything. It opens no connections: pictures come as "
    "base64, training photos as file: or data: addresses, callbacks are never made. Enhanced and "
    "remixed pictures keep the size of their source up to 4096 pixels a side; edits are limited "
    "by resolution (1K is 1024 pixels on the long side, 2K 2048, 4K 4096); nothing is enlarged. "
    "Edit works on the first picture. Nobody is recognised, so known_subjects is always empty. "
    f"The header {PRACTICE_HEADER} ({', '.join((*PRACTICE, *PRACTICE_JOBS))}) and the word "
    f"{PRACTICE_WORD} in a prompt give errors for practice."
)

_ERRORS = {
    "400": "Invalid request or content moderation",
    "401": "Invalid API key (practice only)",
    "402": "Insufficient prepaid credit (practice only)",
    "403": "Missing API key (practice only)",
    "422": "Validation error",
    "429": "Too many requests (practice only)",
    "500": "Internal error",
    "503": "Temporarily unavailable",
    "504": "Over the time limit (practice only)",
}
_MORE_ERRORS = {
    "404": "Resource not found",
    "409": "client_request_id was used for another request",
    "413": "Body too large",
}


def document(server: str) -> Json:
    """Return the OpenAPI 3.1 document for an engine at ``server`` (scheme, host and port)."""
    profile = "/v1/phota/profiles/{profile_id}"
    picture: Json = {"description": "The picture", "content": {"image/jpeg": {}}}
    paths: Json = {
        f"/v1/phota/{name}": {
            "post": _operation(
                {"200": _json("StudioResponse"), "202": _json("JobHandle")},
                ("404", "409", "413"),
                body=_object(fields),
            )
        }
        for name, fields in STUDIO.items()
    }
    paths |= {
        "/v1/phota/jobs/{job_id}": {"get": _operation({"200": _json("Job")}, ("404",), "job_id")},
        "/v1/phota/models": {"get": _operation({"200": _json("Models")})},
        "/v1/phota/webhook-secret": {"get": _operation({"200": _json("Secret")})},
        "/v1/phota/profiles/add": {
            "post": _operation({"200": _json("Added")}, ("413",), body=_object(PROFILE_ADD))
        },
        "/v1/phota/profiles/ids": {"get": _listing()},
        f"{profile}/status": {"get": _operation({"200": _json("Status")}, ("404",), "profile_id")},
        f"{profile}/profile_picture": {"get": _operation({"200": picture}, ("404",), "profile_id")},
        profile: {"delete": _operation({"200": _json("Deleted")}, ("404",), "profile_id")},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Phota Desktop local engine", "version": "0.7.0", "description": _ABOUT},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS},
    }


def _operation(
    answers: Mapping[str, object],
    more: tuple[str, ...] = (),
    path_name: str = "",
    body: Json | None = None,
) -> Json:
    said = _ERRORS | {status: _MORE_ERRORS[status] for status in more}
    errors = {
        status: {"description": words, "content": {"application/json": {"schema": _ref("Error")}}}
        for status, words in said.items()
    }
    found: Json = {"responses": {**answers, **errors}}
    if path_name:
        found["parameters"] = [
            {"name": path_name, "in": "path", "required": True, "schema": {"type": "string"}}
        ]
    if body is not None:
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body}},
        }
    return found


def _listing() -> Json:
    found = _operation({"200": _json("Profiles")})
    tag: Json = {"type": "string", "minLength": 1, "maxLength": 128}
    found["parameters"] = [{"name": "tag", "in": "query", "required": False, "schema": tag}]
    return found


def _object(fields: Mapping[str, Field]) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, field in fields.items() if field.required],
        "properties": {name: _schema(field) for name, field in fields.items()},
    }


def _schema(field: Field) -> Json:
    found: Json
    if field.kind is Kind.FLAG:
        found = {"type": "boolean"}
    elif field.kind is Kind.COUNT:
        found = {"type": "integer", "minimum": field.fewest, "maximum": field.most}
    elif field.kind is Kind.CHOICE:
        found = {"type": "string", "enum": list(field.choices)}
    elif field.kind is Kind.TEXTS:
        entry: Json = {"type": "string", "minLength": 1}
        if field.longest:
            entry["maxLength"] = field.longest
        found = {"type": "array", "items": entry, "minItems": field.fewest, "maxItems": field.most}
    else:
        found = {"type": "string", "minLength": field.fewest}
        if field.most:
            found["maxLength"] = field.most
    if field.nullable:
        found = {"anyOf": [found, {"type": "null"}]}
    if field.default is not None:
        found["default"] = field.default
    return found


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(name: str) -> Json:
    return {"description": name, "content": {"application/json": {"schema": _ref(name)}}}


def _shape(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}


_TEXT: Json = {"type": "string"}
_TEXTS: Json = {"type": "array", "items": _TEXT}
_COUNTS = _shape(counts={"type": "object", "additionalProperties": {"type": "integer"}})
_STATES: Json = {"type": "string", "enum": ["pending", "running", "succeeded", "failed"]}
_STAGES: Json = {
    "type": "string",
    "enum": ["VALIDATING", "QUEUING", "IN_PROGRESS", "READY", "ERROR", "INACTIVE"],
}
_PROBLEM = _shape(loc={"type": "array"}, msg=_TEXT, type=_TEXT)

_SCHEMAS: Json = {
    "StudioResponse": _shape(known_subjects=_COUNTS, images=_TEXTS, download_urls=_TEXTS),
    "JobHandle": _shape(job_id=_TEXT, poll_url=_TEXT, status=_STATES),
    "Job": _shape(job_id=_TEXT, status=_STATES, progress={"type": "number"}),
    "Models": _shape(models={"type": "array", "items": {"type": "object"}}),
    "Secret": _shape(secret=_TEXT),
    "Added": _shape(profile_id=_TEXT),
    "Profiles": _shape(
        profiles={"type": "array", "items": _shape(profile_id=_TEXT, status=_STAGES)}
    ),
    "Status": _shape(profile_id=_TEXT, status=_STAGES, message=_TEXT),
    "Deleted": _shape(profile_id=_TEXT, status=_TEXT),
    "Error": _shape(
        code=_TEXT,
        detail={"anyOf": [_TEXT, {"type": "array", "items": _PROBLEM}]},
        request_id=_TEXT,
    ),
}
