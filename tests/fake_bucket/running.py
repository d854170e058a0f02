"""Starts moto's server, and one bucket with a door of its own for each test."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator

from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.core.secrets import BucketSecret
from tests.fake_bucket.door import OWNER, Door, Entry, Rules

KEY_ID = "AKIATESTKEY0123456789"
SECRET = "bucket-canary/Zx81+9f3c2b7a5d4e"  # noqa: S105
REGION = "eu-central-1"


@contextlib.contextmanager
def start_moto() -> Iterator[int]:
    """Run moto's server in a process of its own; gives its port. Takes about a second."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, "moto did not start"
            assert time.monotonic() < end, "moto did not answer"
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


class FakeBucket:
    """One bucket of a running moto; ``rules`` bend its door, ``ledger`` holds what was asked."""

    def __init__(self, moto_port: int) -> None:
        self.name = f"photos-{uuid.uuid4().hex[:12]}"
        self.rules = Rules(keys={KEY_ID: SECRET}, region=REGION)
        self._moto = moto_port
        self._inside(
            "PUT",
            "",
            f"<CreateBucketConfiguration><LocationConstraint>{REGION}"
            "</LocationConstraint></CreateBucketConfiguration>",
        )
        self._door = Door(moto_port, self.rules)
        self._thread = threading.Thread(target=self._door.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """Stop the door; the bucket stays in moto's memory until that ends."""
        self._door.shutdown()
        self._door.hang_up_all()
        self._door.server_close()
        self._thread.join()

    @property
    def endpoint(self) -> str:
        """``http://127.0.0.1:<port>``."""
        return f"http://127.0.0.1:{self._door.server_address[1]}"

    @property
    def address(self) -> BucketAddress:
        """Where the program finds it."""
        return BucketAddress(Provider.S3, self.name, region=REGION, endpoint=self.endpoint)

    @property
    def secret(self) -> BucketSecret:
        """What opens it."""
        return BucketSecret(SECRET, KEY_ID)

    @property
    def ledger(self) -> list[Entry]:
        """Every request that came to the door, in order."""
        return list(self._door.ledger)

    def revoke(self) -> None:
        """Make the credentials worthless from now on."""
        self.rules.keys.clear()

    def restore(self) -> None:
        """Take them back."""
        self.rules.keys[KEY_ID] = SECRET

    def objects(self) -> dict[str, int]:
        """Return what lies in the bucket, asked behind the door: names and sizes in bytes."""
        text = self._inside("GET", "?list-type=2").decode()
        found = re.findall(r"<Key>([^<]*)</Key>.*?<Size>(\d+)</Size>", text, re.DOTALL)
        return {name: int(size) for name, size in found}

    def read(self, name: str) -> bytes:
        """Return an object, asked behind the door."""
        return self._inside("GET", f"/{name}")

    def write(self, name: str, content: bytes) -> None:
        """Put an object there, behind the door."""
        self._inside("PUT", f"/{name}", content)

    def remove(self) -> None:
        """Delete the (empty) bucket itself."""
        self._inside("DELETE", "")

    def _inside(self, method: str, rest: str, body: str | bytes = b"") -> bytes:
        inner = http.client.HTTPConnection("127.0.0.1", self._moto, timeout=30)
        content = body.encode() if isinstance(body, str) else body
        try:
            inner.request(method, f"/{self.name}{rest}", content, {"Authorization": OWNER})
            response = inner.getresponse()
            answer = response.read()
            assert response.status < 300, answer
            return answer
        finally:
            inner.close()
