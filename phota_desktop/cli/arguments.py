"""The argument parser: every verb and option of the public interface."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation
from pathlib import Path

from phota_desktop import __version__
from phota_desktop.core.jobs import Engine
from phota_desktop.core.options import MAX_VARIANTS, OutputFormat

EPILOG = """exit codes:
  0 every job done           1 a job failed, was refused or is partial
  2 wrong usage or an input that cannot be read
  3 the environment: no display, missing library, folder not writable
  4 no key, key rejected, keyring locked
  5 out of credit, or over --max-cost
  6 jobs are still open and can be taken up with `resume`

Without a verb the window opens with the files and folders named."""


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


def _output_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="one JSON object per line and job")
    verb.add_argument("--quiet", action="store_true", help="say nothing but results and errors")


def _spending_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--yes", action="store_true", help="do not ask before spending")


def _image_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--engine",
        type=Engine,
        choices=list(Engine),
        help="default: phota when a key is found, else local",
    )
    verb.add_argument(
        "--out", type=_path, metavar="DIR", help="folder for the results; default: beside the photo"
    )
    verb.add_argument(
        "-n", "--variants", type=_variants, default=1, help="how many results, 1 to 4"
    )
    verb.add_argument(
        "--format",
        type=OutputFormat,
        choices=list(OutputFormat),
        default=OutputFormat.JPG,
        help="file format of the results",
    )
    verb.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="ID",
        help="a profile that rides on the request; repeatable",
    )
    verb.add_argument(
        "--max-cost", type=_dollars, metavar="USD", help="refuse to start above this price"
    )
    verb.add_argument("--recursive", action="store_true", help="enter folders within folders")
    _spending_options(verb)
    _output_options(verb)


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

    enhance = verbs.add_parser("enhance", help="improve photos, one job per file")
    enhance.add_argument("files", nargs="+", type=_path, metavar="FILE")
    enhance.add_argument("--prompt", default="", help="optional words that guide the result")
    _image_options(enhance)

    jobs = verbs.add_parser("jobs", help="show what the journal knows")
    _output_options(jobs)

    resume = verbs.add_parser(
        "resume", help="finish everything unfinished, asking before anything new is spent"
    )
    _spending_options(resume)
    _output_options(resume)

    key = verbs.add_parser("key", help="the API key in the system's keyring")
    key.add_argument("action", choices=("set", "status", "forget"))

    serve = verbs.add_parser("serve", help="run the local engine as an HTTP server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8765)

    doctor = verbs.add_parser("doctor", help="versions, folders, keyring, engine, libraries")
    doctor.add_argument("--json", action="store_true")
    return top
