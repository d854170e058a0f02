"""Practice profiles: counts, sources, the life from VALIDATING to READY or ERROR, and after."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.engine.conftest import Clock, Fresh, Running, as_base64, picture, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHOTO = f"data:image/jpeg;base64,{as_base64(picture(640, 400))}"
BROKEN = f"data:image/jpeg;base64,{as_base64(picture(640, 400)[:2000])}"


async def add(running: Running, sources: list[str], **fields: object) -> str:
    body = {"image_urls": sources, **fields}
    answer = await running.http.post("profiles/add", json=body)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"profile_id"}
    return answer.json()["profile_id"]


async def status(running: Running, profile_id: str) -> dict[str, str]:
    answer = await running.http.get(f"profiles/{profile_id}/status")
    assert answer.status_code == 200
    assert set(answer.json()) == {"profile_id", "status", "message"}
    assert answer.json()["profile_id"] == profile_id
    return answer.json()


async def looked(running: Running) -> None:
    """Wait until no photos are being looked at."""
    await until(lambda: not running.engine.looking())


async def ready(running: Running, **fields: object) -> str:
    assert running.clock
    profile_id = await add(running, [PHOTO] * 5, training_tier="fast", **fields)
    await looked(running)
    running.clock.now += 60
    return profile_id


async def test_the_life_of_a_profile(fresh: Fresh) -> None:
    clock = Clock()
    async with fresh(clock=clock) as running:
        profile_id = await add(running, [PHOTO] * 10)
        seen = [(await status(running, profile_id))["status"]]
        await looked(running)
        for _ in range(24):
            clock.now += 0.5
            seen.append((await status(running, profile_id))["status"])
        assert list(dict.fromkeys(seen)) == ["VALIDATING", "QUEUING", "IN_PROGRESS", "READY"]
        assert (await status(running, profile_id))["message"] == ""


@pytest.mark.parametrize(
    ("tier", "count", "right"),
    [
        ("standard", 9, False),
        ("standard", 10, True),
        ("standard", 50, True),
        ("standard", 51, False),
        ("fast", 4, False),
        ("fast", 5, True),
        ("fast", 10, True),
        ("fast", 11, False),
    ],
)
async def test_counts_of_each_tier(shared: Running, tier: str, count: int, right: bool) -> None:
    body = {"image_urls": ["file:///nowhere.jpg"] * count, "training_tier": tier}
    answer = await shared.http.post("profiles/add", json=body)
    assert answer.status_code == (200 if right else 422)
    if right:
        await looked(shared)
        await shared.http.delete(f"profiles/{answer.json()['profile_id']}")
    else:
        assert answer.json()["detail"][0]["loc"] == ["body", "image_urls"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"tag": ""}, "tag"),
        ({"tag": "x" * 129}, "tag"),
        ({"tag": 7}, "tag"),
        ({"training_tier": "slow"}, "training_tier"),
        ({"image_urls": "x"}, "image_urls"),
        ({"image_urls": [7] * 10}, "image_urls"),
        ({"images": []}, "images"),
    ],
)
async def test_wrong_fields(shared: Running, change: dict[str, object], place: str) -> None:
    body = {"image_urls": [PHOTO] * 10} | change
    answer = await shared.http.post("profiles/add", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["body", place]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("https://example.com/a.jpg", "opens no connections"),
        ("http://localhost/a.jpg", "opens no connections"),
        ("ftp://example.com/a.jpg", "no file: or data: address"),
        ("/home/me/a.jpg", "no file: or data: address"),
        ("file://elsewhere/a.jpg", "this computer"),
        ("file:///a%00b.jpg", "this computer"),
        ("file://[x/a.jpg", "cannot be read"),
        ("data:image/png,abc", "base64"),
        ("data:image/png;base64,???", "base64"),
    ],
)
async def test_sources_that_are_not_taken(shared: Running, source: str, words: str) -> None:
    body = {"image_urls": [PHOTO] * 9 + [source]}
    answer = await shared.http.post("profiles/add", json=body)
    assert answer.status_code == 400
    assert "image_urls.9" in answer.json()["detail"]
    assert words in answer.json()["detail"]


async def test_files_of_this_computer(fresh: Fresh, tmp_path: Path) -> None:
    sources = []
    for number in range(5):
        path = tmp_path / f"Ämter & Co {number}.png"
        path.write_bytes(picture(300, 200, "PNG", number))
        sources.append(path.as_uri())
    async with fresh(clock=Clock()) as running:
        profile_id = await add(running, sources, training_tier="fast")
        await looked(running)
        running.clock.now += 60
        assert (await status(running, profile_id))["status"] == "READY"


async def test_some_unreadable_photos_are_left_out(fresh: Fresh, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("no picture")
    os.mkfifo(tmp_path / "pipe.jpg")
    wrong = [(tmp_path / name).as_uri() for name in ("notes.jpg", "pipe.jpg", "missing.jpg")]
    async with fresh(clock=Clock()) as running:
        profile_id = await add(running, [BROKEN, *wrong, *[PHOTO] * 6], training_tier="fast")
        await looked(running)
        running.clock.now += 60
        found = await status(running, profile_id)
        assert found["status"] == "READY"
        assert found["message"].startswith("4 of 10 photos were left out.")


@pytest.mark.parametrize("good", [0, 4])
async def test_too_few_usable_photos_are_an_error(fresh: Fresh, good: int) -> None:
    async with fresh(clock=Clock()) as running:
        sources = [PHOTO] * good + [BROKEN] * (6 - good)
        profile_id = await add(running, sources, training_tier="fast")
        await looked(running)
        found = await status(running, profile_id)
        assert found["status"] == "ERROR"
        assert f"Only {good} of 6" in found["message"]
        assert "needs 5" in found["message"]
        assert (await running.http.get(f"profiles/{profile_id}/profile_picture")).status_code == 404


async def test_the_picture(fresh: Fresh) -> None:
    async with fresh(clock=Clock()) as running:
        profile_id = await add(running, [BROKEN] + [PHOTO] * 5, training_tier="fast")
        await looked(running)
        path = f"profiles/{profile_id}/profile_picture"
        assert (await running.http.get(path)).status_code == 404
        running.clock.now += 60
        answer = await running.http.get(path)
        assert answer.headers["content-type"] == "image/jpeg"
        found = Image.open(io.BytesIO(answer.content))
        assert (found.format, found.size) == ("JPEG", (512, 512))


async def test_tags(fresh: Fresh) -> None:
    async with fresh(clock=Clock()) as running:
        first = await ready(running, tag="mia & co")
        second = await ready(running, tag="noah")
        third = await ready(running, tag=None)

        async def listed(**query: str) -> list[str]:
            answer = await running.http.get("profiles/ids", params=query)
            assert all(
                set(each) == {"profile_id", "status", "tag"} for each in answer.json()["profiles"]
            )
            return [each["profile_id"] for each in answer.json()["profiles"]]

        assert await listed() == [first, second, third]
        assert await listed(tag="mia & co") == [first]
        assert await listed(tag="nobody") == []
        for tag in ("", "x" * 129):
            answer = await running.http.get("profiles/ids", params={"tag": tag})
            assert answer.status_code == 422
            assert answer.json()["detail"][0]["loc"] == ["query", "tag"]


async def test_delete_is_for_good(fresh: Fresh) -> None:
    async with fresh(clock=Clock()) as running:
        profile_id = await ready(running)
        answer = await running.http.delete(f"profiles/{profile_id}")
        assert answer.json() == {"profile_id": profile_id, "status": "ok"}
        for method, path in [("GET", "/status"), ("GET", "/profile_picture"), ("DELETE", "")]:
            again = await running.http.request(method, f"profiles/{profile_id}{path}")
            assert again.status_code == 404
        assert list((running.folder / "profiles").iterdir()) == []


async def test_deleted_while_the_photos_are_looked_at(fresh: Fresh) -> None:
    async with fresh(clock=Clock()) as running:
        profile_id = await add(running, [PHOTO] * 10)
        assert (await running.http.delete(f"profiles/{profile_id}")).status_code == 200
        await looked(running)
        assert list((running.folder / "profiles").iterdir()) == []


async def test_profiles_outlive_a_restart(fresh: Fresh) -> None:
    clock = Clock()
    async with fresh(clock=clock) as running:
        profile_id = await ready(running, tag="mia")
    async with fresh(clock=clock) as running:
        assert (await status(running, profile_id))["status"] == "READY"
        modes = {path.stat().st_mode & 0o777 for path in (running.folder / "profiles").iterdir()}
        assert modes == {0o600}


async def test_a_look_that_was_cut_off_ends_as_an_error(fresh: Fresh) -> None:
    clock = Clock()
    async with fresh(clock=clock) as running:
        profile_id = await add(running, [PHOTO] * 10)
    async with fresh(clock=clock) as running:
        clock.now += 601
        found = await status(running, profile_id)
        assert found["status"] == "ERROR"
        assert "cut off" in found["message"]


async def test_profiles_in_requests(fresh: Fresh) -> None:
    async with fresh(clock=Clock()) as running:
        training = await add(running, [PHOTO] * 5, training_tier="fast")
        body = {"prompt": f"[[{training}]] in a boat"}
        answer = await running.http.post("generate", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "PROFILE_NOT_READY")
        assert "VALIDATING" in answer.json()["detail"]
        await looked(running)
        running.clock.now += 60
        answer = await running.http.post("generate", json=body)
        assert answer.status_code == 200
        # Nobody is recognised here, and the counts say so.
        assert answer.json()["known_subjects"] == {"counts": {}}
        both = {"image": as_base64(picture()), "profile_ids": [training]}
        assert (await running.http.post("enhance", json=both)).status_code == 200


@pytest.mark.parametrize("profile_id", ["unknown", "..", "%2e%2e%2flink", "0" * 16, "ü", "a" * 300])
async def test_unknown_profiles(shared: Running, profile_id: str) -> None:
    for method, path in [("GET", "/status"), ("GET", "/profile_picture"), ("DELETE", "")]:
        answer = await shared.http.request(method, f"profiles/{profile_id}{path}")
        assert answer.status_code in (404, 405)
