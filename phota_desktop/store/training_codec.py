"""Trainings and hosted photos as JSON documents of the journal, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any  # documents of the journal are JSON until they are checked here

from phota_desktop.core.hosting import BucketAddress, HostedPhoto, HostedState, Provider
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import Kind, Training, TrainingOrder, TrainingState


def to_json(value: Training | HostedPhoto) -> str:
    """Return the document of a training or of a hosted photo."""
    return json.dumps(asdict(value))


def training_from_json(document: str) -> Training:
    """Return the training of a document; ValueError for one that is none."""
    try:
        fields = json.loads(document)
        return Training(
            tag=str(fields["tag"]),
            engine=Engine(fields["engine"]),
            base_url=str(fields["base_url"]),
            account=str(fields["account"]),
            order=_order(fields["order"]),
            created=float(fields["created"]),
            state=TrainingState(fields["state"]),
            profile_id=str(fields["profile_id"]),
            sent=_time(fields["sent"]),
            ended=_time(fields["ended"]),
            links_until=_time(fields["links_until"]),
            outcome=ProfileStatus(fields["outcome"]) if fields["outcome"] else None,
            message=str(fields["message"]),
        )
    except (KeyError, TypeError, RecursionError) as exc:
        raise ValueError(f"not a training: {exc!r}") from exc


def photo_from_json(document: str) -> HostedPhoto:
    """Return the hosted photo of a document; ValueError for one that is none."""
    try:
        fields = json.loads(document)
        return HostedPhoto(
            name=str(fields["name"]),
            tag=str(fields["tag"]),
            bucket=_bucket(fields["bucket"]),
            source=str(fields["source"]),
            state=HostedState(fields["state"]),
            size=int(fields["size"]),
            sha256=str(fields["sha256"]),
            uploaded=_time(fields["uploaded"]),
            deleted=_time(fields["deleted"]),
        )
    except (KeyError, TypeError, RecursionError) as exc:
        raise ValueError(f"not a hosted photo: {exc!r}") from exc


def _order(fields: dict[str, Any]) -> TrainingOrder:
    return TrainingOrder(
        name=str(fields["name"]),
        tier=TrainingTier(fields["tier"]),
        photos=tuple(map(str, fields["photos"])),
        kind=Kind(fields["kind"]),
        consent=str(fields["consent"]),
    )


def _bucket(fields: dict[str, Any]) -> BucketAddress:
    return BucketAddress(
        provider=Provider(fields["provider"]),
        bucket=str(fields["bucket"]),
        region=str(fields["region"]),
        endpoint=str(fields["endpoint"]),
        account=str(fields["account"]),
        prefix=str(fields["prefix"]),
    )


def _time(value: float | None) -> float | None:
    return None if value is None else float(value)
