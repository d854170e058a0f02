"""The fake trains as the contract says: photos are fetched, states pass, charges are on record."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from PIL import Image

from tests.fake_phota import FakePhota, FakePhotaThread, Fault, picture


class Photos(BaseHTTPRequestHandler):
    """``/<n>.jpg`` is a photo, ``/text`` is none, ``/cut`` half of one, anything else a 404."""

    seen: list[tuple[str, set[str]]]

    def do_GET(self) -> None:
        self.seen.append((self.path, {name.lower() for name in self.headers}))
        name = self.path.split("?")[0].strip("/")
        files = {"text": b"not a picture", "cut": photo()[:400], "exif.jpg": photo(exif=True)}
        known = name in files or name.removesuffix(".jpg").isdigit()
        content = files.get(name, photo()) if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        pass


def photo(*, exif: bool = False) -> bytes:
    out = io.BytesIO()
    tags = Image.Exif()
    if exif:
        tags[0x0131] = "a camera"
    Image.effect_noise((64, 48), 50).convert("RGB").save(out, "JPEG", exif=tags if exif else b"")
    return out.getvalue()


@pytest.fixture
def photos() -> Iterator[str]:
    Photos.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Photos)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakePhotaThread]:
    with FakePhotaThread(tmp_path / "ledger") as running:
        yield running


@pytest.fixture
def client(fake: FakePhotaThread) -> Iterator[httpx.Client]:
    with httpx.Client(
        headers={"X-API-Key": fake.key}, trust_env=False, base_url=fake.url + "/profiles/"
    ) as made:
        yield made


Add = Callable[..., httpx.Response]


@pytest.fixture
def add(client: httpx.Client) -> Add:
    def call(urls: list[str], **fields: object) -> httpx.Response:
        return client.post("add", json={"image_urls": urls, **fields})

    return call


def elsewhere(count: int) -> list[str]:
    return [f"https://photos.example/{n}.jpg?sig=secret" for n in range(count)]


def passes(client: httpx.Client, profile_id: str, last: str) -> list[str]:
    """Return the states that a profile goes through until ``last``."""
    seen: list[str] = []
    until = time.monotonic() + 10
    while time.monotonic() < until and seen[-1:] != [last]:
        state = client.get(f"{profile_id}/status").json()["status"]
        if seen[-1:] != [state]:
            seen.append(state)
    return seen


def test_photos_are_fetched_and_states_pass(
    fake: FakePhotaThread, client: httpx.Client, add: Add, photos: str
) -> None:
    fake.set_chaos(validating_seconds=0.1, queuing_seconds=0.1, in_progress_seconds=0.1)
    urls = [f"{photos}/{n}.jpg?X-Amz-Signature=abc" for n in range(11)] + [f"{photos}/exif.jpg"]
    made = add(urls, tag="pd-1").json()["profile_id"]
    assert client.get(f"{made}/profile_picture").status_code == 404
    assert passes(client, made, "READY") == ["VALIDATING", "QUEUING", "IN_PROGRESS", "READY"]
    assert client.get(f"{made}/profile_picture").content == picture(made, 0)
    rows = fake.ledger.fetches(made)
    assert [row["number"] for row in rows] == list(range(1, 13))
    assert {row["status"] for row in rows} == {200}
    assert [row["exif"] for row in rows] == [False] * 11 + [True]
    assert rows[0]["pixels"] == [64, 48]
    assert rows[0]["size"] > 0
    assert len(rows[0]["sha256"]) == 64
    assert "Amz" not in fake.ledger.path.read_text(), "a link is a secret"
    assert all(not names & {"x-api-key", "cookie", "authorization"} for _, names in Photos.seen)
    assert "X-Amz-Signature=abc" in Photos.seen[0][0]
    [row] = fake.ledger.trainings()
    assert (row["cents"], row["tag"], row["photos"]) == (290, "pd-1", 12)
    assert fake.ledger.double_trainings() == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "Could not download image 3."),
        ("text", "Image 3 is not a valid JPEG, PNG, WebP or HEIC image."),
        ("cut", "Image 3 is not a valid JPEG, PNG, WebP or HEIC image."),
        ("nobody", "Could not download image 3."),
    ],
)
def test_photos_that_cannot_be_used(
    client: httpx.Client, add: Add, photos: str, name: str, message: str
) -> None:
    urls = [f"{photos}/{n}.jpg" for n in range(6)]
    urls[2] = "http://127.0.0.1:9/x.jpg" if name == "nobody" else f"{photos}/{name}"
    made = add(urls, training_tier="fast").json()["profile_id"]
    assert passes(client, made, "ERROR") == ["VALIDATING", "ERROR"]
    assert client.get(f"{made}/status").json()["message"] == message


def test_what_came_can_be_kept(
    fake: FakePhotaThread, client: httpx.Client, add: Add, photos: str, tmp_path: Path
) -> None:
    fake.set_chaos(
        keep_photos=str(tmp_path),
        fetch_after=0.05,
        fetch_pause=0.01,
        fetch_first=True,
        training_seconds=0.0,
    )
    made = add([f"{photos}/{n}.jpg" for n in range(5)], training_tier="fast").json()["profile_id"]
    assert client.get(f"{made}/status").json()["status"] == "READY"
    for row in fake.ledger.fetches():
        kept = (tmp_path / f"{made}-{row['number']}.bin").read_bytes()
        assert hashlib.sha256(kept).hexdigest() == row["sha256"]


@pytest.mark.parametrize(
    ("count", "fields", "status"),
    [
        (4, {}, 422),
        (51, {}, 422),
        (9, {}, 400),
        (11, {"training_tier": "fast"}, 400),
        (10, {"training_tier": "full"}, 422),
        (10, {"tag": ""}, 422),
        (10, {"tag": "x" * 129}, 422),
        (10, {"async": True}, 422),
        (10, {"tag": 7}, 422),
    ],
)
def test_bad_orders_are_refused_and_free(
    fake: FakePhotaThread, add: Add, count: int, fields: dict[str, object], status: int
) -> None:
    assert add(elsewhere(count), **fields).status_code == status
    assert fake.ledger.trainings() == []
    [asked] = fake.ledger.asked("add")
    assert asked["photos"] == count


def test_odd_bodies_are_refused(client: httpx.Client, add: Add) -> None:
    assert client.post("add", content=b"{").status_code == 422
    assert client.post("add", json=["a"]).status_code == 422
    assert client.post("add", json={"image_urls": 5}).status_code == 422
    assert add(["file:///etc/passwd"] * 10).status_code == 400


def test_subjects_that_nobody_sees(fake: FakePhotaThread, client: httpx.Client, add: Add) -> None:
    fake.set_chaos(no_subject="add")
    refused = add(elsewhere(10))
    assert refused.status_code == 400
    assert "No subject detected" in refused.json()["detail"]
    assert refused.json()["request_id"] == refused.headers["X-Request-Id"]
    assert fake.ledger.trainings() == []
    fake.set_chaos(no_subject="training")
    made = add(elsewhere(10)).json()["profile_id"]
    assert passes(client, made, "ERROR") == ["VALIDATING", "ERROR"]
    assert "No subject detected" in client.get(f"{made}/status").json()["message"]
    fake.set_chaos(
        training_seconds=0.0, training_ends="INACTIVE", training_message="Not used for long."
    )
    assert client.get(f"{made}/status").json() == {
        "profile_id": made,
        "status": "INACTIVE",
        "message": "Not used for long.",
    }


def test_refusals_by_chaos_are_free(fake: FakePhotaThread, add: Add) -> None:
    fake.set_chaos(
        Fault("add", "status", times=1, status=402),
        Fault("add", "status", times=1, after=1, status=429, retry_after="3"),
        Fault("ids", "status", status=503),
    )
    assert [add(elsewhere(10)).status_code for _ in range(3)] == [402, 429, 200]
    assert len(fake.ledger.trainings()) == 1
    assert len(fake.ledger.asked("add")) == 3


@pytest.mark.parametrize(("do", "made"), [("drop", 0), ("lose_answer", 1), ("hang", 1)])
def test_answers_lost_before_and_after_the_profile_is_made(
    fake: FakePhotaThread, client: httpx.Client, add: Add, do: str, made: int
) -> None:
    fake.set_chaos(Fault("add", do, seconds=0.02))
    with pytest.raises(httpx.TransportError):
        add(elsewhere(10), tag="pd-1")
    assert len(client.get("ids", params={"tag": "pd-1"}).json()["profiles"]) == made
    assert [row["cents"] for row in fake.ledger.trainings()] == [290] * made
    fake.set_chaos()
    add(elsewhere(10), tag="pd-1")
    assert fake.ledger.double_trainings() == made


@pytest.mark.parametrize(
    ("listed", "item"),
    [
        ("strings", "{id}"),
        ("bare", {"profile_id": "{id}"}),
        ("status", {"profile_id": "{id}", "status": "READY"}),
        ("tag", {"profile_id": "{id}", "tag": "a"}),
        ("full", {"profile_id": "{id}", "status": "READY", "tag": "a"}),
    ],
)
def test_shapes_of_the_list(
    fake: FakePhotaThread, client: httpx.Client, add: Add, listed: str, item: object
) -> None:
    fake.set_chaos(listed=listed, training_seconds=0.0)
    made = add(elsewhere(10), tag="a").json()["profile_id"]
    expected = (
        made if item == "{id}" else {**item, "profile_id": made}  # type: ignore[dict-item]
    )
    assert client.get("ids").json() == {"profiles": [expected]}
    assert client.get("ids", params={"tag": "b"}).json() == {"profiles": []}
    fake.set_chaos(listed=listed, training_seconds=0.0, tag_filter=False)
    assert client.get("ids", params={"tag": "b"}).json() == {"profiles": [expected]}
    fake.set_chaos(listed_after=60.0)
    assert client.get("ids").json() == {"profiles": []}


def test_what_is_gone_or_not_yet_there(
    fake: FakePhotaThread, client: httpx.Client, add: Add
) -> None:
    fake.set_chaos(training_seconds=0.0, picture_after=60.0)
    made = add(elsewhere(5), training_tier="fast").json()["profile_id"]
    assert client.get(f"{made}/status").json()["status"] == "READY"
    assert client.get(f"{made}/profile_picture").status_code == 404
    fake.set_chaos(training_seconds=0.0)
    assert client.get(f"{made}/profile_picture").status_code == 200
    assert client.delete(made).json() == {"profile_id": made, "status": "ok"}
    for path in (f"{made}/status", f"{made}/profile_picture", "prof_unknown/status", "odd/path/x"):
        gone = client.get(path)
        assert (gone.status_code, gone.json()["code"]) == (404, "NOT_FOUND")
    assert client.delete(made).status_code == 404
    assert [row["step"] for row in fake.ledger.asked()] == [
        *("add", "status", "picture", "picture", "delete"),
        *("status", "picture", "status", "none", "delete"),
    ]


def test_the_process_variant_fetches_too(tmp_path: Path, photos: str) -> None:
    with (
        FakePhota(tmp_path / "ledger", training_states=["CHECKING", "LINING_UP", "AT_IT"]) as fake,
        httpx.Client(headers={"X-API-Key": fake.key}, trust_env=False) as client,
    ):
        sent = {"image_urls": [f"{photos}/{n}.jpg" for n in range(5)], "training_tier": "fast"}
        made = client.post(f"{fake.url}/profiles/add", json=sent).json()["profile_id"]
        client.base_url = httpx.URL(f"{fake.url}/profiles/")
        assert passes(client, made, "READY")[0] == "CHECKING"
    assert [row["status"] for row in fake.ledger.fetches()] == [200] * 5
    assert [row["cents"] for row in fake.ledger.trainings()] == [149]
