"""``doctor``: what this program runs on, for people and support; no secret is in it."""

from __future__ import annotations

import asyncio
import os
import platform
import sqlite3
import sys

from phota_desktop import __version__, crashes
from phota_desktop.cli.exits import Exit
from phota_desktop.cli.output import Output
from phota_desktop.core.errors import PhotaError
from phota_desktop.environment import found_environment
from phota_desktop.preflight import missing_libraries
from phota_desktop.services.diagnostics import failure, versions
from phota_desktop.store.keys import KeyStore
from phota_desktop.store.looking import look
from phota_desktop.store.paths import AppFolders


def doctor(folders: AppFolders, output: Output) -> Exit:
    """Write the report; exit 3 when something that the window needs is missing."""
    problems: list[str] = []
    try:
        folders.create()
    except PhotaError as error:
        problems.append(f"{error.message} {error.hint}".rstrip())
    missing = missing_libraries()
    if missing:
        problems.append(f"System libraries are missing: {', '.join(missing)}.")
    engine = asyncio.run(_engine(folders)) if not problems else "not tried"
    if engine != "ok":
        problems.append(f"The local engine does not answer: {engine}")
    finding = KeyStore(found_environment()).find()
    journal = look(folders.journal_file)
    if journal.state not in ("ok", "none yet"):
        problems.append(f"The journal cannot be read: {journal.state}")
    report: dict[str, object] = {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "executable": sys.executable,
        "sqlite": sqlite3.sqlite_version,
        "packages": versions(),
        "folders": {
            "home": str(folders.home),
            "settings": str(folders.settings_file),
            "journal": str(folders.journal_file),
            "vault": str(folders.vault),
            "logs": str(folders.logs),
            "cache": str(folders.cache),
            "results": str(folders.results),
        },
        "key": {
            "state": str(finding.state),
            "source": finding.source,
            "message": finding.message,
        },
        "journal": {
            "state": journal.state,
            "schema": journal.schema,
            "jobs": dict(journal.jobs),
            "failures": [failure(job) for job in journal.failures],
        },
        "crash": crashes.newest(folders.logs) or None,
        "crash_logs": len(crashes.older(folders.logs)),
        "engine": engine,
        "missing_libraries": list(missing),
        "display": os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or None,
        "problems": problems,
    }
    if output.as_json:
        output.record(report)
    else:
        for name, value in report.items():
            output.line(f"{name}: {_words(value)}")
    return Exit.ENVIRONMENT if problems else Exit.DONE


def _words(value: object) -> str:
    if isinstance(value, dict):
        return "".join(f"\n  {name}: {inner}" for name, inner in value.items())
    if isinstance(value, list):
        if any(isinstance(one, dict) for one in value):
            return "".join(f"\n  {' '.join(f'{k}={v}' for k, v in one.items())}" for one in value)
        return ", ".join(map(str, value)) or "none"
    return str(value)


async def _engine(folders: AppFolders) -> str:
    from phota_desktop.core.jobs import Engine
    from phota_desktop.services.session import Session
    from phota_desktop.services.threads import Threads
    from phota_desktop.store.settings import SettingsStore

    threads = Threads()
    session = Session(folders, SettingsStore(folders.settings_file).load(), threads, {})
    try:
        await session.client(Engine.LOCAL).check_key()
    except PhotaError as error:
        return error.message
    finally:
        await session.close()
        threads.close()
    return "ok"
