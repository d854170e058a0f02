"""Hosting over a real S3 server and a real journal: on record first, gone in the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from phota_desktop.api import bucket as bucket_module
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState
from phota_desktop.core.secrets import BucketSecret
from phota_desktop.services import hosting as hosting_module
from phota_desktop.services.hosting import Hosting
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal
from phota_desktop.store.settings import Settings, SettingsStore
from phota_desktop.store.trainings import Trainings
from tests.fake_bucket import KEY_ID, SECRET, FakeBucket
from tests.unit.services.hosts import OTHER, PHOTOS, TAG, Opens, training

pytestmark = pytest.mark.usefixtures("quick_bucket")


async def test_photos_are_hosted_linked_and_cleaned(
    opens: Opens, record: Trainings, fake_bucket: FakeBucket
) -> None:
    hosting = await opens()
    assert (hosting.is_ready, hosting.source) == (True, "environment")
    told: list[tuple[int, int]] = []
    first = await hosting.host(training(), PHOTOS[:3], lambda *now: told.append(now))
    second = await hosting.host(training(), PHOTOS[3:])
    assert told == [(1, 3), (2, 3), (3, 3)]
    rows = record.photos(TAG)
    assert rows == first + second
    assert [row.source for row in rows] == [source for source, _ in PHOTOS]
    assert all(row.state is HostedState.UPLOADED and row.sha256 and row.size for row in rows)
    assert {row.name: row.size for row in rows} == fake_bucket.objects()
    links = await hosting.links(TAG, 3600)
    assert [httpx.get(link, trust_env=False).content for link in links] == [
        content for _, content in PHOTOS
    ]
    assert tuple(rows) == await hosting.left()
    assert await hosting.clean(TAG) == 0
    assert fake_bucket.objects() == {}
    assert await hosting.left() == ()
    assert all(row.state is HostedState.DELETED and row.deleted for row in record.photos(TAG))
    assert await hosting.links(TAG, 3600) == []
    assert hosting.problem == ""


async def test_names_tell_nothing_and_are_not_guessed(
    opens: Opens, fake_bucket: FakeBucket
) -> None:
    hosting = await opens()
    await hosting.host(training(), PHOTOS)
    await hosting.host(training(OTHER), PHOTOS)
    for entry in fake_bucket.ledger:
        assert not any(word in entry.key for word in ("Grace", "IMG", "ada", TAG, OTHER, "pd-"))
    names = [entry.key for entry in fake_bucket.ledger if entry.method == "PUT"]
    assert len(set(names)) == 10
    assert len({name.split("/")[1] for name in names}) == 2
    assert all(len(name.split("/")[1]) == 24 and len(name.split("/")[2]) == 20 for name in names)
    await hosting.clean_all()
    assert fake_bucket.objects() == {}


async def test_files_are_uploaded_as_they_are(
    opens: Opens, fake_bucket: FakeBucket, tmp_path: Path
) -> None:
    path = tmp_path / "ready.jpg"
    path.write_bytes(b"ready")
    (row,) = await (await opens()).host(training(), [("/home/ada/a.jpg", path)])
    assert fake_bucket.read(row.name) == b"ready"
    with pytest.raises(PhotaError) as told:
        await (await opens()).host(training(), [("/home/ada/b.jpg", tmp_path / "none.jpg")])
    assert told.value.kind is ErrorKind.DISK


class KilledError(Exception):
    """The process ends here."""


class Killed:
    """The journal of a process that dies at its n-th commit: before it, or right after."""

    def __init__(self, record: Trainings, at: int, *, after: bool) -> None:
        self._record, self._left, self._after = record, at, after

    def save_photo(self, photo: HostedPhoto) -> None:
        self._left -= 1
        if self._left < 0 or (self._left == 0 and not self._after):
            raise KilledError
        self._record.save_photo(photo)
        if self._left == 0:
            raise KilledError

    def photos(self, tag: str) -> list[HostedPhoto]:
        return self._record.photos(tag)

    def left(self) -> list[HostedPhoto]:
        return self._record.left()


@pytest.mark.parametrize("after", [False, True])
async def test_whatever_is_in_the_bucket_is_on_record_at_every_kill_point(
    opens: Opens, record: Trainings, threads: Threads, fake_bucket: FakeBucket, *, after: bool
) -> None:
    environ = {"PHOTA_BUCKET_KEY_ID": KEY_ID, "PHOTA_BUCKET_SECRET": SECRET}
    for at in range(1, 7):  # 3 rows planned, 3 uploaded
        dying = Hosting(
            Killed(record, at, after=after), threads, address=fake_bucket.address, environ=environ
        )
        await dying.load()
        with pytest.raises(KilledError):
            await dying.host(training(), PHOTOS[:3])
        await dying.close()
        known = {row.name for row in record.left()}
        assert set(fake_bucket.objects()) <= known, at
        again = await opens()
        assert await again.clean(TAG) == 0
        assert fake_bucket.objects() == {}, at
        assert record.left() == []
    for at in range(1, 4):  # cleaning dies before or after each commit
        living = await opens()
        await living.host(training(), PHOTOS[:3])
        dying = Hosting(
            Killed(record, at, after=after), threads, address=fake_bucket.address, environ=environ
        )
        await dying.load()
        with pytest.raises(KilledError):
            await dying.clean(TAG)
        await dying.close()
        assert set(fake_bucket.objects()) <= {row.name for row in record.left()}
        assert await living.clean_all() == 0
        assert fake_bucket.objects() == {}


async def test_a_failed_upload_ends_the_others_and_is_told(
    opens: Opens, record: Trainings, fake_bucket: FakeBucket
) -> None:
    hosting = await opens()
    fake_bucket.rules.denied.add("put")
    with pytest.raises(PhotaError, match="may not write"):
        await hosting.host(training(), PHOTOS)
    fake_bucket.rules.denied.clear()
    count = len(fake_bucket.ledger)
    await asyncio.sleep(0.1)
    assert len(fake_bucket.ledger) == count
    assert await hosting.clean(TAG) == 0
    assert all(row.state is HostedState.DELETED for row in record.photos(TAG))


async def test_a_cancelled_upload_leaves_nothing_after_cleaning(
    opens: Opens, fake_bucket: FakeBucket
) -> None:
    hosting = await opens()
    fake_bucket.rules.delay = 0.5
    running = asyncio.ensure_future(hosting.host(training(), PHOTOS))
    await asyncio.sleep(0.15)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    fake_bucket.rules.delay = 0
    await asyncio.sleep(0.6)  # what the server had taken in whole is written meanwhile
    assert await hosting.clean(TAG) == 0
    assert fake_bucket.objects() == {}
    assert sum(one.method == "PUT" for one in fake_bucket.ledger) <= 3


async def test_revoked_credentials_leave_the_rows_and_say_why(
    opens: Opens, record: Trainings, fake_bucket: FakeBucket
) -> None:
    hosting = await opens()
    await hosting.host(training(), PHOTOS)
    fake_bucket.revoke()
    changes: list[str] = []
    hosting.changed.subscribe(lambda one: changes.append(one.problem))
    assert await hosting.clean(TAG) == 5
    assert "does not know this access key" in hosting.problem
    assert changes == [hosting.problem]
    assert sum(one.method == "DELETE" for one in fake_bucket.ledger) <= 3
    assert len(record.left()) == len(fake_bucket.objects()) == 5
    fake_bucket.restore()
    assert await hosting.clean_all() == 0
    assert (hosting.problem, fake_bucket.objects()) == ("", {})


async def test_what_stays_after_a_delete_is_not_called_gone(
    monkeypatch: pytest.MonkeyPatch, opens: Opens, record: Trainings, fake_bucket: FakeBucket
) -> None:
    hosting = await opens()
    await hosting.host(training(), PHOTOS[:1])

    async def pretend(_bucket: object, _names: object) -> None:
        return

    with monkeypatch.context() as patch:
        patch.setattr(bucket_module.Bucket, "delete", pretend)
        assert await hosting.clean(TAG) == 1
    assert hosting.problem == "The bucket still has what was deleted."
    assert record.photos(TAG)[0].state is HostedState.UPLOADED
    assert await hosting.clean(TAG) == 0


async def test_strays_are_old_ours_and_not_on_record(
    monkeypatch: pytest.MonkeyPatch, opens: Opens, fake_bucket: FakeBucket
) -> None:
    hosting = await opens()
    prefix = fake_bucket.address.prefix
    await hosting.host(training(), PHOTOS[:1])
    stray = f"{prefix}/{'a' * 24}/{'b' * 16}.jpg"
    foreign = [f"{prefix}/holiday.jpg", "other/" + stray, f"{prefix}/x/{'b' * 16}.jpg"]
    for name in (stray, *foreign):
        fake_bucket.write(name, b"x")
    assert await hosting.strays() == []
    monkeypatch.setattr(hosting_module, "STRAY_S", -60.0)
    assert await hosting.strays() == [stray]
    assert await hosting.delete_strays() == 1
    assert set(fake_bucket.objects()) == {*foreign, (await hosting.left())[0].name}


async def test_photos_in_an_earlier_bucket_are_cleaned_with_its_own_key(
    opens: Opens, record: Trainings, fake_bucket: FakeBucket, moto_port: int
) -> None:
    hosting = await opens(empty=True)
    await hosting.save(fake_bucket.address, fake_bucket.secret)
    await hosting.host(training(), PHOTOS[:2])
    later = FakeBucket(moto_port)
    later.rules.keys = {"AKIALATER": "later-secret"}
    try:
        await hosting.save(later.address, BucketSecret("later-secret", "AKIALATER"))
        await hosting.host(training(), PHOTOS[2:3])
        assert (len(fake_bucket.objects()), len(later.objects())) == (2, 1)
        assert len(await hosting.links(TAG, 60)) == 3
        assert await hosting.clean(TAG) == 0
        assert fake_bucket.objects() == later.objects() == {}
    finally:
        await hosting.close()
        later.close()


async def test_saving_without_a_keyring_is_for_this_session_and_said(
    opens: Opens, fake_bucket: FakeBucket, tmp_path: Path
) -> None:
    hosting = await opens(empty=True)
    assert not hosting.is_ready
    store = SettingsStore(tmp_path / "settings.json")

    def remember(address: BucketAddress | None) -> None:
        store.save(replace(store.load(), bucket=address))

    hosting.remember = remember
    with pytest.raises(PhotaError, match="No bucket is set up"):
        await hosting.host(training(), PHOTOS)
    finding = await hosting.save(fake_bucket.address, fake_bucket.secret)
    assert (finding.source, hosting.is_ready) == ("session", True)
    assert "this session only" in hosting.problem
    assert store.load().bucket == fake_bucket.address
    assert SECRET not in (tmp_path / "settings.json").read_text()
    assert SettingsStore(tmp_path / "settings.json").load().bucket == fake_bucket.address
    await hosting.host(training(), PHOTOS[:1])
    with pytest.raises(PhotaError, match="may still lie"):
        await hosting.forget()
    await hosting.clean_all()
    await hosting.forget()
    assert (hosting.address, hosting.is_ready, store.load().bucket) == (None, False, None)
    assert store.load() == replace(Settings(), install_salt=store.load().install_salt)


async def test_nothing_secret_is_written_or_logged(
    caplog: pytest.LogCaptureFixture,
    opens: Opens,
    journal: Journal,
    fake_bucket: FakeBucket,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    hosting = await opens()
    await hosting.host(training(), PHOTOS)
    links = await hosting.links(TAG, 60)
    fake_bucket.revoke()
    await hosting.clean(TAG)
    fake_bucket.restore()
    await hosting.clean(TAG)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    signature = links[0].rpartition("X-Amz-Signature=")[2]
    for secret in (SECRET, KEY_ID, signature):
        assert secret not in caplog.text
        assert secret.encode() not in written
        assert secret not in repr(vars(hosting))


async def test_a_computer_without_the_library_is_told(
    monkeypatch: pytest.MonkeyPatch, opens: Opens
) -> None:
    monkeypatch.delitem(sys.modules, "phota_desktop.api.bucket")
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(PhotaError, match="Linux on ARM"):
        await (await opens()).host(training(), PHOTOS)


# -- "Test this bucket" ---------------------------------------------------------------------


async def test_a_full_disk_keeps_no_photo_in_the_bucket(
    monkeypatch: pytest.MonkeyPatch, opens: Opens, record: Trainings, fake_bucket: FakeBucket
) -> None:
    hosting = await opens()
    await hosting.host(training(), PHOTOS)

    def full(_photo: HostedPhoto) -> None:
        raise PhotaError(ErrorKind.DISK, "The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(record, "save_photo", full)
        assert await hosting.clean(TAG) == 5
    assert fake_bucket.objects() == {}
    assert hosting.problem == "The disk is full."
    assert await hosting.clean(TAG) == 0
