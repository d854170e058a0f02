"""Runs the command line with one planted fault: ``python -m tests.faults.mutant NAME ARGUMENT…``.

A fault test that cannot catch these proves nothing.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any  # the signatures of what is patched do not matter here

from phota_desktop.core.jobs import Job
from phota_desktop.services.runner import Runner


def fresh_id() -> None:
    """Send every try with an id of its own: the classic way to pay twice."""
    real = Runner._submit

    async def submit(self: Runner, client: Any, job: Job) -> Any:
        assert job.body_path is not None
        fresh = str(uuid.uuid4()).encode()
        body = job.body_path.read_bytes().replace(job.client_request_id.encode(), fresh)
        mutated = job.body_path.with_suffix(".mutant")
        mutated.write_bytes(body)
        return await real(self, client, replace(job, body_path=mutated))

    Runner._submit = submit  # type: ignore[method-assign]


MUTANTS: dict[str, Callable[[], None]] = {"fresh-id": fresh_id}


def main() -> int:
    """Plant the named fault and run the command line."""
    from phota_desktop.cli import main as command_line

    MUTANTS[sys.argv[1]]()
    return command_line(sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())
