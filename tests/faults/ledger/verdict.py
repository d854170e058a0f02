"""Compares what the server charged with what the person has: every broken promise in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Job, JobState
from tests.fake_phota.memory import FakeJob
from tests.fake_phota.pictures import picture
from tests.faults.ledger.world import DECOY, World


@dataclass
class Intent:
    """What a person asked for once: the prompt is its own.

    ``sends`` is how often a person agreed to pay for it. ``declined`` is the status or the end
    that Phota has for it. ``given_up`` if the person let go of an answer that was lost.
    """

    prompt: str
    variants: int
    sends: int = 1
    declined: str = ""
    canceled: bool = False
    given_up: bool = False


@dataclass
class Account:
    """All intents of one sequence, by prompt."""

    intents: dict[str, Intent] = field(default_factory=dict)


def broken_at_any_time(world: World, intents: dict[str, Intent]) -> list[str]:
    """Return the promises about money and keys that are broken."""
    ledger, found = world.ledger, list(world.trouble)
    rows = ledger.rows()
    posts = [row for row in rows if row["event"] == "post"]
    charges = Counter(row["prompt"] for row in posts if row["charged"])
    for prompt, count in charges.items():
        if count > intents[prompt].sends:
            found.append(f"{prompt} was charged {count} times, agreed to {intents[prompt].sends}")
    ids = {row["client_request_id"] for row in posts} - {None}
    for client_id in ids:
        bodies = {row["body_sha256"] for row in posts if row["client_request_id"] == client_id}
        if len(bodies) > 1:
            found.append(f"{client_id} was sent with {len(bodies)} different bodies")
    final = Counter(row["prompt"] for row in posts if row.get("status") in (400, 422))
    found += [
        f"{prompt} was declined {count} times"
        for prompt, count in final.items()
        if intents[prompt].declined and count > intents[prompt].sends + world.disturbances
    ]
    found += [
        f"a key was brought to {row['event']}"
        for row in rows
        if row.get("leaked_key") or (row["event"] == "stranger")
    ]
    found += [row["text"] for row in rows if row["event"] == "crash"]
    if world.decoy.read_bytes() != DECOY:
        found.append("a file of the person was overwritten")
    return found


def broken_in_the_end(world: World, intents: dict[str, Intent]) -> list[str]:
    """Return those promises and what is lost, half written or still open, now that all is over."""
    found = broken_at_any_time(world, intents)
    jobs = world.jobs()
    known: dict[str, list[Job]] = {prompt: [] for prompt in intents}
    for job in jobs:
        known[job.request.prompt].append(job)
    found += [f"{job.request.prompt} is still {job.state}" for job in jobs if _is_open(job)]
    for row in world.ledger.charges():
        intent = intents[row["prompt"]]
        remote = world.memory.jobs[row["job_id"]]
        if not intent.declined and not _may_be_lost(intent, known[intent.prompt], world):
            found += _lost(world, intent, remote)
    found += _wrong_ends(world, intents, known)
    pictures = {content for remote in world.memory.jobs.values() for content in _made(remote)}
    for folder in (world.services.folders.vault, world.out, world.disk / "trash"):
        for path in folder.iterdir() if folder.exists() else ():
            if path != world.decoy and path.read_bytes() not in pictures:
                found.append(f"{path.name} in {folder.name} is no whole picture")
    spool = [path.name for path in world.services.folders.spool.iterdir()]
    kept = {job.id for job in jobs if job.state is JobState.FAILED}
    found += [f"{name} is left in the spool" for name in spool if name[:32] not in kept]
    if world.services.journal.check() != "ok":
        found.append("the journal is damaged")
    return found


def _is_open(job: Job) -> bool:
    return not job.state.is_final or job.state is JobState.UNKNOWN


def _may_be_lost(intent: Intent, jobs: list[Job], world: World) -> bool:
    """Tell whether a charged result may be missing: only where it was said, or given up.

    The answer of a server without the async mode is the only place where a result is; and of one
    that names no job nobody can ask for fresh links.
    """
    said = any(job.id in world.unknown and not job.async_mode for job in jobs)
    return intent.given_up or said or any(_links_have_ended(job) for job in jobs)


def _links_have_ended(job: Job) -> bool:
    ended = job.error is not None and job.error.kind is ErrorKind.GONE
    return ended and bool(job.download_urls) and not job.remote_job_id


def _made(remote: FakeJob) -> list[bytes]:
    count = remote.body.get("num_output_images", 1)
    return [picture(remote.id, n, "jpg", 16) for n in range(count)]


def _lost(world: World, intent: Intent, remote: FakeJob) -> list[str]:
    folders = (world.services.folders.vault, world.disk / "trash")
    held = {path.read_bytes() for folder in folders if folder.exists() for path in folder.iterdir()}
    missing = [n for n, content in enumerate(_made(remote)) if content not in held]
    return [f"{intent.prompt}: paid pictures {missing} of {remote.id} are lost"] if missing else []


def _wrong_ends(world: World, intents: dict[str, Intent], known: dict[str, list[Job]]) -> list[str]:
    charged = {row["prompt"] for row in world.ledger.charges()}
    found = []
    for prompt, jobs in known.items():
        intent = intents[prompt]
        for job in jobs:
            right = _right_ends(intent, charged=prompt in charged)
            if _links_have_ended(job):
                right |= {JobState.FAILED, JobState.PARTIAL}
            if job.state not in right:
                why = job.error.message if job.error else ""
                found.append(f"{prompt} ended as {job.state} ({why}), not {sorted(right)}")
            if job.state is JobState.DONE and len(job.variants) != intent.variants:
                found.append(f"{prompt} has {len(job.variants)} of {intent.variants} pictures")
    return found


def _right_ends(intent: Intent, *, charged: bool) -> set[JobState]:
    right = {JobState.DONE}
    if intent.declined == "moderation":
        right = {JobState.REFUSED}
    elif intent.declined:
        right = {JobState.FAILED}
    if intent.canceled or intent.given_up:
        right |= {JobState.CANCELED}
    if not charged and not intent.declined:
        right |= {JobState.FAILED, JobState.CANCELED}
    return right
