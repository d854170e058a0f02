"""The profile endpoints: add, list, status, picture, delete."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any  # request bodies are foreign JSON

from tests.fake_phota.chaos import Traits
from tests.fake_phota.pictures import picture
from tests.fake_phota.trainees import NO_SUBJECT, FakeProfile
from tests.fake_phota.validation import RefusalError, check_training
from tests.fake_phota.wire import Answer

if TYPE_CHECKING:
    from tests.fake_phota.api import Api


def serve(api: Api, method: str, rest: list[str], query: Mapping[str, str], raw: bytes) -> None:
    """Answer one request below ``/profiles``; each is a row of the ledger before its answer."""
    memory = api.server.memory
    step, profile_id = _step(method, rest)
    row: dict[str, Any] = {"step": step, "method": method, "path": rest, "profile_id": profile_id}
    body = _parsed(raw) if step == "add" else None
    if step == "add":
        row |= _order(body)
    elif "tag" in query:
        row["tag"] = query["tag"]
    memory.ledger.write("profiles", **row)
    fault = memory.chaos.pick(step, "profiles")
    if api.strike_early(fault):
        return
    traits = memory.chaos.traits
    if step == "add":
        answer = _add(api, body)
    elif step == "ids":
        answer = Answer.json(200, {"profiles": _listed(api, query.get("tag"), traits)})
    else:
        answer = _of_one(api, step, profile_id, traits)
    api.strike_late(fault, answer)


def _step(method: str, rest: list[str]) -> tuple[str, str]:
    if rest == ["add"] and method == "POST":
        return "add", ""
    if rest == ["ids"] and method == "GET":
        return "ids", ""
    if len(rest) == 1 and method == "DELETE":
        return "delete", rest[0]
    words = {"status": "status", "profile_picture": "picture"}
    if len(rest) == 2 and method == "GET" and rest[1] in words:
        return words[rest[1]], rest[0]
    return "none", ""


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _order(body: Any) -> dict[str, object]:
    """Return what tells one add from another, without the addresses, which are secret."""
    if not isinstance(body, dict):
        return {"tag": None, "photos": 0}
    given = body.get("image_urls")
    urls = [url for url in given if isinstance(url, str)] if isinstance(given, list) else []
    bare = "\n".join(url.split("?")[0] for url in urls)
    return {
        "tag": body.get("tag"),
        "tier": body.get("training_tier", "standard"),
        "photos": len(urls),
        "photos_sha256": hashlib.sha256(bare.encode()).hexdigest(),
    }


def _add(api: Api, body: Any) -> Answer:
    memory = api.server.memory
    traits = memory.chaos.traits
    try:
        order = check_training(body, traits.count_status)
        if traits.no_subject == "add":
            raise RefusalError(400, NO_SUBJECT)
    except RefusalError as refusal:
        return Answer.json(refusal.status, {**refusal.body(), "request_id": api.request_id})
    made = memory.trainees.make(memory, *order)
    return Answer.json(200, {"profile_id": made.id})


def _listed(api: Api, tag: str | None, traits: Traits) -> list[object]:
    now = time.monotonic()
    found = [
        profile
        for profile in tuple(api.server.memory.trainees.profiles.values())
        if now >= profile.created + traits.listed_after
        and (tag is None or not traits.tag_filter or profile.tag == tag)
    ]
    return [_item(profile, traits) for profile in found]


def _item(profile: FakeProfile, traits: Traits) -> object:
    if traits.listed == "strings":
        return profile.id
    shown: dict[str, object] = {"profile_id": profile.id}
    if traits.listed in ("status", "full"):
        shown["status"] = profile.state(traits)[0]
    if traits.listed in ("tag", "full"):
        shown["tag"] = profile.tag
    return shown


def _of_one(api: Api, step: str, profile_id: str, traits: Traits) -> Answer:
    memory = api.server.memory
    profile = memory.trainees.profiles.get(profile_id)
    if profile is None or step == "none":
        return _not_found(api, "Not found.")
    if step == "delete":
        memory.trainees.profiles.pop(profile_id, None)
        memory.ledger.write("deleted", profile_id=profile_id)
        return Answer.json(200, {"profile_id": profile_id, "status": "ok"})
    if step == "picture":
        if not profile.has_picture(traits):
            return _not_found(api, "The profile has no picture yet.")
        return Answer(200, picture(profile_id, 0), "image/jpeg")
    status, message = profile.state(traits)
    memory.ledger.write("status", profile_id=profile_id, status=status)
    return Answer.json(200, {"profile_id": profile_id, "status": status, "message": message})


def _not_found(api: Api, detail: str) -> Answer:
    text = {"code": "NOT_FOUND", "detail": detail, "request_id": api.request_id}
    return Answer.json(404, text)
