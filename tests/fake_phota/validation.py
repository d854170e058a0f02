"""The fake's reading of the image endpoints: which fields there are, and what is refused."""

from __future__ import annotations

import base64
import binascii
from typing import Any  # request bodies are foreign JSON

ASYNC_FIELDS = {"async", "callback_url", "client_request_id"}
_SHARED = {"prompt", "num_output_images", "output_format", "response_mode"} | ASYNC_FIELDS
_MODEL = {"base_model", "aspect_ratio", "resolution", "quality"}
FIELDS = {
    "edit": _SHARED | _MODEL | {"images", "profile_ids"},
    "generate": _SHARED | _MODEL,
    "enhance": _SHARED | {"image", "profile_ids"},
    "remix": _SHARED | {"input_image", "reference_image", "profile_ids"},
}
REQUIRED = {
    "edit": (),
    "generate": (),
    "enhance": ("image",),
    "remix": (
        "input_image",
        "reference_image",
        "num_output_images",
        "output_format",
        "response_mode",
    ),
}
TIERS = {"standard": (10, 50), "fast": (5, 10)}
_ENUMS = {
    "output_format": ("png", "jpg"),
    "response_mode": ("bytes", "urls"),
    "aspect_ratio": ("auto", "1:1", "3:4", "4:3", "9:16", "16:9"),
    "resolution": ("1K", "2K", "4K"),
    "quality": ("auto", "low", "medium", "high", None),
}
_RESOLUTIONS = {
    "nb2": ("1K", "2K", "4K"),
    "gpt-image-2": ("1K", "2K", "4K"),
    "qwen-image-2": ("1K", "2K"),
    "flux-2": ("1K", "2K"),
    "reve": ("1K",),
}


class RefusalError(Exception):
    """A request that is not taken: status, and where and why in the documented shapes."""

    def __init__(self, status: int, message: str, field: str = "", kind: str = "value_error"):
        self.status = status
        self.message = message
        self.field = field
        self.kind = kind
        super().__init__(message)

    def body(self) -> dict[str, object]:
        """Return the error body, without its request id."""
        if self.status == 422:
            loc = ["body", self.field] if self.field else ["body"]
            return {"detail": [{"loc": loc, "msg": self.message, "type": self.kind}]}
        return {"code": "BAD_REQUEST", "detail": self.message}


def check(operation: str, body: Any, mode: str) -> dict[str, Any]:
    """Return the body as the endpoint understands it; raises :class:`RefusalError`."""
    if not isinstance(body, dict):
        raise RefusalError(422, "Input should be a valid dictionary")
    known = FIELDS[operation] - (ASYNC_FIELDS if mode == "v0.4" else set())
    for name in body:
        if name not in known:
            raise RefusalError(422, "Extra inputs are not permitted", name, "extra_forbidden")
    if mode == "lax":
        body = {name: value for name, value in body.items() if name not in ASYNC_FIELDS}
    for name in REQUIRED[operation]:
        if name not in body:
            raise RefusalError(422, "Field required", name, "missing")
    for name, allowed in _ENUMS.items():
        if name in body and body[name] not in allowed:
            raise RefusalError(422, f"Input should be one of {allowed}", name, "enum")
    count = body.get("num_output_images", 1)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 4:
        raise RefusalError(422, "Input should be 1 to 4", "num_output_images", "range")
    _check_model(body)
    _check_images(operation, body)
    if body.get("async") and body.get("response_mode") != "urls":
        raise RefusalError(400, "response_mode must be 'urls' when async is true", "response_mode")
    if body.get("callback_url") and not body.get("async"):
        raise RefusalError(400, "callback_url needs async", "callback_url")
    return body


def check_training(body: Any, count_status: int = 400) -> tuple[str | None, str, list[str]]:
    """Return tag, tier and addresses of an add; raises :class:`RefusalError`."""
    if not isinstance(body, dict):
        raise RefusalError(422, "Input should be a valid dictionary")
    for name in body:
        if name not in ("image_urls", "training_tier", "tag"):
            raise RefusalError(422, "Extra inputs are not permitted", name, "extra_forbidden")
    urls, tag = body.get("image_urls"), body.get("tag")
    tier = body.get("training_tier", "standard")
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise RefusalError(422, "Input should be a valid list of strings", "image_urls")
    if not 5 <= len(urls) <= 50:
        raise RefusalError(422, "List should have 5 to 50 items", "image_urls", "too_short")
    if tier not in TIERS:
        raise RefusalError(422, "Input should be 'standard' or 'fast'", "training_tier", "enum")
    if tag is not None and not (isinstance(tag, str) and 1 <= len(tag) <= 128):
        raise RefusalError(422, "String should have 1 to 128 characters", "tag")
    low, high = TIERS[tier]
    if not low <= len(urls) <= high:
        said = f"{tier} training takes {low} to {high} images."
        raise RefusalError(count_status, said, "image_urls")
    for number, url in enumerate(urls, start=1):
        if not url.startswith(("http://", "https://")):
            raise RefusalError(400, f"Image {number} is not a public URL.")
    return tag, tier, urls


def _check_model(body: dict[str, Any]) -> None:
    model = body.get("base_model", "nb2")
    if model not in _RESOLUTIONS:
        raise RefusalError(422, f"Unknown base_model {model!r}", "base_model")
    if body.get("resolution", "1K") not in _RESOLUTIONS[model]:
        raise RefusalError(400, f"{model} does not make {body['resolution']}", "resolution")
    if body.get("quality") is not None and model != "gpt-image-2":
        raise RefusalError(400, "quality is for gpt-image-2 only", "quality")


def _check_images(operation: str, body: dict[str, Any]) -> None:
    if operation == "edit" and not 1 <= len(body.get("images") or ()) <= 10:
        raise RefusalError(422, "images holds 1 to 10 images", "images")
    singles = [body[n] for n in ("image", "input_image", "reference_image") if n in body]
    for text in [*singles, *(body.get("images") or ())]:
        if not isinstance(text, str):
            raise RefusalError(422, "Input should be a valid string", "images", "string_type")
        if text.startswith(("http://", "https://")):
            continue
        try:
            head = base64.b64decode(text, validate=True)[:16]
        except (binascii.Error, ValueError):
            raise RefusalError(400, "The image is not valid base64", "images") from None
        if not _looks_like_picture(head):
            raise RefusalError(400, "The image is not JPEG, PNG, WebP or HEIC", "images")


def _looks_like_picture(head: bytes) -> bool:
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return True
    return (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[4:8] == b"ftyp"
