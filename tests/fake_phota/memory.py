"""What the fake remembers: jobs with their pictures, signed links and profiles."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any  # request bodies are foreign JSON

from tests.fake_phota.chaos import Chaos
from tests.fake_phota.ledger import Ledger
from tests.fake_phota.pictures import picture
from tests.fake_phota.trainees import Trainees

_SECRET = b"fake links are signed with this"
_CENTS = {"enhance": 12, "remix": 12, "edit": 9, "generate": 9}


@dataclass
class FakeJob:
    """One paid job; it is finished once its time is over."""

    id: str
    operation: str
    body: dict[str, Any]
    account: str = ""
    created: float = field(default_factory=time.monotonic)
    polls: int = 0


class Memory:
    """The state behind the listeners; one lock, so that equal submits at once are one job.

    ``accounts`` are the keys that are taken, each with the name of its account: only that one
    knows a job, and the ids of its requests. Take a key out to revoke it. ``declines`` are
    statuses, and ``ends`` other ends than ``job_ends``, of requests with a certain prompt.
    """

    def __init__(self, ledger: Ledger, chaos: Chaos, key: str) -> None:
        self.ledger = ledger
        self.chaos = chaos
        self.accounts = {key: "first"}
        self.declines: dict[str, int] = {}
        self.ends: dict[str, str] = {}
        self.origins: dict[str, str] = {}
        self.jobs: dict[str, FakeJob] = {}
        self.trainees = Trainees(ledger)
        self.files: dict[str, bytes] = {}
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._by_client_id: dict[tuple[str, str], FakeJob] = {}
        self._signing = 0

    def submit(
        self, operation: str, body: dict[str, Any], account: str = ""
    ) -> tuple[FakeJob, bool]:
        """Return the job of a submit and whether it is new, which is whether it is charged."""
        client_id = body.get("client_request_id")
        known = (account, str(client_id)) if client_id and body.get("async") else None
        with self.lock:
            if known in self._by_client_id:
                return self._by_client_id[known], False
            job = FakeJob(f"job_{uuid.uuid4().hex[:20]}", operation, body, account)
            self.jobs[job.id] = job
            if known:
                self._by_client_id[known] = job
            return job, True

    def expire_links(self) -> None:
        """End every link that was given out; the job gives fresh ones."""
        self._signing += 1

    def cents(self, operation: str) -> int:
        """Return what one picture costs, without identity."""
        return _CENTS[operation]

    def age(self, job: FakeJob) -> float:
        """Return the seconds since the job was accepted."""
        return time.monotonic() - job.created

    def pictures(self, job: FakeJob) -> list[bytes]:
        """Return the job's result files, made once."""
        traits = self.chaos.traits
        asked = job.body.get("num_output_images", 1)
        count = asked if traits.images is None else min(asked, traits.images)
        fmt = job.body.get("output_format", "jpg")
        made = []
        for index in range(count):
            name = f"{job.id}-{index}.{fmt}"
            if name not in self.files:
                self.files[name] = picture(job.id, index, fmt, traits.side)
            made.append(self.files[name])
        return made

    def links(self, job: FakeJob) -> list[str]:
        """Return freshly signed download addresses."""
        expires = time.time() + self.chaos.traits.link_seconds
        fmt = job.body.get("output_format", "jpg")
        return [
            f"{self.origins['cdn']}/20261121/{name}?token={self._sign(name, expires)}"
            f"&expires={expires:.3f}"
            for name in (f"{job.id}-{n}.{fmt}" for n in range(len(self.pictures(job))))
        ]

    def open_link(self, name: str, token: str, expires: str) -> bytes | None:
        """Return the file of a signed link, None when the link is forged, expired or unknown."""
        try:
            end = float(expires)
        except ValueError:
            return None
        if not hmac.compare_digest(token, self._sign(name, end)) or time.time() >= end:
            return None
        return self.files.get(name)

    def result(self, job: FakeJob, *, as_bytes: bool) -> dict[str, Any]:
        """Return the ImageResponse of a finished job."""
        files = self.pictures(job)
        counts = dict.fromkeys(mentioned(job.body), len(files))
        answer: dict[str, Any] = {
            "images": [base64.b64encode(f).decode() for f in files] if as_bytes else [],
            "download_urls": [] if as_bytes else self.links(job),
        }
        how = self.chaos.traits.known_subjects
        if how != "missing":
            shapes = {"counts": {"counts": counts}, "null": None, "bare": counts}
            answer["known_subjects"] = shapes[how]
        return answer

    def _sign(self, name: str, expires: float) -> str:
        text = f"{name}|{expires:.3f}|{self._signing}"
        return hmac.new(_SECRET, text.encode(), hashlib.sha256).hexdigest()[:32]


def mentioned(body: dict[str, Any]) -> list[str]:
    """Return the profiles that a request lists or mentions as ``[[id]]``, each once."""
    inline = re.findall(r"\[\[([^\[\]]+)\]\]", str(body.get("prompt") or ""))
    given = body.get("profile_ids")
    return list(dict.fromkeys([*(given if isinstance(given, list) else ()), *inline]))
