"""The submit body: deterministic bytes, valid JSON, and no field an endpoint does not take."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path

import pytest

from phota_desktop.api.body import BodyInfo, FileBody, is_async, write_body
from phota_desktop.core.options import AspectRatio, OutputFormat, Quality, Resolution
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemixRequest,
    RemoteImage,
    StudioRequest,
)

A, B = Path("a.jpg"), Path("b.jpg")
ALWAYS = {"response_mode", "output_format", "num_output_images"}
MODEL = {"base_model", "aspect_ratio", "resolution"}


def write(
    request: StudioRequest, images: list[Path | str], async_mode: bool = True, **more: str
) -> tuple[dict[str, object], BodyInfo, bytes]:
    out = io.BytesIO()
    info = write_body(request, images, out, client_request_id="c-1", async_mode=async_mode, **more)
    raw = out.getvalue()
    return json.loads(raw), info, raw


@pytest.mark.parametrize("async_mode", [True, False])
@pytest.mark.parametrize(
    ("request_", "count", "fields"),
    [
        (EnhanceRequest(A), 1, {"image"}),
        (EnhanceRequest(A, "warm", ("p",)), 1, {"image", "prompt", "profile_ids"}),
        (EditRequest((A, B), "x"), 2, {"images", "prompt"} | MODEL),
        (
            EditRequest((A,), "x", ("p",), "gpt-image-2", quality=Quality.LOW),
            1,
            {"images", "prompt", "profile_ids", "quality"} | MODEL,
        ),
        (EditRequest((A,), "x", quality=Quality.LOW), 1, {"images", "prompt"} | MODEL),
        (GenerateRequest("x"), 0, {"prompt"} | MODEL),
        (RemixRequest(A, B), 2, {"input_image", "reference_image"}),
        (
            RemixRequest(A, B, "keep", ("p",)),
            2,
            {"input_image", "reference_image", "prompt", "profile_ids"},
        ),
    ],
)
def test_fields(
    request_: StudioRequest, count: int, fields: set[str], async_mode: bool, tmp_path: Path
) -> None:
    files: list[Path | str] = []
    for n in range(count):
        files.append(tmp_path / f"{n}.jpg")
        (tmp_path / f"{n}.jpg").write_bytes(bytes([n]) * (200_000 + n))
    document, info, raw = write(request_, files, async_mode)
    mode = {"async", "client_request_id"} if async_mode else set()
    assert set(document) == fields | ALWAYS | mode
    assert document["response_mode"] == "urls"
    assert info == BodyInfo(hashlib.sha256(raw).hexdigest(), len(raw))
    sent = document.get("images") or [
        document[name] for name in ("image", "input_image", "reference_image") if name in document
    ]
    assert [base64.b64decode(code, validate=True) for code in sent] == [
        Path(file).read_bytes() for file in files
    ]
    assert write(request_, files, async_mode)[2] == raw


def test_values() -> None:
    request = EditRequest(
        (RemoteImage("https://a.example/ü.jpg"),),
        'Say "hi"\n\u202eä😀',
        base_model="gpt-image-2",
        aspect_ratio=AspectRatio.PORTRAIT_3_4,
        resolution=Resolution.R4K,
        quality=Quality.HIGH,
        variants=3,
        output_format=OutputFormat.PNG,
    )
    document, _, raw = write(request, ["https://a.example/ü.jpg"], False, response_mode="bytes")
    assert document == {
        "response_mode": "bytes",
        "output_format": "png",
        "num_output_images": 3,
        "prompt": 'Say "hi"\n\u202eä😀',
        "base_model": "gpt-image-2",
        "aspect_ratio": "3:4",
        "resolution": "4K",
        "quality": "high",
        "images": ["https://a.example/ü.jpg"],
    }
    assert raw.isascii()


def test_async_mode_is_always_urls() -> None:
    document, _, _ = write(GenerateRequest("x"), [], True, response_mode="bytes")
    assert document["response_mode"] == "urls"


@pytest.mark.parametrize("async_mode", [True, False])
def test_a_written_body_tells_its_mode(async_mode: bool, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(write(GenerateRequest('{"async":true,'), [], async_mode)[2])
    assert is_async(path) is async_mode


async def test_a_file_body_can_be_read_twice(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(bytes(300_000))
    seen: list[int] = []
    body = FileBody(path, lambda done, total: seen.append(done))
    assert not body.started
    for _ in range(2):
        assert b"".join([piece async for piece in body]) == bytes(300_000)
    assert body.started
    assert seen == [131_072, 262_144, 300_000] * 2
