"""Where everything lives: the platform's own folders, or one folder from the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError

HOME_VARIABLE = "PHOTA_DESKTOP_HOME"


@dataclass(frozen=True)
class AppFolders:
    """The program's folders and files; ``results`` is the person's own, the others are private."""

    home: Path
    settings_file: Path
    journal_file: Path
    vault: Path
    spool: Path
    logs: Path
    cache: Path
    runtime: Path
    results: Path

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ) -> AppFolders:
        """Return the folders for this user; creates nothing."""
        own = environ.get(HOME_VARIABLE)
        if own:
            home = Path(own).expanduser().absolute()
            return cls._under(home, home, home / "cache", home / "run", home / "results")
        person = Path(environ.get("HOME") or Path.home())
        if sys.platform == "darwin":
            library = person / "Library"
            home = library / "Application Support" / "Phota Desktop"
            cache = library / "Caches" / "Phota Desktop"
            return cls._under(home, home, cache, home / "run", person / "Pictures" / "Phota")
        if sys.platform == "win32":
            person = Path(environ.get("USERPROFILE") or Path.home())
            local = Path(environ.get("LOCALAPPDATA") or person / "AppData" / "Local")
            home = local / "Phota Desktop"
            pictures = person / "Pictures" / "Phota"
            return cls._under(home, home, home / "cache", home / "run", pictures)
        home = _xdg(environ, "XDG_DATA_HOME", person / ".local" / "share")
        in_session = Path(environ.get("XDG_RUNTIME_DIR") or "").is_absolute()
        runtime = _xdg(environ, "XDG_RUNTIME_DIR", home) if in_session else home / "run"
        return cls._under(
            home,
            _xdg(environ, "XDG_CONFIG_HOME", person / ".config"),
            _xdg(environ, "XDG_CACHE_HOME", person / ".cache"),
            runtime,
            _pictures(environ, person) / "Phota",
        )

    @classmethod
    def _under(
        cls, home: Path, config: Path, cache: Path, runtime: Path, results: Path
    ) -> AppFolders:
        return cls(
            home=home,
            settings_file=config / "settings.json",
            journal_file=home / "journal.sqlite3",
            vault=home / "vault",
            spool=home / "spool",
            logs=home / "logs",
            cache=cache,
            runtime=runtime,
            results=results,
        )

    def create(self) -> None:
        """Make the private folders with mode 0700; raises PhotaError DISK if one is not writable.

        ``results`` is made when the first picture goes there, so that an unplugged disk is not
        replaced by a folder of its name at every start.
        """
        private = (self.home, self.vault, self.spool, self.logs, self.cache, self.runtime)
        for folder in (*private, self.settings_file.parent):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if os.name != "nt" and folder.stat().st_mode & 0o077:
                    folder.chmod(0o700)
            except OSError as exc:
                raise _not_writable(folder, exc.strerror or str(exc)) from exc
            if not os.access(folder, os.W_OK | os.X_OK):
                raise _not_writable(folder, "it is not writable")


def _not_writable(folder: Path, reason: str) -> PhotaError:
    return PhotaError(
        ErrorKind.DISK,
        f"The folder {folder} cannot be used: {reason}.",
        hint=f"Set {HOME_VARIABLE} to a folder of your own.",
    )


_APP = "phota-desktop"


def _xdg(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """Return the app's folder under an XDG base; relative values are ignored, as XDG asks."""
    value = Path(environ.get(name) or "")
    if value.is_absolute():
        return value / _APP
    return default / _APP


def _pictures(environ: Mapping[str, str], person: Path) -> Path:
    """Return the person's picture folder as ``user-dirs.dirs`` names it, else ``Pictures``."""
    config = Path(environ.get("XDG_CONFIG_HOME") or person / ".config")
    try:
        lines = (config / "user-dirs.dirs").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    for line in lines:
        name, _, value = line.partition("=")
        if name.strip() == "XDG_PICTURES_DIR":
            found = Path(value.strip().strip('"').replace("$HOME", str(person)))
            if found.is_absolute() and found != person:
                return found
    return person / "Pictures"
