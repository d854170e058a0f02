"""The API key as a value that cannot be printed by accident."""

from __future__ import annotations

import hashlib
import hmac

MAX_KEY_LENGTH = 1000
"""Characters; a Windows credential holds 1,280 (2,560 bytes of UTF-16), with room to spare."""


class ApiKey:
    """A Phota API key; only :meth:`reveal` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Take ``text`` without surrounding white space; ValueError if it cannot be a key."""
        text = text.strip()
        if not text:
            raise ValueError("The key is empty.")
        if len(text) > MAX_KEY_LENGTH:
            raise ValueError(f"The key is longer than {MAX_KEY_LENGTH} characters.")
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("The key has characters that no API key has.")
        self._text = text

    def reveal(self) -> str:
        """Return the key itself, for the request header and the keyring alone."""
        return self._text

    def account(self, salt: bytes) -> str:
        """Return 16 hex digits that tell two accounts apart and say nothing of the key."""
        return hmac.new(salt, self._text.encode(), hashlib.sha256).hexdigest()[:16]

    def __repr__(self) -> str:
        return "ApiKey(•••)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and hmac.compare_digest(self._text, other._text)

    def __hash__(self) -> int:
        return hash(("ApiKey", self._text))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("An API key is never written out.")
