"""The API key: never printed, never written."""

from __future__ import annotations

import copy
import pickle

import pytest

from phota_desktop.core.secrets import ApiKey

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
