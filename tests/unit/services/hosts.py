"""A training with five photos to host, and the fixtures that open hosting over a journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Training, TrainingOrder
from phota_desktop.services.hosting import Hosting

TAG = "pd-00000000-0000-4000-8000-000000000001"
OTHER = "pd-00000000-0000-4000-8000-000000000002"
PHOTOS = [(f"/home/ada/IMG_{n}_Grace.jpg", b"photo %d" % n) for n in range(5)]


def training(tag: str = TAG) -> Training:
    order = TrainingOrder("Grace", TrainingTier.FAST, tuple(source for source, _ in PHOTOS))
    return Training(tag, Engine.PHOTA, "https://api.example", "a1", order, 1.0)


Opens = Callable[..., Awaitable[Hosting]]
