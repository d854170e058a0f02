"""Every rule of the documents: what is refused, with which status and words."""

from __future__ import annotations

import httpx
import pytest

from tests.unit.engine.conftest import Running, as_base64, picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHOTO = as_base64(picture())
EDIT = {"prompt": "brighter", "images": [PHOTO]}
GENERATE = {"prompt": "a boat"}
ENHANCE = {"image": PHOTO}
REMIX = {"input_image": PHOTO, "reference_image": PHOTO}
WHOLE = {"edit": EDIT, "generate": GENERATE, "enhance": ENHANCE, "remix": REMIX}


def fields(answer: httpx.Response) -> set[str]:
    """Check that the body is an HTTPValidationError and return the fields it names."""
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["detail"]
    for entry in body["detail"]:
        assert set(entry) == {"loc", "msg", "type"}
        assert entry["loc"][0] in ("body", "query", "header")
        assert entry["msg"]
        assert entry["type"]
    return {entry["loc"][1] for entry in body["detail"] if len(entry["loc"]) > 1}


def refused(answer: httpx.Response, status: int, code: str, *words: str) -> None:
    """Check that the body is an error with a sentence that holds ``words``."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"code", "detail", "request_id"}
    assert body["code"] == code
    assert body["request_id"] == answer.headers["x-request-id"]
    for word in words:
        assert word in body["detail"]


WRONG_EVERYWHERE = [
    ({"num_output_images": 0}, "num_output_images"),
    ({"num_output_images": 5}, "num_output_images"),
    ({"num_output_images": True}, "num_output_images"),
    ({"num_output_images": "2"}, "num_output_images"),
    ({"num_output_images": 2.0}, "num_output_images"),
    ({"num_output_images": None}, "num_output_images"),
    ({"output_format": "webp"}, "output_format"),
    ({"output_format": "JPG"}, "output_format"),
    ({"response_mode": "stream"}, "response_mode"),
    ({"async": True}, "response_mode"),
    ({"async": True, "response_mode": "bytes"}, "response_mode"),
    ({"async": "true"}, "async"),
    ({"async": 1}, "async"),
    ({"callback_url": "https://example.com/hook"}, "callback_url"),
    ({"async": True, "response_mode": "urls", "callback_url": "http://a.example"}, "callback_url"),
    ({"async": True, "response_mode": "urls", "callback_url": "https://[x"}, "callback_url"),
    ({"client_request_id": ""}, "client_request_id"),
    ({"client_request_id": "x" * 257}, "client_request_id"),
    ({"client_request_id": 7}, "client_request_id"),
    ({"prompt": 7}, "prompt"),
    ({"prompt": "\ud800"}, "prompt"),
    ({"prompt": "x" * 20_001}, "prompt"),
    ({"seed": 1}, "seed"),
    ({"pro_mode": True}, "pro_mode"),
]


@pytest.mark.parametrize(("change", "field"), WRONG_EVERYWHERE)
@pytest.mark.parametrize("operation", WHOLE)
async def test_wrong_on_every_endpoint(
    shared: Running, operation: str, change: dict[str, object], field: str
) -> None:
    # The client library refuses to write a lone surrogate; json.dumps escapes it.
    answer = await post(shared, operation, WHOLE[operation] | change)
    assert fields(answer) == {field}


async def post(shared: Running, path: str, body: object) -> httpx.Response:
    import json

    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return await shared.http.post(path, content=content, headers=headers)


NOT_TAKEN = [
    ("generate", {"images": [PHOTO]}, "images"),
    ("generate", {"profile_ids": ["a"]}, "profile_ids"),
    ("generate", {"image": PHOTO}, "image"),
    ("edit", {"image": PHOTO}, "image"),
    *(
        (operation, {field: value}, field)
        for operation in ("enhance", "remix")
        for field, value in [
            ("base_model", "nb2"),
            ("aspect_ratio", "auto"),
            ("resolution", "2K"),
            ("quality", "auto"),
            ("images", [PHOTO]),
        ]
    ),
]


@pytest.mark.parametrize(("operation", "change", "field"), NOT_TAKEN)
async def test_fields_that_the_endpoint_does_not_take(
    shared: Running, operation: str, change: dict[str, object], field: str
) -> None:
    assert fields(await post(shared, operation, WHOLE[operation] | change)) == {field}


WRONG_HERE = [
    ("edit", {"images": []}, "images"),
    ("edit", {"images": [PHOTO] * 11}, "images"),
    ("edit", {"images": PHOTO}, "images"),
    ("edit", {"images": [7]}, "images"),
    ("edit", {"images": [""]}, "images"),
    ("edit", {"images": None}, "images"),
    ("edit", {"prompt": None}, "prompt"),
    ("edit", {"profile_ids": None}, "profile_ids"),
    ("edit", {"profile_ids": "abc"}, "profile_ids"),
    ("enhance", {"profile_ids": [""]}, "profile_ids"),
    ("enhance", {"image": None}, "image"),
    ("enhance", {"image": ""}, "image"),
    ("remix", {"reference_image": ["x"]}, "reference_image"),
    ("generate", {"base_model": "nb3"}, "base_model"),
    ("edit", {"base_model": None}, "base_model"),
    ("edit", {"aspect_ratio": "2:3"}, "aspect_ratio"),
    ("edit", {"aspect_ratio": "21:9"}, "aspect_ratio"),
    ("generate", {"resolution": "8K"}, "resolution"),
    ("generate", {"resolution": "1k"}, "resolution"),
    ("generate", {"quality": "best", "base_model": "gpt-image-2"}, "quality"),
]


@pytest.mark.parametrize(("operation", "change", "field"), WRONG_HERE)
async def test_wrong_values(
    shared: Running, operation: str, change: dict[str, object], field: str
) -> None:
    assert fields(await post(shared, operation, WHOLE[operation] | change)) == {field}


@pytest.mark.parametrize(
    ("operation", "missing"),
    [
        ("edit", {"images"}),
        ("enhance", {"image"}),
        ("remix", {"input_image", "reference_image"}),
    ],
)
async def test_required_fields(shared: Running, operation: str, missing: set[str]) -> None:
    assert fields(await post(shared, operation, {})) == missing


async def test_every_broken_rule_is_told_at_once(shared: Running) -> None:
    answer = await post(shared, "enhance", {"num_output_images": 9, "output_format": "x", "y": 1})
    assert fields(answer) == {"num_output_images", "output_format", "y", "image"}


@pytest.mark.parametrize(
    ("base_model", "resolution"),
    [("flux-2", "4K"), ("qwen-image-2", "4K"), ("reve", "2K"), ("reve", "4K")],
)
async def test_resolution_that_the_model_lacks(
    shared: Running, base_model: str, resolution: str
) -> None:
    body = GENERATE | {"base_model": base_model, "resolution": resolution}
    refused(await post(shared, "generate", body), 400, "BAD_REQUEST", "resolution", resolution)


@pytest.mark.parametrize("base_model", ["nb2", "flux-2", "qwen-image-2", "reve"])
async def test_quality_with_another_model(shared: Running, base_model: str) -> None:
    body = GENERATE | {"base_model": base_model, "quality": "auto"}
    refused(await post(shared, "generate", body), 400, "BAD_REQUEST", "gpt-image-2")
    assert (await post(shared, "generate", body | {"quality": None})).status_code == 200


@pytest.mark.parametrize("quality", ["auto", "low", "medium", "high", None])
async def test_quality_with_its_model(shared: Running, quality: str | None) -> None:
    body = GENERATE | {"base_model": "gpt-image-2", "quality": quality}
    assert (await post(shared, "generate", body)).status_code == 200


BROKEN_PICTURES = [
    ("https://example.com/a.jpg", "BAD_REQUEST", "opens no connections"),
    ("HTTP://example.com/a.jpg", "BAD_REQUEST", "opens no connections"),
    ("not base64!", "INVALID_IMAGE", "base64"),
    ("AAAA", "INVALID_IMAGE", "cannot be decoded"),
    ("data:image/jpeg,abc", "INVALID_IMAGE", "data address"),
    (as_base64(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "INVALID_IMAGE", "decoded"),
    (as_base64(b"\0\0\0\x18ftypheic" + bytes(40)), "INVALID_IMAGE", "HEIC"),
    (as_base64(picture(kind="GIF")), "INVALID_IMAGE", "decoded"),
    (as_base64(picture(kind="JPEG")[:400]), "INVALID_IMAGE", "icture"),
]


@pytest.mark.parametrize(("image", "code", "words"), BROKEN_PICTURES)
async def test_pictures_that_cannot_be_read(
    shared: Running, image: str, code: str, words: str
) -> None:
    refused(await post(shared, "enhance", {"image": image}), 400, code, words)


async def test_the_broken_picture_is_named(shared: Running) -> None:
    body = EDIT | {"images": [PHOTO, PHOTO, "AAAA"]}
    refused(await post(shared, "edit", body), 400, "INVALID_IMAGE", "images.2")
    body = REMIX | {"reference_image": "AAAA"}
    refused(await post(shared, "remix", body), 400, "INVALID_IMAGE", "reference_image")


async def test_a_data_prefix_is_tolerated(shared: Running) -> None:
    body = {"image": f"data:image/jpeg;base64,{PHOTO}"}
    assert (await post(shared, "enhance", body)).status_code == 200


@pytest.mark.parametrize("operation", WHOLE)
async def test_content_rules_for_practice(shared: Running, operation: str) -> None:
    body = WHOLE[operation] | {"prompt": "Practice-Moderation please"}
    refused(await post(shared, operation, body), 400, "CONTENT_MODERATION")


@pytest.mark.parametrize("prompt", ["", "put a hat on the dog"])
async def test_edits_that_are_not_understood_say_what_is(shared: Running, prompt: str) -> None:
    answer = await post(shared, "edit", EDIT | {"prompt": prompt})
    refused(answer, 400, "UNKNOWN_EDIT")
    assert len(answer.json()["detail"]) > 30


async def test_unknown_profiles(shared: Running) -> None:
    body = GENERATE | {"prompt": "[[nobody]] in a boat"}
    refused(await post(shared, "generate", body), 404, "NOT_FOUND", "'nobody'")
    for operation in ("edit", "enhance", "remix"):
        body = WHOLE[operation] | {"profile_ids": ["../../etc/passwd"]}
        refused(await post(shared, operation, body), 404, "NOT_FOUND", "does not exist")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1, 2",
        b'{"prompt": NaN}',
        b"[" * 60_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
@pytest.mark.parametrize("path", ["generate", "profiles/add"])
async def test_bodies_that_are_no_json(shared: Running, path: str, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await shared.http.post(path, content=content, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body"]


@pytest.mark.parametrize("content", [b"[]", b"null", b'"x"', b"3"])
async def test_bodies_that_are_no_object(shared: Running, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await shared.http.post("generate", content=content, headers=headers)
    assert answer.json()["detail"][0]["type"] == "model_type"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_taken(shared: Running, kind: str) -> None:
    headers = {"Content-Type": kind}
    answer = await shared.http.post("generate", content=b"{}", headers=headers)
    assert fields(answer) == {"content-type"}
    kind = "application/JSON; charset=utf-8"
    answer = await shared.http.post("generate", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 200


async def test_a_body_over_the_limit_is_refused_before_it_is_read(shared: Running) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": "500000001"}
    answer = await shared.http.post("enhance", content=b"{}", headers=headers)
    refused(answer, 413, "TOO_LARGE")


async def test_large_bodies_are_held_to_the_same_rules(shared: Running) -> None:
    large = "A" * 200_000
    assert fields(await post(shared, "enhance", {"image": large, "seed": 1})) == {"seed"}
    refused(await post(shared, "enhance", {"image": large}), 400, "INVALID_IMAGE", "decoded")


async def test_nothing_of_refused_requests_is_kept(shared: Running) -> None:
    await post(shared, "enhance", {"image": "A" * 200_000})
    await post(shared, "enhance", {"image": "AAAA"})
    assert list((shared.folder / "spool").iterdir()) == []
