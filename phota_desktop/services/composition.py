"""Builds the services for a window or a command line, and closes them in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from phota_desktop.core.pricing import PUBLISHED, PriceTable
from phota_desktop.core.training import Training
from phota_desktop.services.catalogues import Catalogues
from phota_desktop.services.diagnostics import failure_logger
from phota_desktop.services.erasing import Eraser
from phota_desktop.services.hosting import Hosting
from phota_desktop.services.ledger import Ledger
from phota_desktop.services.library import Library
from phota_desktop.services.people import LOCAL_ACCOUNT, People
from phota_desktop.services.privacy import Privacy
from phota_desktop.services.prompts import PromptHistory
from phota_desktop.services.queue import JobQueue
from phota_desktop.services.recipes import RecipeBook
from phota_desktop.services.session import Session
from phota_desktop.services.tasks import Tasks
from phota_desktop.services.threads import Threads
from phota_desktop.services.training import Trainer
from phota_desktop.store.charges import Charges
from phota_desktop.store.journal import Journal
from phota_desktop.store.lock import JobClaim
from phota_desktop.store.notebook import Notebook
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import Settings
from phota_desktop.store.trainings import Trainings
from phota_desktop.store.vault import Vault


@dataclass
class Services:
    """Everything that works below the window, built once per program.

    ``settings`` is replaced by whoever lets a person change them; the services see that at once.
    """

    folders: AppFolders
    settings: Settings
    threads: Threads
    tasks: Tasks
    session: Session
    journal: Journal
    vault: Vault
    queue: JobQueue
    catalogues: Catalogues
    notebook: Notebook
    prompts: PromptHistory
    recipes: RecipeBook
    people: People
    ledger: Ledger
    library: Library
    trainings: Trainings
    hosting: Hosting
    trainer: Trainer
    privacy: Privacy
    eraser: Eraser

    def prices(self) -> PriceTable:
        """Return Phota's prices in force: the published ones under the person's own."""
        return PUBLISHED.changed(self.settings.prices)

    async def close(self) -> None:
        """Stop the work, then the clients, then the journal: nothing is written after it."""
        self.library.close()
        await self.queue.close()
        await self.trainer.close()
        await self.tasks.close()
        await self.hosting.close()
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
    claims = JobClaim(folders.runtime)
    notebook = Notebook(journal)
    vault = Vault(folders)
    catalogues = Catalogues(session)
    queue = JobQueue(
        session,
        journal,
        vault,
        claims,
        threads,
        tasks,
        concurrency=settings.concurrency,
        patient=patient,
        prices=lambda: services.prices(),
        models=lambda engine: catalogues.catalogue(engine).models,
    )
    queue.changed.subscribe(failure_logger())
    people = People(session, notebook, threads, folders)
    trainings = Trainings(journal)
    hosting = Hosting(trainings, threads, address=settings.bucket, environ=environ)

    async def name(training: Training) -> None:
        profile_id, kind = training.profile_id, str(training.order.kind)
        account = training.account or LOCAL_ACCOUNT
        if people.account == account:
            await people.rename(profile_id, training.name, kind)
        else:
            await threads.journal(notebook.name, account, profile_id, training.name, kind)

    trainer = Trainer(
        session,
        trainings,
        Charges(journal),
        threads,
        tasks,
        claims,
        queue.spending,
        hosting=hosting,
        prices=lambda: services.prices(),
        cap=lambda: services.settings.daily_cap,
        name=name,
    )
    privacy = Privacy(
        trainings,
        journal,
        people,
        session,
        threads,
        lambda: services.settings.out_dir or folders.results,
    )
    services = Services(
        folders=folders,
        settings=settings,
        threads=threads,
        tasks=tasks,
        session=session,
        journal=journal,
        vault=vault,
        queue=queue,
        catalogues=catalogues,
        notebook=notebook,
        prompts=PromptHistory(notebook, threads),
        recipes=RecipeBook(notebook, threads),
        people=people,
        ledger=Ledger(journal, threads),
        library=Library(journal, vault, queue, threads, tasks),
        trainings=trainings,
        hosting=hosting,
        trainer=trainer,
        privacy=privacy,
        eraser=Eraser(privacy, trainings, trainer, hosting, people, session, threads, folders),
    )
    return services
