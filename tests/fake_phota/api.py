"""The API origin: the studio endpoints, jobs and profiles, each behind the key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any  # request bodies are foreign JSON

from tests.fake_phota import profiles
from tests.fake_phota.chaos import Chaos
from tests.fake_phota.memory import FakeJob, mentioned
from tests.fake_phota.validation import ASYNC_FIELDS, FIELDS, RefusalError, check
from tests.fake_phota.wire import Answer, Wire

BASE = "/v1/phota"
_NOT_THE_INTENT = ASYNC_FIELDS | {"response_mode"}


class Api(Wire):
    """``/v1/phota`` and, for the tests themselves, ``/_fake``."""

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> None:
        if path.startswith("/_fake/"):
            self._control(path, body)
            return
        key = self.headers.get("X-API-Key")
        account = self.server.memory.accounts.get(key or "")
        if account is None:
            self.server.memory.ledger.write("api", path=path, method=method, bad_key=key or "")
            text = "Missing X-API-Key header." if key is None else "Invalid X-API-Key."
            self.send(Answer.json(403 if key is None else 401, {"detail": text}))
            return
        rest = path.removeprefix(BASE).strip("/").split("/")
        if method == "POST" and rest[0] in FIELDS and len(rest) == 1:
            self._submit(rest[0], body, account)
        elif method == "GET" and rest[0] == "jobs" and len(rest) == 2:
            self._job(rest[1], account)
        elif rest[0] == "profiles":
            profiles.serve(self, method, rest[1:], query, body)
        else:
            self._not_found()

    def _not_found(self) -> None:
        self.send_error_body(404, {"code": "NOT_FOUND", "detail": "Not found."})

    def _submit(self, operation: str, raw: bytes, account: str) -> None:
        memory = self.server.memory
        fault = memory.chaos.pick("submit")
        mode = memory.chaos.traits.mode
        row: dict[str, Any] = {
            "operation": operation,
            "body_sha256": hashlib.sha256(raw).hexdigest(),
            "body_bytes": len(raw),
            "key": self.headers.get("X-API-Key"),
            "account": account,
            "request_id": self.request_id,
            "fault": fault.do if fault else None,
        }
        try:
            parsed = json.loads(raw)
            row |= _identity(parsed)
        except ValueError:
            parsed = None
        if self._struck_early(fault, row) or self._declined(parsed, row):
            return
        try:
            body = check(operation, parsed, mode)
        except RefusalError as refusal:
            memory.ledger.write("post", charged=False, status=refusal.status, **row)
            self.send_error_body(refusal.status, refusal.body())
            return
        job, new = memory.submit(operation, body, account)
        cents = memory.cents(operation) * len(memory.pictures(job)) if new else 0
        in_background = bool(body.get("async")) and mode == "v0.7"
        row |= {"job_id": job.id, "cents": cents, "status": 202 if in_background else 200}
        memory.ledger.write("post", charged=new, repeated=not new, **row)
        if in_background:
            answer = Answer.json(202, self._handle(job))
        else:
            self.pause(max(0.0, memory.chaos.traits.job_seconds - memory.age(job)))
            as_bytes = body.get("response_mode", "bytes") == "bytes"
            answer = Answer.json(200, memory.result(job, as_bytes=as_bytes))
        self.strike_late(fault, answer)

    def _struck_early(self, fault: Any, row: dict[str, Any]) -> bool:
        early = fault is not None and (
            fault.do in ("drop", "moderation", "redirect")
            or (fault.do == "status" and not fault.charged)
        )
        if early:
            self.server.memory.ledger.write("post", charged=False, status=fault.status, **row)
        return self.strike_early(fault)

    def _declined(self, parsed: Any, row: dict[str, Any]) -> bool:
        prompt = parsed.get("prompt") if isinstance(parsed, dict) else None
        status = self.server.memory.declines.get(str(prompt))
        if status is None:
            return False
        self.server.memory.ledger.write("post", charged=False, status=status, **row)
        self.send_error_body(status, {"code": f"HTTP_{status}", "detail": "Not this one."})
        return True

    def _handle(self, job: FakeJob) -> dict[str, Any]:
        memory = self.server.memory
        how = memory.chaos.traits.poll_url
        path = f"{BASE}/jobs/{job.id}"
        handle = {"job_id": job.id, "request_id": self.request_id}
        urls = {
            "relative": path,
            "absolute": memory.origins["api"] + path,
            "stranger": memory.origins["stranger"] + path,
        }
        if how in urls:
            handle["poll_url"] = urls[how]
        elif "/" in how:
            handle["poll_url"] = how.format(job_id=job.id, **memory.origins)
        return handle

    def _job(self, job_id: str, account: str) -> None:
        memory = self.server.memory
        traits = memory.chaos.traits
        fault = memory.chaos.pick("poll")
        job = memory.jobs.get(job_id)
        if job is not None and job.account != account:
            job = None  # as if it had never been
        memory.ledger.write("poll", job_id=job_id, known=job is not None)
        if self.strike_early(fault):
            return
        if job is None or (traits.forget_after and memory.age(job) > traits.forget_after):
            self._not_found()
            return
        share = memory.age(job) / traits.job_seconds if traits.job_seconds else 1.0
        if traits.job_polls:
            share = job.polls / traits.job_polls
            job.polls += 1
        if share < 1:
            state = traits.states[int(share * len(traits.states))]
            self.strike_late(fault, Answer.json(200, {"job_id": job_id, "status": state}))
            return
        self.strike_late(fault, Answer.json(200, self._ended(job)))

    def _ended(self, job: FakeJob) -> dict[str, Any]:
        memory = self.server.memory
        traits = memory.chaos.traits
        frame: dict[str, Any] = {"job_id": job.id, "request_id": self.request_id}
        end = memory.ends.get(str(job.body.get("prompt")), traits.job_ends)
        if end != "done":
            code = "CONTENT_MODERATION" if end == "moderation" else "INTERNAL_ERROR"
            error = {"code": code, "detail": "The job failed."}
            return {**frame, "status": "FAILED", "error": error}
        result = memory.result(job, as_bytes=False)
        frame["status"] = traits.done_state
        shapes: dict[str, dict[str, Any]] = {
            "top": {**frame, **result},
            "result": {**frame, "result": result},
            "response": {**frame, "response": result},
            "deep": {**frame, "data": {"output": {"result": result}}},
            "handle": result,
        }
        return shapes[traits.shape]

    def _control(self, path: str, body: bytes) -> None:
        memory = self.server.memory
        if path == "/_fake/chaos" and body:
            memory.chaos = Chaos.from_json(json.loads(body))
        self.send(Answer.json(200, {"origins": memory.origins, "chaos": memory.chaos.to_json()}))


def _identity(parsed: Any) -> dict[str, object]:
    """Return the client's id, a hash of everything else, which is the same intent's, and parts.

    ``pictures_sha256`` are of the pictures as sent, base64 or an address, in their order.
    """
    if not isinstance(parsed, dict):
        return {"client_request_id": None}
    rest = {name: value for name, value in parsed.items() if name not in _NOT_THE_INTENT}
    text = json.dumps(rest, sort_keys=True).encode()
    singles = [parsed.get(name) for name in ("image", "input_image", "reference_image")]
    found = [*singles, *(parsed.get("images") or ())]
    pictures = [text for text in found if isinstance(text, str)]
    return {
        "client_request_id": parsed.get("client_request_id"),
        "intent_sha256": hashlib.sha256(text).hexdigest(),
        "prompt": parsed.get("prompt"),
        "profile_ids": mentioned(parsed),
        "fields": sorted(parsed),
        "pictures_sha256": [hashlib.sha256(text.encode()).hexdigest() for text in pictures],
    }
