"""Keeps keys and signed links out of log records."""

from __future__ import annotations

import base64
import logging
import re
from urllib.parse import quote

from phota_desktop.core.secrets import MASK, masked

_HEADER = re.compile(r"(?i)(x-api-key|authorization)(['\"]?\s*[:=,]\s*b?['\"]?)([^'\"\s,)\]}]+)")
_QUERY = re.compile(
    r"(?i)([?&](?:token|sig|signature|expires|key|api_key|x-(?:amz|goog)-[a-z-]+)=)[^&\s'\"<>)]+"
)
_TOKEN = re.compile(r"(?i)\b((?:token|sig|signature|expires)=)[^&\s'\"<>)]+")


class RedactingFilter(logging.Filter):
    """A logging filter that masks key headers, signed query values and every known secret.

    Keys and credentials that the program holds are known (:mod:`core.secrets`); ``hide`` adds
    another, which is masked in its plain, base64 and percent-encoded form.
    """

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets: set[str] = set()
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: str) -> None:
        """Mask ``secret`` from now on."""
        if len(secret) < 4:
            return
        plain = secret.encode()
        self._secrets |= {
            secret,
            quote(secret, safe=""),
            base64.b64encode(plain).decode(),
            base64.urlsafe_b64encode(plain).decode(),
        }

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite ``record`` in place; it is always logged."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        record.msg, record.args = self.redact(message), ()
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self.redact(record.exc_text)
        return True

    def redact(self, words: str) -> str:
        """Return ``words`` with every secret masked."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            words = words.replace(secret, MASK)
        words = masked(words)
        words = _HEADER.sub(rf"\1\2{MASK}", words)
        words = _QUERY.sub(rf"\1{MASK}", words)
        return _TOKEN.sub(rf"\1{MASK}", words)


def quiet_transport_logs() -> None:
    """Silence httpx and httpcore below WARNING: at INFO they log signed links."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
