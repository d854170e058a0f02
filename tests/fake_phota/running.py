"""Starting and stopping the fake: in this process, or in one of its own that outlives a kill."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from types import TracebackType

from tests.fake_phota.api import BASE, Api
from tests.fake_phota.cdn import Cdn, Stranger
from tests.fake_phota.chaos import Chaos, Fault
from tests.fake_phota.ledger import Ledger
from tests.fake_phota.memory import Memory
from tests.fake_phota.wire import Listener

KEY = "fake-key-0123456789"
_ROOT = Path(__file__).parents[2]
_ORIGINS = {"api": Api, "cdn": Cdn, "stranger": Stranger}


class Servers:
    """The three listeners of one fake, each in a thread."""

    def __init__(self, ledger: Ledger, chaos: Chaos, key: str = KEY, port: int = 0) -> None:
        self.memory = Memory(ledger, chaos, key)
        self._listeners = []
        self._threads = []
        for name, handler in _ORIGINS.items():
            listener = Listener(port if name == "api" else 0, self.memory, handler)
            self.memory.origins[name] = listener.origin
            self._listeners.append(listener)
        for listener in self._listeners:
            thread = threading.Thread(target=listener.serve_forever, args=(0.01,), name="fake")
            thread.start()
            self._threads.append(thread)

    @property
    def url(self) -> str:
        """The base URL, as in ``PHOTA_BASE_URL``."""
        return self.memory.origins["api"] + BASE

    def close(self) -> None:
        """Stop listening, cut every connection and wait for the threads."""
        self.memory.closing.set()
        for listener in self._listeners:
            listener.shutdown()
            listener.hang_up_all()
            listener.server_close()
        for thread in self._threads:
            thread.join()


class _Fake:
    """What both ways of running share: addresses, ledger, chaos at run time."""

    def __init__(
        self, ledger: Path, *faults: Fault, key: str = KEY, seed: int = 0, **traits: object
    ) -> None:
        self.ledger = Ledger(ledger)
        self.key = key
        self.url = ""
        self.origins: dict[str, str] = {}
        self._chaos = _chaos(faults, seed, traits)

    def set_chaos(self, *faults: Fault, seed: int = 0, **traits: object) -> None:
        """Replace the chaos of the running server; counts of struck requests start anew."""
        self._control(_chaos(faults, seed, traits).to_json())

    def _control(self, chaos: dict[str, object] | None = None) -> None:
        root = self.url.removesuffix(BASE)
        data = json.dumps(chaos).encode() if chaos else None
        request = urllib.request.Request(  # noqa: S310
            f"{root}/_fake/chaos", data, method="PUT" if data else "GET"
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            self.origins = json.load(answer)["origins"]

    def environ(self) -> dict[str, str]:
        """Return the variables that point a client at this server."""
        return {"PHOTA_BASE_URL": self.url, "PHOTA_API_KEY": self.key}

    def __enter__(self):  # type: ignore[no-untyped-def]
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        crashes = self.ledger.rows("crash")
        if crashes and error is None:
            raise AssertionError(f"The fake itself crashed: {crashes[0]['text']}")

    def start(self) -> None:
        """Start listening."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop listening."""
        raise NotImplementedError


class FakePhota(_Fake):
    """The fake in a process of its own; it ends with the ``with`` block or with this process.

    ``FakePhota(tmp_path / "ledger", Fault("submit", "lose_answer", times=1), job_seconds=0.2)``.
    """

    _process: subprocess.Popen[str]

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.fake_phota", "--key", self.key]
        command += ["--ledger", str(self.ledger.path), "--chaos", json.dumps(self._chaos.to_json())]
        self._process = subprocess.Popen(
            [*command, "--until-stdin-ends"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.close()
            raise RuntimeError("The fake did not start.")
        self._control()

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate(timeout=10)


class FakePhotaThread(_Fake):
    """The fake in threads of this process: quicker to start, for unit tests."""

    _servers: Servers

    def start(self) -> None:
        self._servers = Servers(self.ledger, self._chaos, self.key)
        self.url = self._servers.url
        self.origins = self._servers.memory.origins

    def close(self) -> None:
        self._servers.close()


def _chaos(faults: tuple[Fault, ...], seed: int, traits: dict[str, object]) -> Chaos:
    made = Chaos.from_json({"seed": seed, **traits})
    return Chaos(made.traits, faults, seed)
