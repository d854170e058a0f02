"""Asynchronous jobs and repeated submits."""

from __future__ import annotations

import asyncio

import pytest

from phota_desktop.engine import studio
from tests.unit.engine.conftest import Clock, Fresh, Running, as_base64, picture, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASYNC = {"async": True, "response_mode": "urls"}
BOAT = {"prompt": "a boat", **ASYNC}


async def finished(running: Running, job_id: str) -> dict[str, object]:
    for _ in range(600):
        answer = (await running.http.get(f"jobs/{job_id}")).json()
        assert set(answer) >= {"job_id", "status", "progress"}
        assert answer["status"] in ("pending", "running", "succeeded", "failed")
        assert 0 <= answer["progress"] <= 1
        if answer["status"] in ("succeeded", "failed"):
            return answer
        await asyncio.sleep(0.01)
    raise AssertionError("the job does not end")


async def test_a_job_from_submit_to_result(shared: Running) -> None:
    answer = await shared.http.post("generate", json=BOAT | {"num_output_images": 2})
    assert answer.status_code == 202
    handle = answer.json()
    assert set(handle) == {"job_id", "poll_url", "status"}
    assert handle["poll_url"] == f"http://engine.local/v1/phota/jobs/{handle['job_id']}"
    job = await finished(shared, handle["job_id"])
    assert job["status"] == "succeeded"
    assert job["progress"] == 1.0
    assert job["known_subjects"] == {"counts": {}}
    assert job["images"] == []
    assert len(job["download_urls"]) == 2
    for url in job["download_urls"]:
        assert (await shared.http.get(url)).status_code == 200
    again = await finished(shared, handle["job_id"])
    assert again == job


async def test_all_four_endpoints_take_jobs(shared: Running, photo: str) -> None:
    bodies = {
        "edit": {"prompt": "brighter", "images": [photo]},
        "generate": {"prompt": "a boat"},
        "enhance": {"image": photo},
        "remix": {"input_image": photo, "reference_image": photo},
    }
    for operation, body in bodies.items():
        answer = await shared.http.post(operation, json=body | ASYNC)
        job = await finished(shared, answer.json()["job_id"])
        assert job["status"] == "succeeded"


@pytest.mark.parametrize("job_id", ["unknown", "0" * 32, "%2e%2e", "ü"])
async def test_unknown_jobs(shared: Running, job_id: str) -> None:
    answer = await shared.http.get(f"jobs/{job_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_picture_that_breaks_later_fails_the_job(shared: Running) -> None:
    cut = as_base64(picture(600, 400)[:3000])
    handle = (await shared.http.post("enhance", json={"image": cut} | ASYNC)).json()
    job = await finished(shared, handle["job_id"])
    assert job["status"] == "failed"
    error = job["error"]
    assert error["code"] == "INVALID_IMAGE"
    assert error["detail"]
    assert error["request_id"]
    assert "download_urls" not in job


@pytest.mark.parametrize(
    ("word", "code"), [("job-failed", "PRACTICE"), ("job-moderation", "CONTENT_MODERATION")]
)
async def test_jobs_that_fail_for_practice(shared: Running, word: str, code: str) -> None:
    headers = {"X-Practice-Answer": word}
    answer = await shared.http.post("generate", json=BOAT, headers=headers)
    assert answer.status_code == 202
    job = await finished(shared, answer.json()["job_id"])
    assert job["status"] == "failed"
    assert job["error"]["code"] == code


async def test_a_callback_is_taken_but_never_made(shared: Running) -> None:
    body = BOAT | {"callback_url": "https://example.com/hook"}
    answer = await shared.http.post("generate", json=body)
    assert answer.status_code == 202
    assert "poll" in answer.json()["note"]


async def test_the_same_id_gives_the_original_job(shared: Running) -> None:
    body = BOAT | {"client_request_id": "same"}
    # Together, one after the other, and once it is done.
    answers = await asyncio.gather(*(shared.http.post("generate", json=body) for _ in range(5)))
    answers.append(await shared.http.post("generate", json=body))
    await finished(shared, answers[0].json()["job_id"])
    answers.append(await shared.http.post("generate", json=body))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["job_id"] for answer in answers}) == 1
    assert answers[-1].json()["status"] == "succeeded"


async def test_the_order_of_fields_makes_no_other_request(shared: Running) -> None:
    body = BOAT | {"client_request_id": "order", "output_format": "jpg"}
    first = await shared.http.post("generate", json=body)
    second = await shared.http.post("generate", json=dict(reversed(body.items())))
    assert second.json()["job_id"] == first.json()["job_id"]


async def test_other_ids_are_other_jobs(shared: Running) -> None:
    answers = [
        await shared.http.post(
            "generate", json=BOAT | ({"client_request_id": name} if name else {})
        )
        for name in ("one", "two", None, None)
    ]
    assert len({answer.json()["job_id"] for answer in answers}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "a ship"},
        {"num_output_images": 2},
        {"output_format": "png"},
        {"aspect_ratio": "1:1"},
        {"async": False},
        {"callback_url": "https://example.com/hook"},
    ],
)
async def test_the_same_id_for_another_request_is_refused(
    shared: Running, change: dict[str, object]
) -> None:
    body = BOAT | {"client_request_id": f"other {sorted(change)}"}
    original = (await shared.http.post("generate", json=body)).json()["job_id"]
    answer = await shared.http.post("generate", json=body | change)
    assert (answer.status_code, answer.json()["code"]) == (409, "CLIENT_REQUEST_ID_REUSED")
    assert "another request" in answer.json()["detail"]
    repeated = await shared.http.post("generate", json=body)
    assert repeated.json()["job_id"] == original


async def test_another_picture_or_endpoint_is_another_request(shared: Running, photo: str) -> None:
    body = {"image": photo, "client_request_id": "picture"} | ASYNC
    assert (await shared.http.post("enhance", json=body)).status_code == 202
    other = body | {"image": as_base64(picture(tint=10))}
    assert (await shared.http.post("enhance", json=other)).status_code == 409
    elsewhere = {"prompt": "a boat", "client_request_id": "picture"} | ASYNC
    assert (await shared.http.post("generate", json=elsewhere)).status_code == 409


async def test_an_id_works_in_the_synchronous_mode_too(shared: Running) -> None:
    body = {"prompt": "a boat", "client_request_id": "sync"}
    first = await shared.http.post("generate", json=body)
    second = await shared.http.post("generate", json=body)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    linked = {"prompt": "a boat", "client_request_id": "sync urls", "response_mode": "urls"}
    links = [(await shared.http.post("generate", json=linked)).json() for _ in range(2)]
    assert links[0] == links[1]


async def test_a_refused_request_does_not_use_up_its_id(shared: Running) -> None:
    body = BOAT | {"client_request_id": "second try"}
    wrong = await shared.http.post("generate", json=body | {"resolution": "8K"})
    assert wrong.status_code == 422
    assert (await shared.http.post("generate", json=body)).status_code == 202


async def test_who_gives_up_waiting_stops_the_work(fresh: Fresh, photo: str) -> None:
    async with fresh() as running:
        body = {"images": [photo], "prompt": "brighter", "client_request_id": "given up"}
        waiting = asyncio.create_task(running.http.post("edit", json=body))
        await until(lambda: running.engine.jobs.count() > 0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0.05)
        assert running.engine.jobs.count() == 0
        assert list((running.folder / "spool").iterdir()) == []
        # The id is free again and the engine works on.
        assert (await running.http.post("edit", json=body)).status_code == 200


async def test_a_synchronous_request_over_its_limit(
    shared: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "SYNC_LIMIT_S", 0.0)
    answer = await shared.http.post("generate", json={"prompt": "a boat"})
    assert (answer.status_code, answer.json()["code"]) == (504, "TIMEOUT")


async def test_jobs_are_forgotten_after_24_hours(fresh: Fresh) -> None:
    clock = Clock()
    async with fresh(clock=clock) as running:
        handle = (await running.http.post("generate", json=BOAT)).json()
        job = await finished(running, handle["job_id"])
        clock.now += 24 * 3600 - 1
        assert await finished(running, handle["job_id"]) == job
        clock.now += 2
        assert (await running.http.get(f"jobs/{handle['job_id']}")).status_code == 404
        assert list((running.folder / "results").iterdir()) == []
