"""The API key and bucket credentials: never printed, never written."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from urllib.parse import quote

import pytest

from phota_desktop.core.hosting import Provider
from phota_desktop.core.secrets import ApiKey, BucketSecret, masked

TEXT = "sk-canary-123456"


def test_no_way_of_printing_shows_the_key() -> None:
    key = ApiKey(f"  {TEXT}\n")
    for shown in (repr(key), str(key), f"{key}", f"{key!r}", repr([key]), repr({"key": key})):
        assert TEXT not in shown
    assert key.reveal() == TEXT


def test_it_cannot_be_pickled_or_copied_out() -> None:
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(ApiKey(TEXT))


@pytest.mark.parametrize("text", ["", "  ", "a b", "käse", "a\nb", "x" * 1001])
def test_what_cannot_be_a_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        ApiKey(text)


def test_accounts_differ_by_key_and_salt_and_hide_the_key() -> None:
    one, other = ApiKey(TEXT), ApiKey(TEXT + "x")
    assert one.account(b"s") == ApiKey(TEXT).account(b"s")
    assert len({one.account(b"s"), other.account(b"s"), one.account(b"t")}) == 3
    assert TEXT not in one.account(b"s")


CREDENTIALS = BucketSecret("bucket-canary/9+x=", "AKIA-canary")


def test_no_way_of_printing_shows_bucket_credentials() -> None:
    for shown in (repr(CREDENTIALS), f"{CREDENTIALS}", repr([CREDENTIALS]), repr(vars(ApiKey))):
        assert "canary" not in shown
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(CREDENTIALS)
    assert BucketSecret.unpacked(CREDENTIALS.packed()) == CREDENTIALS
    assert BucketSecret("bucket-canary/9+x=", "other") != CREDENTIALS


@pytest.mark.parametrize("text", ["", "canary", "{}", '{"secret": "canary"}', "[1]", "null"])
def test_what_holds_no_credentials_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="no bucket credentials") as told:
        BucketSecret.unpacked(text)
    assert "canary" not in str(told.value)
    assert told.value.__suppress_context__


@pytest.mark.parametrize(
    ("provider", "secret", "key_id", "field"),
    [
        (Provider.S3, "s", "AKIA", ""),
        (Provider.S3, "s", "", "key_id"),
        (Provider.S3, "a b", "AKIA", "secret"),
        (Provider.AZURE, "a2V5a2V5", "", ""),
        (Provider.AZURE, "a2V5a2V", "", "secret"),
        (Provider.GCS, "s", "", "secret"),
        (Provider.GCS, '{"client_email": "a", "private_key": 1}', "", "secret"),
        (Provider.GCS, '{"client_email":"a","private_key":"b","private_key_id":"c"}', "", ""),
    ],
)
def test_credentials_fit_their_provider(
    provider: Provider, secret: str, key_id: str, field: str
) -> None:
    problems = BucketSecret(secret, key_id).problems(provider)
    assert [one[0] for one in problems] == ([field] if field else [])


@pytest.mark.parametrize(
    ("secret", "key_id"), [("", "a"), ("s", "a b"), ("s\x00", "a"), ("x" * 8001, ""), ("s", "ä")]
)
def test_what_cannot_be_credentials_is_refused(secret: str, key_id: str) -> None:
    with pytest.raises(ValueError, match=r"secret|key ID|credentials"):
        BucketSecret(secret, key_id)


LIVE = "canary/Key+with=odd%chars~0123456789"


@pytest.mark.parametrize(
    "form",
    [
        LIVE,
        quote(LIVE, safe=""),
        base64.b64encode(LIVE.encode()).decode(),
        base64.urlsafe_b64encode(LIVE.encode()).decode(),
        base64.b64encode(b"me:" + LIVE.encode()).decode(),
        base64.b64encode(b"a:" + LIVE.encode() + b":b").decode(),
        base64.b64encode(b"user:" + LIVE.encode()).decode(),
        LIVE.encode().hex(),
        LIVE.encode().hex().upper(),
        LIVE[::-1],
        json.dumps({"detail": LIVE}),
    ],
)
def test_a_living_secret_is_masked_in_every_form(form: str) -> None:
    assert masked(f"before {form} after") == f"before {form} after"
    for secret in (ApiKey(LIVE), BucketSecret(LIVE, "id")):
        said = masked(f"before {form} after")
        assert "•••" in said
        for part in (LIVE[4:20], quote(LIVE, safe="")[4:20], LIVE.encode().hex()[8:30]):
            assert part not in said
        assert "before " in said
        assert " after" in said
        del secret
    assert masked(f"before {form} after") == f"before {form} after"


def test_two_equal_keys_live_apart() -> None:
    first, second = ApiKey(LIVE), ApiKey(LIVE)
    del first
    assert LIVE not in masked(LIVE)
    assert second.reveal() == LIVE


def test_a_short_secret_blots_nothing_out() -> None:
    short = ApiKey("abc")
    assert masked("abcdef") == "abcdef"
    assert short.reveal() == "abc"
