"""Folders, jobs and a little help for the store's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.store.journal import Journal
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.vault import Vault


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "keyring: needs an unlocked keyring on the session bus")


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    made = AppFolders.find({"PHOTA_DESKTOP_HOME": str(tmp_path / "home")})
    made.create()
    return made


@pytest.fixture
def vault(folders: AppFolders) -> Vault:
    return Vault(folders)


@pytest.fixture
def journal(folders: AppFolders) -> Iterator[Journal]:
    made = Journal(folders.journal_file)
    yield made
    made.close()


@pytest.fixture
def new_job() -> Callable[..., Job]:
    def make(name: str = "a", **fields: object) -> Job:
        start = {"engine": Engine.PHOTA, "request": EnhanceRequest(Path("a.jpg")), "created": 1.0}
        return Job(id=name, client_request_id=f"id-{name}", **(start | fields))

    return make
