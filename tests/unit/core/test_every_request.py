"""Every request that can be made is one that the documents allow, and no other can be made."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import httpx
import pytest
from PIL import Image

from phota_desktop.api.body import write_body
from phota_desktop.cli.arguments import parser
from phota_desktop.cli.requests import choice
from phota_desktop.core.catalogue import Choice, all_choices, build, fit
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import (
    BASE_MODELS,
    MAX_EDIT_IMAGES,
    AspectRatio,
    Operation,
    Quality,
    Resolution,
)
from phota_desktop.core.requests import StudioRequest
from phota_desktop.engine import fields, validation
from phota_desktop.engine.app import BASE_URL, create_app
from phota_desktop.engine.errors import RefusalError

SIZES = {
    "nb2": {"1K", "2K", "4K"},
    "gpt-image-2": {"1K", "2K", "4K"},
    "qwen-image-2": {"1K", "2K"},
    "flux-2": {"1K", "2K"},
    "reve": {"1K"},
}
"""Section 3.5 of the contract, written down again: this test must not believe the catalogue."""


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "a.jpg"
    Image.new("RGB", (24, 16), (120, 90, 60)).save(path)
    return path


def is_documented(wanted: Choice) -> bool:
    """Tell whether the documents allow this choice for edit or generate."""
    quality = wanted.quality is None or wanted.base_model == "gpt-image-2"
    return wanted.resolution in SIZES.get(wanted.base_model, ()) and quality


def pictures(operation: Operation, photo: Path, number: int = 0) -> list[Path]:
    counts = {Operation.GENERATE: 0, Operation.REMIX: 2, Operation.ENHANCE: 1}
    return [photo] * counts.get(operation, 1 + number % MAX_EDIT_IMAGES)


def body_of(request: StudioRequest, name: str, *, is_async: bool = True) -> bytes:
    out = io.BytesIO()
    images = [image for image in request.images if isinstance(image, Path)]
    write_body(request, images, out, client_request_id=name, async_mode=is_async)
    return out.getvalue()


def refusal(request: StudioRequest, *, is_async: bool = True) -> str:
    """Return what the engine's rules say against a request's body; nothing when it is taken."""
    document = validation.parse(body_of(request, "one", is_async=is_async))
    try:
        validation.submission(fields.Operation(request.operation), document)
    except RefusalError as error:
        return error.detail or "refused"
    return ""


def offered_requests(photo: Path) -> Iterator[StudioRequest]:
    for number, wanted in enumerate(all_choices()):
        if wanted.operation is Operation.EDIT:
            # The local engine knows words, and x is none.
            wanted = replace(wanted, prompt="brighter")
        yield build(wanted, pictures(wanted.operation, photo, number))


async def test_the_engine_takes_every_offered_combination(tmp_path: Path, photo: Path) -> None:
    app = create_app(tmp_path / "engine")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    # Everything is read and checked, and a job begun; the pictures themselves are not the matter.
    headers = {"Content-Type": "application/json", "X-Practice-Answer": "job-failed"}
    refused = []
    count = 0
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/") as http:
        for request in offered_requests(photo):
            assert not request.problems()
            count += 1
            body = body_of(request, f"request {count}")
            answer = await http.post(str(request.operation), content=body, headers=headers)
            if answer.status_code != 202:
                refused.append((request, answer.text))
    await app.state.engine.close()
    assert not refused
    edits = sum(len(sizes) * 6 * 2 * 4 for sizes in SIZES.values()) + 3 * 4 * 6 * 2 * 4
    assert count == 2 * edits + 2 * 2 * 4


def test_the_rules_take_every_offered_combination_in_sync_mode(photo: Path) -> None:
    said = {refusal(request, is_async=False) for request in offered_requests(photo)}
    assert said == {""}


def every_choice() -> Iterator[Choice]:
    """Yield what a drawer could hold, allowed or not."""
    for operation, model, size, quality, profiles, variants in product(
        Operation,
        (*BASE_MODELS, "nb3"),
        Resolution,
        (None, *Quality),
        ((), ("abc123",)),
        (0, 1, 4, 5),
    ):
        prompt = "brighter" if operation in (Operation.EDIT, Operation.GENERATE) else ""
        yield Choice(
            operation,
            prompt,
            profiles,
            model,
            resolution=size,
            quality=quality,
            variants=variants,
        )


def test_what_build_makes_is_allowed_or_has_a_problem(photo: Path) -> None:
    for wanted in every_choice():
        request = build(wanted, pictures(wanted.operation, photo))
        if request.problems():
            continue
        assert not refusal(request), wanted
        document = json.loads(body_of(request, "one"))
        if wanted.operation in (Operation.EDIT, Operation.GENERATE):
            assert is_documented(wanted), wanted
        else:
            assert not document.keys() & {"base_model", "aspect_ratio", "resolution", "quality"}
        if wanted.operation is Operation.GENERATE:
            assert not document.keys() & {"profile_ids", "images"}


def test_what_is_made_to_fit_is_allowed(photo: Path) -> None:
    for wanted in every_choice():
        fitted, said = fit(wanted)
        request = build(fitted, pictures(wanted.operation, photo))
        assert not request.problems(), wanted
        assert not refusal(request), wanted
        if wanted.operation in (Operation.EDIT, Operation.GENERATE):
            assert is_documented(fitted)
            kept = is_documented(wanted) and 1 <= wanted.variants <= 4
            kept &= wanted.operation is Operation.EDIT or not wanted.profile_ids
            left_out = wanted.quality is Quality.AUTO and fitted.quality is None
            assert bool(said) == (not kept) or left_out, (wanted, said)


@pytest.mark.parametrize("count", [0, MAX_EDIT_IMAGES + 1])
def test_edit_takes_one_to_ten_photos(photo: Path, count: int) -> None:
    request = build(Choice(Operation.EDIT, "brighter"), [photo] * count)
    assert [problem.field for problem in request.problems()] == ["images"]
    assert refusal(request)


def command_lines() -> Iterator[list[str]]:
    for verb, model, size, quality, ratio, profile in product(
        Operation,
        (None, *BASE_MODELS, "nb3"),
        (None, *Resolution),
        (None, *Quality),
        (None, AspectRatio.AUTO, AspectRatio.LANDSCAPE_16_9),
        (None, "abc123"),
    ):
        line = [str(verb)]
        line += {Operation.GENERATE: [], Operation.REMIX: ["a.jpg", "b.jpg"]}.get(verb, ["a.jpg"])
        if verb in (Operation.EDIT, Operation.GENERATE):
            line += ["--prompt", "brighter"]
        named = {"model": model, "resolution": size, "quality": quality, "aspect": ratio}
        for option, value in (named | {"profile": profile}).items():
            if value is not None:
                line += [f"--{option}", value]
        yield line


def may_be_typed(arguments: argparse.Namespace) -> bool:
    """Tell whether the documents allow what was typed."""
    if arguments.verb == Operation.GENERATE and arguments.profile:
        return False
    if arguments.verb in (Operation.EDIT, Operation.GENERATE):
        wanted = Choice(
            base_model=arguments.model or "nb2",
            resolution=arguments.resolution or Resolution.R1K,
            quality=arguments.quality,
        )
        return is_documented(wanted)
    options = (arguments.model, arguments.resolution, arguments.quality, arguments.aspect)
    return not any(options)


def test_the_command_line_makes_what_the_documents_allow_and_nothing_else(photo: Path) -> None:
    reader = parser()
    made = refused = 0
    for line in command_lines():
        arguments = reader.parse_args(line)
        if not may_be_typed(arguments):
            with pytest.raises(PhotaError) as caught:
                choice(arguments)
            assert caught.value.kind is ErrorKind.INVALID
            # The sentence names an option that was typed, with its value.
            said = caught.value.message
            assert any(f"{name} {value}" in said for name, value in _pairs(line)), line
            refused += 1
            continue
        wanted = choice(arguments)
        request = build(wanted, pictures(wanted.operation, photo))
        assert not request.problems(), line
        assert not refusal(request), line
        made += 1
    assert made > 100
    assert refused > 1000


def _pairs(line: list[str]) -> Iterator[tuple[str, str]]:
    return ((one, other) for one, other in pairwise(line) if one[:2] == "--")
