"""From the words of the command line to requests: what goes together, and which photos."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.cli.exits import Exit
from phota_desktop.cli.output import Output, failure_object, show_name, show_path
from phota_desktop.core.catalogue import BUILT_IN, Catalogue, Choice, build, offered
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import (
    BASE_MODELS,
    CAPABILITIES,
    DEFAULT_MODEL,
    MAX_EDIT_IMAGES,
    AspectRatio,
    Operation,
    Resolution,
)
from phota_desktop.core.requests import StudioRequest
from phota_desktop.services.photos import Opened, open_paths


@dataclass(frozen=True)
class Ask:
    """One request to be, with its source as the person named it; generate has none."""

    source: str | None
    request: StudioRequest


def choice(arguments: argparse.Namespace, catalogue: Catalogue = BUILT_IN) -> Choice:
    """Return what the options ask for.

    Raises PhotaError(INVALID) that names the option, its value and what is possible instead.
    """
    operation = Operation(arguments.verb)
    _check_verb(operation, arguments)
    takes = CAPABILITIES[operation]
    if takes.prompt_required and not arguments.prompt.strip():
        say = "describe the picture" if operation is Operation.GENERATE else "say what to change"
        raise _wrong(f"--prompt is empty: {say}.")
    if takes.base_model:
        _check_model(arguments, catalogue)
    return Choice(
        operation,
        arguments.prompt,
        tuple(dict.fromkeys(arguments.profile)),
        arguments.model or DEFAULT_MODEL,
        arguments.aspect or AspectRatio.AUTO,
        arguments.resolution or Resolution.R1K,
        arguments.quality,
        arguments.variants,
        arguments.format,
    )


def _check_verb(operation: Operation, arguments: argparse.Namespace) -> None:
    """Refuse options that this operation does not take."""
    takes = CAPABILITIES[operation]
    if arguments.profile and not takes.profile_ids:
        name = arguments.profile[0]
        raise _wrong(
            f"--profile {name} is not possible with {operation}: write [[{name}]] in --prompt."
        )
    if takes.base_model:
        return
    for option in ("model", "aspect", "resolution", "quality"):
        value = getattr(arguments, option)
        if value is not None:
            fixed = f"{takes.fixed_resolution} pictures of {BASE_MODELS[DEFAULT_MODEL].name}"
            able = [str(verb) for verb, other in CAPABILITIES.items() if other.base_model]
            raise _wrong(
                f"--{option} {value} is not possible with {operation}, which always makes {fixed};"
                f" {' and '.join(able)} take it."
            )


def _check_model(arguments: argparse.Namespace, catalogue: Catalogue) -> None:
    model = arguments.model or DEFAULT_MODEL
    if model not in catalogue.models:
        listed = ", ".join(catalogue.models)
        raise _wrong(f"--model {model} is not possible; possible are {listed}.")
    offers = offered(Operation(arguments.verb), model, catalogue)
    named = f"--model {model}" if arguments.model else f"{model}, the default model"
    name = catalogue.models[model].name
    size, quality = arguments.resolution, arguments.quality
    if size is not None and size not in offers.resolutions:
        raise _wrong(
            f"--resolution {size} is not possible with {named}: {name} makes "
            f"{', '.join(offers.resolutions)}."
        )
    if quality is not None and quality not in offers.qualities:
        if offers.qualities:
            has = f"{name} has {', '.join(offers.qualities)}"
        else:
            able = [other.id for other in catalogue.models.values() if other.qualities]
            has = f"{name} has no quality setting; possible with --model {', '.join(able)}"
        raise _wrong(f"--quality {quality} is not possible with {named}: {has}.")


def asks(
    arguments: argparse.Namespace, wanted: Choice, output: Output
) -> tuple[list[Ask], list[Exit]]:
    """Return the requests of one command, and an exit for what could not be read.

    Blocks: it reads the photos. Raises PhotaError(INVALID) for too many photos at once.
    """
    if wanted.operation is Operation.GENERATE:
        return [Ask(None, build(wanted, ()))], []
    if wanted.operation is Operation.REMIX:
        return _remix(arguments, wanted, output)
    opened = open_paths(arguments.files, recursive=arguments.recursive, unique=False)
    exits = complain_of_unreadable(opened, arguments.verb, output)
    photos = opened.photos
    if not photos and not exits:
        output.complain(f"There is no photo to {arguments.verb}.")
        return [], [Exit.USAGE]
    if wanted.operation is Operation.EDIT and arguments.together:
        if exits:
            output.complain("Nothing was sent: --together needs every photo.")
            return [], exits
        if len(photos) > MAX_EDIT_IMAGES:
            raise _wrong(
                f"--together is not possible with {len(photos)} photos:"
                f" one job takes up to {MAX_EDIT_IMAGES}."
            )
        return [Ask(str(photos[0]), build(wanted, photos))], []
    return [Ask(str(photo), build(wanted, [photo])) for photo in photos], exits


def _remix(
    arguments: argparse.Namespace, wanted: Choice, output: Output
) -> tuple[list[Ask], list[Exit]]:
    photos: list[Path] = []
    exits: list[Exit] = []
    for place, path in (("INPUT", arguments.input), ("REFERENCE", arguments.reference)):
        if path.is_dir():
            raise _wrong(f"{place} is one photo, and {show_path(path)} is a folder.")
        opened = open_paths([path], unique=False)
        exits += complain_of_unreadable(opened, arguments.verb, output)
        photos.extend(opened.photos)
    if exits:
        return [], exits
    return [Ask(str(arguments.input), build(wanted, photos))], []


def complain_of_unreadable(opened: Opened, verb: str | None, output: Output) -> list[Exit]:
    """Tell of each photo that cannot be read, and of folders that were left out.

    ``verb`` is the operation of the JSON lines; without one there are none.
    """
    for name, problem in zip(opened.refused, opened.problems, strict=True):
        output.error(problem, show_name(name) if len(Path(name).parts) > 1 else "")
        if output.as_json and verb:
            output.record(failure_object(name, verb, problem))
    for folder in opened.folders:
        output.say(f"{show_path(folder)}: left out; --recursive enters folders within folders.")
    return [Exit.USAGE] * bool(opened.problems)


def _wrong(message: str) -> PhotaError:
    return PhotaError(ErrorKind.INVALID, message, surely_not_charged=True)
