"""Server addresses: which ones are allowed, and which URLs may see the API key."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

import httpx

from phota_desktop.core.errors import ErrorKind, PhotaError

DEFAULT_BASE_URL = "https://api.photalabs.com/v1/phota"
"""Phota's own API (docs, section 1 of the contract)."""

Origin = tuple[str, str, int]
"""Scheme, host and port."""

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PLAIN_URL = re.compile(r"[!-\[\]-~]{1,4096}")
_PORTS = {"https": 443, "http": 80}


def origin_of(url: httpx.URL) -> Origin:
    """Return scheme, lower-case host and the port, the default one where none is written."""
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme, 0)


def is_loopback_host(host: str) -> bool:
    """Tell ``localhost`` and literal addresses of 127.0.0.0/8 and ::1 from the rest."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_url(text: str) -> httpx.URL | None:
    """Return ``text`` as a URL, or None when it is none or hides something.

    Spaces, control and non-ASCII characters and backslashes are refused: programs disagree on
    what they mean, and a disagreement between a check and a dialler is a way around the check.
    """
    if not _PLAIN_URL.fullmatch(text):
        return None
    try:
        url = httpx.URL(text)
        port = origin_of(url)[2]
    except (httpx.InvalidURL, ValueError):
        return None
    return url if not url.userinfo and port <= 65535 else None


@dataclass(frozen=True)
class ServerAddress:
    """Where a Phota server lives; make it with :meth:`parse`, which checks it."""

    base_url: str

    @classmethod
    def parse(cls, text: str) -> ServerAddress:
        """Return the checked address: https anywhere, http for this computer only.

        Raises PhotaError (INVALID).
        """
        text = text.strip().rstrip("/")
        url = parse_url(text)
        if url is None or url.scheme not in _PORTS or not url.host:
            raise PhotaError(ErrorKind.INVALID, "The server address is not an https:// address.")
        if url.query or url.fragment:
            raise PhotaError(ErrorKind.INVALID, "The server address ends in a query or fragment.")
        if url.scheme == "http" and not is_loopback_host(url.host):
            raise PhotaError(
                ErrorKind.INVALID,
                "A server that is not on this computer needs an https:// address.",
            )
        return cls(text)

    @property
    def origin(self) -> Origin:
        """Scheme, host and port: the only place the key goes."""
        return origin_of(httpx.URL(self.base_url))

    @property
    def is_loopback(self) -> bool:
        """True when the server is on this computer."""
        return is_loopback_host(self.origin[1])

    def owns(self, url: httpx.URL) -> bool:
        """Tell whether ``url`` has this server's origin and no user name hidden in it."""
        return not url.userinfo and origin_of(url) == self.origin

    def url(self, path: str) -> httpx.URL:
        """Return the URL of ``path`` (without a leading slash) below the base."""
        return httpx.URL(f"{self.base_url}/{path}")

    def job_url(self, job_id: str, poll_url: str) -> str:
        """Return where to poll: ``poll_url`` if it stays at this origin, else made of ``job_id``.

        Raises PhotaError (INVALID) when neither can be used.
        """
        offered = self._joined(poll_url)
        if offered is not None and self.owns(offered):
            return str(offered.copy_with(fragment=None))
        if not _JOB_ID.fullmatch(job_id):
            raise PhotaError(ErrorKind.INVALID, "Phota named this job in a way we cannot ask for.")
        return str(self.url(f"jobs/{job_id}"))

    def _joined(self, reference: str) -> httpx.URL | None:
        if not _PLAIN_URL.fullmatch(reference):
            return None
        try:
            joined = httpx.URL(f"{self.base_url}/").join(reference)
        except (httpx.InvalidURL, ValueError):
            return None
        return parse_url(str(joined))


ENGINE_ADDRESS = ServerAddress("http://engine.local/v1/phota")
"""The in-process local engine: a name that is never resolved, for clients with ``app`` only."""
