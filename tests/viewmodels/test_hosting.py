"""The bucket in words: fields by provider, the policy, where the key is, what still lies there."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState, Provider
from phota_desktop.services.hosting import Hosting
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal
from phota_desktop.store.trainings import Trainings
from phota_desktop.viewmodels.bucket_fields import FIELDS, PROVIDERS, address_of, policy
from phota_desktop.viewmodels.hosting import NO_BUCKET, HostingViewModel

S3 = BucketAddress(Provider.S3, "my-photos", "eu-central-1")
TYPED = {"bucket": "my-photos", "region": "eu-central-1"}


class Bench:
    """A view-model over a real bucket service; ``heard`` holds all that was told."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.threads, self.tasks = Threads(), Tasks()
        self.journal = Journal(folder / "journal.sqlite3")
        self.trainings = Trainings(self.journal)
        self.remembered: list[BucketAddress | None] = []
        self.hosting = Hosting(
            self.trainings, self.threads, remember=self.remembered.append, environ=environ
        )
        self.model = HostingViewModel()
        self.heard: list[tuple[str, object]] = []
        self.model.told.connect(lambda *what: self.heard.append(what))
        self.model.problem_found.connect(lambda *what: self.heard.append(what))
        self.model.attach(self.hosting, self.tasks, lambda _tag: "An\u202ena")

    async def rest(self) -> None:
        async with asyncio.timeout(20):
            while self.model.is_busy:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        self.model.detach()
        await self.tasks.close()
        await self.hosting.close()
        self.journal.close()
        self.threads.close()


@pytest_asyncio.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path, {})
    yield made
    await made.close()


def test_every_provider_has_words_and_a_secret_field_of_its_own() -> None:
    assert set(FIELDS) == set(PROVIDERS) == set(Provider)
    for fields in FIELDS.values():
        assert [field.name for field in fields if field.is_secret] == ["secret"]


def test_an_address_has_only_what_its_provider_takes() -> None:
    texts = {"bucket": " my-photos ", "region": "eu-central-1", "account": "me", "prefix": "/a/b/"}
    assert address_of(Provider.S3, texts) == BucketAddress(
        Provider.S3, "my-photos", "eu-central-1", prefix="a/b"
    )
    assert address_of(Provider.GCS, texts) == BucketAddress(Provider.GCS, "my-photos", prefix="a/b")
    assert address_of(Provider.AZURE, TYPED | {"account": "me"}).problems() == ()


def test_the_policy_allows_one_folder_and_nothing_else() -> None:
    allowed = json.loads(policy(S3))["Statement"]
    assert [one["Resource"] for one in allowed] == [
        "arn:aws:s3:::my-photos/phota-desktop-training/*",
        "arn:aws:s3:::my-photos",
    ]
    assert "*" not in [action for one in allowed for action in one["Action"]]


async def test_nothing_is_set_up_at_first(bench: Bench) -> None:
    assert HostingViewModel().line == "Looking…"
    assert bench.model.line == NO_BUCKET
    assert "keyring" in bench.model.secret_words
    assert bench.model.secret_placeholder == ""


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"bucket": "x"}, "bucket"),
        (TYPED | {"region": ""}, "region"),
        (TYPED | {"endpoint": "ftp://a"}, "endpoint"),
        (TYPED | {"prefix": "../a"}, "prefix"),
        (TYPED | {"key_id": "AKIA"}, "secret"),
        (TYPED | {"secret": "s3cr3t"}, "key_id"),
        (TYPED | {"secret": "s3cr3t\x00", "key_id": "AKIA"}, "secret"),
    ],
)
async def test_the_field_that_is_wrong_is_named(
    bench: Bench, texts: dict[str, str], field: str
) -> None:
    bench.model.save(Provider.S3, texts)
    await bench.rest()
    ((where, words),) = bench.heard
    assert where == field
    assert "s3cr3t" not in str(words)
    assert bench.hosting.address is None


async def test_the_environments_key_needs_no_typing(tmp_path: Path) -> None:
    environ = {"PHOTA_BUCKET_KEY_ID": "AKIA", "PHOTA_BUCKET_SECRET": "s3cr3t"}
    bench = Bench(tmp_path, environ)
    bench.model.save(Provider.S3, TYPED)
    await bench.rest()
    assert bench.heard == [("Saved, but the bucket was not tested.", False)]
    assert bench.model.is_ready
    assert bench.model.line == "s3://my-photos"
    assert "PHOTA_BUCKET_SECRET" in bench.model.secret_words
    assert bench.remembered == [S3]
    bench.model.save(Provider.S3, TYPED | {"bucket": "another"})
    await bench.rest()
    assert bench.model.line == "s3://another"
    await bench.close()


async def test_what_is_left_is_named_harmlessly(bench: Bench) -> None:
    for n, (source, uploaded) in enumerate((("/p/a\u202eb.jpg", time.time()), ("/p/c.jpg", None))):
        state = HostedState.UPLOADED if uploaded else HostedState.PLANNED
        row = HostedPhoto(f"x/{n}.jpg", "pd-1", S3, source, state, uploaded=uploaded)
        bench.trainings.save_photo(row)
    bench.model.refresh()
    async with asyncio.timeout(20):
        while not bench.model.left:
            await asyncio.sleep(0.01)
    first, second = bench.model.left_rows()
    assert first.startswith("An⟨U+202E⟩na · a⟨U+202E⟩b.jpg · since ")
    assert second == "An⟨U+202E⟩na · c.jpg · perhaps uploaded"
    assert bench.model.left_words == "2 training photos still in the bucket."


async def test_a_key_file_must_be_a_small_file_of_text(bench: Bench, tmp_path: Path) -> None:
    read: list[str] = []
    bench.model.key_read.connect(read.append)
    big, odd, good = (tmp_path / name for name in ("big.json", "odd.json", "good.json"))
    big.write_bytes(b"x" * 70_000)
    odd.write_bytes(b"\xff\xfe\x00")
    good.write_text("{}", "utf-8-sig")
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    for path in (big, odd, pipe, tmp_path, tmp_path / "none.json"):
        bench.model.read_key_file(path)
    assert len(bench.heard) == 5
    assert not read
    bench.model.read_key_file(good)
    assert read == ["{}"]


async def test_photos_that_phota_still_fetches_are_not_deleted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, tag in enumerate(("pd-over", "pd-in-training")):
        photo = HostedPhoto(f"a/{number}.jpg", tag, S3, "/a.jpg", HostedState.UPLOADED)
        bench.trainings.save_photo(photo)
    cleaned: list[str] = []

    async def clean(rows: list[HostedPhoto]) -> int:
        cleaned.extend(row.tag for row in rows)
        return 0

    monkeypatch.setattr(bench.hosting, "_clean", clean)
    bench.model.attach(
        bench.hosting, bench.tasks, is_needed=lambda tag: tag.endswith("in-training")
    )
    bench.model.delete_left()
    await bench.rest()
    assert cleaned == ["pd-over"]
    [(words, good)] = bench.heard
    assert (words, good) == ("Deleted, but for 1 photo that a training still needs.", True)
