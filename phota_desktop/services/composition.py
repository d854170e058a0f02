"""Builds the services for a window or a command line, and closes them in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from phota_desktop.services.catalogues import Catalogues
from phota_desktop.services.queue import JobQueue
from phota_desktop.services.session import Session
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal
from phota_desktop.store.lock import JobClaim
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import Settings
from phota_desktop.store.vault import Vault


@dataclass(frozen=True)
class Services:
    """Everything that works below the window, built once per program."""

    folders: AppFolders
    settings: Settings
    threads: Threads
    tasks: Tasks
    session: Session
    journal: Journal
    vault: Vault
    queue: JobQueue
    catalogues: Catalogues

    async def close(self) -> None:
        """Stop the work, then the clients, then the journal: nothing is written after it."""
        await self.queue.close()
        await self.tasks.close()
        await self.session.close()
        await self.threads.journal(self.journal.close)
        self.threads.close()


async def open_services(
    folders: AppFolders,
    settings: Settings,
    *,
    environ: Mapping[str, str],
    patient: bool = True,
) -> Services:
    """Return the services over these folders; PhotaError(DISK) if they cannot be written.

    Must be called in the loop that will run the jobs.
    """
    threads = Threads()
    tasks = Tasks()
    session = Session(folders, settings, threads, environ)
    journal = await threads.journal(Journal, folders.journal_file)
    vault = Vault(folders)
    queue = JobQueue(
        session,
        journal,
        vault,
        JobClaim(folders.runtime),
        threads,
        tasks,
        concurrency=settings.concurrency,
        patient=patient,
    )
    return Services(
        folders=folders,
        settings=settings,
        threads=threads,
        tasks=tasks,
        session=session,
        journal=journal,
        vault=vault,
        queue=queue,
        catalogues=Catalogues(session, threads),
    )
