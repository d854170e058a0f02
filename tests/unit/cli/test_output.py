"""The JSON lines of profiles and of requests that never became jobs."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from phota_desktop.cli.output import failure_object, profile_object
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.profiles import ProfileStatus


def test_a_profile_is_one_object() -> None:
    price = Decimal("1.49")
    entry = profile_object(
        "add", "p1", "Anna", ProfileStatus.QUEUING, "", Estimate(price, price), path=Path("a.jpg")
    )
    assert json.loads(json.dumps(entry)) == {
        "profile": "p1",
        "action": "add",
        "name": "Anna",
        "status": "QUEUING",
        "message": "",
        "path": "a.jpg",
        "cost": {"estimate_min": 1.49, "estimate_max": 1.49, "actual": None, "currency": "USD"},
        "error": None,
    }


def test_an_error_has_the_same_shape_everywhere() -> None:
    error = PhotaError(ErrorKind.GONE, "No.", hint="Look.", status=404, request_id="r1")
    shape = {
        "kind": "gone",
        "message": "No.",
        "hint": "Look.",
        "status": 404,
        "request_id": "r1",
    }
    assert profile_object("status", "p1", error=error)["error"] == shape
    assert failure_object(None, "generate", error)["error"] == shape
