"""Practice profiles: kept as files, ready after some seconds, recognising nobody."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from phota_desktop.engine.errors import invalid, not_found
from phota_desktop.engine.fields import TIERS
from phota_desktop.engine.files import write_atomically
from phota_desktop.engine.orders import Looked

VALIDATING_S, QUEUING_S = 1.5, 1.5
TRAINING_S = {"standard": 6.0, "fast": 3.0}
"""Seconds of each stage at speed 1. Phota takes minutes; this is for practice."""
_LOST_S = 600.0
"""A look at the photos that has not ended after this was cut off with its process."""
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True)
class PracticeProfile:
    """One profile as it lies on disk. Times are Unix seconds; ``usable`` is None while looking."""

    profile_id: str
    tier: str
    tag: str | None
    count: int
    created: float
    usable: int | None = None
    message: str = ""


class ProfileStore:
    """Profiles in ``folder``: ``<id>.json`` and ``<id>.jpg``, read anew each time.

    ``speed`` shortens the stages; ``clock`` gives Unix seconds.
    """

    def __init__(
        self, folder: Path, speed: float = 1.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._speed = speed
        self._clock = clock

    def open(self) -> None:
        """Make the folder (0700); raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, tier: str, tag: str | None, count: int) -> str:
        """Record a new profile and return its id; its photos are looked at afterwards."""
        fresh = PracticeProfile(secrets.token_hex(8), tier, tag, count, self._clock())
        self._write(fresh)
        return fresh.profile_id

    def picture_path(self, profile_id: str) -> Path:
        """Return where the picture lies, or will lie."""
        return self._folder / f"{profile_id}.jpg"

    def looked(self, profile_id: str, found: Looked) -> None:
        """Keep what came of looking at the photos, unless the profile was deleted meanwhile."""
        profile = self._read(profile_id)
        if profile is None:
            self.picture_path(profile_id).unlink(missing_ok=True)
            return
        self._write(replace(profile, usable=found.usable, message=_message(profile, found)))

    def status(self, profile_id: str) -> dict[str, object]:
        """Return the answer of ``GET …/status``; RefusalError 404."""
        profile = self._known(profile_id)
        return {
            "profile_id": profile.profile_id,
            "status": self._state(profile),
            "message": self._words(profile),
        }

    def ids(self, tag: str | None) -> list[dict[str, object]]:
        """Return the entries of ``GET /profiles/ids``, oldest first."""
        found = sorted(self._all(), key=lambda profile: (profile.created, profile.profile_id))
        return [
            {"profile_id": each.profile_id, "status": self._state(each), "tag": each.tag}
            for each in found
            if tag is None or each.tag == tag
        ]

    def picture(self, profile_id: str) -> bytes:
        """Return the JPEG; RefusalError 404 for an unknown profile or one that is not READY."""
        profile = self._known(profile_id)
        path = self.picture_path(profile_id)
        if self._state(profile) != "READY" or not path.is_file():
            raise not_found(f"The profile {profile_id!r} is not ready and has no picture yet.")
        return path.read_bytes()

    def delete(self, profile_id: str) -> None:
        """Remove the profile and its picture for good; RefusalError 404."""
        self._known(profile_id)
        (self._folder / f"{profile_id}.json").unlink(missing_ok=True)
        self.picture_path(profile_id).unlink(missing_ok=True)

    def names(self, profile_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return what to call each profile: its tag, else its id.

        RefusalError 404 for one that does not exist, 400 for one that is not READY.
        """
        names = []
        for profile_id in profile_ids:
            profile = self._known(profile_id)
            state = self._state(profile)
            if state != "READY":
                raise invalid(
                    f"The profile {profile_id!r} is {state}; only READY profiles can be used.",
                    "PROFILE_NOT_READY",
                )
            names.append(profile.tag or profile_id)
        return tuple(names)

    def _state(self, profile: PracticeProfile) -> str:
        age = max(0.0, self._clock() - profile.created)
        if profile.usable is None:
            return "ERROR" if age > _LOST_S else "VALIDATING"
        if profile.usable < TIERS[profile.tier][0]:
            return "ERROR"
        age *= self._speed
        if age < VALIDATING_S:
            return "VALIDATING"
        if age < VALIDATING_S + QUEUING_S:
            return "QUEUING"
        if age < VALIDATING_S + QUEUING_S + TRAINING_S[profile.tier]:
            return "IN_PROGRESS"
        return "READY"

    def _words(self, profile: PracticeProfile) -> str:
        if profile.usable is None and self._state(profile) == "ERROR":
            return "Looking at the photos was cut off. Add the profile again."
        return profile.message

    def _known(self, profile_id: str) -> PracticeProfile:
        profile = self._read(profile_id)
        if profile is None:
            raise not_found(f"The profile {profile_id[:130]!r} does not exist.")
        return profile

    def _read(self, profile_id: str) -> PracticeProfile | None:
        if not _ID.fullmatch(profile_id):
            return None
        try:
            text = (self._folder / f"{profile_id}.json").read_text("utf-8")
            return PracticeProfile(**json.loads(text))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _write(self, profile: PracticeProfile) -> None:
        path = self._folder / f"{profile.profile_id}.json"
        write_atomically(path, json.dumps(asdict(profile)).encode())

    def _all(self) -> Iterator[PracticeProfile]:
        for path in self._folder.glob("*.json"):
            profile = self._read(path.stem)
            if profile is not None:
                yield profile


def _message(profile: PracticeProfile, found: Looked) -> str:
    if not found.problems:
        return ""
    fewest = TIERS[profile.tier][0]
    first = found.problems[0]
    if found.usable < fewest:
        return (
            f"Only {found.usable} of {profile.count} photos can be used and the {profile.tier} "
            f"tier needs {fewest}. {first}"
        )
    return f"{len(found.problems)} of {profile.count} photos were left out. {first}"
