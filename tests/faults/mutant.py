"""Runs the command line with one planted fault: ``python -m tests.faults.mutant NAME ARGUMENT…``.

A fault test that cannot catch these proves nothing.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any  # the signatures of what is patched do not matter here

from phota_desktop.api.profiles import ProfilesApi
from phota_desktop.cli import trainings
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


def fresh_tag() -> None:
    """Send every training with a tag that nobody looks for, and again without asking."""
    real = ProfilesApi.add

    async def add(self: ProfilesApi, urls: Any, _tag: str, tier: Any) -> str:
        return await real(self, urls, f"pd-{uuid.uuid4()}", tier)

    ProfilesApi.add = add  # type: ignore[method-assign]
    trainings._may_send_again = lambda *_: True


MUTANTS: dict[str, Callable[[], None]] = {"fresh-id": fresh_id, "fresh-tag": fresh_tag}


def main() -> int:
    """Plant the named fault and run the command line."""
    from phota_desktop.cli import main as command_line

    MUTANTS[sys.argv[1]]()
    return command_line(sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())
