"""A bucket over real HTTP: moto behind a door that checks every signature."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from phota_desktop.api import bucket as bucket_module
from phota_desktop.api.bucket import Bucket
from phota_desktop.api.network import NetworkThread
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress
from phota_desktop.core.secrets import BucketSecret
from tests.fake_bucket import KEY_ID, SECRET, FakeBucket

ROOT = Path(__file__).resolve().parents[3]
NAME = "phota-desktop-training/abc/def.jpg"

Opened = Callable[..., Bucket]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_module, "_PAUSES", (0.01, 0.02))


@pytest.fixture
async def opened(fake_bucket: FakeBucket, network: NetworkThread) -> AsyncIterator[Opened]:
    made: list[Bucket] = []

    def new(secret: BucketSecret | None = None, **fields: str) -> Bucket:
        address = replace(fake_bucket.address, **fields)
        made.append(Bucket(address, secret or fake_bucket.secret, network))
        return made[-1]

    yield new
    for one in made:
        await one.close()


async def test_an_object_comes_goes_and_is_listed(fake_bucket: FakeBucket, opened: Opened) -> None:
    bucket = opened()
    await bucket.put(NAME, b"picture" * 1000)
    assert fake_bucket.read(NAME) == b"picture" * 1000
    assert await bucket.exists(NAME)
    (one,) = await bucket.list("phota-desktop-training")
    assert (one.name, one.size) == (NAME, 7000)
    assert abs(one.modified - time.time()) < 60
    await bucket.delete([NAME, "phota-desktop-training/never/was.jpg"])
    assert not await bucket.exists(NAME)
    assert await bucket.list("phota-desktop-training") == ()
    assert fake_bucket.objects() == {}
    assert {one.signed for one in fake_bucket.ledger} == {"query", "header"}
    assert SECRET not in repr(bucket)


async def test_a_link_opens_one_object_for_a_while(fake_bucket: FakeBucket, opened: Opened) -> None:
    bucket = opened()
    await bucket.put(NAME, b"picture")
    link = await bucket.link(NAME, 60)
    assert httpx.get(link, trust_env=False).content == b"picture"
    assert httpx.get(link, trust_env=False).headers["content-type"] == "image/jpeg"
    assert httpx.get(bucket.plain_address(NAME), trust_env=False).status_code == 403
    assert httpx.get(link.replace("def.jpg", "other.jpg"), trust_env=False).status_code == 403
    assert httpx.delete(link, trust_env=False).status_code == 403
    fake_bucket.rules.ahead = 61
    assert httpx.get(link, trust_env=False).status_code == 403
    assert SECRET not in link


_REFUSED = {
    "unknown key": (BucketSecret(SECRET, "AKIAWRONG"), {}, ErrorKind.KEY_REJECTED, "access key"),
    "wrong secret": (BucketSecret("wrong", KEY_ID), {}, ErrorKind.KEY_REJECTED, "The secret"),
    "wrong region": (None, {"region": "us-west-2"}, ErrorKind.INVALID, "is in eu-central-1"),
    "no bucket": (None, {"bucket": "not-there"}, ErrorKind.INVALID, "no bucket named not-there"),
}


@pytest.mark.parametrize("case", _REFUSED)
async def test_what_is_refused_has_words(opened: Opened, case: str) -> None:
    secret, fields, kind, words = _REFUSED[case]
    bucket = opened(secret, **fields)
    for act in (bucket.put(NAME, b"x"), bucket.list("phota-desktop-training")):
        with pytest.raises(PhotaError) as told:
            await act
        assert told.value.kind is kind
        assert words in told.value.message
        assert told.value.hint
        assert not re.search(r"Signature|http|Generic|wrong$|AKIA", str(vars(told.value)))
        assert told.value.__cause__ is None
        assert told.value.__suppress_context__ or told.value.__context__ is None


@pytest.mark.parametrize("ahead", [1200, -1200, 7200, 90_000])
async def test_a_wrong_clock_is_told(fake_bucket: FakeBucket, opened: Opened, ahead: float) -> None:
    fake_bucket.rules.ahead = ahead
    bucket = opened()
    minutes = {1200: "20 minutes", -1200: "20 minutes", 7200: "2 hours", 90_000: "25 hours"}
    for act in (bucket.put(NAME, b"x"), bucket.list("phota-desktop-training")):
        with pytest.raises(PhotaError, match=f"clock is off by {minutes[int(ahead)]}"):
            await act


@pytest.mark.parametrize("act", ["put", "get", "list", "delete"])
async def test_each_missing_right_is_named(
    fake_bucket: FakeBucket, opened: Opened, act: str
) -> None:
    fake_bucket.write(NAME, b"x")
    fake_bucket.rules.denied.add(act)
    bucket = opened()
    words = {"put": "write to", "get": "", "list": "list", "delete": "delete from"}[act]
    acts = {
        "put": lambda: bucket.put(NAME, b"x"),
        "list": lambda: bucket.list("phota-desktop-training"),
        "delete": lambda: bucket.delete([NAME]),
    }
    if act == "get":
        # Those who may list can be told all the same.
        assert await bucket.exists(NAME)
        assert not await bucket.exists(NAME + "x")
        return
    with pytest.raises(PhotaError, match=f"may not {words} this bucket"):
        await acts[act]()


async def test_passing_faults_are_sat_out_and_lasting_ones_told(
    fake_bucket: FakeBucket, opened: Opened
) -> None:
    bucket = opened()
    for fault in (503, "drop", "lose", "reset", 500, 429):
        fake_bucket.rules.faults = [("put", fault)]
        await bucket.put(NAME, b"x")
        assert fake_bucket.objects() == {NAME: 1}
    fake_bucket.rules.faults = [("put", 503)] * 3
    with pytest.raises(PhotaError) as told:
        await bucket.put(NAME, b"x")
    assert told.value.kind is ErrorKind.BUSY
    fake_bucket.rules.faults = [("delete", "drop")] * 3
    with pytest.raises(PhotaError) as told:
        await bucket.delete([NAME])
    assert told.value.kind is ErrorKind.OFFLINE
    assert len(fake_bucket.ledger) == 6 * 2 + 3 + 3


async def test_nobody_there_is_offline(opened: Opened, closed_port: int) -> None:
    bucket = opened(endpoint=f"http://127.0.0.1:{closed_port}")
    for act in (bucket.put(NAME, b"x"), bucket.list("x"), bucket.exists(NAME)):
        with pytest.raises(PhotaError) as told:
            await act
        assert told.value.kind is ErrorKind.OFFLINE
        assert str(closed_port) not in f"{told.value.message}{told.value.hint}"


async def test_a_bucket_that_is_gone_holds_nothing(fake_bucket: FakeBucket, opened: Opened) -> None:
    fake_bucket.remove()
    await opened().delete([NAME])
    assert not await opened().exists(NAME)


async def test_an_upload_is_cancelled_at_once(fake_bucket: FakeBucket, opened: Opened) -> None:
    fake_bucket.rules.delay = 5
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await opened().put(NAME, b"x")
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"endpoint": "http://example.org"}, "endpoint"),
        ({"endpoint": "https://user:pw@example.org"}, "endpoint"),
        ({"endpoint": "https://example.org/?x"}, "endpoint"),
        ({"region": "eu central"}, "region"),
        ({"region": "a.example.org/"}, "region"),
        ({"prefix": "../x"}, "prefix"),
        ({"bucket": "a/b"}, "bucket"),
    ],
)
async def test_an_odd_address_is_refused(
    opened: Opened, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(PhotaError) as told:
        opened(**fields)
    assert told.value.field == field


_POISON = {
    "AWS_ACCESS_KEY_ID": "EVIL",
    "AWS_SECRET_ACCESS_KEY": "evil",
    "AWS_SESSION_TOKEN": "evil",
    "AWS_REGION": "evil-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "AWS_SKIP_SIGNATURE": "true",
    "AWS_PROXY_URL": "http://127.0.0.1:1",
    "AWS_SERVER_SIDE_ENCRYPTION": "aws:kms",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
    "AWS_S3_EXPRESS": "true",
    "AWS_REQUEST_PAYER": "requester",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
    "HTTPS_PROXY": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
}


async def test_the_environment_bends_nothing(
    monkeypatch: pytest.MonkeyPatch, fake_bucket: FakeBucket, opened: Opened
) -> None:
    for name, value in _POISON.items():
        monkeypatch.setenv(name, value)
    bucket = opened()
    await bucket.put(NAME, b"x")
    assert [one.name for one in await bucket.list("phota-desktop-training")] == [NAME]
    assert httpx.get(await bucket.link(NAME, 60), trust_env=False).content == b"x"
    assert not [name for name in os.environ if name.startswith("AWS_")]


def test_without_credentials_nobody_is_asked_for_some(
    fake_bucket: FakeBucket, network: NetworkThread
) -> None:
    # obstore would ask 169.254.169.254; a bucket without credentials cannot be made at all.
    with pytest.raises(ValueError, match="empty"):
        BucketSecret("", KEY_ID)
    with pytest.raises(PhotaError) as told:
        Bucket(fake_bucket.address, BucketSecret(SECRET), network)
    assert told.value.field == "key_id"
    assert fake_bucket.ledger == []


_ENDS = """
import asyncio, sys
from phota_desktop.api.bucket import Bucket
from phota_desktop.api.network import NetworkThread
from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.core.secrets import BucketSecret
name, region, endpoint, key_id, secret = sys.argv[1:]
async def main():
    network = NetworkThread()
    address = BucketAddress(Provider.S3, name, region, endpoint)
    bucket = Bucket(address, BucketSecret(secret, key_id), network)
    await bucket.put("a/b.jpg", b"x")
    print(len(await bucket.list("a")))
asyncio.run(main())
"""


def test_the_program_ends_well_right_after_a_listing(fake_bucket: FakeBucket) -> None:
    # obstore's own coroutines abort the interpreter at its end now and then: none are used.
    address: BucketAddress = fake_bucket.address
    arguments = [address.bucket, address.region, address.endpoint, KEY_ID, SECRET]
    for _ in range(4):
        ran = subprocess.run(
            [sys.executable, "-c", _ENDS, *arguments], cwd=ROOT, capture_output=True, text=True
        )
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1\n", "")


async def test_nothing_secret_is_logged(
    caplog: pytest.LogCaptureFixture, fake_bucket: FakeBucket, opened: Opened
) -> None:
    caplog.set_level("DEBUG")
    bucket = opened()
    await bucket.put(NAME, b"x")
    await bucket.list("phota-desktop-training")
    fake_bucket.revoke()
    with pytest.raises(PhotaError):
        await bucket.put(NAME, b"x")
    for text in (SECRET, KEY_ID, "X-Amz-Signature"):
        assert text not in caplog.text
