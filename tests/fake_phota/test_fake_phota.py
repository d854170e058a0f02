"""The fake keeps the documented contract, writes its ledger truthfully and strikes as told."""

from __future__ import annotations

import base64
import hashlib
import io
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.fake_phota import FakePhota, FakePhotaThread, Fault, picture

_PHOTO = base64.b64encode(picture("input", 0)).decode()


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakePhotaThread]:
    with FakePhotaThread(tmp_path / "ledger") as running:
        yield running


@pytest.fixture
def client(fake: FakePhotaThread) -> Iterator[httpx.Client]:
    with httpx.Client(headers={"X-API-Key": fake.key}, trust_env=False) as made:
        yield made


def body(**changes: object) -> dict[str, object]:
    start = {"image": _PHOTO, "num_output_images": 2, "output_format": "jpg"}
    start |= {"response_mode": "urls", "async": True, "client_request_id": "id-1"}
    return {name: value for name, value in (start | changes).items() if value is not None}


def finished(client: httpx.Client, fake: FakePhotaThread, job_id: str) -> dict[str, object]:
    for _ in range(100):
        answer = client.get(f"{fake.url}/jobs/{job_id}").json()
        if answer.get("status") not in ("QUEUED", "IN_PROGRESS"):
            return answer
        time.sleep(0.01)
    raise AssertionError("The job never ended.")


def download(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False)


def test_an_async_job_from_submit_to_files(fake: FakePhotaThread, client: httpx.Client) -> None:
    answer = client.post(f"{fake.url}/enhance", json=body(profile_ids=["ann"]))
    assert answer.status_code == 202
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
    assert answer.json()["poll_url"] == f"/v1/phota/jobs/{answer.json()['job_id']}"
    ended = finished(client, fake, answer.json()["job_id"])
    assert ended["known_subjects"] == {"counts": {"ann": 2}}
    files = [download(url) for url in ended["download_urls"]]
    assert files[0].content != files[1].content
    assert Image.open(io.BytesIO(files[0].content)).size == (128, 96)
    assert files[0].content == picture(answer.json()["job_id"], 0)


def test_the_same_id_is_the_same_job_and_one_charge(
    fake: FakePhotaThread, client: httpx.Client
) -> None:
    first, second = (client.post(f"{fake.url}/enhance", json=body()).json() for _ in "ab")
    assert first["job_id"] == second["job_id"]
    assert [row["charged"] for row in fake.ledger.posts()] == [True, False]
    assert fake.ledger.double_charges() == 0
    client.post(f"{fake.url}/enhance", json=body(client_request_id="id-2"))
    assert fake.ledger.double_charges() == 1
    client.post(f"{fake.url}/enhance", json=body(num_output_images=1))
    assert fake.ledger.changed_bodies() == ["id-1"]


@pytest.mark.parametrize("mode", ["bytes", "urls"])
def test_sync_answers(fake: FakePhotaThread, client: httpx.Client, mode: str) -> None:
    sent = body(response_mode=mode, client_request_id=None, output_format="png") | {"async": False}
    answer = client.post(f"{fake.url}/enhance", json=sent).json()
    assert len(answer["images"]) == (2 if mode == "bytes" else 0)
    assert len(answer["download_urls"]) == (2 if mode == "urls" else 0)
    if mode == "bytes":
        assert base64.b64decode(answer["images"][1]).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("operation", "sent", "status"),
    [
        ("enhance", {"image": None}, 422),
        ("enhance", {"base_model": "nb2"}, 422),
        ("enhance", {"num_output_images": 5}, 422),
        ("enhance", {"response_mode": "bytes"}, 400),
        ("enhance", {"image": base64.b64encode(b"%PDF").decode()}, 400),
        ("edit", {"image": None, "images": [_PHOTO], "quality": "low"}, 400),
        (
            "edit",
            {"image": None, "images": [_PHOTO], "base_model": "reve", "resolution": "2K"},
            400,
        ),
        ("edit", {"image": None, "images": []}, 422),
        ("generate", {}, 422),
        ("remix", {"image": None, "input_image": _PHOTO}, 422),
    ],
)
def test_bad_requests_are_refused_and_free(
    fake: FakePhotaThread, client: httpx.Client, operation: str, sent: dict, status: int
) -> None:
    answer = client.post(f"{fake.url}/{operation}", json=body(**sent))
    assert answer.status_code == status
    assert fake.ledger.charges() == []


def test_the_key_is_checked(fake: FakePhotaThread) -> None:
    url = f"{fake.url}/profiles/ids"
    assert download(url).status_code == 403
    assert download(url, **{"X-API-Key": "wrong"}).status_code == 401
    assert download(url, **{"X-API-Key": fake.key}).json() == {"profiles": []}


def test_ranges_and_validators(fake: FakePhotaThread, client: httpx.Client) -> None:
    job = client.post(f"{fake.url}/enhance", json=body()).json()["job_id"]
    url = finished(client, fake, job)["download_urls"][0]
    whole = download(url)
    rest = download(url, **{"Range": "bytes=100-", "If-Range": whole.headers["ETag"]})
    assert rest.status_code == 206
    assert rest.content == whole.content[100:]
    assert download(url, **{"Range": "bytes=100-", "If-Range": '"other"'}).status_code == 200
    assert download(url, Range="bytes=9999999-").status_code == 416
    assert download(url.replace("token=", "token=0")).status_code == 403
    fake.set_chaos(link_seconds=-1)
    url = finished(client, fake, job)["download_urls"][0]
    assert download(url).status_code == 403


@pytest.mark.parametrize("do", ["lose_answer", "reset", "hang", "truncate"])
def test_lost_answers_are_charged(fake: FakePhotaThread, client: httpx.Client, do: str) -> None:
    fake.set_chaos(Fault("submit", do, times=1, seconds=0.05))
    with pytest.raises(httpx.TransportError):
        client.post(f"{fake.url}/enhance", json=body())
    assert len(fake.ledger.charges()) == 1
    assert client.post(f"{fake.url}/enhance", json=body()).status_code == 202
    assert len(fake.ledger.charges()) == 1


def test_refusals_by_chaos(fake: FakePhotaThread, client: httpx.Client) -> None:
    fake.set_chaos(
        Fault("submit", "status", times=1, status=429, retry_after="7"),
        Fault("submit", "status", times=1, after=1, status=502, body="html"),
        Fault("submit", "status", times=1, after=2, status=503, charged=True),
        Fault("submit", "moderation", times=1, after=3),
        Fault("submit", "redirect", times=1, after=4),
        Fault("submit", "drop", times=1, after=5),
    )
    answers = [client.post(f"{fake.url}/enhance", json=body()) for _ in range(5)]
    assert [a.status_code for a in answers] == [429, 502, 503, 400, 307]
    assert answers[0].headers["Retry-After"] == "7"
    assert b"<html>" in answers[1].content
    assert answers[3].json()["code"] == "CONTENT_MODERATION"
    assert answers[4].headers["Location"].startswith(fake.origins["stranger"])
    with pytest.raises(httpx.TransportError):
        client.post(f"{fake.url}/enhance", json=body())
    assert len(fake.ledger.charges()) == 1


def test_the_same_seed_strikes_the_same_requests(
    fake: FakePhotaThread, client: httpx.Client
) -> None:
    def strikes(seed: int) -> list[int]:
        fake.set_chaos(Fault("poll", "status", chance=0.5), seed=seed)
        return [client.get(f"{fake.url}/jobs/none").status_code for _ in range(20)]

    assert strikes(1) == strikes(1) != strikes(2)


@pytest.mark.parametrize("shape", ["top", "result", "response", "deep", "handle"])
def test_result_shapes(fake: FakePhotaThread, client: httpx.Client, shape: str) -> None:
    fake.set_chaos(shape=shape, known_subjects="null", images=1, done_state="WOBBLED")
    job = client.post(f"{fake.url}/enhance", json=body()).json()["job_id"]
    text = str(finished(client, fake, job))
    assert text.count("token=") == 1
    assert "'known_subjects': None" in text


def test_older_and_odd_servers(fake: FakePhotaThread, client: httpx.Client) -> None:
    fake.set_chaos(mode="v0.4")
    answer = client.post(f"{fake.url}/enhance", json=body())
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "extra_forbidden"
    fake.set_chaos(mode="lax")
    for _ in "ab":
        assert client.post(f"{fake.url}/enhance", json=body()).json()["download_urls"]
    assert fake.ledger.double_charges() == 1
    fake.set_chaos(mode="direct")
    sent = body(client_request_id="id-9", prompt="another intent")
    for _ in "ab":
        assert client.post(f"{fake.url}/enhance", json=sent).status_code == 200
    assert fake.ledger.double_charges() == 1
    fake.set_chaos(poll_url="stranger")
    handle = client.post(f"{fake.url}/enhance", json=body(client_request_id="id-10")).json()
    client.get(handle["poll_url"])
    assert len(fake.ledger.key_leaks()) == 1


def test_jobs_that_fail_or_are_forgotten(fake: FakePhotaThread, client: httpx.Client) -> None:
    job = client.post(f"{fake.url}/enhance", json=body()).json()["job_id"]
    fake.set_chaos(job_ends="moderation")
    assert finished(client, fake, job)["error"]["code"] == "CONTENT_MODERATION"
    fake.set_chaos(forget_after=0.001)
    assert client.get(f"{fake.url}/jobs/{job}").status_code == 404


def test_faults_of_downloads(fake: FakePhotaThread, client: httpx.Client) -> None:
    job = client.post(f"{fake.url}/enhance", json=body()).json()["job_id"]
    url = finished(client, fake, job)["download_urls"][0]
    whole = download(url)
    size = len(whole.content)
    fake.set_chaos(Fault("download", "cut", at=100, times=1))
    with httpx.stream("GET", url, trust_env=False) as answer, pytest.raises(httpx.TransportError):
        for _ in answer.iter_raw():
            pass
    assert answer.num_bytes_downloaded == 100
    fake.set_chaos(Fault("download", "ignore_range"))
    assert download(url, Range="bytes=9-").status_code == 200
    fake.set_chaos(Fault("download", "wrong_range"))
    assert download(url, Range="bytes=9-").headers["Content-Range"].startswith("bytes 0-")
    fake.set_chaos(Fault("download", "new_etag"))
    assert download(url).headers["ETag"] != whole.headers["ETag"]
    fake.set_chaos(Fault("download", "extra"))
    assert len(download(url).content) == size + 11
    fake.set_chaos(Fault("download", "stall", seconds=0.05))
    assert hashlib.sha256(download(url).content).digest() == hashlib.sha256(whole.content).digest()
    fake.set_chaos(Fault("download", "expired"))
    assert download(url).status_code == 403


def test_the_life_of_a_profile(fake: FakePhotaThread, client: httpx.Client) -> None:
    urls = [f"https://photos.example/{n}.jpg" for n in range(10)]
    few = client.post(f"{fake.url}/profiles/add", json={"image_urls": urls[:9]})
    assert few.status_code == 400
    added = client.post(f"{fake.url}/profiles/add", json={"image_urls": urls, "tag": "me"}).json()
    one = f"{fake.url}/profiles/{added['profile_id']}"
    assert client.get(f"{one}/status").json()["status"] == "VALIDATING"
    time.sleep(0.25)
    assert client.get(f"{one}/status").json()["status"] == "READY"
    assert len(client.get(f"{fake.url}/profiles/ids?tag=me").json()["profiles"]) == 1
    assert client.get(f"{fake.url}/profiles/ids?tag=you").json() == {"profiles": []}
    assert client.get(f"{one}/profile_picture").content.startswith(b"\xff\xd8\xff")
    assert client.delete(one).json()["profile_id"] == added["profile_id"]
    assert client.get(f"{one}/status").status_code == 404
    assert [row["cents"] for row in fake.ledger.rows("training")] == [290]


def test_the_process_variant(tmp_path: Path) -> None:
    fault = Fault("submit", "lose_answer", times=1)
    with FakePhota(tmp_path / "ledger", fault, job_seconds=0.01) as fake:
        headers = {"X-API-Key": fake.key}
        with httpx.Client(headers=headers, trust_env=False) as client:
            with pytest.raises(httpx.TransportError):
                client.post(f"{fake.url}/enhance", json=body())
            job = client.post(f"{fake.url}/enhance", json=body()).json()["job_id"]
            assert finished(client, fake, job)["status"] == "COMPLETED"
    assert len(fake.ledger.charges()) == 1
    assert fake.ledger.double_charges() == 0


def test_a_request_cut_short_is_not_charged(fake: FakePhotaThread) -> None:
    import socket

    host, port = fake.origins["api"].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as sock:
        sock.sendall(b"POST /v1/phota/enhance HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
    for _ in range(100):
        if fake.ledger.rows("incomplete"):
            break
        time.sleep(0.01)
    assert len(fake.ledger.rows("incomplete")) == 1
    assert fake.ledger.posts() == []
