"""Goal 8: to an unknown authority, another name or an expired one no byte of a request goes."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from phota_desktop.api.address import ServerAddress
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.network import NetworkThread
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import Operation
from phota_desktop.core.secrets import ApiKey
from tests.unit.api.conftest import CANARY, LoopbackServer, reply_json

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


class Authority:
    """Signs certificates of servers; its own is a PEM file to trust, or not to."""

    def __init__(self, folder: Path, called: str) -> None:
        self._folder = folder
        self._name = name(called)
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = self._sign(self._name, self._key, NOW - DAY, NOW + DAY, None)
        self.pem = folder / f"{called}.pem"
        self.pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def _sign(
        self,
        subject: x509.Name,
        key: Key,
        start: datetime.datetime,
        end: datetime.datetime,
        host: x509.GeneralName | None,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName([host]), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def server(self, host: str = "127.0.0.1", end: datetime.datetime = NOW + DAY) -> ssl.SSLContext:
        """Return the server's side of TLS with a certificate for ``host``."""
        key = ec.generate_private_key(ec.SECP256R1())
        where: x509.GeneralName = (
            x509.IPAddress(ipaddress.ip_address(host))
            if host[0].isdecimal()
            else x509.DNSName(host)
        )
        made = self._sign(name("server"), key, NOW - 9 * DAY, end, where)
        file = self._folder / f"{x509.random_serial_number()}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(file)
        return tls


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def known(folder: Path) -> Authority:
    return Authority(folder, "known")


@pytest.fixture(scope="module")
def unknown(folder: Path) -> Authority:
    return Authority(folder, "unknown")


@pytest.fixture
async def client_of(known: Authority) -> AsyncIterator[Callable[[str], PhotaClient]]:
    network = NetworkThread(ca_file=known.pem)
    made: list[PhotaClient] = []

    def new(base: str) -> PhotaClient:
        made.append(PhotaClient(ServerAddress.parse(base), ApiKey(CANARY), network))
        return made[-1]

    yield new
    for client in made:
        await client.close()
    network.close()


CASES = ["unknown authority", "another name", "expired", "self-signed", "old TLS"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("call", ["check", "submit", "poll", "download"])
async def test_nothing_is_said_to_who_cannot_show_who_it_is(
    case: str,
    call: str,
    serve: Callable[..., LoopbackServer],
    client_of: Callable[[str], PhotaClient],
    known: Authority,
    unknown: Authority,
    certificate: Path,
    body: Path,
    part_for: Callable[[int], Path],
    tmp_path: Path,
) -> None:
    tls = {
        "unknown authority": lambda: unknown.server(),
        "another name": lambda: known.server("api.example"),
        "expired": lambda: known.server(end=NOW - DAY),
        "self-signed": lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
        "old TLS": lambda: known.server(),
    }[case]()
    if case == "self-signed":
        tls.load_cert_chain(certificate)
    if case == "old TLS":
        tls.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning, match="TLS"):
            tls.maximum_version = ssl.TLSVersion.TLSv1_1
    api = serve(reply_json(200, {"profiles": []}), tls)
    client = client_of(api.base)

    async def pause(_: float) -> None:
        raise PhotaError(ErrorKind.OFFLINE, surely_not_charged=True)

    client.downloads.pause = pause
    calls = {
        "check": client.check_key,
        "submit": lambda: client.studio.submit(Operation.ENHANCE, body, part_for),
        "poll": lambda: client.studio.job("j", "", part_for),
        "download": lambda: client.downloads.fetch("/f", tmp_path / "a.part"),
    }
    with pytest.raises(PhotaError) as caught:
        await calls[call]()
    assert caught.value.kind is ErrorKind.OFFLINE
    assert caught.value.surely_not_charged
    assert (api.requests, api.bytes_in) == ([], 0)


async def test_the_same_client_speaks_to_who_can(
    serve: Callable[..., LoopbackServer],
    client_of: Callable[[str], PhotaClient],
    known: Authority,
) -> None:
    api = serve(reply_json(200, {"profiles": ["a"]}), known.server())
    assert await client_of(api.base).check_key() == 1
