"""The export dialog and proof sheets by keys alone and by the mouse; exiftool judges the files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.library_pilot import MODEL, LibraryPilot, run
from tests.end2end.screen import PATIENCE, Screen, wait_until
from tests.unit.imaging.outside import Tags, tags

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(240)]

EXPORT = "window.parts.library.exporting.model"
RESULTS = [f"{stem}-enhance-1.jpg" for stem in ("china", "flower", "rocket")]
Kept = dict[Path, tuple[str, int]]


@pytest.fixture
def pilot(screen: Screen, tmp_path: Path, photographs: list[Path]) -> Iterator[LibraryPilot]:
    out = str(tmp_path / "out")
    run(tmp_path, "enhance", *map(str, photographs), "--engine", "local", "--out", out)
    made = LibraryPilot(screen, tmp_path, *photographs)
    yield made
    made.program.terminate()


def _kept(home: Path) -> Kept:
    """Return hash and time of everything that no export may touch."""
    files = [*home.glob("photos/*"), *home.glob("out/*"), *home.glob("phota/vault/*.jpg")]
    assert len(files) >= 9
    return {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in files
        if path.is_file()
    }


def _unchanged(before: Kept) -> None:
    for path, (sha, time) in before.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha, path
        assert path.stat().st_mtime_ns == time, path


def _tab_to(pilot: LibraryPilot, name: str) -> None:
    """Press Tab until a control has the focus."""
    focus = "app.focusWidget().objectName()"
    for _ in range(40):
        before = str(pilot.ask(focus))
        if before.startswith(name):
            return
        pilot.screen.key("Tab")
        pilot.wait(f"{focus} != {before!r}", f"Tab stops at {before}")
    raise AssertionError(f"Tab does not lead to {name}")


def _ask(pilot: LibraryPilot) -> None:
    """Press Ctrl+S and wait for the dialog."""
    pilot.screen.key("ctrl+s")
    pilot.wait("find('exportDialog').isActiveWindow()", "no export dialog")
    pilot.wait("app.focusWidget().objectName() == 'exportStart'", "the button has no focus")


def _write_anew(pilot: LibraryPilot, text: str) -> None:
    pilot.screen.key("ctrl+a")
    pilot.screen.type(text)


def _ended(pilot: LibraryPilot, files: list[Path]) -> dict[Path, Tags]:
    """Wait for files and the end of the export; return what exiftool says of them."""
    wait_until(lambda: all(file.is_file() for file in files), 90, f"{files} do not come")
    pilot.wait(f"{EXPORT}.state.value != 'running'", "the export does not end", 90)
    return tags(files)


def _answer(pilot: LibraryPilot, dialog: str, path: Path) -> None:
    """Type a path into a file dialog."""
    pilot.wait(f"find({dialog!r}).isActiveWindow()", f"no {dialog}")
    _write_anew(pilot, str(path))
    pilot.wait(
        f"find({dialog!r}).selectedFiles() == [{str(path)!r}]", f"{dialog} does not take the path"
    )
    pilot.screen.key("Return")
    pilot.wait(f"not any(w.objectName() == {dialog!r} and w.isVisible() for w in"
               " app.topLevelWidgets())", f"{dialog} stays")  # fmt: skip


def test_a_variant_is_exported_by_keys_alone_and_again_as_last_time(
    pilot: LibraryPilot, tmp_path: Path
) -> None:
    kept, screen = _kept(tmp_path), pilot.screen
    screen.key("Right", "4")
    pilot.wait("window.studio.variant_path is not None", "the variant is not chosen")
    _ask(pilot)
    _tab_to(pilot, "exportFormatBox")
    screen.key("Right")
    pilot.wait(f"{EXPORT}.settings.format.value == 'jpeg'", "→ does not choose JPEG")
    _tab_to(pilot, "exportColourBox")
    screen.key("Down", "Down")
    pilot.wait(f"{EXPORT}.settings.colour.value == 'display_p3'", "↓ does not choose P3")
    _tab_to(pilot, "exportLimitTick")
    screen.key("space")
    _tab_to(pilot, "exportLimitEdit")
    _write_anew(pilot, "0.05")
    pilot.wait(f"{EXPORT}.settings.target_bytes == 50_000", "the size is not taken")
    _tab_to(pilot, "exportTemplateEdit")
    _write_anew(pilot, "{stem} web {n}")
    pilot.wait("find('exportName1').text() == 'china web 1.jpg'", "the name is not shown")
    screen.key("ctrl+Return")
    file = tmp_path / "photos" / "china web 1.jpg"
    told = _ended(pilot, [file])[file]
    assert file.stat().st_size <= 50_000
    assert told["File:FileType"] == "JPEG"
    assert "P3" in str(told["ICC_Profile:ProfileDescription"])
    assert str(told["XMP-iptcExt:DigitalSourceType"]).endswith("/algorithmicallyEnhanced")
    assert told["XMP-xmp:Rating"] == 4
    assert (told["File:ImageWidth"], told["File:ImageHeight"]) == (640, 427)

    # What the size cost is told, and stays until it was read.
    assert "quality" in str(pilot.ask(f"{EXPORT}.lines[0].words"))
    screen.key("Return")
    pilot.wait("window.isActiveWindow()", "Return does not close the report")

    # Once more as last time: no question, and never over the first.
    first = file.read_bytes()
    screen.key("ctrl+shift+s")
    wait_until(lambda: len(list(file.parent.glob("china web*.jpg"))) == 2, 90, "nothing came")
    assert file.read_bytes() == first
    _unchanged(kept)


def test_many_go_into_a_folder_by_the_mouse_with_a_preset(
    pilot: LibraryPilot, tmp_path: Path
) -> None:
    kept, screen = _kept(tmp_path), pilot.screen
    folder = tmp_path / "delivery"
    folder.mkdir()
    pilot.open_library()
    pilot.wait_found(6)
    pilot.choose_all(RESULTS)
    _ask(pilot)
    assert pilot.text("exportStart") == "Export 3"
    pilot.click("exportFormatBox_tiff")
    pilot.click("exportFolderBox_chosen")
    _answer(pilot, "folderDialog", folder)
    pilot.wait(f"str({EXPORT}.settings.folder) == {str(folder)!r}", "the folder is not taken")
    pilot.click("exportTemplateEdit")
    _write_anew(pilot, "{stem} {counter:02}")
    shown = "[find(f'exportName{n}').text() for n in (1, 2, 3)]"
    pilot.wait(f"all(t.endswith(f' 0{{n}}.tif') for n, t in enumerate({shown}, 1))", "no names")
    names = pilot.ask(shown)
    assert isinstance(names, list)

    pilot.click("exportPresetMenu")
    pilot.wait("app.activePopupWidget() is not None", "no menu")
    screen.key("Down", "Return")
    pilot.wait("find('presetNameDialog').isActiveWindow()", "nothing asks for a name")
    screen.type("For print")
    screen.key("Return")
    pilot.wait("find('exportPresetBox').currentText() == 'For print'", "the preset is not there")

    pilot.click("exportStart")
    for told in _ended(pilot, [folder / name for name in names]).values():
        assert told["File:FileType"] == "TIFF"
        assert str(told["XMP-iptcExt:DigitalSourceType"]).endswith("/algorithmicallyEnhanced")
    pilot.wait("window.isActiveWindow()", "the dialog stays")

    # The same as WebP, and then the preset brings TIFF back.
    _ask(pilot)
    pilot.click("exportFormatBox_webp")
    pilot.click("exportStart")
    webp = [folder / name.replace(".tif", ".webp") for name in names]
    for told in _ended(pilot, webp).values():
        assert told["File:MIMEType"] == "image/webp"
    pilot.wait("window.isActiveWindow()", "the dialog stays")
    _ask(pilot)
    pilot.click("exportPresetBox")
    pilot.wait("find('exportPresetBox').view().isVisible()", "no presets")
    screen.key("Down", "Return")
    pilot.wait(f"{EXPORT}.settings.format.value == 'tiff'", "the preset is not taken")
    screen.key("Escape")
    _unchanged(kept)


def test_a_long_export_shows_how_far_it_is_and_leaves_whole_files_when_it_is_canceled(
    pilot: LibraryPilot, tmp_path: Path
) -> None:
    kept = _kept(tmp_path)
    pilot.open_library()
    pilot.wait_found(6)
    pilot.screen.key("ctrl+a")
    pilot.wait(f"len({MODEL}.selection) == 6", "not all are chosen")
    _ask(pilot)
    pilot.click("exportFormatBox_webp")
    pilot.click("exportLosslessTick")
    _tab_to(pilot, "exportSizeBox")
    pilot.screen.key("End")
    pilot.wait("find('exportMegapixelsEdit').isVisible()", "no megapixels")
    _tab_to(pilot, "exportEnlargeTick")
    pilot.screen.key("space")
    pilot.wait(f"{EXPORT}.settings.resize.enlarge", "it is not enlarged")
    pilot.click("exportStart")
    pilot.wait(f"{EXPORT}.is_running", "it does not begin")
    assert pilot.ask("find('exportDialog').progress.bar.maximum()") == 6
    pilot.click("exportCancel")
    pilot.wait(f"{EXPORT}.state.value == 'ended'", "it does not stop", 90)
    saved = list((tmp_path / "photos").glob("*.webp"))
    assert len(saved) < 6
    assert len(saved) == pilot.ask(f"len({EXPORT}.saved)")
    for told in tags(saved).values() if saved else ():
        assert told["File:MIMEType"] == "image/webp"
    assert {path.suffix for path in (tmp_path / "photos").iterdir()} <= {".jpg", ".webp"}
    pilot.wait("find('exportRetry').text() == 'Export the rest'", "the rest cannot be exported")
    _unchanged(kept)


def test_proof_sheets_are_made_from_the_window_and_picks_come_back(
    pilot: LibraryPilot, tmp_path: Path
) -> None:
    kept = _kept(tmp_path)
    pilot.open_library()
    pilot.wait_found(6)
    pilot.choose_all(RESULTS)
    for kind, beginning in (("html", b"<!doctype html>"), ("pdf", b"%PDF-")):
        target = tmp_path / f"Wedding.{kind}"
        pilot.screen.key("ctrl+p")
        pilot.wait("find('proofTitle').hasFocus()", "no proof dialog")
        pilot.click(f"proofKind_{kind}")
        pilot.click("proofTitle")
        _write_anew(pilot, "Wedding & more")
        pilot.click("proofMake")
        _answer(pilot, "proofFileDialog", target)
        pilot.wait("'Saved as' in find('proofTold').text()", "no sheet was made", 90)
        assert target.read_bytes()[:15].lower().startswith(beginning.lower())
        pilot.screen.key("Escape")
        pilot.wait("window.isActiveWindow()", "the dialog stays")

    keys = pilot.ask(f"{{p.name: p.key for p in map({MODEL}.picture, range(6))}}")
    assert isinstance(keys, dict)
    page = (tmp_path / "Wedding.html").read_text("utf-8")
    assert all(keys[name] in page for name in RESULTS)
    choices = dict(zip(RESULTS, ("pick", "reject", ""), strict=True))
    picks = [{"key": keys[name], "name": name, "choice": said} for name, said in choices.items()]
    file = tmp_path / "picks.json"
    document = {"format": "phota-desktop-picks", "version": 1, "title": "Wedding", "picks": picks}
    file.write_text(json.dumps(document))
    # It has no key of its own; the menu calls the same.
    pilot.ask("window.commands.calls()['picks']()")
    _answer(pilot, "picksDialog", file)
    for name, said in choices.items():
        pilot.wait_marks(name, flag=said)
    pilot.ask("find('pictureGrid').setFocus()")
    pilot.screen.key("ctrl+z", "ctrl+z")
    wait_until(
        lambda: all(marks == [0, "", ""] for marks in pilot.marks().values()),
        PATIENCE,
        "picks cannot be undone",
    )
    _unchanged(kept)
