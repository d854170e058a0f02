"""The argument parser: every verb and option of the public interface."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias, TypeVar

from phota_desktop import __version__
from phota_desktop.core.hosting import DEFAULT_PREFIX, Provider
from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import (
    BASE_MODELS,
    DEFAULT_MODEL,
    MAX_EDIT_IMAGES,
    MAX_VARIANTS,
    AspectRatio,
    OutputFormat,
    Quality,
    Resolution,
)
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind

Word = TypeVar("Word", bound=StrEnum)

SPENDING = """spending:
  With Phota, the price is shown and asked about before anything is sent. Where nobody can be
  asked (no terminal), nothing is sent without --yes. --max-cost refuses what could cost more,
  with or without --yes; a price that is not published cannot be promised to stay below it, so
  --max-cost refuses that too, unless the settings hold a price of your own.
  The daily cap of the settings holds here as well: --yes does not lift it."""

EPILOG = (
    """exit codes:
  0 every job done           1 a job failed, was refused or is partial
  2 wrong usage or an input that cannot be read
  3 the environment: no display, missing library, folder not writable
  4 no key, key rejected, keyring locked
  5 out of credit, over --max-cost or over the daily cap
  6 jobs are still open, or training photos still in the bucket: `resume` takes them up

"""
    + SPENDING
    + """

`phota-desktop VERB --help` tells the options of a verb.
Without a verb the window opens with the files and folders named."""
)


def _variants(text: str) -> int:
    if text in [str(n) for n in range(1, MAX_VARIANTS + 1)]:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MAX_VARIANTS}")


def _dollars(text: str) -> Decimal:
    try:
        amount = Decimal(text.lstrip("$"))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of US dollars, such as 0.50")
    return amount


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")


def _path(text: str) -> Path:
    if not text:  # an unset variable of a script: it must not become the folder one is in
        raise argparse.ArgumentTypeError("an empty name is no file or folder")
    return Path(text)


def _one_of(words: type[Word]) -> Callable[[str], Word]:
    """Return a reader of one of ``words`` that takes small letters for capitals."""

    def read(text: str) -> Word:
        for word in words:
            if word.value.lower() == text.strip().lower():
                return word
        listed = ", ".join(words)
        raise argparse.ArgumentTypeError(f"{text!r} is not possible; possible are {listed}")

    return read


def _profile_id(text: str) -> str:
    # The same letters that a mention in a prompt may have.
    if text and len(text) <= 128 and not any(c.isspace() or c in "[]" for c in text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is no profile id; `profiles list` shows them")


def _name(text: str) -> str:
    if text.strip():
        return text.strip()
    raise argparse.ArgumentTypeError("an empty name tells nobody who this is")


def _output_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="one JSON object per line and job")
    verb.add_argument("--quiet", action="store_true", help="say nothing but results and errors")


def _spending_options(verb: argparse.ArgumentParser, limit: bool = True) -> None:
    verb.add_argument("--yes", action="store_true", help="do not ask before spending")
    if limit:
        verb.add_argument(
            "--max-cost",
            type=_dollars,
            metavar="USD",
            help="refuse to start above this price, or where the price is not published",
        )


def _engine_option(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--engine",
        type=_one_of(Engine),
        metavar="|".join(Engine),
        help="default: phota when a key is found, else local",
    )


def _image_options(verb: argparse.ArgumentParser) -> None:
    _engine_option(verb)
    verb.add_argument(
        "--out",
        type=_path,
        metavar="DIR",
        help="folder for the results; default: beside the photo, else the present folder",
    )
    verb.add_argument(
        "-n", "--variants", type=_variants, default=1, help="how many results, 1 to 4"
    )
    verb.add_argument(
        "--format",
        type=_one_of(OutputFormat),
        metavar="|".join(OutputFormat),
        default=OutputFormat.JPG,
        help="file format of the results",
    )
    verb.add_argument(
        "--profile",
        action="append",
        type=_profile_id,
        default=[],
        metavar="ID",
        help="a profile that rides on the request; repeatable; not with generate, where "
        "[[ID]] in the prompt does it",
    )
    models = ", ".join(BASE_MODELS)
    verb.add_argument(
        "--model",
        metavar="ID",
        help=f"base model of edit and generate: {models}; default: {DEFAULT_MODEL}",
    )
    verb.add_argument(
        "--aspect",
        type=_one_of(AspectRatio),
        metavar="RATIO",
        help=f"shape of what edit and generate make: {', '.join(AspectRatio)}",
    )
    verb.add_argument(
        "--resolution",
        type=_one_of(Resolution),
        metavar="|".join(Resolution),
        help="size of what edit and generate make, as far as the model goes; default: 1K. "
        "Enhance and remix always make 2K",
    )
    verb.add_argument(
        "--quality",
        type=_one_of(Quality),
        metavar="|".join(Quality),
        help="only with --model gpt-image-2",
    )
    _spending_options(verb)
    _output_options(verb)


Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _verb(verbs: Verbs, name: str, says: str, epilog: str = SPENDING) -> argparse.ArgumentParser:
    return verbs.add_parser(
        name,
        help=says,
        description=f"{says[0].upper()}{says[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _files(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "files", nargs="+", type=_path, metavar="FILE", help="a photo, or a folder of photos"
    )
    verb.add_argument("--recursive", action="store_true", help="enter folders within folders")


def _image_verbs(verbs: Verbs) -> None:
    enhance = _verb(verbs, "enhance", "improve photos, one job per file")
    _files(enhance)
    enhance.add_argument("--prompt", default="", help="optional words that guide the result")
    _image_options(enhance)

    edit = _verb(verbs, "edit", "change photos by words, one job per file")
    _files(edit)
    edit.add_argument("--prompt", required=True, metavar="TEXT", help="what to change")
    edit.add_argument(
        "--together",
        action="store_true",
        help=f"send all photos (up to {MAX_EDIT_IMAGES}) as one job; the first is the primary one",
    )
    _image_options(edit)

    generate = _verb(verbs, "generate", "make a picture from words")
    generate.add_argument(
        "--prompt",
        required=True,
        metavar="TEXT",
        help="the picture in words; [[ID]] puts the person or pet of a profile into it",
    )
    _image_options(generate)

    remix = _verb(verbs, "remix", "give one photo the style of another")
    remix.add_argument("input", type=_path, metavar="INPUT", help="the photo to keep")
    remix.add_argument("reference", type=_path, metavar="REFERENCE", help="the style to take")
    remix.add_argument("--prompt", default="", help="optional words that guide the result")
    _image_options(remix)


PROFILE_NOTES = (
    """With Phota, `add` takes photos of this computer or public https addresses. Phota fetches
training photos itself: those of this computer lie in a bucket of yours meanwhile (`bucket set`),
without their metadata, and `add` waits for the end of the training to delete them there. Ctrl-C
is safe; `resume` goes on. With --engine local nothing leaves this computer: it is for practice,
recognises nobody and keeps no photo.
`add` looks at the photos first and says which are better left out; it uses all that are named.
It asks for the consent of the person shown and for the price; --yes says both.

"""
    + SPENDING
)


def _profile_verbs(verbs: Verbs) -> None:
    profiles = _verb(verbs, "profiles", "people and pets that Phota can recognise", PROFILE_NOTES)
    actions = profiles.add_subparsers(dest="action", metavar="ACTION", required=True)

    listing = _verb(actions, "list", "show all profiles", "")
    add = _verb(actions, "add", "train a new profile", PROFILE_NOTES)
    add.add_argument(
        "sources",
        nargs="+",
        metavar="PHOTO_OR_URL",
        help="10 to 50 photos for the standard tier, 5 to 10 for the fast one",
    )
    add.add_argument("--name", required=True, type=_name, help="who this is; stays here")
    add.add_argument(
        "--tier",
        type=_one_of(TrainingTier),
        metavar="|".join(TrainingTier),
        default=TrainingTier.STANDARD,
        help="how it is trained; default: standard",
    )
    add.add_argument(
        "--kind",
        type=_one_of(Kind),
        metavar="|".join(Kind),
        default=Kind.PERSON,
        help="who is shown; default: person",
    )
    add.add_argument("--recursive", action="store_true", help="enter folders within folders")
    _spending_options(add)
    status = _verb(actions, "status", "tell how a training is doing", "")
    picture = _verb(actions, "picture", "save a profile's picture", "")
    delete = _verb(actions, "delete", "delete a profile for good, with all its photos", "")
    for one in (status, picture, delete):
        one.add_argument("id", type=_profile_id, metavar="ID")
    picture.add_argument("--out", required=True, type=_path, metavar="FILE")
    delete.add_argument("--yes", action="store_true", help="do not ask before deleting")
    for one in (listing, add, status, picture, delete):
        _engine_option(one)
        _output_options(one)


BUCKET_NOTES = """With Phota, photos of this computer lie in a bucket of yours while a profile is
trained: without their metadata, under names that nobody guesses, and open only through links that
end after an hour or two. They are deleted there when the training ends.
`set` reads the secret from a prompt or from standard input, never from an argument, and keeps it
in the system's keyring: the secret access key (s3), the account key (azure), or the JSON key file
of a service account (gcs). PHOTA_BUCKET_KEY_ID and PHOTA_BUCKET_SECRET can hold the credentials
instead.
"""


def _bucket_verbs(verbs: Verbs) -> None:
    bucket = _verb(verbs, "bucket", "where photos lie while a profile is trained", BUCKET_NOTES)
    actions = bucket.add_subparsers(dest="action", metavar="ACTION", required=True)
    status = _verb(actions, "status", "show the bucket and what lies in it", "")
    setting = _verb(actions, "set", "use a bucket from now on", BUCKET_NOTES)
    setting.add_argument("bucket", metavar="BUCKET", help="its name; Azure's container")
    setting.add_argument(
        "--provider",
        type=_one_of(Provider),
        metavar="|".join(Provider),
        default=Provider.S3,
        help="whose interface it speaks; default: s3, with all that is compatible",
    )
    setting.add_argument("--region", default="", help="such as eu-central-1; s3 only")
    setting.add_argument("--endpoint", default="", metavar="URL", help="of others than the maker")
    setting.add_argument("--account", default="", help="the storage account; azure only")
    setting.add_argument("--prefix", default=DEFAULT_PREFIX, help="the folder in the bucket")
    setting.add_argument("--key-id", default="", help="the access key's ID; s3 only")
    test = _verb(actions, "test", "write, read, list and delete one small object", "")
    clean = _verb(actions, "clean", "delete photos that no training needs any more", "")
    clean.add_argument(
        "--strays",
        action="store_true",
        help="also what this program left in the folder a day ago or longer, on any computer",
    )
    forget = _verb(actions, "forget", "forget the bucket and its credentials", "")
    for one in (status, setting, test, clean, forget):
        _output_options(one)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="phota-desktop",
        description="The photo client for the Phota API.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"phota-desktop {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)

    _image_verbs(verbs)
    _profile_verbs(verbs)
    _bucket_verbs(verbs)

    jobs = verbs.add_parser("jobs", help="show what the journal knows")
    _output_options(jobs)

    resume = verbs.add_parser(
        "resume", help="finish everything unfinished, asking before anything new is spent"
    )
    _spending_options(resume, limit=False)
    _output_options(resume)

    key = verbs.add_parser("key", help="the API key in the system's keyring")
    key.add_argument("action", choices=("set", "status", "forget"))

    serve = verbs.add_parser("serve", help="run the local engine as an HTTP server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8765)

    doctor = verbs.add_parser("doctor", help="versions, folders, keyring, engine, libraries")
    doctor.add_argument("--json", action="store_true")
    return top
