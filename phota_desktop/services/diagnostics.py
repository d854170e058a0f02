"""What support may know of this program and its jobs: versions, states and ids, and no secret."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from phota_desktop import __version__
from phota_desktop.core.jobs import Job, JobState
from phota_desktop.core.secrets import MASK, masked

if TYPE_CHECKING:
    from phota_desktop.services.running import JobChange

_log = logging.getLogger(__name__)

PACKAGES = (
    "PySide6-Essentials",
    "httpx",
    "pillow",
    "keyring",
    "qasync",
    "numpy",
    "opencv-python-headless",
    "simplejpeg",
    "pybase64",
    "starlette",
    "uvicorn",
    "obstore",
    "pi-heif",
    "rawpy",
    "c2pa-python",
)
"""The packages of the program's own list, with its extras."""
_SHORTEST_PROMPT = 3
_LONGEST = 500


def versions() -> dict[str, str | None]:
    """Return package → version of what is installed, None for what is not."""
    return {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def system_line() -> str:
    """Return the line that begins what a person copies for support."""
    import platform

    qt = _version("PySide6-Essentials")
    parts = [f"Phota Desktop {__version__}", f"Python {platform.python_version()}"]
    if qt and "PySide6" in sys.modules:
        parts.append(f"PySide6 {qt}")
    parts.append(f"{platform.system()} {platform.release()} {platform.machine()}")
    return " · ".join(parts)


def failure(job: Job) -> dict[str, object]:
    """Return what a support mail needs of a job, whatever became of it.

    The server's words are among it, without the prompt that they may quote.
    """
    error = job.error
    return {
        "job": job.id,
        "operation": job.request.operation.value,
        "engine": job.engine.value,
        "state": job.state.public,
        "client_request_id": job.client_request_id,
        "remote_job_id": job.remote_job_id or None,
        "request_id": request_id_of(job) or "none",
        "error": error.kind.value if error else None,
        "status": error.status if error else None,
        "message": without_prompt(job, error.message) if error else None,
        "created": moment(job.created),
        "sent": moment(job.sent),
        "finished": moment(job.finished),
    }


def details(job: Job) -> str:
    """Return the text that "Copy details" gives of a job; no key, no prompt, no picture."""
    found = failure(job)
    if not found["error"]:
        for name in ("error", "status", "message"):
            del found[name]
    lines = (
        f"{name.replace('_', ' ')}: {_one_line(str('none' if value is None else value))}"
        for name, value in found.items()
    )
    return "\n".join((system_line(), *lines))


def request_id_of(job: Job) -> str:
    """Return Phota's id of the request, for a support mail; empty if there was no answer."""
    return job.request_id or (job.error.request_id if job.error else None) or ""


def without_prompt(job: Job, words: str) -> str:
    """Return a message without the job's prompt, any held secret, and what is too long."""
    prompt = job.request.prompt
    if len(prompt) >= _SHORTEST_PROMPT:
        words = words.replace(prompt, MASK)
    return masked(words)[:_LONGEST]


def moment(seconds: float | None) -> str | None:
    """Return a time of the wall clock as UTC: ``2026-11-21T22:40:01Z``."""
    if seconds is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def failure_logger() -> Callable[[JobChange], None]:
    """Return a listener that logs each job's trouble once, with the ids that support asks for.

    The log keeps them for 90 days, also of jobs that a person takes off the list.
    """
    told: dict[str, tuple[object, ...]] = {}

    def tell(change: JobChange) -> None:
        job = change.job
        if change.removed:
            told.pop(job.id, None)
            return
        if job.error is None or not (job.state.is_final or job.state is JobState.SENT):
            return
        found = failure(job)
        news = tuple(found[name] for name in ("state", "error", "status", "request_id"))
        if told.get(job.id) == news:
            return
        told[job.id] = news
        names = ("state", "error", "status", "request_id", "client_request_id", "remote_job_id")
        _log.info("job %s: %s", job.id, " ".join(f"{name}={found[name]}" for name in names))

    return tell


def _one_line(words: str) -> str:
    return "".join(c if c.isprintable() else " " for c in words)
