"""A trainer that hosts photos in a folder, and what a training cost and how it ends."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Training, TrainingOrder
from phota_desktop.services.composition import Services
from phota_desktop.services.training import Trainer
from phota_desktop.store.charges import Charges
from phota_desktop.store.lock import JobClaim
from tests.unit.services.folder_bucket import FolderBucket

URLS = tuple(f"https://a.example/{n}.jpg?token=secret{n}" for n in range(5))
PASTED = TrainingOrder("Anna", TrainingTier.FAST, URLS, consent="Anna agrees.")
PRICE = Decimal("1.49")


def host_in(services: Services, bucket: FolderBucket) -> None:
    """Give the services a trainer that hosts photos in a folder."""
    bucket.attach(services.trainings, services.threads)

    async def name(training: Training) -> None:
        await services.people.rename(training.profile_id, training.name, str(training.order.kind))

    services.trainer = Trainer(
        services.session,
        services.trainings,
        Charges(services.journal),
        services.threads,
        services.tasks,
        JobClaim(services.folders.runtime),
        services.queue.spending,
        hosting=bucket,
        prices=services.prices,
        cap=lambda: services.settings.daily_cap,
        name=name,
    )


def costs(services: Services, tag: str) -> list[tuple[Decimal | None, bool]]:
    return [(one.amount, one.certain) for one in Charges(services.journal).of_training(tag)]


async def ends(services: Services, training: Training) -> Training:
    """Ask for the profile's state until it is final, as a watcher does."""
    api = services.session.client(training.engine).profiles
    while True:
        profile = await api.status(training.profile_id)
        await services.trainer.learn(profile)
        if profile.status is not None and profile.status.is_final:
            await services.trainer.cleaned()
            found = services.trainings.get(training.tag)
            assert found is not None
            return found
        await asyncio.sleep(0.02)
