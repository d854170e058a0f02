"""Goal 10: originals are read and never touched, whatever a whole session does with them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phota_desktop.core.exporting import ExportSettings
from phota_desktop.core.file_names import NameTokens, file_name
from phota_desktop.imaging.files import write_new
from phota_desktop.services.export import Exporter, ExportItem
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.vault import Vault
from tests.end2end.pilot import Pilot
from tests.end2end.screen import ROOT, Screen, wait_until
from tests.faults import touching

pytestmark = pytest.mark.timeout(180)

NAMES = int(os.environ.get("PHOTA_TEST_NAMES", "150"))
ALL_NAMES = 1000
KINDS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "tif": "TIFF"}
TAGS = {0x010F: "Maker", 0x0131: "Editor", 0x013B: "Owner Of This", 0x0112: 6}


@pytest.fixture
def originals(tmp_path: Path) -> list[Path]:
    """Four formats, with metadata, under names that nothing else in a session has."""
    folder = tmp_path / "originals"
    folder.mkdir()
    tags = Image.Exif()
    tags.update(TAGS)
    paths = []
    for ending, kind in KINDS.items():
        path = folder / f"ORIGINAL_7f3a.{ending}"
        Image.effect_noise((640, 480), 60).convert("RGB").save(path, kind, exif=tags)
        path.chmod(0o640)
        os.utime(path, (1_600_000_000, 1_600_000_000))
        paths.append(path)
    return paths


def _state(path: Path) -> tuple[object, ...]:
    told = path.stat()
    kept = (told.st_ino, told.st_mtime_ns, told.st_ctime_ns, told.st_mode, told.st_nlink)
    return (*kept, hashlib.sha256(path.read_bytes()).hexdigest())


def _environ(home: Path) -> dict[str, str]:
    own = {"HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota")}
    return {**os.environ, **own, "XDG_DATA_HOME": str(home / "data")}


@pytest.mark.faults
def test_the_command_line_only_reads_originals(tmp_path: Path, originals: list[Path]) -> None:
    before = {path: _state(path) for path in originals}
    names = list(map(str, originals))
    # Beside the originals, as many do.
    words = ["--engine", "local", "--out", str(originals[0].parent), "--quiet"]
    for run, arguments in enumerate(
        (
            ["enhance", *names, *words],
            ["edit", *names[:2], "--together", "--prompt", "much warmer", *words],
            ["remix", *names[:2], *words],
            ["profiles", "add", *names, "--name", "Anna", "--engine", "local"],
        )
    ):
        traced = tmp_path / f"{run}.txt"
        done = subprocess.run(
            [*touching.command(traced), sys.executable, "-m", "phota_desktop", *arguments],
            cwd=ROOT,
            env=_environ(tmp_path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert arguments[0] == "profiles" or done.returncode == 0, done.stderr
        bad, reads = touching.touched(traced, originals)
        assert bad == []
        assert arguments[0] == "profiles" or reads > 0
    assert {path: _state(path) for path in originals} == before


@pytest.fixture
def screen() -> Iterator[Screen]:
    on = Screen()
    yield on
    on.close()


_SERVICES = "window.parts._services"
_EXPORT = (
    "(lambda s, e, P: s.tasks.spawn(e.Exporter(s.folders).run("
    "[e.ExportItem(P(n), marks=__import__('phota_desktop.core.library', fromlist=['x'])"
    ".Marks(stars=4), tokens=__import__('phota_desktop.core.file_names', fromlist=['x'])"
    ".NameTokens(stem='ORIGINAL_7f3a')) for n in {names!r}],"
    "__import__('phota_desktop.core.exporting', fromlist=['x'])"
    ".ExportSettings(name_template='{{stem}}', folder=P({folder!r}), sidecar=True)),"
    " name='export of a test') and None)"
    "({services}, __import__('phota_desktop.services.export', fromlist=['x']),"
    " __import__('pathlib').Path)"
)


@pytest.mark.faults
def test_the_window_only_reads_originals(
    tmp_path: Path, originals: list[Path], screen: Screen
) -> None:
    before = {path: _state(path) for path in originals}
    folder = originals[0].parent
    (tmp_path / "phota").mkdir(mode=0o700)
    (tmp_path / "phota" / "settings.json").write_text('{"seen_first_run": true}')
    pilot = Pilot(screen, tmp_path, XDG_DATA_HOME=str(tmp_path / "data"))
    traced = tmp_path / "window.txt"
    with touching.tracing(pilot.program.pid, traced):
        # A second start hands the photos over, so that every look at them is seen.
        second = [sys.executable, "-m", "phota_desktop", *map(str, originals)]
        subprocess.run(second, cwd=ROOT, env=pilot.screen.environ | _environ(tmp_path), check=True)
        pilot.wait("window.studio.photos.rowCount() == 4", "the photos were not taken")
        pilot.wait("window.studio.photo is not None", "none is shown")
        for path in reversed(originals):
            chosen = f"__import__('pathlib').Path({str(path)!r})"
            pilot.ask(f"window.studio.choose_photo({chosen})")
            pilot.wait("window.canvas.is_settled()", "it was not shown")
        pilot.ask("window.canvas.setFocus()")
        for key in ("3", "p", "6", "ctrl+z"):
            screen.key(key)
        screen.key("ctrl+Return")
        pilot.wait("len(window.studio.strip.entries()) == 2", "nothing is asked for")
        pilot.wait("window.studio.strip.entries()[1].path is not None", "no variant comes", 60)
        # A variant goes to the trash, an original never.
        screen.key("Right")
        pilot.wait("window.studio.entry.key != 'original'", "the variant was not chosen")
        screen.key("Delete")
        pilot.wait("len(window.studio.strip.entries()) == 1", "it stays")
        screen.key("Delete")
        pilot.ask(
            _EXPORT.format(names=list(map(str, originals)), folder=str(folder), services=_SERVICES)
        )
        wait_until(lambda: len(list(folder.glob("*.xmp"))) == 4, 30, "nothing was exported")
        screen.key("ctrl+q")
        pilot.program.wait(30)
    bad, reads = touching.touched(traced, originals)
    assert bad == []
    assert reads >= 8
    assert {path: _state(path) for path in originals} == before
    assert len(list(folder.glob("ORIGINAL_7f3a-2.*"))) >= 4  # beside, under names of their own


@pytest.mark.faults
@pytest.mark.parametrize(
    "deed",
    [
        "open(path, 'r+b').close()",
        "os.utime(path)",
        "os.chmod(path, 0o600)",
        "os.link(path, path + '.b')",
        "os.rename(path, path + '.b')",
        "os.setxattr(path, 'user.a', b'b')",
        "os.unlink(path)",
    ],
)
def test_a_touch_is_seen(tmp_path: Path, deed: str) -> None:
    path, traced = tmp_path / "ORIGINAL_7f3a.jpg", tmp_path / "traced.txt"
    path.write_bytes(b"a")
    script = f"import os, sys; path = sys.argv[1]; open(path).read(); {deed}"
    subprocess.run(
        [*touching.command(traced), sys.executable, "-c", script, str(path)], check=False
    )
    bad, reads = touching.touched(traced, [path])
    assert len(bad) >= 1
    assert reads == 1


# -- names ------------------------------------------------------------------------------------

_ODD = st.sampled_from(
    [
        *("", ".", "..", "../up", "..\\up", "/etc/passwd", "a/b", "CON", "nul.jpg", "a.", "a "),
        *("x" * 300, "é" * 200, "e\u0301", "é", "A", "a", "\u202egpj.exe", "a\0b", "-rf", "~", "."),
        *("photo-1", "photo", "PHOTO", ".hidden", "a:b", "a\nb", "\ud800", "🙂" * 99),
    ]
)
_TEXT = st.one_of(_ODD, st.text(max_size=60), st.text(alphabet="aA.é/\\ -", max_size=8))


def _write(names_folder: dict[str, Any], stem: str, ending: str, content: bytes) -> None:
    vault, folder, kept = names_folder["vault"], names_folder["folder"], names_folder["kept"]
    source = names_folder["source"]
    source.write_bytes(content)
    exporter = Exporter(names_folder["folders"])
    [plan] = exporter.plan(
        [ExportItem(source, tokens=NameTokens(stem=stem))],
        ExportSettings(name_template="{stem}", folder=folder),
    )
    written = [
        vault.deliver(source, folder, stem, ending),
        write_new(folder / file_name(stem, ending), content),
        write_new(plan.folder / plan.name, content),
    ]
    for path in written:
        assert path.parent == folder
        assert path not in kept
        assert len(os.fsencode(path.name)) <= 200
        kept[path] = content
    for path in list(kept)[-30:]:
        assert path.read_bytes() == kept[path]


def _write_under(names: int, names_folder: dict[str, Any]) -> None:
    endings, contents = st.sampled_from(["jpg", "png"]), st.binary(min_size=1, max_size=8)

    @settings(max_examples=names, deadline=None)
    @given(stem=_TEXT, ending=endings, content=contents)
    def check(stem: str, ending: str, content: bytes) -> None:
        _write(names_folder, stem, ending, content)

    check()
    assert len(names_folder["kept"]) >= names


@pytest.mark.faults
def test_no_name_overwrites_or_leaves_the_folder(names_folder: dict[str, Any]) -> None:
    _write_under(NAMES, names_folder)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_name_of_a_thousand_overwrites(names_folder: dict[str, Any]) -> None:
    _write_under(ALL_NAMES, names_folder)


@pytest.fixture
def names_folder(tmp_path: Path) -> Iterator[dict[str, Any]]:
    folders = AppFolders.find({"PHOTA_DESKTOP_HOME": str(tmp_path / "home")})
    folders.create()
    folder = tmp_path / "person" / "chosen"
    folder.mkdir(parents=True)
    source = tmp_path / "source.jpg"
    Image.new("RGB", (8, 8)).save(source)
    kept: dict[Path, bytes] = {}
    yield {
        "vault": Vault(folders),
        "folder": folder,
        "kept": kept,
        "source": source,
        "folders": folders,
    }
    assert {path: path.read_bytes() for path in folder.iterdir()} == kept
    assert set((tmp_path / "person").rglob("*")) == {folder, *kept}
