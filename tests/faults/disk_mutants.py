"""The command line with a fault in how it writes: ``python -m tests.faults.disk_mutants NAME …``.

A sweep that cannot catch these proves nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from phota_desktop.services.collecting import Collector
from phota_desktop.store import vault


def in_place() -> None:
    """Copy results straight to their final name: a kill leaves half a picture there."""

    def copy(source: Path, _part: Path, target: Path, mode: int = 0o600) -> bool:
        if os.path.lexists(target):
            return False
        target.touch(mode)
        target.write_bytes(source.read_bytes())
        return True

    vault.copy_new = copy  # type: ignore[attr-defined]


def delivers_anew() -> None:
    """Deliver at every start anew: a kill after the delivery brings a second copy."""
    real = Collector._deliver

    async def deliver(self: Collector, job: object, variant: object, *, resumed: bool) -> object:
        return await real(self, job, variant, resumed=False)  # type: ignore[arg-type]

    Collector._deliver = deliver  # type: ignore[assignment,method-assign]


MUTANTS: dict[str, Callable[[], None]] = {
    "in-place": in_place,
    "delivers-anew": delivers_anew,
}


def main() -> int:
    """Plant the named fault and run the command line."""
    from phota_desktop.cli import main as command_line

    MUTANTS[sys.argv[1]]()
    return command_line(sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())
