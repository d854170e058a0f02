"""Measures candidates side by side: interleaved times, peak memory of a child, event-loop gaps."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import statistics
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

TICK_S = 0.001
"""Seconds between two beats of :class:`LoopGap`."""


def interleaved(
    candidates: Mapping[str, Callable[[], object]], repeats: int = 5, warmup: int = 1
) -> dict[str, list[float]]:
    """Return the milliseconds of each call, name by name; round by round so that noise is shared.

    The first ``warmup`` rounds are thrown away. Every round begins with another candidate.
    """
    times: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    for round_ in range(warmup + repeats):
        start = round_ % len(names)
        for name in names[start:] + names[:start]:
            gc.collect()
            began = time.perf_counter()
            result = candidates[name]()
            spent = (time.perf_counter() - began) * 1000
            del result
            if round_ >= warmup:
                times[name].append(spent)
    return times


def median(times: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(times)


def ratio(ours: Sequence[float], reference: Sequence[float]) -> float:
    """Return the median of the round-by-round ratios: the figure that noise touches least."""
    return statistics.median(a / b for a, b in zip(ours, reference, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of ``values`` lie; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def table(title: str, rows: Sequence[Sequence[object]]) -> str:
    """Print ``rows`` (the first one is the head) in columns below ``title`` and return the text.

    Floats are shown with three significant digits or one decimal, whichever says more.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(row[n]) for row in cells if n < len(row)) for n in range(len(cells[0]))]
    lines = ["", title]
    for place, row in enumerate(cells):
        parts = [
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append("  ".join(parts).rstrip())
        if place == 0:
            lines.append("  ".join("-" * width for width in widths))
    text = "\n".join(lines)
    print(text, flush=True)
    return text


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
    return str(value)


def peak_rss_mb(work: Callable[[], object], prepare: Callable[[], object] | None = None) -> float:
    """Return by how many MB (10^6 bytes) ``work`` raised the resident memory of a forked child.

    ``prepare`` runs in the child before the baseline is taken: imports, connections, a small
    round of the same work, so that libraries and pools do not count. Linux only.
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        status = 1
        try:
            if prepare is not None:
                prepare()
            gc.collect()
            # Writing 5 sets the high-water mark back to what is resident now.
            Path("/proc/self/clear_refs").write_text("5")
            before = _status_mb("VmRSS")
            work()
            os.write(write_end, json.dumps(_status_mb("VmHWM") - before).encode())
            status = 0
        except BaseException:  # noqa: BLE001 - the child must not run on in the parent's frames
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        answer = pipe.read()
    _, code = os.waitpid(child, 0)
    if code != 0:
        raise RuntimeError("the measured child failed; its traceback is above")
    return max(0.0, float(json.loads(answer)))


def _status_mb(field: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"no {field} in /proc/self/status")


class LoopGap:
    """How late a 1 ms beat of the running event loop is while the block runs, in milliseconds.

    ``async with LoopGap() as gap: ...`` and then ``gap.p99``, ``gap.worst``, ``gap.over(16)``.
    """

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    async def __aenter__(self) -> LoopGap:
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + TICK_S
        self._timer = self._loop.call_at(self._due, self._beat)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        # A stall that lasts to the end of the block counts too.
        late = self._loop.time() - self._due
        if late > 0:
            self.late_ms.append(late * 1000)

    def _beat(self) -> None:
        now = self._loop.time()
        self.late_ms.append(max(0.0, now - self._due) * 1000)
        self._due = now + TICK_S
        self._timer = self._loop.call_at(self._due, self._beat)

    @property
    def p99(self) -> float:
        """The lateness that 99 % of the beats stay under."""
        return percentile(self.late_ms, 0.99)

    @property
    def worst(self) -> float:
        """The longest lateness."""
        return max(self.late_ms, default=0.0)

    def over(self, limit_ms: float) -> int:
        """Return how many beats were later than ``limit_ms``."""
        return sum(late > limit_ms for late in self.late_ms)
