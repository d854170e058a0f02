"""Settings survive, forgive and forget nothing."""

from __future__ import annotations

import dataclasses
import json
import stat
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.core.options import Operation, OutputFormat, Quality, Resolution
from phota_desktop.core.pricing import PriceRow
from phota_desktop.store.settings import Settings, SettingsStore, WindowState

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_NAMES = st.sampled_from([*Settings.__dataclass_fields__, "something_new"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_everything_comes_back(path: Path) -> None:
    SettingsStore(path).load()
    chosen = Settings(
        theme="light",
        surround="white",
        out_dir=Path("/photos/\udcff"),
        daily_cap=Decimal("12.50"),
        concurrency=3,
        variants=4,
        output_format=OutputFormat.PNG,
        window=WindowState("AdnQywAD", (240, 900, 320), drawer_open=False),
        keys={"submit": "Ctrl+Return"},
        prices=(
            PriceRow(Operation.EDIT, Decimal("0.09"), Decimal("0.10"), "nb2", Resolution.R1K),
            PriceRow(Operation.GENERATE, Decimal(1), Decimal(2), quality=Quality.LOW),
            PriceRow(Operation.ENHANCE, Decimal("0.000001"), Decimal(0)),
        ),
        drawer={"operation": "remix", "edit.base_model": "reve"},
        seen_first_run=True,
        consented=True,
        monitor_profile=Path("/icc/wide.icc"),
        intent="perceptual",
        install_salt="00ff",
    )
    SettingsStore(path).save(chosen)
    store = SettingsStore(path)
    assert store.load() == chosen
    assert store.problems == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_salt_is_made_once(path: Path) -> None:
    first = SettingsStore(path).load()
    assert len(bytes.fromhex(first.install_salt)) == 16
    assert SettingsStore(path).load() == first
    path.write_text('{"theme": "light"}')
    second = SettingsStore(path).load()
    assert second.install_salt != first.install_salt
    assert SettingsStore(path).load() == second


def test_bad_fields_are_said_and_unknown_ones_kept(path: Path) -> None:
    path.write_text(
        json.dumps({"variants": 99, "daily_cap": "NaN", "out_dir": "a", "future": [1], "theme": 3})
    )
    store = SettingsStore(path)
    loaded = store.load()
    assert (loaded.variants, loaded.daily_cap, loaded.out_dir) == (1, Decimal(5), None)
    assert len(store.problems) == 4
    store.save(replace(loaded, theme="light"))
    assert json.loads(path.read_text())["future"] == [1]


@pytest.mark.parametrize(
    "row",
    [
        3,
        {},
        {"operation": "edit", "plain": "0.10"},
        {"operation": "train", "plain": "1", "identity": "1"},
        {"operation": "edit", "plain": "-1", "identity": "1"},
        {"operation": "edit", "plain": "1E+999999", "identity": "1"},
        {"operation": "edit", "plain": "1", "identity": "0.0000001"},
        {"operation": "edit", "plain": "1", "identity": "1", "resolution": "9K"},
        {"operation": "edit", "plain": "1", "identity": "1", "quality": ["low"]},
    ],
)
def test_a_price_that_is_none_is_said_and_not_used(path: Path, row: object) -> None:
    path.write_text(json.dumps({"prices": [row], "drawer": {"operation": "edit"}}))
    store = SettingsStore(path)
    loaded = store.load()
    assert loaded.prices == ()
    assert loaded.drawer == {"operation": "edit"}
    assert len(store.problems) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_an_unreadable_file_is_kept_aside(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    store = SettingsStore(path)
    assert store.load().theme == "dark"
    assert len(store.problems) == 1
    (aside,) = path.parent.glob("*.bad-*")
    assert aside.read_bytes() == content


@given(st.dictionaries(_NAMES, _JSON))
@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
def test_no_content_breaks_the_start(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content))
    loaded = SettingsStore(path).load()
    assert 1 <= loaded.variants <= 4
    assert SettingsStore(path).load() == loaded or "NaN" in path.read_text()


def test_a_folder_in_the_way_is_a_disk_error(path: Path) -> None:
    path.mkdir()
    with pytest.raises(PhotaError) as caught:
        SettingsStore(path).load()
    assert caught.value.kind is ErrorKind.DISK


BUCKET = BucketAddress(Provider.S3, "photos", region="eu-central-1", prefix="ada")


def test_a_bucket_is_kept_without_anything_secret(path: Path) -> None:
    store = SettingsStore(path)
    store.save(dataclasses.replace(store.load(), bucket=BUCKET))
    assert SettingsStore(path).load().bucket == BUCKET
    kept = json.loads(path.read_text())["bucket"]
    assert set(kept) == {one.name for one in dataclasses.fields(BucketAddress)}
    store.save(dataclasses.replace(store.load(), bucket=None))
    assert SettingsStore(path).load().bucket is None


@pytest.mark.parametrize(
    "bucket",
    [
        "s3://photos",
        {},
        {"provider": "ftp", "bucket": "photos"},
        {"provider": "s3", "bucket": "a/b", "region": "x"},
        {"provider": "s3", "bucket": "photos", "region": 1},
        {"provider": "s3", "bucket": "photos", "endpoint": "file:///etc"},
    ],
)
def test_a_bucket_that_cannot_be_one_is_none_and_said(path: Path, bucket: object) -> None:
    path.write_text(json.dumps({"bucket": bucket}))
    store = SettingsStore(path)
    assert store.load().bucket is None
    assert len(store.problems) == 1
