"""Checks AWS signatures (version 4) of whole requests and of presigned links, as a server does."""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
CLOCK_S = 900


@dataclass(frozen=True)
class Refusal:
    """What a server answers instead."""

    status: int
    code: str
    more: str = ""


def how(path: str, headers: Mapping[str, str]) -> str:
    """Tell how a request is signed: ``query``, ``header`` or ``none``."""
    if "X-Amz-Signature=" in path:
        return "query"
    return "header" if headers.get("authorization") else "none"


def check(
    method: str,
    path: str,
    headers: Mapping[str, str],
    keys: Mapping[str, str],
    region: str,
    now: float,
) -> Refusal | None:
    """Return why a signed request is refused, None if it is right; ``headers`` in lower case."""
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if how(path, headers) == "query":
        signature = query.pop("X-Amz-Signature")
        credential, signed = query["X-Amz-Credential"], query["X-Amz-SignedHeaders"]
        written, payload = query["X-Amz-Date"], "UNSIGNED-PAYLOAD"
        lifetime = int(query["X-Amz-Expires"])
    else:
        fields = dict(
            one.strip().split("=", 1)
            for one in headers["authorization"].removeprefix(ALGORITHM).split(",")
        )
        signature, credential = fields["Signature"], fields["Credential"]
        signed, written = fields["SignedHeaders"], headers["x-amz-date"]
        payload, lifetime = headers["x-amz-content-sha256"], CLOCK_S
    key_id, day, its_region, service, _ = credential.split("/")
    if key_id not in keys:
        return Refusal(403, "InvalidAccessKeyId")
    if its_region != region:
        return Refusal(400, "AuthorizationHeaderMalformed", f"<Region>{region}</Region>")
    begun = datetime.datetime.strptime(written, "%Y%m%dT%H%M%SZ")
    age = now - begun.replace(tzinfo=datetime.UTC).timestamp()
    canonical = "\n".join(
        [
            method,
            quote(parts.path, safe="/~%"),
            "&".join(
                f"{quote(name, safe='~')}={quote(value, safe='~')}"
                for name, value in sorted(query.items())
            ),
            *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed.split(";")),
            "",
            signed,
            payload,
        ]
    )
    scope = f"{day}/{its_region}/{service}/aws4_request"
    text = f"{ALGORITHM}\n{written}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    derived = f"AWS4{keys[key_id]}".encode()
    for piece in (day, its_region, service, "aws4_request"):
        derived = hmac.digest(derived, piece.encode(), "sha256")
    if not hmac.compare_digest(hmac.digest(derived, text.encode(), "sha256").hex(), signature):
        return Refusal(403, "SignatureDoesNotMatch")
    if how(path, headers) == "header":
        return Refusal(403, "RequestTimeTooSkewed") if abs(age) > CLOCK_S else None
    if age > lifetime or age < -CLOCK_S:
        return Refusal(403, "AccessDenied", "<Message>Request has expired</Message>")
    return None
