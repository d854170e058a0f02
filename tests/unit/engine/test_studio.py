"""The image endpoints on real pictures: both delivery modes, formats, sizes and counts."""

from __future__ import annotations

import base64
import io

import httpx
import pytest
from PIL import Image

from tests.unit.engine.conftest import Running, as_base64, picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY = {"counts": {}}


def opened(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text, validate=True)))


def pictures(answer: httpx.Response) -> list[Image.Image]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"known_subjects", "images", "download_urls"}
    assert body["known_subjects"] == NOBODY
    assert body["download_urls"] == []
    return [opened(text) for text in body["images"]]


async def test_bytes_and_jpg_are_the_defaults(shared: Running, photo: str) -> None:
    answer = await shared.http.post("enhance", json={"image": photo})
    (found,) = pictures(answer)
    assert (found.format, found.size) == ("JPEG", (96, 64))
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_urls(shared: Running, photo: str) -> None:
    body = {"image": photo, "response_mode": "urls", "num_output_images": 3, "output_format": "png"}
    answer = (await shared.http.post("enhance", json=body)).json()
    assert answer["images"] == []
    assert answer["known_subjects"] == NOBODY
    assert len(set(answer["download_urls"])) == 3
    for url in answer["download_urls"]:
        assert url.startswith("http://engine.local/v1/phota/files/")
        file = await shared.http.get(url)
        assert file.headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(file.content)).format == "PNG"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("operation", ["edit", "generate", "enhance", "remix"])
async def test_counts(shared: Running, photo: str, operation: str, count: int) -> None:
    bodies = {
        "edit": {"prompt": "brighter", "images": [photo]},
        "generate": {"prompt": "a boat"},
        "enhance": {"image": photo},
        "remix": {"input_image": photo, "reference_image": photo},
    }
    body = bodies[operation] | {"num_output_images": count}
    assert len(pictures(await shared.http.post(operation, json=body))) == count


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_input_formats(shared: Running, kind: str) -> None:
    answer = await shared.http.post("enhance", json={"image": as_base64(picture(kind=kind))})
    assert len(pictures(answer)) == 1


async def test_enhance_keeps_the_size_up_to_4096(shared: Running) -> None:
    image = as_base64(picture(4500, 90, tint=10))
    (found,) = pictures(await shared.http.post("enhance", json={"image": image}))
    assert found.size == (4096, 82)
    image = as_base64(picture(2500, 90))
    (found,) = pictures(await shared.http.post("enhance", json={"image": image}))
    assert found.size == (2500, 90)


async def test_remix_has_the_size_of_its_content(shared: Running, photo: str) -> None:
    body = {"input_image": as_base64(picture(120, 50)), "reference_image": photo}
    (found,) = pictures(await shared.http.post("remix", json=body))
    assert found.size == (120, 50)


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("1K", "auto", (1024, 683)),
        ("1K", "1:1", (1024, 1024)),
        ("1K", "16:9", (1024, 576)),
        ("2K", "auto", (1800, 1200)),
        ("4K", "1:1", (1200, 1200)),
        ("4K", "9:16", (675, 1200)),
    ],
)
async def test_edit_sizes_are_limited_and_never_enlarged(
    shared: Running, resolution: str, ratio: str, size: tuple[int, int]
) -> None:
    image = as_base64(picture(1800, 1200))
    body = {
        "prompt": "brighter",
        "images": [image],
        "resolution": resolution,
        "aspect_ratio": ratio,
    }
    (found,) = pictures(await shared.http.post("edit", json=body))
    assert abs(found.width - size[0]) <= 1
    assert abs(found.height - size[1]) <= 1


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        ("auto", (1024, 1024)),
        ("1:1", (1024, 1024)),
        ("3:4", (768, 1024)),
        ("4:3", (1024, 768)),
        ("9:16", (576, 1024)),
        ("16:9", (1024, 576)),
    ],
)
async def test_generated_sizes(shared: Running, ratio: str, size: tuple[int, int]) -> None:
    body = {"prompt": "a boat", "aspect_ratio": ratio}
    (found,) = pictures(await shared.http.post("generate", json=body))
    assert found.size == size


async def test_edit_takes_ten_pictures_and_works_on_the_first(shared: Running, photo: str) -> None:
    body = {"prompt": "brighter", "images": [as_base64(picture(70, 50)), *[photo] * 9]}
    (found,) = pictures(await shared.http.post("edit", json=body))
    assert found.size == (70, 50)


async def test_a_prompt_is_optional_where_the_documents_say_so(shared: Running, photo: str) -> None:
    assert pictures(await shared.http.post("generate", json={}))
    for prompt in ({}, {"prompt": None}, {"prompt": ""}):
        assert pictures(await shared.http.post("enhance", json={"image": photo} | prompt))


async def test_bytes_leave_nothing_on_the_disk(shared: Running, photo: str) -> None:
    before = set((shared.folder / "results").iterdir())
    pictures(await shared.http.post("enhance", json={"image": photo}))
    assert set((shared.folder / "results").iterdir()) == before
    assert list((shared.folder / "spool").iterdir()) == []


async def test_a_large_body_goes_through_a_file(shared: Running) -> None:
    noise = Image.effect_noise((900, 700), 80).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    assert len(out.getvalue()) > 500_000
    (found,) = pictures(
        await shared.http.post("enhance", json={"image": as_base64(out.getvalue())})
    )
    assert found.size == (900, 700)
    assert list((shared.folder / "spool").iterdir()) == []
