"""Services with a library and a trash, and jobs with real files, for the library's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.composition import Services
from phota_desktop.services.disposal import FolderTrash
from phota_desktop.store.files import sha256_of
from tests.unit.services.conftest import Open

Opened = Callable[[], AbstractAsyncContextManager[Services]]


def with_a_trash(open_real_services: Open, trash: Path) -> Opened:
    """Open services whose library has started and has a folder for its trash."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[Services]:
        async with open_real_services(engine=Engine.LOCAL) as services:
            services.library.use_trash(FolderTrash(trash))
            await services.library.start()
            yield services

    return opening


def make(services: Services, name: str, count: int = 1, **fields: object) -> Job:
    """Write an ended job with real files, a copy beside each, as the runner leaves it."""
    variants = []
    for n in range(count):
        vault = services.folders.vault / f"{name}-{n}.jpg"
        copy = services.folders.results / f"{name}-copy-{n}.jpg"
        copy.parent.mkdir(parents=True, exist_ok=True)
        for path in (vault, copy):
            path.write_bytes(f"{name} {n}".encode())
        vault.chmod(0o400)
        variants.append(Variant(n, vault, sha256_of(vault), 4, 3, "jpg", copy))
    job = Job(
        id=name,
        client_request_id=f"request {name}",
        engine=Engine.LOCAL,
        request=EnhanceRequest(Path("p.jpg")),
        created=1.0,
        state=JobState.DONE,
        variants=tuple(variants),
        source_sha256=("photo",),
    )
    return services.journal.add(replace(job, **fields))


def files_of(job: Job) -> list[Path]:
    return [path for one in job.variants for path in (one.vault_path, one.path)]
