"""Jobs: one paid request from the click to the saved files, its states and their legal moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import StudioRequest

MAX_CONCURRENCY = 8
"""Jobs that may be at work at once."""


class Engine(StrEnum):
    """Who does the work: the embedded local engine, or Phota."""

    LOCAL = "local"
    PHOTA = "phota"


class JobState(StrEnum):
    """Where a job is (rule R5): each move forward is one fsynced commit."""

    QUEUED = "queued"
    """Recorded with its exact body; no socket was opened."""
    SENT = "sent"
    """The submit may have reached Phota; the answer is not known yet."""
    ACCEPTED = "accepted"
    """Phota's job id is stored; from here on only polling."""
    READY = "ready"
    """The final answer is stored; pictures are being fetched."""
    DONE = "done"
    PARTIAL = "partial"
    """Fewer pictures than asked for; what came is kept."""
    FAILED = "failed"
    REFUSED = "refused"
    """Content rules; never called a failure."""
    UNKNOWN = "unknown"
    """The answer was lost and asking again by itself is no longer safe: the person decides."""
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more happens without a click."""
        return self in _FINAL

    @property
    def public(self) -> str:
        """The word of the command line: the three states at work are all ``running``."""
        working = (JobState.SENT, JobState.ACCEPTED, JobState.READY)
        return "running" if self in working else self.value

    def can_become(self, new: JobState) -> bool:
        """Tell whether a move from here to ``new`` is legal."""
        return new in MOVES[self]


_FINAL = frozenset(
    {
        JobState.DONE,
        JobState.PARTIAL,
        JobState.FAILED,
        JobState.REFUSED,
        JobState.UNKNOWN,
        JobState.CANCELED,
    }
)

_S = JobState
MOVES: Mapping[JobState, frozenset[JobState]] = {
    _S.QUEUED: frozenset({_S.SENT, _S.CANCELED, _S.FAILED}),
    # SENT → QUEUED only when the request provably did not arrive or was refused for its mode.
    _S.SENT: frozenset({_S.QUEUED, _S.ACCEPTED, _S.READY, _S.FAILED, _S.REFUSED, _S.UNKNOWN}),
    # ACCEPTED → QUEUED is for the local engine alone, which forgets its jobs at exit and is free.
    _S.ACCEPTED: frozenset({_S.READY, _S.FAILED, _S.REFUSED, _S.QUEUED}),
    _S.READY: frozenset({_S.DONE, _S.PARTIAL, _S.FAILED, _S.QUEUED}),
    _S.DONE: frozenset(),
    _S.PARTIAL: frozenset({_S.READY}),
    # FAILED → ACCEPTED / READY: "check again" of a job whose result may still be had.
    _S.FAILED: frozenset({_S.QUEUED, _S.ACCEPTED, _S.READY}),
    _S.REFUSED: frozenset(),
    # UNKNOWN → QUEUED: a person sends it anew to a server without idempotency.
    _S.UNKNOWN: frozenset({_S.SENT, _S.QUEUED, _S.CANCELED}),
    _S.CANCELED: frozenset(),
}


@dataclass(frozen=True)
class JobError:
    """What a job keeps of a failure: enough for a notice, a support mail and a retry decision."""

    kind: ErrorKind
    message: str
    hint: str = ""
    status: int | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Variant:
    """One saved result picture: its file in the vault and its copy in the person's folder."""

    index: int
    vault_path: Path
    sha256: str
    width: int
    height: int
    format: str
    copy_path: Path | None = None
    copy_error: str = ""

    @property
    def path(self) -> Path:
        """The file a person is shown: the copy where there is one, else the vault's."""
        return self.copy_path or self.vault_path


@dataclass(frozen=True)
class Job:
    """One intent: what was asked, how far it came, what it brought and cost.

    ``body_path`` and ``body_sha256`` are the exact bytes of the submit; ``client_request_id`` is
    in them and is never replaced for the same intent. ``account`` tells which key it was sent
    with (see ``ApiKey.account``). ``created`` and ``sent`` are wall-clock seconds since 1970,
    shown to people only; ``sequence`` orders jobs. ``hidden`` is a cancel after sending (rule
    R8): the job runs on unseen. ``raw`` is the last body of Phota as text, at most 1 MB.
    ``draft_of`` is the key of the result (see ``library.result_key``) of which this job makes the
    final version, empty for none: it asks anew of the same source, larger or of another model.
    """

    id: str
    client_request_id: str
    engine: Engine
    request: StudioRequest
    created: float
    state: JobState = JobState.QUEUED
    sequence: int = 0
    base_url: str = ""
    account: str = ""
    async_mode: bool = True
    body_path: Path | None = None
    body_sha256: str = ""
    body_bytes: int = 0
    source_sha256: tuple[str, ...] = ()
    sent: float | None = None
    finished: float | None = None
    remote_job_id: str = ""
    poll_url: str = ""
    request_id: str = ""
    raw: str = ""
    download_urls: tuple[str, ...] = ()
    known_subjects: Mapping[str, int] | None = None
    estimate: Estimate | None = None
    cost: Decimal | None = None
    variants: tuple[Variant, ...] = ()
    error: JobError | None = None
    out_dir: Path | None = None
    deliver: bool = True
    hidden: bool = False
    notes: tuple[str, ...] = field(default=())
    draft_of: str = ""
