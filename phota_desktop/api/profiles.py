"""The profile endpoints: add, list, status, picture, delete."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote

from phota_desktop.api import errors, wire
from phota_desktop.api.channel import ApiChannel
from phota_desktop.api.spill import UnreadableAnswerError, load_json
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.profiles import Profile, TrainingTier

READ_S = 20.0
ADD_S = 60.0
MAX_PICTURE_BYTES = 20_000_000


class ProfilesApi:
    """Profiles of the account; every call is one attempt and raises PhotaError."""

    def __init__(self, channel: ApiChannel) -> None:
        self._channel = channel

    async def add(
        self, image_urls: Sequence[str], tag: str, tier: TrainingTier = TrainingTier.STANDARD
    ) -> str:
        """Start a training, which costs money, and return the new profile's id.

        ``tag`` is how the profile is found again after a lost answer (rule R4).
        """
        fields: dict[str, object] = {"image_urls": list(image_urls), "training_tier": tier.value}
        if tag:
            fields["tag"] = tag
        body = json.dumps(fields, separators=(",", ":")).encode()
        try:
            document = await self._read(
                "POST", "profiles/add", posted=True, budget=ADD_S, body=body
            )
        except PhotaError as error:
            if error.kind is ErrorKind.GONE:
                # There is no job or profile yet that could be gone.
                error.kind = ErrorKind.INVALID
                error.message = "The server takes no trainings at this address."
            raise
        profile = wire.profile(document) if isinstance(document, dict) else None
        if profile is None:
            raise errors.unreadable("it names no profile", posted=True)
        return profile.id

    async def ids(self, tag: str | None = None) -> tuple[Profile, ...]:
        """Return the account's profiles, those with ``tag`` when given; status may be missing."""
        params = {"tag": tag} if tag else None
        document = await self._read("GET", "profiles/ids", params=params)
        try:
            return wire.profiles(document)
        except UnreadableAnswerError as error:
            raise errors.unreadable(str(error), posted=False) from error

    async def status(self, profile_id: str) -> Profile:
        """Return how a profile's training is doing."""
        with _of_a_profile():
            document = await self._read("GET", f"profiles/{_segment(profile_id)}/status")
        profile = wire.profile(document, profile_id) if isinstance(document, dict) else None
        if profile is None or profile.status is None:
            raise errors.unreadable("it names no status", posted=False)
        return profile

    async def picture(self, profile_id: str) -> bytes:
        """Return the profile picture's file, a JPEG by the documents, unchecked here."""
        path = f"profiles/{_segment(profile_id)}/profile_picture"
        with _of_a_profile():
            answer = await self._channel.network.run(
                self._channel.read_small("GET", path, budget=READ_S, limit=MAX_PICTURE_BYTES)
            )
        return answer.body

    async def delete(self, profile_id: str) -> None:
        """Delete a profile and all its photos at Phota, for good."""
        path = f"profiles/{_segment(profile_id)}"
        with _of_a_profile():
            await self._channel.network.run(self._channel.read_small("DELETE", path, budget=READ_S))

    async def _read(
        self,
        method: str,
        path: str,
        *,
        posted: bool = False,
        budget: float = READ_S,
        body: bytes | None = None,
        params: dict[str, str] | None = None,
    ) -> object:
        answer = await self._channel.network.run(
            self._channel.read_small(
                method, path, posted=posted, budget=budget, body=body, params=params
            )
        )
        try:
            return load_json(answer.body.decode("utf-8-sig", "replace"))
        except UnreadableAnswerError as error:
            raise errors.unreadable(
                str(error), posted=posted, request_id=answer.request_id or None
            ) from error


@contextmanager
def _of_a_profile() -> Iterator[None]:
    """Say of a 404 that it is a profile that is gone."""
    try:
        yield
    except PhotaError as error:
        if error.kind is ErrorKind.GONE:
            error.message = "This profile no longer exists at Phota."
        raise


def _segment(profile_id: str) -> str:
    if not profile_id or profile_id in (".", "..") or len(profile_id) > 200:
        raise PhotaError(ErrorKind.INVALID, "This is no profile id.", surely_not_charged=True)
    return quote(profile_id, safe="")
