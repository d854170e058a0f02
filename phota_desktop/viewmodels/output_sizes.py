"""How large results come back: nowhere published, so it is learnt from those that came."""

from __future__ import annotations

import math
from collections.abc import Iterable

from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.options import AspectRatio, Operation, Resolution
from phota_desktop.core.requests import EditRequest, GenerateRequest, StudioRequest

Size = tuple[int, int]
"""Width and height in pixels."""

_LIKE = 0.05
"""Shapes whose width to height differs by less than this part are one shape."""


_Way = tuple[Engine, Operation, str, Resolution | None]


def _way(engine: Engine, request: StudioRequest) -> _Way:
    """Return what decides the number of pixels."""
    if isinstance(request, EditRequest | GenerateRequest):
        return engine, request.operation, request.base_model, request.resolution
    return engine, request.operation, "", None


class OutputSizes:
    """The sizes of the results seen so far, by engine, operation, model and resolution."""

    def __init__(self) -> None:
        self._seen: dict[_Way, list[Size]] = {}

    def learn(self, jobs: Iterable[Job]) -> bool:
        """Take the sizes of jobs' first pictures, oldest first; tell whether one is new."""
        return any([self._learn(job) for job in jobs])  # noqa: C419 - all are to be learnt

    def _learn(self, job: Job) -> bool:
        size = next(((v.width, v.height) for v in job.variants if v.width and v.height), None)
        if size is None:
            return False
        seen = self._seen.setdefault(_way(job.engine, job.request), [])
        if seen and seen[-1] == size:
            return False
        if size in seen:
            seen.remove(size)
        seen.append(size)
        return True

    def expected(self, engine: Engine, request: StudioRequest, photo: Size | None) -> Size | None:
        """Return about how large the result will be, None as long as nobody can know.

        ``photo`` is the size of the primary photo, whose shape the result takes unless the
        request names another. The same shape seen before is believed; for another shape the
        number of pixels is taken to stay the same.
        """
        seen = self._seen.get(_way(engine, request))
        if not seen:
            return None
        shape = photo[0] / photo[1] if photo and photo[1] and request.images else None
        ratio = getattr(request, "aspect_ratio", AspectRatio.AUTO)
        if ratio is not AspectRatio.AUTO:
            wide, high = ratio.value.split(":")
            shape = int(wide) / int(high)
        if shape is None:
            return seen[-1]
        for width, height in reversed(seen):
            if abs(width / height / shape - 1) < _LIKE:
                return width, height
        width, height = seen[-1]
        return round(math.sqrt(width * height * shape)), round(math.sqrt(width * height / shape))
