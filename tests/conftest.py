"""Every test session lives in a home of its own, without a screen, a keyring or an API key."""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
import shutil
import tempfile
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fake_bucket import FakeBucket

LoopFactory = Callable[[], AbstractEventLoop]

SECRET_OR_BENDING = (
    "PHOTA_API_KEY",
    "PHOTA_BASE_URL",
    "PHOTA_BUCKET_KEY_ID",
    "PHOTA_BUCKET_SECRET",
    "PYTHON_KEYRING_BACKEND",
)


def _isolate() -> None:
    """Run at import, before any test module can load Qt or look up a folder."""
    home = Path(tempfile.mkdtemp(prefix="phota-tests-"))
    owner = os.getpid()

    def clean() -> None:
        if os.getpid() == owner:  # a forked child must not take its parent's home away
            shutil.rmtree(home, ignore_errors=True)

    atexit.register(clean)
    for name in SECRET_OR_BENDING:
        os.environ.pop(name, None)
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(home)
    os.environ["PHOTA_DESKTOP_HOME"] = str(home / "phota")
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


_isolate()


def pytest_configure(config: pytest.Config) -> None:
    """Hide the session bus, and so the person's own keyring, unless keyring tests are asked for."""
    if config.getoption("markexpr") != "keyring":
        os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, LoopFactory]:
    """Give tests marked ``qt_loop`` the window's kind of loop and all others a plain one."""
    if item.get_closest_marker("qt_loop"):
        from tests.window_loop import window_loop

        return {"qasync": window_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.fixture(scope="session")
def moto_port() -> Iterator[int]:
    """Run a real S3 server; half a second, once, for the tests that ask for a bucket."""
    from tests.fake_bucket import start_moto

    with start_moto() as port:
        yield port


@pytest.fixture
def fake_bucket(moto_port: int) -> Iterator[FakeBucket]:
    """Make an empty bucket behind a door that checks signatures and keeps a ledger."""
    from tests.fake_bucket import FakeBucket

    bucket = FakeBucket(moto_port)
    yield bucket
    bucket.close()


_tests_run = 0


@pytest.fixture(autouse=True)
def _garbage_is_collected_here() -> Iterator[None]:
    """As the program does (services.garbage): a worker that collects would delete Qt's objects."""
    global _tests_run
    gc.disable()
    yield
    _tests_run += 1
    gc.collect(2 if _tests_run % 50 == 0 else 1)
