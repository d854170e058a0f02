"""Result files behind signed links: expiry, forgery, ranges, and sweeping at the start."""

from __future__ import annotations

import os
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from phota_desktop.engine.files import EngineFiles
from tests.unit.engine.conftest import Clock, Fresh, Running

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY = {"prompt": "a boat", "response_mode": "urls"}


async def link(running: Running) -> str:
    return (await running.http.post("generate", json=BODY)).json()["download_urls"][0]


async def test_a_link_lives_24_hours(fresh: Fresh) -> None:
    clock = Clock()
    async with fresh(clock=clock) as running:
        url = await link(running)
        expires = int(parse_qs(urlsplit(url).query)["expires"][0])
        assert expires == int(clock.now) + 24 * 3600
        clock.now = expires - 1
        assert (await running.http.get(url)).status_code == 200
        clock.now = expires
        answer = await running.http.get(url)
        assert (answer.status_code, answer.json()["code"]) == (403, "LINK_EXPIRED")


async def test_forged_links_open_nothing(shared: Running) -> None:
    url = await link(shared)
    other = await link(shared)
    token = parse_qs(urlsplit(url).query)["token"][0]
    bare = url.partition("?")[0]
    forged = [
        bare,
        f"{bare}?token=&expires=",
        url.replace(token, token[:-1] + ("A" if token[-1] != "A" else "B")),
        url.replace("expires=", "expires=9"),
        url.replace("expires=", "expires=x"),
        other.partition("?")[0] + "?" + url.partition("?")[2],
        f"{bare}?token=\u00fc&expires=1",
        url.replace(bare, bare.rpartition("/")[0] + "/..%2flink.key"),
        url.replace(bare, bare.rpartition("/")[0] + "/link.key"),
    ]
    for each in forged:
        answer = await shared.http.get(each)
        assert answer.status_code in (403, 404), each
        assert set(answer.json()) == {"code", "detail", "request_id"}


async def test_even_a_signed_name_stays_in_its_folder(shared: Running) -> None:
    await shared.engine.open()
    for name in ("..", "link.key", "x.jpg"):
        url = shared.engine.files.link(name, int(time.time()) + 100)
        assert (await shared.http.get(url)).status_code == 404


RANGES = [
    ("bytes=0-9", 206, 0, 10),
    ("bytes=5-", 206, 5, None),
    ("bytes=-7", 206, -7, None),
    ("bytes=0-99999999", 206, 0, None),
    ("bytes=-99999999", 206, 0, None),
    ("bytes=9-5", 200, 0, None),
    ("bytes=", 200, 0, None),
    ("bytes=-", 200, 0, None),
    ("bytes=0-1,3-4", 200, 0, None),
    ("lines=1-2", 200, 0, None),
    ("bytes=²-3", 200, 0, None),
]


@pytest.mark.parametrize(("wanted", "status", "start", "end"), RANGES)
async def test_ranges(
    shared: Running, wanted: str, status: int, start: int, end: int | None
) -> None:
    url = await link(shared)
    whole = await shared.http.get(url)
    assert whole.headers["accept-ranges"] == "bytes"
    part = await shared.http.get(url, headers={"Range": wanted.encode()})
    assert part.status_code == status
    assert part.content == whole.content[start:end]
    assert int(part.headers["content-length"]) == len(part.content)
    if status == 206:
        first = len(whole.content) + start if start < 0 else start
        last = first + len(part.content) - 1
        assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole.content)}"


async def test_a_range_past_the_end(shared: Running) -> None:
    url = await link(shared)
    size = len((await shared.http.get(url)).content)
    for wanted in (f"bytes={size}-", "bytes=-0"):
        answer = await shared.http.get(url, headers={"Range": wanted})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{size}"


async def test_if_range_and_head(shared: Running) -> None:
    url = await link(shared)
    head = await shared.http.head(url)
    assert head.content == b""
    headers = {"Range": "bytes=3-", "If-Range": head.headers["etag"]}
    assert (await shared.http.get(url, headers=headers)).status_code == 206
    headers["If-Range"] = '"another"'
    answer = await shared.http.get(url, headers=headers)
    assert answer.status_code == 200
    assert len(answer.content) == int(head.headers["content-length"])


async def test_links_outlive_a_restart(fresh: Fresh) -> None:
    async with fresh() as running:
        url = await link(running)
    async with fresh() as running:
        assert (await running.http.get(url)).status_code == 200


async def test_the_sweep_leaves_what_may_still_be_wanted(tmp_path) -> None:
    files = EngineFiles(tmp_path / "home", "http://engine.local/v1/phota")
    files.open()
    old, young = (files.results / f"{letter * 32}-1.jpg" for letter in "ab")
    abandoned, present = files.spool(), files.spool()
    for path in (old, young, abandoned / "body.json"):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 90_000,) * 2)
    os.utime(abandoned, (time.time() - 4_000,) * 2)
    EngineFiles(tmp_path / "home", "http://engine.local/v1/phota").open()
    assert (old.exists(), young.exists()) == (False, True)
    assert (abandoned.exists(), present.exists()) == (False, True)


async def test_the_folder_is_for_its_owner_only(fresh: Fresh) -> None:
    async with fresh() as running:
        await link(running)
        await running.http.get("webhook-secret")
        modes = {path.stat().st_mode & 0o077 for path in running.folder.rglob("*")}
        assert modes == {0}
        assert running.folder.stat().st_mode & 0o777 == 0o700
