"""The functions that run in workers, by light names: the heavy libraries load over there only."""

from __future__ import annotations

from pathlib import Path

from phota_desktop.engine.fields import Operation
from phota_desktop.engine.orders import Looked, Order, Taken, TakenProfile


def take(operation: Operation, body: bytes | Path, folder: Path) -> Taken:
    """See :func:`phota_desktop.engine.intake.take`."""
    from phota_desktop.engine import intake

    return intake.take(operation, body, folder)


def take_profile(body: bytes | Path, folder: Path, may_read_files: bool) -> TakenProfile:
    """See :func:`phota_desktop.engine.intake.take_profile`."""
    from phota_desktop.engine import intake

    return intake.take_profile(body, folder, may_read_files=may_read_files)


def make(order: Order, results: Path, job_id: str) -> tuple[str, ...]:
    """See :func:`phota_desktop.engine.making.make`."""
    from phota_desktop.engine import making

    return making.make(order, results, job_id)


def write_answer(results: Path, names: tuple[str, ...], answer: Path) -> None:
    """See :func:`phota_desktop.engine.making.write_answer`."""
    from phota_desktop.engine import making

    making.write_answer(results, names, answer)


def look(photos: tuple[Path, ...], picture: Path) -> Looked:
    """See :func:`phota_desktop.engine.training.look`."""
    from phota_desktop.engine import training

    return training.look(photos, picture)


def warm() -> None:
    """Load what every image call needs."""
    from phota_desktop.engine import intake, making

    _ = intake, making
