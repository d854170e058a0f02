"""The API key and a bucket's credentials as values that cannot be printed by accident."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from phota_desktop.core.hosting import Provider

MAX_KEY_LENGTH = 1000
"""Characters; a Windows credential holds 1,280 (2,560 bytes of UTF-16), with room to spare."""
MAX_BUCKET_SECRET_LENGTH = 8_000
"""Characters; the key file of a Google service account has some 2,400."""
MASK = "•••"
_SHORTEST_MASKED = 6
"""Characters; to mask less would blot out innocent words."""


class Secret:
    """A text that is never shown; while it lives, :func:`masked` knows it."""

    __slots__ = ("__weakref__", "_forms", "_text")

    def __init__(self, text: str) -> None:
        """Take ``text`` as it is."""
        self._text = text
        self._forms: tuple[str, ...] = ()
        _alive[id(self)] = self

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._text

    def forms(self) -> tuple[str, ...]:
        """Return the texts that give the secret away, the longest first."""
        if not self._forms:
            self._forms = _forms(self._text)
        return self._forms


_alive: WeakValueDictionary[int, Secret] = WeakValueDictionary()


def masked(words: str) -> str:
    """Return ``words`` without any secret that is held now, also base64, hex or percent-encoded.

    A server may repeat the key in its complaint, and what is logged may quote anything.
    """
    for reference in _alive.valuerefs():  # a list: other threads may make keys meanwhile
        secret = reference()
        for form in secret.forms() if secret is not None else ():
            if form in words:
                words = words.replace(form, MASK)
    return words


def _forms(text: str) -> tuple[str, ...]:
    if len(text) < _SHORTEST_MASKED:
        return ()
    import base64
    from urllib.parse import quote

    content = text.encode()
    found = {text, quote(text), quote(text, safe=""), json.dumps(text)[1:-1], text[::-1]}
    found |= {content.hex(), content.hex().upper(), content.hex(" ")}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        # Within other text (``user:key``) the bytes begin at any of three places of a group.
        for ahead in range(3):
            coded = encode(b"\0" * ahead + content).decode().rstrip("=")
            whole = (ahead + len(content)) % 3 == 0
            found.add(coded[(0, 2, 3)[ahead] : None if whole else -1])
    return tuple(sorted(found, key=len, reverse=True))


class ApiKey(Secret):
    """A Phota API key; only :meth:`reveal` gives the text."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        """Take ``text`` without surrounding white space; ValueError if it cannot be a key."""
        text = text.strip()
        if not text:
            raise ValueError("The key is empty.")
        if len(text) > MAX_KEY_LENGTH:
            raise ValueError(f"The key is longer than {MAX_KEY_LENGTH} characters.")
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("The key has characters that no API key has.")
        super().__init__(text)

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


class BucketSecret(Secret):
    """What opens a bucket: a secret, and at S3 the id of the access key that it belongs to.

    ``secret`` is S3's secret access key, Azure's account key, or the whole text of the JSON key
    file of a Google service account. Only :meth:`reveal` gives it.
    """

    __slots__ = ("_key_id",)

    def __init__(self, secret: str, key_id: str = "") -> None:
        """Take both without surrounding white space; ValueError if they cannot be credentials."""
        secret, key_id = secret.strip(), key_id.strip()
        if not secret:
            raise ValueError("The secret is empty.")
        if len(secret) > MAX_BUCKET_SECRET_LENGTH or len(key_id) > MAX_KEY_LENGTH:
            raise ValueError("The credentials are longer than any are.")
        if not secret.replace("\n", "").replace("\r", "").replace("\t", "").isprintable():
            raise ValueError("The secret has characters that no secret has.")
        if not key_id.isascii() or not key_id.isprintable() or " " in key_id:
            raise ValueError("The key ID has characters that no key ID has.")
        super().__init__(secret)
        self._key_id = key_id

    @property
    def key_id(self) -> str:
        """The id of the access key, empty where there is none; not shown without need."""
        return self._key_id

    def reveal(self) -> str:
        """Return the secret itself, for signing and the keyring alone."""
        return self._text

    def problems(self, provider: Provider) -> tuple[tuple[str, str], ...]:
        """Return what cannot be right at ``provider``, as (field, sentence) without the secret."""
        if provider == "s3":
            if not self._key_id:
                return (("key_id", "S3 needs the ID of the access key as well."),)
            if " " in self._text or "\n" in self._text:
                return (("secret", "The secret access key has no spaces."),)
        elif provider == "azure":
            if not self._text.isascii() or len(self._text) % 4 or " " in self._text:
                return (("secret", "Azure's account key is base64 text; copy it whole."),)
        elif not _is_service_account(self._text):
            words = "Google Cloud needs the whole JSON key file of a service account."
            return (("secret", words),)
        return ()

    def packed(self) -> str:
        """Return both as one text, for the keyring alone."""
        return json.dumps({"key_id": self._key_id, "secret": self._text})

    @classmethod
    def unpacked(cls, text: str) -> BucketSecret:
        """Read what :meth:`packed` wrote; ValueError without the text in it."""
        try:
            found = json.loads(text)
            return cls(str(found["secret"]), str(found["key_id"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise ValueError("These are no bucket credentials.") from None

    def __repr__(self) -> str:
        return "BucketSecret(•••)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, BucketSecret)
            and self._key_id == other._key_id
            and hmac.compare_digest(self._text.encode(), other._text.encode())
        )

    def __hash__(self) -> int:
        return hash(("BucketSecret", self._key_id, self._text))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("Bucket credentials are never written out.")


def _is_service_account(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    names = ("client_email", "private_key", "private_key_id")
    return isinstance(found, dict) and all(isinstance(found.get(name), str) for name in names)
