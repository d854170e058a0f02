"""Where things live, and that nobody else can look into it."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.store.paths import AppFolders


def test_one_folder_from_the_environment(tmp_path: Path) -> None:
    folders = AppFolders.find({"PHOTA_DESKTOP_HOME": str(tmp_path / "x"), "HOME": "/nowhere"})
    folders.create()
    assert folders.results == tmp_path / "x" / "results"
    assert not folders.results.exists()
    made = [path for path in (tmp_path / "x").rglob("*") if path.is_dir()]
    assert made
    assert {stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "x", *made]} == {0o700}


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_xdg_folders(tmp_path: Path) -> None:
    config = tmp_path / ".config"
    config.mkdir()
    (config / "user-dirs.dirs").write_text('# c\nXDG_PICTURES_DIR="$HOME/Bilder"\n')
    environ = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "relative", "XDG_RUNTIME_DIR": "/run/u"}
    folders = AppFolders.find(environ)
    assert folders.journal_file == tmp_path / ".local/share/phota-desktop/journal.sqlite3"
    assert folders.settings_file == config / "phota-desktop/settings.json"
    assert folders.cache == tmp_path / ".cache/phota-desktop"
    assert folders.runtime == Path("/run/u/phota-desktop")
    assert folders.results == tmp_path / "Bilder/Phota"


def test_a_folder_that_cannot_be_made_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folders = AppFolders.find({"PHOTA_DESKTOP_HOME": str(tmp_path / "file" / "home")})
    with pytest.raises(PhotaError) as caught:
        folders.create()
    assert caught.value.kind is ErrorKind.DISK
    assert str(tmp_path / "file") in caught.value.message


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    AppFolders.find({"PHOTA_DESKTOP_HOME": str(home)}).create()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_without_a_session_folder_the_locks_live_in_the_home(tmp_path: Path) -> None:
    folders = AppFolders.find({"HOME": str(tmp_path)})
    if sys.platform == "linux":
        assert folders.runtime == folders.home / "run"
    assert folders.runtime.is_absolute()
