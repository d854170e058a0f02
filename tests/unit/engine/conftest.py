"""The local engine in process, as the window uses it: one for all, and fresh ones with a clock."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from PIL import Image, ImageDraw

from phota_desktop.engine.app import BASE_URL, create_app
from phota_desktop.engine.local import LocalEngine


@dataclass
class Clock:
    """Unix seconds that a test moves."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Running:
    """An engine, a client of it and its folder."""

    engine: LocalEngine
    http: httpx.AsyncClient
    folder: Path
    clock: Clock | None


def picture(width: int = 96, height: int = 64, kind: str = "JPEG", tint: int = 120) -> bytes:
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    ImageDraw.Draw(image).ellipse(
        (width // 4, height // 4, width // 2, height // 2), (tint, 90, 60)
    )
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def as_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@asynccontextmanager
async def running(folder: Path, clock: Clock | None = None) -> AsyncIterator[Running]:
    # Results keep the file system's times, so sweeping is tested apart from this clock.
    app = create_app(folder, clock=clock) if clock else create_app(folder)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/", timeout=30) as http:
        yield Running(app.state.engine, http, folder, clock)
    await app.state.engine.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds; fails after some seconds."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("this never happens")


Fresh = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def fresh(tmp_path: Path) -> Fresh:
    """Open an engine of the test's own."""

    def opened(name: str = "engine", clock: Clock | None = None):
        return running(tmp_path / name, clock)

    return opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """One engine for every test that leaves nothing behind; its worker starts only once."""
    async with running(tmp_path_factory.mktemp("engine") / "home") as found:
        yield found


@pytest.fixture(scope="session")
def photo() -> str:
    return as_base64(picture())
