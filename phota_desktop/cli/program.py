"""Runs one verb and returns its exit code; no traceback ever reaches a person's screen."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from phota_desktop.cli.arguments import parser
from phota_desktop.cli.exits import Exit, of_kind
from phota_desktop.cli.output import Output, silence
from phota_desktop.core.errors import PhotaError

_log = logging.getLogger(__name__)


def main(argv: Sequence[str]) -> int:
    """Run the command line ``argv`` (without the program's name) and return the exit code."""
    _open_streams()
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as stop:
        return _ended(int(stop.code or 0))
    # Until the log file is open, Python would write tracebacks to the person's screen.
    logging.getLogger().addHandler(logging.NullHandler())
    output = Output(getattr(arguments, "json", False), getattr(arguments, "quiet", False))
    return _ended(int(_attempt(arguments, output)))


def _attempt(arguments: argparse.Namespace, output: Output) -> Exit:
    try:
        return _run(arguments, output)
    except PhotaError as error:
        output.error(error)
        return of_kind(error.kind)
    except KeyboardInterrupt:
        output.complain("Stopped. `phota-desktop resume` takes open jobs up again.")
        return Exit.OPEN
    except BrokenPipeError:
        return Exit.FAILED  # the reader of our output went away
    except Exception:  # noqa: BLE001  (the last line: a sentence instead of a traceback)
        _log.exception("The verb %s failed", arguments.verb)
        output.complain(
            "Something went wrong in Phota Desktop. `phota-desktop doctor` tells where the log is."
        )
        return Exit.FAILED


def _open_streams() -> None:
    """Give a program that was started with closed streams something to write to.

    The descriptors too: else the next file would get their number, and what a worker process
    says would go into it.
    """
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            silence(number)
            mode = "w" if number else "r"
            stream = os.fdopen(number, mode, encoding="utf-8", closefd=False)
            setattr(sys, name, stream)


def _ended(code: int) -> int:
    """Return ``code`` once all output is written, else the code for that."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            silence(stream.fileno())  # else Python tries again at exit, with words of its own
            code = code or int(Exit.ENVIRONMENT)
    return code


def _run(arguments: argparse.Namespace, output: Output) -> Exit:
    from phota_desktop import crashes
    from phota_desktop.environment import found_environment
    from phota_desktop.logs import start_logging
    from phota_desktop.store.paths import AppFolders

    folders = AppFolders.find(found_environment())
    if arguments.verb == "doctor":
        from phota_desktop.cli.doctor import doctor

        return doctor(folders, output)
    folders.create()
    crashes.start(folders.logs, "command line")
    start_logging(folders.logs)
    if arguments.verb == "serve":
        from phota_desktop.engine.serve import serve

        try:
            return Exit(
                serve(
                    arguments.host,
                    arguments.port,
                    folders.home / "engine-server",
                    announce=output.say,
                )
            )
        except ValueError as problem:
            output.complain(str(problem))
            return Exit.USAGE
        except OSError as problem:
            place = f"{arguments.host}, port {arguments.port}"
            output.complain(f"The engine cannot listen on {place}: {problem.strerror}.")
            return Exit.ENVIRONMENT
    if arguments.verb == "key":
        from phota_desktop.cli.key import key

        return key(arguments.action, output)
    from phota_desktop.cli import stopping
    from phota_desktop.cli.bucket import bucket
    from phota_desktop.cli.jobs import jobs, resume
    from phota_desktop.cli.profiles import profiles
    from phota_desktop.cli.studio import image_verb

    others = {"jobs": jobs, "resume": resume, "profiles": profiles, "bucket": bucket}
    verb = others.get(arguments.verb, image_verb)
    return stopping.run(verb(arguments, output, folders))
