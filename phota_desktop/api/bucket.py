"""A person's own bucket: small objects in and out, and links that others can read for a while.

obstore signs and lists, for three providers; what is sent goes over our own HTTP stack, with its
rules (no proxies of the environment, our certificates, no redirects) and its way to be cancelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import httpx
import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from phota_desktop import __version__
from phota_desktop.api import bucket_errors, errors
from phota_desktop.api.address import is_loopback_host, parse_url
from phota_desktop.api.bucket_errors import Act, Answer
from phota_desktop.api.dialing import is_public
from phota_desktop.api.network import NetworkThread
from phota_desktop.api.redaction import quiet_transport_logs
from phota_desktop.api.transport import open_client
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.core.secrets import BucketSecret

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

SIGNED_S = 900
"""How long what we sign for ourselves holds: as far as clocks may differ (S3's own limit)."""
PUT_S = 180.0
"""For one photo: some 5 MB at 0.25 Mbit/s."""
ANSWER_S = 30.0
_CONNECT_S = 10.0
_PAUSES = (0.5, 2.0)
"""Seconds before the second and third try; every act here can be repeated."""
_DELETES_AT_ONCE = 4
_MOST_ANSWER = 65_536
_REGION = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}", re.ASCII)
_CLOUD_VARIABLES = ("AWS_", "AZURE_", "GOOGLE_", "MSI_", "IDENTITY_")
_NO_PROXY = {"proxy_url": "http://127.0.0.1:9", "proxy_excludes": "*,0.0.0.0/0,::/0"}
"""obstore obeys HTTPS_PROXY unless it has a proxy; this one is for no address at all."""

Store = S3Store | GCSStore | AzureStore


@dataclass(frozen=True)
class StoredObject:
    """One object of a listing; ``size`` in bytes, ``modified`` in Unix seconds."""

    name: str
    size: int
    modified: float


class Bucket:
    """One bucket with its credentials; its work runs on ``network``.

    Nothing is sent before the first call. Every method raises PhotaError with words for a person
    (see bucket_errors); no error holds a link, a signature or a credential. Raises PhotaError
    INVALID, with the field, for an address or credentials that cannot be right.
    """

    def __init__(
        self, address: BucketAddress, secret: BucketSecret, network: NetworkThread
    ) -> None:
        quiet_transport_logs()
        _check(address, secret)
        self.address = address
        self._network = network
        self._client: httpx.AsyncClient | None = None
        try:
            self._store = _open(address, secret)
        except (BaseError, ValueError):
            # Without the cause: its text may hold what it was given.
            raise _wrong("secret", "These credentials cannot be read.") from None

    async def put(self, name: str, content: bytes, content_type: str = "image/jpeg") -> Answer:
        """Write an object; the answer's ``version`` says whether the bucket keeps old ones."""
        headers = {"Content-Type": content_type}
        if self.address.provider is Provider.AZURE:
            headers["x-ms-blob-type"] = "BlockBlob"
        answer = await self._network.run(self._send("PUT", name, content, headers))
        if not answer.is_success:
            raise bucket_errors.refused(Act.WRITE, answer, self.address)
        return answer

    async def delete(self, names: Sequence[str]) -> None:
        """Delete objects; what is not there counts as deleted, also if the bucket is gone."""
        await self._network.run(self._delete(names))

    async def exists(self, name: str) -> bool:
        """Tell whether an object is there; a bucket that is gone holds none."""
        # Azure's signature names what is allowed and not the method: reading is.
        answer = await self._network.run(self._send("HEAD", name))
        if answer.status in (404, 410):
            return False
        if answer.is_success:
            return True
        if answer.status != 403:
            raise bucket_errors.refused(Act.READ, answer, self.address)
        # S3 says 403 instead of 404 to those who may not list; those who may can be told.
        return any(one.name == name for one in await self.list(name.rpartition("/")[0]))

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        """Return what lies below the folder ``prefix``, in the server's order."""
        return await self._network.run(self._list(prefix))

    async def link(self, name: str, seconds: int) -> str:
        """Return an address under which anybody can read the object for so many seconds."""
        return self._signed("GET", name, seconds)

    async def read(self, url: str) -> Answer:
        """Read an address without any credentials, as a stranger would; at most 64 kB are kept."""
        return await self._network.run(self._once("GET", url, b"", {}))

    def refusal(self, answer: Answer) -> PhotaError:
        """Return the error for an answer of :meth:`read` that is no success."""
        return bucket_errors.refused(Act.READ, answer, self.address)

    def is_public_address(self) -> bool:
        """Tell whether others on the internet may reach the endpoint, as far as its name says."""
        url = parse_url(self.address.endpoint) if self.address.endpoint else None
        if url is None:
            return True
        is_name = any(letter.isalpha() for letter in url.host) and ":" not in url.host
        return not is_loopback_host(url.host) and (is_name or is_public(url.host))

    def plain_address(self, name: str) -> str:
        """Return the object's address without a signature."""
        return self._signed("GET", name, 60).partition("?")[0]

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await self._network.run(client.aclose())

    def __repr__(self) -> str:
        return f"Bucket({self.address.label})"

    # -- on the network loop ------------------------------------------------------------

    async def _send(
        self, method: str, name: str, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """Return the last answer of up to three tries; raises PhotaError where there is none."""
        signed_as = (
            "GET" if self.address.provider is Provider.AZURE and method == "HEAD" else method
        )
        for pause in (*_PAUSES, None):
            url = self._signed(signed_as, name, SIGNED_S)
            try:
                answer = await self._once(method, url, content, headers or {})
            except PhotaError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
                continue
            if pause is None or not answer.is_passing:
                break
            # Azure takes a signature from the second on that our clock, ahead of its own, names.
            await asyncio.sleep(answer.ahead + 1 if answer.status == 403 else pause)
        return answer

    async def _once(self, method: str, url: str, content: bytes, headers: dict[str, str]) -> Answer:
        """Send one request; raises PhotaError OFFLINE where there is no answer."""
        try:
            async with asyncio.timeout(PUT_S if content else ANSWER_S):
                client = self._http()
                timeout = httpx.Timeout(ANSWER_S, connect=_CONNECT_S)
                request = client.build_request(
                    method, url, content=content or None, headers=headers, timeout=timeout
                )
                if method == "PUT":
                    request.headers.setdefault("Content-Length", str(len(content)))
                response = await client.send(request, stream=True)
                try:
                    body = await _beginning(response)
                finally:
                    await response.aclose()
        except httpx.HTTPError as error:
            hint = errors.from_transport(error, posted=False).hint
            raise bucket_errors.offline(hint) from None  # its request holds a signed address
        except TimeoutError:
            raise bucket_errors.offline("It did not answer in time.") from None
        return Answer.of(response.status_code, response.headers, body)

    async def _delete(self, names: Sequence[str]) -> None:
        places = asyncio.Semaphore(_DELETES_AT_ONCE)

        async def delete(name: str) -> PhotaError | None:
            async with places:
                try:
                    answer = await self._send("DELETE", name)
                except PhotaError as error:
                    return error
            if answer.is_success or answer.status in (404, 410):
                return None
            return bucket_errors.refused(Act.DELETE, answer, self.address)

        problems = await asyncio.gather(*map(delete, names))
        for problem in problems:
            if problem is not None:
                raise problem

    async def _list(self, prefix: str) -> tuple[StoredObject, ...]:
        # In a thread and not with obstore's own coroutines: after those the interpreter aborted at
        # its end in 13 of 140 runs (their threads want the lock that is gone by then).
        try:
            return await asyncio.to_thread(_listing, self._store, prefix)
        except (BaseError, OSError, ValueError) as error:
            told = bucket_errors.read_text(error)
        if told.status in (400, 401, 403):  # it does not tell the time, any other answer does
            with contextlib.suppress(PhotaError):
                url = self.plain_address(f"{prefix}/none")
                told = told.at(await self._once("HEAD", url, b"", {}))
        raise bucket_errors.refused(Act.LIST, told, self.address)

    def _signed(self, method: str, name: str, seconds: int) -> str:
        try:
            return obstore.sign(self._store, method, name, timedelta(seconds=seconds))  # type: ignore[call-overload, no-any-return]
        except (BaseError, ValueError):
            raise _wrong("secret", "These credentials cannot sign links.") from None

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # Not checked for private nets: a person's own server may be in one.
            self._client = open_client(self._network, None, checked=False)
        return self._client


async def _beginning(response: httpx.Response) -> bytes:
    kept = bytearray()
    async for piece in response.aiter_raw():
        kept += piece
        if len(kept) >= _MOST_ANSWER:
            break
    return bytes(kept[:_MOST_ANSWER])


def _listing(store: Store, prefix: str) -> tuple[StoredObject, ...]:
    found = []
    for batch in obstore.list(store, prefix=prefix):
        for one in batch:
            modified: datetime = one["last_modified"]
            found.append(StoredObject(one["path"], one["size"], modified.timestamp()))
    return tuple(found)


def _check(address: BucketAddress, secret: BucketSecret) -> None:
    for field, words in (*address.problems(), *secret.problems(address.provider)):
        raise _wrong(field, words)
    if address.region and not _REGION.fullmatch(address.region):
        raise _wrong("region", "A region is written like eu-central-1.")
    if address.account and not _ACCOUNT.fullmatch(address.account):
        raise _wrong("account", "A storage account has 3 to 24 small letters and digits.")
    if not address.endpoint:
        return
    url = parse_url(address.endpoint)
    if url is None or url.scheme not in ("https", "http") or not url.host or url.query:
        raise _wrong("endpoint", "The endpoint is not an https:// address.")
    if url.scheme == "http" and not is_loopback_host(url.host):
        raise _wrong("endpoint", "An endpoint that is not on this computer needs https://.")


def _open(address: BucketAddress, secret: BucketSecret) -> Store:
    forget_cloud_environment()
    endpoint = address.endpoint.rstrip("/")
    client: ClientConfig = {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": "10s",
        "timeout": "15s",
        "user_agent": f"phota-desktop/{__version__}",
        # Ours alone: with the system's, SSL_CERT_FILE would open our traffic (threat T21).
        "root_certificate": Path(certifi.where()).read_bytes(),
        "disable_system_certificates": True,
        **_NO_PROXY,  # type: ignore[typeddict-item]
    }
    retry: RetryConfig = {"max_retries": 1, "retry_timeout": timedelta(seconds=20)}
    if address.provider is Provider.S3:
        place = {"endpoint": endpoint} if endpoint else {}
        return S3Store(
            address.bucket,
            region=address.region or "us-east-1",
            access_key_id=secret.key_id,
            secret_access_key=secret.reveal(),
            client_options=client,
            retry_config=retry,
            **place,  # type: ignore[arg-type]
        )
    if address.provider is Provider.AZURE:
        place = {"endpoint": endpoint} if endpoint else {}
        return AzureStore(
            address.bucket,
            account_name=address.account,
            account_key=secret.reveal(),
            credential_type="access_key",
            client_options=client,
            retry_config=retry,
            **place,  # type: ignore[arg-type]
        )
    return GCSStore(
        address.bucket,
        service_account_key=_service_account(secret, endpoint),
        client_options=client,
        retry_config=retry,
    )


def _service_account(secret: BucketSecret, endpoint: str) -> str:
    """Return the key file with what is needed of it: other fields can send photos elsewhere."""
    given = json.loads(secret.reveal())
    kept = {name: given[name] for name in ("client_email", "private_key", "private_key_id")}
    if endpoint:
        kept["gcs_base_url"] = endpoint
    return json.dumps({"type": "service_account", **kept})


def forget_cloud_environment() -> None:
    """Take the variables of cloud tools out of this process.

    obstore fills every option that is not given from them: a session token, an endpoint, an
    encryption key of another account would bend what a person set up here.
    """
    for name in tuple(os.environ):
        if name.upper().startswith(_CLOUD_VARIABLES):
            del os.environ[name]


def _wrong(field: str, words: str) -> PhotaError:
    return PhotaError(ErrorKind.INVALID, words, field=field, surely_not_charged=True)
