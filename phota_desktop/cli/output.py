"""What the command line writes: JSON lines, plain lines and a progress bar on a terminal."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Job, JobError, JobState
from phota_desktop.core.pricing import Estimate, show_range
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.requests import RemoteImage

BAR_WIDTH = 24


def _money(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _cost(estimate: Estimate | None, actual: Decimal | None) -> dict[str, object]:
    return {
        "estimate_min": _money(estimate.low) if estimate else None,
        "estimate_max": _money(estimate.high) if estimate else None,
        "actual": _money(actual),
        "currency": "USD",
    }


def error_object(error: PhotaError | JobError) -> dict[str, object]:
    """Return the public JSON object of an error."""
    return {
        "kind": str(error.kind),
        "message": error.message,
        "hint": error.hint,
        "status": error.status,
        "request_id": error.request_id,
    }


def profile_object(
    action: str,
    profile_id: str | None,
    name: str = "",
    status: ProfileStatus | None = None,
    message: str = "",
    cost: Estimate | None = None,
    *,
    path: Path | None = None,
    error: PhotaError | None = None,
) -> dict[str, object]:
    """Return the JSON object of a profile; its cost is what this command has asked for."""
    return {
        "profile": profile_id,
        "action": action,
        "name": name or None,
        "status": status and str(status),
        "message": message,
        "path": path and str(path),
        "cost": _cost(cost, None),
        "error": error and error_object(error),
    }


def job_object(job: Job, source: str | None = None) -> dict[str, object]:
    """Return the public JSON object of a job; ``source`` is the file as the person named it."""
    if source is None:
        source = source_of(job)
    error = job.error
    return {
        "job": job.id,
        "operation": str(job.request.operation),
        "state": job.state.public,
        "source": source,
        "client_request_id": job.client_request_id,
        "remote_job_id": job.remote_job_id or None,
        "request_id": job.request_id or None,
        "variants": [
            {
                "path": str(variant.path),
                "width": variant.width,
                "height": variant.height,
                "format": variant.format,
                "sha256": variant.sha256,
            }
            for variant in job.variants
        ],
        "known_subjects": None if job.known_subjects is None else dict(job.known_subjects),
        "cost": _cost(job.estimate, job.cost),
        "error": error and error_object(error),
    }


def failure_object(source: str | None, operation: str, error: PhotaError) -> dict[str, object]:
    """Return the JSON object of an input that never became a job."""
    return {
        "job": None,
        "operation": operation,
        "state": "failed",
        "source": source,
        "client_request_id": None,
        "remote_job_id": None,
        "request_id": error.request_id,
        "variants": [],
        "known_subjects": None,
        "cost": _cost(None, None),
        "error": error_object(error),
    }


def source_of(job: Job) -> str | None:
    """Return the first input of a job as text, or None for generate."""
    if not job.request.images:
        return None
    first = job.request.images[0]
    return first.url if isinstance(first, RemoteImage) else str(first)


def job_line(job: Job, source: str | None = None) -> str:
    """Return one line for people: source, state, files or the reason."""
    name = show_name(source or source_of(job) or str(job.request.operation))
    parts = [f"{name}: {job.state.public}"]
    parts.extend(f"  {show_path(variant.path)}" for variant in job.variants)
    if job.error is not None:
        parts.append(f"  {job.error.message} {job.error.hint}".rstrip())
    if not job.state.is_final:
        parts.append("  still open; `phota-desktop resume` takes it up again")
    if job.state in (JobState.DONE, JobState.PARTIAL) and job.cost:
        parts.append(f"  cost ${job.cost:.2f} (estimate {show_range(job.estimate)})")
    elif job.state in (JobState.DONE, JobState.PARTIAL) and job.cost is None:
        parts.append(f"  {show_range(None)}")
    return "\n".join(parts)


@dataclass
class Output:
    """Standard output for results, standard error for everything else."""

    as_json: bool = False
    quiet: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    _bar: bool = False

    def record(self, entry: dict[str, object]) -> None:
        """Write one JSON object on a line of its own."""
        text = json.dumps(entry, ensure_ascii=False)
        try:
            text.encode(self.out.encoding or "utf-8")
        except UnicodeEncodeError:
            # A name that is no Unicode, or a stream that is not: the same JSON in ASCII.
            text = json.dumps(entry)
        self._write(text)

    def line(self, text: str) -> None:
        """Write a result line for people; nothing with ``--json``."""
        if not self.as_json:
            self._write(_writable(text, self.out))

    def say(self, text: str) -> None:
        """Write a remark; nothing with ``--quiet``."""
        if not self.quiet:
            self.complain(text)

    def complain(self, text: str) -> None:
        """Write what a person must know, quiet or not."""
        self.clear_bar()
        self._remark(_writable(text, self.err) + "\n")

    def error(self, error: PhotaError, name: str = "") -> None:
        """Write an error as one sentence with its hint."""
        name = show_name(name)
        head = f"{name}: " if name and name not in error.message else ""
        self.complain(f"{head}{error.message} {error.hint}".rstrip())

    def job(self, job: Job, source: str | None = None) -> None:
        """Write how a job ended."""
        if self.as_json:
            self.record(job_object(job, source))
        elif not self.quiet or job.state is not JobState.DONE:
            self.line(job_line(job, source))

    def bar(self, done: int, total: int, text: str) -> None:
        """Draw the progress bar, on a terminal only."""
        if self.quiet or not self.err.isatty():
            return
        filled = BAR_WIDTH * done // max(total, 1)
        line = f"\r[{'█' * filled}{'·' * (BAR_WIDTH - filled)}] {done}/{total} {text}"
        self._remark(_writable(line[:78].ljust(78), self.err))
        self._bar = True

    def clear_bar(self) -> None:
        """Take the progress bar away before a line is written."""
        if self._bar:
            self._remark("\r" + " " * 78 + "\r")
            self._bar = False

    def _write(self, text: str) -> None:
        """Write a result; PhotaError(DISK) when it cannot be, for a script must not miss it."""
        self.clear_bar()
        try:
            self.out.write(text + "\n")
            self.out.flush()
        except BrokenPipeError:
            raise
        except OSError as problem:
            raise PhotaError(
                ErrorKind.DISK,
                f"The output cannot be written: {problem.strerror}.",
                hint="`phota-desktop jobs` shows the results again.",
            ) from problem

    def _remark(self, text: str) -> None:
        """Write for people; a screen that is gone must not stop a paid job."""
        try:
            self.err.write(text)
            self.err.flush()
        except OSError:
            silence(self.err.fileno())


def show_path(path: Path) -> str:
    """Return a path as text that never breaks a line or the terminal."""
    return show_name(str(path))


def show_name(name: str) -> str:
    """Return a name as text that never breaks a line or the terminal."""
    return "".join(c if c.isprintable() else "?" for c in name)


def silence(descriptor: int) -> None:
    """Let a descriptor lead nowhere, for this process and for its children."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere == descriptor:
        os.set_inheritable(descriptor, True)
        return
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _writable(text: str, stream: TextIO) -> str:
    """Return text without terminal commands, in letters that the stream has."""
    plain = "".join(c if c.isprintable() or c in "\r\n" else "?" for c in text)
    encoding = stream.encoding or "utf-8"
    return plain.encode(encoding, "replace").decode(encoding)
