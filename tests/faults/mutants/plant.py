"""Plants one mistake in the program for a run of pytest: ``PHOTA_MUTANT=NAME pytest -p …plant``.

Each is a mistake that somebody could make in good faith, in one function.
"""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any  # the signatures of what is patched do not matter here

LIVES = "tests/faults/ledger/test_ledger.py::test_a_hundred_lives"


def fresh_id() -> None:
    """Send every try with an id of its own."""
    from phota_desktop.services.runner import Runner

    real = Runner._submit

    async def submit(self: Runner, client: Any, job: Any) -> Any:
        fresh = str(uuid.uuid4()).encode()
        body = job.body_path.read_bytes().replace(job.client_request_id.encode(), fresh)
        with tempfile.NamedTemporaryFile() as mutated:
            mutated.write(body)
            mutated.flush()
            return await real(self, client, replace(job, body_path=Path(mutated.name)))

    Runner._submit = submit  # type: ignore[method-assign]


def other_account() -> None:
    """Take all keys for those of one account."""
    from phota_desktop.services.session import Session

    Session.account = lambda *_: "the one"  # type: ignore[method-assign]


def sync_repeat() -> None:
    """Send again by itself what a server without ids of requests may have taken."""
    from phota_desktop.api import retry

    real = retry.decide
    retry.decide = lambda *args, sync=False, **kwargs: real(*args, **kwargs)


def overwrite() -> None:
    """Write results over what has their name."""
    from phota_desktop.store.vault import Vault, safe_stem

    def deliver(
        _self: Vault, vault_path: Path, folder: Path, stem: str, ext: str, **_: object
    ) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{safe_stem(stem)}-1.{ext}"
        target.write_bytes(vault_path.read_bytes())
        return target

    Vault.deliver = deliver  # type: ignore[method-assign]


def lose_the_answer() -> None:
    """Forget that a try before may have been charged."""
    from phota_desktop.services import runner

    runner._leaves_doubt = lambda _: False


def key_on_redirect() -> None:
    """Follow the API's redirects, as httpx can."""
    import httpx

    from phota_desktop.api import channel

    real = channel.open_client

    def open_client(*args: Any, **kwargs: Any) -> httpx.AsyncClient:
        client = real(*args, **kwargs)
        client.event_hooks = {}
        client.follow_redirects = True
        return client

    channel.open_client = open_client  # type: ignore[attr-defined]


def poll_anywhere() -> None:
    """Ask for a job wherever the server says."""
    from phota_desktop.api.address import ServerAddress

    ServerAddress.job_url = lambda self, job_id, url: url or str(self.url(f"jobs/{job_id}"))  # type: ignore[method-assign]
    ServerAddress.owns = lambda *_: True  # type: ignore[method-assign]


def retry_400() -> None:
    """Try again what was declined for good."""
    from phota_desktop.api import retry
    from phota_desktop.core.errors import ErrorKind

    retry._WAIT_KINDS |= {ErrorKind.INVALID}  # type: ignore[misc]


def impatient() -> None:
    """Pay no heed to ``Retry-After``."""
    from phota_desktop.api import errors

    errors.retry_after = lambda _: None


def unchecked_length() -> None:
    """Take a download for whole when the connection ends."""
    import httpx

    from phota_desktop.api import download

    real, aiter_raw = download._extent, httpx.Response.aiter_raw

    async def to_the_end(self: httpx.Response) -> AsyncIterator[bytes]:
        with contextlib.suppress(httpx.RemoteProtocolError):
            async for piece in aiter_raw(self):
                yield piece

    download._extent = lambda *args: (real(*args)[0], None)
    httpx.Response.aiter_raw = to_the_end  # type: ignore[assignment]


def unchecked_picture() -> None:
    """Keep what arrives without looking whether it is a whole picture."""
    from phota_desktop.imaging import reading
    from phota_desktop.imaging.arriving import Checked
    from phota_desktop.services.following import Followers

    known = {"format": reading.PhotoFormat.JPEG, "width": 16, "height": 12}
    fields = dict.fromkeys(reading.PhotoInfo.__dataclass_fields__) | known
    info = reading.PhotoInfo(**fields)  # type: ignore[arg-type]  (nobody looks at the rest)
    Followers.check = lambda *_, **__: Checked(info)  # type: ignore[method-assign]


def private_addresses() -> None:
    """Fetch pictures from wherever a link leads."""
    from phota_desktop.api import dialing

    dialing.is_public = lambda _: True


def any_certificate() -> None:
    """Trust every certificate."""
    from phota_desktop.api import network

    real = network._tls_context

    def trusting(*args: Any) -> ssl.SSLContext:
        context = real(*args)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    network._tls_context = trusting


@dataclass(frozen=True)
class Mutant:
    """A planted mistake and the tests that must fail by it."""

    plant: Callable[[], None]
    guards: tuple[str, ...]


_API = "tests/unit/api"
_SERVICES = "tests/unit/services"
MUTANTS = {
    "fresh-id": Mutant(fresh_id, (LIVES,)),
    "other-account": Mutant(other_account, (f"{_SERVICES}/test_key_change.py",)),
    "sync-repeat": Mutant(sync_repeat, (f"{_SERVICES}/test_sync_again.py",)),
    "overwrite": Mutant(overwrite, (LIVES,)),
    "lose-the-answer": Mutant(lose_the_answer, (f"{_SERVICES}/test_costs_in_doubt.py",)),
    "unchecked-picture": Mutant(unchecked_picture, (LIVES,)),
    "retry-400": Mutant(retry_400, (LIVES, f"{_API}/test_retry_rows.py")),
    "key-on-redirect": Mutant(key_on_redirect, (f"{_API}/test_hosts.py",)),
    "poll-anywhere": Mutant(poll_anywhere, (f"{_API}/test_hosts.py",)),
    "impatient": Mutant(impatient, (f"{_API}/test_retry_rows.py",)),
    "unchecked-length": Mutant(unchecked_length, (f"{_API}/test_download_matrix.py",)),
    "private-addresses": Mutant(private_addresses, (f"{_API}/test_address_private.py",)),
    "any-certificate": Mutant(any_certificate, (f"{_API}/test_tls_refusals.py",)),
}


def pytest_configure() -> None:
    """Plant the mutant that the environment names."""
    name = os.environ.get("PHOTA_MUTANT")
    if name:
        MUTANTS[name].plant()
