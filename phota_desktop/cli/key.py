"""``key set``, ``key status`` and ``key forget``: the API key in the system's keyring."""

from __future__ import annotations

import getpass
import sys

from phota_desktop.cli.exits import Exit
from phota_desktop.cli.output import Output
from phota_desktop.core.secrets import ApiKey
from phota_desktop.environment import found_environment
from phota_desktop.store.keys import KeyFinding, KeyState, KeyStore

SESSION = "session"
"""The source of a key that no keyring holds; it would end with this command."""


def key(action: str, output: Output) -> Exit:
    """Run one of the three actions; the key itself is never shown or taken as an argument."""
    store = KeyStore(found_environment())
    if action == "status":
        return _tell(store.find(), output)
    if action == "forget":
        finding = store.forget()
        if finding.key is None:
            output.line("No key is stored.")
            return Exit.DONE
        return _tell(finding, output)
    try:
        finding = store.save(ApiKey(_read_key()))
    except ValueError as problem:
        output.complain(str(problem))
        return Exit.USAGE
    if finding.state is not KeyState.OK or finding.source == SESSION:
        output.complain(finding.message or "The keyring did not take the key.")
        output.complain("Nothing was stored. PHOTA_API_KEY can hold the key for one session.")
        return Exit.KEY
    output.line(f"Saved in {finding.source}.")
    return Exit.DONE


def _read_key() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("API key (not shown): ")
    return sys.stdin.readline()


def _tell(finding: KeyFinding, output: Output) -> Exit:
    if finding.key is not None:
        output.line(f"A key is there (from {finding.source}).")
        return Exit.DONE
    output.line(finding.message or "There is no key.")
    return Exit.KEY
