"""The command line: the verbs of the public interface on the same services as the window."""

from phota_desktop.cli.program import main

__all__ = ["main"]
