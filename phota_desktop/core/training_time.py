"""How long a training will take, from how long trainings like it took."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import Training

FEWEST = 2
"""Own trainings of one kind that say more than Phota's documents."""
NEWEST = 10
LONGEST = 3 * 3600.0
"""Seconds; one that took more had ended long before this program was open again to see it."""
DOCUMENTED = {(Engine.PHOTA, TrainingTier.STANDARD): 20 * 60.0}
"""Seconds, by Phota's profiles guide; of the Quick tier it says nothing but "quicker"."""


def expected_training_seconds(
    engine: Engine, tier: TrainingTier, history: Iterable[Training]
) -> float | None:
    """Return the median seconds from sending to READY, else what is documented, else None."""
    ended = sorted(
        (one for one in history if _seconds(one) is not None and one.engine is engine),
        key=lambda one: one.ended or 0.0,
        reverse=True,
    )
    like = [_seconds(one) or 0.0 for one in ended if one.order.tier is tier][:NEWEST]
    if len(like) >= FEWEST:
        return statistics.median(like)
    return DOCUMENTED.get((engine, tier))


def _seconds(one: Training) -> float | None:
    if one.outcome is not ProfileStatus.READY or one.sent is None or one.ended is None:
        return None
    # The clock of the computer may have been set back between the two.
    seconds = one.ended - one.sent
    return seconds if 0 <= seconds <= LONGEST else None
