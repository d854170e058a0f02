"""Trainings on record: what was sent to ``/profiles/add``, written down before it was sent."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.store.files import atomic_write, disk_error, fsync_dir

_TAG = re.compile(r"pd-[0-9a-f-]{36}", re.ASCII)


class TrainingState(StrEnum):
    """How far a training is known to be."""

    SENT = "sent"
    """The request may have reached the server; the answer is not known."""
    KNOWN = "known"
    """The profile's id is known."""
    FAILED = "failed"
    """It certainly was not taken."""
    GIVEN_UP = "given up"
    """A person decided to look for it no longer."""


@dataclass(frozen=True)
class Training:
    """One request to train a profile; ``tag`` is how it is found again (rule R4).

    ``created`` is in Unix seconds; ``sources`` are the addresses as they were sent, kept only as
    long as the answer is not known: they may be secret links.
    """

    tag: str
    engine: Engine
    base_url: str
    account: str
    name: str
    tier: TrainingTier
    sources: tuple[str, ...]
    created: float
    state: TrainingState = TrainingState.SENT
    profile_id: str = ""


class TrainingLog:
    """One small file per training in ``folder``; each is on the disk when ``save`` returns.

    Methods block and raise PhotaError(DISK).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, training: Training) -> None:
        """Write a training, new or changed; ValueError for a tag that is not one of ours."""
        if not _TAG.fullmatch(training.tag):
            raise ValueError(f"This is no tag of ours: {training.tag!r}")
        path = self._folder / f"{training.tag}.json"
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                fsync_dir(self._folder.parent)
            atomic_write(path, json.dumps(asdict(training), indent=1).encode())
        except OSError as exc:
            raise disk_error(exc, path) from exc

    def all(self) -> list[Training]:
        """Return every training that can be read, oldest first."""
        try:
            texts = [path.read_bytes() for path in self._folder.glob("pd-*.json")]
        except OSError as exc:
            raise disk_error(exc, self._folder) from exc
        found = [training for text in texts if (training := _read(text)) is not None]
        return sorted(found, key=lambda training: training.created)

    def forget(self, profile_id: str) -> None:
        """Delete the record of a profile that is no more."""
        for training in self.all():
            if training.profile_id == profile_id:
                path = self._folder / f"{training.tag}.json"
                try:
                    path.unlink(missing_ok=True)
                except OSError as exc:
                    raise disk_error(exc, path) from exc


def _read(text: bytes) -> Training | None:
    try:
        fields = json.loads(text)
        return Training(
            tag=str(fields["tag"]),
            engine=Engine(fields["engine"]),
            base_url=str(fields["base_url"]),
            account=str(fields["account"]),
            name=str(fields["name"]),
            tier=TrainingTier(fields["tier"]),
            sources=tuple(map(str, fields["sources"])),
            created=float(fields["created"]),
            state=TrainingState(fields["state"]),
            profile_id=str(fields["profile_id"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
