"""The program's start: the command line for a verb, else the window after a look at the system.

Nothing is imported here that the window's first paint would have to wait for.
"""

from __future__ import annotations

import sys

VERBS = (
    *("enhance", "edit", "generate", "remix", "profiles", "bucket"),
    *("jobs", "resume", "key", "serve", "doctor"),
)
NO_WINDOW = 3
"""Exit code for "the environment": no display, or a system library is missing."""


def main(argv: list[str] | None = None) -> int:
    """Run the program with ``argv`` (default: the process's) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        from phota_desktop import __version__

        sys.stdout.write(f"phota-desktop {__version__}\n")
        return 0
    from phota_desktop.environment import keep_private

    keep_private()
    if for_command_line(arguments):
        from phota_desktop import cli

        return cli.main(arguments)
    import gc

    # What a start makes stays: looking through it for garbage would be a tenth of the time.
    gc.disable()  # until the window is painted, see app.py
    from phota_desktop import preflight, preload

    problem = preflight.problem()
    if problem:
        sys.stderr.write(problem + "\n")
        return NO_WINDOW
    preload.preload()
    from phota_desktop import app

    try:
        return app.main(photos(arguments))
    except Exception as error:  # noqa: BLE001 - the last line: recorded, and told without values
        words = preflight.missing_words() if isinstance(error, ImportError) else ""
        if words:
            sys.stderr.write(words + "\n")
            return NO_WINDOW
        return app.ended_by(error)


def for_command_line(arguments: list[str]) -> bool:
    """Say whether ``arguments`` name a verb or an option; the window itself has no options."""
    named = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if any(argument.startswith("-") for argument in named):
        return True
    return bool(named) and named[0] in VERBS


def photos(arguments: list[str]) -> list[str]:
    """Return the paths in ``arguments``; one after ``--`` may begin with a dash."""
    if "--" not in arguments:
        return arguments
    cut = arguments.index("--")
    after = [f"./{name}" if name.startswith("-") else name for name in arguments[cut + 1 :]]
    return [*arguments[:cut], *after]


if __name__ == "__main__":
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()
    # Worker processes of the local engine import this module under another name.
    sys.exit(main())
