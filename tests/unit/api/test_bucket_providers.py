"""Google Cloud Storage and Azure: no server of theirs is here, so links, requests and answers."""

from __future__ import annotations

import base64
import email.utils
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from phota_desktop.api import bucket as bucket_module
from phota_desktop.api.bucket import Bucket
from phota_desktop.api.network import NetworkThread
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.core.secrets import BucketSecret
from tests.unit.api.conftest import LoopbackServer, reply

NAME = "phota-desktop-training/abc-1/def_2.jpg"
ACCOUNT_KEY = base64.b64encode(b"azure-canary-" + b"k" * 51).decode()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_module, "_PAUSES", (0.01, 0.02))


@pytest.fixture(scope="module")
def signer() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def key_file(signer: rsa.RSAPrivateKey) -> str:
    private = signer.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    fields = {"type": "service_account", "client_email": "ada@photos.iam.example"}
    fields |= {"private_key": private, "private_key_id": "abc", "token_uri": "https://evil.example"}
    return json.dumps(fields | {"gcs_base_url": "https://evil.example", "disable_oauth": True})


Opens = Callable[..., Bucket]


@pytest.fixture
async def opens(network: NetworkThread, key_file: str) -> AsyncIterator[Opens]:
    made: list[Bucket] = []

    def new(provider: Provider, endpoint: str = "", secret: str = "") -> Bucket:
        account = "adaphotos" if provider is Provider.AZURE else ""
        address = BucketAddress(provider, "training", endpoint=endpoint, account=account)
        known = ACCOUNT_KEY if provider is Provider.AZURE else key_file
        made.append(Bucket(address, BucketSecret(secret or known), network))
        return made[-1]

    yield new
    for one in made:
        await one.close()


async def test_a_google_link_is_signed_here_by_the_service_account(
    opens: Opens, signer: rsa.RSAPrivateKey
) -> None:
    link = await opens(Provider.GCS).link(NAME, 3600)
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}" == "https://storage.googleapis.com"
    assert unquote(parts.path) == f"/training/{NAME}"
    query = dict(parse_qsl(parts.query))
    signature = bytes.fromhex(query.pop("X-Goog-Signature"))
    assert query["X-Goog-Expires"] == "3600"
    assert query["X-Goog-Credential"].startswith("ada@photos.iam.example/")
    asked = "&".join(f"{k}={quote(v, safe='~')}" for k, v in sorted(query.items()))
    canonical = f"GET\n{parts.path}\n{asked}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    scope = query["X-Goog-Credential"].partition("/")[2]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"GOOG4-RSA-SHA256\n{query['X-Goog-Date']}\n{scope}\n{digest}"
    signer.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())


async def test_an_azure_link_is_signed_here_for_reading_alone(opens: Opens) -> None:
    link = await opens(Provider.AZURE).link(NAME, 3600)
    parts = urlsplit(link)
    assert parts.netloc == "adaphotos.blob.core.windows.net"
    assert unquote(parts.path) == f"/training/{NAME}"
    query = dict(parse_qsl(parts.query))
    assert (query["sp"], query["sr"]) == ("r", "b")
    signed = [query["sp"], query["st"], query["se"], f"/blob/adaphotos/training/{NAME}"]
    signed += ["", "", "", query["sv"], query["sr"], "", "", "", "", "", "", ""]
    for count in (15, 16):  # fields, as the version of the service has them
        digest = hmac.digest(
            base64.b64decode(ACCOUNT_KEY), "\n".join(signed[:count]).encode(), "sha256"
        )
        if base64.b64encode(digest).decode() == query["sig"]:
            return
    pytest.fail("The signature is another one.")


@pytest.mark.parametrize("provider", [Provider.GCS, Provider.AZURE])
async def test_objects_are_written_looked_for_and_deleted(
    opens: Opens, serve: Callable[..., LoopbackServer], provider: Provider
) -> None:
    server = serve(lambda asked: reply(404 if asked.method == "HEAD" else 201))
    bucket = opens(provider, server.origin)
    await bucket.put(NAME, b"picture")
    assert not await bucket.exists(NAME)
    await bucket.delete([NAME])
    assert [one.method for one in server.requests] == ["PUT", "HEAD", "DELETE"]
    put = server.requests[0]
    assert put.body == b"picture"
    assert put.headers["content-type"] == "image/jpeg"
    assert "authorization" not in put.headers
    assert put.headers.get("x-ms-blob-type", "") == (
        "BlockBlob" if provider is Provider.AZURE else ""
    )
    assert unquote(urlsplit(put.path).path).endswith(f"/training/{NAME}")


_SAID = [
    (Provider.AZURE, 403, "AuthenticationFailed", ErrorKind.KEY_REJECTED, "account key"),
    (Provider.AZURE, 404, "ContainerNotFound", ErrorKind.INVALID, "no container named training"),
    (
        Provider.AZURE,
        403,
        "AuthorizationPermissionMismatch",
        ErrorKind.KEY_REJECTED,
        "may not write",
    ),
    (Provider.AZURE, 503, "ServerBusy", ErrorKind.BUSY, "busy"),
    (Provider.AZURE, 409, "SomethingNew", ErrorKind.INVALID, "409 (SomethingNew)"),
    (Provider.GCS, 403, "SignatureDoesNotMatch", ErrorKind.KEY_REJECTED, "key file"),
    (Provider.GCS, 403, "AccessDenied", ErrorKind.KEY_REJECTED, "may not write"),
    (Provider.GCS, 404, "NoSuchBucket", ErrorKind.INVALID, "no bucket named training"),
    (Provider.GCS, 429, "SlowDown", ErrorKind.BUSY, "busy"),
    (Provider.GCS, 307, "", ErrorKind.INVALID, "another address"),
    (Provider.GCS, 418, "<script>", ErrorKind.INVALID, "refused: 418."),
]


@pytest.mark.parametrize(("provider", "status", "code", "kind", "words"), _SAID)
async def test_what_they_say_has_the_same_words(
    opens: Opens,
    serve: Callable[..., LoopbackServer],
    provider: Provider,
    status: int,
    code: str,
    kind: ErrorKind,
    words: str,
) -> None:
    text = f"<Error><Code>{code}</Code><Message>canary sig=abc</Message></Error>".encode()
    server = serve(reply(status, text))
    with pytest.raises(PhotaError) as told:
        await opens(provider, server.origin).put(NAME, b"x")
    assert told.value.kind is kind
    assert words in told.value.message
    shown = f"{told.value.message} {told.value.hint} {told.value.field}"
    assert not any(word in shown for word in ("canary", "sig=", "<"))


async def test_a_clock_a_little_ahead_is_waited_for_at_azure(
    opens: Opens, serve: Callable[..., LoopbackServer]
) -> None:
    answers = iter([403, 403, 201])
    begun = time.time()

    def answer(_asked: object) -> bytes:
        then = email.utils.formatdate(time.time() - 1.2, usegmt=True)
        text = b"<Error><Code>AuthenticationFailed</Code></Error>"
        return reply(next(answers), text, date=then)

    server = serve(answer)
    await opens(Provider.AZURE, server.origin).put(NAME, b"x")
    assert len(server.requests) == 3
    assert time.time() - begun < 8


@pytest.mark.parametrize(
    ("provider", "secret"),
    [
        (Provider.AZURE, "!!!!canary!!"),
        (Provider.GCS, '{"client_email":"a","private_key":"canary","private_key_id":"c"}'),
    ],
)
async def test_credentials_that_cannot_be_read_are_said_without_them(
    opens: Opens, provider: Provider, secret: str
) -> None:
    with pytest.raises(PhotaError) as told:
        await opens(provider, secret=secret).link(NAME, 60)
    assert (told.value.kind, told.value.field) == (ErrorKind.INVALID, "secret")
    assert "canary" not in str(vars(told.value))
    assert told.value.__suppress_context__
