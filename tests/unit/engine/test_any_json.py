"""Whatever is sent, the engine answers with a documented status and a body of that shape."""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phota_desktop.engine.fields import PROFILE_ADD, STUDIO, Field, Kind
from phota_desktop.engine.openapi import document
from tests.unit.engine.conftest import Running, as_base64, picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

TINY = as_base64(picture(16, 12))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
LIKELY = st.sampled_from(
    [
        TINY,
        f"data:image/png;base64,{TINY}",
        "data:,",
        "file:///x",
        "file://a/b",
        "https://a.example",
        "brighter",
        "[[x]]",
        "[[",
        "practice-moderation",
        "\ud83d",
        "\0",
        "A" * 70_000,
        "=",
        "AAAA",
    ]
)
EVERY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def values(field: Field) -> st.SearchStrategy[object]:
    if field.kind is Kind.FLAG:
        right: st.SearchStrategy[object] = st.booleans()
    elif field.kind is Kind.COUNT:
        right = st.integers(field.fewest - 1, field.most + 1)
    elif field.kind is Kind.CHOICE:
        # Large pictures are made often enough elsewhere.
        right = st.sampled_from([each for each in field.choices if each not in ("2K", "4K")])
    elif field.kind is Kind.TEXTS:
        right = st.lists(LIKELY, min_size=max(0, field.fewest - 1), max_size=field.fewest + 6)
    else:
        right = LIKELY
    return st.one_of(right, right, right, JSON)


def bodies(fields: dict[str, Field]) -> st.SearchStrategy[object]:
    required = {name: values(field) for name, field in fields.items() if field.required}
    optional = {name: values(field) for name, field in fields.items() if not field.required}
    likely = st.fixed_dictionaries(required, optional=optional)
    odd = st.builds(lambda body, more: body | more, likely, st.dictionaries(st.text(), JSON))
    return st.one_of(likely, likely, likely, odd, JSON)


@cache
def documented(path: str, method: str) -> frozenset[str]:
    operation = document("")["paths"][f"/v1/phota/{path}"][method]
    return frozenset(operation["responses"])


def check(answer, path: str, method: str) -> None:
    assert str(answer.status_code) in documented(path, method)
    assert answer.status_code != 500, answer.text
    assert answer.headers["x-request-id"]
    body = answer.json()
    if answer.status_code < 300:
        assert {"known_subjects", "images", "download_urls"} <= set(body) or (
            {"job_id", "poll_url"} <= set(body) or "profile_id" in body
        )
        return
    assert set(body) == {"code", "detail", "request_id"}
    assert body["request_id"] == answer.headers["x-request-id"]
    if answer.status_code == 422:
        assert all(set(entry) == {"loc", "msg", "type"} for entry in body["detail"])
        assert body["detail"]
    else:
        assert isinstance(body["detail"], str)
        assert body["detail"]


async def post(shared: Running, path: str, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    check(await shared.http.post(path, content=content, headers=headers), path, "post")


@pytest.mark.parametrize("operation", list(STUDIO))
@EVERY
@given(data=st.data())
async def test_image_endpoints(shared: Running, operation: str, data: st.DataObject) -> None:
    body = data.draw(bodies(STUDIO[operation]))
    await post(shared, operation, json.dumps(body).encode())


@EVERY
@given(body=bodies(PROFILE_ADD))
async def test_adding_profiles(shared: Running, body: object) -> None:
    await post(shared, "profiles/add", json.dumps(body).encode())


@pytest.mark.parametrize("path", ["edit", "profiles/add"])
@EVERY
@given(content=st.binary(max_size=200))
async def test_bytes_that_are_no_json(shared: Running, path: str, content: bytes) -> None:
    await post(shared, path, content)


SEGMENT = st.text(min_size=1, max_size=40).filter(
    lambda text: not set(text) & set("/?#\\") and text.strip(". ") and text != "ids"
)


@EVERY
@given(name=SEGMENT, tag=st.text(max_size=140))
async def test_reading_endpoints(shared: Running, name: str, tag: str) -> None:
    from urllib.parse import quote

    quoted = quote(name, safe="", errors="replace")
    for path, method in [
        ("jobs/{job_id}", "get"),
        ("profiles/{profile_id}/status", "get"),
        ("profiles/{profile_id}/profile_picture", "get"),
        ("profiles/{profile_id}", "delete"),
    ]:
        url = path.format(job_id=quoted, profile_id=quoted)
        check(await shared.http.request(method, url), path, method)
    answer = await shared.http.get("files/" + quoted, params={"token": "ü", "expires": name})
    assert answer.status_code in (403, 404)
    listed = await shared.http.get(
        "profiles/ids?tag=" + quote(tag, safe="", errors="replace"),
    )
    assert listed.status_code == (200 if 1 <= len(tag) <= 128 else 422)
